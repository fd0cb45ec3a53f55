"""How long a reader waits at half of what a server can do.

This is an open loop: requests are due at random times whether or not the server keeps
up, and each wait counts from that time. wrk waits for answers and so hides stalls,
Debian does not package wrk2, and h2load sends on all connections at the same instant.
"""

import random
import re
import select
import socket
import statistics
import time
from collections import deque
from collections.abc import Mapping

from quietpage.terminal_progress import progress_map
from tools.benchmark.rates import Rates
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import rounds, table

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 32
MAX_BYTES = 1 << 20
PERCENTILES = (0.5, 0.99, 0.999)
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"


def waits(port: int, rate: float) -> list[float]:
    """Return the sorted waits in milliseconds at `rate` requests a second."""
    chance = random.Random(1)  # noqa: S311 - times, not secrets
    idle = deque(_connect(port) for _ in range(CONNECTIONS))
    # The due times of requests sent, by connection; those of requests not yet sent.
    asked: dict[socket.socket, float] = {}
    late: deque[float] = deque()
    found = []
    start = due = time.perf_counter()
    while (now := time.perf_counter()) < start + SECONDS or asked:
        while due <= now < start + SECONDS:
            late.append(due)
            due += chance.expovariate(rate)
        while late and idle:
            connection = idle.popleft()
            asked[connection] = late.popleft()
            connection.sendall(REQUEST)
        ready, _, _ = select.select(list(asked), [], [], max(0, due - now))
        for connection in ready:
            connection.recv(MAX_BYTES)
            found.append((time.perf_counter() - asked.pop(connection)) * 1000)
            idle.append(connection)
    for connection in idle:
        connection.close()
    return sorted(found)


def _connect(port: int) -> socket.socket:
    """Return a connection that becomes readable once a whole answer has arrived."""
    connection = socket.create_connection(("127.0.0.1", port), 5)
    connection.sendall(REQUEST)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(MAX_BYTES)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if not length:
        raise SystemExit(answer)
    missing = int(length[1]) - len(body)
    while missing:
        missing -= len(connection.recv(MAX_BYTES))
    size_bytes = len(head) + 4 + int(length[1])
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)
    return connection


def report(ports: Mapping[str, int], rates: Rates) -> Report:
    """Return the percentiles of each server at half of its own rate."""
    found: dict[str, list[list[float]]] = {name: [] for name in ports}
    halves = {
        name: statistics.median(next(iter(rates[name].values()))) / 2 for name in ports
    }
    turns = [name for _ in range(rounds(ROUNDS)) for name in ports]
    measured = progress_map(
        "Waiting", lambda name: waits(ports[name], halves[name]), turns
    )
    for name, values in zip(turns, measured, strict=True):
        found[name].append([values[int(len(values) * p)] for p in PERCENTILES])
    rows = [
        (
            name,
            f"{halves[name]:,.0f}",
            *(
                f"{statistics.median(column):.1f}"
                for column in zip(*measured_rounds, strict=True)
            ),
        )
        for name, measured_rounds in found.items()
    ]
    head = ("", "requests a second", "p50, ms", "p99, ms", "p99.9, ms")
    return Report(table(head, rows))
