"""Our parts of gunicorn: where it listens, what it prints, which versions they fit."""

import ast
import inspect
import logging
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gunicorn
import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from quietpage.gunicorn_support import check_overridden_names
from quietpage.gunicorn_support.hooks import bind_address, stop_old_master
from quietpage.gunicorn_support.logger import MESSAGES, QuietLogger

CANARY = "canary3d1c"
WRITING = ["critical", "error", "warning", "info", "debug", "exception"]


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "0.0.0.0:80"),  # noqa: S104
        ({"HOST": "::1"}, "[::1]:8000"),
        ({"HOST": ""}, "127.0.0.1:8000"),
        ({"BIND": "unix:/run/x.sock", "PORT": "wrong"}, "unix:/run/x.sock"),
    ],
)
def test_the_environment_sets_where_to_listen(
    environ: dict[str, str], address: str
) -> None:
    assert bind_address(environ) == address


@pytest.mark.parametrize("port", ["", "x", "0", "99999", "²"])
def test_a_wrong_port_is_one_sentence(port: str) -> None:
    with pytest.raises(SystemExit, match=f"PORT is '{port}', but must be a number"):
        bind_address({"PORT": port})


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuietLogger]:
    # Restored afterwards, because the whole process shares it.
    monkeypatch.setattr(logging, "raiseExceptions", True)
    config = Config()
    config.set("errorlog", str(tmp_path / "log"))
    made = QuietLogger(config)
    yield made
    # Python keeps a logger of that name for the next test.
    for handler in list(made.error_log.handlers):
        made.error_log.removeHandler(handler)
        handler.close()


def write_in_an_error(log: QuietLogger, method: str, message: str) -> None:
    """Write as gunicorn does while it handles an error."""
    try:
        int(CANARY)
    except ValueError:
        getattr(log, method)(message, CANARY, exc_info=True)


@pytest.mark.parametrize("method", WRITING)
def test_the_log_prints_no_unlisted_message(
    log: QuietLogger, tmp_path: Path, method: str
) -> None:
    write_in_an_error(log, method, f"Invalid request from ip={CANARY}: %s")
    write_in_an_error(log, method, "Error handling request %s")
    log.log(logging.CRITICAL, "%s", CANARY)
    log.access(None, None, {"REMOTE_ADDR": CANARY}, None)

    assert CANARY not in (tmp_path / "log").read_text()


def test_the_log_prints_listed_messages(log: QuietLogger, tmp_path: Path) -> None:
    log.info("Booting worker with pid: %s", 5)
    write_in_an_error(log, "exception", "Error handling request %s")

    printed = (tmp_path / "log").read_text()
    assert "[INFO] Booting worker with pid: 5\n" in printed
    assert "[ERROR] ValueError at test_gunicorn_support.py:" in printed
    assert printed.count("\n") == 2


def test_gunicorn_has_every_listed_message() -> None:
    package = Path(gunicorn.__file__).parent
    said = "\n".join(
        node.value
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )

    # gunicorn joins one of them from two strings.
    parts = {part for message in MESSAGES for part in message.split(" Perhaps")}
    assert {part for part in parts if part not in said} == set()


def test_every_method_that_prints_is_overridden() -> None:
    printing = {
        name
        for name, found in vars(Logger).items()
        if inspect.isfunction(found)
        and re.search(r"\.(error_log|access_log)\.\w+\(", inspect.getsource(found))
    }

    assert printing >= {*WRITING, "log", "access"}
    # `setup` prints nothing: it removes the earlier handlers.
    assert printing - {"setup"} <= vars(QuietLogger).keys()


def test_the_installed_gunicorn_is_supported() -> None:
    check_overridden_names()


def test_a_gunicorn_without_the_replaced_parts_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(GeventWorker, "patch")

    with pytest.raises(SystemExit, match=r"^Error: .*:GeventWorker\.patch is missing"):
        check_overridden_names()


def test_a_gunicorn_with_other_signatures_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AsyncWorker, "handle", AsyncWorker.timeout_ctx)

    with pytest.raises(SystemExit, match=r"AsyncWorker\.handle is missing or has"):
        check_overridden_names()


def test_an_old_master_that_has_died_does_not_end_the_new_one() -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    master = SimpleNamespace(master_pid=ended.pid, pid=os.getpid(), log=None)

    stop_old_master(master)

    assert master.master_pid == 0
