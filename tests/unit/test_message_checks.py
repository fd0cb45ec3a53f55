"""What a translation must not contain: each way around the checks, and what is fine."""

import tomllib
import unicodedata

import pytest

from quietpage.banned_words import WORDS, banned_words_in
from quietpage.message_checks import quoted, safety_faults, wording_faults

TABLE = tomllib.loads(WORDS.read_text(encoding="utf-8"))
TITLES = [(name, word) for name, row in TABLE.items() for word in row["title"]]
FULL_WIDTH = {chr(code - 0xFEE0): chr(code) for code in range(0xFF01, 0xFF5F)}
NEVER = [(name, word) for name, row in TABLE.items() for word in row.get("never", [])]


def upper(locale: str, word: str) -> str:
    """Return capitals as the language writes them."""
    return word.replace("i", "İ").upper() if locale == "tr" else word.upper()


@pytest.mark.parametrize(("locale", "word"), TITLES)
def test_every_banned_word_is_found_however_it_is_written(
    locale: str, word: str
) -> None:
    capitals = upper(locale, word)
    writings = [
        word,
        capitals,
        capitals[0] + word[1:],
        word.title(),
        *(unicodedata.normalize(form, word) for form in ("NFD", "NFKC", "NFKD")),
        "\u200d".join(word),
        "\u034f".join(word),
        "\u3164".join(word),
        "\u0335".join(word),
        "".join(FULL_WIDTH.get(letter, letter) for letter in word),
    ]

    for original in ("Notes", "Close this page"):
        for text in writings:
            faults = " ".join(wording_faults(locale, original, text))
            assert f"contains '{word}'" in faults, (original, text)


@pytest.mark.parametrize(("locale", "word"), NEVER)
def test_words_banned_everywhere_are_found_in_any_message(
    locale: str, word: str
) -> None:
    for text in (word, upper(locale, word), word.title()):
        assert word in banned_words_in(locale, text, is_seen_by_others=False)


@pytest.mark.parametrize(
    ("locale", "original", "text", "expected"),
    [
        # Letters that are not what they look like, or are invisible.
        ("es", "Notes", "Vio\u200dlencia", "the joiner U+200D, which its script"),
        ("es", "Notes", "No\u034ftas", "the character U+034F"),
        ("ko", "Notes", "메\u3164모", "the character U+3164"),
        ("es", "Notes", "\u2800Notas", "the character U+2800"),
        ("es", "Notes", "N\u20dd", "the symbol \u20dd"),
        ("es", "Notes", "🅷🅴🅻🅿", "the symbol 🅴"),
        ("es", "Notes", "No\ufe0ftas", "the character U+FE0F"),
        ("es", "Notes", "No\u202etas", "the character U+202E"),
        ("ar", "Notes", "\u2067ملاحظات", "the character U+2067"),
        ("ru", "Notes", "Зaметки", "the word 'Зaметки', whose letters are of"),
        ("es", "Notes", "ауда", "the word 'ауда', whose letters are of another"),
        ("es", "Notes", "ɴᴏᴛᴀꜱ", "whose letters are of another script"),
        ("es", "Notes", "Νotas", "the word 'Νotas', whose letters"),
        # Figures.
        ("es", "1 in 3", "3 de cada 1", "the figures 3 1; the English has 1 3"),
        ("ja", "1 in 3", "1人に3人", "the figures 1 3; the English has 3 1"),
        ("es", "Healing", "Sanar Ⅰ", "the figures Ⅰ; the English has none"),
        ("es", "Healing", "Sanar ½", "the figures ½; the English has none"),
        ("es", "Healing", "Sanar ①", "the figures ①"),
        ("es", "Healing", "Sanar ９", "the figures 9"),
        ("es", "Healing", "Sanar 𝟗", "the figures 9"),
        ("fa", "Healing", "۱۲۳", "the figures 123"),
        ("zh_Hans", "Healing", "拨打一二〇〇", "the figures 一二〇〇"),
        ("zh_Hans", "Healing", "拨打一一零", "the figures 一一零"),
        ("ta", "Healing", "௱", "the figures ௱"),
        # Addresses.
        (
            "es",
            "Healing",
            "Vea ayuda-ya.xyz",
            "the address ayuda-ya.xyz; the English has",
        ),
        ("es", "Healing", "Vea bit.ly/abc", "the address bit.ly/abc; the English has"),
        ("es", "Healing", "Vea ayuda.app.", "the address ayuda.app; the English has"),
        ("es", "Healing", "Vea x\u2024com", "the address x.com; the English has"),
        ("es", "Healing", "Vea ｘ．ｃｏｍ", "the address x.com; the English has"),
        ("es", "Healing", "Vea ayuda。com", "the address ayuda。com; the English has"),
        ("ru", "Healing", "помощь.рф", "the address помощь.рф; the English has"),
        ("hi", "Healing", "सहायता.भारत", "the address सहयत.भरत; the English has"),
        ("es", "Healing", "ayuda(at)mail de", "the address ayuda(at)mail"),
        ("es", "Healing", "ayuda ( at ) mail", "the address (at)"),
        ("es", "Healing", "a@b", "the address a@b"),
        ("es", "Healing", "//x", "the address //x"),
        ("es", "Healing", "www.sanar.org", "the address www.sanar.org"),
        ("es", "Healing", "javascript:x", "the address javascript:x"),
        # Markup, placeholders, nothing at all.
        ("es", "Healing", "<b>", "the markup < >"),
        ("es", "Healing", 'Sanar" src="x', 'the markup "'),
        ("es", "Healing", "&lt;", "the markup &lt;"),
        ("es", "Healing", "%(x)s", "the placeholder %(x)s"),
        ("es", "Healing", "%", "the placeholder %"),
        ("es", "Healing", " \u00a0", "has no words"),
        ("es", "Healing", "…", "has no words"),
    ],
)
def test_anything_misleading_is_reported(
    locale: str, original: str, text: str, expected: str
) -> None:
    faults = list(safety_faults(locale, original, text))

    assert expected in " ".join(faults)
    assert all(fault.isprintable() for fault in faults)


@pytest.mark.parametrize(
    ("locale", "original", "text"),
    [
        ("fa", "Notes", "یادداشت‌ها"),
        ("hi", "Notes", "नोट्\u200dस"),
        ("ja", "Tap Esc", "Escキーを一つ押す"),
        ("ko", "for LGBTQ+ people", "LGBTQ+인 사람"),
        ("ru", "for LGBTQ+ people", "для LGBTQ+-людей"),
        ("th", "JavaScript", "ใช้JavaScriptได้"),
        ("ar", "Wi-Fi at work", "شبكة Wi-Fi"),
        ("zh_Hant", "Healing", "十分好，二十年"),
        ("ja", "1 in 3", "3人に1人"),
        ("tr", "1 in 3", "3 kadından 1’i"),
        ("es", "every day, 24 hours", "24 h, todos los días"),
        ("uz", "Notes", "Oʻqish daftari"),
        ("vi", "Notes", "Ghi chú"),
        ("sr", "Notes", "Белешке"),
        ("sr_Latn", "Notes", "Beleške"),
        ("es", "Healing", "Bien... pero no"),
    ],
)
def test_what_a_language_needs_is_accepted(
    locale: str, original: str, text: str
) -> None:
    assert list(safety_faults(locale, original, text)) == []


@pytest.mark.parametrize(
    ("locale", "original", "text", "expected"),
    [
        (
            "es",
            "Healing",
            "<b> %s",
            [
                "placeholder %s; the English has none. Correct it.",
                "markup < >; the English has none. Correct it.",
            ],
        ),
        ("es", "%s & <b>", "%s & <b>", []),
        ("es", "1 in 3", "3 de 1", ["figures 3 1; the English has 1 3. Correct it."]),
        ("es", "Notes", "N☎", ["symbol ☎. Remove it."]),
        ("es", "N☎", "N☎", []),
        ("es", "Notes", "N\u200bo", ["character U+200B. Remove it."]),
        (
            "fa",
            "Notes",
            "ی\u200c",
            ["joiner U+200C, which its script does not use. Rem"],
        ),
        (
            "ru",
            "Notes",
            "Зaметки",
            ["word 'Зaметки', whose letters are of another script or of two. Wri"],
        ),
    ],
)
def test_a_sentence_says_what_is_found_and_what_to_do(
    locale: str, original: str, text: str, expected: list[str]
) -> None:
    faults = list(safety_faults(locale, original, text))

    assert len(faults) == len(expected)
    for fault, sentence in zip(faults, expected, strict=True):
        assert fault.startswith(f"{quoted(text)} has the {sentence}")


@pytest.mark.parametrize(
    ("original", "text", "expected"),
    [
        ("One two three", "One two three", ""),
        ("One two three four", "One two three four", "is the English text. Translate"),
        ("ab", "x" * 18, ""),
        ("ab", "x" * 19, "is over three times as long as the English. Shorten it."),
        ("Close this page", "C" * 24, ""),
        (
            "Close this page",
            "C" * 25,
            "has 25 letters; the exit may have at most 24. Shorten it.",
        ),
        ("Healing", "Violencia", ""),
        (
            "Notes",
            "Violen",
            "contains 'violen', which translations/words.toml bans. Use another word.",
        ),
    ],
)
def test_what_others_may_see_is_short_and_neutral(
    original: str, text: str, expected: str
) -> None:
    faults = list(wording_faults("es", original, text))

    assert len(faults) == bool(expected)
    assert "".join(faults).startswith(f"{quoted(text)} {expected}" if expected else "")


def test_a_sentence_quotes_what_a_terminal_shows() -> None:
    assert quoted("\x1b[2Jñ" + "x" * 60) == "'\\u001b[2Jñ" + "x" * 55 + "'"
