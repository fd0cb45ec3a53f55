"""A server that sends our prepared answers with one change, with or without TLS."""

import copy
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from quietpage.prepared_site import Headers, RenderedResponse, Site, prepare_responses
from tests.support import local_http


@dataclass
class Exchange:
    """A request, and the answer that a test may change."""

    method: str
    target: str
    asked: Mapping[str, str]
    status: int
    headers: Headers
    body: bytes
    # The local address that received the request.
    address: str
    port: int
    dropped: bool = False

    def set(self, name: str, value: str) -> None:
        self.headers = [*self.headers, (name, value)]

    def drop(self, name: str) -> None:
        self.headers = [(k, v) for k, v in self.headers if k != name]

    def replace(self, name: str, old: str, new: str) -> None:
        assert any(k == name and old in v for k, v in self.headers)
        self.headers = [
            (k, v.replace(old, new) if k == name else v) for k, v in self.headers
        ]


Change = Callable[[Exchange], None]


def rewritten(site: Site, rewrite: Callable[[str, bytes], bytes]) -> Site:
    """Return the site with each guide rewritten and compressed again."""
    changed = copy.copy(site)
    changed.guides = prepare_responses(
        {
            tag: RenderedResponse(s.headers["https"], rewrite(tag, s.body.rstrip()))
            for (tag, coding), s in site.guides.items()
            if coding == "identity"
        }
    )
    return changed


def _exchange(site: Site, request: local_http.Handler, scheme: str) -> Exchange:
    started: list[tuple[str, Headers]] = []
    asked = dict(request.headers.items())
    environ = {
        "REQUEST_METHOD": request.command,
        "PATH_INFO": unquote(request.path.partition("?")[0]),
        "HTTP_HOST": asked.get("Host", ""),
        "HTTP_ACCEPT_LANGUAGE": asked.get("Accept-Language", ""),
        "HTTP_ACCEPT_ENCODING": asked.get("Accept-Encoding", ""),
        "wsgi.url_scheme": scheme,
    }
    body = site(environ, lambda *a: started.append(a))  # type: ignore[arg-type]
    status, headers = started[0]
    return Exchange(
        request.command,
        # Not the handler's path, which turns two slashes into one.
        request.requestline.split()[1],
        asked,
        int(status[:3]),
        list(headers),
        b"".join(body),
        *request.connection.getsockname(),
    )


@contextmanager
def serve(
    site: Site,
    change: Change = lambda _: None,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[int]:
    """Serve the site, each answer passed to `change`; yield the port."""

    class Handler(local_http.Handler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if not self.raw_requestline or not self.parse_request():
                return
            answer = _exchange(site, self, "https" if tls else "http")
            change(answer)
            if answer.dropped:
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name != "Content-Length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

    with local_http.serve(Handler, tls, host) as port:
        yield port
