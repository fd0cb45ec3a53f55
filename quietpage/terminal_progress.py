"""Show the progress of long work on a terminal's last line, and nothing elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def progress_map(label: str, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Yield `work(item)` for each item, and show which one is being worked on.

    The line is erased before each result is yielded, so that the caller can print.
    """
    is_shown = sys.stderr.isatty()
    begun = time.monotonic()
    for done, item in enumerate(items):
        if is_shown:
            # The first item is slower than the others, so it does not count.
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
    """Replace the last line by `text` (CSI K erases to its end)."""
    sys.stderr.write(f"\r\x1b[K{text}")
    sys.stderr.flush()
