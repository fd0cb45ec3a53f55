"""The glossary, the questions to native speakers and the catalogs agree."""

import re

import pytest

from quietpage.config import ROOT
from quietpage.po_files import TRANSLATIONS, catalog_files, read_po

# A language's heading ends with the locale of its catalog, as in "## German (`de`)".
_SECTION = re.compile(
    r"^## [^\n]*?(?: \(`(\w+)`\))?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_ROW = re.compile(r"^\| (?!term in English)([^|]+) \| ([^|]+) \|", re.MULTILINE)
_NOTE = re.compile(r" \([^()]*\)")
TABLES: dict[str, list[tuple[str, str]]] = {
    locale: _ROW.findall(text)
    for locale, text in _SECTION.findall(
        (TRANSLATIONS / "GLOSSARY.md").read_text(encoding="utf-8")
    )
}
# The section without a locale defines the terms that every language translates.
TERMS = [term for term, _ in TABLES.pop("")]
CATALOGS = {file.parent.parent.name: file for file in catalog_files()}
# {tag: questions} of the table with two columns; words in backticks quote the catalog.
QUESTIONS: dict[str, str] = dict(
    re.findall(
        r"^\| ([a-z]{2,3}(?:-\w+)?) \| ([^|\n]+) \|$",
        (ROOT / "docs" / "translations.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
# This row describes, and quotes nothing from the catalog.
DESCRIBED = "form of address"


def test_every_catalog_has_a_table() -> None:
    assert sorted(TABLES) == sorted(CATALOGS)


@pytest.mark.parametrize("locale", TABLES)
def test_each_table_starts_with_the_same_terms(locale: str) -> None:
    assert [term for term, _ in TABLES[locale]][: len(TERMS)] == TERMS


@pytest.mark.parametrize("locale", TABLES)
def test_the_catalog_uses_each_term(locale: str) -> None:
    catalog = "\n".join(entry.msgstr for entry in read_po(CATALOGS[locale])).casefold()

    missing = [
        (term, form)
        for term, used in TABLES[locale]
        if term != DESCRIBED
        for form in _NOTE.sub("", used).split("; ")
        if form.casefold() not in catalog
    ]

    assert missing == []


def test_native_speakers_are_asked_in_every_language() -> None:
    assert {tag.replace("-", "_") for tag in QUESTIONS} == CATALOGS.keys()


@pytest.mark.parametrize("tag", QUESTIONS)
def test_the_catalog_has_what_a_question_quotes(tag: str) -> None:
    entries = read_po(CATALOGS[tag.replace("-", "_")])
    catalog = "\n".join(entry.msgstr for entry in entries).casefold()

    quotes = re.findall("`([^`]+)`", QUESTIONS[tag])
    assert len(quotes) > 2
    assert [quote for quote in quotes if quote.casefold() not in catalog] == []
