"""Settings: which are read, and how a mistake is reported."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from quietpage.config import DEFINITIONS, ROOT, Settings, load_settings
from quietpage.errors import QuietpageError
from quietpage.setting_checks import did_you_mean
from tests.support.deployed import ONION

OTHER_ONION = "nnvww23lnnvww23lnnvww23lnnvww23lnnvww23lnnvww23lnnvqjvqe.onion"


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
        ('https = "yes"', "https is 'yes', but must be true or false. Redirect"),
        ("https = ", "line 1: https has no value"),
        ('hosts = ["[0:0::1]"]', "hosts is ['[0:0::1]'], but must be a list"),
        ('hosts = ["[fe80::1%eth0]"]', "hosts is ['[fe80::1%eth0]'], but must be"),
        ('titles = { en = " " }', "titles is {'en': ' '}, but must be a table"),
        (
            'hosts = ["notes.example"]\nexit_url = "https://Notes.example/"',
            "the exit leads to 'https://Notes.example/', which is this copy",
        ),
        ('exit_url = "https://a.example:٤٤٣/"', "exit_url is 'https://a.example:٤٤٣/'"),
        ('exit_url = "https://localhost:443/"', ":443/', which is this copy. Choose"),
        (
            f'onion = "{ONION}"\nexit_urls = {{ es = "https://{ONION}/" }}',
            f"the exit leads to 'https://{ONION}/', which is this copy",
        ),
    ],
)
def test_a_wrong_setting_is_reported_in_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "quietpage.toml"
    file.write_text(text)

    with pytest.raises(QuietpageError) as raised:
        load_settings(file)

    message = raised.value.format_message()
    assert message.startswith(f"{file}: ")
    assert sentence in message


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "exit_url",
            ["https://a.example", "https://A.b:8443/c/d.html", "https://a.b:65535/"],
            ["https://a.b/?q", "http://a.b/", "https://a.b:0/", "https://a.b:65536/"],
        ),
        ("exit_urls", [{}, {"es": "https://a.b/"}], [{"es": "http://a.b/"}, "a"]),
        ("hosts", [["a-1.b", "[::1]"], ["a" * 63]], [["-a"], ["a" * 64], ["A"], [1]]),
        ("hosts", [["a"]], ["a", ["a."], ["::1"], ["[1.2.3.4]"], ["[::1"], ["b", ""]]),
        (
            "titles",
            [{"en": "R"}],
            [{"en": 1}, {"en": "a\nb"}, {"en": " "}, {"en": "%"}],
        ),
        ("locales", [[], ["en", "pt-BR"]], ["en", [1]]),
        ("https", [True, False], [1, "true"]),
        ("min_translated_percent", [1, 100], [0, 101, True, 50.0, "50"]),
        ("cover_after_seconds", [0, 3600], [-1, 3601]),
        ("organisation", ["", "Casa"], ["a\nb", 1]),
        ("countries_first", [[], ["MX"]], [["mx"], ["XX"], [1], "MX"]),
        ("trusted_proxies", [["*"], ["10.0.0.0/8", "::1"]], [["1.2.3"], [""], "*"]),
        # Of the wrong ones the last has a right checksum, but of another version.
        ("onion", ["", ONION], [f"{ONION}x", f"b{ONION[1:]}", 1, OTHER_ONION]),
    ],
)
def test_what_a_setting_takes_and_refuses(
    name: str, right: list[object], wrong: list[object]
) -> None:
    check = DEFINITIONS[name].metadata["check"]

    assert {str(value): check(value) for value in right} == {
        str(value): True for value in right
    }
    assert {str(value): check(value) for value in wrong} == {
        str(value): False for value in wrong
    }


@pytest.mark.parametrize(
    ("word", "kind", "sentence"),
    [
        ("uk", "countries", "did you mean 'GB'?"),
        ("mexico", "countries", "did you mean 'MX'?"),
        ("gb", "countries", "did you mean 'GB'?"),
        ("XX", "countries", ""),
        ("CN", "languages", "did you mean 'zh-Hans'?"),
        ("pt", "languages", "did you mean 'pt-BR'?"),
        ("Spanish", "languages", "did you mean 'es'?"),
        ("zh_Hans", "languages", "did you mean 'zh-Hans'?"),
        # Of two letters, one that is the same says nothing.
        ("ex", "languages", ""),
        ("klingonese", "languages", ""),
    ],
)
def test_what_was_likely_meant_is_asked(word: str, kind: str, sentence: str) -> None:
    known = {"countries": ["GB", "MX"], "languages": ["es", "pt-BR", "zh-Hans"]}

    assert did_you_mean(word, known[kind], kind) == sentence


def test_a_missing_settings_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QuietpageError, match=r"gone\.toml: does not exist"):
        load_settings(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("organisation = “Casa”", "line 1: has curly quotes. Type straight ones"),
        ("https = True", "Type: https = true"),
        ("https = no", "Type: https = false"),
        ('hosts = ["a"\nhttps = true', "line 1: the list hosts lacks a comma"),
        ('\nhosts = ["a" "b"]', "line 2: the list hosts lacks a comma"),
        ('titles = { en = "x"', "line 1: the table titles lacks a comma"),
        (
            "https = true\nhttps = false",
            "line 2: https appears a second time, after li",
        ),
        ("[titles]\n[titles]", "line 2: [titles] appears a second time"),
        ('titles = { en = "a", en = "b" }', "line 1: names the same thing twice"),
        ("organisation = Casa", 'Type: organisation = "Casa"'),
        ('organisation = "Casa', 'line 1: lacks a quote "'),
        ("locales = [en]", "a text in the list has no quotes"),
        ("https: true", "line 1: is not like name = value"),
        ("cover_after_seconds = 030", "line 1: is not like name = value, with one"),
        ('[titles]\nen = "R"\nhttps = true', "the line [titles] takes every line"),
        ('countries_first = ["MX", "UK"]', "'UK' is not one: did you mean 'GB'?"),
        ('countries_first = "UK"', "'UK' is not one: did you mean 'GB'?"),
        ('countries_first = ["Peru"]', "did you mean 'PE'?"),
        ('replace_countries = ["XX"]', "'XX' is not one: look it up in ISO 3166"),
        (f'onion = "{"a" * 56}.onion"', "the last letters are a checksum"),
        ("contact = 'Niño'".encode("cp1252"), "line 1 is not in UTF-8; in Windows-12"),
        ("https = true".encode("utf-16"), "is in UTF-16. Save it as UTF-8."),
    ],
)
def test_a_typo_is_answered_with_what_to_type(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    file = tmp_path / "quietpage.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(QuietpageError) as raised:
        load_settings(file)

    message = raised.value.format_message()
    assert message.startswith(f"{file}: ")
    assert sentence in message
    assert "remove" not in message.lower()


def test_the_environment_names_the_file_and_notepad_marks_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quietpage.toml").write_text("\ufeffhttps = true", encoding="utf-8")
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))

    assert load_settings() == Settings(https=True, folder=tmp_path)


def test_a_file_that_permissions_close_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    file = tmp_path / "quietpage.toml"
    file.touch()
    monkeypatch.setattr(Path, "read_text", refuse)

    with pytest.raises(QuietpageError) as raised:
        load_settings(file)

    assert raised.value.format_message() == (
        f"{file}: cannot be read (Permission denied). Make it readable: chmod -R a+rX"
        f" {tmp_path}"
    )


def test_an_onion_address_with_a_valid_checksum_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "quietpage.toml").write_text(f'onion = "{ONION}"')

    assert load_settings(tmp_path).onion == ONION


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
        f"{tmp_path}/quietpage.toml: '{old}' is called '{new}' now. Rename it."
    )


@pytest.mark.parametrize("old", ["reviews", "reviewed_by"])
def test_a_setting_that_a_command_has_replaced_names_the_command(
    tmp_path: Path, old: str
) -> None:
    (tmp_path / "quietpage.toml").write_text(f"{old} = {{}}\n")

    with pytest.raises(QuietpageError, match="flask translate take FILE"):
        load_settings(tmp_path)


def test_the_sample_file_has_the_defaults() -> None:
    settings = load_settings(ROOT / "deploy" / "quietpage.toml")

    assert replace(settings, folder=None) == Settings()


def test_a_file_in_the_root_adds_no_own_folder(tmp_path: Path) -> None:
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
def test_simplified_chinese_leaves_for_a_site_that_answers_in_china(
    settings: Settings, english: str, simplified: str, traditional: str
) -> None:
    """The host's `exit_url` applies to every language, unless `exit_urls` has one."""
    assert settings.exit_site_for("en") == english.removeprefix("www.")
    assert settings.exit_site_for("zh-Hans") == simplified.removeprefix("www.")
    assert [settings.exit_url_for(tag) for tag in ("en", "zh-Hans", "zh-Hant")] == [
        f"https://{host}/" for host in (english, simplified, traditional)
    ]
