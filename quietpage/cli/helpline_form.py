"""`quietpage helplines add`: ask for a row of your own helplines, and write it."""

import csv
import io
import re
import tempfile
from collections.abc import Mapping
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path

import click
import phonenumbers
from babel.languages import get_official_languages

from quietpage.config import FILE, ROOT, load_settings
from quietpage.errors import QuietpageError
from quietpage.helpline_checks import AUDIENCES, KINDS, check_own
from quietpage.helpline_tables import TABLE, Helpline, delimiter_of
from quietpage.override_helplines import join_own
from quietpage.setting_checks import is_country, unknown_countries
from quietpage.write_file import write_whole

# {column: question}; unknown answers stay empty.
_QUESTIONS = {
    "country": "Country, two letters (MX)",
    "name": "Name of the service, as it calls itself",
    "name_lang": "Language of that name (es)",
    "phone_display": "Phone, as people write it; empty if there is none",
    "sms_number": "Number for text messages, digits only",
    "kind": "What it does",
    "audience": "For whom",
    "region": "Part of the country in English, if it serves only that",
    "hours": "Hours, such as 24/7 or Mo-Fr 09:00-17:00; empty if unsure",
    "languages": "Languages spoken, such as es en; empty if unsure",
    "cost": "Cost of the call: free, charged, or empty",
    "website": "Site, https://…",
    "source": "The page where you saw the number, https://…",
    "replaces": "Numbers of ours that it replaces, digits only",
}
_CHOICES = {"kind": KINDS, "audience": AUDIENCES, "cost": ("", "free", "charged", "-")}


def add_row() -> None:
    """Ask for a row until it has no faults, then write it next to the settings.

    Raises:
        QuietpageError: The settings are not in a folder outside the checkout.
    """
    settings = load_settings()
    folder = settings.folder
    if not folder:
        raise QuietpageError(
            f"your own helplines belong next to {FILE}, outside the checkout. Make a"
            f" folder: mkdir /etc/quietpage && cp {ROOT}/deploy/{FILE} /etc/quietpage/"
        )
    table = folder / TABLE.name
    for found in check_own(table) if table.exists() else []:
        if found.is_error:
            raise QuietpageError(found.sentence)
    answers: dict[str, str] = {}
    click.echo("Enter accepts what is in [ ], a hyphen clears it, Ctrl+C ends.")
    while True:
        _ask(answers)
        row = row_of(answers)
        faults = faults_of(row, table)
        if not faults:
            break
        for fault in faults:
            click.echo(f"error: {fault}")
        click.echo("Try again; Enter keeps what you typed.")
    append(row, table)
    joined = join_own(table, replace_countries=settings.replace_countries)
    click.echo(joined.effects[-1])
    click.echo("See it with: quietpage preview. Then: quietpage reload")


def _ask(answers: dict[str, str]) -> None:
    for column, question in _QUESTIONS.items():
        default = answers.get(column, _guess(column, answers))
        choice = click.Choice(_CHOICES[column]) if column in _CHOICES else None
        answer = click.prompt(
            question, default=default, type=choice, show_choices=column != "cost"
        ).strip()
        answers[column] = "" if answer == "-" else answer
        if column == "country":
            answers[column] = answers[column].upper()
            if not is_country(answers[column]):
                click.echo(f"error:{unknown_countries(answers[column])}")


def _guess(column: str, answers: Mapping[str, str]) -> str:
    if column in ("kind", "audience"):
        return _CHOICES[column][0]
    if column == "source":
        return answers["website"]
    if column == "name_lang" and is_country(answers["country"]):
        official = get_official_languages(answers["country"], de_facto=True)
        # Babel has no data for some of them, so this is not parsed as a locale.
        return official[0].split("_")[0] if official else ""
    return ""


def row_of(answers: Mapping[str, str]) -> Helpline:
    """Return the row for the answers: the organisation vouches for it as of today."""
    cells = dict.fromkeys((column.name for column in fields(Helpline)), "")
    cells |= answers
    cells["phone"] = _dialled(answers["phone_display"], answers["country"])
    cells["status"], cells["confidence"] = "in service", "medium"
    cells["checked"] = f"{date.today()}"  # noqa: DTZ011 - a day, not a moment
    return Helpline(**cells)


def _dialled(shown: str, country: str) -> str:
    """Return what a phone dials: E.164 for an ordinary number, else the digits."""
    digits = re.sub(r"[\s().-]", "", shown)
    try:
        parsed = phonenumbers.parse(shown, country)
    except phonenumbers.NumberParseException:
        return digits
    ordinary = (
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if phonenumbers.is_valid_number_for_region(parsed, country) and (
        phonenumbers.number_type(parsed) in ordinary
    ):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return digits


def faults_of(row: Helpline, table: Path) -> list[str]:
    """Return the errors that a table would have with this row."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / table.name
        if table.exists():
            trial.write_bytes(table.read_bytes())
        append(row, trial)
        return [found.message for found in check_own(trial) if found.is_error]


def append(row: Helpline, table: Path) -> None:
    """Append a row to the table, which is made if it does not exist.

    Raises:
        QuietpageError: The table cannot be written.
    """
    text = table.read_text(encoding="utf-8-sig") if table.exists() else ""
    names = [column.name for column in fields(Helpline)]
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=delimiter_of(table) if text else ",",
        lineterminator="\n",
    )
    if not text:
        writer.writerow(names)
    elif not text.endswith("\n"):
        written.write("\n")
    writer.writerow(astuple(row))
    write_whole(table, text + written.getvalue())
