"""A visit in Chromium: one request, nothing stored, everything opens and fits."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from quietpage.config import Settings
from quietpage.languages import Language
from tests.support import local_http
from tests.support.gunicorn import Server
from tests.support.locales import LANGUAGES, TAGS


@pytest.fixture
def counted(server: Server) -> Iterator[tuple[str, list[str]]]:
    """A server that passes the page on and counts the requests."""
    asked: list[str] = []
    answer = server.send(
        b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )

    class Handler(local_http.Handler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.wfile.write(answer)
            self.close_connection = True

    with local_http.serve(Handler) as port:
        yield f"http://localhost:{port}/", asked


def click_everything_open(page: Page) -> tuple[int, int]:
    """Click whatever is closed; return how many parts there are, and how many open."""
    # Each by the mouse takes a minute, and a topic opens no other way than the rest.
    page.locator("#numbers > summary").click()
    count, opened = page.evaluate(
        """() => { const parts = [...document.querySelectorAll("details")];
        for (const part of parts) if (!part.open) part.querySelector("summary").click();
        return [parts.length, parts.filter((part) => part.open).length]; }"""
    )
    return count, opened


def open_everything(page: Page) -> None:
    page.evaluate(
        "for (const part of document.querySelectorAll('details')) part.open = true"
    )


def test_a_visit_is_one_request_and_stores_nothing(
    context: BrowserContext, counted: tuple[str, list[str]]
) -> None:
    url, asked = counted
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(url)
    count, opened = click_everything_open(page)

    assert count == opened > 250
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
        document.featurePolicy.allowedFeatures().filter((name) =>
          !name.startsWith("ch-")).length, history.length]"""
    )

    assert kept == [0, 0, 0, "", 0, 2]


def test_the_page_is_a_secure_context_without_cross_origin_isolation(
    page: Page,
) -> None:
    seen = page.evaluate("[isSecureContext, originAgentCluster, crossOriginIsolated]")

    # COOP and COEP apply; what isolation would allow (exact clocks, shared memory), the
    # policy denies by `cross-origin-isolated=()`.
    assert seen == [True, True, False]


# The countries of the language, then those of each continent.
COUNTRY_GROUPS = """() =>
  [numbers, ...numbers.querySelectorAll(":scope > details:not([id])")].map((group) =>
    [...group.children].filter((one) => one.id).map((one) =>
      one.firstChild.textContent.replace(/ ·[^·]*$/, "")))"""
COLLATED = """([groups, tag]) =>
  groups.map((group) => group.toSorted(new Intl.Collator(tag).compare))"""


@pytest.mark.parametrize("tag", TAGS)
def test_countries_are_in_the_order_of_the_language(
    shared: Page, server: Server, tag: str
) -> None:
    shared.goto(f"{server.url}{tag}/")

    groups = shared.evaluate(COUNTRY_GROUPS)

    assert [bool(group) for group in groups] == [True] * 6
    assert groups == shared.evaluate(COLLATED, [groups, tag])


# Phones in portrait and landscape, a tablet, desktops, and a desktop at 400 % zoom.
SIZES = [
    (320, 256),
    (320, 568),
    (360, 640),
    (568, 320),
    (768, 1024),
    (1280, 720),
    (1920, 1080),
]


def assert_exit_is_whole_and_on_top(page: Page, width: int, height: int) -> None:
    box = page.locator("#quick-exit").bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"]) == (0, 0, width)
    assert 48 <= box["height"] <= height / 4
    assert (
        page.evaluate(
            """([w, h]) => [0.05, 0.5, 0.95].flatMap((x) => [0.05, 0.5, 0.95].map((y) =>
        document.elementFromPoint(x * w, y * h).id))""",
            [width, box["height"]],
        )
        == ["quick-exit"] * 9
    )
    # The label is not cut off.
    assert page.evaluate(
        """() => { const link = document.getElementById("quick-exit");
        return link.scrollWidth <= link.clientWidth
          && link.scrollHeight <= link.clientHeight; }"""
    )


@pytest.mark.parametrize("tag", ["en", "es"])
def test_the_exit_is_on_top_at_every_scroll_position(
    blank: Page, server: Server, tag: str
) -> None:
    blank.goto(f"{server.url}{tag}/")

    for is_open in (False, True):
        if is_open:
            open_everything(blank)
        for width, height in SIZES:
            blank.set_viewport_size({"width": width, "height": height})
            for share in (0, 0.5, 1):
                blank.evaluate(
                    "s => scrollTo(0, s * document.documentElement.scrollHeight)", share
                )
                assert_exit_is_whole_and_on_top(blank, width, height)
            assert blank.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", LANGUAGES, ids=TAGS)
def test_no_label_is_cut_or_wraps_to_a_third_line(
    shared: Page, server: Server, language: Language
) -> None:
    shared.set_viewport_size({"width": 320, "height": 568})
    shared.goto(f"{server.url}{language.tag}/")

    assert_exit_is_whole_and_on_top(shared, 320, 568)
    lines = shared.evaluate(
        """() => { const range = document.createRange();
        range.selectNodeContents(document.getElementById("quick-exit"));
        return new Set([...range.getClientRects()].map((box) => box.top)).size; }"""
    )
    assert 1 <= lines <= 2
    assert shared.evaluate("document.documentElement.scrollWidth") <= 320
    assert shared.evaluate("getComputedStyle(document.body).direction") == (
        language.direction
    )
    open_everything(shared)
    assert shared.evaluate("document.documentElement.scrollWidth") <= 320
    # Numbers are written as people dial them.
    assert set(
        shared.locator(".call").evaluate_all(
            "all => all.map((one) => getComputedStyle(one).direction)"
        )
    ) == {"ltr"}


@pytest.mark.parametrize("tag", TAGS)
def test_the_exit_empties_the_page_and_leaves_in_every_language(
    blank: Page, server: Server, tag: str
) -> None:
    elsewhere = Settings().exit_url_for(tag)
    blank.route(elsewhere, lambda asked: asked.fulfill(body="Elsewhere"))
    blank.goto(f"{server.url}{tag}/")
    entries = blank.evaluate("history.length")

    blank.locator("#quick-exit").tap()

    blank.wait_for_url(elsewhere)
    assert blank.evaluate("[document.body.innerText, history.length]") == [
        "Elsewhere",
        entries,
    ]
    blank.go_back()
    assert blank.url == "about:blank"


def test_no_other_target_is_near_the_exit_at_load(page: Page) -> None:
    gap = page.evaluate(
        """() => document.querySelector("nav summary").getBoundingClientRect().top
        - document.getElementById("quick-exit").getBoundingClientRect().bottom"""
    )

    assert gap >= 24


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 720)])
def test_the_exit_is_whole_with_text_at_200_percent(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    page.evaluate("scrollTo(0, 900)")

    assert_exit_is_whole_and_on_top(page, width, height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_zoomed_page_keeps_the_exit_in_sight(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(server.url)
    page.evaluate("scrollTo(0, 400)")
    fingers = context.new_cdp_session(page)

    # A pinch made of touches does nothing while touch is emulated.
    fingers.send(
        "Input.synthesizePinchGesture",
        {"x": 200, "y": 400, "scaleFactor": 4, "gestureSourceType": "mouse"},
    )
    page.wait_for_timeout(300)

    scale, seen, bar = page.evaluate(
        """() => { const view = visualViewport;
        const bar = document.getElementById("quick-exit").getBoundingClientRect();
        return [view.scale, [view.offsetLeft, view.offsetTop, view.width],
          [bar.x, bar.y, bar.width]]; }"""
    )
    assert scale > 3
    assert seen[0] > 0
    assert bar == pytest.approx(seen, abs=1)

    # A finger that slips on it leaves, as on any page.
    elsewhere = Settings().exit_url
    page.route(elsewhere, lambda asked: asked.fulfill(body="Elsewhere"))
    # Page pixels are a quarter of the screen's here: the bar is 14 high.
    touch(fingers, "touchStart", (30, 7))
    for x in range(33, 60, 3):
        touch(fingers, "touchMove", (x, 7))
    touch(fingers, "touchEnd")
    page.wait_for_url(elsewhere)
    context.close()


def touch(fingers: CDPSession, kind: str, *places: tuple[int, int]) -> None:
    points = [{"x": x, "y": y} for x, y in places]
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


# A script that does not run: test_exit.py.
@pytest.mark.parametrize("script", [True, False], ids=["script on", "script off"])
def test_who_has_no_keys_is_warned_where_they_are_promised(
    browser: Browser, server: Server, *, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(server.url)

    warning = page.locator(".without-keys")
    assert warning.is_visible() != script
    assert "Esc does nothing" in (warning.text_content() or "")
    context.close()


# As in Safari before version 13.
NO_POINTER_EVENTS = """delete window.PointerEvent;
for (const kind of ["down", "move", "up", "cancel"])
  addEventListener("pointer" + kind, (e) => e.stopImmediatePropagation(), true);"""


@pytest.mark.parametrize("script", ["is off", "lacks pointer events"])
def test_where_no_script_watches_a_press_hides_the_text_until_it_ends(
    browser: Browser, server: Server, script: str
) -> None:
    context = browser.new_context(
        java_script_enabled=script != "is off", viewport={"width": 360, "height": 640}
    )
    context.add_init_script(NO_POINTER_EVENTS)
    page = context.new_page()
    page.goto(server.url)

    def pictures() -> list[bytes]:
        return [
            page.screenshot(clip={"x": 0, "y": y, "width": 360, "height": 180})
            for y in (90, 270, 450)
        ]

    # Playwright's own mouse waits for script when it moves with a button down.
    session = context.new_cdp_session(page)

    def mouse(kind: str, y: int) -> None:
        place = {"type": kind, "x": 180, "y": y, "button": "left", "clickCount": 1}
        session.send("Input.dispatchMouseEvent", place)

    before = pictures()
    mouse("mousePressed", 20)
    pressed = pictures()
    mouse("mouseMoved", 400)
    mouse("mouseReleased", 400)

    assert len(set(before)) == 3
    assert len(set(pressed)) == 1
    assert pictures() == before
    assert page.url == server.url
    context.close()


def test_screen_readers_get_a_link_with_name_and_keys(page: Page) -> None:
    session = page.context.new_cdp_session(page)

    nodes = session.send("Accessibility.getFullAXTree")["nodes"]

    spoken = [node for node in nodes if not node["ignored"]]
    link = next(node for node in spoken if node["role"]["value"] == "link")
    assert link["name"]["value"] == "Close this page"
    assert link["description"]["value"] == "Or press Esc twice"
    # It is among the first three spoken, after the root and the banner.
    roles = [node["role"]["value"] for node in spoken]
    assert roles.index("link") <= 3
    assert "alert" not in roles
    assert "status" not in roles
