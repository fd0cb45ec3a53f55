"""The files of deploy/, run: proxies before a real gunicorn, upgrades, sandboxes."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from quietpage.config import ROOT
from tests import nginx
from tests.conftest import free_port, wait_for
from tests.server.test_answers import CANARY, EXPECTED, FORBIDDEN

HOST = "notes.example.org"
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
PROXIES = ["nginx", "caddy"]
# What the connection says rather than the page.
HOP = {"server", "date", "connection"}
ENDS = f"Host: {HOST}\r\nConnection: close\r\n"
MALFORMED = [
    f"G@T /{CANARY} HTTP/1.1\r\n{ENDS}\r\n",
    f"GET /{CANARY} HTTP/1.1\r\nHost: {CANARY}\r\nHost: b\r\nConnection: close\r\n\r\n",
    f"GET /{CANARY}{'x' * 2000} HTTP/1.1\r\n{ENDS}\r\n",
    f"GET /{CANARY}{'x' * 40000} HTTP/1.1\r\n{ENDS}\r\n",
    f"GET / HTTP/1.1\r\n{ENDS}X: {CANARY}{'y' * 40000}\r\n\r\n",
    f"GET / HTTP/1.1\r\n{ENDS}Transfer-Encoding: {CANARY}\r\n\r\n",
    f"POST / HTTP/1.1\r\n{ENDS}Content-Length: 99999\r\n\r\n{CANARY}",
    f"GET /{CANARY} HTTP/9.9\r\n{ENDS}\r\n",
    f"CONNECT {CANARY}:443 HTTP/1.1\r\n{ENDS}\r\n",
    f"\x00\x01{CANARY}\r\n\r\n",
]


@dataclass(frozen=True)
class Proxy:
    """A running nginx or Caddy: its ports, its output and its folder."""

    name: str
    tls_port: int
    plain_port: int
    folder: Path

    def send(self, request: str, *, tls: bool = True) -> bytes:
        """Send a request on a connection of its own; return all that comes back."""
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
    return int(status.split()[1]), {k.lower(): v for k, v in headers.items()}, body


def get(path: str, method: str = "GET", host: str = HOST, **headers: str) -> str:
    sent = {"Host": host, "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n"


def wait_until(holds: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so within {seconds} s"
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
        process.wait(20)


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
    text = f'hosts = ["{HOST}"]\nhttps = true\nlocales = ["en", "es"]\n'
    (folder / "quietpage.toml").write_text(text)


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The unix socket of a gunicorn with two languages."""
    folder = tmp_path_factory.mktemp("gunicorn")
    settings_of(folder)
    path = str(folder / "socket")
    environment = environment_of(folder) | {"BIND": f"unix:{path}"}
    with running([str(BIN / "gunicorn")], folder / "log", environment) as process:
        wait_for(path, process)
        yield path
    assert CANARY not in (folder / "log").read_text()


def ask_gunicorn(path: str, request: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return exchange(connection, request)


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
        with nginx.start_nginx(configuration, *ports):
            yield proxy
        return
    configuration = folder / "Caddyfile"
    configuration.write_text(caddyfile(proxy, path, environment))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(configuration)]
    with running(command, folder / "log", environment) as process:
        for port in ports:
            wait_for(("127.0.0.1", port), process)
        yield proxy


def caddyfile(proxy: Proxy, path: str, environment: dict[str, str]) -> str:
    """Return deploy/Caddyfile moved into the proxy's folder, where its errors are."""
    errors = subprocess.check_output(
        [BIN / "flask", "--app", "app", "proxy-error-page", "caddy"],
        cwd=ROOT,
        env=environment,
    )
    (proxy.folder / "quietpage-errors").write_bytes(errors)
    own = proxy.folder / "quietpage"
    text = (DEPLOY / "Caddyfile").read_text()
    for old, new in {
        # No authority on the network is asked for a certificate.
        "auto_https disable_redirects": "auto_https off\n"
        f"\thttp_port {proxy.plain_port}\n\thttps_port {proxy.tls_port}",
        "unix//run/quietpage.sock": f"unix/{path}",
        ":80 {": f":{proxy.plain_port} {{",
        "notes.example.org, :443 {": f"{HOST}, https:// {{",
        "\ttls {": f"\ttls {own}.crt {own}.key {{",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest,
    gunicorn: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    with start_proxy(request.param, folder, gunicorn) as started:
        yield started


def check_error(answer: bytes, *, tls: bool = True) -> None:
    _, headers, body = parse(answer)
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert not (FORBIDDEN - {"strict-transport-security"}) & headers.keys()
    assert ("strict-transport-security" in headers) == tls
    assert "sha256-" in headers["content-security-policy"]
    assert len(headers["permissions-policy"].split(",")) == 54
    assert b"could not be shown" in body
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity", ""])
def test_the_proxy_sends_what_gunicorn_sends(
    proxy: Proxy, gunicorn: str, coding: str, *, tls: bool
) -> None:
    accepted = {"Accept_Encoding": coding} if coding else {}
    told = {"X_Forwarded_Proto": "https"} if tls else {}
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        for path in ("/", "/es", "/en/", "/no?q=1", "/robots.txt", "//x/%2e%00"):
            asked = get(path, method, Accept_Language="es", **accepted)
            status, headers, body = parse(proxy.send(asked, tls=tls))

            asked = get(path, method, Accept_Language="es", **accepted, **told)
            expected, told_headers, expected_body = parse(ask_gunicorn(gunicorn, asked))

            if proxy.name == "nginx" and "%00" in path:
                continue  # refused by nginx itself, as all malformed requests
            assert (status, body) == (expected, expected_body)
            assert {k: v for k, v in headers.items() if k not in HOP} == {
                k: v for k, v in told_headers.items() if k not in HOP
            }
            assert headers.get("server") == {"nginx": "nginx"}.get(proxy.name)


def test_tls_below_1_3_is_refused(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=proxy.folder / "ca.pem")
    context.maximum_version = ssl.TLSVersion.TLSv1_2

    with (
        socket.create_connection(("127.0.0.1", proxy.tls_port)) as plain,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
    ):
        context.wrap_socket(plain, server_hostname=HOST)


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
def test_another_host_gets_400(proxy: Proxy, *, tls: bool) -> None:
    answer = proxy.send(get("/", host="evil.example"), tls=tls)

    assert parse(answer)[0] == 400
    check_error(answer, tls=tls)


def test_plain_http_is_sent_to_https_without_a_word_of_the_request(
    proxy: Proxy,
) -> None:
    answer = proxy.send(get(f"/es?{CANARY}"), tls=False)

    status, headers, _ = parse(answer)
    assert (status, headers["location"]) == (308, f"https://{HOST}/es/")
    assert parse(proxy.send(get(f"/{CANARY}"), tls=False))[1]["location"] == (
        f"https://{HOST}/"
    )


def test_a_long_body_is_refused_with_the_neutral_page(proxy: Proxy) -> None:
    asked = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
    answer = proxy.send(f"{asked}Content-Length: 2000\r\n\r\n{'x' * 2000}")

    # Caddy asks gunicorn while it reads, and gunicorn refuses the method.
    assert parse(answer)[0] in {"nginx": [413], "caddy": [405, 413]}[proxy.name]
    check_error(answer)


def test_a_long_address_is_refused_with_the_neutral_page(proxy: Proxy) -> None:
    answer = proxy.send(get(f"/{'x' * 2000}"))

    assert parse(answer)[0] == 414
    check_error(answer)


@pytest.mark.parametrize("request_", MALFORMED, ids=range(len(MALFORMED)))
def test_what_the_proxy_refuses_by_itself_is_repeated_nowhere(
    proxy: Proxy, request_: str
) -> None:
    for tls in (True, False):
        answer = proxy.send(request_, tls=tls)

        assert CANARY.encode() not in answer
        # Go's server, below Caddy, answers what it cannot read in its own words.
        if answer and proxy.name == "nginx":
            check_error(answer, tls=tls)


def test_http_on_the_port_of_https_gets_the_neutral_page_of_nginx(
    gunicorn: str, tmp_path: Path
) -> None:
    with start_proxy("nginx", tmp_path, gunicorn) as started:
        spoken = Proxy("nginx", 0, started.tls_port, tmp_path)
        answer = spoken.send(get(f"/{CANARY}"), tls=False)

    assert parse(answer)[0] == 400
    assert CANARY.encode() not in answer


@pytest.mark.parametrize("name", PROXIES)
def test_without_gunicorn_the_neutral_page_comes_and_nothing_is_written(
    name: str, tmp_path: Path
) -> None:
    with start_proxy(name, tmp_path, str(tmp_path / "nobody")) as started:
        answers = [
            started.send(get(f"/{CANARY}", User_Agent=CANARY), tls=tls)
            for tls in (True, False)
        ]
        for request in MALFORMED:
            started.send(request)

    for answer, tls in zip(answers, (True, False), strict=True):
        assert parse(answer)[0] == 502
        check_error(answer, tls=tls)
        assert CANARY.encode() not in answer
    written = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert not [path for path, text in written.items() if CANARY.encode() in text]
    output = (tmp_path / "log").read_text()
    assert not re.search(r'client:|remote|"request"|127\.0\.0\.1:\d', output)


def unit(key: str) -> list[str]:
    text = (DEPLOY / "quietpage.service").read_text()
    values = re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)
    assert values
    return [v.replace("/opt/quietpage/.venv/bin", str(BIN)) for v in values]


@dataclass
class Activated:
    """A master started as systemd would, and the socket it tells its state to."""

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


def test_reload_serves_changed_catalogs_as_often_as_asked(
    activated: Activated,
) -> None:
    for word in ("Vete ya", "Sal de aquí"):
        write_own_word(activated.own_words, word)

        assert activated.reload() == 0

        activated.follow_main_pid()
        wait_until(lambda word=word: word in activated.show())  # type: ignore[misc]


def test_reload_with_a_broken_catalog_changes_nothing_and_says_why_in_one_line(
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


def test_the_service_is_shut_in_as_systemd_judges() -> None:
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
