"""What the templates of an organisation may not do to a reader."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from .document import Document
from .errors import QuietpageError

EXIT_ID = "quick-exit"
_REFUSED_ATTRIBUTES = {"style", "target", "http-equiv"}


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
    links = [a for a in document.all("a") if "href" in a]
    first = links[0] if links else {}
    if first.get("id") != EXIT_ID or not first["href"].startswith("https://"):
        yield EXIT_ID, f"lacks the exit, <a id='{EXIT_ID}'>, as its first link"
    for link in links:
        leaves = link["href"].startswith(("http:", "https:", "//"))
        if leaves and "noreferrer" not in link.get("rel", "").split():
            yield link["href"], f"links to '{link['href']}' without rel='noreferrer'"


def _code_faults(
    document: Document, inlined: Collection[str]
) -> Iterator[tuple[str, str]]:
    own = document.texts["style"] + document.texts["script"]
    for text in inlined:
        own = own.replace(text, "", 1)
    if own.strip():
        yield own.strip(), "has a style or script of its own"
    for _, attributes in document.elements:
        for name in attributes:
            if name.startswith("on") or name in _REFUSED_ATTRIBUTES:
                yield f"{name}=", f"has the attribute '{name}'"


def check_documents(
    pages: Mapping[str, str], inlined: Collection[str], folder: Path
) -> None:
    """Check the pages, by language, of a copy whose own templates are in `folder`.

    Raises:
        QuietpageError: A page would endanger a reader; the sentence names the
            template where it can be found.
    """
    own = {
        f"templates/{file.relative_to(folder)}": file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*.html"))
    }
    for tag, html in pages.items():
        for mark, fault in document_faults(html, inlined):
            place = next((n for n, text in own.items() if mark in text), "templates")
            raise QuietpageError(
                f"{place}: the page in '{tag}' {fault}, but it must keep the exit first"
                " and load, send and run nothing of its own. Take it out."
            )
