"""The content of the sheet for reviewers of a language, whatever its format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polib
from babel.core import Locale

from quietpage.config import ROOT
from quietpage.content import Content
from quietpage.errors import QuietpageError
from quietpage.languages import SOURCE_TAG, Catalogs, find_catalogs
from quietpage.po_files import TRANSLATIONS, read_po
from quietpage.review_marks import mark_of, text_code
from quietpage.review_sheet_texts import OF_ENGLISH, ReviewTexts, review_texts

from .claims import claims_by_topic, nearest
from .message_order import page_order

# The part of a sentence that a reviewer keeps as it is.
EXAMPLE = "%(date)s"
# A row of two cells in docs/translations.md, with a question a line.
_QUESTIONS = r"^\| {tag} \| ([^|\n]+) \|$"
_TERM = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Column:
    """A column: its key for `take`, its heading for the reviewer, its width."""

    key: str
    heading: str
    width: int
    is_translation: bool = False


@dataclass(frozen=True)
class Row:
    """A message: its cells in the order of the columns."""

    cells: tuple[str, ...]
    is_heading: bool


@dataclass(frozen=True)
class Sheet:
    """All that a reviewer gets."""

    tag: str
    locale: Locale
    texts: ReviewTexts
    questions: tuple[str, ...]
    terms: tuple[tuple[str, str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def direction(self) -> str:
        """The text direction, ltr or rtl."""
        return self.locale.text_direction

    @property
    def how(self) -> str:
        """How to fill it in, with the example in its place."""
        return self.texts.how.replace("%(example)s", EXAMPLE)


def make_sheet(content: Content, tag: str) -> Sheet:
    """Return the sheet of a language; needs an app context.

    Raises:
        QuietpageError: There is no such language, or its catalog is broken.
    """
    catalogs = find_catalogs(content.settings)
    if tag not in catalogs.tags:
        raise QuietpageError(f"'{tag}' has no catalog. See: flask translate status")
    locale = Locale.parse(tag, sep="-")
    entries = catalogs.unchecked_messages(tag).entries
    order = page_order(content)
    placed = {message: order.get(message, "") for message in [*order, *entries]}
    messages = {m: heading for m, heading in placed.items() if m in entries}
    texts = sheet_texts(catalogs, tag)
    is_source = tag == SOURCE_TAG
    claims = _claims(messages) if is_source else {}
    notes = {e.msgid: e.comment for e in catalogs.template}
    columns = tuple(_columns(texts, tag, locale))
    rows = []
    for message, heading in messages.items():
        entry = entries[message]
        cells = {
            "english": entry.msgstr if is_source else message,
            "translation": entry.msgstr,
            "note": _note(entry, notes.get(message, "")),
            "id": row_id(message, entry.msgstr),
            **claims.get(message, {}),
        }
        found = tuple(cells.get(column.key, "") for column in columns)
        rows.append(Row(found, message == heading))
    terms = () if is_source else glossary(str(locale))
    return Sheet(tag, locale, texts, questions(tag), terms, columns, tuple(rows))


def sheet_texts(catalogs: Catalogs, tag: str) -> ReviewTexts:
    """Return the sheet's own texts in a language, in English where untranslated."""
    if tag == SOURCE_TAG:
        return OF_ENGLISH
    found = {
        entry.msgid: entry.msgstr
        for files in (catalogs.ours, catalogs.own)
        if tag in files
        for entry in read_po(files[tag]).translated_entries()
    }
    return review_texts(lambda message: found.get(message, message))


def row_id(message: str, translation: str) -> str:
    """Return the id of a row: hashes of the English, and of both texts as shown."""
    return f"{text_code(message, '')} {text_code(message, translation)}"


def questions(tag: str) -> tuple[str, ...]:
    """Return what a native speaker is asked first, nothing where no one has asked."""
    text = (ROOT / "docs" / "translations.md").read_text(encoding="utf-8")
    row = re.search(_QUESTIONS.format(tag=tag), text, re.MULTILINE)
    return tuple(re.sub("`(.+?)`", r"“\1”", row[1]).split("<br>")) if row else ()


def glossary(locale: str) -> tuple[tuple[str, str, str], ...]:
    """Return (term, what is used, why) for a language; nothing without a table."""
    text = (TRANSLATIONS / "GLOSSARY.md").read_text(encoding="utf-8")
    _, _, section = text.partition(f" (`{locale}`)\n")
    rows = _TERM.findall(section.partition("\n## ")[0])
    return tuple(row for row in rows[1:] if not row[0].startswith("-"))


def _columns(texts: ReviewTexts, tag: str, locale: Locale) -> Iterator[Column]:
    yield Column("english", "English", 44)
    if tag == SOURCE_TAG:
        yield Column("claim", "Claims of this topic", 30)
        yield Column("strength", "Strength", 13)
        yield Column("source", "Source", 40)
    else:
        name = locale.display_name or tag
        yield Column("translation", name, 44, is_translation=True)
        yield Column("note", texts.note, 24)
    yield Column("right", texts.right, 14, is_translation=True)
    yield Column("better", texts.better, 36, is_translation=True)
    yield Column("remark", texts.remark, 24, is_translation=True)
    yield Column("id", f"id:{tag}", 4)


def _note(entry: polib.POEntry, note: str) -> str:
    mark = mark_of(entry)
    reviewed = f"Reviewed on {mark.day}." if mark else ""
    plain = " ".join(note.replace("Translators:", "").split())
    return " ".join(filter(None, [plain, reviewed]))


def _claims(messages: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return {message: cells} with the claims of each topic."""
    found: dict[str, dict[str, str]] = {}
    for heading, claims in claims_by_topic().items():
        sentences = [m for m, topic in messages.items() if topic == heading]
        for claim in claims if sentences else ():
            cells = found.setdefault(sentences[nearest(claim, sentences)], {})
            for key, text in (
                ("claim", claim.text),
                ("strength", claim.strength),
                ("source", claim.source),
            ):
                cells[key] = f"{cells[key]}\n{text}" if key in cells else text
    return found
