"""The exits of GOV.UK and NSW, and ours, as pages to press on."""

import http.server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli

from quietpage.assets import load_assets
from tests.support import local_http
from tests.support.gunicorn import start_server
from tools import npm_packages

PACKAGES = ("govuk-frontend", "nsw-design-system")
TEXT = "<p>Words to read, as many as fill a screen and more.</p>" * 60
GOVUK = """<!doctype html><html lang="en" class="govuk-template"><title>Example</title>
<link rel="stylesheet" href="/govuk-frontend/dist/govuk/govuk-frontend.min.css">
<body class="govuk-template__body"><script>
document.body.className += " js-enabled govuk-frontend-supported"</script>
<div class="govuk-exit-this-page" data-module="govuk-exit-this-page"><a href="{exit}"
role="button" draggable="false" data-module="govuk-button" rel="nofollow noreferrer"
class="govuk-button govuk-button--warning govuk-exit-this-page__button
govuk-js-exit-this-page-button">Exit this page</a></div>
<a id="next" href="/govuk/next">Next</a>{text}
<script type="module">
import {{ initAll }} from "/govuk-frontend/dist/govuk/govuk-frontend.min.js"
initAll()</script>"""
NSW = """<!doctype html><html lang="en"><title>Example</title>
<link rel="stylesheet" href="/nsw-design-system/dist/css/main.css">
<a id="next" href="/nsw/next">Next</a>{text}
<script src="/nsw-design-system/dist/js/main.js"></script>
<script>window.NSW.QuickExit.init({{ safeUrl: "{exit}" }})</script>"""


@dataclass(frozen=True)
class Subject:
    """A site to compare: its address, what to press, and a tour of it."""

    name: str
    url: str
    exit_selector: str
    keys: tuple[str, ...]
    # Each script opens another page of the site.
    tour: tuple[str, ...]
    # Sizes of all its scripts and of its style, in brotli.
    weight_bytes: tuple[int, int]


@contextmanager
def compared_pages(folder: Path, exit_url: str) -> Iterator[list[Subject]]:
    """Serve our page and the peers' with the same destination, from a new `folder`."""
    modules = fetch_peers(folder / "npm")
    settings = f'exit_url = "{exit_url}"\n'
    with (
        start_server(folder / "site", settings=settings) as server,
        serve_peers(modules, exit_url) as peers_url,
    ):
        yield subjects(server.url, peers_url, modules)


def fetch_peers(folder: Path) -> Path:
    """Install the packages into a new `folder`; return where they are."""
    # The user nobody, who installs them, must be able to enter.
    folder.parent.chmod(0o711)
    return npm_packages.install(folder)


@contextmanager
def serve_peers(modules: Path, exit_url: str, text: str = TEXT) -> Iterator[str]:
    """Serve the packages and the example pages in brotli; yield the address."""
    pages = {
        "govuk": GOVUK.format(exit=exit_url, text=text),
        "nsw": NSW.format(exit=exit_url, text=text),
    }

    @cache
    def shortest(body: bytes) -> bytes:
        return bytes(brotli.compress(body))

    class Handler(local_http.Handler, http.server.SimpleHTTPRequestHandler):
        def __init__(self, *values: object) -> None:
            super().__init__(*values, directory=str(modules))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            page = pages.get(self.path.split("/")[1])
            file = Path(self.translate_path(self.path))
            if not page and not file.is_file():
                self.send_error(404)
                return
            body = page.encode() if page else file.read_bytes()
            kind = "text/html; charset=utf-8" if page else self.guess_type(file)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if "br" in self.headers["Accept-Encoding"]:
                self.send_header("Content-Encoding", "br")
                body = shortest(body)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with local_http.serve(Handler) as port:
        yield f"http://localhost:{port}/"


def weigh(text: str | bytes) -> int:
    """Return the size in brotli."""
    return len(brotli.compress(text.encode() if isinstance(text, str) else text))


def subjects(own_url: str, peers_url: str, modules: Path) -> list[Subject]:
    """Return our site and the two peers."""
    assets = load_assets()
    next_page = "document.getElementById('next').click()"
    govuk = modules / "govuk-frontend" / "dist" / "govuk"
    nsw = modules / "nsw-design-system" / "dist"
    return [
        Subject(
            "Quietpage",
            own_url,
            "#quick-exit",
            ("Escape", "Escape"),
            tuple(
                f"document.querySelector('a[hreflang={tag}]').click()"
                for tag in ("es", "en")
            ),
            (
                weigh(assets.exit_script) + weigh(assets.guide_script),
                weigh(assets.style),
            ),
        ),
        Subject(
            "GOV.UK",
            f"{peers_url}govuk/first",
            ".govuk-exit-this-page__button",
            ("Shift_L",) * 3,
            (next_page, next_page),
            (
                weigh((govuk / "govuk-frontend.min.js").read_bytes()),
                weigh((govuk / "govuk-frontend.min.css").read_bytes()),
            ),
        ),
        Subject(
            "NSW",
            f"{peers_url}nsw/first",
            ".nsw-quick-exit",
            ("Escape", "Escape"),
            (next_page, next_page),
            (
                weigh((nsw / "js" / "main.js").read_bytes()),
                weigh((nsw / "css" / "main.css").read_bytes()),
            ),
        ),
    ]
