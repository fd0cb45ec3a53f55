"""Part of `make bench-exit`: which touches of shaking hands leave, for each exit."""

import time
from collections.abc import Sequence

from quietpage.terminal_progress import progress_map
from tests.support.browser_engines import Engine
from tests.support.exit_destination import Destination
from tests.support.input_actions import touches
from tools.benchmark_tables import rounds
from tools.exit_benchmark.peers import Subject
from tools.exit_benchmark.times import tried_twice

ROUNDS = 3
# A touch that has not left after this time does not leave.
PATIENCE_S = 4
TEXT = (200, 400)


def place_to_press(engine: Engine, selector: str) -> tuple[int, int]:
    """Return a place on the exit with 60 px of it to the right and 22 px below."""
    x, y = engine.run(
        """const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return [box.x + box.width / 2 - 30, box.y + box.height / 2 - 11]""",
        selector,
    )
    return int(x), int(y)


def leaves(
    engine: Engine, subject: Subject, destination: Destination, touch: str
) -> bool:
    """Touch the exit of a new page; return whether it requests the destination."""
    engine.fresh_tab()
    destination.reset()
    engine.open(subject.url)
    place = place_to_press(engine, subject.exit_selector)
    engine.perform(touches(place, TEXT)[touch])
    end = time.monotonic() + PATIENCE_S
    while not destination.asked and time.monotonic() < end:
        time.sleep(0.05)
    return bool(destination.asked)


def count_touches(
    engine: Engine, compared: Sequence[Subject], destination: Destination
) -> dict[str, dict[str, list[bool]]]:
    """Return whether each site was left, once for each round, by touch and by site."""
    turns = [
        (touch, subject)
        for touch in touches((0, 0), TEXT)
        for _ in range(rounds(ROUNDS))
        for subject in compared
    ]

    def try_touch(turn: tuple[str, Subject]) -> bool:
        return leaves(engine, turn[1], destination, turn[0])

    found: dict[str, dict[str, list[bool]]] = {}
    measured = progress_map(f"{engine.name}, touches", tried_twice(try_touch), turns)
    for (touch, subject), has_left in zip(turns, measured, strict=True):
        by_site = found.setdefault(touch, {})
        by_site.setdefault(subject.name, []).append(has_left)
    return found
