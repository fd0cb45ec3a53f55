"""messages.pot, in the order of the page, and its way into catalogs."""

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


def test_messages_stand_in_the_order_of_the_page_with_their_places() -> None:
    entries = list(extract())

    places = list(dict.fromkeys(entry.occurrences[0][0] for entry in entries))
    order = ["base", "_exit", "guide/first_minute", "_helplines", "guide/later"]
    indexes = [places.index(f"templates/{name}.html") for name in order]
    assert indexes == sorted(indexes)
    drawing = places.index("templates/_drawing.html")
    assert drawing > places.index("templates/guide/abuse_and_bond.html")
    assert drawing < places.index("templates/guide/doubts.html")
    # A place without a line number changes only where the sentence moves.
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


def test_flags_and_places_are_carried_into_a_catalog() -> None:
    catalog = po(("To %(name)s", "A %(name)s"))
    source = po(("To %(name)s", ""))
    source[0].flags, source[0].occurrences = ["python-format"], [("a.html", "")]

    merge(catalog, source)

    assert catalog[0].flags == ["python-format"]
    assert catalog[0].occurrences == [("a.html", "")]
    assert catalog[0].msgstr == "A %(name)s"


def test_a_reworded_message_is_to_be_looked_at_again() -> None:
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((NEW, ""))) == {}

    entry = catalog.find(NEW)
    assert (entry.fuzzy, entry.previous_msgid) == (True, OLD)
    assert entry.msgstr == "Elige una palabra."


def test_a_reworded_message_keeps_its_translation_where_the_meaning_is_the_same() -> (
    None
):
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((NEW, "")), SPANISH) == {NEW: OLD}

    assert catalog.find(NEW).translated()


def test_the_same_meaning_has_the_same_figures() -> None:
    catalog = po((OLD, "Elige una palabra."))

    assert merge(catalog, po((REWORDED_FIGURE, "")), SPANISH) == {}

    assert catalog.find(REWORDED_FIGURE).fuzzy


def test_what_was_fuzzy_before_stays_fuzzy_whatever_the_meaning() -> None:
    catalog = po((OLD, "Elige una palabra."))
    catalog[0].fuzzy = True

    assert merge(catalog, po((NEW, "")), SPANISH) == {}

    assert catalog.find(NEW).fuzzy


def test_one_translation_goes_to_one_message() -> None:
    catalog = po((OLD, "Elige una palabra."))

    merge(catalog, po((NEW, ""), (NEW.replace("Choose", "Take"), "")), SPANISH)

    assert [bool(entry.msgstr) for entry in catalog[:2]] == [True, False]


def test_an_english_sentence_taken_back_leaves_no_trace() -> None:
    catalog = po((OLD, "Elige una palabra."))
    before = str(catalog)

    merge(catalog, po((NEW, "")))
    merge(catalog, po((OLD, "")))

    assert str(catalog) == before


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "messages.po"
    write_po(file, po((OLD, "Elige una palabra.")))
    before = file.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left on the device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="no space"):
            write_po(file, po((NEW, "")))

    assert file.read_bytes() == before


def test_utf_8_is_written_whatever_the_header_says(tmp_path: Path) -> None:
    file = tmp_path / "messages.po"
    catalog = po((OLD, "Elígela."))
    catalog.metadata = {"Content-Type": "text/plain; charset=ISO-8859-1"}

    write_po(file, catalog)

    assert read_po(file)[0].msgstr == "Elígela."
    assert "charset=UTF-8" in file.read_text(encoding="utf-8")
