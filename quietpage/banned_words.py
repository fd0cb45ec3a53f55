"""Find the words of `translations/words.toml` in a text, however they are written."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from .config import ROOT
from .errors import QuietpageError

WORDS = ROOT / "translations" / "words.toml"
# Tatweel lengthens Arabic words; the others are invisible fillers for Korean letters.
_FILLING = re.compile("[\u0640\u115f\u1160\u3164\uffa0]")
_UNSEEN_CATEGORIES = frozenset({"Mn", "Me", "Cf"})


def banned_words_in(
    locale: str, text: str, *, is_seen_by_others: bool = True
) -> list[str]:
    """Return the words in `text` that it must not contain, as the table writes them.

    `locale` is Babel's (pt_BR). `is_seen_by_others` is whether the text is a title or
    the exit's label, which somebody may read over the reader's shoulder; other text
    is only searched for words that are banned everywhere.

    >>> banned_words_in("tr", "ŞİDDET"), banned_words_in("es", "Notas")
    (['şiddet'], [])
    """
    folded = fold(text)
    words = _banned_words(locale, is_seen_by_others=is_seen_by_others)
    return [word for word, folded_word in words.items() if folded_word in folded]


def has_words(locale: str) -> bool:
    """Return whether the table has words for the title of a language."""
    return any(section.get("title") for section in _sections(locale))


def names_whole_first(locale: str) -> bool:
    """Return whether the word order of a language turns "1 in 3" into "of 3, 1"."""
    return any(section.get("whole_first") for section in _sections(locale))


def fold(text: str) -> str:
    r"""Return `text` in one spelling for all that look alike to a reader.

    That is Unicode's compatibility decomposition (UAX 15) without marks and format
    characters, in lower case. Dotted and dotless i, which Turkish and Azeri
    distinguish, become one letter.

    >>> fold("YARDIM") == fold("yardım") == fold("ｙａｒ\u0334dı\u200dm")
    True
    """
    plain = remove_categories(_UNSEEN_CATEGORIES, unicodedata.normalize("NFKD", text))
    return _FILLING.sub("", plain).casefold().replace("ı", "i")


def remove_categories(categories: Collection[str], text: str) -> str:
    """Return `text` without the characters of these Unicode categories."""
    found = {ord(x) for x in set(text) if unicodedata.category(x) in categories}
    return text.translate(dict.fromkeys(found))


@cache
def _banned_words(locale: str, *, is_seen_by_others: bool) -> dict[str, str]:
    """Return {word: folded word}; strangers understand the English ones everywhere."""
    sections = list(_sections(locale))
    found = [word for section in sections for word in section.get("never", [])]
    if is_seen_by_others:
        for section in [*sections, *_sections("en")]:
            found += section.get("title", [])
    return {word: fold(word) for word in found}


def _sections(locale: str) -> Iterator[dict[str, Any]]:
    """Yield the sections of a language, in all its scripts and countries."""
    language = locale.partition("_")[0]
    for name, section in _table().items():
        if name.partition("_")[0] == language:
            yield section


@cache
def _table() -> dict[str, Any]:
    try:
        return tomllib.loads(WORDS.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuietpageError(
            f"translations/words.toml: cannot be read ({error}). Restore it."
        ) from error
