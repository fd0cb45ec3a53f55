"""Checks of one translated message, whoever wrote it."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from babel.core import Locale, UnknownLocaleError

from .banned_words import banned_words_in, names_whole_first, remove_categories

TITLE, EXIT_LABEL = "Notes", "Close this page"
_EXIT_LETTERS = 24
_PLACEHOLDER = re.compile(r"%(?:\(\w*\)?\w?|.?)")
# A quotation mark would end the attribute that some messages are in.
_MARKUP = re.compile(r"[<>\"]|&\w+;|&#")
# Schemes, mail addresses, and host names: a full stop within a word, in any script.
_ADDRESS = re.compile(
    r"//|www|\b(?:javascript|data|mailto|tel|sms):\S|@|[(\[](?:at|dot)[)\]]"
    r"|[^\s.]\.(?=[^\W\d_]{2})|[a-z0-9]。(?=[a-z]{2})",
    re.IGNORECASE,
)
_SPACED_AT = re.compile(r"(?<=[(\[])\s*(at|dot)\s*(?=[)\]])", re.IGNORECASE)
_PART_OF_WHOLE = re.compile(r"(\d+) in (\d+)")
# Control, format, private and unassigned characters, and line ends.
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# Pictures, enclosed letters, and enclosing marks.
_SYMBOLS = {"Me", "So"}
_MARKS = frozenset({"Mn", "Mc", "Me"})
# Invisible letters and marks (Default_Ignorable_Code_Point, and the Braille blank).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"
# The scripts whose spelling needs them (The Unicode Standard, chapters 9, 12 and 13).
_JOINED_SCRIPTS = {
    "ARABIC", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "KANNADA", "KHMER",
    "MALAYALAM", "MONGOLIAN", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU",
}  # fmt: skip
# Scripts that are mixed without spaces, and with Latin words.
_EAST_ASIAN = {"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "KATAKANA"}


@cache
def _in_english(name: str, original: str) -> list[str]:
    return sorted(_FINDERS[name](original))


def safety_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield what would mislead or endanger a reader, a sentence each.

    >>> list(safety_faults("de", "1 in 3", "1 von 4"))
    ["'1 von 4' has the figures 1 4; the English has 1 3. Correct it."]
    """
    # The start checks thousands of messages, so slow steps wait until there is a fault.
    for name, find in _FINDERS.items():
        wanted, found = _in_english(name, original), sorted(find(translation))
        if found != wanted:
            got, expected = (printable(" ".join(x)) or "none" for x in (found, wanted))
            yield (
                f"{quoted(translation)} has the {name} {got}; the English has"
                f" {expected}. Correct it."
            )
    if names_whole_first(locale):
        original = _PART_OF_WHOLE.sub(r"\2 in \1", original)
    wanted, found = _figures(original), _figures(translation)
    if found != wanted:
        got, expected = (" ".join(x) or "none" for x in (found, wanted))
        yield (
            f"{quoted(translation)} has the figures {got}; the English has {expected}."
            " Correct it."
        )
    if re.search(r"\w", original) and not re.search(r"\w", translation):
        yield f"{quoted(translation)} has no words. Translate it."
    yield from character_faults(locale, original, translation)


def character_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield characters that mislead: hidden, reordering or of another script."""
    for name in hidden_characters(translation):
        yield f"{quoted(translation)} has {name}. Remove it."
    for letter in sorted(set(translation) - set(original)):
        if unicodedata.category(letter) in _SYMBOLS:
            yield f"{quoted(translation)} has the symbol {letter}. Remove it."
    own_scripts = _scripts_of(locale)
    rest = translation
    for name in re.findall(r"[A-Za-z]{2,}", original):
        rest = rest.replace(name, " ")
    for word in _words(rest):
        scripts = set(map(_script, set(word)))
        is_foreign = own_scripts and not scripts <= own_scripts
        if is_foreign or len(scripts - _EAST_ASIAN) > 1:
            yield (
                f"{quoted(translation)} has the word '{word}', whose letters are of"
                " another script or of two. Write it in one."
            )


def hidden_characters(text: str) -> Iterator[str]:
    """Yield the name of each character that is invisible or reorders visible text.

    Joiners are allowed between two letters of a script that needs them.
    """
    for letter in sorted(set(text)):
        is_hidden = unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS
        if is_hidden or _UNSEEN.match(letter):
            yield f"the character U+{ord(letter):04X}"
    for match in re.finditer(f"[{_JOINERS}]", text):
        around = text[: match.start()][-1:], text[match.end() :][:1]
        if not set(map(_script, around)) <= _JOINED_SCRIPTS:
            yield f"the joiner U+{ord(match[0]):04X}, which its script does not use"


def mixed_words(text: str) -> Iterator[str]:
    """Yield the words with letters of two scripts, since one may imitate the other."""
    for word in _words(text):
        if len({_script(letter) for letter in word} - _EAST_ASIAN) > 1:
            yield word


def wording_faults(locale: str, original: str, translation: str) -> Iterator[str]:
    """Yield what a translator should correct before readers see it, a sentence each."""
    shown = quoted(translation)
    if original == translation and len(original.split()) > 3:  # noqa: PLR2004
        yield f"{shown} is the English text. Translate it."
    if len(translation) > 3 * len(original) + 12:
        yield f"{shown} is over three times as long as the English. Shorten it."
    if original == EXIT_LABEL and len(translation) > _EXIT_LETTERS:
        yield (
            f"{shown} has {len(translation)} letters; the exit may have at most"
            f" {_EXIT_LETTERS}. Shorten it."
        )
    is_seen_by_others = original in {TITLE, EXIT_LABEL}
    for word in banned_words_in(
        locale, translation, is_seen_by_others=is_seen_by_others
    ):
        yield (
            f"{shown} contains '{word}', which translations/words.toml bans. Use"
            " another word."
        )


def quoted(text: str) -> str:
    """Return a text's beginning in quotes, with control characters escaped."""
    return f"'{printable(text[:60])}'"


def printable(text: str) -> str:
    """Return `text` with control and invisible characters escaped."""
    return "".join(
        letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text
    )


def _addresses(text: str) -> list[str]:
    # Compatibility characters, such as full-width letters, look like what they map to,
    # and `re` does not count vowel signs as letters.
    plain = remove_categories(_MARKS, unicodedata.normalize("NFKC", text))
    words = _SPACED_AT.sub(r"\1", plain).split()
    return [w.strip(".,:;!?“”„«»‘’") for w in words if _ADDRESS.search(w)]


_FINDERS: Mapping[str, Callable[[str], list[str]]] = {
    "placeholder": _PLACEHOLDER.findall,
    "markup": _MARKUP.findall,
    "address": _addresses,
}


def _figures(text: str) -> list[str]:
    """Return the numbers of a text in Latin digits, in order, whatever their script.

    Roman, circled and other numerals are kept as they are. One or two Chinese numerals
    are words (一つ, 十二); three in a row may be a number to call.

    >>> _figures("۲۴ ساعت"), _figures("Ⅰ ½"), _figures("拨打一二〇"), _figures("十分")
    (['24'], ['Ⅰ', '½'], ['一二〇'], [])
    """
    if text.isascii():
        return re.findall(r"\d+", text)
    line = text.translate({ord(letter): _figure_kind(letter) for letter in set(text)})
    return [
        found[0] if found[0].isdigit() else text[found.start() : found.end()]
        for found in re.finditer(r"\d+|[#@]*#[#@]*|@{3,}", line)
    ]


def _figure_kind(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if category in {"Nl", "No"}:
        return "#"
    is_ideograph = category == "Lo" and unicodedata.numeric(letter, None) is not None
    return "@" if is_ideograph else " "


def _words(text: str) -> list[str]:
    """Return the words of a text, without their marks."""
    bare = remove_categories(_MARKS | {"Cf", "Lm"}, unicodedata.normalize("NFKC", text))
    return re.findall(r"[^\W\d_]+", bare)


@cache
def _script(letter: str) -> str:
    """Return the script of a letter or mark, by the first word of its Unicode name."""
    name = unicodedata.name(letter, "") if letter else ""
    # Small capitals look like capitals; no language is written in them.
    return "SMALL CAPITAL" if "SMALL CAPITAL" in name else name.partition(" ")[0]


@cache
def _scripts_of(locale: str) -> set[str]:
    """Return Latin and the scripts of a language; nothing if CLDR lacks the language.

    Its scripts are those of its own name for itself.
    """
    try:
        name = Locale.parse(locale).display_name or ""
    except (ValueError, UnknownLocaleError):
        name = ""
    found = {_script(letter) for letter in name if letter.isalpha()}
    if found & _EAST_ASIAN:
        found |= _EAST_ASIAN
    return found | {"LATIN"} if found else set()
