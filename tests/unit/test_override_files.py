"""Files next to the settings: each is reported as used, ignored, refused or behind."""

import shutil
from pathlib import Path

import pytest
from click.testing import Result

from app import create_app, create_site, wsgi_app
from quietpage.cli.check import _SERVICE_READS, _closed_code
from quietpage.config import ROOT, Settings, load_settings
from quietpage.content import Content
from quietpage.errors import QuietpageError
from quietpage.override_files import own_files
from quietpage.override_report import report
from quietpage.override_templates import fingerprint, refuse_broken, template_names

NAME = "guide/later.html"
OURS = ROOT / "templates" / NAME
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def write(file: Path, text: str | bytes = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def lines(folder: Path, *locales: str) -> list[str]:
    settings = Settings(
        hosts=("notes.example",), folder=folder, locales=locales or ("en", "es")
    )
    return list(report(Content(settings)))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("helpline.csv", "helplines.csv"),
        ("Helplines.CSV", "helplines.csv"),
        ("emergency-numbers.csv", "emergency numbers are ours alone"),
        ("notes.txt", "only quietpage.toml, helplines.csv, templates and"),
        ("templates/later.html", "templates/guide/later.html"),
        ("templates/guide/Later.html", "templates/guide/later.html"),
        ("templates/guide/strange.html", "none of our templates has that name"),
        ("translations/es.po", "translations/es/LC_MESSAGES/messages.po"),
        ("es/LC_MESSAGES/es.po", "only quietpage.toml"),
        ("translations/pt-BR/messages.po", "translations/pt_BR/LC_MESSAGES/messages"),
        ("translations/es/LC_MESSAGES/messages.mo", "translations/es/LC_MESSAGES/"),
    ],
)
def test_a_file_that_nothing_reads_is_reported_with_the_right_name(
    tmp_path: Path, name: str, meant: str
) -> None:
    file = write(tmp_path / name, "words")

    (entry,) = own_files(Settings(folder=tmp_path))

    assert entry.path == (file if meant != "only quietpage.toml" else tmp_path / "es")
    assert meant in entry.ignored


def test_files_that_are_used_are_listed_too(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "quietpage.toml"),
        write(tmp_path / "templates" / "mine.html", "words"),
        write(tmp_path / "templates" / NAME, '{% include "mine.html" %}'),
    ]
    write(tmp_path / ".git" / "config")

    assert [
        (own.path, own.ignored) for own in own_files(Settings(folder=tmp_path))
    ] == [(file, "") for file in files]


def test_settings_in_a_file_of_another_name_are_used(tmp_path: Path) -> None:
    file = write(tmp_path / "berlin.toml", 'locales = ["en"]')
    other = write(tmp_path / "quietpage.toml")

    used, ignored = own_files(load_settings(file))

    assert (used.path, used.ignored) == (file, "")
    assert ignored.path == other
    assert ignored.ignored.startswith("only berlin.toml, helplines.csv, templates and")


def test_an_unreadable_folder_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, which reads everything.
    file = write(tmp_path / "templates" / NAME, "words")
    monkeypatch.setattr("os.access", lambda path, _mode: path != file)

    with pytest.raises(QuietpageError) as raised:
        create_site(Settings(folder=tmp_path))

    assert raised.value.format_message() == (
        f"{file}: permission denied. Make it readable: chmod -R a+rX {tmp_path}"
    )


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("", "whether ours has changed since you copied it is not known"),
        ("{# ours: 0123456789ab #}\n", "is behind ours, which has changed"),
    ],
)
def test_a_template_that_may_be_behind_ours_is_reported(
    tmp_path: Path, mark: str, expected: str
) -> None:
    file = write(tmp_path / "templates" / NAME, mark + OURS.read_text())

    (note,) = [line for line in lines(tmp_path) if "diff" in line]

    assert note.startswith(f"{file}: {expected}")
    assert f"{{# ours: {fingerprint(NAME)} #}}" in note


def test_an_up_to_date_copy_of_our_template_is_only_used(tmp_path: Path) -> None:
    mark = f"{{# ours: {fingerprint(NAME)} #}}\n"
    file = write(tmp_path / "templates" / NAME, mark + OURS.read_text())

    assert lines(tmp_path) == [f"{file}: used."]


def test_own_sentences_without_a_translation_are_listed(tmp_path: Path) -> None:
    text = "{% trans %}Our door is open{% endtrans %}"
    file = write(tmp_path / "templates" / NAME, f"<p>{text}</p><p>Bare words</p>")
    translated = f'{HEADER}msgid "Our door is open"\nmsgstr "Puerta abierta"\n'
    write(tmp_path / "translations/es/LC_MESSAGES/messages.po", translated)

    output = "\n".join(lines(tmp_path, "en", "es", "fr"))

    assert f"{file}: 'Bare words' is shown as it is in every language" in output
    assert "'Our door is open' is shown in English on these pages: fr." in output
    assert f"{tmp_path}/translations/fr/LC_MESSAGES/messages.po" in output


def test_messages_that_no_page_uses_are_listed(tmp_path: Path) -> None:
    entries = (
        'msgid "Going bak"\nmsgstr "Otra"\n\n#, fuzzy\nmsgid "Notes"\nmsgstr "N"\n'
    )
    file = write(tmp_path / "translations/es/LC_MESSAGES/messages.po", HEADER + entries)

    output = lines(tmp_path)

    assert f"{file}: used." in output
    assert any(x.startswith(f"{file}:4: ignored: 'Going bak' is no") for x in output)
    assert any("Is it 'Going back'?" in line for line in output)
    assert any(x.startswith(f"{file}:7: ignored: 'Notes' is fuzzy") for x in output)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("  \n", "is empty, so the page would lack that part"),
        ("<p>one <b>two</p>", "has <b> without </b>"),
        ("<p>one</b></p>", "has </b> without <b>"),
        ("<html><body><p>x</p></body></html>", "so it is a whole document"),
        ("<!doctype html><p>x</p>", "so it is a whole document"),
        ("<p>Año</p>".encode("cp1252"), "line 1 is not in UTF-8; in Windows-1252"),
        (
            "<p>{{ organisation }}</p>",
            "'organisation' is undefined. Write settings.org",
        ),
        (
            "<p>{{ settings.contct }}</p>",
            "has no attribute 'contct'. Write settings.co",
        ),
    ],
)
def test_a_typo_in_a_template_is_reported_in_one_sentence(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    file = write(tmp_path / "templates" / NAME, text)

    with pytest.raises(QuietpageError) as raised:
        create_site(Settings(folder=tmp_path, locales=("en",)))

    assert raised.value.format_message().startswith(str(file))
    assert sentence in raised.value.format_message()


def test_our_templates_and_one_without_a_part_are_accepted(
    tmp_path: Path,
) -> None:
    for name in template_names():
        refuse_broken(ROOT / "templates" / name, name)
    refuse_broken(write(tmp_path / "later.html", "{# left out #}"), NAME)


def test_a_fault_in_a_catalog_without_a_header_names_line_1(tmp_path: Path) -> None:
    entry = 'msgid "Going back"\nmsgstr "Otra https://evil.example"\n'
    file = write(tmp_path / "translations/es/LC_MESSAGES/messages.po", entry)

    with pytest.raises(QuietpageError, match=rf"^{file}:1: "):
        create_site(Settings(folder=tmp_path, locales=("es",)))


def check(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    folder.chmod(0o755)
    file = write(folder / "quietpage.toml", 'locales = ["en"]')
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(file))
    return create_app().test_cli_runner().invoke(args=["check"])


def test_check_reports_everything_in_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = check(tmp_path, monkeypatch)
    write(tmp_path / "helplines.csv", "country\n")
    write(tmp_path / "templates" / NAME, "<b>")
    po = f'{HEADER}msgid "Going back"\nmsgstr "Otra https://evil.example"\n'
    write(tmp_path / "translations/es/LC_MESSAGES/messages.po", po)
    bad = check(tmp_path, monkeypatch)

    assert good.exit_code == 0
    assert "All pages are rendered and checked. Languages: 1." in good.output
    assert bad.exit_code == 1
    for line in ("helplines.csv:1: ", f"{NAME}: has <b>", "messages.po:4: "):
        assert f"error: {tmp_path}" in bad.output
        assert line in bad.output
    assert "Errors: 3" in bad.output


def test_a_link_to_nowhere_is_reported_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "helplines.csv").symlink_to("/nowhere")

    output = check(tmp_path, monkeypatch).output

    assert f"{tmp_path}/helplines.csv: is a link to a file that does not" in output


def test_check_lists_what_the_service_may_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    shutil.copytree(ROOT / "templates" / "guide", tmp_path / "templates" / "guide")
    (tmp_path / "templates").chmod(0o700)

    output = check(tmp_path, monkeypatch).output

    assert f"error: {tmp_path}/templates: the service runs as another user" in output


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("countries_first", "countries_first names 'BT', for which the page has no"),
        ("replace_countries", "replace_countries names 'BT', but your helplines.csv"),
    ],
)
def test_a_setting_with_an_unused_country_is_reported_in_one_sentence(
    tmp_path: Path, setting: str, sentence: str
) -> None:
    file = write(tmp_path / "quietpage.toml", f'{setting} = ["BT"]')

    reported = list(report(Content(load_settings(file))))

    assert [line for line in reported if line.startswith(f"{file}: {sentence}")]


@pytest.mark.parametrize(("option", "lists"), [("--check-config", 0), ("", 1)])
def test_a_reload_lists_the_own_files_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    lists: int,
) -> None:
    file = write(tmp_path / "quietpage.toml", 'locales = ["en"]')
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(file))
    monkeypatch.setattr("sys.argv", ["gunicorn", option])

    wsgi_app()

    assert capsys.readouterr().err.count(f"{file}: used.") == lists


@pytest.mark.parametrize(
    "name", ["quietpage/page.py", "gunicorn.conf.py", "static/exit.js", ".venv/lib/x"]
)
def test_unreadable_code_is_reported_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    file = write(tmp_path / name)
    for part in _SERVICE_READS:
        write(tmp_path / (part if part.endswith(".py") else f"{part}/x"))
    for place in (tmp_path, *tmp_path.rglob("*")):
        place.chmod(0o755)

    as_cloned = list(_closed_code(tmp_path))
    file.chmod(0o600)
    as_updated = list(_closed_code(tmp_path))

    assert as_cloned == []
    assert as_updated == [
        (
            f"{file}: the service runs as another user, which may not read this."
            f" Make it readable: chmod -R a+rX {tmp_path}"
        )
    ]


def test_reload_refuses_what_the_service_may_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    file = write(tmp_path / "quietpage.toml", 'locales = ["en"]')
    file.chmod(0o600)
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(file))

    result = create_app().test_cli_runner().invoke(args=["reload"])

    assert result.exit_code == 1
    assert f"chmod -R a+rX {tmp_path}" in result.output


def test_an_unreadable_file_that_nothing_reads_does_not_stop_the_start(
    tmp_path: Path,
) -> None:
    copied = write(
        tmp_path / "templates" / NAME, (ROOT / "templates" / NAME).read_bytes()
    )
    # For root, every file can be read but this one.
    (tmp_path / "templates" / "backup.html").symlink_to(tmp_path / "gone")
    settings = Settings(folder=tmp_path, locales=("en",))

    create_site(settings)
    copied.write_text("<p><b hidden=until-found onclick='x()'>x</b></p>")
    with pytest.raises(QuietpageError) as refused:
        create_site(settings)

    assert refused.value.message.startswith(f"{copied}: the page in 'en' has the attri")


def test_a_template_in_another_encoding_is_reported_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))
    write(tmp_path / "quietpage.toml", 'locales = ["en"]')
    file = write(tmp_path / "templates" / NAME, "<p>Año</p>".encode("cp1252"))

    result = create_app().test_cli_runner().invoke(args=["check"])

    assert isinstance(result.exception, SystemExit)
    assert f"error: {file}: line 1 is not in UTF-8" in result.output


def test_a_copy_without_a_host_name_is_reported_in_one_sentence(tmp_path: Path) -> None:
    forgotten = write(tmp_path / "quietpage.toml")
    named = write(tmp_path / "live" / "quietpage.toml", 'hosts = ["notes.example"]')

    first, *_ = report(Content(load_settings(forgotten)))

    assert first.startswith(f"{forgotten}: hosts names only this machine, so every")
    assert list(report(Content(load_settings(named)))) == [f"{named}: used."]
