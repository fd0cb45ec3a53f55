"""Write a filled-in sheet into a catalog, and report what was not taken."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.core import Locale

from quietpage.banned_words import fold
from quietpage.catalog_checks import message_faults
from quietpage.config import Settings
from quietpage.errors import QuietpageError
from quietpage.languages import SOURCE_TAG, find_catalogs
from quietpage.message_checks import printable, quoted
from quietpage.po_files import (
    PO_HEADERS,
    TRANSLATIONS,
    catalog_file,
    read_po,
    write_po,
)
from quietpage.review_marks import (
    WHOLE,
    Mark,
    mark_of,
    name_faults,
    set_mark,
    text_code,
)

from .filled_sheet import Filled, FilledRow
from .sheet import sheet_texts

# Accepted besides the words of the sheet's language.
_YES, _NO = {"yes", "y", "x", "✓", "✔", "ok", "true", "1"}, {"no", "n", "false", "0"}


class _NotTakenError(Exception):
    """A row that cannot be taken; it says why."""


@dataclass
class Taken:
    """The result of a sheet: sentences about rows, and counts."""

    file: Path
    name: str
    lines: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def take(
    settings: Settings, filled: Filled, mark: Mark, *, consents: bool | None
) -> Taken:
    """Write a sheet into the catalog, the organisation's own where it has a folder.

    `consents` is whether the reviewer may be named; with None the sheet decides.

    Raises:
        QuietpageError: The language has no catalog, or the name cannot be shown.
    """
    catalogs = find_catalogs(settings)
    tag = filled.tag
    if tag not in catalogs.tags:
        raise QuietpageError(
            f"The sheet is for '{printable(tag)}', which has no catalog."
        )
    for fault in name_faults(mark.name):
        raise QuietpageError(fault)
    texts = sheet_texts(catalogs, tag)
    answers = dict.fromkeys(map(fold, {*_YES, texts.yes}), "yes")
    answers |= dict.fromkeys(map(fold, {*_NO, texts.no}), "no")
    if consents is None:
        consents = answers.get(_plain(filled.consent)) == "yes"
    if consents and not mark.name:
        raise QuietpageError(
            "The reviewer agrees to be named. Give the name: --by NAME"
        )
    mark = mark if consents else Mark("", mark.day)
    page = catalogs.unchecked_messages(tag)
    target = _Target(settings, Locale.parse(tag, sep="-"), page.entries, mark)
    done = Taken(target.file, mark.name)
    by_key = {text_code(message, ""): message for message in page.entries}
    for row in filled.rows:
        if row.remark:
            done.lines.append(f"row {row.number}: remark: {printable(row.remark)}")
        if row.right or row.better:
            try:
                message = by_key.get(row.key, "")
                done.counts[target.taken(row, message, answers)] += 1
            except _NotTakenError as reason:
                done.counts["not taken"] += 1
                done.lines.append(f"row {row.number}: {reason} Not taken.")
        if (below := row.last - row.number) > 0:
            done.counts["not taken"] += below
            done.lines.append(
                f"row {row.number}: its answer is in a cell that is merged as far as"
                f" row {row.last}, and counts for row {row.number} alone. Write an"
                " answer in each row."
            )
    review = page.review
    target.save(whole=str(review.day) if review and not review.is_changed else "")
    return done


def _plain(answer: str) -> str:
    return fold(answer.strip(" .!¡"))


class _Target:
    """The catalog to write, and the messages of the page with the changes so far."""

    def __init__(
        self,
        settings: Settings,
        locale: Locale,
        entries: dict[str, polib.POEntry],
        mark: Mark,
    ) -> None:
        folder = settings.folder / "translations" if settings.folder else TRANSLATIONS
        self.file = catalog_file(locale, folder)
        self._locale, self._entries, self._mark = str(locale), entries, mark
        self._is_changed = False
        if self.file.exists():
            self._catalog = read_po(self.file)
        else:
            self._catalog = polib.POFile()
            self._catalog.metadata = {"Language": str(locale), **PO_HEADERS}
        # An obsolete message is used again, since no message may be there twice.
        self._known = {e.msgid: e for e in self._catalog}

    def taken(self, row: FilledRow, message: str, answers: dict[str, str]) -> str:
        """Take a row, and return the result: right or improved."""
        if reasons := list(self._reasons(row, message, answers)):
            raise _NotTakenError(" ".join(reasons))
        entry = self._entries[message]
        if row.better and row.better != entry.msgstr:
            self._write(message, row.better, self._mark)
            return "improved"
        answer = answers.get(_plain(row.right))
        old = mark_of(entry)
        if not old or old.day <= self._mark.day:
            is_right = bool(row.better) or answer == "yes"
            self._write(message, entry.msgstr, self._mark if is_right else None)
        if not row.better and answer == "no":
            raise _NotTakenError(
                f"{quoted(entry.msgstr)} is wrong, and no better words are given."
            )
        return "improved" if row.better else "right"

    def _reasons(
        self, row: FilledRow, message: str, answers: dict[str, str]
    ) -> Iterator[str]:
        """Yield why a row cannot be taken, a sentence each."""
        if row.faults:
            yield from row.faults
            return
        if not row.key or not row.seen:
            yield "The row has lost its id, in the hidden column."
            return
        if not message:
            yield "The English has changed since the sheet was made, or is gone."
            return
        now = self._entries[message].msgstr
        is_source = self._locale == SOURCE_TAG
        if now != row.better and text_code(message, now) != row.seen:
            yield f"The translation has changed since to {quoted(now)}."
        elif not is_source and text_code(message, row.translation) != row.seen:
            yield "The cell of the translation was changed. Put it into better words."
        if row.right and _plain(row.right) not in answers:
            yield f"{quoted(row.right)} is neither yes nor no."
        if row.better and is_source:
            yield f"Better words for a template: {quoted(row.better)}."
        elif row.better:
            yield from message_faults(self._locale, message, row.better)
        elif not now:
            yield "There is no translation yet that could be right."

    def _write(self, message: str, text: str, mark: Mark | None) -> None:
        known = self._known.get(message)
        entry = known or polib.POEntry(msgid=message)
        before = str(entry)
        if mark is None and not mark_of(self._entries[message]):
            return
        entry.msgstr, entry.obsolete = text, False
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.previous_msgid = None
        set_mark(entry, mark)
        self._entries[message] = entry
        self._is_changed |= before != str(entry)
        if not known:
            self._catalog.append(entry)
            self._known[message] = entry

    def save(self, whole: str) -> None:
        """Write the file if it has changed; `whole` is the day of a full review."""
        if whole and self._catalog.metadata.get(WHOLE) != whole:
            self._catalog.metadata[WHOLE] = whole
            self._is_changed = True
        if self._is_changed:
            write_po(self.file, self._catalog)
