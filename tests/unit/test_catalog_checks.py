"""What `translate check` finds, in small catalogs made for these tests."""

import os
from pathlib import Path

import polib
import pytest

from quietpage.catalog_checks import left_to_do, mistakes, stray_files
from quietpage.po_files import write_po

ENGLISH = {
    "Notes": "Notas",
    "Close this page": "Cerrar la página",
    "“Close this page” leaves no trace.": "«Cerrar la página» no deja rastro.",
    "You are not alone.": "No estás a solas.",
}


def template() -> polib.POFile:
    catalog = polib.POFile()
    catalog.extend(polib.POEntry(msgid=message) for message in ENGLISH)
    return catalog


def catalog(
    folder: Path, locale: str = "es", **changed: str
) -> tuple[Path, polib.POFile]:
    """Return the path for a catalog, and a complete catalog without faults."""
    made = polib.POFile()
    made.metadata = {"Language": locale, **changed}
    made.extend(polib.POEntry(msgid=m, msgstr=text) for m, text in ENGLISH.items())
    return folder / locale / "LC_MESSAGES" / "messages.po", made


def found(file: Path, made: polib.POFile) -> list[str]:
    write_po(file, made)
    return list(mistakes(file, template()))


def test_a_catalog_that_poedit_makes_from_the_template_is_a_draft(
    tmp_path: Path,
) -> None:
    assert found(*catalog(tmp_path)) == []


@pytest.mark.parametrize(
    ("message", "text", "expected"),
    [
        ("Close this page", "Salir ya", "does not name the exit by its label"),
        ("You are not alone.", "No estás a solas. ", "begins or ends with white"),
        ("You are not alone.", "\tNo estás a solas.", "begins or ends with white"),
        ("You are not alone.", " ", "has no words"),
        ("You are not alone.", '"No"', "Write “ ”."),
    ],
)
def test_a_faulty_message_is_found(
    tmp_path: Path, message: str, text: str, expected: str
) -> None:
    file, made = catalog(tmp_path)
    made.find(message).msgstr = text

    faults = found(file, made)

    assert any(expected in fault for fault in faults), faults
    assert all(f.startswith("translations/") or "messages.po:" in f for f in faults)


def test_a_catalog_in_the_folder_of_another_language_is_found(tmp_path: Path) -> None:
    file, made = catalog(tmp_path)
    moved = tmp_path / "fr" / "LC_MESSAGES" / "messages.po"

    (fault,) = found(moved, made)
    assert "says Language: es, but is in the folder of fr" in fault

    del made.metadata["Language"]
    assert "Write Language: es" in found(file, made)[0]


def test_weblate_may_write_a_hyphen_in_the_header(tmp_path: Path) -> None:
    file, made = catalog(tmp_path, "zh_Hant")
    made.metadata["Language"] = "zh-Hant"
    for entry in made:
        entry.msgstr = ""

    assert found(file, made) == []


def test_a_language_needs_words_that_its_title_must_not_contain(tmp_path: Path) -> None:
    file, made = catalog(tmp_path, "nl")
    faults = found(file, made)
    assert sum("words.toml has no [nl]" in fault for fault in faults) == 2

    made.find("Notes").msgstr = made.find("Close this page").msgstr = ""
    assert found(file, made) == []


def test_plural_forms_are_ignored(tmp_path: Path) -> None:
    forms = {"Plural-Forms": "nplurals=7; plural=n"}

    assert found(*catalog(tmp_path, **forms)) == []


def test_a_file_that_nothing_reads_is_found(tmp_path: Path) -> None:
    write_po(*catalog(tmp_path))
    strays = [
        "de/LC_MESSAGES/messages (1).po",
        "es/messages.po",
        "nl/LC_MESSAGES/nl.po",
        "nl.po",
    ]
    for stray in strays:
        write_po(tmp_path / stray, polib.POFile())

    assert [fault.split(":")[0] for fault in stray_files(tmp_path)] == [
        f"translations/{stray}" for stray in strays
    ]


def test_what_is_left_to_do_is_counted(tmp_path: Path) -> None:
    file, made = catalog(tmp_path)
    made.find("Notes").msgstr = ""
    made.find("You are not alone.").fuzzy = True
    write_po(file, made)

    count, summary = left_to_do(file, template())

    assert count == 2
    assert "1 messages to translate and 1 to look at again" in summary


@pytest.mark.parametrize(("before", "after"), [(None, 0o644), (0o664, 0o664)])
def test_a_catalog_that_is_written_stays_readable_for_the_service(
    tmp_path: Path, before: int | None, after: int
) -> None:
    file, made = catalog(tmp_path / "translations")
    if before:
        write_po(file, made)
        file.chmod(before)
    old = os.umask(0o077)
    try:
        write_po(file, made)
    finally:
        os.umask(old)

    assert file.stat().st_mode & 0o777 == after
    for folder in list(file.parents)[:3]:
        assert folder.stat().st_mode & 0o755 == 0o755
