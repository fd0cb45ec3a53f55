"""The site for visitors: responses prepared at start, served by lookup."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from .compression import CODERS, Coder, Padder
from .config import Settings
from .negotiation import CODINGS, choose_coding, locale_chooser
from .security_headers import ONION_LOCATION
from .terminal_progress import progress_map

if TYPE_CHECKING:
    from flask import Flask

Headers = list[tuple[str, str]]
# Headers for responses over TLS only; browsers must ignore them elsewhere.
TLS_ONLY = ("Strict-Transport-Security", ONION_LOCATION)
# Evens out header sizes, which differ by the language's tag and a guide's status.
PADDING = "X-Padding"
OK, NOT_FOUND = "200 OK", "404 Not Found"
# Never empty: some servers drop an empty header, others add a space.
PADDING_ELSE = "-"
PADDING_OK = PADDING_ELSE + "-" * (len(NOT_FOUND) - len(OK))
ROBOTS = "/robots.txt"
# A host name has at most 253 bytes (RFC 1035), a port with its colon six.
_MAX_HOST_BYTES = 260
_PLAIN_SCHEME, _TLS_SCHEME = "http", "https"


@dataclass(frozen=True)
class PreparedResponse:
    """A response without its status: the headers by scheme, and the body."""

    headers: Mapping[str, Headers]
    body: bytes


@dataclass(frozen=True)
class RenderedResponse:
    """A response of the Flask app: its headers as over TLS, and the document."""

    headers: Headers
    body: bytes


@dataclass(frozen=True)
class RenderedSite:
    """All responses of the Flask app; guides and the neutral sentence by tag."""

    guides: Mapping[str, RenderedResponse]
    errors: Mapping[str, RenderedResponse]
    robots: RenderedResponse


def render_site(app: "Flask", tags: Iterable[str]) -> RenderedSite:
    """Return the responses of `app` in these languages."""
    client = app.test_client()

    def answer(path: str, method: str = "GET") -> RenderedResponse:
        response = client.open(path, method=method, base_url="https://localhost")
        if response.status_code != (200 if method == "GET" else 405):
            raise RuntimeError(f"{method} {path}: {response.status}")
        return RenderedResponse(list(response.headers), response.data)

    return RenderedSite(
        {tag: answer(f"/{tag}/") for tag in tags},
        {tag: answer(f"/{tag}/", "POST") for tag in tags},
        answer(ROBOTS),
    )


def prepare_responses(
    documents: Mapping[str, RenderedResponse], codings: Iterable[str] = CODINGS
) -> dict[tuple[str, str], PreparedResponse]:
    """Return {(tag, coding): response}, all of one size in each coding."""
    prepared = {}
    for coding in codings:
        padders = _padders(documents, *CODERS[coding])
        size_bytes = max(len(padded(0)) for padded in padders.values())
        for tag, padded in padders.items():
            body = padded(size_bytes - len(padded(0)))
            headers = _headers(documents[tag], coding, body)
            prepared[tag, coding] = PreparedResponse(headers, body)
    return prepared


def _padders(
    documents: Mapping[str, RenderedResponse], fast: Coder, best: Coder
) -> dict[str, Padder]:
    """Return the padder of each document.

    All documents are padded to the size of the largest. So only those that would
    decide that size are compressed as well as can be, which takes three times as long.
    """
    padders = _compress(documents, fast)
    if fast is best:
        return padders
    largest = max(padders, key=lambda tag: len(padders[tag](0)))
    padders |= _compress({largest: documents[largest]}, best)
    size_bytes = len(padders[largest](0))
    larger = [tag for tag, padded in padders.items() if len(padded(0)) > size_bytes]
    return padders | _compress({tag: documents[tag] for tag in larger}, best)


def _compress(
    documents: Mapping[str, RenderedResponse], coder: Coder
) -> dict[str, Padder]:
    # The compressors release the GIL, so the languages share all cores.
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(coder, document.body) for document in documents.values()]
        done = progress_map("Compressing pages", Future.result, made)
        return dict(zip(documents, done, strict=True))


def _headers(
    document: RenderedResponse, coding: str, body: bytes
) -> dict[str, Headers]:
    headers = [(k, v) for k, v in document.headers if k != "Content-Length"]
    if coding != "identity":
        headers.append(("Content-Encoding", coding))
    headers.append(("Content-Length", str(len(body))))
    plain = [(name, value) for name, value in headers if name not in TLS_ONLY]
    return {_TLS_SCHEME: headers, _PLAIN_SCHEME: plain}


class Site:
    """The WSGI application for visitors: a lookup that does not call Flask.

    `guides` holds the guide and `errors` the neutral sentence, both by (tag, coding);
    `robots` is robots.txt.
    """

    def __init__(self, rendered: RenderedSite, settings: Settings) -> None:
        """Compress and pad every response; the first language is the default."""
        tags = list(rendered.guides)
        self.choose_locale = locale_chooser(tags)
        self._onion = settings.onion
        self._hosts = frozenset(settings.allowed_hosts)
        self._forces_https = settings.forces_https
        self.guides = prepare_responses(rendered.guides)
        self.errors = prepare_responses(rendered.errors, ["identity"])
        robots = prepare_responses({"": rendered.robots}, ["identity"])
        self.robots = robots["", "identity"]
        longest = max(map(len, tags))
        self.tag_padding = {tag: "-" * (longest - len(tag)) for tag in tags}
        # {path: tag}, "" where headers choose the language; other paths are not found.
        self._tags = {"/": "", "": ""}
        for tag in tags:
            self._tags[f"/{tag.lower()}"] = self._tags[f"/{tag.lower()}/"] = tag

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> list[bytes]:
        """Answer with bytes prepared at start, and nothing from the request."""
        address = environ.get("PATH_INFO", "").lower()
        tag = self._tags.get(address)
        language = tag or self.choose_locale(environ.get("HTTP_ACCEPT_LANGUAGE"))
        host = _host_name(environ.get("HTTP_HOST", ""))
        # An onion service encrypts by itself; browsers do not use TLS there.
        is_onion = host != "" and host == self._onion
        scheme = _PLAIN_SCHEME if is_onion else environ["wsgi.url_scheme"]
        extra: Headers = []
        response = self.errors[language, "identity"]
        if host not in self._hosts:
            status = "400 Bad Request"
        elif environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            status, extra = "405 Method Not Allowed", [("Allow", "GET, HEAD")]
        elif self._forces_https and scheme == _PLAIN_SCHEME and not is_onion:
            status = "308 Permanent Redirect"
            path = f"/{tag}/" if tag else ROBOTS if address == ROBOTS else "/"
            extra = [("Location", f"https://{host}{path}")]
        elif address == ROBOTS:
            status, response = OK, self.robots
        else:
            status = NOT_FOUND if tag is None else OK
            coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING"))
            response = self.guides[language, coding]
        if response is not self.robots:
            # Over TLS the tag appears a second time, in Onion-Location.
            tags = 2 if self._onion and scheme == _TLS_SCHEME else 1
            padding = PADDING_OK if status == OK else PADDING_ELSE
            extra.append((PADDING, padding + tags * self.tag_padding[language]))
        start_response(status, response.headers[scheme] + extra)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def raw_error(self, status: int) -> bytes:
        """Return a complete HTTP/1.1 response for what the server itself refuses."""
        response = self.errors[self.choose_locale(None), "identity"]
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in response.headers[_PLAIN_SCHEME]),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body


def _host_name(host: str) -> str:
    """Return the name in a Host header, in lower case, "" if it is too long for one.

    The port may be empty (RFC 9110 section 7.2, RFC 3986 section 3.2.3), and the name
    may end with the dot of the root.
    """
    if len(host) > _MAX_HOST_BYTES:
        return ""
    name, colon, port = host.rpartition(":")
    if colon and (port == "" or (port.isascii() and port.isdigit())):
        host = name
    return host.removesuffix(".").lower()
