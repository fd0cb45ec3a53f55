"""No header costs an exported server much more than a browser's does."""

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.gunicorn import Server, children

# The longest header line that each server reads, with room for the name.
LENGTH = {"nginx": 2_000, "caddy": 7_500, "apache": 8_100}
BROWSER = {
    "Host": "localhost",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "es-MX,es;q=0.8,en-US;q=0.5,en;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
# {header: what repeats in it}, where an expression might backtrack.
HOSTILE = {
    "Accept-Language": [",", "chi-hanx,", "a", "en-a", "en;q=0.1", "zh "],
    "Accept-Encoding": [",", "b", "br ", "x-gzip;q=0.1", "*;q=0,"],
    "Host": ["a", "localhost:1"],
}
# Their last letter repeats, so that an expression may scan everything before it again.
TAILED = {"en-a", "en;q=0.1", "zh ", "br ", "x-gzip;q=0.1", "localhost:1"}
# Processor time to spend on each header; the clock ticks every 0.01 s.
ENOUGH_S = 0.2
MAX_TIMES = 4


def hostile_values(header: str, length: int) -> Iterator[str]:
    """Yield values of that length that no rule matches."""
    for pattern in HOSTILE[header]:
        if pattern in TAILED:
            yield pattern.ljust(length - 1, pattern[-1]) + "!"
        else:
            yield (pattern * length)[:length]


def processor_time_s(pid: int) -> float:
    """Return the processor time of a process and its children, past ones included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(processor_time_s, children(pid)))


def cost_s(server: Server, headers: Mapping[str, str], a_connection: int) -> float:
    """Return the processor time of a request, with several on each connection."""
    sent = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    requests = f"HEAD / HTTP/1.1\r\n{sent}\r\n".encode() * a_connection
    start_s, count, used_s = processor_time_s(server.pid), 0, 0.0
    while used_s < ENOUGH_S:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
                connection.sendall(requests)
                answers = b""
                while answers.count(b"\r\n\r\n") < a_connection:
                    chunk = connection.recv(1 << 20)
                    assert chunk, f"refused: {answers[:100]!r}"
                    answers += chunk
            count += a_connection
        used_s = processor_time_s(server.pid) - start_s
    return used_s / count


# A request with a wrong host also ends its connection.
@pytest.mark.parametrize(
    ("header", "a_connection"),
    [("Accept-Language", 25), ("Accept-Encoding", 25), ("Host", 1)],
)
def test_no_header_costs_more_than_four_times_a_browser_s(
    static: Server, name: str, header: str, a_connection: int
) -> None:
    # Warm up: the first requests open files and start threads.
    cost_s(static, BROWSER, a_connection)
    of_browser_s = cost_s(static, BROWSER, a_connection)

    times = {
        value[:20]: cost_s(static, BROWSER | {header: value}, a_connection)
        / of_browser_s
        for value in hostile_values(header, LENGTH[name])
    }

    print(name, header, f"{of_browser_s * 1e6:.0f} us", times)
    assert max(times.values()) <= MAX_TIMES, times
