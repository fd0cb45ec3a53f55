"""`quietpage check`: all settings, tables, catalogs and templates, own and ours."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.catalog_checks import mistakes, stray_files
from quietpage.config import ROOT, Settings
from quietpage.content import current_content
from quietpage.errors import QuietpageError, chmod_advice
from quietpage.helpline_checks import Finding, check, check_own
from quietpage.helpline_tables import TABLE
from quietpage.override_files import OwnFile, own_files, used_templates
from quietpage.override_report import report
from quietpage.override_templates import refuse_broken
from quietpage.po_files import (
    TEMPLATE,
    catalog_faults,
    catalog_files,
    locale_of,
    read_po,
)

_SERVICE_READS = (
    *("app.py", "gunicorn.conf.py", "blueprints", "quietpage", "static", "templates"),
    *("translations", ".venv/bin", ".venv/lib"),
)


@click.command("check")
@with_appcontext
def command() -> None:
    """Check settings, tables, catalogs and templates, yours and ours.

    Exits with status 1 on any error.
    """
    errors = 0
    for line in faults(current_content().settings):
        click.echo(f"error: {line}")
        errors += 1
    try:
        for line in report(current_content()):
            click.echo(line)
        if not errors:
            languages = len(current_content().languages)
            build_site(current_app)
            click.echo(f"All pages are rendered and checked. Languages: {languages}.")
    except QuietpageError as error:
        # It repeats an error above, if any: an unreadable file ends the report.
        if not errors:
            click.echo(f"error: {error.format_message()}")
            errors = 1
    if errors:
        click.echo(f"Errors: {errors}")
        raise SystemExit(1)


def faults(settings: Settings) -> Iterator[str]:
    """Yield every error in tables, catalogs and templates, own ones first."""
    try:
        files = own_files(settings)
    except QuietpageError as error:
        yield error.format_message()
        return
    used = [own.path for own in files if not own.ignored]
    yield from closed_files(files, settings.folder or ROOT)
    for path in used:
        if path.name == TABLE.name:
            yield from _sentences(partial(_own_errors, path))
        if path.suffix == ".po":
            yield from _sentences(partial(_catalog_faults, path))
    for path, name in used_templates(files, settings.folder):
        yield from _sentences(partial(refuse_broken, path, name))
    yield from _sentences(lambda: _errors(check()))
    template = read_po(TEMPLATE)
    yield from stray_files()
    for file in catalog_files():
        yield from mistakes(file, template)


def closed_files(files: Iterable[OwnFile], folder: Path) -> Iterator[str]:
    """Yield the files that the service needs but may not read, own ones first."""
    for own in files:
        if not own.ignored:
            # Without a folder for own files only ignored ones are listed.
            yield from _closed_to_others(own.path, folder)
    yield from _closed_code()


def _sentences(run: Callable[[], Iterable[str] | None]) -> list[str]:
    """Return the sentences that a check returns, or the one that it raises."""
    try:
        return list(run() or [])
    except QuietpageError as error:
        return [error.format_message()]


def _errors(findings: Iterable[Finding]) -> list[str]:
    return [found.sentence for found in findings if found.is_error]


def _own_errors(table: Path) -> list[str]:
    return _errors(check_own(table))


def _catalog_faults(file: Path) -> list[str]:
    return [
        f"{file}:{line}: {fault}"
        for line, fault in catalog_faults(read_po(file), locale_of(file))
    ]


def _closed_code(root: Path = ROOT) -> Iterator[str]:
    """Yield which of our own files a umask at a clone or update has closed."""
    yield from _first_closed(_code(root), root)


def _code(root: Path) -> Iterator[Path]:
    """Yield what the service reads of our own, each folder before what is in it."""
    yield from (root, root / ".venv")
    for part in _SERVICE_READS:
        place = root / part
        yield place
        # Links in .venv lead to files of the system.
        yield from (file for file in place.rglob("*") if not file.is_symlink())


def _closed_to_others(file: Path, folder: Path) -> Iterator[str]:
    """Yield which permission keeps the service, unlike root, from reading a file."""
    depth = len(file.relative_to(folder).parts)
    yield from _first_closed((file, *file.parents[:depth]), folder)


def _first_closed(places: Iterable[Path], folder: Path) -> Iterator[str]:
    if os.geteuid() != 0:
        return
    for place in places:
        wanted = stat.S_IXOTH | stat.S_IROTH if place.is_dir() else stat.S_IROTH
        if place.stat().st_mode & wanted != wanted:
            yield (
                f"{place}: the service runs as another user, which may not read this."
                f" {chmod_advice(folder)}"
            )
            return
