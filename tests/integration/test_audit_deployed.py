"""The audit of the setup in deploy/: nginx or Caddy over TLS, with gunicorn behind."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from quietpage.audit.client import PORTS
from quietpage.config import load_settings
from tests.support.deployed import (
    BIN,
    HOST,
    environment_of,
    running,
    settings_of,
    start_proxy,
)
from tests.support.gunicorn import wait_for


# Caddy resumes TLS sessions, and no setting in its file prevents that.
@pytest.mark.parametrize(
    ("name", "skipped"), [("nginx", {"logs"}), ("caddy", {"logs", "sessions"})]
)
def test_the_deployed_site_passes(
    name: str, skipped: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(tmp_path)
    path, real = str(tmp_path / "socket"), socket.getaddrinfo

    def getaddrinfo(host: str, *how: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host == HOST else host, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    environment = environment_of(tmp_path) | {"BIND": f"unix:{path}"}
    command = [str(BIN / "gunicorn")]
    with running(command, tmp_path / "gunicorn.log", environment) as process:
        wait_for(path, process)
        with start_proxy(name, tmp_path, path) as proxy:
            monkeypatch.setitem(PORTS, "https", proxy.tls_port)
            monkeypatch.setitem(PORTS, "http", proxy.plain_port)
            app = create_app(load_settings(tmp_path))
            asked = ["audit", f"https://{HOST}/", "--json", "--log-wait", "1"]
            asked += ["--logs", str(tmp_path / "gunicorn.log")]
            result = app.test_cli_runner().invoke(args=asked)

    checks = {c["check"]: c["result"] for c in json.loads(result.stdout)["checks"]}
    assert {check for check, how in checks.items() if how != "pass"} == skipped
    assert result.exit_code == 0
