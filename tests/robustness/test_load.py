"""A crowd and slow clients: they delay nobody, with or without nginx in front."""

import re
import resource
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import nginx
from tests.support.background_load import asking
from tests.support.gunicorn import Server, children, free_port
from tests.support.monitored_server import monitored, settled
from tests.support.response_validator import CANARY, SETTINGS, limited_site
from tests.support.run_length import IS_LONG_RUN, scaled
from tests.support.slow_clients import slow_clients

SLOW_CONNECTIONS = scaled(60, 400)
SLOW_S = scaled(5, 40)
KEPT_ALIVE = scaled(200, 2000)
MANY_SLOW = scaled(1000, 5000)
# Longer than gunicorn waits for a request, so that clients are dropped and return.
HELD_S = scaled(8, 30)
# For clients that keep the processor busy all the time.
BUSY_S = scaled(2, 30)
# On gunicorn's threads others waited for ten seconds, whatever the machine's speed.
MAX_WAIT_S = 5
ATTACKS = {
    "slowloris": ["-H", "-i", "3", "-t", "GET"],
    "slow body": ["-B", "-i", "3", "-t", "POST", "-s", "8192", "-x", "10"],
    "slow read": ["-X", "-w", "1", "-y", "8", "-n", "3", "-z", "4", "-k", "3"],
}


@dataclass(frozen=True)
class Front:
    """A running nginx with the file of `deploy/`, and gunicorn behind it."""

    port: int
    pid: int
    tls: ssl.SSLContext
    behind: Server


@contextmanager
def nginx_in_front(folder: Path, settings: str = SETTINGS) -> Iterator[Front]:
    """Run both until the block ends; check that nginx kept nothing of its clients."""
    # Paths of Unix sockets have to be short.
    address = f"{folder}/quietpage.sock"
    settings += 'trusted_proxies = ["*"]\n'
    environment = {"BIND": f"unix:{address}"}
    with monitored(folder, settings, environment=environment) as server:
        port = free_port()
        nginx.issue(folder, "127.0.0.1")
        configuration = nginx.write_deployed(folder, address, port, free_port())
        with nginx.start_nginx(configuration, port) as pid:
            yield Front(port, pid, nginx.trust(folder), server)
        printed = (folder / "log").read_text()
        assert CANARY not in printed
        assert not re.search(r"127\.0\.0\.1|client:", printed), printed


def attack(kind: str, url: str) -> None:
    """Let slowhttptest hold connections for as long as the server allows."""
    command = ["slowhttptest", *ATTACKS[kind], "-c", str(SLOW_CONNECTIONS), "-r", "200"]
    subprocess.run(
        [*command, "-l", str(SLOW_S), "-p", "5", "-u", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=SLOW_S + 120,
    )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with nginx_in_front(tmp_path_factory.mktemp("front")) as started:
        yield started


@pytest.mark.parametrize("kind", ATTACKS)
def test_behind_nginx_slow_clients_delay_nobody(front: Front, kind: str) -> None:
    with asking(front.port, tls=front.tls) as tally:
        attack(kind, f"https://127.0.0.1:{front.port}/en/?{CANARY}")

    print(kind, report(tally.took_s))
    assert (tally.wrong, tally.lost) == ([], [])
    assert not IS_LONG_RUN or tally.p99_s() < 1


def report(took_s: list[float]) -> str:
    ordered = sorted(took_s)
    percentiles = {
        p: f"{ordered[int(len(ordered) * p) - 1] * 1000:.0f}" for p in (0.5, 0.99, 1)
    }
    return f"{len(ordered)} answers, ms at percentile {percentiles}"


def test_behind_nginx_a_crowd_is_answered_in_bounded_memory(front: Front) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    request = f"GET /es/ HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CANARY}\r\n\r\n"
    body = limited_site().guides["es", "identity"].body
    before = {pid: memory_mib(pid) for pid in settled(front.behind)}
    with ExitStack() as stack:
        crowd = []
        for _ in range(KEPT_ALIVE):
            plain = socket.create_connection(("127.0.0.1", front.port), 30)
            connection = front.tls.wrap_socket(plain, server_hostname="127.0.0.1")
            crowd.append(stack.enter_context(connection))
        peak = {}
        for _ in range(2):
            for connection in crowd:
                connection.sendall(request.encode())
            peak = memory_of(front)
            for connection in crowd:
                come = b""
                while not come.endswith(body) and (chunk := connection.recv(1 << 17)):
                    come += chunk
                head, _, rest = come.partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 OK\r\n")
                assert rest == body
    after = {pid: memory_mib(pid) for pid in settled(front.behind)}

    print(f"{KEPT_ALIVE} connections; MiB (RSS, USS) {before=}, {peak=}, {after=}")
    assert before.keys() == after.keys()
    for pid, (_, uss) in after.items():
        assert uss < before[pid][1] + 40
    assert sum(uss for _, uss in peak.values()) < 400


def memory_mib(pid: int) -> tuple[int, int]:
    """Return the memory of a process, and how much of it is private."""
    sizes = dict(re.findall(r"(\w+): +(\d+) kB", smaps(pid)))
    own = int(sizes["Private_Clean"]) + int(sizes["Private_Dirty"])
    return int(sizes["Rss"]) >> 10, own >> 10


def smaps(pid: int) -> str:
    return Path(f"/proc/{pid}/smaps_rollup").read_text()


def memory_of(front: Front) -> dict[str, tuple[int, int]]:
    """Return (RSS, USS) of each worker of gunicorn and nginx."""
    found = {"gunicorn": front.behind.workers(), "nginx": children(front.pid)}
    return {
        f"{name} {pid}": memory_mib(pid) for name, pids in found.items() for pid in pids
    }


@pytest.mark.parametrize(
    ("kind", "connections", "held_s"),
    [
        ("drips a header", MANY_SLOW, HELD_S),
        ("drips a body", MANY_SLOW, HELD_S),
        ("stays connected", MANY_SLOW, HELD_S),
        ("hardly reads", 400, HELD_S),
        ("never stops asking", 4, BUSY_S),
        ("never stops sending", 4, BUSY_S),
    ],
)
def test_clients_that_hold_gunicorn_s_connections_delay_nobody(
    tmp_path: Path, kind: str, connections: int, held_s: float
) -> None:
    with monitored(tmp_path) as server:
        workers = settled(server)
        idle = {pid: memory_mib(pid)[1] for pid in workers}
        with slow_clients(kind, server.port, connections):
            with asking(server.port) as tally:
                tally.wait(200)
                time.sleep(held_s)
            held = {pid: memory_mib(pid)[1] for pid in workers}
        survivors = settled(server)

    print(kind, connections, report(tally.took_s), f"MiB (USS) {idle=}, {held=}")
    assert survivors == workers
    assert (tally.wrong, tally.lost) == ([], [])
    assert tally.p99_s() < MAX_WAIT_S
    assert max(idle.values()) < 60


def test_gunicorn_times_out_clients_that_drip(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, ExitStack() as stack:
        dripping = {
            stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port), 30)
            )
            for _ in range(scaled(4, 64))
        }
        end = time.monotonic() + 120
        while dripping and time.monotonic() < end:
            time.sleep(0.5)
            for connection in list(dripping):
                try:
                    connection.sendall(b"G")
                    connection.setblocking(False)
                    is_over = connection.recv(1) == b""
                except BlockingIOError:
                    is_over = False
                except OSError:
                    is_over = True
                if is_over:
                    dripping.discard(connection)

    assert not dripping


def test_gunicorn_does_not_wait_for_clients_to_close(tmp_path: Path) -> None:
    request = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with monitored(tmp_path) as server, ExitStack() as stack:
        workers = settled(server)
        begun_s = time.monotonic()
        for _ in range(100):
            lazy = socket.create_connection(("127.0.0.1", server.port), 60)
            stack.enter_context(lazy)
            lazy.sendall(request)
        with asking(server.port) as tally:
            tally.wait(20)
        took_s = time.monotonic() - begun_s
        survivors = settled(server)

    assert survivors == workers
    assert (tally.wrong, tally.lost) == ([], [])
    # gunicorn by itself takes two seconds for each, in one of two workers.
    assert took_s < 50
