"""Neither a request nor the environment makes the server log anything of a visitor."""

import subprocess
import sys
from pathlib import Path

import pytest

from quietpage.config import ROOT
from tests.support.fuzzed_requests import attempts
from tests.support.gunicorn import Server
from tests.support.monitored_server import (
    copy_of_the_code,
    monitored,
    settled,
    wait_until_printed,
)
from tests.support.response_validator import CANARY, read_answers
from tests.support.run_length import scaled

# Variables that a shell or unit file may set, for this or another program.
ENVIRONMENTS = {
    "Flask's debugger": {"FLASK_DEBUG": "1", "FLASK_ENV": "development", "DEBUG": "1"},
    "Werkzeug's debugger": {"WERKZEUG_RUN_MAIN": "true", "WERKZEUG_DEBUG_PIN": "off"},
    "Python's": {"PYTHONDEVMODE": "1", "PYTHONVERBOSE": "", "PYTHONFAULTHANDLER": "1"},
    "an access log": {"GUNICORN_CMD_ARGS": "--access-logfile -"},
    "an access log in a file": {
        "GUNICORN_CMD_ARGS": "--access-logfile access.log --access-logformat %({all}e)s"
    },
    "debug lines": {"GUNICORN_CMD_ARGS": "--log-level debug --capture-output"},
    "an error log": {"GUNICORN_CMD_ARGS": "--error-logfile - --log-level DEBUG"},
    "the system's log": {
        "GUNICORN_CMD_ARGS": "--log-syslog --log-syslog-to udp://[::1]:9"
    },
    "reloading": {"GUNICORN_CMD_ARGS": "--reload --log-level debug"},
}
TOGETHER = {
    name: " ".join(e[name] for e in ENVIRONMENTS.values() if name in e)
    for name in {name for e in ENVIRONMENTS.values() for name in e}
}
CASES = scaled({"all of it": TOGETHER}, ENVIRONMENTS)
# Headers and queries that ask a server to reveal more.
CURIOUS = (
    "Accept-Language: {0}\r\nX-Debug: 1\r\nX-Flask-Debug: 1\r\nCookie: debug=1; {0}\r\n"
    "X-Forwarded-For: {0}\r\nReferer: https://{0}/\r\nUser-Agent: Mozilla/5.0 {0}\r\n"
)
QUERIES = ["__debugger__=yes&cmd=resource&f=debugger.js", "debug=1", "_debug=True"]


def ask_curiously(server: Server) -> None:
    """Request debuggers and consoles, and send some fuzzed requests."""
    for path in ["/", "/console", "/debug", "/server-status", f"/{CANARY}"]:
        for query in QUERIES:
            head = f"GET {path}?{query}&{CANARY} HTTP/1.1\r\nHost: localhost\r\n"
            more = f"{CURIOUS.format(CANARY)}Connection: close\r\n\r\n"
            [answer] = read_answers(server.send((head + more).encode()))
            assert answer.status == (200 if path == "/" else 404)
    for attempt in attempts(seed=9, count=100):
        ended = attempt.data.rstrip(b"\r\n") + b"\r\n\r\n"
        if ended.startswith(b"GET /") and b"close" in ended:
            read_answers(server.send(ended), is_cut=True)


@pytest.mark.parametrize("environment", CASES.values(), ids=CASES)
def test_no_environment_variable_enables_logging(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    root = copy_of_the_code(tmp_path)
    before = set(root.rglob("*"))
    with monitored(tmp_path, environment=environment, root=root) as server:
        ask_curiously(server)

    made = set(root.rglob("*")) - before
    assert all(file.read_bytes() == b"" for file in made)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            "--logger-class gunicorn.glogging.Logger --access-logfile -",
            "--logger-class would write what",
        ),
        ("--worker-class gthread", "--worker-class would answer broken requests in"),
    ],
)
def test_another_class_stops_the_start(
    tmp_path: Path, arguments: str, sentence: str
) -> None:
    (tmp_path / "quietpage.toml").write_text('locales = ["en"]')
    started = subprocess.run(
        [str(Path(sys.executable).with_name("gunicorn")), "--bind", "127.0.0.1:0"],
        cwd=ROOT,
        env={
            "GUNICORN_CMD_ARGS": arguments,
            "QUIETPAGE_CONFIG": str(tmp_path / "quietpage.toml"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert started.returncode == 1
    assert f"Error: gunicorn's {sentence}" in started.stderr
    assert "Traceback" not in started.stderr


def test_an_error_of_ours_is_logged_without_the_request(tmp_path: Path) -> None:
    root = copy_of_the_code(tmp_path)
    code = root / "quietpage" / "prepared_site.py"
    fault = "address.index(environ)  # type: ignore\n        tag = self._tags"
    code.write_text(code.read_text().replace("tag = self._tags", fault, 1))
    request = (
        f"GET /{CANARY} HTTP/1.1\r\nHost: localhost\r\n{CURIOUS.format(CANARY)}\r\n"
    )
    with monitored(tmp_path, root=root) as server:
        answer = server.send(request.encode())
        settled(server)
        printed = server.log.read_text()

    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"could not be shown" in answer
    assert CANARY.encode() not in answer
    assert "[ERROR] TypeError at prepared_site.py:" in printed
    assert "Traceback" not in printed


def test_an_uncaught_error_is_logged_without_address_or_request(
    tmp_path: Path,
) -> None:
    root = copy_of_the_code(tmp_path)
    code = root / "quietpage" / "gunicorn_support" / "worker.py"
    fault = "        raise RuntimeError(str(addr) + str(exc))\n"
    code.write_text(
        code.read_text().replace("        del req, addr\n", fault, 1), encoding="utf-8"
    )
    with monitored(tmp_path, root=root) as server:
        server.send(f"G@T /{CANARY} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        # `monitored` checks that no output contains an address or the canary.
        wait_until_printed(server, "[ERROR] RuntimeError at worker.py:", 30)
