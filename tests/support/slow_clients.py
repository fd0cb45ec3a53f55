"""A process with clients that are slow or never stop, on many connections.

python -m tests.support.slow_clients KIND PORT CONNECTIONS
"""

import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE, Popen

from quietpage.config import ROOT
from tests.support.response_validator import CANARY

_HEAD = f" /en/?{CANARY} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {CANARY}\r\n"
_GET = f"GET{_HEAD}\r\n".encode()
_ROUND_S = 2
_SLICES = 20


@dataclass(frozen=True)
class Kind:
    """What a client sends first, and what it then does every second or all the time."""

    first: bytes
    more: bytes = b""
    read_bytes: int = 65536
    round_s: float = _ROUND_S


KINDS = {
    "drips a header": Kind(f"GET{_HEAD}X: ".encode(), b"a"),
    "drips a body": Kind(f"POST{_HEAD}Content-Length: 9999\r\n\r\n".encode(), b"a"),
    "stays connected": Kind(_GET),
    # More answers than the kernel buffers.
    "hardly reads": Kind(_GET * 99, read_bytes=64),
    "never stops asking": Kind(
        b"", f"HEAD{_HEAD}\r\n".encode() * 500, read_bytes=1 << 20, round_s=0
    ),
    "never stops sending": Kind(
        f"POST{_HEAD}Content-Length: {10**12}\r\n\r\n".encode(),
        b"a" * (1 << 20),
        round_s=0,
    ),
}


@contextmanager
def slow_clients(kind: str, port: int, connections: int) -> Iterator[None]:
    """Run that many clients until the block ends; begin when all are connected."""
    command = [sys.executable, "-m", "tests.support.slow_clients", kind, str(port)]
    with Popen([*command, str(connections)], cwd=ROOT, stdout=PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"connected\n"
            yield
            assert process.poll() is None, "the clients ended before the test"
        finally:
            process.kill()


class _Client:
    """A connection that reopens when the server closes it."""

    def __init__(self, kind: Kind, port: int) -> None:
        self._kind, self._port = kind, port
        self._open()

    def _open(self) -> None:
        self._socket = socket.socket()
        # The smallest buffer allowed, so that unread bytes stay on the server.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self._socket.setblocking(False)
        self._socket.connect_ex(("127.0.0.1", self._port))
        self._unsent = self._kind.first

    def act(self) -> None:
        """Read and send a little, or connect again."""
        is_over = False
        try:
            is_over = self._socket.recv(self._kind.read_bytes) == b""
        except BlockingIOError:
            pass
        except OSError:
            is_over = True
        if is_over:
            self._socket.close()
            self._open()
        with suppress(OSError):
            sent = self._socket.send(self._unsent or self._kind.more)
            # A part is enough, because the client sends the same thing over and over.
            self._unsent = (self._unsent or self._kind.more)[sent:]


def main(kind: Kind, port: int, connections: int) -> None:
    """Act without end; print a line once every client has acted."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    clients = []
    for _ in range(connections):
        clients.append(_Client(kind, port))
        clients[-1].act()
        # An overflowing backlog would test the kernel instead.
        time.sleep(0.0005)
    is_announced = False
    while True:
        for start in range(_SLICES):
            due_s = time.monotonic() + kind.round_s / _SLICES
            for client in clients[start::_SLICES]:
                client.act()
            time.sleep(max(0, due_s - time.monotonic()))
        if not is_announced:
            print("connected", flush=True)
            is_announced = True


if __name__ == "__main__":
    main(KINDS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]))
