"""A report on an organisation's own files: their use, and what to know about them."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from babel.core import Locale

from .config import Settings
from .content import Content
from .errors import display_path
from .helpline_tables import TABLE, Helpline, find_own_table, read_table
from .languages import SOURCE_TAG
from .message_checks import quoted
from .override_files import own_files, used_templates
from .override_helplines import join_own
from .override_templates import messages_of, template_notes
from .po_files import TEMPLATE, catalog_file, page_messages, read_po

_NEAR = 0.6


def report(content: Content) -> Iterator[str]:
    """Yield what each own file does, and why one does nothing.

    Raises:
        QuietpageError: A file cannot be read.
    """
    folder = content.settings.folder
    files = own_files(content.settings)
    yield from _setting_notes(content)
    if not files:
        return
    templates = used_templates(files, folder)
    names = dict(templates)
    own_messages = {
        message: file for file, _ in templates for message in messages_of(file)
    }
    table = find_own_table(folder)
    if table:
        own_messages |= {row.region: table for _, row in read_table(table, Helpline)}
    ours = set(page_messages(read_po(TEMPLATE)))
    for own in files:
        if own.ignored:
            yield f"{own.path}: ignored: {own.ignored}."
            continue
        yield f"{own.path}: used."
        if own.path in names:
            for note in template_notes(own.path, names[own.path]):
                yield f"{own.path}: {note}."
        elif own.path == table:
            replaced = content.settings.replace_countries
            yield from join_own(table, TABLE, replaced).effects
        elif own.path.suffix == ".po":
            yield from _catalog_notes(own.path, ours | own_messages.keys())
    for message in own_messages.keys() - ours - {""}:
        yield from _untranslated(message, own_messages[message], content)


def _setting_notes(content: Content) -> Iterator[str]:
    settings = content.settings
    is_named = settings.onion or {*settings.hosts} - {*Settings().hosts}
    if settings.folder and not is_named:
        yield (
            f"{display_path(settings.file)}: hosts names only this machine, so every"
            " visitor gets 400. Add the name of the copy."
        )
    if settings.countries_first:
        on_page = {country.code for country in content.countries}
        for code in settings.countries_first:
            if code not in on_page:
                yield (
                    f"{display_path(settings.file)}: countries_first names '{code}',"
                    " for which the page has no number. Add a row to helplines.csv, or"
                    " remove the country."
                )
    if settings.replace_countries:
        table = find_own_table(settings.folder)
        own = (
            {row.country for _, row in read_table(table, Helpline)} if table else set()
        )
        for code in settings.replace_countries:
            if code not in own:
                yield (
                    f"{display_path(settings.file)}: replace_countries names '{code}',"
                    " but your helplines.csv has no row for it, so the page shows no"
                    " helpline there."
                )


def _catalog_notes(file: Path, known: set[str]) -> Iterator[str]:
    catalog = read_po(file)
    for entry in catalog.fuzzy_entries():
        yield (
            f"{file}:{entry.linenum}: ignored: {quoted(entry.msgid)} is fuzzy. Switch"
            " off 'Needs work' in Poedit, or remove the line '#, fuzzy'."
        )
    for entry in catalog.translated_entries():
        if entry.msgid not in known:
            near = difflib.get_close_matches(entry.msgid, known, 1, _NEAR)
            hint = f" Is it {quoted(near[0])}?" if near else ""
            yield (
                f"{file}:{entry.linenum}: ignored: {quoted(entry.msgid)} is not a"
                f" sentence of the page, or was one before an update.{hint}"
            )


def _untranslated(message: str, file: Path, content: Content) -> Iterator[str]:
    lacking = [
        language.tag
        for language in content.languages
        if language.tag != SOURCE_TAG and not language.messages.has(message)
    ]
    if lacking:
        folder = Path(f"{content.settings.folder}", "translations")
        catalog = catalog_file(Locale.parse(lacking[0], sep="-"), folder)
        yield (
            f"{file}: {quoted(message)} is shown in English on these pages:"
            f" {', '.join(lacking)}. Translate it in {catalog}, for instance: msgid "
            '"the English", on the next line msgstr "the translation".'
        )
