"""Where exits go in tests: a TLS server that answers, fails, is slow or silent."""

import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

from tests.conftest import free_port


@dataclass
class Destination:
    """A running server; `mode` is answer, slow, silent or fail."""

    port: int
    mode: str = "answer"
    # Path, referrer and cookie of each request.
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address that a copy names as its exit."""
        return f"https://127.0.0.1:{self.port}/"

    def reset(self, mode: str = "answer") -> None:
        """Forget what was asked, and behave like `mode` from now on."""
        self.mode = mode
        self.asked.clear()


@contextmanager
def serve() -> Iterator[Destination]:
    """Run the server until the block ends."""
    destination = Destination(free_port())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # A page to come from, and the icon that engines ask for, are no exits.
            if self.path == "/":
                headers = self.headers
                destination.asked.append(
                    (self.path, headers["Referer"], headers["Cookie"])
                )
                if destination.mode == "silent":
                    while destination.mode == "silent":
                        time.sleep(0.05)
                    return
                if destination.mode == "slow":
                    time.sleep(3)
            failed = destination.mode == "fail" and self.path == "/"
            self.send_response(500 if failed else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(b"<title>Elsewhere</title><p>Elsewhere")

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing: browsers drop connections."""

    server = Server(("127.0.0.1", destination.port), Handler)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield destination
    finally:
        destination.mode = "answer"
        server.shutdown()
        server.server_close()
