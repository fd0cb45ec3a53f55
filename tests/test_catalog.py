"""Catalogs: what is on offer, and how a broken one is told."""

import shutil
from pathlib import Path

import pytest

from quietpage.catalog import TRANSLATIONS, load_languages
from quietpage.config import Settings
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


def test_every_catalog_is_on_offer_with_direction_name_and_state() -> None:
    languages = load_languages(Settings())

    offered = {x.tag: (x.direction, x.own_name, x.is_draft) for x in languages}
    assert languages[0].tag == "en"
    assert offered["en"] == ("ltr", "English", False)
    assert offered["es"] == ("ltr", "Español", True)
    # Not one is reviewed yet.
    assert [tag for tag, (_, _, draft) in offered.items() if not draft] == ["en"]
    assert len(offered) == 1 + len(list(TRANSLATIONS.glob("*/LC_MESSAGES")))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('msgstr "Notas"', 'msgstr "Notas', "lacks a quotation mark"),
        (
            'msgstr "Notas"',
            'msgstr "<b>Notas</b>"',
            "the markup < < > >, but must",
        ),
        ("%(date)s", "%(day)s", "the placeholder %.day.s, but must hold %.date.s"),
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
        load_languages(Settings(), translations)

    assert "translations/es/LC_MESSAGES/messages.po" in raised.value.format_message()


def test_an_incomplete_catalog_is_offered_from_the_share_of_the_settings(
    translations: Path,
) -> None:
    break_catalog(translations, 'msgstr "Notas"', 'msgstr ""')

    def offered(share: int) -> list[str]:
        settings = Settings(least_translated=share)
        return [language.tag for language in load_languages(settings, translations)]

    assert "es" not in offered(100)
    assert "es" in offered(99)


def test_drafts_are_left_out_where_the_settings_say_so() -> None:
    assert [x.tag for x in load_languages(Settings(show_drafts=False))] == ["en"]


def test_a_folder_that_is_no_locale_is_told(translations: Path) -> None:
    shutil.copytree(translations / "es", translations / "elvish")

    with pytest.raises(QuietpageError, match="translations/elvish: is no locale"):
        load_languages(Settings(), translations)
