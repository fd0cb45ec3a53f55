"""The HTML policy: what a page may contain without endangering its reader.

A page contains only what the lists below name, written so that Python and all browsers
parse the same elements, attributes and links (tests/unit/test_html_policy.py).
"""

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from .banned_words import banned_words_in
from .errors import QuietpageError, display_path
from .override_templates import readable_templates
from .strict_html import (
    DRAWING_ELEMENTS,
    Attributes,
    Element,
    PageFault,
    StrictDocument,
)

EXIT_ID = "quick-exit"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# {element: its own attributes}
_ELEMENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        _names("""
            abbr address article aside b bdi bdo blockquote body br caption cite code dd
            del dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 head header
            hgroup hr html i ins kbd label main mark nav p pre q rp rt ruby s samp
            script section small span strong style sub summary sup svg table tbody tfoot
            thead title tr u ul var wbr
        """),
        frozenset(),
    ),
    "a": _names("href hreflang rel"),
    "col": _names("span"),
    "colgroup": _names("span"),
    "data": _names("value"),
    "details": _names("open"),
    "img": _names("alt height src width"),
    "input": _names("autocomplete type"),
    "li": _names("value"),
    "link": _names("href hreflang rel"),
    "meta": _names("charset content name"),
    "ol": _names("reversed start type"),
    "td": _names("colspan headers rowspan"),
    "th": _names("abbr colspan headers rowspan scope"),
    "time": _names("datetime"),
}
_GLOBAL = _names("class dir draggable hidden id lang role title translate")
_DRAWING_ATTRIBUTES = _names("""
    cx cy d fill fill-opacity fill-rule focusable height opacity points
    preserveaspectratio r rx ry stroke stroke-dasharray stroke-linecap stroke-linejoin
    stroke-opacity stroke-width transform viewbox width x x1 x2 xmlns y y1 y2
""")
_META_NAMES = _names("color-scheme description format-detection viewport")
# Browsers load nothing for these; the icon must be a data: URL.
_LINK_KINDS = _names("author canonical icon license")
_BEFORE_EXIT = _names("body div head header html link meta nav p style title")
_ON_EXIT = _names("class draggable href hreflang id rel title")
_HIDING = {"hidden", "aria-hidden"}


def _element_faults(element: Element) -> Iterator[PageFault]:
    name, attributes = element.name, element.attributes
    known = DRAWING_ELEMENTS if element.in_drawing else _ELEMENTS.keys()
    if name not in known:
        yield f"<{element.written}", f"has <{name}>"
        return
    own = _DRAWING_ATTRIBUTES if element.in_drawing else _ELEMENTS[name]
    for attribute, value in attributes.items():
        is_known = attribute in own | _GLOBAL
        if not (is_known or attribute.startswith(("aria-", "data-"))):
            yield f"{attribute}=", f"has the attribute '{attribute}'"
        elif element.in_drawing and _loads(value):
            yield value, f"loads '{value}'"
    if name in _VALUE_FAULTS:
        yield from _VALUE_FAULTS[name](attributes)


def _loads(style: str) -> bool:
    # CSS decodes what follows a backslash.
    return "\\" in style or "url(" in style.lower().replace("url(#", "")


def _image_faults(attributes: Attributes) -> Iterator[PageFault]:
    address = attributes.get("src", "")
    if not address.startswith("data:"):
        yield address or "<img", f"loads '{address}'"


def _meta_faults(attributes: Attributes) -> Iterator[PageFault]:
    name = attributes.get("name", "").lower()
    is_no_referrer = name == "referrer" and attributes.get("content") == "no-referrer"
    is_charset = "charset" in attributes and "name" not in attributes
    if not (is_charset or is_no_referrer or name in _META_NAMES):
        yield name or "<meta", f"has <meta name='{name}'>"


def _input_faults(attributes: Attributes) -> Iterator[PageFault]:
    # Browsers restore what was typed into other fields.
    if attributes != {"type": "checkbox", "autocomplete": "off"}:
        yield "<input", "has an <input> that is not type='checkbox' autocomplete='off'"


def _link_faults(attributes: Attributes) -> Iterator[PageFault]:
    kinds, address = _words(attributes, "rel"), attributes.get("href", "")
    if not kinds or kinds - _LINK_KINDS:
        yield "<link", f"has <link rel='{attributes.get('rel', '')}'>"
    elif "icon" in kinds and not address.startswith("data:"):
        yield address or "<link", f"loads '{address}'"


def _anchor_faults(attributes: Attributes) -> Iterator[PageFault]:
    address = attributes.get("href", "/")
    # Browsers drop white space in an address and read \ as /.
    is_plain = re.fullmatch(r"[^\0-\x20\x7f\\]+", address)
    is_call = re.fullmatch(r"(tel:\+?[0-9*#-]+|sms:\+?[0-9]+(\?&?body=.*)?)", address)
    if not is_call and not (is_plain and address.startswith(("https://", "/", "#"))):
        yield address or "<a", f"links to '{address}'"
    elif address.startswith(("https:", "//")) and "noreferrer" not in _words(
        attributes, "rel"
    ):
        yield address, f"links to '{address}' without rel='noreferrer'"


_VALUE_FAULTS: dict[str, Callable[[Attributes], Iterator[PageFault]]] = {
    "a": _anchor_faults,
    "img": _image_faults,
    "input": _input_faults,
    "link": _link_faults,
    "meta": _meta_faults,
}


def _words(attributes: Attributes, name: str) -> set[str]:
    return set(attributes.get(name, "").lower().split())


def document_faults(
    text: str, inlined: Collection[str], *, has_exit: bool = False
) -> Iterator[PageFault]:
    """Yield all that endangers a reader of a page; with `has_exit`, a missing exit too.

    `inlined` are the scripts and styles that the CSP admits.

    >>> page = "<!doctype html><html lang='en'><title>Notes</title>"
    >>> list(document_faults(f"{page}<link rel='icon' href='data:,'>", inlined=()))
    []
    >>> next(document_faults(f"{page}<img src='x.png'>", inlined=()))
    ('x.png', "loads 'x.png'")
    """
    page = StrictDocument(text, inlined)
    yield from page.faults
    for element in page.elements:
        yield from _element_faults(element)
    html_elements = [e for e in page.elements if not e.in_drawing]
    names = [element.name for element in html_elements]
    for name in ("html", "head", "body", "title"):
        if names.count(name) > 1:
            yield f"<{name}", f"has <{name}> twice"
    if not "".join(page.titles).strip():
        yield "<title", "lacks a title"
    if not any("icon" in _words(e.attributes, "rel") for e in html_elements):
        yield "<head", "lacks <link rel='icon' href='data:,'>, so browsers ask for one"
    locale = next((e.attributes.get("lang", "") for e in html_elements), "")
    for word in banned_words_in(locale.replace("-", "_"), "".join(page.titles)):
        yield "<title", f"has '{word}' in its title"
    if has_exit:
        yield from _exit_faults(page)


def _exit_faults(page: StrictDocument) -> Iterator[PageFault]:
    links = [e for e in page.elements if e.name == "a" and "href" in e.attributes]
    if not links or not _is_exit(links[0], page):
        yield EXIT_ID, f"lacks the exit, <a id='{EXIT_ID}'>, as its first link in sight"
    if sum(e.attributes.get("id") == EXIT_ID for e in page.elements) > 1:
        yield EXIT_ID, f"has id='{EXIT_ID}' twice"


def _is_exit(link: Element, page: StrictDocument) -> bool:
    before = page.elements[: page.elements.index(link)]
    label = re.split("</a", page.text[link.end :], maxsplit=1, flags=re.IGNORECASE)[0]
    return (
        link.attributes.get("id") == EXIT_ID
        and link.attributes["href"].startswith("https://")
        and not link.attributes.keys() - _ON_EXIT
        and bool(html.unescape(re.sub(r"<[^>]*>", "", label)).strip())
        and all(
            element.name in _BEFORE_EXIT and not _HIDING & element.attributes.keys()
            for element in before
        )
    )


def check_documents(
    guides: Mapping[str, str],
    errors: Mapping[str, str],
    inlined: Collection[str],
    folder: Path,
) -> None:
    """Check the pages of a copy, by language; its own templates are in `folder`.

    Raises:
        QuietpageError: A page would endanger a reader; the sentence names the
            template where it can be found.
    """
    for pages in (guides, errors):
        for tag, text in pages.items():
            for mark, fault in document_faults(text, inlined, has_exit=pages is guides):
                raise QuietpageError(
                    f"{_likely_template(mark, folder)}: the page in '{tag}' {fault},"
                    " but it must keep the exit first, contain only what"
                    " quietpage/html_policy.py lists, and load, send and run nothing"
                    " else. Correct the template."
                )


def _likely_template(mark: str, folder: Path) -> str:
    """Return the own template that contains the mark, or else their folder."""
    for file, text in readable_templates(folder):
        if mark in text:
            return display_path(file)
    files = list(folder.rglob("*.html"))
    return display_path(files[0]) if len(files) == 1 else str(folder)
