"""Accessibility: axe, text spacing, forced colours, the order for screen readers."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.gunicorn import Server
from tests.support.locales import TAGS
from tests.support.run_length import IS_LONG_RUN

SIZES = {"phone": (360, 640), "desktop": (1280, 800)}
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => one.open = true)"
# All but the continents, whose countries are made as those above them.
OPEN_MOST = OPEN_ALL.replace("details", "details:not(#numbers > details:not([id]))")
# https://www.w3.org/WAI/WCAG22/Understanding/text-spacing.html
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
RULES = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
        "best-practice",
    ],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    # Of all other results, one node each: the list of what passes takes long to send.
    "resultTypes": ["violations"],
}


# Tags and attributes are the same in every language; the site checks that at start. So
# this covers each colour scheme and width once in each direction, and one language in
# every other script; two of them with every country. The long form runs all of them.
WHOLE = {("en", "phone", "light"), ("ar", "desktop", "light")}
LAID_OUT = {
    *WHOLE,
    ("ar", "phone", "dark"),
    ("en", "desktop", "dark"),
}
IN_OTHER_SCRIPTS = ("hi", "ja", "ru", "ur")


@pytest.mark.parametrize(
    ("tag", "size", "scheme"),
    sorted(
        LAID_OUT
        | {
            (tag, "phone", "light")
            for tag in (TAGS if IS_LONG_RUN else IN_OTHER_SCRIPTS)
        }
    ),
)
def test_axe_finds_no_violation(
    blank: Page, server: Server, tag: str, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    blank.set_viewport_size({"width": width, "height": height})
    blank.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    blank.goto(f"{server.url}{tag}/")
    is_whole = IS_LONG_RUN or (tag, size, scheme) in WHOLE
    blank.evaluate(OPEN_ALL if is_whole else OPEN_MOST)
    blank.set_default_timeout(60000)

    found = Axe().run(blank, options=RULES).response

    assert [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]][:3])
        for fault in found["violations"]
    ] == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("width", [320, 1280])
def test_wider_text_spacing_cuts_nothing_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.evaluate(OPEN_ALL)
    # The policy forbids other styles, but does not bind the reader's browser settings.
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.add_style_tag(content=SPACING)
    page.evaluate(OPEN_ALL)

    assert (
        page.evaluate("getComputedStyle(document.querySelector('p')).wordSpacing")
        != "0px"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll("#quick-exit, p, li, summary")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
        .map((one) => one.outerHTML.slice(0, 80))"""
        )
        == []
    )


def test_important_targets_are_44_pixels_high(page: Page) -> None:
    page.evaluate(OPEN_ALL)

    low = page.locator(
        "#quick-exit, summary, .numbers a, .plan label, nav a"
    ).evaluate_all(
        """all => all.map((one) => [one.textContent.slice(0, 30),
          one.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
    )

    assert low == []


def test_forced_colours_keep_the_exit_and_the_boxes(page: Page) -> None:
    page.emulate_media(forced_colors="active")

    border, front, back = page.locator("#quick-exit").evaluate(
        """link => { const style = getComputedStyle(link);
        return [style.borderStyle, style.color, style.backgroundColor]; }"""
    )

    assert border == "solid"
    assert front != back
    page.get_by_text("What is a trauma bond?").click()
    drawn = page.locator("svg").first.evaluate("svg => getComputedStyle(svg).color")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert drawn != paper


def test_nothing_moves_by_itself(page: Page) -> None:
    assert page.evaluate("document.getAnimations().length") == 0
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((one) => {
          const style = getComputedStyle(one);
          return parseFloat(style.transitionDuration) || style.animationName !== "none";
        }).length"""
        )
        == 0
    )


def spoken(page: Page) -> list[tuple[str, str]]:
    """Return (role, name) of each node in the accessibility tree, in reading order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
        name = node.get("name", {}).get("value")
        if not node["ignored"] and name:
            yield node["role"]["value"], name
        for child in node.get("childIds", []):
            if child in by_id:
                yield from walk(by_id[child])

    return list(walk(nodes[0]))


def test_screen_readers_get_the_parts_in_order(page: Page) -> None:
    heard = spoken(page)

    named = [n for role, n in heard if role not in {"StaticText", "RootWebArea"}]
    names = list(dict.fromkeys(named))
    order = [
        *("Close this page", "Language", "Notes", "Are you in danger right now?"),
        *(
            "Could someone see that you read this?",
            "It is not your fault",
            "United Kingdom",
        ),
        *("Numbers to call, by country", "If you are hurt, or think of dying"),
        *("Is this abuse?", "Make a safety plan", "About this guide"),
    ]
    assert [name for name in names if name in order] == sorted(
        (name for name in names if name in order), key=order.index
    )
    assert {*order} <= {*names}


def test_screen_readers_get_the_drawing_and_the_boxes_by_name(page: Page) -> None:
    page.evaluate(OPEN_ALL)
    heard = spoken(page)

    drawing = next(name for role, name in heard if role in {"image", "img"})
    boxes = [name for role, name in heard if role == "checkbox"]
    assert drawing.startswith("A line goes up to kind days")
    assert len(boxes) == 25
    assert boxes[1].startswith("Pick a code word.")
