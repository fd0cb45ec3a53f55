"""A server of our frozen answers with one thing changed, over TLS or not."""

import copy
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import server
from urllib.parse import unquote

from quietpage.snapshot import Document, Headers, Site, freeze


@dataclass
class Exchange:
    """A request, and the answer that a test may change."""

    method: str
    target: str
    asked: Mapping[str, str]
    status: int
    headers: Headers
    body: bytes
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
    """Return the site with each guide rewritten, and frozen anew."""
    changed = copy.copy(site)
    guides = {
        tag: s for (tag, coding), s in site.guides.items() if coding == "identity"
    }
    changed.guides = freeze(
        {
            tag: Document(guide.headers["https"], rewrite(tag, guide.body.rstrip()))
            for tag, guide in guides.items()
        }
    )
    return changed


@contextmanager
def serve(
    site: Site, change: Change = lambda _: None, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve the site, each answer passed to `change`; yield the port."""

    class Handler(server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            self.close_connection = True
            if not self.raw_requestline or not self.parse_request():
                return
            answer = exchange(self)
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

        def log_message(self, *_: object) -> None:
            pass

    def exchange(handler: server.BaseHTTPRequestHandler) -> Exchange:
        started: list[tuple[str, Headers]] = []
        asked = dict(handler.headers.items())
        environ = {
            "REQUEST_METHOD": handler.command,
            "PATH_INFO": unquote(handler.path.partition("?")[0]),
            "HTTP_HOST": asked.get("Host", ""),
            "HTTP_ACCEPT_LANGUAGE": asked.get("Accept-Language", ""),
            "HTTP_ACCEPT_ENCODING": asked.get("Accept-Encoding", ""),
            "wsgi.url_scheme": "https" if tls else "http",
        }
        body = site(environ, lambda *a: started.append(a))  # type: ignore[arg-type]
        status, headers = started[0]
        return Exchange(
            handler.command,
            handler.path,
            asked,
            int(status[:3]),
            list(headers),
            b"".join(body),
        )

    class Server(server.ThreadingHTTPServer):
        # A handshake that fails on purpose is no news.
        def handle_error(self, *_: object) -> None:
            pass

    running = Server(("127.0.0.1", 0), Handler)
    if tls:
        running.socket = tls.wrap_socket(
            running.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield running.server_address[1]
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
