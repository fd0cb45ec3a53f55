"""README and docs: every page is listed, and every link and named file exists."""

import re
from pathlib import Path

import pytest

from quietpage.config import ROOT

README = ROOT / "README.md"
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "translations" / "GLOSSARY.md"]
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
# In `code`: a path in one of these folders, with no placeholder, or a test file.
FILE = re.compile(
    r"`((?:blueprints|deploy|docs|quietpage|static|templates|tests|tools|translations)"
    r"/[\w./-]++(?![*<])|test_\w+\.py)"
)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def test_readme_links_every_page_of_docs() -> None:
    linked = {path for path, _ in LINK.findall(read(README))}

    assert {f"docs/{file.name}" for file in ROOT.glob("docs/*.md")} - linked == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = []
    for path, anchor in LINK.findall(read(document)):
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(read(target))):
            dead.append(f"{path}#{anchor}")

    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = set(FILE.findall(read(document)))

    missing = {
        name
        for name in named
        if not (ROOT / name).exists() and not list(ROOT.glob(f"tests/*/{name}"))
    }

    assert missing == set()
