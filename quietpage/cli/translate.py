"""The commands of translators: `flask translate …`."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from io import BytesIO
from wsgiref.types import StartResponse, WSGIEnvironment

import click
import polib
from babel.core import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.plurals import get_plural
from babel.messages.pofile import write_po
from flask import current_app
from flask.cli import with_appcontext
from werkzeug.serving import run_simple

from quietpage.config import ROOT, load_settings
from quietpage.content import Content, init_content
from quietpage.errors import QuietpageError, shown
from quietpage.languages import SOURCE_TAG
from quietpage.message_checks import quoted, wording_faults
from quietpage.po_files import (
    TRANSLATIONS,
    catalog_faults,
    catalog_files,
    locale_of,
    read_po,
    share_translated,
    unreviewed,
)

TEMPLATE = TRANSLATIONS / "messages.pot"
_WIDTH = 78
_NEAR = 0.8


@click.group("translate")
def commands() -> None:
    """Add a language, keep it current, check it, see it."""


@commands.command("add")
@click.argument("tag")
def add_command(tag: str) -> None:
    """Make the catalog of a new language, such as pt-BR, and say what is next."""
    locale = parse_tag(tag)
    file = TRANSLATIONS / str(locale) / "LC_MESSAGES" / "messages.po"
    if file.exists():
        raise QuietpageError(f"{shown(file)}: is there already. Open it in Poedit.")
    if str(locale) in (SOURCE_TAG, "root"):
        raise QuietpageError(f"'{tag}' needs no catalog. Name another language.")
    catalog = polib.POFile(wrapwidth=_WIDTH)
    catalog.header = f" {locale.english_name} translation of Quietpage."
    catalog.metadata = {
        "Project-Id-Version": "Quietpage",
        "PO-Revision-Date": f"{date.today()} 00:00+0000",  # noqa: DTZ011
        "Last-Translator": "",
        "Language-Team": locale.english_name or "",
        "Language": str(locale),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": str(get_plural(locale).plural_forms),
        "X-Review-State": "draft",
        "X-Reviewed-By": "",
    }
    merge(catalog, read_po(TEMPLATE))
    file.parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(file))
    click.echo(
        f"Made {shown(file)} ({locale.display_name}, {locale.text_direction},"
        f" {len(catalog)} messages).\n"
        "Next: open it in Poedit and translate; the notes tell tone and length.\n"
        f"See it as you save:  flask translate preview {tag}\n"
        "When it is whole:    flask translate check"
    )


@commands.command("update")
def update_command() -> None:
    """Extract the English, and merge it into every catalog."""
    template = extract()
    template.save(str(TEMPLATE))
    for file in catalog_files():
        catalog = read_po(file)
        catalog.wrapwidth = _WIDTH
        merge(catalog, template)
        catalog.save(str(file))
        done = {entry.msgid for entry in catalog.translated_entries()}
        share = share_translated(done, template)
        click.echo(f"{shown(file)}: {share} %, {len(catalog.fuzzy_entries())} fuzzy")


@commands.command("check")
def check_command() -> None:
    """Check every catalog; each finding names file, line and what to do.

    What is left to translate is listed too, but only a mistake ends with status 1.
    """
    template = read_po(TEMPLATE)
    findings = list(check_all(template))
    for line in [*findings, *left_to_do(template)]:
        click.echo(line)
    click.echo(f"{len(catalog_files())} catalogs, {len(findings)} findings")
    if findings:
        raise SystemExit(1)


@commands.command("status")
def status_command() -> None:
    """Show for each language its share, fuzzy messages, state and words to do."""
    template = read_po(TEMPLATE)
    click.echo(f"{'language':12}{'share':>6}{'fuzzy':>7}{'words to do':>13}  state")
    for file in catalog_files():
        catalog = read_po(file)
        done = {entry.msgid for entry in catalog.translated_entries()}
        words = sum(len(e.msgid.split()) for e in template if e.msgid not in done)
        state = catalog.metadata.get("X-Review-State", "draft")
        if state == "reviewed" and (
            changed := unreviewed(catalog.translated_entries(), done)
        ):
            state = f"draft: {len(changed)} messages are not as they were reviewed"
        click.echo(
            f"{file.parent.parent.name:12}{share_translated(done, template):>5}%"
            f"{len(catalog.fuzzy_entries()):>7}{words:>13}  {state}"
        )


@commands.command("preview")
@click.argument("tag")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def preview_command(tag: str, port: int) -> None:
    """Serve every catalog, however incomplete; each save shows on reload."""
    name = str(parse_tag(tag)).replace("_", "-")
    if not (TRANSLATIONS / name.replace("-", "_")).exists():
        raise QuietpageError(
            f"translations/{name.replace('-', '_')}: is not there. Make it by:"
            f" flask translate add {name}"
        )
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    app.jinja_env.auto_reload = True
    settings = replace(
        load_settings(),
        locales=(),
        show_drafts=True,
        min_translated_percent=0,
    )

    def show(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            init_content(app, Content(settings))
            answer: Iterable[bytes] = app.wsgi_app(environ, start)
        except QuietpageError as error:
            start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
            return [error.format_message().encode()]
        return answer

    click.echo(f"http://localhost:{port}/{name}/ shows each save on reload.")
    run_simple("localhost", port, show)


def parse_tag(tag: str) -> Locale:
    """Return the locale of a BCP 47 tag.

    Raises:
        QuietpageError: CLDR knows no such locale; the sentence names the nearest.
    """
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError) as error:
        known = [name.replace("_", "-") for name in locale_identifiers()]
        near = difflib.get_close_matches(tag, known, n=1, cutoff=0.4)
        hint = f"Did you mean '{near[0]}'?" if near else "Look it up in BCP 47."
        raise QuietpageError(f"'{tag}' is no language that we know. {hint}") from error
    return locale


def extract() -> polib.POFile:
    """Return the template made of the English as it stands: no dates, no lines.

    Raises:
        QuietpageError: A message has a context or a plural, which no catalog keeps.
    """
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="Quietpage", charset="utf-8")
    found = extract_from_dir(
        ROOT, methods, options, comment_tags=("Translators:",), strip_comment_tags=False
    )
    for file, line, message, comments, context in found:
        if context is not None or not isinstance(message, str):
            raise QuietpageError(
                f"{file}:{line}: has a context or a plural, which catalogs do not keep."
                " Write a sentence that needs neither."
            )
        one_line = [" ".join(" ".join(comments).split())] if comments else []
        catalog.add(message, auto_comments=one_line)
    buffer = BytesIO()
    write_po(buffer, catalog, no_location=True, width=_WIDTH)
    template = polib.pofile(buffer.getvalue().decode(), wrapwidth=_WIDTH)
    template.header = " The messages of Quietpage, for translators to begin from."
    template.metadata = {
        "Project-Id-Version": "Quietpage",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    template.metadata_is_fuzzy = None
    return template


def merge(catalog: polib.POFile, template: polib.POFile) -> None:
    """Bring `catalog` to the template's messages and order, keeping translations.

    A message that is new and near to one that is gone starts from its translation,
    marked fuzzy; what is gone stays at the end, marked obsolete.
    """
    old = {entry.msgid: entry for entry in catalog}
    wanted = {entry.msgid for entry in template}
    gone = {message: e for message, e in old.items() if message not in wanted}
    merged = []
    for source in template:
        entry = old.get(source.msgid) or polib.POEntry(msgid=source.msgid)
        if source.msgid not in old:
            candidates = [m for m, e in gone.items() if e.msgstr]
            near = difflib.get_close_matches(source.msgid, candidates, 1, _NEAR)
            if near:
                entry.msgstr, entry.previous_msgid = gone[near[0]].msgstr, near[0]
                entry.flags = ["fuzzy"]
        entry.comment, entry.obsolete = source.comment, False
        merged.append(entry)
    for entry in gone.values():
        entry.obsolete = True
    kept = [entry for entry in gone.values() if entry.msgstr]
    catalog.clear()
    catalog.extend([*merged, *kept])


def check_all(template: polib.POFile) -> Iterator[str]:
    """Yield every finding, as "file:line: sentence"."""
    current = {entry.msgid for entry in extract()}
    if current != {entry.msgid for entry in template}:
        yield f"{shown(TEMPLATE)}:1: is not the English of today. Run translate update."
    for file in catalog_files():
        try:
            catalog, locale = read_po(file), locale_of(file)
        except QuietpageError as error:
            yield error.format_message()
            continue
        for line, fault in _catalog_findings(catalog, locale, template):
            yield f"{shown(file)}:{line}: {fault}"


def _catalog_findings(
    catalog: polib.POFile, locale: Locale, template: polib.POFile
) -> Iterator[tuple[int, str]]:
    if catalog.metadata.get("X-Review-State") not in {"draft", "checked", "reviewed"}:
        yield 1, "X-Review-State must be draft, checked or reviewed. Add it."
    if catalog.metadata.get("X-Review-State") == "reviewed" and not (
        catalog.metadata.get("X-Reviewed-By")
    ):
        yield 1, "X-Review-State is reviewed, but X-Reviewed-By names no one."
    yield from catalog_faults(catalog, locale)
    present = {entry.msgid: entry for entry in catalog if not entry.obsolete}
    wanted = dict.fromkeys(entry.msgid for entry in template)
    for message in present.keys() - wanted.keys():
        yield (
            present[message].linenum,
            f"{quoted(message)} is not a message of the guide. Run translate update.",
        )
    missing = [message for message in wanted if message not in present]
    if missing:
        fault = f"lacks {len(missing)} messages, such as {quoted(missing[0])}."
        yield 1, f"{fault} Run translate update."
    for entry in present.values():
        if entry.translated():
            for fault in wording_faults(str(locale), entry.msgid, entry.msgstr):
                yield entry.linenum, fault


def left_to_do(template: polib.POFile) -> Iterator[str]:
    """Yield a sentence for each catalog with messages to translate or look at again.

    A catalog that cannot be read is left out: `check_all` names it.
    """
    for file in catalog_files():
        with suppress(QuietpageError):
            catalog = read_po(file)
            fuzzy = len(catalog.fuzzy_entries())
            missing = len(template) - len(catalog.translated_entries()) - fuzzy
            lines = [e.linenum for e in catalog if not (e.obsolete or e.translated())]
            if lines:
                yield (
                    f"{shown(file)}:{min(lines)}: {missing} messages to translate and"
                    f" {fuzzy} to look at again, the first here. Until then the page"
                    " shows the English in their place."
                )
