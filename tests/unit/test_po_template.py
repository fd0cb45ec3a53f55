"""messages.pot: its order, and how it is merged into catalogs."""

import errno
from pathlib import Path

import polib
import pytest
from babel.core import Locale

from quietpage import po_template
from quietpage.config import ROOT
from quietpage.errors import QuietpageError
from quietpage.po_files import read_po, write_po
from quietpage.po_template import extract, merge

SPANISH = Locale("es")
OLD, NEW = "Pick a word that you both know.", "Choose a word that you both know."
REWORDED_FIGURE = "Pick 2 words that you both know."


def po(*entries: tuple[str, str]) -> polib.POFile:
    catalog = polib.POFile()
    catalog.extend(polib.POEntry(msgid=m, msgstr=text) for m, text in entries)
    return catalog


def test_messages_are_in_page_order_with_their_locations() -> None:
    entries = list(extract())

    places = list(dict.fromkeys(entry.occurrences[0][0] for entry in entries))
    order = ["base", "_exit", "guide/first_minute", "_helplines", "guide/later"]
    indexes = [places.index(f"templates/{name}.html") for name in order]
    assert indexes == sorted(indexes)
    drawing = places.index("templates/_drawing.html")
    assert drawing > places.index("templates/guide/abuse_and_bond.html")
    assert drawing < places.index("templates/guide/doubts.html")
    # Without a line number, a location changes only if its sentence moves.
    assert {line for entry in entries for _, line in entry.occurrences} == {""}


@pytest.mark.parametrize(
    "message",
    [
        "{% trans n=2 %}One{% pluralize %}{{ n }}{% endtrans %}",
        "{{ pgettext('a tab', 'Notes') }}",
    ],
)
def test_a_message_that_no_catalog_keeps_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "guide.html").write_text(f"<p>\n{message}")
    (tmp_path / "babel.cfg").write_bytes((ROOT / "babel.cfg").read_bytes())
    monkeypatch.setattr(po_template, "ROOT", tmp_path)
    monkeypatch.setattr(po_template, "_TEMPLATES", tmp_path / "templates")

    sentence = r"^templates/guide\.html:2: has a context or a plural, which catalogs"
    with pytest.raises(QuietpageError, match=sentence):
        extract()


def test_flags_and_locations_are_copied_into_a_catalog() -> None:
    catalog = po(("To %(name)s", "A %(name)s"))
    source = po(("To %(name)s", ""))
    source[0].flags, source[0].occurrences = ["python-format"], [("a.html", "")]

    merge(catalog, source)

    assert catalog[0].flags == ["python-format"]
    assert catalog[0].occurrences == [("a.html", "")]
    assert catalog[0].msgstr == "A %(name)s"


def test_a_reworded_message_becomes_fuzzy() -> None:
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((NEW, ""))) == {}

    entry = catalog.find(NEW)
    assert (entry.fuzzy, entry.previous_msgid) == (True, OLD)
    assert entry.msgstr == "Elige una palabra."


def test_a_reworded_message_keeps_its_translation_if_the_meaning_is_the_same() -> None:
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((NEW, "")), SPANISH) == {NEW: OLD}

    assert catalog.find(NEW).translated()


def test_the_same_meaning_has_the_same_figures() -> None:
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((REWORDED_FIGURE, "")), SPANISH) == {}

    assert catalog.find(REWORDED_FIGURE).fuzzy


def test_a_fuzzy_message_stays_fuzzy_whatever_the_meaning() -> None:
    catalog = po((OLD, "Elige una palabra."))
    catalog[0].fuzzy = True

    assert merge(catalog, po((NEW, "")), SPANISH) == {}

    assert catalog.find(NEW).fuzzy


def test_a_translation_goes_to_only_one_message() -> None:
    catalog = po((OLD, "Elige una palabra."))

    merge(catalog, po((NEW, ""), (NEW.replace("Choose", "Take"), "")), SPANISH)

    assert [bool(entry.msgstr) for entry in catalog[:2]] == [True, False]


def test_reverting_an_english_sentence_leaves_no_trace() -> None:
    catalog = po((OLD, "Elige una palabra."))
    before = str(catalog)

    merge(catalog, po((NEW, "")))
    merge(catalog, po((OLD, "")))

    assert str(catalog) == before


def test_a_failed_write_leaves_the_file_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "messages.po"
    write_po(file, po((OLD, "Elige una palabra.")))
    before = file.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(QuietpageError, match="No space left"):
            write_po(file, po((NEW, "")))

    assert file.read_bytes() == before


def test_catalogs_are_written_as_utf_8_whatever_the_header_says(tmp_path: Path) -> None:
    file = tmp_path / "messages.po"
    catalog = po((OLD, "Elígela."))
    catalog.metadata = {"Content-Type": "text/plain; charset=ISO-8859-1"}

    write_po(file, catalog)

    assert read_po(file)[0].msgstr == "Elígela."
    assert "charset=UTF-8" in file.read_text(encoding="utf-8")
