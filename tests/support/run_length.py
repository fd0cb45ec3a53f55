"""The length of tests: short in `make test`, long in `make robustness`."""

import os
from typing import TypeVar

T = TypeVar("T")

IS_LONG_RUN = os.environ.get("LONG_RUN") == "1"


def scaled(short: T, long: T) -> T:
    """Return `long` in `make robustness`, else `short`."""
    return long if IS_LONG_RUN else short
