"""Faults under load: no wrong byte, and nothing lost but what a worker held."""

import os
import resource
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from app import create_site
from quietpage.config import Settings
from tests.support.background_load import CLIENTS, asking, bodies_of
from tests.support.gunicorn import Server, children
from tests.support.monitored_server import (
    copy_of_the_code,
    monitored,
    settled,
    wait_until_printed,
)
from tests.support.response_validator import SETTINGS, TAGS, limited_site
from tests.support.run_length import scaled

ROUNDS = scaled(2, 20)
# Answers to wait for in each phase of a test.
SOME = scaled(100, 1000)
BROKEN = Path("translations", "es", "LC_MESSAGES", "messages.po")


def test_a_killed_worker_loses_no_more_than_it_held(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, asking(server.port) as tally:
        for _ in range(ROUNDS):
            tally.wait(SOME)
            victim = min(settled(server))
            os.kill(victim, signal.SIGKILL)
            tally.wait(SOME)
            assert victim not in settled(server)

    assert tally.wrong == []
    assert len(tally.lost) <= ROUNDS * CLIENTS, tally.lost


def test_a_crashing_worker_dumps_no_core(tmp_path: Path) -> None:
    prefix = ["prlimit", "--core=unlimited"]
    root = copy_of_the_code(tmp_path)
    before = set(root.rglob("*"))
    with monitored(tmp_path, prefix=prefix, root=root) as server:
        with asking(server.port) as tally:
            tally.wait(SOME)
            os.kill(min(settled(server)), signal.SIGSEGV)
            tally.wait(SOME)
        limits = Path(f"/proc/{server.pid}/limits").read_text()

    assert tally.wrong == []
    assert set(root.rglob("*")) == before
    # With a limit of 1 byte, the kernel writes no dump to a file or a program.
    assert "Max core file size        1                    1 " in limits


def test_an_upgrade_shows_changed_catalogs_and_loses_nothing(tmp_path: Path) -> None:
    root = copy_of_the_code(tmp_path)
    titled = SETTINGS + 'titles = { es = "Apuntes" }\n'
    new_site = create_site(Settings(locales=TAGS, titles={"es": "Apuntes"}))
    with monitored(tmp_path, root=root) as server:
        with asking(server.port, bodies_of(limited_site(), new_site)) as tally:
            tally.wait(SOME)
            (tmp_path / "site" / "quietpage.toml").write_text(titled)
            new_master = upgrade(server)
            tally.wait(SOME)
        with asking(server.port, bodies_of(new_site)) as afterwards:
            afterwards.wait(SOME)
        os.kill(new_master, signal.SIGTERM)
        end_of(new_master)

    assert (tally.wrong, tally.lost) == ([], [])
    assert (afterwards.wrong, afterwards.lost) == ([], [])


def upgrade(server: Server) -> int:
    """Send USR2; return the new master's process id when the old one has exited."""
    workers = settled(server)
    os.kill(server.pid, signal.SIGUSR2)
    end = time.monotonic() + 60
    while not (new := children(server.pid) - workers):
        assert time.monotonic() < end, "no new master"
        time.sleep(0.02)
    end_of(server.pid)
    [pid] = new
    while len(children(pid)) != len(workers):
        assert time.monotonic() < end, server.log.read_text()
        time.sleep(0.05)
    return pid


def end_of(pid: int) -> None:
    """Return when a process has exited, or is a zombie."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("a master did not end")


def test_a_broken_catalog_stops_the_upgrade_and_not_the_site(tmp_path: Path) -> None:
    root = copy_of_the_code(tmp_path)
    with monitored(tmp_path, root=root) as server, asking(server.port) as tally:
        tally.wait(SOME)
        (root / BROKEN).write_text('msgid "A"\nmsgstr "B\n')
        os.kill(server.pid, signal.SIGUSR2)
        why = wait_until_printed(server, "Error: ")
        tally.wait(SOME)
        settled(server)
        printed = server.log.read_text()

    assert (tally.wrong, tally.lost) == ([], [])
    assert why.startswith("Error: translations/es/LC_MESSAGES/messages.po:2: lacks a")
    assert "Traceback" not in printed


def test_a_broken_setting_at_hup_does_not_stop_the_site(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, asking(server.port) as tally:
        tally.wait(SOME)
        (tmp_path / "site" / "quietpage.toml").write_text("locales = 5")
        os.kill(server.pid, signal.SIGHUP)
        why = wait_until_printed(server, "Error: ")
        tally.wait(SOME)

    assert tally.wrong == []
    assert why.startswith(
        f"Error: {tmp_path}/site/quietpage.toml: locales is 5, but must be"
    )


def test_deleted_catalogs_and_templates_change_nothing(tmp_path: Path) -> None:
    root = copy_of_the_code(tmp_path)
    with monitored(tmp_path, root=root) as server, asking(server.port) as tally:
        tally.wait(SOME)
        for part in ("translations", "templates", "static", "blueprints"):
            (root / part).rename(tmp_path / f"gone-{part}")
        os.kill(min(settled(server)), signal.SIGTERM)
        tally.wait(SOME)
        settled(server)

    assert (tally.wrong, tally.lost) == ([], [])


def test_a_stop_still_answers_unfinished_requests(tmp_path: Path) -> None:
    line = b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n"
    with monitored(tmp_path) as server, ExitStack() as stack:
        begun = [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port), 30)
            )
            for _ in range(8)
        ]
        for connection in begun:
            connection.sendall(line)
        # The worker has accepted each by now.
        time.sleep(1)
        os.kill(server.pid, signal.SIGTERM)
        time.sleep(1)
        answers = []
        for connection in begun:
            connection.sendall(b"\r\n")
            with connection.makefile("rb") as come:
                answers.append(come.read())

    body = limited_site().guides["en", "identity"].body
    assert [answer.endswith(body) for answer in answers] == [True] * 8


def test_the_site_survives_without_free_descriptors(tmp_path: Path) -> None:
    prefix = ["prlimit", "--nofile=128"]
    with monitored(tmp_path, prefix=prefix) as server, ExitStack() as stack:
        workers = settled(server)
        with asking(server.port) as tally:
            tally.wait(SOME)
        crowd = [
            stack.enter_context(
                socket.create_connection(("127.0.0.1", server.port), 30)
            )
            for _ in range(400)
        ]
        time.sleep(3)
        for connection in crowd:
            connection.close()
        with asking(server.port) as afterwards:
            afterwards.wait(SOME)
        survivors = settled(server)

    assert survivors == workers
    assert tally.wrong + afterwards.wrong == []
    assert tally.lost + afterwards.lost == []


def test_a_disk_that_accepts_no_byte_changes_nothing(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, asking(server.port) as tally:
        pids = {server.pid, *settled(server)}
        for pid in pids - {server.pid}:
            wait_until_printed(server, f"Booting worker with pid: {pid}")
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))
        tally.wait(SOME)
        os.kill(min(settled(server)), signal.SIGTERM)
        tally.wait(SOME)
        settled(server)
        printed = server.log.read_text()

    assert (tally.wrong, tally.lost) == ([], [])
    # Not even the line about a new worker could be written.
    assert printed.count("Booting worker") == 2


def test_a_worker_without_memory_sends_nothing_wrong(tmp_path: Path) -> None:
    with monitored(tmp_path) as server, asking(server.port) as tally:
        tally.wait(SOME)
        for pid in settled(server):
            size = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
            limit = size * resource.getpagesize()
            resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))
        tally.wait(SOME)
        crowd = [
            socket.create_connection(("127.0.0.1", server.port)) for _ in range(99)
        ]
        tally.wait(SOME)
        for connection in crowd:
            connection.close()
        tally.wait(SOME)

    assert tally.wrong == []
    assert len(tally.lost) <= 2 * CLIENTS, tally.lost
