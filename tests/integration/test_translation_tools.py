"""Catalogs pass through the tools that translators use, and back.

gettext's tools save files as Poedit does; Weblate saves them with translate-toolkit.
"""

import os
import shutil
import subprocess
from pathlib import Path

import polib
import pytest
from translate.storage import pypo

from quietpage.catalog_checks import mistakes
from quietpage.po_files import TEMPLATE, catalog_files, read_po, write_po
from quietpage.po_template import merge

CATALOGS = [TEMPLATE, *catalog_files()]
HEADERS = ("Last-Translator", "PO-Revision-Date", "POT-Creation-Date", "X-Generator")


@pytest.fixture
def spanish(tmp_path: Path) -> Path:
    """A complete Spanish catalog: the English with a letter before it."""
    file = tmp_path / "es" / "LC_MESSAGES" / "messages.po"
    catalog = polib.POFile()
    catalog.metadata = {
        "Project-Id-Version": "Quietpage",
        "Language": "es",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    merge(catalog, read_po(TEMPLATE))
    for entry in catalog:
        entry.msgstr = f"ñ {entry.msgid}".replace("“Close", "“ñ Close")
    catalog[0].tcomment = "A translator's own comment."
    write_po(file, catalog)
    return file


def gettext(*command: str) -> str:
    """Return the output of one of gettext's tools; fail if the tool does."""
    tool = shutil.which(command[0])
    assert tool, f"{command[0]} is missing: sh tools/install-debian gettext"
    done = subprocess.run(
        [tool, *command[1:]], capture_output=True, text=True, check=True
    )
    return done.stdout


def weblate_saves(file: Path, *changed: tuple[str, str]) -> None:
    """Save a file as Weblate does if it wraps lines only at newlines."""
    store = pypo.pofile.parsefile(str(file))  # type: ignore[no-untyped-call]
    store.wrapper.width = 65535
    store.updateheader(
        last_translator="A <a@example.org>",
        x_generator="Weblate 5",
        po_revision_date="2026-12-01 10:00+0000",
    )
    for message, text in changed:
        unit = store.findunit(message)
        unit.target = text
        unit.markfuzzy(present=False)
    store.save()


def changed_lines(before: str, after: str) -> set[str]:
    lines = set(before.splitlines()) ^ set(after.splitlines())
    return {
        line for line in lines if not line.startswith(tuple(f'"{h}' for h in HEADERS))
    }


@pytest.mark.parametrize("file", CATALOGS, ids=lambda f: f.parent.parent.name)
def test_gettext_changes_no_byte_of_ours(file: Path) -> None:
    assert gettext("msgcat", "--no-wrap", str(file)) == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", catalog_files(), ids=lambda f: f.parent.parent.name)
def test_gettext_accepts_every_catalog(file: Path) -> None:
    gettext("msgfmt", "-c", "-o", os.devnull, str(file))


def test_gettext_merges_as_we_do(spanish: Path) -> None:
    before = spanish.read_text(encoding="utf-8")

    merged = gettext("msgmerge", "--no-wrap", "-q", str(spanish), str(TEMPLATE))

    assert changed_lines(before, merged) == set()


@pytest.mark.parametrize("option", ["--no-wrap", "--width=60", "--sort-output"])
def test_an_update_restores_the_layout_that_gettext_changed(
    spanish: Path, option: str
) -> None:
    before = spanish.read_bytes()
    spanish.write_text(gettext("msgcat", option, str(spanish)), encoding="utf-8")

    catalog = read_po(spanish)
    merge(catalog, read_po(TEMPLATE))
    write_po(spanish, catalog)

    assert spanish.read_bytes() == before


def test_a_save_in_weblate_changes_only_the_header_and_translated_messages(
    spanish: Path,
) -> None:
    before = spanish.read_text(encoding="utf-8")

    weblate_saves(spanish, ("Later", "Luego"))

    after = spanish.read_text(encoding="utf-8")
    assert changed_lines(before, after) == {'msgstr "ñ Later"', 'msgstr "Luego"'}
    assert list(mistakes(spanish, read_po(TEMPLATE))) == []


def test_weblate_makes_a_draft_from_the_template(tmp_path: Path) -> None:
    file = tmp_path / "nl" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    shutil.copy(TEMPLATE, file)
    store = pypo.pofile.parsefile(str(file))  # type: ignore[no-untyped-call]
    store.updateheader(add=True, language="nl", plural_forms="nplurals=2; plural=n!=1;")
    store.save()

    assert list(mistakes(file, read_po(TEMPLATE))) == []


def test_gettext_makes_a_draft_from_the_template(tmp_path: Path) -> None:
    file = tmp_path / "nl" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)

    made = ("--no-translator", "--locale=nl", "-i", str(TEMPLATE), "-o", str(file))
    gettext("msginit", *made)

    assert list(mistakes(file, read_po(TEMPLATE))) == []


def test_gettext_reports_a_changed_placeholder(spanish: Path) -> None:
    text = spanish.read_text(encoding="utf-8")
    assert "ñ To report a wrong number: %(contact)s" in text
    spanish.write_text(
        text.replace('number: %(contact)s"\n\n', 'number: %(kontakt)s"\n\n')
    )

    with pytest.raises(subprocess.CalledProcessError) as complaint:
        gettext("msgfmt", "-c", "-o", os.devnull, str(spanish))

    assert "contact" in complaint.value.stderr
