"""What a visit leaves in the browser's profile: the host and the title only."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Xlib.display import Display

from tests.support import exit_destination as destinations
from tests.support import local_http
from tests.support.browser_engines import Engine, chromium, firefox, screen
from tests.support.browser_profile import find, spellings
from tests.support.exit_destination import Destination
from tests.support.gunicorn import Server, start_server
from tests.support.input_actions import press
from tests.support.locales import TAGS, read_language
from tests.support.run_length import IS_LONG_RUN

SHORT = ("en", "es", "ar")
READ = [tag for tag in TAGS if IS_LONG_RUN or tag in SHORT]
# Messages from the beginning, the middle and the end of the guide, and of its topics.
MESSAGES = (
    "Are you in danger right now?",
    "Numbers to call, by country",
    "Is this abuse?",
    "Kind days and cruel days. You cannot tell which comes next, and the tie grows.",
    "About this guide",
)
OPEN_ALL = """
  for (const topic of document.querySelectorAll("details")) topic.open = true;
  scrollTo(0, 1e6); getSelection().selectAllChildren(document.querySelector("#page"))"""
ENGINES = {
    "Chromium": chromium,
    # Firefox saves its session every 15 seconds; the tests shorten that.
    "Firefox": lambda profile: firefox(profile, '"browser.sessionstore.interval", 500'),
}


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    with screen() as started:
        yield started


@pytest.fixture(scope="module")
def destination() -> Iterator[Destination]:
    with destinations.serve() as started:
        yield started


@pytest.fixture(scope="module")
def copy(
    tmp_path_factory: pytest.TempPathFactory, destination: Destination
) -> Iterator[Server]:
    settings = f'exit_url = "{destination.url}"\nlocales = {READ}\n'
    with start_server(tmp_path_factory.mktemp("copy"), settings=settings) as started:
        yield started


@pytest.fixture(scope="module")
def needles(copy: Server) -> dict[str, set[bytes]]:
    """What no profile may contain: words, and pieces of the compressed answers."""
    found = {}
    for tag in READ:
        messages = read_language(tag).messages
        words = {messages.gettext(message)[:24] for message in MESSAGES}
        spelled = set().union(*map(spellings, words))
        for coding in ("br", "gzip"):
            body = document(copy.port, f"/{tag}/", coding)
            spelled |= {body[at : at + 32] for at in (2000, 8000, len(body) // 2)}
        found[tag] = spelled
    return found


def document(port: int, path: str, coding: str = "identity") -> bytes:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    body = connection.getresponse().read()
    connection.close()
    return body


@pytest.mark.parametrize("name", ENGINES)
def test_no_word_of_a_visit_is_on_disk(  # noqa: PLR0913, PLR0917 - fixtures
    tmp_path: Path,
    display: Display,
    copy: Server,
    destination: Destination,
    needles: dict[str, set[bytes]],
    name: str,
) -> None:
    del display
    with ENGINES[name](tmp_path) as engine:
        engine.fresh_tab()
        engine.open(f"{destination.url}search")
        for tag in READ:
            read(engine, f"{copy.url}{tag}/")
        while_open = find(tmp_path, needles)
        engine.perform(press())
        engine.shows(destination.url)
        time.sleep(2)
        after_the_exit = find(tmp_path, needles)
    after_the_end = find(tmp_path, needles)

    left = {f"{copy.port}": spellings(f"localhost:{copy.port}"), "title": {b"Notes"}}
    print(name, "left behind:", find(tmp_path, left))
    assert while_open == {}
    assert after_the_exit == {}
    assert after_the_end == {}
    # The documented traces are there: the search works.
    assert str(copy.port) in find(tmp_path, left)


@pytest.mark.parametrize("name", ENGINES)
def test_the_search_finds_a_page_that_is_on_disk(
    tmp_path: Path,
    display: Display,
    copy: Server,
    needles: dict[str, set[bytes]],
    name: str,
) -> None:
    del display
    body = document(copy.port, "/es/")
    with careless_site(body) as url, ENGINES[name](tmp_path) as engine:
        engine.fresh_tab()
        read(engine, url)

    assert find(tmp_path, needles).keys() == {"es"}


def read(engine: Engine, url: str) -> None:
    """Open the guide and its topics, and stay until a session would be saved."""
    engine.open(url)
    engine.run(OPEN_ALL)
    time.sleep(1.5)


@contextmanager
def careless_site(body: bytes) -> Iterator[str]:
    """Serve our document as most sites would, so that browsers keep it."""

    class Handler(local_http.Handler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=3600")
            self.end_headers()
            self.wfile.write(body)

    with local_http.serve(Handler) as port:
        yield f"http://localhost:{port}/"
