"""A real gunicorn with its own settings and home folder."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from quietpage.config import ROOT


@dataclass(frozen=True)
class Server:
    """A running gunicorn: where it listens, what it printed, what it may write to."""

    port: int
    pid: int
    log: Path
    home: Path

    @property
    def url(self) -> str:
        """The address of the start page."""
        return f"http://localhost:{self.port}/"

    def workers(self) -> set[int]:
        """Return the process ids of the workers."""
        return children(self.pid)

    def send(self, request: bytes) -> bytes:
        """Send bytes on a new socket and return everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.settimeout(5)
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer


_reserved: list[socket.socket] = []


def free_port() -> int:
    """Return a port that no other process gets until this one ends.

    A server may listen on it, since a port that is bound but not listened on can be
    bound again with SO_REUSEADDR, which servers set.
    """
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _reserved.append(probe)
    return int(probe.getsockname()[1])


def children(pid: int) -> set[int]:
    """Return the process ids of a process's children."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return set()
    return {int(child) for child in text.split()}


# Long enough for a busy machine; a server that exits fails at once.
PATIENCE_S = 180


@contextmanager
def start_server(  # noqa: PLR0913 - each has a default
    folder: Path,
    target: str = "app:wsgi_app()",
    settings: str = "",
    *,
    root: Path = ROOT,
    prefix: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """Run gunicorn with its own settings and home folder, until the block ends.

    `root` is the folder of the code; `prefix` is a command that runs gunicorn.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    (folder / "quietpage.toml").write_text(settings)
    log = folder / "output.log"
    port = free_port()
    environment = os.environ | {
        **environment,
        "PORT": str(port),
        "QUIETPAGE_CONFIG": str(folder / "quietpage.toml"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*prefix, str(Path(sys.executable).with_name("gunicorn")), target]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=output
        )
        try:
            bound = environment.get("BIND", "").removeprefix("unix:")
            wait_for(bound or ("127.0.0.1", port), process)
            yield Server(port, process.pid, log, home)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def wait_for(address: tuple[str, int] | str, process: subprocess.Popen[bytes]) -> None:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, "the server did not start"
        with socket.socket(family) as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.01)
    pytest.fail(f"the server did not answer within {PATIENCE_S} s")
