"""`flask helplines`: look after the tables of numbers."""

from datetime import date

import click

from quietpage.config import load_settings
from quietpage.helpline_checks import check, check_own
from quietpage.helpline_tables import TABLE


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
        findings += check_own(own, today=today)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(found.is_error for found in findings)
    click.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise SystemExit(1)
