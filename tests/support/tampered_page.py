"""The guide with a fault: a broken script, or a connection that stalls."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from quietpage.prepared_site import PreparedResponse
from tests.support import local_http


@dataclass(frozen=True)
class Altered:
    """A server with one answer: the original headers, and the body as changed."""

    snapshot: PreparedResponse
    body: bytes
    # After this many bytes it sends nothing more, but keeps the connection open.
    stalls_after: int | None = None


@contextmanager
def serve(altered: Altered) -> Iterator[str]:
    """Run the server and return its address."""
    over = threading.Event()

    class Handler(local_http.Handler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in altered.snapshot.headers["http"]:
                if name != "Content-Length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(altered.body)))
            self.end_headers()
            self.wfile.write(altered.body[: altered.stalls_after])
            self.wfile.flush()
            if altered.stalls_after:
                over.wait()
            self.close_connection = True

    with local_http.serve(Handler) as port:
        try:
            yield f"http://localhost:{port}/"
        finally:
            over.set()
