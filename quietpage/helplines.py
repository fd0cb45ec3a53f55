"""The facts: helplines and emergency numbers, read from their tables and checked."""

import csv
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import click
import phonenumbers
from babel.core import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from .config import load_settings
from .errors import QuietpageError
from .references import (
    CONFIDENCES,
    SEPARATOR,
    STATUSES,
    confidence_faults,
    pages,
    replaced_faults,
)

TABLE = Path(__file__).with_name("helplines.csv")
EMERGENCY_TABLE = Path(__file__).with_name("emergency-numbers.csv")
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
KINDS = ("counselling", "general", "reporting", "police", "children", "crisis")
AUDIENCES = ("everyone", "women", "men", "lgbtq", "children")

_DAY = f"(?:{'|'.join(DAYS)})"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)"
_RULE = re.compile(rf"({_DAY})(?:-({_DAY}))? ({_TIME})-({_TIME})")
_HTTPS = re.compile(r"https://[\w.-]+(/[^\s\"'<>]*)?")
# A source is something that a person can open: a page, a site or a repository.
_SOURCE = re.compile(r"[\w-]+\.[a-z]{2,}")
_MONTH = "(0[1-9]|1[0-2])"
_DATES = {
    "published": rf"([12][0-9]{{3}}(-{_MONTH})?)?",
    "checked": rf"([12][0-9]{{3}}-{_MONTH}-(0[1-9]|[12][0-9]|3[01]))?",
}
# A long number is one that phonenumbers can judge; below are short codes.
_LONG_NUMBER_DIGITS = 7
_COUNTRY_CODE_DIGITS = 3
_OLD_DAYS = 365
_REFERENCES = 2
# Numbers that several sources print and phonenumbers 9.0 does not know: free ranges,
# and a WhatsApp account older than Brazil's ninth digit.
_ACCEPTED = {
    "BF": re.compile(r"8000\d{4}"),
    "BO": re.compile(r"8001\d{5}"),
    "BR": re.compile(r"\+556196100180"),
}


@dataclass(frozen=True)
class Helpline:
    """A row of `helplines.csv`; every value is text, empty where nothing is known.

    `phone` is what is dialled inside the country: a short code, a free number in
    national form, or an ordinary number in E.164 form.
    """

    country: str
    region: str
    kind: str
    name: str
    name_lang: str
    name_en: str
    phone: str
    phone_display: str
    option: str
    phone_also: str
    phone_abroad: str
    tty: str
    sms_number: str
    sms_text: str
    whatsapp: str
    chat_url: str
    hours: str
    chat_hours: str
    languages: str
    audience: str
    cost: str
    on_bill: str
    website: str
    replaces: str
    source: str
    published: str
    checked: str
    confidence: str
    status: str
    notes: str

    @property
    def is_sure(self) -> bool:
        """Whether it is in service as far as two references say."""
        return self.status == "in service" and self.confidence != "low"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether a single reference says that it is in service."""
        return self.status == "in service" and self.confidence == "low"

    @property
    def is_dialled_by_link(self) -> bool:
        """Whether a `tel:` link reaches it; phones ignore `*` and `#` codes there."""
        return bool(self.phone) and self.phone.lstrip("+").isdigit()


@dataclass(frozen=True)
class Emergency:
    """A row of `emergency-numbers.csv`."""

    country: str
    police: str
    ambulance: str
    silent: str = ""
    text_number: str = ""
    text_first: str = ""
    text_for: str = ""
    text_area: str = ""
    text_site: str = ""
    silent_source: str = ""
    source: str = ""
    checked: str = ""
    confidence: str = ""
    notes: str = ""


Row = TypeVar("Row", Helpline, Emergency)


@dataclass(frozen=True)
class Country:
    """What the page shows for a country.

    `emergency` has no numbers where none is sure. `unconfirmed` holds lines about
    abuse that a single reference names, where the country has no surer one.
    """

    code: str
    emergency: Emergency
    helplines: tuple[Helpline, ...]
    crisis: tuple[Helpline, ...] = ()
    unconfirmed: tuple[Helpline, ...] = ()


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


def load_countries(
    table: Path = TABLE,
    emergency_table: Path = EMERGENCY_TABLE,
    own_table: Path | None = None,
    own_countries: Collection[str] = (),
) -> tuple[Country, ...]:
    """Return the countries that the page shows, by code.

    Only lines in service are shown; those of low confidence apart, and only where a
    country has no other line about abuse. A country without a line keeps its emergency
    numbers. The rows of `own_table`, if there is such a file, are added, and are all
    that there is for `own_countries`.

    Raises:
        QuietpageError: A table has an error; the sentence names the first.
    """
    own_table = own_table if own_table and own_table.exists() else None
    errors = [found for found in check(table, emergency_table) if found.is_error]
    if own_table:
        errors += [f for f in _own_findings(own_table, emergency_table) if f.is_error]
    if errors:
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise QuietpageError(
            f"{errors[0].file}:{errors[0].line}: {errors[0].message}{more}"
            " All are listed by: flask --app app helplines check"
        )
    rows = [row for _, row in _read(table, Helpline)]
    # A country that has lost its rows keeps its emergency numbers.
    codes = {row.country for row in rows}
    rows = [row for row in rows if row.country not in own_countries]
    if own_table:
        rows = [row for _, row in _read(own_table, Helpline)] + rows
    emergencies = {
        row.country: row
        for _, row in _read(emergency_table, Emergency)
        if row.confidence != "low"
    }
    codes |= emergencies.keys() | {row.country for row in rows}
    return tuple(
        _country(
            code,
            emergencies.get(code, Emergency(code, "", "")),
            [row for row in rows if row.country == code],
        )
        for code in sorted(codes)
    )


def _country(code: str, emergency: Emergency, rows: Sequence[Helpline]) -> Country:
    abuse = [row for row in rows if row.kind != "crisis"]
    sure = tuple(row for row in abuse if row.is_sure)
    return Country(
        code,
        emergency,
        sure,
        tuple(row for row in rows if row.kind == "crisis" and row.is_sure),
        () if sure else tuple(row for row in abuse if row.is_unconfirmed),
    )


def speaks(country: str, locale: Locale) -> bool:
    """Return whether the locale's language is official there (CLDR, by Babel)."""
    official = get_official_languages(country, regional=True, de_facto=True)
    if locale.language != "zh":
        return locale.language in official
    hant = any(tag == "zh_Hant" for tag in official)
    return hant if locale.script == "Hant" else "zh" in official


def _read(table: Path, row_type: type[Row]) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a table."""
    expected = [column.name for column in fields(row_type)]
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="too many")
            if reader.fieldnames != expected:
                raise QuietpageError(
                    f"{table.name}:1: the columns are {reader.fieldnames}, but must be "
                    f"{expected}. Restore the first line."
                )
            for values in reader:
                if list(values) != expected or None in values.values():
                    raise QuietpageError(
                        f"{table.name}:{reader.line_num}: the line has too many or too "
                        "few cells. Put cells with commas in double quotes."
                    )
                yield reader.line_num, row_type(**values)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise QuietpageError(
            f"{table.name}: cannot be read ({error}). Save it as CSV in UTF-8."
        ) from error


def check(
    table: Path = TABLE,
    emergency_table: Path = EMERGENCY_TABLE,
    today: date | None = None,
    *,
    vouched: bool = False,
) -> list[Finding]:
    """Return every fault of both tables, in order of file and line.

    An organisation vouches for the rows of its own table, which then need no second
    reference.

    `today` is what ages are counted to; without it no row is called old, so that
    the page never depends on the day it is made.

    Raises:
        QuietpageError: A table cannot be read at all.
    """
    helplines = _findings(
        table,
        Helpline,
        lambda row: _row_faults(row, today, vouched=vouched),
        lambda row: row.phone or row.sms_number or row.chat_url or row.website,
    )
    emergencies = _findings(
        emergency_table, Emergency, _emergency_faults, lambda row: row.country
    )
    return [*helplines, *_replaced(table), *emergencies]


def _replaced(table: Path) -> Iterator[Finding]:
    rows = [
        (line, row.country, row.phone, row.status, row.replaces)
        for line, row in _read(table, Helpline)
    ]
    for line, message in replaced_faults(rows):
        yield Finding(table.name, line, message)


def _findings(
    table: Path,
    row_type: type[Row],
    faults: Callable[[Row], Iterator[tuple[str, bool]]],
    name: Callable[[Row], str],
) -> Iterator[Finding]:
    """Yield the faults of each row, and where its name stands twice in a country."""
    lines: dict[tuple[str, str], int] = {}
    for line, row in _read(table, row_type):
        for fault in faults(row):
            yield Finding(table.name, line, *fault)
        first = lines.setdefault((row.country, name(row)), line)
        if first != line:
            message = f"repeats line {first} ({name(row)}). Remove one."
            yield Finding(table.name, line, message)


def _own_findings(
    own_table: Path, emergency_table: Path = EMERGENCY_TABLE, today: date | None = None
) -> list[Finding]:
    """Return the faults of an organisation's table, named by its whole path."""
    return [
        replace(found, file=str(own_table))
        for found in check(own_table, emergency_table, today, vouched=True)
        if found.file != emergency_table.name
    ]


def _row_faults(
    row: Helpline, today: date | None, *, vouched: bool
) -> Iterator[tuple[str, bool]]:
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
        if value and not _HTTPS.fullmatch(value):
            yield f"{name} is '{value}', but must begin with https://.", True
    yield from _number_faults(row)
    if row.status == "in service" and not vouched:
        yield from confidence_faults(row.source, row.confidence)
    yield from _date_faults(row, today)


def _hours_faults(name: str, hours: str) -> Iterator[tuple[str, bool]]:
    try:
        parse_hours(hours)
    except ValueError:
        message = (
            f"{name} is '{hours}', but must be like 24/7 or Mo-Fr 09:00-17:00."
            " Leave it empty if unsure."
        )
        yield message, True


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
    if not re.fullmatch(r"[0-9]?", row.option):
        yield f"option is '{row.option}', but must be the digit to press.", True
    if row.phone_abroad and not row.phone_abroad.startswith("+"):
        yield f"phone_abroad is '{row.phone_abroad}', but must begin with +.", True
    numbers = [
        row.phone,
        row.tty,
        row.whatsapp,
        row.phone_abroad,
        *row.phone_also.split(SEPARATOR),
    ]
    for number in filter(None, numbers):
        if not re.fullmatch(r"[+*#]?[0-9 ()*#-]+", number):
            yield f"'{number}' is not a number. Use digits, spaces and hyphens.", True
        elif sum(map(str.isdigit, number)) < _LONG_NUMBER_DIGITS:
            yield from _short_code_faults(number, row.country)
        elif not _is_valid(number, row.country):
            yield f"'{number}' is not a valid number in {row.country}. Check it.", True
    if bool(row.phone) != bool(row.phone_display):
        yield "phone and phone_display go together. Fill in both.", True
    if row.phone and not _is_same(row.phone, row.phone_display):
        message = f"phone '{row.phone}' and phone_display '{row.phone_display}' differ."
        yield f"{message} Make them the same number.", True


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
    if country in _ACCEPTED and _ACCEPTED[country].fullmatch(number):
        return True
    return parsed is not None and phonenumbers.is_valid_number_for_region(
        parsed, country
    )


def _date_faults(row: Helpline, today: date | None) -> Iterator[tuple[str, bool]]:
    for name, value, form in (
        ("published", row.published, "YYYY or YYYY-MM"),
        ("checked", row.checked, "YYYY-MM-DD"),
    ):
        if not re.fullmatch(_DATES[name], value):
            yield f"{name} is '{value}', but must be {form}.", True
        elif today and value > f"{today:%Y-%m-%d}"[: len(value)]:
            yield f"{name} is '{value}', which is still to come. Correct it.", True
    seen = max(row.published, row.checked[:7])
    if (
        today
        and row.status == "in service"
        and re.fullmatch(_DATES["published"], seen)
        and (not seen or (today - _last_day(seen)).days > _OLD_DAYS)
    ):
        yield f"last seen {seen or 'at an unknown date'}. Check the number.", False


def _last_day(seen: str) -> date:
    year, _, month = seen.partition("-")
    return date(int(year), int(month or 12), 28)


def _emergency_faults(row: Emergency) -> Iterator[tuple[str, bool]]:
    yield from _place_faults(row.country, row.source)
    for number in (row.police, row.ambulance, row.text_number):
        if not re.fullmatch(r"[0-9]{0,5}", number):
            yield f"'{number}' is not a short code. Use up to five digits.", True
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
    if row.text_site and not _HTTPS.fullmatch(row.text_site):
        yield f"text_site is '{row.text_site}', but must begin with https://.", True
    if (row.silent or row.text_number) and len(pages(row.silent_source)) < _REFERENCES:
        yield "silent_source has no pages of two sites. Add one.", True


def parse_hours(hours: str) -> tuple[list[tuple[str, str, str, str]], bool]:
    """Return the rules of an opening_hours value and whether holidays are off.

    A rule is (first day, last day, opens, closes); "24/7" and "" have none. The
    subset of OpenStreetMap's opening_hours is what the table uses.

    Raises:
        ValueError: The value is outside that subset.

    >>> parse_hours("Mo-Fr 09:00-18:00; Su 10:00-12:00; PH off")
    ([('Mo', 'Fr', '09:00', '18:00'), ('Su', 'Su', '10:00', '12:00')], True)
    """
    if hours in ("", "24/7"):
        return [], False
    parts = hours.split("; ")
    holidays_off = parts[-1] == "PH off"
    rules = []
    for part in parts[: len(parts) - holidays_off]:
        match = _RULE.fullmatch(part)
        if match is None:
            raise ValueError(part)
        first, last, opens, closes = match.groups()
        rules.append((first, last or first, opens, closes))
    return rules, holidays_off


def extract_regions(
    fileobj: object, keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, None, str, Sequence[str]]]:
    """Give Babel the region names of the table as messages to translate."""
    del fileobj, keywords, comment_tags, options
    for line, row in _read(TABLE, Helpline):
        if row.region and row.status == "in service":
            yield line, None, row.region, [f"Part of a country ({row.country})."]


@click.group("helplines")
def commands() -> None:
    """Look after the tables of numbers."""


@commands.command("check")
def check_command() -> None:
    """Check the tables: countries, numbers, hours, sources, age."""
    today = date.today()  # noqa: DTZ011 - a day, not a moment
    findings = check(today=today)
    folder = load_settings().folder
    if folder and (own := folder / TABLE.name).exists():
        findings += _own_findings(own, today=today)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(found.is_error for found in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise SystemExit(1)
