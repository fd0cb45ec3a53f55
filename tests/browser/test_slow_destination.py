"""A destination that is slow, fails or sends no page: no text, nobody stranded."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from Xlib.display import Display

from tests.support.browser_engines import Actions, Engine, firefox
from tests.support.exit_destination import Destination
from tests.support.gunicorn import Server
from tests.support.input_actions import (
    ALT,
    BELOW_THE_BAR,
    CONTROL,
    ENTER,
    ESCAPE,
    F5,
    F6,
    LEFT,
    SHIFT,
    TAB,
    chord,
    down,
    move,
    pointer,
    press,
    typed,
    up,
)
from tests.support.keyboard_tour import arrive
from tests.support.screen_pixels import window_titles

ASKED_ONCE = [("/", None, None)]
# The page's clock is stopped in these tests, however slow the machine is, and is put
# forward past the time that a destination gets.
STOP_THE_CLOCK = "const now = Date.now(); Date.now = () => now"
LATER = "const later = Date.now() + 9000; Date.now = () => later"
# Some time after the page is empty: by then the destination has been requested.
AFTERWARDS = """const waiting = setInterval(() => {
  if (document.body) return;
  clearInterval(waiting);
  setTimeout(() => { %s }, 5000);
}, 20)"""
WAYS_ON: dict[str, Actions] = {
    "Esc": typed(ESCAPE),
    "Enter": typed(ENTER),
    "Space": typed(" "),
    "Shift": typed(SHIFT),
    "a letter": typed("a"),
    "click": pointer(move(BELOW_THE_BAR), down(), up()),
}
BROWSER_KEYS: dict[str, Actions] = {
    "F5": typed(F5),
    "F6": typed(F6),
    "Tab": typed(TAB),
    "Ctrl+R": chord(CONTROL, "r"),
    "Ctrl+L": chord(CONTROL, "l"),
    "Alt+Left": chord(ALT, LEFT),
    "Shift+Esc": chord(SHIFT, ESCAPE),
}


def test_only_the_title_is_left_while_the_destination_is_slow(
    visit: Engine, destination: Destination, display: Display
) -> None:
    visit.watch()
    destination.reset("silent")

    visit.perform(press())
    visit.wait(lambda: destination.asked)
    titles = window_titles(display)
    states = visit.states(20)

    assert states == [["", "Notes"]] * 20
    # The title, as a window list or a screen reader gives it.
    assert any("Notes" in title for title in titles)
    assert not any("localhost" in title for title in titles)


@pytest.mark.parametrize("keys", [2, 6])
def test_keys_empty_the_page_and_do_not_stop_a_slow_exit(
    visit: Engine, destination: Destination, keys: int
) -> None:
    visit.watch()
    destination.reset("held")

    visit.perform(typed(*[ESCAPE] * keys))
    visit.wait(lambda: destination.asked)
    states = visit.states(10)
    destination.mode = "answer"

    assert states == [["", "Notes"]] * 10
    arrive(visit, destination)
    assert destination.asked == ASKED_ONCE


def test_a_destination_that_fails_shows_nothing_of_ours(
    visit: Engine, destination: Destination
) -> None:
    destination.reset("fail")

    visit.perform(press())

    arrive(visit, destination)
    visit.traverse(-1)
    visit.shows(f"{destination.url}search")


def test_the_page_is_empty_offline_too(visit: Engine) -> None:
    # Nothing listens on port 1.
    visit.run("document.getElementById('quick-exit').href = 'https://127.0.0.1:1/'")

    visit.perform(press())

    text = "return document.documentElement.textContent"
    visit.wait(lambda: "Close this page" not in visit.run(text))
    visit.traverse(-1)
    visit.wait(lambda: visit.url().endswith("search"))


def test_a_reload_during_a_slow_exit_stays_empty_and_leaves_again(
    visit: Engine, destination: Destination
) -> None:
    destination.reset("held")
    visit.run(AFTERWARDS % "location.reload()")

    visit.perform(typed(ESCAPE, ESCAPE))

    visit.wait(lambda: len(destination.asked) == 2)
    destination.mode = "answer"
    arrive(visit, destination)
    visit.traverse(-1)
    visit.shows(f"{destination.url}search")


def leave_for_nothing(visit: Engine, destination: Destination) -> None:
    """Leave for a destination that sends no page; ours stays, emptied."""
    destination.reset("empty")
    visit.run(STOP_THE_CLOCK)
    visit.perform(press())
    visit.wait(lambda: destination.asked == ASKED_ONCE)
    visit.wait(lambda: visit.run("return document.body") is None)


@pytest.mark.parametrize("way", WAYS_ON)
def test_after_a_response_without_a_page_the_next_press_leaves_again(
    visit: Engine, destination: Destination, way: str
) -> None:
    leave_for_nothing(visit, destination)
    destination.reset()

    # Repeated presses must not restart a slow load.
    visit.perform(WAYS_ON[way])
    visit.perform(WAYS_ON[way])
    assert destination.asked == []
    visit.run(LATER)
    visit.perform(WAYS_ON[way])

    arrive(visit, destination)
    assert destination.asked == ASKED_ONCE


def test_after_stop_the_next_key_leaves_again(
    visit: Engine, destination: Destination
) -> None:
    destination.reset("silent")
    visit.run(AFTERWARDS % "stop(); window.isStopped = true")
    visit.perform(press())
    visit.wait(lambda: visit.run("return window.isStopped"))
    visit.wait(lambda: destination.asked == ASKED_ONCE)
    destination.reset()

    visit.run(LATER)
    visit.perform(typed(ESCAPE))

    arrive(visit, destination)


def test_each_attempt_gets_more_time_than_the_one_before(
    visit: Engine, destination: Destination
) -> None:
    leave_for_nothing(visit, destination)
    visit.run(LATER)
    visit.perform(typed(ESCAPE))
    visit.wait(lambda: len(destination.asked) == 2)

    # 9 s after the second request.
    visit.run(LATER)
    visit.perform(typed(ESCAPE))
    destination.reset()
    visit.run(LATER)
    visit.perform(typed(ESCAPE))

    arrive(visit, destination)
    assert destination.asked == ASKED_ONCE


def test_the_browser_s_own_keys_work_after_the_exit(
    visit: Engine, destination: Destination
) -> None:
    leave_for_nothing(visit, destination)
    visit.run(
        """addEventListener("keydown", (event) => {
          window.swallowed.push(event.defaultPrevented);
          // The driver's browser would go where the key says.
          event.preventDefault();
        })"""
    )

    for name, keys in BROWSER_KEYS.items():
        visit.run("window.swallowed = []")
        visit.perform(keys)

        swallowed = visit.wait(lambda: visit.run("return window.swallowed"))
        assert set(swallowed) == {False}, name


def test_the_history_keeps_the_neutral_title(
    tmp_path: Path, display: Display, copy: Server, destination: Destination
) -> None:
    """In Firefox only: Chromium shows the destination's title, see docs/privacy.md."""
    del display
    profile = tmp_path / "profile"
    profile.mkdir()
    with firefox(profile) as engine:
        engine.open(f"{destination.url}search")
        engine.open(copy.url)
        engine.perform(press())
        arrive(engine, destination)
        engine.run("document.title = 'Arrived'")

        # Firefox writes its history some time after the visit.
        engine.wait(lambda: history(profile).get(destination.url) == "Arrived", 30)
        assert history(profile)[copy.url] == "Notes"


def history(profile: Path) -> dict[str, str]:
    """Return {address: title} from a copy, because Firefox locks its file."""
    for file in profile.glob("places.sqlite*"):
        shutil.copy(file, profile.parent)
    with closing(sqlite3.connect(profile.parent / "places.sqlite")) as places:
        return dict(places.execute("select url, title from moz_places"))
