"""`make bench`: requests a second on gunicorn, beside peers in the same run.

Each round asks every server in turn; the best of the rounds counts, as two cores
that are shared make some rounds collapse whatever is served.
"""

import os
import platform
import re
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import Server, start_server

ROUNDS = 7
SECONDS = 3
PEERS = {
    "Quietpage": "app:serve()",
    "bare Flask view": "tests.peers:bare_flask()",
    "raw WSGI function": "tests.peers:raw_wsgi()",
}


def requests_per_second(server: Server) -> float:
    """Return what wrk measures over keep-alive connections; errors end the run."""
    command = ["wrk", "-t2", "-c16", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip"]
    printed = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}/"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"Requests/sec: *([\d.]+)", printed)
    if not found or "Non-2xx" in printed:
        raise SystemExit(printed)
    return float(found[1])


def main() -> None:
    """Print the table."""
    best = dict.fromkeys(PEERS, 0.0)
    with TemporaryDirectory() as folder, ExitStack() as stack:
        servers = {
            name: stack.enter_context(start_server(Path(folder, str(index)), target))
            for index, (name, target) in enumerate(PEERS.items())
        }
        for _ in range(ROUNDS):
            for name, server in servers.items():
                best[name] = max(best[name], requests_per_second(server))
    print(
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()},"
        f" {os.cpu_count()} cores; gzip, keep-alive,"
        f" best of {ROUNDS} rounds of {SECONDS} s\n"
    )
    print(f"{'':20}{'requests/s':>12}{'Quietpage is':>15}")
    for name, rate in best.items():
        print(f"{name:20}{rate:12.0f}{best['Quietpage'] / rate:14.2f}x")


if __name__ == "__main__":
    main()
