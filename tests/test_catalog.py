"""Catalogs: what is on offer, and how a broken one is told."""

import shutil
from pathlib import Path

import pytest

from quietpage.catalog import TRANSLATIONS, load_languages
from quietpage.errors import QuietpageError


@pytest.fixture
def translations(tmp_path: Path) -> Path:
    copy = tmp_path / "translations"
    shutil.copytree(TRANSLATIONS, copy)
    return copy


def break_catalog(folder: Path, old: str, new: str) -> None:
    file = folder / "es" / "LC_MESSAGES" / "messages.po"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_english_and_spanish_are_on_offer() -> None:
    languages = load_languages()

    assert [(x.tag, x.direction, x.own_name, x.is_draft) for x in languages] == [
        ("en", "ltr", "English", False),
        ("es", "ltr", "Español", True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('msgstr "Notas"', 'msgstr "Notas', "lacks a quotation mark"),
        ('msgstr "Notas"', 'msgstr ""', "no translation of 'Notes'"),
        ('msgstr "Notas"', 'msgstr "<b>Notas</b>"', "has markup, the English none"),
        ("%(date)s", "%(day)s", "cannot be read|no translation|must hold"),
    ],
)
def test_a_broken_catalog_stops_the_start(
    translations: Path, old: str, new: str, sentence: str
) -> None:
    if old == "%(date)s":
        file = translations / "es" / "LC_MESSAGES" / "messages.po"
        head, _, tail = file.read_text(encoding="utf-8").rpartition(old)
        file.write_text(head + new + tail, encoding="utf-8")
    else:
        break_catalog(translations, old, new)

    with pytest.raises(QuietpageError, match=sentence) as raised:
        load_languages(translations)

    assert "translations/es/LC_MESSAGES/messages.po" in raised.value.format_message()


def test_a_folder_that_is_no_locale_is_told(translations: Path) -> None:
    shutil.copytree(translations / "es", translations / "elvish")

    with pytest.raises(QuietpageError, match="translations/elvish: is no locale"):
        load_languages(translations)
