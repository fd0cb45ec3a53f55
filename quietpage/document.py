"""What a document may not hold, whoever wrote its templates."""

from collections.abc import Collection, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

from .errors import QuietpageError

EXIT_ID = "quick-exit"
# Attributes by which a browser fetches or sends something unasked.
_LOADING = {"src", "srcset", "data", "poster", "background", "ping", "manifest"}
_REFUSED_ELEMENTS = {"base", "embed", "form", "frame", "iframe", "object"}
_NO_ICON = "data:,"


class Document(HTMLParser):
    """An HTML document, read once.

    `links` are (id, href, rel) of every `a` that has an address, in order. `faults`
    are (text to look for, what is wrong); `inlined` are the scripts and styles that
    the CSP admits.
    """

    def __init__(self, html: str, inlined: Collection[str]) -> None:
        """Read `html`; nothing raises."""
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.faults: list[tuple[str, str]] = []
        self._inlined = inlined
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, and what an element loads, sends or runs."""
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            link = values.get("id", ""), values["href"], values.get("rel", "")
            self.links.append(link)
        if tag in _REFUSED_ELEMENTS:
            self.faults.append((f"<{tag}", f"has a <{tag}>"))
        for name, value in values.items():
            loads = name in _LOADING or (tag == "link" and name == "href")
            if loads and value != _NO_ICON:
                self.faults.append((value, f"loads '{value}'"))
            if name.startswith("on") or name in {"style", "http-equiv", "target"}:
                self.faults.append((f"{name}=", f"has the attribute '{name}'"))

    def handle_data(self, data: str) -> None:
        """Note a script or style that the CSP will refuse."""
        if self.cdata_elem and data not in self._inlined:
            self.faults.append((data, f"has a <{self.cdata_elem}> of its own"))


def document_faults(html: str, inlined: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (text to look for, what is wrong) for all that endangers a reader.

    >>> next(document_faults('<img src="x.png">', inlined=()))
    ('x.png', "loads 'x.png'")
    """
    document = Document(html, inlined)
    yield from document.faults
    name, address, _ = document.links[0] if document.links else ("", "", "")
    if name != EXIT_ID or not address.startswith("https://"):
        yield EXIT_ID, f"lacks the exit, <a id='{EXIT_ID}'>, as its first link"
    for _, address, relation in document.links:
        if address.startswith("http") and "noreferrer" not in relation.split():
            yield address, f"links to '{address}' without rel='noreferrer'"


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
