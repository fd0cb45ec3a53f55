"""The audit's search of logs, however a server writes or rotates them."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quietpage.audit import logs
from quietpage.audit.client import Client
from quietpage.audit.logs import CheckSkippedError, Logs
from quietpage.errors import QuietpageError

ADDRESS = "203.0.113.5"
BEFORE = b"a visit, long before the audit\n"
JOURNAL = b"LPKSHHRH" + bytes(4096)


@pytest.fixture(autouse=True)
def no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LONGEST_DELAY_S", 0)


@pytest.fixture
def client() -> Client:
    client = Client("http://localhost/", 1)
    client.own_addresses.add(ADDRESS)
    return client


@pytest.fixture
def log(tmp_path: Path) -> Path:
    log = tmp_path / "logs" / "access.log"
    log.parent.mkdir()
    write_before(log, BEFORE)
    return log


def write_before(log: Path, text: bytes) -> None:
    log.write_bytes(text)
    # A change within one tick of the system's clock would not be visible.
    os.utime(log, (0, 0))


def in_place(log: Path, text: bytes) -> None:
    with log.open("r+b") as opened:
        opened.seek(8)
        opened.write(text)


def append(log: Path, text: bytes) -> None:
    with log.open("ab") as opened:
        opened.write(text)


def as_long(log: Path, text: bytes) -> None:
    log.write_bytes(text[: len(BEFORE)].ljust(len(BEFORE)))


def start_again(log: Path, text: bytes) -> None:
    log.write_bytes(text[: len(BEFORE) - 1])


def rotate(log: Path, text: bytes) -> None:
    log.rename(log.with_suffix(".1"))
    log.write_bytes(text + BEFORE)


@pytest.mark.parametrize("write", [append, as_long, start_again, rotate])
def test_a_trace_is_found_however_the_log_is_written(
    client: Client, log: Path, write: Callable[[Path, bytes], None]
) -> None:
    for trace in (client.canary, ADDRESS):
        write_before(log, BEFORE)
        watched = Logs([log.parent], 0)
        write(log, trace.encode())

        assert watched.traces(client) == [
            f"{log} contains {trace}, which came from this audit"
        ]


def test_what_was_written_before_the_audit_is_not_searched(
    client: Client, log: Path
) -> None:
    write_before(log, ADDRESS.encode())
    watched = Logs([log], 0)

    assert watched.traces(client) == []
    append(log, BEFORE)
    assert watched.traces(client) == []


def test_a_journal_written_within_its_size_is_not_called_silent(
    client: Client, log: Path
) -> None:
    write_before(log, JOURNAL)
    watched = Logs([log], 0)
    assert watched.traces(client) == []

    # Older records may name this machine.
    in_place(log, ADDRESS.encode())
    with pytest.raises(CheckSkippedError, match=r"access\.log cannot be searched here"):
        watched.traces(client)

    in_place(log, client.canary.encode())
    assert watched.traces(client)


def vanish(path: Path, *_: Any) -> None:
    raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))


def test_a_file_that_rotation_takes_out_of_its_folder_is_absent(
    client: Client, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Logs([log.parent], 0)
    monkeypatch.setattr(Path, "open", vanish)

    assert watched.traces(client) == []


def test_a_folder_that_vanishes_within_another_is_absent(
    client: Client, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Logs([log.parent.parent], 0)
    scan = os.scandir
    monkeypatch.setattr(
        os,
        "scandir",
        lambda path: vanish(path) if Path(path) == log.parent else scan(path),
    )

    assert watched.traces(client) == []


def test_a_named_file_that_vanishes_is_reported_in_one_sentence(
    client: Client, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Logs([log], 0)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", vanish)
        with pytest.raises(QuietpageError, match=r"cannot be read \(No such file"):
            watched.traces(client)
    log.unlink()
    with pytest.raises(QuietpageError, match=r"is not a file\. Name logs that are"):
        watched.traces(client)


def test_a_late_trace_is_found_and_an_early_one_ends_the_wait(
    client: Client, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            append(log, client.canary.encode())

    monkeypatch.setattr("quietpage.audit.logs.time.sleep", sleep)
    watched = Logs([log], 60)

    assert watched.traces(client)
    assert len(slept) == 3
    assert watched.traces(client)
    assert len(slept) == 3
