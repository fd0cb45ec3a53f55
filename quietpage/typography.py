"""The typography of a translation: spaces, quotation marks, digits, full stops."""

import re
from collections.abc import Iterator
from datetime import date

from babel.core import Locale
from babel.dates import format_date

from .message_checks import quoted

_NO_BREAK_SPACES = "\u00a0\u202f"
# The quotation marks of locales that do not use “ ”.
_QUOTES = {
    "ar": "« »", "de": "„ “", "fa": "« »", "fr": "« », with no-break spaces inside",
    "ja": "「 」", "pl": "„ ”", "ro": "„ ”", "ru": "« »", "uk": "« »",
    "zh_Hant": "「 」",
}  # fmt: skip
# French of France; Canada sets no space before ; ! and ?.
_FRENCH_SPACES = re.compile(
    f"(?<=[^{_NO_BREAK_SPACES}?!])[;:!?»]|«(?![{_NO_BREAK_SPACES}])"
)


def typography_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield what a typographer of the language would correct, a sentence each.

    >>> list(typography_faults("fr", "Why?", "Pourquoi ?"))
    ["'Pourquoi ?' lacks a no-break space (U+202F or U+00A0) by ?. Put it in."]
    """
    shown = quoted(translation)
    if _ends(translation) != _ends(original):
        yield f"{shown} begins or ends with white space. Remove it."
    if '"' in translation:
        quotes = _QUOTES.get(locale, "“ ”")
        yield f"{shown} has straight quotation marks. Write {quotes}."
    if locale == "fr" and (marks := sorted(set(_FRENCH_SPACES.findall(translation)))):
        yield (
            f"{shown} lacks a no-break space (U+202F or U+00A0) by {' '.join(marks)}."
            " Put it in."
        )
    if any(letter.isdecimal() and not letter.isascii() for letter in translation):
        yield (
            f"{shown} has digits other than 0 to 9. Write 0 to 9: the page shows the"
            " digits that CLDR names for the language."
        )
    if "%(date)s." in translation and _date_ends_with_full_stop(locale):
        yield f"{shown} has a full stop after a date that ends with one. Remove it."


def _ends(text: str) -> tuple[str, str]:
    bare = text.strip()
    start = text.find(bare)
    return text[:start], text[start + len(bare) :]


def _date_ends_with_full_stop(locale: str) -> bool:
    shown = format_date(date(2026, 1, 1), "long", Locale.parse(locale))
    return shown.endswith(".")
