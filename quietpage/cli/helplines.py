"""`quietpage helplines`: check, extend and verify the tables of numbers."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

import click

from quietpage.config import load_settings
from quietpage.errors import QuietpageError
from quietpage.helpline_checks import Finding, check, check_own
from quietpage.helpline_tables import find_own_table
from quietpage.setting_checks import unknown_countries

from .helpline_form import add_row

# The parts in which warnings of one kind differ: quoted values, countries, months.
_OWN = re.compile(r"'[^']*'|\b[A-Z]{2}\b|\b\d{4}(?:-\d\d)?\b")
_NAMED = 5


@click.group("helplines")
def commands() -> None:
    """Check, extend and verify the tables of numbers."""


@commands.command("add")
def add_command() -> None:
    """Ask for a row of your own helplines, check it and write it."""
    add_row()


@commands.command("check")
@click.option("--all", "is_each", is_flag=True, help="List each warning.")
def check_command(*, is_each: bool) -> None:
    """Check the tables: countries, numbers, hours, sources, age.

    Warnings of one kind share one line, which names the oldest ones.
    """
    today = date.today()  # noqa: DTZ011 - a day, not a moment
    findings = check(today=today)
    if own := find_own_table(load_settings().folder):
        findings += check_own(own, today=today)
    errors = [found for found in findings if found.is_error]
    warnings = [found for found in findings if not found.is_error]
    for found in errors + warnings * is_each:
        click.echo(str(found))
    if not is_each:
        for line in _kinds(warnings):
            click.echo(line)
    click.echo(f"Errors: {len(errors)}, warnings: {len(warnings)}")
    if errors:
        raise SystemExit(1)


def _kind(found: Finding) -> tuple[str, str]:
    return found.file, _OWN.sub("…", found.message)


def _kinds(warnings: Iterable[Finding]) -> Iterator[str]:
    """Yield a line for each kind of warning: how many, what, and where the first are.

    Within a kind the messages are sorted, so by age if they name a month.
    """
    by_kind = sorted(warnings, key=lambda found: (_kind(found), found.message))
    for (file, message), group in groupby(by_kind, _kind):
        found = list(group)
        places = ", ".join(
            f"{one.line} ({', '.join(_OWN.findall(one.message))})"
            if _OWN.search(one.message)
            else str(one.line)
            for one in found[:_NAMED]
        )
        more = f" and {len(found) - _NAMED} more, see --all" * (len(found) > _NAMED)
        yield f"{file}: {len(found)} x warning: {message} In line {places}{more}"


@commands.command("verify")
@click.argument("countries", nargs=-1)
@click.option("--write", is_flag=True, help="Set `checked` to today.")
def verify_command(countries: tuple[str, ...], *, write: bool) -> None:
    """Check whether the sources of COUNTRIES, or of all, still show the numbers.

    Numbers in pictures, or written by a script, are not found: if one is missing, look
    for yourself. Redirects are not followed and count as not reachable.
    """
    # Imported here, since it is not part of the site: it sends requests elsewhere.
    from tools.verify_phone_numbers import gone, verify, write_checked  # noqa: PLC0415

    wanted = [country.upper() for country in countries]
    if fault := unknown_countries(wanted):
        raise QuietpageError(f"COUNTRIES are codes of ISO 3166, such as MX.{fault}")
    answers = []
    for answer in verify(wanted):
        click.echo(str(answer))
        answers.append(answer)
    if write:
        write_checked(answers, date.today())  # noqa: DTZ011 - a day, not a moment
    if lines := gone(answers):
        click.echo(f"Gone from their sources: lines {', '.join(map(str, lines))}")
        raise SystemExit(1)
