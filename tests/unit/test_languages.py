"""Catalogs: which languages are offered, and how a broken one is reported."""

import shutil
from pathlib import Path

import pytest
from babel.core import Locale
from markupsafe import Markup
from werkzeug.test import Client

from app import create_site
from quietpage.config import Settings, load_settings
from quietpage.errors import QuietpageError
from quietpage.languages import (
    Language,
    Messages,
    count_untranslated,
    load_languages,
    localize_digits,
    translation_domain,
)
from quietpage.po_files import TEMPLATE, page_messages, read_po
from tests.support.locales import TAGS

# Four messages, so that no test here depends on what a translator writes.
TEXTS = {
    "Notes": "Notas",
    "Close this page": "Cerrar la página",
    "Later": "Luego",
    "The text of %(date)s": "El texto del %(date)s",
}


@pytest.fixture
def translations(tmp_path: Path) -> Path:
    """A folder with a template of four messages and their Spanish."""
    folder = tmp_path / "translations"
    file = folder / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    for path, texts in (
        (folder / "messages.pot", dict.fromkeys(TEXTS, "")),
        (file, TEXTS),
    ):
        entries = (f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in texts.items())
        path.write_text("\n".join(entries), encoding="utf-8")
    return folder


def break_catalog(folder: Path, old: str, new: str) -> None:
    file = folder / "es" / "LC_MESSAGES" / "messages.po"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_catalog_is_offered_with_direction_name_and_state() -> None:
    languages = load_languages(Settings())

    offered = {x.tag: (x.direction, x.own_name, x.is_draft) for x in languages}
    assert languages[0].tag == "en"
    assert offered["en"] == ("ltr", "English", False)
    assert offered["es"] == ("ltr", "Español", True)
    # None is reviewed yet.
    assert [tag for tag, (_, _, draft) in offered.items() if not draft] == ["en"]
    assert offered.keys() == set(TAGS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('msgstr "Notas"', 'msgstr "Notas', "lacks a quotation mark"),
        (
            'msgstr "Notas"',
            'msgstr "<b>Notas</b>"',
            "the markup < < > >; the English has none",
        ),
        (
            "del %(date)s",
            "del %(day)s",
            "the placeholder %.day.s; the English has %.date.s",
        ),
    ],
)
def test_a_broken_catalog_stops_the_start(
    translations: Path, old: str, new: str, sentence: str
) -> None:
    break_catalog(translations, old, new)

    with pytest.raises(QuietpageError, match=sentence) as raised:
        load_languages(Settings(), translations)

    assert "translations/es/LC_MESSAGES/messages.po" in raised.value.format_message()


def test_an_incomplete_catalog_is_offered_from_the_configured_share(
    translations: Path,
) -> None:
    break_catalog(translations, 'msgstr "Notas"', 'msgstr ""')

    def offered(share: int) -> list[str]:
        settings = Settings(min_translated_percent=share)
        return [language.tag for language in load_languages(settings, translations)]

    assert "es" not in offered(76)
    assert "es" in offered(75)


@pytest.mark.parametrize(
    "settings",
    [Settings(show_drafts=False), Settings(min_translated_percent=100)],
    ids=["draft", "incomplete"],
)
def test_a_fault_in_a_language_that_is_not_offered_does_not_stop_the_start(
    translations: Path, settings: Settings
) -> None:
    break_catalog(translations, 'msgstr "Notas"', 'msgstr "<b>Notas</b>"')
    break_catalog(translations, 'msgstr "Luego"', 'msgstr ""')

    assert [x.tag for x in load_languages(settings, translations)] == ["en"]


def test_a_catalog_of_another_language_stops_the_start(translations: Path) -> None:
    header = 'msgid ""\nmsgstr "Language: es\\n"\n\nmsgid "Notes"'
    break_catalog(translations, 'msgid "Notes"', header)
    assert len(load_languages(Settings(), translations)) == 2
    (translations / "es").rename(translations / "fr")

    with pytest.raises(QuietpageError, match="po:1: says Language: es, but is in"):
        load_languages(Settings(), translations)


def test_drafts_are_left_out_if_the_settings_say_so() -> None:
    assert [x.tag for x in load_languages(Settings(show_drafts=False))] == ["en"]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("elvish", "like es or pt_BR"),
        ("ES", "es"),
        ("es-MX", "like es or pt_BR"),
        ("zh_TW", "zh_Hant_TW"),
    ],
)
def test_a_folder_that_is_not_named_after_a_locale_is_reported(
    translations: Path, name: str, right: str
) -> None:
    (translations / "es").rename(translations / name)

    sentence = rf"translations/{name}: is not a locale's folder\. Name it {right}\."
    with pytest.raises(QuietpageError, match=sentence):
        load_languages(Settings(), translations)


FAULT = 'msgid "Later"\nmsgstr "Luego"\n'
META = "<meta http-equiv='refresh' content='4;url=//evil.example/'>"


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (f'msgctxt "x"\n{FAULT}', r"po:\d+: has msgctxt of a context or plural"),
        (
            f'msgid "Later"\nmsgid_plural "{META}"\nmsgstr[0] "{META}"\n',
            r"po:\d+: has msgid_plural of",
        ),
        (
            f'msgid "Later\0{META}"\nmsgstr "Luego{META}"\n',
            r"po:\d+: .* U\+0000",
        ),
        (
            'msgid "Later"\nmsgstr "Luego\\x41"\n',
            r"po:\d+: .* an escape other than",
        ),
        (
            'msgid "Later"\nmsgstr "Luego\u2028"\n',
            r"po:\d+: .* U\+2028",
        ),
        (
            'msgid "Later"\nmsgstr "Luego\\n"\n',
            r"po:\d+: .* U\+000A",
        ),
        (
            f'msgid "Later"\nmsgstr "Luego {META}"\n',
            r"po:\d+: .* markup",
        ),
    ],
)
def test_anything_but_a_plain_message_is_refused_with_file_and_line(
    translations: Path, entry: str, sentence: str
) -> None:
    break_catalog(translations, FAULT, entry)

    with pytest.raises(QuietpageError, match=sentence):
        load_languages(Settings(), translations)


def test_an_own_catalog_is_read_as_strictly(tmp_path: Path) -> None:
    file = tmp_path / "translations" / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(f'msgid "Later"\nmsgid_plural "x"\nmsgstr[0] "{META}"\n')

    with pytest.raises(QuietpageError, match=r"po:2: has msgid_plural of a context"):
        load_languages(Settings(folder=tmp_path))


def test_messages_outside_the_template_are_not_served(
    translations: Path,
) -> None:
    break_catalog(translations, FAULT, f'{FAULT}\nmsgid "{META}"\nmsgstr "{META}"\n')

    [spanish] = load_languages(Settings(locales=("es",)), translations)

    assert spanish.messages.gettext("Later") == "Luego"
    assert spanish.messages.gettext(META) == META


def test_an_organisation_s_words_win_message_by_message(
    translations: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "translations" / "es" / "LC_MESSAGES" / "messages.po"
    own.parent.mkdir(parents=True)
    own.write_text(
        'msgid "Later"\nmsgstr "Más tarde"\n\nmsgid "A door"\nmsgstr "Una puerta"\n'
    )
    settings = Settings(
        folder=tmp_path / "own",
        locales=("es", "en"),
        titles={"es": "Recetas", "en": "Recipes"},
    )

    spanish, english = load_languages(settings, translations)

    asked = ("Notes", "Later", "Close this page", "A door", "Nowhere")
    assert [spanish.messages.gettext(message) for message in asked] == [
        "Recetas",
        "Más tarde",
        "Cerrar la página",
        "Una puerta",
        "Nowhere",
    ]
    assert [spanish.messages.has(m) for m in asked] == [True] * 4 + [False]
    assert spanish.messages.in_english().gettext("Later") == "Later"
    assert spanish.messages.in_english().has("Later")
    assert english.messages.gettext("Notes") == "Recipes"
    domain = translation_domain((spanish, english))
    assert domain.cache["es", "messages"] is spanish.messages
    assert domain.cache["en", "messages"] is english.messages


def test_english_comes_first_and_the_others_by_their_own_names(
    translations: Path,
) -> None:
    for tag in ("de", "da", "uk"):
        shutil.copytree(translations / "es", translations / tag)
    file = translations / "uk" / "LC_MESSAGES" / "messages.po"
    file.write_text('msgid "Later"\nmsgstr "Пізніше"\n', encoding="utf-8")

    languages = load_languages(Settings(), translations)

    assert [x.tag for x in languages] == ["en", "da", "de", "es", "uk"]
    assert [x.own_name for x in languages[1:3]] == ["Dansk", "Deutsch"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            Settings(locales=("sp",)),
            "locales names 'sp', which has no translation: did you mean 'es'?",
        ),
        (
            Settings(exit_urls={"xx": "https://a.example/"}),
            "exit_urls names 'xx', which has no translation: there are en, es.",
        ),
        (
            Settings(titles={"xx": "Recipes"}),
            "titles names 'xx', which has no translation: there are en, es.",
        ),
        (
            Settings(titles={"es": "Ayuda"}),
            (
                "titles: 'Ayuda' contains 'ayuda', which translations/words.toml bans."
                " Use another word."
            ),
        ),
        (Settings(titles={"es": "N☎"}), "titles: 'N☎' has the symbol ☎. Remove it."),
        (
            Settings(locales=("es",), show_drafts=False),
            (
                "locales, show_drafts and min_translated_percent together leave no"
                " language. Add one that they allow, such as en."
            ),
        ),
    ],
)
def test_a_setting_that_the_catalogs_do_not_bear_out_is_one_sentence(
    translations: Path, settings: Settings, sentence: str
) -> None:
    with pytest.raises(QuietpageError) as raised:
        load_languages(settings, translations)

    assert raised.value.format_message() == f"quietpage.toml: {sentence}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"Notas"', '"Ayuda"', "1: 'Ayuda' contains 'ayuda', which translations/words"),
        ('"Cerrar la página"', f'"{"C" * 25}"', f"4: '{'C' * 25}' has 25 letters; the"),
        (
            "Luego",
            "Luego 1",
            "7: 'Luego 1' has the figures 1; the English has none. Corr",
        ),
    ],
)
def test_what_may_hurt_a_reader_stops_the_start_with_its_line(
    translations: Path, old: str, new: str, expected: str
) -> None:
    break_catalog(translations, old, new)

    with pytest.raises(QuietpageError) as raised:
        load_languages(Settings(), translations)

    file = translations / "es" / "LC_MESSAGES" / "messages.po"
    assert raised.value.format_message().startswith(f"{file}:{expected}")


def test_what_is_shown_in_english_is_counted_by_language() -> None:
    messages = page_messages(read_po(TEMPLATE))
    done = dict.fromkeys(messages, "x")
    del done["Later"]
    languages = [
        Language(tag, Locale(tag), Messages(texts))
        for tag, texts in [("en", {}), ("de", done | {"Later": "x"}), ("es", done)]
    ]

    assert count_untranslated(languages) == {"es": 1}


@pytest.mark.parametrize(
    ("locale", "text"),
    [("es", "019"), ("ar_EG", "٠١٩"), ("fa", "۰۱۹"), ("bn", "০১৯"), ("ne", "०१९")],
)
def test_figures_are_those_of_the_language(locale: str, text: str) -> None:
    assert localize_digits(Locale.parse(locale), "a 019") == f"a {text}"


def test_a_template_shows_catalog_messages_only_as_text(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "guide" / "later.html"
    own.parent.mkdir(parents=True)
    own.write_text(
        "<h2 title='{% trans %}A door{% endtrans %}'>{{ _('A door') }}"
        "{% trans x=exit_site %}Go {{ x }}{% endtrans %}</h2>"
    )
    file = tmp_path / "translations" / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(
        """msgid "A door"\nmsgstr "L'a & puerta"\n"""
        """msgid "Go %(x)s"\nmsgstr "Ir %(x)s"\n"""
    )

    text = Client(create_site(Settings(folder=tmp_path, locales=("es",)))).get("/").text

    assert "<h2 title='L&#39;a &amp; puerta'>L&#39;a &amp; puertaIr <bdi>" in text


def test_markup_in_a_template_message_is_reported_in_one_sentence(
    tmp_path: Path,
) -> None:
    own = tmp_path / "templates" / "guide" / "later.html"
    own.parent.mkdir(parents=True)
    own.write_text("\n<p>{% trans %}An <b>open</b> door{% endtrans %}</p>")

    with pytest.raises(QuietpageError) as raised:
        create_site(Settings(folder=tmp_path, locales=("en",)))

    assert raised.value.format_message().startswith(
        f"{own}:2: the message 'An <b>open</b> door' has markup"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Luego<br>",
            "the guide in 'es' has '<br>' where the English has '</h2>'",
        ),
        ("</title><meta http-equiv='refresh'>", "the guide in 'es' has '</title>'"),
        ("<!--", "the guide in 'es' has '<!--</h2>' where the English has '</h2>'"),
        (" ", "the guide in 'es' has no words after '<h2>'"),
    ],
)
def test_the_markup_check_holds_if_every_other_check_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str
) -> None:
    file = tmp_path / "translations" / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(f'msgid "Later"\nmsgstr "{text}"\n')
    monkeypatch.setattr("quietpage.languages.catalog_faults", lambda *_: ())
    monkeypatch.setattr("quietpage.page.escape", Markup)

    with pytest.raises(QuietpageError) as raised:
        create_site(Settings(folder=tmp_path, locales=("es",)))

    assert expected in raised.value.format_message()


def test_english_opening_hours_are_marked_if_a_catalog_is_behind(
    monkeypatch: pytest.MonkeyPatch, translations: Path
) -> None:
    languages = load_languages(Settings(locales=("es",)), translations)
    monkeypatch.setattr("quietpage.content.load_languages", lambda _: languages)

    text = Client(create_site(Settings(locales=("es",)))).get("/es/").text

    english = '<span lang="en" dir="ltr">{}</span>'
    assert english.format("every day, 24 hours") in text
    assert english.format("closed on public holidays") in text
    assert "every day, 24 hours" not in text.replace(
        english.format("every day, 24 hours"), ""
    )


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ('locales = ["xx"]', "locales names 'xx', which has no translation"),
        ('titles = { en = "Safety help" }', "titles: "),
        ('locales = ["es"]\nshow_drafts = false', "locales, show_drafts and min_"),
    ],
)
def test_a_wrong_language_setting_is_reported_with_the_whole_path(
    tmp_path: Path, setting: str, sentence: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(setting)

    with pytest.raises(QuietpageError) as raised:
        load_languages(load_settings(file))

    assert raised.value.format_message().startswith(f"{file}: {sentence}")
