"""How far long work has come, on a terminal's last line; in pipes and logs nothing."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def progress_map(label: str, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Yield `work(item)` for each item, and show which one is at work.

    The line is gone whenever the caller has a result, so that it may print.
    """
    is_shown = sys.stderr.isatty()
    begun = time.monotonic()
    for done, item in enumerate(items):
        if is_shown:
            # The first is slow, as nothing is warm, and foretells nothing.
            per_item_s = (time.monotonic() - begun) / done if done > 1 else 0
            left_s = round(per_item_s * (len(items) - done))
            left = f", about {left_s} s left" * (left_s > 0)
            _write(f"{label}: {done + 1} of {len(items)}{left}")
        try:
            result = work(item)
        finally:
            if is_shown:
                _write("")
        yield result


def _write(text: str) -> None:
    """Put `text` in place of the last line (CSI K erases to its end)."""
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()
