"""Leaving in Chromium: at once, by every way, and Back shows nothing."""

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.conftest import Server

DESTINATION = "https://www.wikipedia.org/"
ELSEWHERE = "about:blank"


@pytest.fixture(autouse=True)
def destination(page: Page) -> list[str]:
    """Answer for the destination, and count how often it is asked."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(str(route.request.headers.get("referer")))
        route.fulfill(
            body="<title>Elsewhere</title>Elsewhere", content_type="text/html"
        )

    page.route(f"{DESTINATION}**", answer)
    return asked


def press_escape_twice(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")


def press_escape_six_times(page: Page) -> None:
    for _ in range(6):
        page.keyboard.press("Escape")


def press_shift_three_times(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")


def press_enter(page: Page) -> None:
    page.locator("#quick-exit").press("Enter")


def touch(page: Page) -> None:
    page.locator("#quick-exit").tap()


WAYS = {
    "touch": touch,
    "mouse": lambda page: page.locator("#quick-exit").click(),
    "right button": lambda page: page.locator("#quick-exit").click(button="right"),
    "middle button": lambda page: page.locator("#quick-exit").click(button="middle"),
    "Ctrl": lambda page: page.locator("#quick-exit").click(modifiers=["Control"]),
    "script click": lambda page: page.evaluate("document.links[0].click()"),
    "Enter": press_enter,
    "Esc twice": press_escape_twice,
    "Shift three times": press_shift_three_times,
    "Esc six times": press_escape_six_times,
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_leaves_once_and_back_shows_nothing(
    page: Page, destination: list[str], way: str
) -> None:
    page.locator("nav summary").click()
    page.locator('a[hreflang="es"]').click()
    page.wait_for_url("**/es/")
    page.locator("#numbers > summary").click()

    WAYS[way](page)
    page.wait_for_url(DESTINATION)

    assert destination == ["None"]
    assert len(page.context.pages) == 1
    assert page.evaluate("history.length") == 2
    page.go_back()
    assert page.url == ELSEWHERE
    page.go_forward()
    assert page.url == DESTINATION


@pytest.fixture
def silent_destination() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield listener.getsockname()[1]


# While a navigation is pending, the browser answers no question about the page;
# but what the page itself reports still arrives.
WITNESS = """setInterval(() => console.log(JSON.stringify(
  [document.documentElement.textContent + document.title, history.length])), 50)"""


@pytest.fixture
def stalled(
    browser: Browser, server: Server, silent_destination: int
) -> Iterator[tuple[Page, list[str]]]:
    """The guide with an exit that never answers, and what the page tells of itself."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True
    )
    page = context.new_page()
    page.set_default_timeout(5000)
    page.goto("about:blank")
    page.goto(server.url)
    page.evaluate(
        "url => document.getElementById('quick-exit').href = url",
        f"http://127.0.0.1:{silent_destination}/",
    )
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.evaluate(WITNESS)
    yield page, told
    context.close()


def test_the_press_hides_and_the_release_empties(
    stalled: tuple[Page, list[str]],
) -> None:
    page, told = stalled
    page.mouse.move(100, 20)
    page.mouse.down()
    assert page.locator("#page").count() == 0
    page.mouse.up()
    for _ in range(4):
        page.keyboard.press("Escape")
    told.clear()
    page.wait_for_timeout(500)

    assert len(told) > 3
    assert set(told) == {'["",2]'}


def test_a_reload_while_leaving_shows_nothing(
    stalled: tuple[Page, list[str]],
) -> None:
    page, told = stalled
    page.add_init_script(WITNESS)
    page.evaluate("void setTimeout(() => location.reload(), 500)")
    press_escape_twice(page)
    page.wait_for_timeout(300)
    told.clear()
    page.wait_for_timeout(1500)

    assert len(told) > 3
    # The reloaded page leaves too, to a destination that this browser cannot find.
    assert told[0] == '["",2]'
    assert not [state for state in told if "Leave now" in state]


def test_a_drag_off_the_bar_brings_everything_back(page: Page) -> None:
    page.locator("#numbers > summary").click()
    page.evaluate("scrollTo(0, 300)")

    page.mouse.move(100, 20)
    page.mouse.down()
    assert page.locator("#page").count() == 0
    page.mouse.move(100, 300, steps=4)
    page.mouse.up()

    assert page.locator("#numbers").get_attribute("open") is not None
    assert page.evaluate("scrollY") == 300
    assert page.url.startswith("http://localhost")


@pytest.mark.parametrize(
    "keys",
    [
        ["Escape"],
        ["Shift", "Shift"],
        ["Escape", "Tab", "Escape"],
        ["Shift", "a", "Shift", "Shift"],
        ["Shift+Escape", "Shift+Escape"],
        ["Control+c", "Control+c"],
    ],
)
def test_other_keys_are_no_exit(
    page: Page, destination: list[str], keys: list[str]
) -> None:
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_timeout(300)

    assert destination == []
    assert page.locator("#page").count() == 1


def test_slow_presses_of_escape_are_no_exit(page: Page, destination: list[str]) -> None:
    page.keyboard.press("Escape")
    page.wait_for_timeout(1700)
    page.keyboard.press("Escape")

    assert destination == []
    assert page.locator("#page").count() == 1


def test_without_script_the_exit_is_a_plain_link(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route(f"{DESTINATION}**", lambda route: route.fulfill(body="Elsewhere"))
    page.goto(server.url)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(DESTINATION)

    context.close()


def test_the_exit_is_first_and_named_as_it_reads(page: Page) -> None:
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.id") == "quick-exit"
    exit_link = page.get_by_role("link", name="Leave now", exact=True)
    assert exit_link.count() == 1
    assert page.evaluate("document.body.firstElementChild.tagName") == "HEADER"
