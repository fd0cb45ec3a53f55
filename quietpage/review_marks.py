"""Who reviewed a message and when, in a comment that names both of its texts."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polib

from .message_checks import character_faults, quoted

# Written by `translate take` when every message has a mark. It records that messages
# without a valid mark today once had one.
WHOLE = "X-Reviewed-Whole"
# A page may say "Some sentences have changed" if this share of its words has not.
_MIN_SHARE = 0.75
_LONGEST_NAME = 100
# Editors may wrap a comment, at a hyphen too.
_MARK = re.compile(
    r"^reviewed:\s+([0-9a-f]{16})(?:\s+by\s+(.+?))?\s+on\s+(\d{4}-\s?\d\d-\s?\d\d)\n?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Mark:
    """Who reviewed and on which day; `name` is empty without their consent."""

    name: str
    day: date

    def comment(self, message: str, translation: str) -> str:
        """Return the comment for a message with this translation.

        >>> Mark("Casa Ana", date(2026, 12, 1)).comment("Healing", "Sanar")
        'reviewed: 84cc23f6dc0f014a by Casa Ana on 2026-12-01'
        """
        by = f" by {self.name}" if self.name else ""
        return f"reviewed: {text_code(message, translation)}{by} on {self.day}"


@dataclass(frozen=True)
class Review:
    """What a page may say of its review: the reviewers, and the day of the last one.

    `names` is empty if one of them does not wish to be named; `is_changed` is whether
    a sentence has changed since it was reviewed.
    """

    names: tuple[str, ...]
    day: date
    is_changed: bool


def text_code(message: str, translation: str) -> str:
    """Return a hash that changes with the English and the translation."""
    return hashlib.sha256(f"{message}\0{translation}".encode()).hexdigest()[:16]


def mark_of(entry: polib.POEntry) -> Mark | None:
    """Return the mark of a message that is unchanged since its review."""
    for code, name, day in _MARK.findall(entry.tcomment):
        if code == text_code(entry.msgid, entry.msgstr) and (when := _day(day)):
            return Mark(_unwrapped(name), when)
    return None


def set_mark(entry: polib.POEntry, mark: Mark | None) -> None:
    """Replace the marks of a message; other translator's comments stay."""
    rest = _MARK.sub("", entry.tcomment).strip("\n")
    ours = mark.comment(entry.msgid, entry.msgstr) if mark else ""
    entry.tcomment = "\n".join(filter(None, [rest, ours]))


def mark_faults(entry: polib.POEntry) -> Iterator[str]:
    """Yield why a mark must not be shown on the page, a sentence each."""
    for _, name, day in _MARK.findall(entry.tcomment):
        if not _day(day):
            yield f"{quoted(entry.msgid)} is reviewed on {day}, which is not a day."
        if name:
            yield from name_faults(_unwrapped(name))


def name_faults(name: str) -> Iterator[str]:
    """Yield why a reviewer's name cannot be shown on the page, a sentence each."""
    yield from character_faults("", "", name)
    if len(name) > _LONGEST_NAME:
        yield f"The name {quoted(name)} has over {_LONGEST_NAME} letters. Shorten it."
    if re.search(r"//|@|www\.|\bon \d{4}-", name):
        yield f"The name {quoted(name)} contains an address or a date. Leave it out."


def review_of(
    entries: Mapping[str, polib.POEntry], *, was_whole: bool
) -> Review | None:
    """Return the review of a page with these messages, None for a draft.

    An untranslated message is an entry too. `was_whole` is whether the catalog has the
    header `WHOLE`.
    """
    found = {message: mark_of(entry) for message, entry in entries.items()}
    marks = sorted(filter(None, found.values()), key=lambda mark: (mark.day, mark.name))
    words = {message: len(message.split()) for message in found}
    reviewed = sum(words[message] for message, mark in found.items() if mark)
    is_changed = len(marks) < len(found)
    if not marks or (
        is_changed and not (was_whole and reviewed >= _MIN_SHARE * sum(words.values()))
    ):
        return None
    names = tuple(dict.fromkeys(mark.name for mark in marks))
    return Review(names if all(names) else (), marks[-1].day, is_changed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat("".join(text.split()))
    except ValueError:
        return None


def _unwrapped(name: str) -> str:
    return " ".join(name.replace("-\n", "-").split())
