"""The same tests, short in `make test` and long in `make siege`."""

import os
from typing import TypeVar

T = TypeVar("T")

IS_LONG_RUN = os.environ.get("LONG_RUN") == "1"


def scaled(short: T, long: T) -> T:
    """Return `long` in `make siege`, else `short`."""
    return long if IS_LONG_RUN else short
