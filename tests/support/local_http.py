"""Small HTTP servers inside the test process."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler


class Handler(http.server.BaseHTTPRequestHandler):
    """A request handler that writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: tests drop connections and fail handshakes on purpose."""


@contextmanager
def serve(
    handler: type[BaseRequestHandler],
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[int]:
    """Serve on the host's address until the block ends; yield the port."""
    server = _Server((host, 0), handler)
    if tls:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
