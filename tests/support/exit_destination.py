"""The exit's destination: a TLS server that answers, fails, is slow or is silent."""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

from tests.support import local_http


@dataclass
class Destination:
    """A running server; `mode` is answer, slow, held, silent, fail or empty (204).

    A held request is answered once the mode changes; one that met silence never is.
    """

    port: int = 0
    mode: str = "answer"
    # Path, referrer and cookie of each request.
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address that a copy names as its exit."""
        return f"https://127.0.0.1:{self.port}/"

    def reset(self, mode: str = "answer") -> None:
        """Forget earlier requests, and behave like `mode` from now on."""
        self.mode = mode
        self.asked.clear()


@contextmanager
def serve() -> Iterator[Destination]:
    """Run the server until the block ends."""
    destination = Destination()

    class Handler(local_http.Handler):
        def do_GET(self) -> None:
            # Neither the page that readers come from nor the icon is a use of the exit.
            if self.path == "/":
                headers = self.headers
                destination.asked.append(
                    (self.path, headers["Referer"], headers["Cookie"])
                )
                if destination.mode == "silent":
                    while destination.mode == "silent":
                        time.sleep(0.05)
                    return
                while destination.mode == "held":
                    time.sleep(0.05)
                if destination.mode == "slow":
                    time.sleep(3)
            status = {"fail": 500, "empty": 204}.get(destination.mode, 200)
            status = status if self.path == "/" else 200
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if status == 204:
                return
            with suppress(OSError):
                self.wfile.write(b"<title>Elsewhere</title><p>Elsewhere")

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with local_http.serve(Handler, context) as destination.port:
        try:
            yield destination
        finally:
            destination.mode = "answer"
