"""The exit on another site's page, built from the code in docs/exit-elsewhere.md."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest

from quietpage.config import ROOT
from tests.support import local_http
from tests.support.browser_engines import Actions, Engine
from tests.support.exit_destination import Destination
from tests.support.input_actions import (
    BELOW_THE_BAR,
    ESCAPE,
    ON_THE_BAR,
    SHIFT,
    down,
    move,
    pointer,
    press,
    typed,
    up,
)
from tests.support.keyboard_tour import (
    SEEN,
    SEEN_NOW,
    arrive,
    assert_back_shows_nothing,
    assert_leaves_once,
)

DOCUMENT = (ROOT / "docs" / "exit-elsewhere.md").read_text(encoding="utf-8")
SCRIPT = (ROOT / "static" / "exit.js").read_bytes()
# Like an organisation's page: a framework's style, a menu, columns, a form.
PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Diary</title>
<style>{style}</style>
{body}"""
CONTENT = """<nav><a href="/other">Other</a></nav>
<main style="columns: 2">{text}
<form><input name=q><button>Search</button></form></main>"""
TEXT = "<p>A page of an organisation. " * 200
WAYS: dict[str, Actions] = {
    "press": press(),
    "press and slip": pointer(move(ON_THE_BAR), down(), move((400, 40), 100), up()),
    "Esc twice": typed(ESCAPE, ESCAPE),
    "Shift three times": typed(SHIFT, SHIFT, SHIFT),
}


def block(language: str) -> str:
    """Return the only code block in that language in the document."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    (found,) = fence.findall(DOCUMENT)
    return str(found)


@pytest.fixture
def other_site(tab: Engine, destination: Destination) -> Iterator[Engine]:
    """The page in a new tab, opened from a page of search results."""
    body = block("html").replace("https://www.example.org/", destination.url)
    content = CONTENT.replace("{text}", TEXT)
    assert "Your page" in body
    page = PAGE.replace("{style}", block("css"))
    page = page.replace("{body}", body.replace("Your page", content))

    class Handler(local_http.Handler):
        def do_GET(self) -> None:
            is_script = self.path == "/exit.js"
            self.send_response(200)
            kind = "text/javascript" if is_script else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'",
            )
            self.end_headers()
            self.wfile.write(SCRIPT if is_script else page.encode())

    with local_http.serve(Handler) as port:
        tab.open(f"{destination.url}search")
        tab.open(f"http://localhost:{port}/")
        yield tab


def test_the_printed_hash_is_the_script_s() -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT).digest()).decode()

    assert block("text").strip() == f"sha256-{digest}"


@pytest.mark.parametrize("way", WAYS)
def test_the_exit_leaves_and_back_shows_nothing(
    other_site: Engine, destination: Destination, way: str
) -> None:
    assert_leaves_once(other_site, destination, WAYS[way])


def test_a_press_hides_the_page_and_a_drag_off_restores_it(
    other_site: Engine, destination: Destination
) -> None:
    other_site.run(
        f"""addEventListener("pointerdown", () => {{
          window.seenDuring = {SEEN_NOW};
        }})"""
    )
    before = other_site.run(SEEN)

    other_site.perform(
        pointer(
            move(ON_THE_BAR), down(), move((400, 40), 50), move(BELOW_THE_BAR), up()
        )
    )

    assert other_site.run("return window.seenDuring").strip() == "Close this page"
    assert other_site.run(SEEN) == before
    assert "A page of an organisation." in before
    assert destination.asked == []


def test_only_the_title_is_left_while_the_destination_is_slow(
    other_site: Engine, destination: Destination
) -> None:
    other_site.watch()
    destination.reset("silent")

    other_site.perform(press())

    other_site.wait(lambda: destination.asked)
    assert other_site.states(5) == [["", "Diary"]] * 5


def test_back_to_the_page_finds_it_covered(
    other_site: Engine, destination: Destination
) -> None:
    url = other_site.url()
    other_site.open(f"{destination.url}search")

    other_site.traverse(-1)

    other_site.shows(url)
    cover = ["Close", "this", "page", "Show", "the", "page"]
    other_site.wait(lambda: other_site.run(SEEN).split() == cover)


def test_its_links_add_no_history_entry(
    other_site: Engine, destination: Destination
) -> None:
    other = other_site.url() + "other"
    entries = other_site.run("return history.length")

    other_site.run("document.querySelector('nav a').click()")

    other_site.shows(other)
    assert other_site.run("return history.length") == entries
    other_site.perform(press())
    arrive(other_site, destination)
    assert_back_shows_nothing(other_site, destination)
