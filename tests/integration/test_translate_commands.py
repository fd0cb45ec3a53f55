"""The commands for translators, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import polib
import pytest

from quietpage.config import ROOT
from quietpage.message_checks import EXIT_LABEL
from quietpage.po_files import read_po, write_po
from tests.support.gunicorn import free_port, wait_for

PARTS = ("app.py", "babel.cfg", "blueprints", "quietpage", "static", "templates")
# The translations that these tests look for. All others are the English with a letter
# before it, so that no test depends on what a translator writes.
SPANISH = {"Notes": "Notas", "Close this page": "Cerrar página"}
SERVE = """import sys; from app import wsgi_app; from werkzeug.test import Client
print(Client(wsgi_app()).get(sys.argv[1]).text)"""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with English and Spanish only; tests must not change it."""
    folder = tmp_path_factory.mktemp("untouched")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    (folder / "translations").mkdir()
    for part in ("messages.pot", "words.toml"):
        shutil.copy(ROOT / "translations" / part, folder / "translations" / part)
    assert translate(folder, "add", "es").returncode == 0
    fill_in(catalog(folder), SPANISH, "ñ")
    return folder


@pytest.fixture
def project(untouched: Path, tmp_path: Path) -> Path:
    """The same, for a test to change."""
    return shutil.copytree(untouched, tmp_path, dirs_exist_ok=True)


def fill_in(file: Path, words: dict[str, str], letter: str) -> None:
    """Translate with `words`, and all other messages by a letter before the English."""
    filled = read_po(file)
    for entry in filled:
        text = entry.msgid.replace("“Close this page”", f"“{words[EXIT_LABEL]}”")
        entry.msgstr = words.get(entry.msgid, f"{letter} {text}")
    write_po(file, filled)


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Nothing is installed: Python finds the copy in its working directory.
    env = {**os.environ, "PYTHONPATH": str(project)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def translate(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(project, "-m", "flask", "--app", "app", "translate", *arguments)


def catalog(project: Path, locale: str = "es") -> Path:
    return project / "translations" / locale / "LC_MESSAGES" / "messages.po"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_new_language_goes_from_tag_to_page(project: Path) -> None:
    added = translate(project, "add", "nl")
    assert added.returncode == 0, added.stderr
    assert "translations/nl/LC_MESSAGES/messages.po" in added.stdout
    assert "Poedit" in added.stdout
    assert "words.toml has no [nl]" in added.stdout

    empty = run(project, "-c", SERVE, "/nl/")
    assert 'lang="en"' in empty.stdout, "an empty catalog is not offered"

    fill_in(catalog(project, "nl"), {"Notes": "Blad", EXIT_LABEL: "Pagina weg"}, "ĳ")

    page = run(project, "-c", SERVE, "/nl/")
    assert page.returncode == 0, page.stderr
    assert '<html lang="nl" dir="ltr">' in page.stdout
    assert "<title>Blad</title>" in page.stdout
    assert ">Pagina weg</a>" in page.stdout
    assert 'class="draft"' in page.stdout
    status = translate(project, "status").stdout
    assert re.search(r"^nl +0 +\d+ +0  a draft$", status, re.MULTILINE)
    words = project / "translations" / "words.toml"
    words.write_text(words.read_text(encoding="utf-8") + '[nl]\ntitle = ["hulp"]\n')
    checked = translate(project, "check")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("Dutch", "not a language tag in CLDR: did you mean 'nl'?"),
        ("../x", "look it up in BCP 47"),
        ("en", "needs no catalog"),
        ("root", "needs no catalog"),
    ],
)
def test_add_refuses_anything_but_a_language(
    untouched: Path, tag: str, hint: str
) -> None:
    refused = translate(untouched, "add", tag)

    assert refused.returncode == 1
    assert hint in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sorted(p.name for p in (untouched / "translations").iterdir()) == [
        "es",
        "messages.pot",
        "words.toml",
    ]


def test_update_keeps_translations_and_marks_changed_ones_fuzzy(project: Path) -> None:
    steps = project / "templates" / "guide" / "what_you_can_do.html"
    replace(steps, "Pick a code word.", "Choose a code word.")
    replace(project / "templates" / "base.html", "Notes", "Some quite other words")

    assert translate(project, "update").returncode == 0

    updated = polib.pofile(str(catalog(project)))
    changed = next(e for e in updated if e.msgid.startswith("Choose a code word."))
    assert changed.fuzzy
    assert changed.msgstr.startswith("ñ Pick a code word.")
    new = next(e for e in updated if e.msgid == "Some quite other words")
    assert new.msgstr == ""
    assert any(e.msgstr == "ñ Language" and not e.fuzzy for e in updated)


@pytest.mark.parametrize(
    "text",
    [
        "{% trans count=2 %}a door{% pluralize %}doors{% endtrans %}",
        '{{ pgettext("shop", "Open") }}',
    ],
)
def test_update_refuses_a_context_and_a_plural_and_loses_nothing(
    project: Path, text: str
) -> None:
    (project / "templates" / "guide" / "later.html").write_text(f"\n{text}")
    before = catalog(project).read_bytes()

    refused = translate(project, "update")

    assert "later.html:2: has a context or a plural" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert catalog(project).read_bytes() == before


def test_update_twice_changes_nothing(project: Path) -> None:
    files = catalog(project), project / "translations" / "messages.pot"
    translate(project, "update")
    before = [file.read_bytes() for file in files]

    translate(project, "update")

    assert [file.read_bytes() for file in files] == before


def test_a_reworded_sentence_keeps_its_translation_or_is_shown_in_english(
    project: Path,
) -> None:
    steps = project / "templates" / "guide" / "what_you_can_do.html"
    replace(steps, "Pick a code word.", "Choose a code word.")

    kept = translate(project, "update", "--same-meaning").stdout
    assert "kept the translation of: Pick a code word." in kept
    assert "for: Choose a code word." in kept
    assert "/es/LC_MESSAGES/messages.po: 0 messages behind" in kept
    shown = run(project, "-c", SERVE, "/es/")
    assert "ñ Pick a code word." in shown.stdout
    assert shown.stderr == ""

    replace(steps, "Choose a code word.", "Take a code word.")
    assert "1 messages behind" in translate(project, "update").stdout
    shown = run(project, "-c", SERVE, "/es/")
    assert '<span lang="en" dir="ltr">Take a code word.' in shown.stdout
    assert shown.stderr == "Messages shown in English: es 1\n"
    status = translate(project, "status").stdout
    assert "1 in templates/guide/what_you_can_do.html" in status


def test_an_unreadable_catalog_does_not_stop_the_update_of_others(
    project: Path,
) -> None:
    translate(project, "add", "ar")
    replace(catalog(project, "ar"), 'msgid "Notes"', 'msgid "Notes')
    before = catalog(project, "ar").read_bytes()
    replace(project / "templates" / "base.html", "Notes", "Some quite other words")

    updated = translate(project, "update")

    assert updated.returncode == 1
    assert "/ar/LC_MESSAGES/messages.po:" in updated.stderr
    assert "Some quite other words" in catalog(project).read_text(encoding="utf-8")
    assert catalog(project, "ar").read_bytes() == before


def test_check_reads_only_the_language_named(project: Path) -> None:
    translate(project, "add", "nl")
    replace(catalog(project), '"Notas"', '"Ayuda"')

    checked = translate(project, "check", "nl")
    assert checked.returncode == 0
    assert "/es/" not in checked.stdout
    assert "Catalogs: 1, mistakes: 0, " in checked.stdout

    assert "did you mean 'nl'" in translate(project, "check", "Dutch").stderr
    assert "translate add fr" in translate(project, "check", "fr").stderr


# One of each kind; the unit tests have all of them.
BROKEN = [
    pytest.param('msgstr "Notas"', 'msgstr "Notas', "quotation mark", id="syntax"),
    pytest.param(
        'copy is run by %(name)s."\n\n',
        'copy is run by %(x)s."\n\n',
        "%(name)s",
        id="placeholder",
    ),
    pytest.param(
        '"Cerrar página"', '"Salir de esta página ahora"', "24", id="exit label"
    ),
    pytest.param('"Notas"', '"Ayuda"', "'ayuda'", id="title"),
    pytest.param('msgid "Notes"', 'msgid "Notez"', "lacks 1 mess", id="missing"),
]


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN)
def test_check_names_file_line_and_fix(
    project: Path, old: str, new: str, expected: str
) -> None:
    replace(catalog(project), old, new)

    checked = translate(project, "check")

    assert checked.returncode == 1
    assert "translations/es/LC_MESSAGES/messages.po:" in checked.stdout
    assert expected in checked.stdout
    assert "Traceback" not in checked.stdout + checked.stderr


def test_untranslated_messages_are_one_line_and_not_an_error(project: Path) -> None:
    translate(project, "add", "nl")

    checked = translate(project, "check")

    assert checked.returncode == 0
    (line,) = [x for x in checked.stdout.splitlines() if "/nl/" in x]
    assert "messages to translate and 0 to look at again" in line


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8"])
def test_a_file_not_in_utf_8_is_refused_and_kept(project: Path, encoding: str) -> None:
    text = catalog(project).read_text(encoding="utf-8")
    text = text.replace("charset=UTF-8", "charset=ISO-8859-1")
    catalog(project).write_bytes(text.encode(encoding, "replace"))
    before = catalog(project).read_bytes()

    checked = translate(project, "check")
    translate(project, "update")

    assert checked.returncode == 1
    assert "Properties > Charset > UTF-8" in checked.stdout
    assert catalog(project).read_bytes() == before


def test_a_truncated_catalog_is_found_and_repaired(project: Path) -> None:
    lines = catalog(project).read_text(encoding="utf-8").split("\n\n")
    catalog(project).write_text("\n\n".join(lines[:100]) + "\n", encoding="utf-8")

    checked = translate(project, "check")
    assert checked.returncode == 1
    assert "Run translate update" in checked.stdout

    translate(project, "update")
    assert translate(project, "check").returncode == 0


def test_preview_shows_each_save_on_reload(project: Path) -> None:
    port = free_port()
    settings = project / "quietpage.toml"
    # The host's settings do not keep translators from seeing their language.
    settings.write_text('hosts = ["notes.example.org"]\nlocales = ["en"]\n')
    command = [sys.executable, "-m", "flask", "--app", "app", "translate", "preview"]
    env = {**os.environ, "PYTHONPATH": str(project), "QUIETPAGE_CONFIG": str(settings)}
    with subprocess.Popen(
        [*command, "es", "--port", str(port)],
        cwd=project,
        env=env,
        stderr=subprocess.PIPE,
    ) as preview:
        try:
            wait_for(("127.0.0.1", port), preview)
            before = read(f"http://localhost:{port}/es/")
            replace(catalog(project), 'msgstr "Notas"', 'msgstr "Hojas"')
            after = read(f"http://localhost:{port}/es/")
            replace(catalog(project), 'msgstr "Hojas"', 'msgstr "Hojas 7"')
            replace(catalog(project), 'msgstr "ñ Later"', 'msgstr "ñ Later 8"')
            faulty = read(f"http://localhost:{port}/es/")
            replace(catalog(project), 'msgstr "Hojas 7"', 'msgstr "Hojas')
            broken = read(f"http://localhost:{port}/es/")
        finally:
            preview.terminate()
        said = preview.stderr.read() if preview.stderr else b""

    assert b"Traceback" not in said
    assert "<title>Notas</title>" in before
    assert "<title>Hojas</title>" in after
    assert [x.partition(": ")[2][:9] for x in faulty.split("\n")] == [
        "'Hojas 7'",
        "'ñ Later ",
    ]
    assert "lacks a quotation mark" in broken
    assert "\n" not in broken


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return str(answer.read().decode())
