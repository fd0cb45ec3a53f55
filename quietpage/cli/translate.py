"""The commands of translators: `flask translate …`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import click
import polib
from babel.core import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers
from babel.messages.plurals import get_plural
from flask import current_app
from flask.cli import with_appcontext

from quietpage.banned_words import has_words
from quietpage.catalog_checks import (
    left_to_do,
    mistakes,
    stray_files,
    untranslated_messages,
)
from quietpage.cli import review
from quietpage.cli.preview import errors_as_text, port_option, serve
from quietpage.config import load_settings
from quietpage.content import Content, init_content
from quietpage.errors import QuietpageError, display_path
from quietpage.languages import SOURCE_TAG
from quietpage.message_checks import printable
from quietpage.po_files import (
    PO_HEADERS,
    TEMPLATE,
    catalog_file,
    catalog_files,
    locale_of,
    read_po,
    write_po,
)
from quietpage.po_template import extract, merge
from quietpage.setting_checks import did_you_mean


@click.group("translate")
def commands() -> None:
    """Add a language, update it, check it, preview it, have it reviewed."""


for command in (review.sheet_command, review.take_command, review.status_command):
    commands.add_command(command)


@commands.command("add")
@click.argument("tag")
def add_command(tag: str) -> None:
    """Create the catalog of a new language, such as pt-BR, and print the next steps."""
    locale = parse_tag(tag)
    file = catalog_file(locale)
    if file.exists():
        raise QuietpageError(
            f"{display_path(file)}: exists already. Open it in Poedit."
        )
    if str(locale) in (SOURCE_TAG, "root"):
        raise QuietpageError(f"'{tag}' needs no catalog. Name another language.")
    catalog = polib.POFile()
    catalog.header = f" {locale.english_name} translation of Quietpage."
    catalog.metadata = {
        "Project-Id-Version": "Quietpage",
        "PO-Revision-Date": f"{date.today()} 00:00+0000",  # noqa: DTZ011
        "Last-Translator": "",
        "Language-Team": locale.english_name or "",
        "Language": str(locale),
        **PO_HEADERS,
        "Plural-Forms": str(get_plural(locale).plural_forms),
    }
    merge(catalog, read_po(TEMPLATE))
    write_po(file, catalog)
    words = (
        ""
        if has_words(str(locale))
        else (
            f"translations/words.toml has no [{locale}]: add the words that the title"
            " and the exit must not contain.\n"
        )
    )
    click.echo(
        f"Created {display_path(file)} ({locale.display_name}, {locale.text_direction},"
        f" {len(catalog)} messages).\n"
        "Next: open it in Poedit and translate; the notes give tone and length.\n"
        f"{words}"
        f"See it as you save:   .venv/bin/flask translate preview {tag}\n"
        f"Check it any time:    .venv/bin/flask translate check {tag}"
    )


@commands.command("update")
@click.option(
    "--same-meaning",
    is_flag=True,
    help="The English was only reworded: similar messages keep their translations.",
)
def update_command(*, same_meaning: bool) -> None:
    """Extract the English messages and merge them into every catalog.

    A reworded message keeps its old translation, marked fuzzy, and the page shows the
    English until a translator has checked it.
    """
    template = extract()
    write_po(TEMPLATE, template)
    unreadable = False
    carried: dict[str, str] = {}
    for file in catalog_files():
        try:
            catalog, locale = read_po(file), locale_of(file)
        except QuietpageError as error:
            click.echo(error.format_message(), err=True)
            unreadable = True
            continue
        carried |= merge(catalog, template, locale if same_meaning else None)
        write_po(file, catalog)
        behind = len(untranslated_messages(catalog, template))
        click.echo(f"{display_path(file)}: {behind} messages behind")
    for new, old in carried.items():
        click.echo(f"kept the translation of: {printable(old)}")
        click.echo(f"                    for: {printable(new)}")
    if unreadable:
        raise SystemExit(1)


@commands.command("check")
@click.argument("tags", nargs=-1, metavar="[LANGUAGE]…")
def check_command(tags: tuple[str, ...]) -> None:
    """Check all catalogs, or those named; each finding says what to do.

    Untranslated messages are listed too, but only mistakes cause exit status 1.
    """
    template = read_po(TEMPLATE)
    files = [catalog_of(tag) for tag in tags] or catalog_files()
    found = [] if tags else list(stray_files())
    if {entry.msgid for entry in extract()} != {entry.msgid for entry in template}:
        fault = "is older than the English text. Run translate update."
        found.insert(0, f"{display_path(TEMPLATE)}:1: {fault}")
    for file in files:
        found += mistakes(file, template)
    to_do = [left_to_do(file, template) for file in files]
    for line in (*found, *(line for _, line in to_do if line)):
        click.echo(line)
    behind = sum(count for count, _ in to_do)
    click.echo(
        f"Catalogs: {len(files)}, mistakes: {len(found)}, messages to translate:"
        f" {behind}"
    )
    if found:
        raise SystemExit(1)


@commands.command("preview")
@click.argument("tag")
@port_option(default=8000)
@with_appcontext
def preview_command(tag: str, port: int) -> None:
    """Serve every catalog, however incomplete; each save shows on reload.

    A catalog that cannot be shown gives way to the list of its mistakes.
    """
    name = str(parse_tag(tag)).replace("_", "-")
    file = catalog_of(tag)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    # Raised, since Flask would log a traceback for a broken catalog.
    app.config.update(PROPAGATE_EXCEPTIONS=True, TRUSTED_HOSTS=["localhost"])
    app.jinja_env.auto_reload = True
    settings = replace(
        load_settings(),
        locales=(),
        show_drafts=True,
        min_translated_percent=0,
    )

    def show(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        init_content(app, Content(settings))
        try:
            answer: Iterable[bytes] = app.wsgi_app(environ, start)
        except QuietpageError as error:
            # It names the first fault of any catalog. All of this one follow.
            faults = [error.format_message(), *mistakes(file, read_po(TEMPLATE))]
            raise QuietpageError("\n".join(dict.fromkeys(faults))) from error
        return answer

    click.echo(f"Open http://localhost:{port}/{name}/ and reload it after each save.")
    serve(port, errors_as_text(show))


def catalog_of(tag: str) -> Path:
    """Return the file of a language's catalog.

    Raises:
        QuietpageError: There is none.
    """
    file = catalog_file(parse_tag(tag))
    if not file.exists():
        raise QuietpageError(
            f"{display_path(file)}: does not exist. Create it:"
            f" flask translate add {tag}"
        )
    return file


def parse_tag(tag: str) -> Locale:
    """Return the locale of a BCP 47 tag.

    Raises:
        QuietpageError: CLDR has no such locale; the sentence names the likely one.
    """
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError) as error:
        tags = sorted(name.replace("_", "-") for name in locale_identifiers())
        hint = did_you_mean(tag, tags, "languages") or "look it up in BCP 47."
        raise QuietpageError(
            f"'{tag}' is not a language tag in CLDR: {hint}"
        ) from error
    return locale
