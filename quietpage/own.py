"""What the templates of an organisation may not do to a reader."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from .document import Document, rel
from .errors import QuietpageError
from .words import banned_words_in

EXIT_ID = "quick-exit"
_REFUSED_ATTRIBUTES = {"style", "target", "http-equiv"}
_REFUSED_ELEMENTS = {"base", "embed", "frame", "iframe", "object"}


def document_faults(html: str, inlined: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (text to look for, what is wrong) for all that endangers a reader.

    `inlined` are the scripts and styles that the CSP admits.

    >>> next(document_faults('<img src="x.png">', inlined=()))
    ('x.png', "loads 'x.png'")
    """
    document = Document(html)
    for address in [*document.loads(), *document.fonts()]:
        yield address, f"loads '{address}'"
    for found in [*document.sends(), *document.forms(), *document.previews()]:
        yield found.strip("<>"), f"has {found}"
    yield from _code_faults(document, inlined)
    for link in document.all("a", "area"):
        address = link.get("href", link.get("xlink:href", "/"))
        if not address.startswith(("https://", "/", "tel:", "sms:")):
            yield address, f"links to '{address}'"
        elif re.match(r"https:|/[/\\]", address) and "noreferrer" not in rel(link):
            yield address, f"links to '{address}' without rel='noreferrer'"
    locale = document.root.get("lang", "").replace("-", "_")
    for word in banned_words_in(locale, document.title):
        yield "<title", f"has '{word}' in its title"


def _exit_faults(html: str) -> Iterator[tuple[str, str]]:
    first = next((a for a in Document(html).all("a") if "href" in a), {})
    is_link = first.get("id") == EXIT_ID and first["href"].startswith("https://")
    if not is_link or "hidden" in first:
        yield EXIT_ID, f"lacks the exit, <a id='{EXIT_ID}'>, as its first link"


def _code_faults(
    document: Document, inlined: Collection[str]
) -> Iterator[tuple[str, str]]:
    own = document.texts["style"] + document.texts["script"]
    for text in inlined:
        own = own.replace(text, "", 1)
    if own.strip():
        yield own.strip(), "has a style or script of its own"
    for tag, attributes in document.elements:
        if tag in _REFUSED_ELEMENTS:
            yield f"<{tag}", f"has <{tag}>"
        for name in attributes:
            if name.startswith("on") or name in _REFUSED_ATTRIBUTES:
                yield f"{name}=", f"has the attribute '{name}'"


def check_documents(
    guides: Mapping[str, str],
    errors: Mapping[str, str],
    inlined: Collection[str],
    folder: Path,
) -> None:
    """Check the pages, by language, of a copy whose own templates are in `folder`.

    Raises:
        QuietpageError: A page would endanger a reader; the sentence names the
            template where it can be found.
    """
    own = {
        f"templates/{file.relative_to(folder)}": file.read_bytes().decode(
            errors="replace"
        )
        for file in sorted(folder.rglob("*.html"))
    }
    found = [(tag, f) for tag, html in guides.items() for f in _exit_faults(html)]
    for pages in (guides, errors):
        for tag, html in pages.items():
            found += [(tag, fault) for fault in document_faults(html, inlined)]
    for tag, (mark, fault) in found:
        place = next((n for n, text in own.items() if mark in text), "templates")
        raise QuietpageError(
            f"{place}: the page in '{tag}' {fault}, but it must keep the exit first"
            " and load, send and run nothing of its own. Correct the template."
        )
