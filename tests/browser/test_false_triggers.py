"""Reading does not leave, whatever a reader does with mouse and keys [T16]."""

import random

from playwright.sync_api import Page

from tests.support.run_length import scaled

# Ten minutes of reading in the long form.
ACTIONS = scaled(150, 4000)
# Keys that hands and screen readers press while reading, Esc and Shift included.
KEYS = [
    *("Tab", "Shift+Tab", "Space", "Shift+Space", "PageDown", "PageUp", "Home", "End"),
    *("ArrowDown", "ArrowUp", "ArrowLeft", "Shift+ArrowDown", "Shift+ArrowRight"),
    *("h", "k", "d", "b", "1", "Shift+h", "Shift+K", "Insert", "CapsLock", "NumLock"),
    *("Control+c", "Control+a", "Control+Equal", "Control+Minus", "Control+0"),
    *("Escape", "Shift", "Control+Alt+ArrowRight", "Alt+Shift"),
]


def read_on(page: Page, chance: random.Random, last_key: str) -> str:
    """Do one thing that a reader does; return the key, if it was one."""
    x, y = chance.randint(5, 350), chance.randint(80, 620)
    match chance.randint(0, 5):
        case 0:
            page.mouse.wheel(0, chance.randint(-600, 900))
        case 1:
            # This selects text or opens a topic.
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(chance.randint(5, 350), chance.randint(80, 620), steps=3)
            page.mouse.up()
        case 2:
            page.mouse.dblclick(x, y) if chance.random() < 0.3 else page.mouse.move(
                x, y
            )
        case _:
            # Two Esc or three Shift in a row mean to leave.
            key = chance.choice([key for key in KEYS if key != last_key])
            # So do Enter and Space on the exit.
            if key == "Space":
                page.evaluate("document.activeElement.blur()")
            page.keyboard.press(key)
            return key
    return ""


def test_reading_does_not_leave(page: Page) -> None:
    # A helpline or language link pressed by chance says nothing about the exit.
    page.evaluate(
        """for (const link of document.querySelectorAll("#page a"))
          link.removeAttribute("href")"""
    )
    chance = random.Random(26)  # noqa: S311 - the same reading each time
    key = ""
    for done in range(ACTIONS):
        key = read_on(page, chance, key)
        assert page.locator("#page").count() == 1, f"after {done} actions, at {key}"
        page.wait_for_timeout(chance.randint(20, 250))

    assert page.url.startswith("http://localhost")
