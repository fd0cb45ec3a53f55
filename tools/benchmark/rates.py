"""Requests a second compared with peers, on gunicorn and on nginx.

Each round asks every server in turn, with few connections and with many, and every
second round in reverse. The median of the rounds counts: on two cores that are shared,
threads collapse in some of them.
"""

import re
import statistics
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from quietpage.terminal_progress import progress_map
from tools.bar_chart import OURS
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import Goal, rounds, table

ROUNDS = 7
SECONDS = 2
CONNECTIONS = (16, 64)
RAW_ON_THREADS = "raw WSGI function on threads"
RAW_ON_GEVENT = "raw WSGI function on gevent"
EXPORT = "the export on nginx"
PLAIN_FILE = "a plain file on nginx"


class Peer(NamedTuple):
    """An app that gunicorn serves, its worker, and how much faster we must be.

    `least` has a ratio for each of `CONNECTIONS`, 0 for no goal.
    """

    target: str
    worker: str
    least: tuple[float, float] = (0, 0)


PEERS = {
    OURS: Peer("app:wsgi_app()", "gevent"),
    RAW_ON_THREADS: Peer("tools.benchmark.peers:raw_wsgi()", "gthread", (1.3, 1.0)),
    RAW_ON_GEVENT: Peer("tools.benchmark.peers:raw_wsgi()", "gevent", (0.95, 0.95)),
    "bare Flask view on threads": Peer(
        "tools.benchmark.peers:bare_flask()", "gthread", (1.7, 1.7)
    ),
    "naive page on threads": Peer("tools.benchmark.peers:naive()", "gthread", (6, 6)),
    "naive page on threads, text finished": Peer(
        "tools.benchmark.peers:finished()", "gthread"
    ),
}
# The export is compared with it.
NGINX_PEERS = {EXPORT: (0.0, 0.0), PLAIN_FILE: (0.95, 0.95)}

# Requests a second by name and number of connections, one for each round.
Rates = dict[str, dict[int, list[float]]]


def requests_per_second(
    port: int, seconds: int = SECONDS, connections: int = CONNECTIONS[0]
) -> float:
    """Return the rate that wrk measures over keep-alive connections; stop at errors."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s"]
    result = subprocess.run(
        [*command, "-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{port}/"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Requests/sec: *([1-9][\d.]+)", result.stdout)
    if not found or "Non-2xx" in result.stdout:
        raise SystemExit(f"wrk: port {port}: {result.stdout}{result.stderr}")
    return float(found[1])


def measure(ports: Mapping[str, int]) -> Rates:
    """Return the rates of every round, measuring the servers in turn."""
    rates: Rates = {name: {count: [] for count in CONNECTIONS} for name in ports}
    names = list(ports)
    turns = [
        (name, count)
        for number in range(rounds(ROUNDS))
        for count in CONNECTIONS
        for name in (names if number % 2 else names[::-1])
    ]

    def ask(turn: tuple[str, int]) -> float:
        return requests_per_second(ports[turn[0]], connections=turn[1])

    measured = progress_map("Requests a second", ask, turns)
    for (name, count), rate in zip(turns, measured, strict=True):
        rates[name][count].append(rate)
    return rates


def report(rates: Rates) -> Report:
    """Return the table with its ratios, and the goals."""
    wanted = {name: peer.least for name, peer in PEERS.items()} | NGINX_PEERS
    rows, goals = [], []
    for name, found in rates.items():
        ours = EXPORT if name in NGINX_PEERS else OURS
        row = [name]
        for (count, values), least in zip(found.items(), wanted[name], strict=True):
            ratio = statistics.median(
                mine / theirs
                for mine, theirs in zip(rates[ours][count], values, strict=True)
            )
            row += [f"{statistics.median(values):,.0f}", f"{ratio:.2f}x"]
            if least:
                goals.append(
                    Goal(
                        f"{ours}, times as fast as {name}, {count} connections:"
                        f" at least {least}",
                        f"{ratio:.2f}",
                        ratio >= least,
                    )
                )
        rows.append(row)
    head = [""]
    for count in CONNECTIONS:
        head += [f"requests a second, {count} connections", "ours is"]
    return Report(table(head, rows), tuple(goals))
