"""Parse HTML, and refuse what Python and browsers may parse differently."""

import html
import html.entities
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# (text to look for in a template, what is wrong)
PageFault = tuple[str, str]
Attributes = Mapping[str, str]

_DRAWN = "circle ellipse g line path polygon polyline rect svg title"
DRAWING_ELEMENTS = frozenset(_DRAWN.split())
_SPACE = r"[ \t\n\f\r]"
_ATTRIBUTE = (
    rf"{_SPACE}+([a-zA-Z][a-zA-Z0-9:-]*)"
    rf"""(?:{_SPACE}*={_SPACE}*("[^"]*"|'[^']*'|[^ \t\n\f\r"'=<>`]+))?"""
)
_UNNAMED = _ATTRIBUTE.replace("([a", "(?:[a").replace('("', '(?:"')
# Stricter than the standard: what does not match is refused, so that no page has a
# comment, an attribute or an end tag that browsers find elsewhere than Python.
_TOKEN = re.compile(
    r"[^<\0]+"
    r"|<!--(?!-?>)(?:(?!--)[^\0])*-->"
    rf"|</(?P<ended>[a-zA-Z][a-zA-Z0-9]*){_SPACE}*>"
    rf"|<(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<attributes>(?:{_UNNAMED})*){_SPACE}*"
    r"(?P<closed>/?)>"
)
_DOCTYPE = re.compile(rf"{_SPACE}*<!doctype html>", re.IGNORECASE)
_REFERENCE = re.compile(
    r"&(?:(?P<number>#[0-9]+|#[xX][0-9a-fA-F]+);|(?P<name>[a-zA-Z0-9]+);|.?)", re.DOTALL
)


@dataclass(frozen=True)
class Element:
    """A start tag: names in lower case, values decoded; `end` is where it ends."""

    name: str
    written: str
    attributes: Attributes
    in_drawing: bool
    end: int


class StrictDocument:
    """A page's elements in order, its titles, and `faults`: what is refused."""

    def __init__(self, text: str, inlined: Collection[str]) -> None:
        """Parse the text; `inlined` are the scripts and styles that the CSP allows."""
        self.text = text
        self.elements: list[Element] = []
        self.faults: list[PageFault] = []
        self.titles: list[str] = []
        self._inlined = list(inlined)
        self._drawings = 0
        doctype = _DOCTYPE.match(text)
        if not doctype:
            self.faults.append(("<html", "does not begin with <!doctype html>"))
        place = doctype.end() if doctype else 0
        while place < len(text):
            token = _TOKEN.match(text, place)
            if not token:
                mark = re.match(r"<?[^>\n]{0,30}>?", text[place:])
                self._refuse_reading(mark[0] if mark else "<")
                return
            place = token.end()
            if token["ended"]:
                self._end(token["ended"])
            elif token["name"]:
                place = self._start(token)
        if self._drawings:
            self.faults.append(("<svg", "lacks a </svg>"))

    def _refuse_reading(self, mark: str) -> None:
        shown = mark.replace("\0", "NUL")
        self.faults.append(
            (mark, f"has '{shown}', which browsers may parse differently")
        )

    def _start(self, token: re.Match[str]) -> int:
        """Add an element; return where parsing goes on."""
        name = token["name"].lower()
        attributes: dict[str, str] = {}
        for found in re.finditer(_ATTRIBUTE, token["attributes"]):
            value = found[2] or ""
            value = value[1:-1] if value[:1] in ('"', "'") else value
            if found[1].lower() in attributes or not _is_read_alike(value):
                self._refuse_reading(found[0].strip())
            attributes[found[1].lower()] = html.unescape(value)
        in_drawing = self._drawings > 0 or name == "svg"
        element = Element(name, token["name"], attributes, in_drawing, token.end())
        self.elements.append(element)
        self._drawings += name == "svg" and not token["closed"]
        if name == "title" and not (token["closed"] and in_drawing):
            return self._text_end(element)
        if name in ("script", "style") and not in_drawing:
            return self._code_end(element)
        return token.end()

    def _end(self, name: str) -> None:
        # Within a drawing, the end tag of an outer element would end the drawing.
        if name.lower() == "br" or (
            self._drawings and name.lower() not in DRAWING_ELEMENTS
        ):
            self._refuse_reading(f"</{name}>")
        self._drawings -= name.lower() == "svg" and self._drawings > 0

    def _text_end(self, title: Element) -> int:
        found = re.compile(r"[^<\0]*").match(self.text, title.end)
        end = found.end() if found else title.end
        if not title.in_drawing:
            self.titles.append(html.unescape(self.text[title.end : end]))
        if self.text[end : end + 8].lower() != "</title>":
            self._refuse_reading(f"<{title.name}")
            return len(self.text)
        return end

    def _code_end(self, code: Element) -> int:
        for text in self._inlined:
            if self.text.startswith(f"{text}</{code.name}>", code.end):
                self._inlined.remove(text)
                return code.end + len(text)
        own = self.text[code.end :].partition("<")[0].strip()
        self.faults.append(
            (own or f"<{code.name}", "has a style or script that is not ours")
        )
        # Only browsers know where it ends.
        return len(self.text)


def _is_read_alike(value: str) -> bool:
    """Return whether every parser decodes each "&" in an attribute alike."""
    return "\0" not in value and all(map(_is_plain, _REFERENCE.finditer(value)))


def _is_plain(reference: re.Match[str]) -> bool:
    name, number = reference["name"], reference["number"]
    if number:
        # Python drops control characters and surrogates, browsers do not.
        return len(html.unescape(reference[0])) == 1
    # A lone "&" is safe before a space only; parsers differ about "&copy=".
    return f"{name};" in html.entities.html5 or reference[0] == "& "
