"""The audit of what deploy/ sets up: nginx and Caddy over TLS, gunicorn behind."""

import json
import socket
from typing import Any

import pytest

from app import create_app
from quietpage.audit.client import PORTS
from quietpage.config import load_settings
from tests.server.test_deploy import HOST, Proxy, gunicorn, proxy

__all__ = ["gunicorn", "proxy"]


def test_the_deployed_site_passes(  # the proxy is the fixture of test_deploy
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *how: Any, **more: Any) -> list[Any]:
        return real("127.0.0.1" if host == HOST else host, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.folder / "ca.pem"))
    monkeypatch.setitem(PORTS, "https", proxy.tls_port)
    monkeypatch.setitem(PORTS, "http", proxy.plain_port)
    asked = ["audit", f"https://{HOST}/", "--json", "--logs", str(proxy.folder)]

    app = create_app(load_settings(proxy.folder))
    result = app.test_cli_runner().invoke(args=[*asked, "--log-wait", "1"])

    checks = {c["check"]: c["result"] for c in json.loads(result.stdout)["checks"]}
    # Caddy resumes sessions, and has no setting against it.
    skipped = {"logs", "sessions"} if proxy.name == "caddy" else {"logs"}
    assert {name for name, result in checks.items() if result != "pass"} == skipped
    assert result.exit_code == 0
