"""The files of catalogs: find, read and write them, and refuse unsafe ones."""

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import polib
from babel.core import Locale, UnknownLocaleError

from .config import ROOT
from .errors import QuietpageError, display_path, unreadable
from .message_checks import printable, quoted, safety_faults
from .review_marks import mark_faults
from .review_sheet_texts import SHEET_ONLY
from .write_file import write_whole

TRANSLATIONS = ROOT / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"
# What the header of every catalog says.
PO_HEADERS = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
# A comment, or a quoted string with known escapes, with or without its keyword.
_LINE = re.compile(r'(#.*|((msgid|msgstr)\s+)?"(\\[\\"nrt]|[^"\\])*"|)')
_CONTEXT_OR_PLURAL = re.compile(r"(?:#~\s*)?(msgctxt|msgid_plural|msgstr\[)")
# PO parsers disagree on where these end a line; NUL can hide a plural form.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

_CHARSET = re.compile(r"charset=([\w-]+)")
_NOT_UTF_8 = (
    "is not in UTF-8, or its header names another charset. Open it in Poedit, choose"
    " Translation > Properties > Charset > UTF-8, check the letters, and save it."
)


def catalog_files(
    folder: Path = TRANSLATIONS, *, with_english: bool = False
) -> list[Path]:
    """Return the files of all catalogs, by locale.

    English needs none, but may have one, with an organisation's words or reviews.
    """
    files = sorted(folder.glob("*/LC_MESSAGES/messages.po"))
    return [f for f in files if with_english or f.parent.parent.name != "en"]


def catalog_file(locale: Locale, folder: Path = TRANSLATIONS) -> Path:
    """Return where the catalog of a locale is, or would be."""
    return folder / str(locale) / "LC_MESSAGES" / "messages.po"


def locale_of(file: Path) -> Locale:
    """Return the locale that the catalog's folder names."""
    name, right = file.parent.parent.name, "like es or pt_BR"
    with suppress(ValueError, UnknownLocaleError):
        locale = Locale.parse(name)
        if str(locale) == name:
            return locale
        right = str(locale)
    raise QuietpageError(
        f"{display_path(file.parent.parent)}: is not a locale's folder. Name it"
        f" {right}."
    )


def read_po(file: Path) -> polib.POFile:
    """Return a catalog or the template, with plain messages only.

    Raises:
        QuietpageError: It is missing, is not UTF-8, is not a PO file, or has a
            message twice, a context, a plural or a control character; the sentence
            names the line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        for number, line in enumerate(text.split("\n"), 1):
            if fault := _line_fault(line):
                raise QuietpageError(f"{display_path(file)}:{number}: {fault}")
        catalog = polib.pofile(text)
    except PermissionError as error:
        raise unreadable(display_path(file), file.parent) from error
    except UnicodeDecodeError as error:
        raise QuietpageError(f"{display_path(file)}: {_NOT_UTF_8}") from error
    except (OSError, ValueError) as error:
        reason = str(error).replace(str(file), file.name)[:200]
        raise QuietpageError(
            f"{display_path(file)}: cannot be read ({reason}). Open it in Poedit and"
            " save it, or restore it."
        ) from error
    seen = {""}  # the header's
    for entry in catalog:
        # polib counts from 0 where there is no header.
        entry.linenum = entry.linenum or 1
        if entry.msgid in seen:
            raise QuietpageError(
                f"{display_path(file)}:{entry.linenum}: has the message"
                f" {quoted(entry.msgid)} a second time. Remove one."
            )
        seen.add(entry.msgid)
    named = _CHARSET.search(catalog.metadata.get("Content-Type", ""))
    # gettext writes CHARSET until somebody has chosen one.
    if named and named[1].lower() not in {"utf-8", "utf8", "charset"}:
        raise QuietpageError(f"{display_path(file)}:1: {_NOT_UTF_8}")
    return catalog


def write_po(file: Path, catalog: polib.POFile) -> None:
    """Write a catalog as Poedit keeps it: UTF-8, a message's lines not wrapped.

    Raises:
        QuietpageError: The file cannot be written.
    """
    catalog.wrapwidth = 0
    catalog.metadata["Content-Type"] = "text/plain; charset=UTF-8"
    write_whole(file, str(catalog))


def _line_fault(line: str) -> str | None:
    if found := _CONTROL.search(line):
        return f"has the control character U+{ord(found[0]):04X}. Remove it."
    if found := _CONTEXT_OR_PLURAL.match(line.strip()):
        return (
            f"has {found[1].rstrip('[')} of a context or plural, but each message is"
            " one msgid and one msgstr. Remove it."
        )
    # polib would drop the last letter before a missing quote.
    if not _LINE.fullmatch(line.strip()):
        return (
            "lacks a quotation mark or a keyword, or has an escape other than"
            r" \n, \t, \r, \" and \\. Correct it."
        )
    return None


def catalog_faults(catalog: polib.POFile, locale: Locale) -> Iterator[tuple[int, str]]:
    """Yield (line, sentence) for what must not reach a reader."""
    if fault := language_fault(catalog, locale):
        yield 1, fault
    for entry in catalog.translated_entries():
        for fault in safety_faults(str(locale), entry.msgid, entry.msgstr):
            yield entry.linenum, fault
        for fault in mark_faults(entry):
            yield entry.linenum, fault


def language_fault(catalog: polib.POFile, locale: Locale) -> str | None:
    """Return a sentence where the header names another language than the folder.

    A host's own file, written by hand, may lack that header.
    """
    named = catalog.metadata.get("Language", "")
    if not named or named.replace("-", "_") == str(locale):
        return None
    return (
        f"says Language: {printable(named)}, but is in the folder of {locale}. Move"
        " it to its own folder, or correct the header (in Poedit: Translation >"
        " Properties > Language)."
    )


def page_messages(template: polib.POFile) -> dict[str, polib.POEntry]:
    """Return the template's messages that are on the page, in its order."""
    return {entry.msgid: entry for entry in template if entry.msgid not in SHEET_ONLY}


def percent_translated(done: Collection[str], template: polib.POFile) -> int:
    """Return the percentage of the page's messages that are in `done`, rounded down."""
    wanted = page_messages(template)
    return 100 * sum(message in done for message in wanted) // max(1, len(wanted))
