"""`make bench-exit`: our exit compared with GOV.UK's and NSW's, by screen pixels.

Each round visits each site in turn. Mouse and keys are those of the X server, and
frames are pictures of its screen. The exit's destination answers after 3 s or never, so
whatever disappears from the screen, the page itself removed.
"""

import statistics
import sys
import threading
import time
from math import isinf
from pathlib import Path
from tempfile import TemporaryDirectory

from Xlib.display import Display

from tests.support import exit_destination as destinations
from tests.support.browser_engines import ENGINES, Chromium, Engine, screen
from tests.support.exit_destination import Destination
from tests.support.screen_pixels import (
    TEXT_AREA,
    frames,
    grab,
    is_blank,
    press_keys,
    press_mouse,
)
from tools.exit_benchmark.peers import Subject, compared_pages
from tools.exit_benchmark.touches import touch_rows

ROUNDS = 20
PRESS_S = 0.08


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
        raise SystemExit(f"{subject.name}: there is no text on the screen.")


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
    filming = threading.Thread(target=lambda: seen.extend(frames(camera, 0.7)))
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


def summary(values: list[float]) -> str:
    """Return the median and the worst; a page that stayed counts as "stays"."""
    shown = (statistics.median(values), max(values))
    return " / ".join("stays" if isinf(value) else f"{value:.0f}" for value in shown)


def main() -> None:
    """Print the tables in Markdown."""
    name = sys.argv[1] if len(sys.argv) > 1 else "Chromium"
    with (
        TemporaryDirectory() as folder,
        screen() as display,
        destinations.serve() as destination,
        compared_pages(Path(folder), destination.url) as compared,
    ):
        Path(folder, "profile").mkdir()
        rows = [f"| {name}, {time.strftime('%Y-%m-%d')} |"]
        rows[0] += "".join(f" {subject.name} |" for subject in compared)
        rows.append("|---|" + "---|" * len(compared))
        with ENGINES[name](Path(folder, "profile")) as engine:
            for title, by_keys, slowed in (
                ("touch to hidden, ms", False, 1),
                ("last key to hidden, ms", True, 1),
                ("touch to hidden, CPU 6x slower, ms", False, 6),
            ):
                if slowed > 1 and not isinstance(engine, Chromium):
                    continue
                times: dict[str, list[float]] = {s.name: [] for s in compared}
                for number in range(ROUNDS):
                    for subject in compared:
                        destination.reset("slow" if number % 2 else "silent")
                        open_to_read(engine, display, subject)
                        if isinstance(engine, Chromium):
                            engine.slow_down(slowed)
                        times[subject.name].append(
                            time_to_hidden(engine, display, subject, by_keys=by_keys)
                        )
                        engine.fresh_tab()
                cells = (summary(times[subject.name]) for subject in compared)
                rows.append(f"| {title} | " + " | ".join(cells) + " |")
            destination.reset()
            for title, has_tour in (("one page", False), ("a tour", True)):
                counts = (
                    backs_that_reveal(
                        engine,
                        display,
                        subject,
                        destination,
                        subject.tour if has_tour else (),
                    )
                    for subject in compared
                )
                cells = (str(count) for count in counts)
                rows.append(
                    f"| of 5 Backs after {title}, show the site | "
                    + " | ".join(cells)
                    + " |"
                )
            # WebKitGTK's driver has no touch.
            touched = (
                touch_rows(engine, compared, destination) if name != "WebKitGTK" else []
            )
        for index, title in enumerate(("script", "style")):
            cells = (f"{subject.weight_bytes[index]:,}" for subject in compared)
            rows.append(f"| {title}, brotli, bytes | " + " | ".join(cells) + " |")
    print("\n".join([*rows, "", *touched]))


if __name__ == "__main__":
    main()
