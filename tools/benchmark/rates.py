"""Requests a second compared with peers, on gunicorn and on nginx.

Each round measures every server in turn, with few connections and with many. The median
of the rounds counts, because threads collapse in some rounds on two shared cores.
"""

import re
import statistics
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from tools.benchmark.report import Goal, Report, table

ROUNDS = 7
SECONDS = 2
CONNECTIONS = (16, 64)
OURS = "Quietpage"
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
    "raw WSGI function on threads": Peer(
        "tools.benchmark.peers:raw_wsgi()", "gthread", (1.3, 1.0)
    ),
    "raw WSGI function on gevent": Peer(
        "tools.benchmark.peers:raw_wsgi()", "gevent", (0.95, 0.95)
    ),
    "bare Flask view": Peer(
        "tools.benchmark.peers:bare_flask()", "gthread", (1.7, 1.7)
    ),
    "naive page": Peer("tools.benchmark.peers:naive()", "gthread", (6, 6)),
    "naive page, text finished": Peer("tools.benchmark.peers:finished()", "gthread"),
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
    for _ in range(ROUNDS):
        for count in CONNECTIONS:
            for name, port in ports.items():
                rate = requests_per_second(port, connections=count)
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
