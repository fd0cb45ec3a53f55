"""How long a new reader waits while slow clients hold connections of gunicorn.

Each slow client sends its request one byte at a time, from this machine. A reader opens
a connection, requests the page and reads all of it.
"""

import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from math import inf, isfinite, isinf

from quietpage.terminal_progress import progress_map
from tests.support.slow_clients import slow_clients
from tools.bar_chart import OURS, Bar, Chart
from tools.benchmark.rates import RAW_ON_GEVENT, RAW_ON_THREADS
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import rounds, table

ROUNDS = 3
COMPARED = (OURS, RAW_ON_GEVENT, RAW_ON_THREADS)
SLOW_CLIENTS = 400
READERS = 16
VISITS = 48
PATIENCE_S = 10


def wait_ms(port: int) -> float:
    """Return how long a reader waits, or `inf` if that is too long."""
    begun_s = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        connection.getresponse().read()
    except (OSError, HTTPException):
        return inf
    finally:
        connection.close()
    took_s = time.perf_counter() - begun_s
    return took_s * 1000 if took_s <= PATIENCE_S else inf


def waits(port: int) -> list[float]:
    """Return the waits of one round."""
    with (
        slow_clients("drips a header", port, SLOW_CLIENTS),
        ThreadPoolExecutor(READERS) as readers,
    ):
        return list(readers.map(wait_ms, [port] * VISITS))


def report(ports: Mapping[str, int]) -> Report:
    """Return the waits of all rounds, measuring the servers in turn."""
    turns = [name for _ in range(rounds(ROUNDS)) for name in COMPARED]
    found: dict[str, list[float]] = {name: [] for name in COMPARED}
    measured = progress_map(
        "Waiting next to slow clients", lambda name: waits(ports[name]), turns
    )
    for name, values in zip(turns, measured, strict=True):
        found[name] += values
    medians = {name: statistics.median(values) for name, values in found.items()}
    p99s = {name: sorted(v)[int(len(v) * 0.99)] for name, v in found.items()}
    rows = [
        (
            name,
            _shown(medians[name]),
            _shown(p99s[name]),
            f"{sum(map(isfinite, values))} of {len(values)}",
        )
        for name, values in found.items()
    ]
    head = ("", "median", "99th percentile", f"answered within {PATIENCE_S} s")
    groups = {
        title: [
            Bar(name, min(value, PATIENCE_S * 1000), _shown(value), isinf(value))
            for name, value in values.items()
        ]
        for title, values in (("median", medians), ("99th percentile", p99s))
    }
    title = f"A reader's wait next to {SLOW_CLIENTS} slow clients"
    return Report(table(head, rows), chart=Chart("slow-clients", title, groups))


def _shown(wait: float) -> str:
    return f"{wait:,.0f} ms" if isfinite(wait) else f"over {PATIENCE_S} s"
