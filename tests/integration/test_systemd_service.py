"""The systemd units and torrc of deploy/: upgrades and confinement."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from quietpage.config import ROOT
from tests.support.deployed import (
    BIN,
    DEPLOY,
    ask_gunicorn,
    environment_of,
    get,
    running,
    settings_of,
    wait_until,
)
from tests.support.gunicorn import wait_for


def unit(key: str) -> list[str]:
    text = (DEPLOY / "quietpage.service").read_text()
    values = re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)
    assert values
    return [v.replace("/opt/quietpage/.venv/bin", str(BIN)) for v in values]


@dataclass
class Activated:
    """A master started as by systemd, and the socket that receives its state."""

    folder: Path
    notices: socket.socket
    main_pid: int

    @property
    def own_words(self) -> Path:
        return self.folder / "translations" / "es" / "LC_MESSAGES" / "messages.po"

    def show(self) -> str:
        asked = get("/es/", Accept_Encoding="identity", X_Forwarded_Proto="https")
        return ask_gunicorn(str(self.folder / "socket"), asked).decode()

    def reload(self) -> int:
        """Run each ExecReload until one fails, as systemd does."""
        for command in unit("ExecReload"):
            with (self.folder / "log").open("ab") as output:
                status = subprocess.call(
                    ["/bin/sh", "-c", command.replace("$MAINPID", str(self.main_pid))],
                    cwd=ROOT,
                    env=environment_of(self.folder),
                    stderr=output,
                )
            if status:
                return status
        return 0

    def follow_main_pid(self) -> None:
        while not (found := re.search(rb"MAINPID=(\d+)", self.notices.recv(4096))):
            pass
        self.main_pid = int(found[1])


@pytest.fixture
def activated(tmp_path: Path) -> Iterator[Activated]:
    settings_of(tmp_path)
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(tmp_path / "notices"))
    notices.settimeout(180)
    environment = environment_of(tmp_path)
    environment["NOTIFY_SOCKET"] = str(tmp_path / "notices")
    passed = [f"--setenv={name}" for name in environment]
    command = ["systemd-socket-activate", f"--listen={tmp_path / 'socket'}"]
    command += [*passed, *unit("ExecStart")]
    with running(command, tmp_path / "log", environment) as process:
        wait_for(str(tmp_path / "socket"), process)
        started = Activated(tmp_path, notices, process.pid)
        assert "200 OK" in started.show()
        log = tmp_path / "log"
        wait_until(lambda: log.read_text().count("Booting worker") == 2)
        yield started
        if started.main_pid != process.pid:
            os.kill(started.main_pid, signal.SIGTERM)
            wait_until(lambda: not Path(f"/proc/{started.main_pid}").exists())
    notices.close()


def write_own_word(path: Path, translated: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'msgid "Close this page"\nmsgstr "{translated}"\n')


def test_each_reload_serves_changed_catalogs(
    activated: Activated,
) -> None:
    for word in ("Vete ya", "Sal de aquí"):
        write_own_word(activated.own_words, word)

        assert activated.reload() == 0

        activated.follow_main_pid()
        wait_until(lambda word=word: word in activated.show())  # type: ignore[misc]


def test_a_reload_with_a_broken_catalog_changes_nothing_and_says_why_in_one_line(
    activated: Activated,
) -> None:
    before = activated.show().partition("\r\n\r\n")[2]
    activated.own_words.parent.mkdir(parents=True)
    activated.own_words.write_text('msgid "broken\n')
    log = activated.folder / "log"
    length = len(log.read_text())

    assert activated.reload() == 1

    said = log.read_text()[length:].splitlines()
    assert len(said) == 1
    assert "messages.po" in said[0]
    assert activated.show().partition("\r\n\r\n")[2] == before


def test_systemd_rates_the_service_as_confined() -> None:
    judged = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=15",
            DEPLOY / "quietpage.service",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout


def test_systemd_finds_no_fault_in_service_and_socket(tmp_path: Path) -> None:
    for name in ("quietpage.service", "quietpage.socket"):
        text = (DEPLOY / name).read_text()
        changed = text.replace("/opt/quietpage/.venv/bin", str(BIN))
        (tmp_path / name).write_text(changed.replace("/opt/quietpage", str(ROOT)))

    found = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.glob("quietpage.*")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stderr) == (0, "")


def test_tor_accepts_the_onion_service(tmp_path: Path) -> None:
    text = (DEPLOY / "torrc").read_text()
    file = tmp_path / "torrc"
    file.write_text(text.replace("/var/lib/tor", str(tmp_path / "tor")))

    verified = subprocess.run(
        ["tor", "--verify-config", "-f", file, "--DataDirectory", tmp_path / "tor"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert verified.returncode == 0, verified.stdout
