"""The files of deploy/, adapted to a test's folder and run."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from quietpage.config import ROOT
from tests.support import nginx
from tests.support.gunicorn import PATIENCE_S, free_port, wait_for

HOST = "notes.example.org"
# With the checksum of an onion address; its key is the bytes from 0 upwards.
ONION = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion"
# Tags of different lengths, because heads contain the tag.
LOCALES = ["en", "es", "fil", "pt-BR", "zh-Hans"]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
MAX_WAIT_S = 180


@dataclass(frozen=True)
class Proxy:
    """A running nginx or Caddy: its ports, its output and its folder."""

    name: str
    tls_port: int
    plain_port: int
    folder: Path

    @property
    def onion(self) -> str:
        """The Unix socket to which Tor would connect."""
        return str(self.folder / "onion.sock")

    def send(self, request: str, *, tls: bool = True) -> bytes:
        """Send a request on a new connection; return everything that comes back."""
        port = self.tls_port if tls else self.plain_port
        with socket.create_connection(("127.0.0.1", port), 10) as plain:
            if not tls:
                return exchange(plain, request)
            context = ssl.create_default_context(cafile=self.folder / "ca.pem")
            with context.wrap_socket(plain, server_hostname=HOST) as secured:
                return exchange(secured, request)


def exchange(connection: socket.socket, request: str) -> bytes:
    answer = b""
    try:
        connection.sendall(request.encode("latin-1"))
        while chunk := connection.recv(65536):
            answer += chunk
    except ConnectionError:
        pass
    return answer


def parse(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines), f"a header came twice: {lines}"
    return int(status.split()[1]), {k.lower(): v for k, v in headers.items()}, body


def get(path: str, method: str = "GET", host: str = HOST, **headers: str) -> str:
    sent = {"Host": host, "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n"


def ask_gunicorn(path: str, request: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return exchange(connection, request)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + MAX_WAIT_S
    while not holds():
        assert time.monotonic() < end, f"not so within {MAX_WAIT_S} s"
        time.sleep(0.1)


@contextmanager
def running(
    command: list[str], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def environment_of(folder: Path) -> dict[str, str]:
    return os.environ | {
        "QUIETPAGE_CONFIG": str(folder / "quietpage.toml"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def settings_of(folder: Path) -> None:
    text = f'hosts = ["{HOST}"]\nhttps = true\nonion = "{ONION}"\n'
    (folder / "quietpage.toml").write_text(text + f"locales = {LOCALES}\n")


@contextmanager
def start_proxy(name: str, folder: Path, path: str) -> Iterator[Proxy]:
    """Run the file of deploy/, with paths, ports and certificate of the test."""
    settings_of(folder)
    nginx.issue(folder, HOST)
    environment = environment_of(folder)
    proxy = Proxy(name, free_port(), free_port(), folder)
    ports = proxy.tls_port, proxy.plain_port
    if name == "nginx":
        configuration = nginx.write_deployed(folder, path, *ports, environment)
        with nginx.start_nginx(configuration, *ports, proxy.onion):
            yield proxy
        return
    configuration = folder / "Caddyfile"
    configuration.write_text(caddyfile(proxy, path, environment))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(configuration)]
    with running(command, folder / "log", environment) as process:
        wait_for(proxy.onion, process)
        for port in ports:
            wait_for(("127.0.0.1", port), process)
        yield proxy


def caddyfile(proxy: Proxy, path: str, environment: dict[str, str]) -> str:
    """Return deploy/Caddyfile, adapted to the proxy's folder with the error page."""
    errors = subprocess.check_output(
        [BIN / "flask", "--app", "app", "proxy-error-page", "caddy"],
        cwd=ROOT,
        env=environment,
    )
    (proxy.folder / "quietpage-errors").write_bytes(errors)
    own = proxy.folder / "quietpage"
    text = (DEPLOY / "Caddyfile").read_text()
    for old, new in {
        # Caddy must not ask a certificate authority on the network.
        "auto_https disable_redirects": "auto_https off\n"
        f"\thttp_port {proxy.plain_port}\n\thttps_port {proxy.tls_port}",
        "unix//run/quietpage.sock": f"unix/{path}",
        ":80 {": f":{proxy.plain_port} {{",
        "bind 127.0.0.1": f"bind unix/{proxy.folder}/onion.sock",
        "notes.example.org, :443 {": f"{HOST}, https:// {{",
        "\ttls {": f"\ttls {own}.crt {own}.key {{",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text
