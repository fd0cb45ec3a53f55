"""The files of catalogs: found, read, and refused where they are not plain messages."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import polib
from babel.core import Locale, UnknownLocaleError

from .config import ROOT
from .errors import QuietpageError, may_be_read_by, not_utf8, shown
from .message_checks import safety_faults

TRANSLATIONS = ROOT / "translations"
# A comment, or a quoted string with or without its keyword, with known escapes.
_LINE = re.compile(r'(#.*|((msgid|msgstr)\s+)?"(\\[\\"nrt]|[^"\\])*"|)')
_CONTEXT_OR_PLURAL = re.compile(r"(?:#~\s*)?(msgctxt|msgid_plural|msgstr\[)")
# Where a line ends is what readers of PO files disagree on; NUL hides a plural form.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def catalog_files(folder: Path = TRANSLATIONS) -> list[Path]:
    """Return the files of all catalogs, by locale."""
    return sorted(folder.glob("*/LC_MESSAGES/messages.po"))


def locale_of(file: Path) -> Locale:
    """Return the locale that the catalog's folder names."""
    name = file.parent.parent.name
    try:
        return Locale.parse(name)
    except (ValueError, UnknownLocaleError) as error:
        raise QuietpageError(
            f"{shown(file.parent.parent)}: is no locale. Name the folder like es or"
            " pt_BR."
        ) from error


def read_po(file: Path) -> polib.POFile:
    """Return a catalog or the template, which hold plain messages alone.

    Raises:
        QuietpageError: It is missing, is not UTF-8, is not a PO file, or holds a
            context, a plural or a control character; the sentence names the line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        for number, line in enumerate(text.split("\n"), 1):
            if fault := _line_fault(line):
                raise QuietpageError(f"{shown(file)}:{number}: {fault}")
        return polib.pofile(text, check_for_duplicates=True)
    except PermissionError as error:
        raise QuietpageError(
            f"{shown(file)}: may not be read here. {may_be_read_by(file.parent)}"
        ) from error
    except UnicodeDecodeError as error:
        raise QuietpageError(f"{shown(file)}: {not_utf8(error)}") from error
    except (OSError, ValueError) as error:
        told = str(error).replace(str(file), file.name)[:200]
        raise QuietpageError(
            f"{shown(file)}: cannot be read ({told}). Open it in Poedit and save it,"
            " or restore it."
        ) from error


def _line_fault(line: str) -> str | None:
    if found := _CONTROL.search(line):
        return f"holds the control character U+{ord(found[0]):04X}. Remove it."
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
    """Yield (line, sentence) of what must not reach a reader."""
    for entry in catalog.translated_entries():
        for fault in safety_faults(str(locale), entry.msgid, entry.msgstr):
            yield entry.linenum, fault


def share_translated(done: Collection[str], template: polib.POFile) -> int:
    """Return how many of the template's messages are in `done`, in whole percent."""
    wanted = [entry.msgid for entry in template]
    return 100 * sum(message in done for message in wanted) // max(1, len(wanted))


def review_mark(message: str, translation: str) -> str:
    """Return the translator's comment of a reviewed message: it names both texts.

    A later change of the English or of the translation makes another mark, so that
    the message is a draft again.

    >>> review_mark("Healing", "Sanar")
    'reviewed: 84cc23f6dc0f014a'
    """
    both = f"{message}\0{translation}".encode()
    return f"reviewed: {hashlib.sha256(both).hexdigest()[:16]}"


def unreviewed(
    entries: Iterable[polib.POEntry], messages: Collection[str]
) -> list[str]:
    """Return which of `messages` are not, in both languages, as somebody reviewed."""
    return [
        entry.msgid
        for entry in entries
        if entry.msgid in messages
        and review_mark(entry.msgid, entry.msgstr) not in entry.tcomment.splitlines()
    ]
