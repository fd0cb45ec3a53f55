"""The exit in three engines: it leaves at once, by every way, and Back shows nothing.

The numbers in brackets are the requirements in docs/exit.md.
"""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from Xlib.display import Display

from quietpage.assets import load_assets
from quietpage.prepared_site import Site
from tests.support import tampered_page
from tests.support.browser_engines import ENGINES, Actions, Engine, chromium, firefox
from tests.support.exit_destination import Destination
from tests.support.gunicorn import Server
from tests.support.input_actions import (
    BELOW_THE_BAR,
    CONTROL,
    ENTER,
    ESCAPE,
    ON_THE_BAR,
    SHIFT,
    TAB,
    chord,
    down,
    move,
    pointer,
    press,
    typed,
    up,
    wait,
    with_key,
)
from tests.support.keyboard_tour import (
    SEEN,
    arrive,
    assert_back_shows_nothing,
    assert_leaves_once,
    tour,
)
from tests.support.screen_pixels import grab, is_blank, press_mouse

FOCUS = "document.getElementById('quick-exit').focus()"
# Every way out, and every way in which shaking hands overdo it [T7, T12].
WAYS: dict[str, Actions] = {
    "click": press(),
    "click after 50 ms again": press(times=2, pause_ms=50),
    "click after 150 ms again": press(times=2, pause_ms=150),
    "click after 500 ms again": press(times=2, pause_ms=500),
    "six clicks": press(times=6, pause_ms=60),
    "long press": pointer(move(ON_THE_BAR), down(), wait(700), up()),
    "Ctrl": with_key(CONTROL, press()),
    "Shift": with_key(SHIFT, press()),
    "Enter": typed(ENTER),
    "Space": typed(" "),
    "Enter twice": typed(ENTER, ENTER),
    **{f"Esc {count} times": typed(*[ESCAPE] * count) for count in (2, 3, 4, 6)},
    **{f"Shift {count} times": typed(*[SHIFT] * count) for count in (3, 4, 7)},
    "Shift by turns with Esc twice": typed(SHIFT, ESCAPE, SHIFT, ESCAPE, ESCAPE),
}
# These must not leave [T8]; a slow second Esc has its own test.
OTHER_KEYS: dict[str, Actions] = {
    "Esc once": typed(ESCAPE),
    "Shift twice": typed(SHIFT, SHIFT),
    "Esc, Tab, Esc": typed(ESCAPE, TAB, ESCAPE),
    "Shift, a, Shift, Shift": typed(SHIFT, "a", SHIFT, SHIFT),
    "Esc at 1.6 s": typed(ESCAPE, ESCAPE, pause_ms=1600),
    "Shift in 2.4 s": typed(SHIFT, SHIFT, SHIFT, pause_ms=1200),
    "Ctrl+Shift three times": chord(CONTROL, SHIFT, SHIFT, SHIFT),
    "Shift+Esc twice": chord(SHIFT, ESCAPE, ESCAPE),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_leaves_once_in_the_same_tab(
    visit: Engine, destination: Destination, way: str
) -> None:
    visit.run(FOCUS)

    assert_leaves_once(visit, destination, WAYS[way])


@pytest.mark.parametrize("button", [1, 2])
def test_every_other_mouse_button_leaves_once_in_the_same_tab(
    tmp_path: Path, engine: Engine, copy: Server, destination: Destination, button: int
) -> None:
    # WebKitGTK's driver holds such a button down until it exits.
    with ENGINES[engine.name](tmp_path) as visit:
        visit.open(f"{destination.url}search")
        visit.open(copy.url)

        assert_leaves_once(visit, destination, press(button))


def test_a_tour_is_one_history_entry_and_back_shows_nothing(
    visit: Engine, destination: Destination
) -> None:
    entries = visit.run("return history.length")
    tour(visit)
    assert visit.run("return history.length") == entries

    visit.perform(press())

    arrive(visit, destination)
    assert_back_shows_nothing(visit, destination)


def test_a_press_hides_the_page_and_a_drag_off_restores_it(
    visit: Engine, destination: Destination
) -> None:
    tour(visit)
    visit.run("scrollTo(0, 500)")
    before = visit.run(SEEN)

    visit.perform(pointer(move(ON_THE_BAR), wait(100), down()))
    visit.wait(lambda: visit.run(SEEN).strip() == "Close this page")
    visit.perform(pointer(move((310, 25)), move(BELOW_THE_BAR, 50), up()))

    assert visit.run("return [document.body.innerText, scrollY]") == [before, 500]
    assert destination.asked == []


def test_a_second_esc_after_1200_ms_leaves(
    visit: Engine, destination: Destination
) -> None:
    # A busy machine makes some pauses longer than the 1500 ms that count.
    for _ in range(10):
        visit.perform(typed(ESCAPE, ESCAPE, pause_ms=1200))
        for _ in range(30):
            if destination.asked:
                arrive(visit, destination)
                return
            time.sleep(0.1)
    pytest.fail("no second Esc left")


def test_other_keys_do_not_leave(visit: Engine, destination: Destination) -> None:
    for name, keys in OTHER_KEYS.items():
        visit.perform(keys)

        assert len(visit.run(SEEN)) > 1000, name
        assert destination.asked == [], name
        # Another key starts the count over.
        visit.perform(typed("a"))


@pytest.mark.parametrize("key", [ESCAPE, SHIFT])
def test_a_key_that_repeats_counts_once(visit: Engine, key: str) -> None:
    visit.hold(key, 6)

    assert len(visit.run(SEEN)) > 1000


def test_a_held_enter_leaves_once(visit: Engine, destination: Destination) -> None:
    visit.run(FOCUS)

    visit.hold(ENTER, 8)

    arrive(visit, destination)
    assert destination.asked == [("/", None, None)]


def test_keys_during_composition_do_not_leave(visit: Engine) -> None:
    visit.run(
        """const init = { isComposing: true, bubbles: true };
        for (const key of ["Escape", "Escape", "Escape", "Shift", "Shift", "Shift"])
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key, ...init }))"""
    )

    assert len(visit.run(SEEN)) > 1000


def test_the_exit_is_the_first_tab_stop_and_named_by_its_label(visit: Engine) -> None:
    assert visit.run("return document.activeElement === document.body")

    visit.perform(typed(TAB))

    assert visit.run(
        """const link = document.activeElement;
        const about = document.getElementById(link.getAttribute("aria-describedby"));
        return [link.id, link.textContent, about.textContent,
          document.querySelectorAll("[aria-live], [role=status], [autofocus]").length,
          getComputedStyle(link).outlineStyle,
          parseFloat(getComputedStyle(link).outlineWidth) >= 3]"""
    ) == [
        "quick-exit",
        "Close this page",
        "Or press Esc twice",
        0,
        "solid",
        True,
    ]


def test_the_bar_never_covers_the_focus(visit: Engine) -> None:
    visit.run(
        "for (const part of document.querySelectorAll('details')) part.open = true"
    )
    visit.run("document.querySelector('.rest').lastElementChild.scrollIntoView()")

    under = []
    with_shift = [
        {"type": "keyDown", "value": SHIFT},
        *typed(*[TAB] * 1)[0]["actions"],
        {"type": "keyUp", "value": SHIFT},
    ]
    visit.run("[...document.querySelectorAll('summary')].at(-1).focus()")
    for _ in range(40):
        visit.perform([{"type": "key", "id": "keyboard", "actions": with_shift}])
        under.append(
            visit.run(
                """const bar = document.getElementById("quick-exit");
                return document.activeElement.getBoundingClientRect().top
                  < bar.getBoundingClientRect().bottom - 1"""
            )
        )

    assert not any(under)


@pytest.mark.parametrize("way", ["press without release", "click", "Esc", "Shift"])
def test_the_screen_is_blank_while_the_destination_is_silent(
    visit: Engine, destination: Destination, display: Display, way: str
) -> None:
    destination.reset("silent")
    visit.run("document.getElementById('numbers').open = true; scrollTo(0, 500)")

    def text_is_drawn() -> bool:
        # WebKitGTK 2.54 on a busy machine drew nothing for 60 s: ask for another frame.
        visit.run("scrollBy(0, scrollY % 2 ? 1 : -1)")
        return not is_blank(grab(display))

    visit.wait(text_is_drawn)

    visit.perform(
        {
            "press without release": pointer(move(ON_THE_BAR), wait(50), down()),
            "click": press(pause_ms=0),
            "Esc": typed(ESCAPE, ESCAPE, pause_ms=0),
            "Shift": typed(SHIFT, SHIFT, SHIFT, pause_ms=0),
        }[way]
    )

    visit.wait(lambda: is_blank(grab(display)))


def test_without_back_forward_cache_back_shows_nothing(
    tmp_path: Path, display: Display, copy: Server, destination: Destination
) -> None:
    del display
    (tmp_path / "firefox").mkdir()
    no_cache = '"browser.sessionhistory.max_total_viewers", 0'
    for started in (
        chromium(tmp_path / "chromium", "--disable-features=BackForwardCache"),
        firefox(tmp_path / "firefox", no_cache),
    ):
        with started as engine:
            engine.open(f"{destination.url}search")
            engine.open(copy.url)
            tour(engine)
            engine.perform(press())
            arrive(engine, destination)
            assert_back_shows_nothing(engine, destination)


def test_with_a_broken_script_the_link_leaves_and_the_press_hides(
    tab: Engine, own_site: Site, destination: Destination
) -> None:
    snapshot = own_site.guides["en", "identity"]
    # The hash in the policy no longer matches, so engines refuse the script.
    script = load_assets().exit_script.encode()
    body = snapshot.body.replace(script, b";" + script)
    assert body != snapshot.body
    with tampered_page.serve(tampered_page.Altered(snapshot, body)) as url:
        tab.open(f"{destination.url}search")
        tab.open(url)
        before = tab.run(SEEN)
        assert "Without JavaScript, Esc does nothing" in before

        tab.perform(pointer(move(ON_THE_BAR), wait(50), down()))
        assert tab.run(SEEN).strip() == "Close this page"
        tab.perform(pointer(move(BELOW_THE_BAR), up()))
        assert tab.run(SEEN) == before
        tab.perform(press())

        arrive(tab, destination)
        assert destination.asked == [("/", None, None)]
        # Without script, Back shows the page once, as the page says.
        tab.traverse(-1)
        tab.shows(url)


def test_where_our_headers_are_lost_the_destination_gets_no_referrer(
    tab: Engine, own_site: Site, destination: Destination
) -> None:
    snapshot = own_site.guides["en", "identity"]
    kept = {"http": [("Content-Type", "text/html; charset=utf-8")]}
    bare = replace(snapshot, headers=kept)
    with tampered_page.serve(tampered_page.Altered(bare, bare.body)) as url:
        tab.open(url)

        tab.perform(press())

        arrive(tab, destination)
        assert destination.asked == [("/", None, None)]


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_the_exit_works_from_the_first_2_kb(
    tab: Engine,
    own_site: Site,
    destination: Destination,
    display: Display,
    coding: str,
) -> None:
    # WebKitGTK's network library holds brotli back until 8 kB have arrived.
    size = 8192 if (tab.name, coding) == ("WebKitGTK", "br") else 2048
    snapshot = own_site.guides["en", coding]
    stalled = tampered_page.Altered(snapshot, snapshot.body, stalls_after=size)
    with tampered_page.serve(stalled) as url:
        tab.navigate(url)
        tab.wait(lambda: tab.run("return document.links.length > 0"))
        loading, left, top = tab.run(
            """return [document.readyState, screenX + (outerWidth - innerWidth) / 2,
              screenY + outerHeight - innerHeight]"""
        )
        assert loading == "loading"

        # WebKitGTK's driver sends no input to a page that is still loading.
        place = (int(left) + ON_THE_BAR[0], int(top) + ON_THE_BAR[1])
        press_mouse(display, place, 0.08)

        arrive(tab, destination)
        assert destination.asked == [("/", None, None)]
