"""Settings: what is read, and how a mistake is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from quietpage.config import ROOT, Settings, load_settings
from quietpage.errors import QuietpageError


def test_a_file_overrides_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "quietpage.toml"
    file.write_text('hosts = ["notes.example"]\nhttps = true\n')

    settings = load_settings(file)

    expected = Settings(hosts=("notes.example",), https=True, folder=tmp_path)
    assert settings == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('host = ["a"]', "'host' is not a setting. Did you mean 'hosts'?"),
        ("zebra = 1", "'zebra' is not a setting. Remove it."),
        ('exit_url = "http://x/"', "exit_url is 'http://x/', but must be an address"),
        ("hosts = []", "hosts is [], but must be a list of host names"),
        ('https = "yes"', "https is 'yes', but must be true or false"),
        ("https = ", "cannot be read"),
        ('hosts = ["[0:0::1]"]', "hosts is ['[0:0::1]'], but must be a list"),
        ('hosts = ["[fe80::1%eth0]"]', "hosts is ['[fe80::1%eth0]'], but must be"),
        ('titles = { en = " " }', "titles is {'en': ' '}, but must be a table"),
        (
            'hosts = ["notes.example"]\nexit_url = "https://Notes.example/"',
            "the exit leads to 'https://Notes.example/', which is this copy",
        ),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "quietpage.toml"
    file.write_text(text)

    with pytest.raises(QuietpageError) as raised:
        load_settings(file)

    message = raised.value.format_message()
    assert message.startswith("quietpage.toml: ")
    assert sentence in message


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QuietpageError, match=r"gone\.toml: cannot be read"):
        load_settings(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("least_translated", "min_translated_percent"),
        ("own_countries", "replace_countries"),
        ("curtain_seconds", "cover_after_seconds"),
    ],
)
def test_an_old_name_of_a_setting_is_answered_with_the_new_one(
    tmp_path: Path, old: str, new: str
) -> None:
    (tmp_path / "quietpage.toml").write_text(f"{old} = 1\n")

    with pytest.raises(QuietpageError) as raised:
        load_settings(tmp_path)

    assert raised.value.format_message() == (
        f"quietpage.toml: '{old}' is called '{new}' now. Rename it."
    )


@pytest.mark.parametrize("old", ["reviews", "reviewed_by"])
def test_a_setting_that_a_command_replaced_names_the_command(
    tmp_path: Path, old: str
) -> None:
    (tmp_path / "quietpage.toml").write_text(f"{old} = {{}}\n")

    with pytest.raises(QuietpageError, match="flask translate take FILE"):
        load_settings(tmp_path)


def test_the_sample_is_the_defaults() -> None:
    settings = load_settings(ROOT / "deploy" / "quietpage.toml")

    assert replace(settings, folder=None) == Settings()


def test_a_file_in_the_root_brings_no_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "quietpage.toml").write_text("")

    assert load_settings(tmp_path).folder == tmp_path
    assert load_settings(ROOT / "deploy").folder == ROOT / "deploy"
    assert load_settings().folder is None


@pytest.mark.parametrize(
    ("settings", "english", "simplified", "traditional"),
    [
        (Settings(), "www.wikipedia.org", "www.nmc.cn", "www.wikipedia.org"),
        (Settings(exit_url="https://a.example/"), *["a.example"] * 3),
        (
            Settings(exit_urls={"zh-Hans": "https://b.example/"}),
            *("www.wikipedia.org", "b.example", "www.wikipedia.org"),
        ),
    ],
)
def test_simplified_chinese_leaves_for_what_answers_in_china(
    settings: Settings, english: str, simplified: str, traditional: str
) -> None:
    """An organisation's own exit is everybody's, and the one for a language wins."""
    assert [settings.exit_of(tag) for tag in ("en", "zh-Hans", "zh-Hant")] == [
        f"https://{host}/" for host in (english, simplified, traditional)
    ]
