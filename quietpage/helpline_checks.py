"""What a table of numbers may not hold, and what somebody should look at."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

import phonenumbers
from babel.core import Locale, UnknownLocaleError

from .helpline_tables import (
    EMERGENCY_TABLE,
    TABLE,
    Emergency,
    Helpline,
    Row,
    read_table,
)
from .message_checks import hidden_characters, mixed_words
from .opening_hours import parse_hours

_CONFIDENCES = ("high", "medium", "low")
AUDIENCES = ("everyone", "women", "men", "lgbtq", "children")
# Other scripts' letters look like Latin ones, and what stands before @ like a host.
_ADDRESS = re.compile(
    r"https://([a-z0-9-]+\.)+([a-z]{2,}|xn--[a-z0-9-]+)(/[\w./?=&%~+#:,;!()-]*)?",
    re.ASCII,
)
_SHOWN_NUMBER = re.compile(r"[0-9 ()+*#-]*")
# By them, whoever calls pays more than for a call (phonenumbers.PhoneNumberType).
_CHARGED_TYPES = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium rate",
    phonenumbers.PhoneNumberType.SHARED_COST: "shared cost",
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "a personal number",
}
# A source is something that a person can open: a page, a site or a repository.
_SOURCE = re.compile(r"[\w-]+\.[a-z]{2,}")
# A long number is one that phonenumbers can judge; below are short codes.
_LONG_NUMBER_DIGITS = 7
_COUNTRY_CODE_DIGITS = 3
_OLD_DAYS = 365


@dataclass(frozen=True)
class Finding:
    """A fault in a table: an error stops the start, a warning does not."""

    file: str
    line: int
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        """Return the finding as one sentence with file and line."""
        kind = "error" if self.is_error else "warning"
        return f"{self.file}:{self.line}: {kind}: {self.message}"


def check(
    table: Path = TABLE,
    emergency_table: Path = EMERGENCY_TABLE,
    today: date | None = None,
) -> list[Finding]:
    """Return every fault of both tables, in order of file and line.

    `today` is what ages are counted to; without it no row is called old, so that
    the page never depends on the day it is made.

    Raises:
        QuietpageError: A table cannot be read at all.
    """
    helplines = _findings(
        table,
        Helpline,
        lambda row: _row_faults(row, today),
        lambda row: row.phone or row.sms_number or row.chat_url or row.website,
    )
    emergencies = _findings(
        emergency_table, Emergency, _emergency_faults, lambda row: row.country
    )
    return [*helplines, *emergencies]


def _findings(
    table: Path,
    row_type: type[Row],
    faults: Callable[[Row], Iterator[tuple[str, bool]]],
    name: Callable[[Row], str],
) -> Iterator[Finding]:
    """Yield the faults of each row, and where its name stands twice in a country."""
    lines: dict[tuple[str, str], int] = {}
    for line, row in read_table(table, row_type):
        for fault in faults(row):
            yield Finding(table.name, line, *fault)
        first = lines.setdefault((row.country, name(row)), line)
        if first != line:
            message = f"repeats line {first} ({name(row)}). Remove one."
            yield Finding(table.name, line, message)


def check_own(
    own_table: Path, emergency_table: Path = EMERGENCY_TABLE, today: date | None = None
) -> list[Finding]:
    """Return the faults of an organisation's table, named by its whole path."""
    return [
        replace(found, file=str(own_table))
        for found in check(own_table, emergency_table, today)
        if found.file != emergency_table.name
    ]


def _row_faults(row: Helpline, today: date | None) -> Iterator[tuple[str, bool]]:
    yield from _cell_faults(row)
    yield from _place_faults(row.country, row.source)
    if not row.name:
        yield "name is empty, but must be the service's own name. Write it.", True
    if not (row.phone or row.sms_number or row.chat_url or row.website):
        yield "there is no way to reach it. Give a phone, sms_number or website.", True
    for tag in [*row.languages.split(), row.name_lang]:
        if not _is_language(tag):
            yield (
                f"'{tag}' is no language tag. Use BCP 47, such as pt or zh-Hant.",
                True,
            )
    try:
        parse_hours(row.hours)
    except ValueError:
        message = (
            f"hours is '{row.hours}', but must be like 24/7 or Mo-Fr 09:00-17:00."
            " Leave it empty if unsure."
        )
        yield message, True
    for name, value, allowed in (
        ("audience", row.audience, AUDIENCES),
        ("run_by", row.run_by, ("", "police")),
        ("cost", row.cost, ("", "free", "charged")),
        ("confidence", row.confidence, _CONFIDENCES),
    ):
        yield from _choice_faults(name, value, allowed)
    for name, value in (("website", row.website), ("chat_url", row.chat_url)):
        if value and not _ADDRESS.fullmatch(value):
            message = f"{name} is '{value}', but must be https:// and a host and path"
            yield f"{message} in plain Latin letters, without @.", True
    yield from _number_faults(row)
    yield from _age_faults(row.source_date, today)


def _cell_faults(row: Row) -> Iterator[tuple[str, bool]]:
    for column in fields(row):
        value = getattr(row, column.name)
        for name in hidden_characters(value):
            yield f"{column.name} has {name}. Remove it.", True
        for word in mixed_words(value):
            yield (
                f"{column.name} has '{word}', in letters of two scripts. Check it.",
                True,
            )


def _choice_faults(
    name: str, value: str, allowed: Sequence[str]
) -> Iterator[tuple[str, bool]]:
    if value not in allowed:
        choice = ", ".join(option or "empty" for option in allowed)
        yield f"{name} is '{value}', but must be one of: {choice}.", True


def _is_language(tag: str) -> bool:
    if tag in Locale("en").languages:
        return True
    try:
        return bool(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return False


def _place_faults(country: str, source: str) -> Iterator[tuple[str, bool]]:
    if country not in phonenumbers.SUPPORTED_REGIONS:
        yield f"country is '{country}', but must be ISO 3166, such as MX.", True
    if not _SOURCE.search(source):
        yield "source names nothing that a person can open. Give an address.", True


def _number_faults(row: Helpline) -> Iterator[tuple[str, bool]]:
    # Only these digits are dialled (RFC 3966), whatever a spreadsheet writes.
    if not re.fullmatch(r"(\+?[0-9]+)?", row.sms_number):
        yield f"sms_number is '{row.sms_number}', but must be digits alone.", True
    numbers = [row.phone, row.tty, row.whatsapp, *row.phone_also.split(" ; ")]
    for number in filter(None, [*numbers, row.sms_number]):
        if row.cost != "charged":
            yield from _charge_faults(number, row)
    for number in filter(None, numbers):
        if not re.fullmatch(r"[+*#]?[0-9 ()*#-]+", number):
            yield f"'{number}' is not a number. Use digits, spaces and hyphens.", True
        elif sum(map(str.isdigit, number)) < _LONG_NUMBER_DIGITS:
            yield from _short_code_faults(number, row.country)
        elif not _is_valid(number, row.country):
            yield f"'{number}' is not a valid number in {row.country}. Check it.", True
    yield from _display_faults(row)


def _display_faults(row: Helpline) -> Iterator[tuple[str, bool]]:
    if not _SHOWN_NUMBER.fullmatch(row.phone_display):
        message = f"phone_display is '{row.phone_display}', but must be a number alone."
        yield f"{message} Use digits, spaces and ()+*#-.", True
    if bool(row.phone) != bool(row.phone_display):
        yield "phone and phone_display go together. Fill in both.", True
    if row.phone and not _is_same(row.phone, row.phone_display):
        message = f"phone '{row.phone}' and phone_display '{row.phone_display}' differ."
        yield f"{message} Make them the same number.", True


def _charge_faults(number: str, row: Helpline) -> Iterator[tuple[str, bool]]:
    parsed = _parsed(number, row.country)
    kind = _CHARGED_TYPES.get(phonenumbers.number_type(parsed)) if parsed else None
    if kind:
        message = f"'{number}' is {kind}, but cost is '{row.cost or 'empty'}'."
        yield f"{message} Write charged, so that the page says so.", True
    # What phonenumbers knows of short codes is often old: 3919 is free in France.
    elif (
        parsed
        and phonenumbers.expected_cost_for_region(parsed, row.country)
        == phonenumbers.ShortNumberCost.PREMIUM_RATE
        and not _names(row.notes, number)
    ):
        message = f"short code '{number}' is premium rate to phonenumbers."
        yield f"{message} Check it, and say so by its digits in notes.", False


def _names(notes: str, number: str) -> bool:
    """Return whether the notes say something of a number: somebody looked at it."""
    return number in re.findall(r"\d+", notes)


def _is_same(phone: str, shown: str) -> bool:
    """Return whether both are one number, the country's code and the first 0 aside."""
    dialled, digits = (re.sub(r"\D", "", text).lstrip("0") for text in (phone, shown))
    most_hidden = _COUNTRY_CODE_DIGITS if phone.startswith("+") else 0
    return dialled.endswith(digits) and len(dialled) - len(digits) <= most_hidden


def _short_code_faults(number: str, country: str) -> Iterator[tuple[str, bool]]:
    parsed = _parsed(re.sub(r"\D", "", number), country)
    if parsed is None or not phonenumbers.is_valid_short_number_for_region(
        parsed, country
    ):
        yield f"short code '{number}' is unknown to phonenumbers in {country}.", False


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None


def _is_valid(number: str, country: str) -> bool:
    parsed = _parsed(number, country)
    return parsed is not None and phonenumbers.is_valid_number_for_region(
        parsed, country
    )


def _age_faults(seen: str, today: date | None) -> Iterator[tuple[str, bool]]:
    if not re.fullmatch(r"([12][0-9]{3}(-(0[1-9]|1[0-2]))?)?", seen):
        yield f"source_date is '{seen}', but must be YYYY or YYYY-MM.", True
    elif today and seen > f"{today:%Y-%m}":
        yield f"source_date is '{seen}', which is still to come. Correct it.", True
    elif today and (not seen or (today - _last_day(seen)).days > _OLD_DAYS):
        yield f"last seen {seen or 'at an unknown date'}. Check the number.", False


def _last_day(seen: str) -> date:
    year, _, month = seen.partition("-")
    return date(int(year), int(month or 12), 28)


def _emergency_faults(row: Emergency) -> Iterator[tuple[str, bool]]:
    yield from _cell_faults(row)
    yield from _place_faults(row.country, row.source)
    for number in (row.police, row.ambulance):
        if not re.fullmatch(r"[0-9]{0,5}", number):
            yield f"'{number}' is not a short code. Use up to five digits.", True
        elif number and not (
            phonenumbers.is_emergency_number(number, row.country)
            or _names(row.notes, number)
        ):
            message = f"'{number}' in {row.country} is not a number phonenumbers knows."
            yield f"{message} Check it, and say so by its digits in notes.", False
    yield from _choice_faults("confidence", row.confidence, _CONFIDENCES)
