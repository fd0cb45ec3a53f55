"""The commands for reviews: `flask translate sheet`, `take` and `status`."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.content import current_content
from quietpage.errors import QuietpageError, display_path
from quietpage.languages import SOURCE_TAG, find_catalogs
from quietpage.po_files import page_messages
from quietpage.review.sheet import Sheet, make_sheet
from quietpage.review.sheet_html import write_html
from quietpage.review_marks import Mark, mark_of

_NEEDS = (
    "A spreadsheet needs the package openpyxl. Install the development packages:"
    " .venv/bin/python -m pip install --require-hashes -r requirements-dev.txt"
)


@click.command("sheet")
@click.argument("tag")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def sheet_command(tag: str, file: Path) -> None:
    """Make a sheet for a reviewer: FILE.xlsx to fill in, or FILE.html to print."""
    if file.exists():
        raise QuietpageError(f"{file.name}: exists already. Choose another name.")
    writers = {".xlsx": _write_xlsx, ".html": write_html}
    if file.suffix not in writers:
        raise QuietpageError(f"{file.name}: is neither .xlsx nor .html. Rename it.")
    with current_app.test_request_context():
        sheet = make_sheet(current_content(), tag)
    try:
        writers[file.suffix](sheet, file)
    except OSError as error:
        raise QuietpageError(f"{file.name}: cannot be written ({error}).") from error
    click.echo(
        f"Made {file.name}: {len(sheet.rows)} rows, {sheet.locale.english_name}."
    )


@click.command("take")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--by", default="", help="Name of the organisation.")
@click.option(
    "--on",
    "day",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the review, such as 2026-12-01.",
)
@click.option(
    "--consent/--no-consent",
    default=None,
    help="Whether the page may name the organisation, if not as the sheet says.",
)
@with_appcontext
def take_command(file: Path, by: str, day: datetime, *, consent: bool | None) -> None:
    """Take a filled-in sheet; taking it twice does no harm."""
    try:
        from quietpage.review.filled_sheet import read_filled  # noqa: PLC0415
        from quietpage.review.take_sheet import take  # noqa: PLC0415
    except ImportError as error:
        raise QuietpageError(_NEEDS) from error
    # A review may bear the day it is to be published; a year ahead is a slip.
    if day.date() > date.today() + timedelta(days=31):  # noqa: DTZ011 - a day
        raise QuietpageError(
            f"--on {day.date()} is more than a month ahead. "
            "Write the day of the review."
        )
    settings = current_content().settings
    mark = Mark(" ".join(by.split()), day.date())
    filled = read_filled(file)
    done = take(settings, filled, mark, consents=consent)
    for line in done.lines:
        click.echo(line)
    counts = done.counts
    click.echo(
        f"{counts['right']} rows right, {counts['improved']} with better words,"
        f" {counts['not taken']} not taken. {display_path(done.file)} names"
        f" {done.name or 'no one: the reviewer has not agreed to it'}."
    )
    if counts["not taken"]:
        raise SystemExit(1)


@click.command("status")
@with_appcontext
def status_command() -> None:
    """Show the words reviewed, drafted and untranslated in each language."""
    catalogs = find_catalogs(current_content().settings)
    sources = page_messages(catalogs.template)
    click.echo(
        f"{'language':10}{'reviewed':>10}{'drafted':>9}{'behind':>8}  the page says"
    )
    for tag in sorted(catalogs.tags):
        try:
            page = catalogs.unchecked_messages(tag)
        except QuietpageError as error:
            click.echo(f"{tag:10}{error.format_message()}")
            continue
        words: Counter[str] = Counter()
        places: Counter[str] = Counter()
        for message, entry in page.entries.items():
            state = "drafted" if entry.msgstr else "behind"
            words["reviewed" if mark_of(entry) else state] += len(message.split())
            if not entry.msgstr:
                places.update(place for place, _ in sources[message].occurrences)
        says = "not reviewed" if tag == SOURCE_TAG else "a draft"
        if review := page.review:
            by = ", ".join(review.names) or "an organisation that supports people"
            says = f"reviewed by {by} on {review.day}"
            says += ", some sentences changed since" if review.is_changed else ""
        click.echo(
            f"{tag:10}{words['reviewed']:>10}{words['drafted']:>9}"
            f"{words['behind']:>8}  {says}"
        )
        for place, count in places.items():
            click.echo(f"{'':10}{count:>27} in {place}")


def _write_xlsx(sheet: Sheet, file: Path) -> None:
    try:
        from quietpage.review.sheet_xlsx import write_xlsx  # noqa: PLC0415
    except ImportError as error:
        raise QuietpageError(_NEEDS) from error
    write_xlsx(sheet, file)
