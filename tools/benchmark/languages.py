"""The cost of a language: start-up time, memory of a worker, time of a request."""

import os
import statistics
import time
from pathlib import Path

from quietpage.terminal_progress import progress_map
from tests.support.gunicorn import Server, start_server
from tests.support.locales import TAGS
from tools.benchmark.rates import requests_per_second
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import Goal, rounds, table

ROUNDS = 5
SECONDS = 2
COUNTS = (1, 5, len(TAGS))
MAX_START_S = 2.5
MAX_USS_MB = 60
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

# In the order of the table: start in s, MB of a worker, MB of the whole site, µs of
# processor a request.
Costs = tuple[float, float, float, float]


def measure(folder: Path, count: int) -> Costs:
    """Return the costs of one start."""
    begun = time.perf_counter()
    with start_server(folder, settings=f"locales = {TAGS[:count]}") as server:
        server.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        start_s = time.perf_counter() - begun
        before = _cpu_s(server)
        served = requests_per_second(server.port, SECONDS) * SECONDS
        cpu_us = (_cpu_s(server) - before) / served * 1e6
        uss_mb = max(_memory_mb(pid, "Private_") for pid in server.workers())
        pids = {server.pid, *server.workers()}
        return start_s, uss_mb, sum(_memory_mb(pid, "Pss:") for pid in pids), cpu_us


def _cpu_s(server: Server) -> float:
    """Return the processor time that all workers have used."""
    stats = (Path(f"/proc/{pid}/stat").read_text() for pid in server.workers())
    fields = (stat.rpartition(")")[2].split() for stat in stats)
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS_PER_S


def _memory_mb(pid: int, kind: str) -> float:
    """Return the private memory of a process (Private_), or its share (Pss:)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(kind)) / 1024


def report(folder: Path) -> Report:
    """Return the table; measure each number of languages in turn."""
    found: dict[int, list[Costs]] = {count: [] for count in COUNTS}
    turns = [(number, count) for number in range(rounds(ROUNDS)) for count in COUNTS]

    def start(turn: tuple[int, int]) -> Costs:
        return measure(folder / f"{turn[0]}-{turn[1]}", turn[1])

    measured = progress_map("Starting with languages", start, turns)
    for (_, count), cost in zip(turns, measured, strict=True):
        found[count].append(cost)
    costs = {
        count: [statistics.median(column) for column in zip(*starts, strict=True)]
        for count, starts in found.items()
    }
    start_s, uss_mb, *_ = costs[COUNTS[-1]]
    goals = (
        Goal(
            f"start with {COUNTS[-1]} languages, s: at most {MAX_START_S}",
            f"{start_s:.2f}",
            start_s <= MAX_START_S,
        ),
        Goal(
            f"memory of a worker (USS) with {COUNTS[-1]} languages, MB:"
            f" at most {MAX_USS_MB}",
            f"{uss_mb:.1f}",
            uss_mb <= MAX_USS_MB,
        ),
    )
    head = (
        "languages",
        "start, s",
        "USS of a worker, MB",
        "the whole site, MB",
        "processor a request, µs",
    )
    rows = [
        (str(count), f"{start:.2f}", f"{uss:.1f}", f"{whole:.0f}", f"{cpu:.0f}")
        for count, (start, uss, whole, cpu) in costs.items()
    ]
    return Report(table(head, rows), goals)
