"""Checks of the tables of numbers: errors, and warnings to look at."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

import phonenumbers
from babel.core import Locale, UnknownLocaleError

from .errors import display_path
from .helpline_confidence import (
    CONFIDENCES,
    NEEDED_SITES,
    STATUSES,
    confidence_faults,
    independent_sites,
    withdrawn_number_faults,
)
from .helpline_tables import (
    EMERGENCY_TABLE,
    TABLE,
    Emergency,
    Fault,
    Helpline,
    Row,
    read_table,
)
from .message_checks import hidden_characters, mixed_words
from .opening_hours import parse_hours
from .phone_number_checks import emergency_number_faults, number_faults

KINDS = ("counselling", "general", "reporting", "police", "children", "crisis")
AUDIENCES = ("everyone", "women", "men", "lgbtq", "children")
# Letters of other scripts can imitate Latin ones, and text before @ can imitate a host.
_ADDRESS = re.compile(
    r"https://([a-z0-9-]+\.)+([a-z]{2,}|xn--[a-z0-9-]+)(/[\w./?=&%~+#:,;!()-]*)?",
    re.ASCII,
)
# A source is something that a person can open: a page, a site or a repository.
_SOURCE = re.compile(r"[\w-]+\.[a-z]{2,}")
_MONTH = "(0[1-9]|1[0-2])"
_DATES = {
    "published": rf"([12][0-9]{{3}}(-{_MONTH})?)?",
    "checked": rf"([12][0-9]{{3}}-{_MONTH}-(0[1-9]|[12][0-9]|3[01]))?",
}
_OLD_DAYS = 365


@dataclass(frozen=True)
class Finding:
    """A fault in a table: an error aborts the startup, a warning does not."""

    file: str
    line: int
    message: str
    is_error: bool = True

    @property
    def sentence(self) -> str:
        """The finding with its file and line."""
        return f"{self.file}:{self.line}: {self.message}"

    def __str__(self) -> str:
        """Return the finding with its file and line, and whether it is an error."""
        kind = "error" if self.is_error else "warning"
        return f"{self.file}:{self.line}: {kind}: {self.message}"


def check(
    table: Path = TABLE,
    emergency_table: Path = EMERGENCY_TABLE,
    today: date | None = None,
) -> list[Finding]:
    """Return every fault of both tables, in order of file and line.

    `today` is the day from which ages are counted. Without it no row is too old: the
    page never depends on the day it is rendered.

    Raises:
        QuietpageError: A table cannot be read at all.
    """
    emergencies = list(read_table(emergency_table, Emergency))
    return [
        *_helpline_findings(table, today, vouched=False),
        *_findings(
            emergency_table, emergencies, _emergency_faults, lambda row: row.country
        ),
    ]


def _helpline_findings(
    table: Path, today: date | None, *, vouched: bool
) -> Iterator[Finding]:
    rows = list(read_table(table, Helpline))
    yield from _findings(
        table,
        rows,
        lambda row: _row_faults(row, today, vouched=vouched),
        lambda row: row.way,
    )
    numbers = [
        (line, row.country, row.phone, row.status, row.replaces) for line, row in rows
    ]
    for line, message in withdrawn_number_faults(numbers):
        yield Finding(display_path(table), line, message)


def _findings(
    table: Path,
    rows: Iterable[tuple[int, Row]],
    faults: Callable[[Row], Iterable[Fault]],
    name: Callable[[Row], str],
) -> Iterator[Finding]:
    """Yield the faults of each row, and where its name appears twice in a country."""
    lines: dict[tuple[str, str], int] = {}
    for line, row in rows:
        for fault in faults(row):
            yield Finding(display_path(table), line, *fault)
        first = lines.setdefault((row.country, name(row)), line)
        if first != line:
            message = f"repeats line {first} ({name(row)}). Remove one."
            yield Finding(display_path(table), line, message)


def check_own(own_table: Path, today: date | None = None) -> list[Finding]:
    """Return the faults of an organisation's table.

    It vouches for its rows, which then need no second reference.
    """
    return list(_helpline_findings(own_table, today, vouched=True))


@lru_cache(maxsize=1000)
def _row_faults(
    row: Helpline, today: date | None, *, vouched: bool
) -> tuple[Fault, ...]:
    """Return the faults of a row; a process checks the same table several times."""
    return tuple(_find_row_faults(row, today, vouched=vouched))


def _find_row_faults(
    row: Helpline, today: date | None, *, vouched: bool
) -> Iterator[Fault]:
    yield from _cell_faults(row)
    yield from _place_faults(row.country, row.source)
    if not row.name:
        yield Fault("name is empty, but must be the service's own name. Write it.")
    if not row.way:
        yield Fault(
            "the row has no way to reach the service. Add a phone, sms_number, chat_url"
            " or website."
        )
    for tag in [*row.languages.split(), row.name_lang]:
        if not _is_language(tag):
            yield Fault(
                f"'{tag}' is not a language tag. Use BCP 47, such as pt or zh-Hant."
            )
    yield from _hours_faults("hours", row.hours)
    yield from _hours_faults("chat_hours", row.chat_hours)
    for name, value, allowed in (
        ("kind", row.kind, KINDS),
        ("audience", row.audience, AUDIENCES),
        ("cost", row.cost, ("", "free", "charged")),
        ("on_bill", row.on_bill, ("", "no")),
        ("confidence", row.confidence, CONFIDENCES),
        ("status", row.status, STATUSES),
    ):
        yield from _choice_faults(name, value, allowed)
    for name, value in (("website", row.website), ("chat_url", row.chat_url)):
        if value and not _ADDRESS.fullmatch(value):
            message = f"{name} is '{value}', but must be https:// and a host and path"
            yield Fault(f"{message} in plain Latin letters, without @.")
    yield from number_faults(row)
    if row.status == "in service" and not vouched:
        yield from confidence_faults(row.source, row.confidence)
    yield from _date_faults(row, today)


def _cell_faults(row: Row) -> Iterator[Fault]:
    for column in fields(row):
        value = getattr(row, column.name)
        for name in hidden_characters(value):
            yield Fault(f"{column.name} has {name}. Remove it.")
        for word in mixed_words(value):
            yield Fault(
                f"{column.name} has '{word}', in letters of two scripts. Check it."
            )


def _hours_faults(name: str, hours: str) -> Iterator[Fault]:
    try:
        parse_hours(hours)
    except ValueError:
        message = (
            f"{name} is '{hours}', but must be like 24/7 or Mo-Fr 09:00-17:00."
            " Leave it empty if unsure."
        )
        yield Fault(message)


def _choice_faults(name: str, value: str, allowed: Sequence[str]) -> Iterator[Fault]:
    if value not in allowed:
        choice = ", ".join(option or "empty" for option in allowed)
        yield Fault(f"{name} is '{value}', but must be one of: {choice}.")


def _is_language(tag: str) -> bool:
    if tag in Locale("en").languages:
        return True
    try:
        # Babel reads POSIX names too, such as en.UTF-8 and ca@valencia.
        return not {*".@"} & {*tag} and bool(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return False


def _place_faults(country: str, source: str) -> Iterator[Fault]:
    if country not in phonenumbers.SUPPORTED_REGIONS:
        yield Fault(f"country is '{country}', but must be ISO 3166, such as MX.")
    if not _SOURCE.search(source):
        yield Fault("source names nothing that a person can open. Give an address.")


def _date_faults(row: Helpline, today: date | None) -> Iterator[Fault]:
    for name, value, form in (
        ("published", row.published, "YYYY or YYYY-MM"),
        ("checked", row.checked, "YYYY-MM-DD"),
    ):
        if not re.fullmatch(_DATES[name], value):
            yield Fault(f"{name} is '{value}', but must be {form}.")
        elif today and value > f"{today:%Y-%m-%d}"[: len(value)]:
            yield Fault(f"{name} is '{value}', which is in the future. Correct it.")
    seen = max(row.published, row.checked[:7])
    if (
        today
        and row.status == "in service"
        and re.fullmatch(_DATES["published"], seen)
        and (not seen or (today - _last_day(seen)).days > _OLD_DAYS)
    ):
        yield Fault(
            f"last seen {seen or 'at an unknown date'}. Check the number.",
            is_error=False,
        )


def _last_day(seen: str) -> date:
    """Return the 28th of the month, which each has; of December if none is named."""
    year, _, month = seen.partition("-")
    return date(int(year), int(month or 12), 28)


def _emergency_faults(row: Emergency) -> Iterator[Fault]:
    yield from _cell_faults(row)
    yield from _place_faults(row.country, row.source)
    yield from emergency_number_faults(row)
    for name, value, allowed in (
        ("silent", row.silent, ("", "press-55", "any-key-twice")),
        ("text_first", row.text_first, ("", "register", "register-by-text")),
        (
            "text_for",
            row.text_for,
            ("everyone", "deaf") if row.text_number else ("",),
        ),
        ("text_area", row.text_area, ("", "parts")),
        ("confidence", row.confidence, CONFIDENCES),
    ):
        yield from _choice_faults(name, value, allowed)
    if row.text_site and not _ADDRESS.fullmatch(row.text_site):
        yield Fault(f"text_site is '{row.text_site}', but must begin with https://.")
    if (row.silent or row.text_number) and len(
        independent_sites(row.silent_source)
    ) < NEEDED_SITES:
        yield Fault("silent_source does not list pages on two sites. Add one.")
