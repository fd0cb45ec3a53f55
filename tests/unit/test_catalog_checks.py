"""What `translate check` finds, in small catalogs made for these tests."""

import os
from pathlib import Path

import polib
import pytest
from babel.core import Locale

from quietpage.catalog_checks import left_to_do, mistakes, stray_files
from quietpage.errors import QuietpageError
from quietpage.po_files import catalog_file, percent_translated, read_po, write_po

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
        ("You are not alone.", "99 veces", ":16: '99 veces' has the figures 99; the"),
        (
            "Close this page",
            "Salir ya",
            "no deja rastro.' does not name the exit by its label, 'Salir ya'. Write",
        ),
        ("You are not alone.", "No estás a solas. ", "begins or ends with white"),
        ("You are not alone.", "\tNo estás a solas.", "begins or ends with white"),
        ("You are not alone.", " ", "has no words"),
        ("You are not alone.", '"No"', "Write “ ”."),
        ("Notes", "Ayuda", ":7: 'Ayuda' contains 'ayuda', which translations/words"),
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
    assert fault == (
        f"{moved}:1: says Language: es, but is in the folder of fr. Move it to its"
        " own folder, or correct the header (in Poedit: Translation > Properties >"
        " Language)."
    )

    del made.metadata["Language"]
    assert found(file, made) == [
        f"{file}:1: lacks the header Language. Write Language: es."
    ]


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
    assert faults[0].endswith(
        "title and the exit must not contain. Add them, or ask in the pull request."
    )

    made.find("Notes").msgstr = made.find("Close this page").msgstr = ""
    assert found(file, made) == []


def test_plural_forms_are_ignored(tmp_path: Path) -> None:
    forms = {"Plural-Forms": "nplurals=7; plural=n"}

    assert found(*catalog(tmp_path, **forms)) == []


def test_a_file_that_nothing_reads_is_found(tmp_path: Path) -> None:
    write_po(*catalog(tmp_path))
    write_po(*catalog(tmp_path, "en"))
    strays = [
        "de/LC_MESSAGES/messages (1).po",
        "es/messages.po",
        "nl/LC_MESSAGES/nl.po",
        "nl.po",
    ]
    for stray in strays:
        write_po(tmp_path / stray, polib.POFile())

    assert list(stray_files(tmp_path)) == [
        f"translations/{stray}: is not read. A catalog is translations/<language>/"
        "LC_MESSAGES/messages.po. Move or delete it."
        for stray in strays
    ]
    kept = tmp_path / "pt_BR" / "LC_MESSAGES" / "messages.po"
    assert catalog_file(Locale("pt", "BR"), tmp_path) == kept


def test_what_is_left_to_do_is_counted(tmp_path: Path) -> None:
    file, made = catalog(tmp_path)
    made.find("Notes").msgstr = ""
    made.find("Close this page").msgstr = ""
    made.find("You are not alone.").fuzzy = True
    write_po(file, made)

    count, summary = left_to_do(file, template())

    assert (count, summary) == (
        3,
        (
            f"{file}:7: 2 messages to translate and 1 to look at again, the first here."
            " Until then the page shows the English in their place."
        ),
    )


def test_a_whole_catalog_has_nothing_to_do_and_a_broken_one_is_named_elsewhere(
    tmp_path: Path,
) -> None:
    file, made = catalog(tmp_path)
    made.append(polib.POEntry(msgid="Gone", msgstr="", obsolete=True))
    write_po(file, made)
    assert left_to_do(file, template()) == (0, "")

    file.write_text("msgid")
    assert left_to_do(file, template()) == (0, "")
    [line] = mistakes(file, template())
    assert line.startswith(f"{file}:1: lacks a quotation mark")


def test_a_catalog_has_the_messages_of_the_template_and_no_others(
    tmp_path: Path,
) -> None:
    file, made = catalog(tmp_path)
    made.find("You are not alone.").msgid = "Gone"
    made.append(polib.POEntry(msgid="Past", msgstr="Pasado", obsolete=True))

    assert found(file, made) == [
        f"{file}:16: 'Gone' is not a message of the guide. Run translate update.",
        (
            f"{file}:1: lacks 1 messages, such as 'You are not alone.'. Run translate"
            " update."
        ),
    ]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (
            b"msgid 'x'\n",
            ":1: lacks a quotation mark or a keyword, or has an escape",
        ),
        (b'\nmsgid "x"\nmsgstr "\\a"\n', ":3: lacks a quotation mark or a keyword, or"),
        (b'msgid "\x07"\n', ":1: has the control character U+0007. Remove it."),
        (
            b'msgctxt "x"\n',
            ":1: has msgctxt of a context or plural, but each message is one msgid",
        ),
        (b'#~ msgstr[0] "x"\n', ":1: has msgstr of a context or plural, but each"),
        (
            b'msgid "\xf1"\n',
            ": is not in UTF-8, or its header names another charset. Open",
        ),
        (
            b'msgid ""\nmsgstr "Content-Type: text/plain; charset=latin-1\\n"\n',
            ":1: is not in UTF-8, or its header names another charset. Open",
        ),
        (
            2 * b'msgid "x"\nmsgstr "y"\n\n',
            ":4: has the message 'x' a second time. Remove one.",
        ),
        (
            2 * b'msgid ""\nmsgstr "Language: es\\n"\n\n',
            ":4: has the message '' a second time. Remove one.",
        ),
    ],
)
def test_a_file_that_is_not_a_plain_catalog_is_one_sentence(
    tmp_path: Path, written: bytes, line: str
) -> None:
    file = tmp_path / "es" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(written)

    with pytest.raises(QuietpageError) as raised:
        read_po(file)

    assert raised.value.format_message().startswith(f"{file}{line}")


@pytest.mark.parametrize("charset", ["UTF-8", "utf8", "CHARSET"])
def test_a_catalog_may_say_utf_8_or_nothing_of_its_letters(
    tmp_path: Path, charset: str
) -> None:
    file = tmp_path / "messages.po"
    header = f'msgid ""\nmsgstr "Content-Type: text/plain; charset={charset}\\n"\n\n'
    file.write_text(
        f'\ufeff{header}# ñ\nmsgid "\\"x\\""\nmsgstr "y\\\\"\n', encoding="utf-8"
    )

    assert [(entry.msgid, entry.msgstr) for entry in read_po(file)] == [('"x"', "y\\")]


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


@pytest.mark.parametrize(
    ("messages", "done", "percent"),
    [
        ("abc", "", 0),
        ("abc", "ax", 33),
        ("abc", "abc", 100),
        ("a", "a", 100),
        ("", "", 0),
    ],
)
def test_the_percentage_translated_is_rounded_down(
    messages: str, done: str, percent: int
) -> None:
    wanted = polib.POFile()
    wanted.extend(polib.POEntry(msgid=message) for message in messages)

    assert percent_translated(set(done), wanted) == percent
