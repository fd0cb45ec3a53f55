"""Fuzzed requests: no 5xx but 501 and 505, no dead worker, nothing echoed."""

import socket
import struct
from collections import Counter, deque
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.support.fuzzed_requests import Attempt, attempts
from tests.support.gunicorn import Server
from tests.support.monitored_server import monitored
from tests.support.response_validator import SETTINGS, Answer, read_answers
from tests.support.run_length import scaled

REQUESTS = scaled(3_000, 100_000)
SEED = 8
# This many connections stay open with an unfinished request.
HELD = 6
PROXIED = 'trusted_proxies = ["127.0.0.1"]\n'


class HeldOpen(ExitStack):
    """Connections with an unfinished request; the oldest gives way to a new one."""

    def __init__(self) -> None:
        super().__init__()
        self._open: deque[socket.socket] = deque()

    def add(self, connection: socket.socket) -> None:
        """Keep one more open."""
        self.callback(connection.close)
        self._open.append(connection)
        if len(self._open) > HELD:
            self._open.popleft().close()


def send(
    server: Server, attempt: Attempt, held: HeldOpen, *, is_tls: bool = False
) -> list[Answer]:
    """Behave as `attempt` says, and return the answers."""
    connection = socket.create_connection(("127.0.0.1", server.port), 30)
    if attempt.ending == "hold":
        held.add(connection)
        with suppress(ConnectionError):
            connection.sendall(attempt.data)
        return []
    come, is_cut = b"", False
    with connection:
        if attempt.ending == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        try:
            connection.sendall(attempt.data)
            if attempt.ending == "end":
                connection.shutdown(socket.SHUT_WR)
                while chunk := connection.recv(1 << 18):
                    come += chunk
        except TimeoutError:
            pytest.fail("no answer within 30 s")
        except OSError:
            is_cut = True
    return read_answers(come, is_cut=is_cut, is_tls=is_tls)


@pytest.mark.parametrize("settings", ["", PROXIED], ids=["bare", "behind a proxy"])
def test_no_request_breaks_the_site(tmp_path: Path, settings: str) -> None:
    seen: Counter[int] = Counter()
    with monitored(tmp_path, SETTINGS + settings) as server, HeldOpen() as held:
        workers = server.workers()
        for number, attempt in enumerate(attempts(SEED, REQUESTS // 2)):
            try:
                answers = send(server, attempt, held, is_tls=bool(settings))
                assert len(answers) <= attempt.answers
            except (AssertionError, ValueError, KeyError) as error:
                pytest.fail(
                    f"attempt {number}, {attempt.data[:300]!r}: {error!r}"[:900]
                )
            seen.update(answer.status for answer in answers)
        survivors = server.workers()

    print(f"{REQUESTS // 2} attempts, answers by status: {dict(sorted(seen.items()))}")
    assert survivors == workers
    assert seen.keys() >= {200, 400, 404, 405, 414, 431, 501}


def test_no_smuggled_request_is_answered(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, HeldOpen() as held:
        found = (a for a in attempts(SEED, 50_000) if a.data.startswith(b"POST / HTTP"))
        for _ in range(200):
            attempt = next(found)
            answers = send(server, Attempt(attempt.data, "end", 1), held)
            assert [a.status for a in answers] in ([400], [501], []), attempt
