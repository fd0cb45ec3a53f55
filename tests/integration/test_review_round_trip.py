"""A review passes through the tools of reviewers and translators without loss."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from translate.storage import pypo

from quietpage.po_files import read_po
from quietpage.review_marks import mark_of
from tests.support.review_copy import (
    ANA,
    TEXTS,
    agree,
    answer,
    answer_all,
    catalog_of,
    edited,
    entry_of,
    made,
    take,
    translate,
    write_copy,
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_copy(tmp_path)
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))
    return tmp_path


def saved_by_libreoffice(file: Path) -> Path:
    """Return the sheet as LibreOffice saves it, run with its own profile."""
    folder = file.parent / "saved"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{file.parent}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(folder),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / file.name


def by_translate_toolkit(file: Path) -> None:
    store = pypo.pofile.parsefile(str(file))  # type: ignore[no-untyped-call]
    unit = store.findunit("Later")
    unit.target = "Seinare"
    store.save()


def by_gettext(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert '"x Later"' in text
    file.write_text(text.replace('"x Later"', '"Seinare"'), encoding="utf-8")
    subprocess.run(["msgcat", "-o", str(file), str(file)], check=True)


def by_msgmerge(file: Path) -> None:
    by_gettext(file)
    template = file.with_name("new.pot")
    shutil.copy(file, template)
    subprocess.run(["msgattrib", "--empty", "-o", template, template], check=True)
    subprocess.run(["msgmerge", "-q", "-o", file, file, template], check=True)


def test_a_sheet_saved_by_libreoffice_is_imported_completely(own: Path) -> None:
    file = edited(made(own), answer_all)
    agree(file)

    result = take(own, saved_by_libreoffice(file))

    assert result.exit_code == 0, result.output
    reviewed = {e.msgid for e in read_po(catalog_of(own)) if mark_of(e) == ANA}
    assert reviewed == TEXTS.keys()
    assert entry_of(own, "Going back").msgstr == "=Å gå"


def test_a_sheet_saved_by_libreoffice_says_the_same(own: Path) -> None:
    file = made(own)
    edited(file, answer("Later", None, "Seinare – “no”\u202fja"))
    edited(file, answer("Going back", "jå"))

    result = take(own, saved_by_libreoffice(file))

    assert result.exit_code == 0, result.output
    assert entry_of(own, "Later").msgstr == "Seinare – “no”\u202fja"
    assert mark_of(entry_of(own, "Going back"))


@pytest.mark.parametrize("edit", [by_translate_toolkit, by_gettext, by_msgmerge])
def test_a_catalog_saved_by_an_editor_keeps_every_other_review(
    own: Path, edit: Callable[[Path], None]
) -> None:
    take(own, edited(made(own), answer_all), "--consent")

    edit(catalog_of(own))

    marks = {e.msgid: mark_of(e) for e in read_po(catalog_of(own))}
    assert marks["Later"] is None
    assert {m for m in TEXTS if marks[m] != ANA} == {"Later"}
    status = translate(own, "status").output
    assert "reviewed by Casa Ana on 2026-11-02, some sentences changed since" in status
