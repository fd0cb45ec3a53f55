"""What a translated message may not be, whoever wrote it."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from .config import ROOT
from .errors import QuietpageError

WORDS = ROOT / "translations" / "words.toml"
TITLE, EXIT_LABEL = "Notes", "Close this page"
_EXIT_LETTERS = 24
_PLACEHOLDER = re.compile(r"%(?:\(\w*\)?\w?|.?)")
# A quotation mark would end the attribute that some messages stand in.
_MARKUP = re.compile(r"[<>\"]|&\w+;|&#")
_ADDRESS = re.compile(
    r"\w+://|\bwww\.|\b(?:javascript|data|mailto|tel|sms):\S"
    r"|\b[a-z0-9-]+\.(?:com|org|net|info|io|ru|cn|co|me)\b",
    re.IGNORECASE,
)


def safety_faults(original: str, translation: str) -> Iterator[str]:
    """Yield what would mislead or endanger a reader, a sentence each.

    >>> list(safety_faults("1 in 3", "1 von 4"))
    ["'1 von 4' has the figures 1 4, the English 1 3. Correct it."]
    """
    shown = translation[:60]
    for pattern, name in (
        (_PLACEHOLDER, "placeholder"),
        (_MARKUP, "markup"),
        (_ADDRESS, "address"),
    ):
        wanted = sorted(pattern.findall(original))
        found = sorted(pattern.findall(translation))
        if found != wanted:
            expected = " ".join(wanted) or "none"
            got = " ".join(found) or "none"
            yield (
                f"'{shown}' has the {name} {got}, but must hold {expected} as the"
                " English does. Correct it."
            )
    wanted, found = _figures(original), _figures(translation)
    if found != wanted:
        yield (
            f"'{shown}' has the figures {' '.join(found) or 'none'}, the English"
            f" {' '.join(wanted) or 'none'}. Correct it."
        )
    for letter in translation:
        # Joiners belong to Persian and Indic spelling; the rest reorders or hides.
        if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"} and (
            letter not in "\u200c\u200d\n"
        ):
            yield (
                f"'{shown}' has the invisible character U+{ord(letter):04X}. Remove it."
            )


def wording_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield what a translator should mend before others see it, a sentence each."""
    shown = translation[:60]
    if original == translation and len(original.split()) > 3:  # noqa: PLR2004
        yield f"'{shown}' is the English text. Translate it."
    if len(translation) > 3 * len(original) + 12:
        yield f"'{shown}' is over three times as long as the English. Shorten it."
    if original == EXIT_LABEL and len(translation) > _EXIT_LETTERS:
        yield f"'{shown}' has {len(translation)} letters, the exit 24 at most."
    is_seen_by_others = original in {TITLE, EXIT_LABEL}
    for word in ruled_out(locale, is_seen_by_others=is_seen_by_others):
        if word.casefold() in translation.casefold():
            yield f"'{shown}' holds '{word}', which translations/words.toml rules out."


def ruled_out(locale: str, *, is_seen_by_others: bool) -> list[str]:
    """Return the words that may not stand in a message, or in what others see too.

    English ones tell a stranger anywhere.
    """
    words = _words().get(locale, {})
    english = _words().get("en", {})
    titles = [*words.get("title", []), *english.get("title", [])]
    return [*words.get("never", []), *(titles if is_seen_by_others else [])]


def _figures(text: str) -> list[str]:
    """Return the numbers of a text in Latin digits, sorted."""
    latin = "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() else letter
        for letter in text
    )
    return sorted(re.findall(r"\d+", latin))


@cache
def _words() -> dict[str, Any]:
    try:
        return tomllib.loads(WORDS.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuietpageError(
            f"translations/words.toml: cannot be read ({error}). Restore it."
        ) from error
