"""What an HTML document holds that a browser would load, keep, send or show."""

import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser

Attributes = dict[str, str]

_LOADING = {"stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload"}
_HINTS = {"preconnect", "dns-prefetch", "prefetch", "prerender"}
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}?", re.IGNORECASE)
_URL = re.compile(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""", re.IGNORECASE)
_SENDS = re.compile(
    r"\b(sendBeacon|fetch(?=\s*\()|XMLHttpRequest|WebSocket|EventSource|importScripts"
    r"|import(?=\s*\()|new\s+Image|RTCPeerConnection|WebTransport)"
)
_KEEPS = re.compile(
    r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|cookieStore"
    r"|caches\.open|serviceWorker|requestStorageAccess|SharedWorker)\b"
)


class Document(HTMLParser):
    """A parsed document; nothing of it is run, nothing it names is loaded."""

    def __init__(self, text: str) -> None:
        """Read the text; what stands unfinished at its end is left out."""
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: defaultdict[str, str] = defaultdict(str)
        self._inside = ""
        self._drawings = 0
        # No close(): on hostile text it takes time by the square of the length.
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element, and that its text follows."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._drawings += tag == "svg"
        # The title in a drawing is the drawing's.
        if tag in ("style", "script") or (tag == "title" and not self._drawings):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        """End the text of an element."""
        self._drawings -= tag == "svg" and self._drawings > 0
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        """Keep the text of title, style and script."""
        if self._inside:
            self.texts[self._inside] += data

    def all(self, *tags: str) -> Iterator[Attributes]:
        """Yield the attributes of every element of these names."""
        return (attributes for tag, attributes in self.elements if tag in tags)

    @property
    def title(self) -> str:
        """The title, as tab and history show it."""
        return self.texts["title"].strip()

    @property
    def root(self) -> Attributes:
        """The attributes of <html>."""
        return next(self.all("html"), {})

    @property
    def languages(self) -> dict[str, str]:
        """The addresses of all languages, by tag."""
        return {
            a["hreflang"]: a["href"]
            for a in self.all("a")
            if "hreflang" in a and "href" in a
        }

    def icons(self) -> list[str]:
        """Return the addresses of the icon."""
        return [a.get("href", "") for a in self.all("link") if "icon" in rel(a)]

    def loads(self) -> Iterator[str]:
        """Yield every address that a browser fetches with the page, fonts left out."""
        for tag, attributes in self.elements:
            names = ["src", "poster", "background"]
            if tag == "object":
                names.append("data")
            if tag in ("image", "use"):
                names += ["href", "xlink:href"]
            if tag == "link" and _LOADING & rel(attributes):
                names.append("href")
            found = [attributes.get(name, "") for name in names]
            found += [
                part.split()[0]
                for part in attributes.get("srcset", "").split(",")
                if part.strip()
            ]
            found += _URL.findall(attributes.get("style", ""))
            yield from filter(_is_fetched, found)
        yield from filter(
            _is_fetched, _URL.findall(_FONT_FACE.sub("", self.texts["style"]))
        )
        for attributes in self.all("meta"):
            if attributes.get("http-equiv", "").lower() == "refresh":
                yield attributes.get("content", "").partition("=")[2] or "itself, again"

    def fonts(self) -> list[str]:
        """Return the addresses of fonts."""
        faces = " ".join(_FONT_FACE.findall(self.texts["style"]))
        return [address for address in _URL.findall(faces) if _is_fetched(address)]

    def sends(self) -> list[str]:
        """Return what tells a server that a page is read or a link followed."""
        found = [f"ping={a['ping']}" for a in self.all("a", "area") if "ping" in a]
        # It is stronger than the header, and than the rel of a link for a script.
        found += [
            f"referrer {policy}"
            for a in self.all("meta")
            if a.get("name", "").lower() == "referrer"
            and (policy := a.get("content", "").lower()) != "no-referrer"
        ]
        for attributes in self.all("link"):
            found += _HINTS & rel(attributes)
        kinds = (attributes.get("type", "") for attributes in self.all("script"))
        found += [kind for kind in kinds if kind == "speculationrules"]
        return found + _SENDS.findall(self._scripts())

    def keeps(self) -> list[str]:
        """Return the names by which scripts reach a browser's storage."""
        return _KEEPS.findall(self._scripts())

    def forms(self) -> list[str]:
        """Return forms, and fields that a browser may fill in again."""
        fields = (
            (tag, a)
            for tag, a in self.elements
            if tag in ("input", "textarea", "select")
        )
        kept = [f"<{tag}>" for tag, a in fields if a.get("autocomplete") != "off"]
        return ["<form>" for _ in self.all("form")] + kept

    def previews(self) -> list[str]:
        """Return what shares, installs or describes the page elsewhere."""
        names = [a.get("property", a.get("name", "")) for a in self.all("meta")]
        found = [name for name in names if name.startswith(("og:", "twitter:"))]
        return found + ["manifest" for a in self.all("link") if "manifest" in rel(a)]

    def _scripts(self) -> str:
        handlers = (
            v for _, a in self.elements for k, v in a.items() if k.startswith("on")
        )
        return "\n".join([self.texts["script"], *handlers])


def rel(attributes: Attributes) -> set[str]:
    """Return what an element is to the page that it names."""
    return set(attributes.get("rel", "").lower().split())


def _is_fetched(address: str) -> bool:
    return bool(address) and not address.lower().startswith(("data:", "#", "about:"))
