"""The checks of `flask translate check`: mistakes, and what is left to translate."""

from collections.abc import Iterator
from pathlib import Path

import polib
from babel.core import Locale

from .banned_words import has_words
from .errors import QuietpageError, display_path
from .message_checks import (
    EXIT_LABEL,
    TITLE,
    quoted,
    safety_faults,
    wording_faults,
)
from .po_files import (
    TRANSLATIONS,
    catalog_files,
    language_fault,
    locale_of,
    read_po,
)
from .review_marks import mark_faults
from .typography import typography_faults


def stray_files(folder: Path = TRANSLATIONS) -> Iterator[str]:
    """Yield a sentence for each catalog in a place that is not read."""
    known = set(catalog_files(folder, with_english=True))
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() == ".po" and file not in known:
            yield (
                f"translations/{file.relative_to(folder).as_posix()}: is not read."
                " A catalog is translations/<language>/LC_MESSAGES/messages.po. Move"
                " or delete it."
            )


def mistakes(file: Path, template: polib.POFile) -> Iterator[str]:
    """Yield every mistake of a catalog, as "file:line: sentence"."""
    try:
        catalog, locale = read_po(file), locale_of(file)
    except QuietpageError as error:
        yield error.format_message()
        return
    if fault := language_fault(catalog, locale):
        # The other checks would use the wrong language.
        yield f"{display_path(file)}:1: {fault}"
        return
    present = {entry.msgid: entry for entry in catalog if not entry.obsolete}
    translated = {m: entry for m, entry in present.items() if entry.translated()}
    found = [
        *((1, fault) for fault in _header_faults(catalog, locale)),
        *_message_set_faults(present, template),
        *_faults_between_messages(locale, translated),
    ]
    for message, entry in translated.items():
        faults = [
            *message_faults(str(locale), message, entry.msgstr),
            *mark_faults(entry),
        ]
        found += ((entry.linenum, fault) for fault in faults)
    for line, fault in found:
        yield f"{display_path(file)}:{line}: {fault}"


def message_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield every fault of a translation taken alone, a sentence each."""
    yield from safety_faults(locale, original, translation)
    yield from wording_faults(locale, original, translation)
    yield from typography_faults(locale, original, translation)


def _header_faults(catalog: polib.POFile, locale: Locale) -> Iterator[str]:
    if "Language" not in catalog.metadata:
        yield f"lacks the header Language. Write Language: {locale}."


def _message_set_faults(
    present: dict[str, polib.POEntry], template: polib.POFile
) -> Iterator[tuple[int, str]]:
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


def _faults_between_messages(
    locale: Locale, translated: dict[str, polib.POEntry]
) -> Iterator[tuple[int, str]]:
    for message in (TITLE, EXIT_LABEL):
        if message in translated and not has_words(str(locale)):
            fault = (
                f"{quoted(translated[message].msgstr)} may be seen by others, but"
                f" translations/words.toml has no [{locale}]: words that the title and"
                " the exit must not contain. Add them, or ask in the pull request."
            )
            yield translated[message].linenum, fault
    if EXIT_LABEL in translated:
        label = translated[EXIT_LABEL].msgstr
        for message, entry in translated.items():
            if f"“{EXIT_LABEL}”" in message and label not in entry.msgstr:
                fault = (
                    f"{quoted(entry.msgstr)} does not name the exit by its label,"
                    f" {quoted(label)}. Write the same."
                )
                yield entry.linenum, fault


def left_to_do(file: Path, template: polib.POFile) -> tuple[int, str]:
    """Return how many messages are shown in English, and a sentence if there are any.

    A catalog that cannot be read counts as 0, since `mistakes` reports it.
    """
    try:
        catalog = read_po(file)
    except QuietpageError:
        return 0, ""
    behind = untranslated_messages(catalog, template)
    lines = [e.linenum for e in catalog if not (e.obsolete or e.translated())]
    if not lines:
        return 0, ""
    fuzzy = len(catalog.fuzzy_entries())
    return len(behind), (
        f"{display_path(file)}:{min(lines)}: {len(behind) - fuzzy} messages to"
        f" translate and {fuzzy} to look at again, the first here. Until then the page"
        " shows the English in their place."
    )


def untranslated_messages(
    catalog: polib.POFile, template: polib.POFile
) -> list[polib.POEntry]:
    """Return the template's messages that the page shows in English."""
    done = {entry.msgid for entry in catalog.translated_entries()}
    return [entry for entry in template if entry.msgid not in done]
