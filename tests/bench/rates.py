"""Requests a second beside peers, on gunicorn and on nginx.

Each round asks every server in turn; the best of the rounds counts, as two cores
that are shared make some rounds collapse whatever is served.
"""

import re
import statistics
import subprocess
from collections.abc import Mapping

from tests.bench.report import Goal, Report, table

ROUNDS = 7
SECONDS = 3
OURS = "Quietpage"
EXPORT = "the export on nginx"
PLAIN_FILE = "a plain file on nginx"
# gunicorn's target, and how many times as fast as it Quietpage has to be.
PEERS = {
    OURS: ("app:serve()", 0.0),
    "bare Flask view": ("tests.bench.peers:bare_flask()", 1.3),
    "raw WSGI function": ("tests.bench.peers:raw_wsgi()", 0.9),
    "naive page": ("tests.bench.peers:naive()", 6.0),
    "naive page, text finished": ("tests.bench.peers:finished()", 0.0),
}
NGINX_PEERS = {EXPORT: 0.0, PLAIN_FILE: 0.95}

# Requests a second by name, a number a round.
Rates = dict[str, list[float]]


def requests_per_second(port: int, seconds: int = SECONDS) -> float:
    """Return what wrk measures over keep-alive connections; errors end the run."""
    command = ["wrk", "-t2", "-c16", f"-d{seconds}s", "-H", "Accept-Encoding: gzip"]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Requests/sec: *([1-9][\d.]+)", told.stdout)
    if not found or "Non-2xx" in told.stdout:
        raise SystemExit(f"wrk: port {port}: {told.stdout}{told.stderr}")
    return float(found[1])


def measure(ports: Mapping[str, int]) -> Rates:
    """Return the rates of every round, the servers by turns."""
    rates: Rates = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            rates[name].append(requests_per_second(port))
    return rates


def report(rates: Rates) -> Report:
    """Return the table, ratios beside it, and what was wanted of them."""
    wanted = {name: least for name, (_, least) in PEERS.items()} | NGINX_PEERS
    rows, goals = [], []
    for name, values in rates.items():
        ours = EXPORT if name in NGINX_PEERS else OURS
        best = max(rates[ours]) / max(values)
        middle = statistics.median(
            mine / theirs for mine, theirs in zip(rates[ours], values, strict=True)
        )
        rows.append((name, f"{max(values):,.0f}", f"{best:.2f}x", f"{middle:.2f}x"))
        if wanted[name]:
            goals.append(
                Goal(
                    f"{ours}, times as fast as {name}: at least {wanted[name]}",
                    f"{best:.2f}",
                    best >= wanted[name],
                )
            )
    head = ("", "requests a second", "ours is", "median of rounds")
    return Report(table(head, rows), tuple(goals))
