"""Part of `make bench-exit`: how soon the text disappears, and what Back shows.

Each round visits each site in turn. Mouse and keys are those of the X server, and
frames are pictures of its screen. The exit's destination answers after 3 s or never, so
whatever disappears from the screen, the page itself removed.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from Xlib.display import Display

from quietpage.terminal_progress import progress_map
from tests.support.browser_engines import Chromium, Engine
from tests.support.exit_destination import Destination
from tests.support.screen_pixels import (
    TEXT_AREA,
    frames,
    grab,
    is_blank,
    press_keys,
    press_mouse,
)
from tools.benchmark_tables import rounds
from tools.exit_benchmark.peers import Subject

T = TypeVar("T")
R = TypeVar("R")

PRESS, KEYS, SLOWED = (
    "press to hidden",
    "last key to hidden",
    "press to hidden, CPU 6x slower",
)
# Whether by keys, and the factor by which the processor is slower.
KINDS = {PRESS: (False, 1), KEYS: (True, 1), SLOWED: (False, 6)}
TOURS = ("one page", "three pages")
ROUNDS = 20
PRESS_S = 0.08
# Counted from the press.
FILMED_S = 0.6


def tried_twice(work: Callable[[T], R]) -> Callable[[T], R]:
    """Return `work` with a second attempt: one failure does not end a long run."""

    def work_or_repeat(item: T) -> R:
        try:
            return work(item)
        except Exception as error:  # noqa: BLE001 - drivers fail in many ways
            print(f"Tried a second time: {error!r}", file=sys.stderr)
            return work(item)

    return work_or_repeat


def place_on_screen(engine: Engine, selector: str) -> tuple[int, int]:
    """Return the middle of an element in pixels of the screen."""
    x, y = engine.run(
        """const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return [screenX + (outerWidth - innerWidth) / 2 + box.x + box.width / 2,
          screenY + outerHeight - innerHeight + box.y + box.height / 2]""",
        selector,
    )
    return int(x), int(y)


def open_to_read(engine: Engine, display: Display, subject: Subject) -> None:
    """Open the page in a new tab, scrolled to a place with much text."""
    engine.fresh_tab()
    engine.open(subject.url)
    engine.run(
        """for (const part of document.querySelectorAll("details")) part.open = true;
        scrollTo(0, 700)"""
    )
    time.sleep(0.5)
    if is_blank(grab(display)):
        raise RuntimeError(f"{subject.name}: there is no text on the screen.")


def time_to_hidden(
    engine: Engine, display: Display, subject: Subject, *, by_keys: bool
) -> float:
    """Return milliseconds from the press, or the last key, to the first blank frame."""
    place = place_on_screen(engine, subject.exit_selector)
    if by_keys:
        # A click into the text, because in a new tab the address bar has the focus.
        press_mouse(display, (TEXT_AREA[0], TEXT_AREA[1]), PRESS_S)
    seen: list[tuple[float, bool]] = []
    camera = Display()
    filming = threading.Thread(
        target=lambda: seen.extend(frames(camera, FILMED_S + 0.1))
    )
    filming.start()
    if by_keys:
        pressed = press_keys(display, subject.keys)
    else:
        pressed = press_mouse(display, place, PRESS_S)
    filming.join()
    camera.close()
    shown = [at for at, blank in seen if not blank]
    after = [at for at, _ in seen if at > shown[-1]]
    return (after[0] - pressed) * 1000 if after else float("inf")


def backs_that_reveal(
    engine: Engine,
    display: Display,
    subject: Subject,
    destination: Destination,
    tour: tuple[str, ...],
) -> int:
    """Return how many of five presses of Back after an exit show the site."""
    engine.fresh_tab()
    engine.open(f"{destination.url}search")
    engine.open(subject.url)
    for step in tour:
        engine.run(step)
        time.sleep(0.7)
    press_mouse(display, place_on_screen(engine, subject.exit_selector), PRESS_S)
    engine.shows(destination.url)
    revealed = 0
    for _ in range(5):
        engine.traverse(-1)
        time.sleep(0.5)
        revealed += "localhost" in engine.url()
    return revealed


def measure_times(
    engine: Engine,
    display: Display,
    compared: Sequence[Subject],
    destination: Destination,
) -> dict[str, dict[str, list[float]]]:
    """Return the milliseconds of every round, by kind and by site."""
    turns = [
        (kind, number, subject)
        for kind, (_, slowed) in KINDS.items()
        if slowed == 1 or isinstance(engine, Chromium)
        for number in range(rounds(ROUNDS))
        for subject in compared
    ]

    def press(turn: tuple[str, int, Subject]) -> float:
        kind, number, subject = turn
        by_keys, slowed = KINDS[kind]
        destination.reset("slow" if number % 2 else "silent")
        open_to_read(engine, display, subject)
        if isinstance(engine, Chromium):
            engine.slow_down(slowed)
        took_ms = time_to_hidden(engine, display, subject, by_keys=by_keys)
        engine.fresh_tab()
        return took_ms

    found: dict[str, dict[str, list[float]]] = {}
    measured = progress_map(f"{engine.name}, presses", tried_twice(press), turns)
    for (kind, _, subject), took_ms in zip(turns, measured, strict=True):
        found.setdefault(kind, {}).setdefault(subject.name, []).append(took_ms)
    destination.reset()
    return found


def count_backs(
    engine: Engine,
    display: Display,
    compared: Sequence[Subject],
    destination: Destination,
) -> dict[str, dict[str, int]]:
    """Return how many of five Backs show each site after one page and after three."""
    turns = [(tour, subject) for tour in TOURS for subject in compared]

    def go_back(turn: tuple[str, Subject]) -> int:
        tour, subject = turn
        steps = subject.tour if tour == TOURS[1] else ()
        return backs_that_reveal(engine, display, subject, destination, steps)

    found: dict[str, dict[str, int]] = {tour: {} for tour in TOURS}
    measured = progress_map(f"{engine.name}, Back", tried_twice(go_back), turns)
    for (tour, subject), count in zip(turns, measured, strict=True):
        found[tour][subject.name] = count
    return found
