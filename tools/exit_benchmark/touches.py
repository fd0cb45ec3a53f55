"""Part of `make bench-exit`: which touches of shaking hands leave, for each exit."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import exit_destination as destinations
from tests.support.browser_engines import ENGINES, Engine, screen
from tests.support.exit_destination import Destination
from tests.support.input_actions import touches
from tools.exit_benchmark.peers import Subject, compared_pages

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


def touch_rows(
    engine: Engine, compared: list[Subject], destination: Destination
) -> list[str]:
    """Return the table in Markdown: whether each of three touches leaves."""
    rows = [f"| {engine.name}, {time.strftime('%Y-%m-%d')} |"]
    rows[0] += "".join(f" {subject.name} |" for subject in compared)
    rows.append("|---|" + "---|" * len(compared))
    for touch in touches((0, 0), TEXT):
        cells = []
        for subject in compared:
            left = sum(
                leaves(engine, subject, destination, touch) for _ in range(ROUNDS)
            )
            words = {0: "stays", ROUNDS: "leaves"}
            cells.append(words.get(left, f"leaves {left} times of {ROUNDS}"))
        rows.append(f"| {touch} | " + " | ".join(cells) + " |")
    return rows


def main() -> None:
    """Print the table."""
    name = sys.argv[1]
    with (
        TemporaryDirectory() as folder,
        screen(),
        destinations.serve() as destination,
        compared_pages(Path(folder), destination.url) as compared,
    ):
        Path(folder, "profile").mkdir()
        with ENGINES[name](Path(folder, "profile")) as engine:
            print("\n".join(touch_rows(engine, compared, destination)))


if __name__ == "__main__":
    main()
