"""A visit in Chromium: one request, nothing kept, everything opens."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.conftest import Server, free_port


@pytest.fixture
def counted(server: Server) -> Iterator[tuple[str, list[str]]]:
    """A server that passes the page on and counts what is asked of it."""
    asked: list[str] = []
    answer = server.send(
        b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.wfile.write(answer)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    port = free_port()
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    yield f"http://localhost:{port}/", asked
    proxy.shutdown()
    proxy.server_close()


def click_everything_open(page: Page) -> int:
    details = page.locator("details")
    for index in range(details.count()):
        details.nth(index).locator("summary").first.click()
        assert details.nth(index).get_attribute("open") is not None
    return details.count()


def open_everything(page: Page) -> None:
    page.evaluate(
        "for (const part of document.querySelectorAll('details')) part.open = true"
    )


def test_a_visit_is_one_request_and_leaves_nothing(
    context: BrowserContext, counted: tuple[str, list[str]]
) -> None:
    url, asked = counted
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(url)
    opened = click_everything_open(page)

    assert opened > 90
    assert asked == ["/"]
    assert said == []
    assert context.cookies() == []
    assert page.title() == "Notes"
    assert page.url == url


def test_storage_of_every_kind_is_empty(page: Page) -> None:
    open_everything(page)

    kept = page.evaluate(
        """async () => [localStorage.length, sessionStorage.length,
        (await indexedDB.databases()).length, document.cookie,
        document.featurePolicy.allowedFeatures().length, history.length]"""
    )

    assert kept == [0, 0, 0, "", 0, 2]


COUNTRY_GROUPS = """() => {
  const groups = [[]];
  for (const node of document.querySelectorAll("#numbers > *")) {
    if (node.tagName === "HR") groups.push([]);
    if (node.tagName === "DETAILS") groups.at(-1).push(node.firstChild.textContent);
  }
  return groups;
}"""
COLLATED = """([groups, tag]) =>
  groups.map((group) => group.toSorted(new Intl.Collator(tag).compare))"""


@pytest.mark.parametrize("tag", ["en", "es"])
def test_countries_stand_in_the_order_of_the_language(
    page: Page, server: Server, tag: str
) -> None:
    page.goto(f"{server.url}{tag}/")

    groups = page.evaluate(COUNTRY_GROUPS)

    assert len(groups) == 2
    assert groups == page.evaluate(COLLATED, [groups, tag])


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("height", [256, 640])
def test_the_exit_is_on_top_at_every_scroll_position(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_everything(page)

    for share in (0, 0.3, 0.7, 1):
        page.evaluate(
            "s => scrollTo(0, s * document.documentElement.scrollHeight)", share
        )
        box = page.locator("#quick-exit").bounding_box()
        assert box
        assert (box["x"], box["y"], box["width"]) == (0, 0, width)
        assert 48 <= box["height"] <= max(64, height / 4)
        hits = page.evaluate(
            """([w, h]) => [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) =>
            document.elementFromPoint(x * w, y * h).id))""",
            [width, box["height"]],
        )
        assert set(hits) == {"quick-exit"}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
