"""A server under attack, which must keep nothing that a client sent."""

import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest

from quietpage.config import ROOT
from tests.support.gunicorn import Server, start_server
from tests.support.response_validator import CANARY, SETTINGS

WORKERS = 2
PARTS = ["app.py", "gunicorn.conf.py", "blueprints", "quietpage", "static"]
PARTS += ["templates", "translations"]


@contextmanager
def monitored(
    folder: Path,
    settings: str = SETTINGS,
    *,
    prefix: Sequence[str] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
    root: Path = ROOT,
) -> Iterator[Server]:
    """Run a server, and check afterwards that it kept nothing about its clients."""
    with start_server(
        folder / "site",
        settings=settings,
        prefix=prefix,
        environment=environment,
        root=root,
    ) as server:
        settled(server)
        yield server
        written = {f for f in open_files(server) if Path(f).stat().st_size}
    assert written <= {str(server.log)}
    check_silence(server)


def settled(server: Server) -> set[int]:
    """Return the process ids of the workers as soon as both run."""
    end = time.monotonic() + 60
    while len(workers := server.workers()) != WORKERS:
        assert time.monotonic() < end, f"{len(workers)} workers"
        time.sleep(0.05)
    return workers


def copy_of_the_code(folder: Path) -> Path:
    """Return a copy of the code and catalogs, for tests to break."""
    root = folder / "code"
    root.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, root / part, ignore=ignored)
        else:
            shutil.copy(ROOT / part, root / part)
    return root


def open_files(server: Server) -> set[str]:
    """Return the files on disk that master and workers have open."""
    found = set()
    for pid in {server.pid, *server.workers()}:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = str(link.readlink())
            except OSError:
                continue
            # A worker's heartbeat is an empty file without a name in /dev/shm.
            if target.startswith("/") and not target.startswith(("/dev/", "/proc/")):
                found.add(target)
    return found


def check_silence(server: Server) -> None:
    """Check that nothing a client sent was printed, and no file was written."""
    printed = server.log.read_text("utf-8", "replace")
    assert "Listening" in printed
    assert CANARY not in printed.lower()
    assert "Mozilla" not in printed
    assert not re.search(rf"127\.0\.0\.1(?!:{server.port}\b)", printed), printed
    assert list(server.home.rglob("*")) == []


def wait_until_printed(server: Server, words: str, patience_s: float = 60) -> str:
    """Return the first line that contains `words`, as soon as it is printed."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        for line in server.log.read_text("utf-8", "replace").splitlines():
            if words in line:
                return line
        time.sleep(0.05)
    pytest.fail(f"nobody printed '{words}': {server.log.read_text()}")
