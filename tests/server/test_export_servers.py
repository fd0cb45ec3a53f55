"""Real servers with the written configuration send what gunicorn sends."""

import http.client
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from app import freeze_site
from quietpage.config import Settings
from quietpage.export import export_files, write_folder
from quietpage.snapshot import Site
from tests.conftest import TAGS, Server, free_port, wait_for

# The name of the server, the moment, and how the connection goes on.
OWN = {"server", "date", "connection", "keep-alive"}
PATHS = ["/", "/EN", "/es/?q=1", "/pt-br", "/robots.txt", "/no/such/page", "/.error"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"]
CODINGS = [
    "gzip, deflate, br, zstd",
    "gzip, deflate",
    "br;q=0, gzip;q=0.5",
    "gzip;q=0, *",
    "*;q=0",
    "x-gzip",
    "br;q=0.001,gzip;q=1",
    "BR ; Q=1.0",
    "zbr, gzipped",
    "identity;q=0",
    "br;q=2, gzip;q=x",
    "",
]
LANGUAGES = [
    "es-MX,es;q=0.9,en;q=0.8",
    "is, xx-YY;q=0.9, ar-EG;q=0.8, en;q=0.5",
    "zh-TW,zh;q=0.9",
    "zh-HK",
    "zh-Hant-HK",
    "zh-Hans-TW",
    "zh-SG",
    "pt-PT",
    "cmn",
    "iw, mo",
    "es;q=0, fr;q=0.1",
    "eng-x-private",
    "english, de",
    "*, es",
    "xx;;q=, \t,,it",
    "",
]
HOSTS = ["LOCALHOST:9", "[::1]", "127.0.0.1", "evil.example", "localhost.evil", "[::2]"]
CANARY = "canary7f3a"
MALFORMED = [
    f"G@T /{CANARY} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    f"GET /{CANARY} HTTP/1.1\r\n\r\n",
    f"GET /{CANARY} HTTP/1.1\r\nHost: local host {CANARY}\r\n\r\n",
    f"GET /{CANARY}{'x' * 70_000} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {CANARY}{'y' * 70_000}\r\n\r\n",
    f"GET /{CANARY} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {CANARY}\r\n\r\n",
    f"GET /{CANARY}%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"GET /../../{CANARY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    f"{CANARY}\r\n\r\n",
]
Answer = tuple[int, dict[str, str], bytes]


def nginx(folder: Path, export: Path) -> list[str]:
    """Return the command that runs nginx as a stock one, with the export included."""
    main = folder / "main.conf"
    main.write_text(
        f"pid {folder}/pid; daemon off; error_log {folder}/error.log;\n"
        + "events {} http { include /etc/nginx/mime.types; gzip on; sendfile on;\n"
        + f"access_log {folder}/access.log; include {export}/nginx.conf; }}\n"
    )
    return ["nginx", "-c", str(main), "-e", f"{folder}/error.log"]


COMMANDS: Mapping[str, Callable[[Path, Path], list[str]]] = {"nginx": nginx}


@pytest.fixture(scope="module", params=COMMANDS)
def static(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, site: Site
) -> Iterator[Server]:
    """A server of that name over an export, its logs in a folder of its own."""
    folder = tmp_path_factory.mktemp(request.param)
    # The workers are no root, and pytest's folders are their owner's alone.
    for parent in [folder, *folder.parents][:3]:
        parent.chmod(0o755)
    export, logs, port = folder / "export", folder / "logs", free_port()
    logs.mkdir()
    write_folder(export, export_files(site, Settings(), str(export), port))
    command = COMMANDS[request.param](logs, export)
    path = f"{os.environ['PATH']}:/usr/sbin"
    executable = shutil.which(command[0], path=path)
    assert executable, f"{command[0]} is not installed; `make test` installs it"
    log = logs / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [executable, *command[1:]],
            stdout=output,
            stderr=output,
            env=os.environ | {"HOME": str(logs), "PATH": path},
        )
        try:
            wait_for(("127.0.0.1", port), process)
            yield Server(port, process.pid, log, logs)
        finally:
            process.terminate()
            process.wait(15)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    pairs = [(k.lower(), v) for k, v in answer.getheaders() if k.lower() not in OWN]
    assert len(dict(pairs)) == len(pairs), "a header came twice"
    return answer.status, dict(pairs), body


@pytest.mark.parametrize("path", [*PATHS, *(f"/{tag}/" for tag in TAGS)])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_every_address_in_every_coding_is_gunicorns(
    static: Server, server: Server, path: str, coding: str
) -> None:
    sent = {"Accept_Encoding": coding, "Accept_Language": "de"}

    assert ask(static.port, path, **sent) == ask(server.port, path, **sent)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS[:-1])
def test_every_method_is_gunicorns(
    static: Server, server: Server, path: str, method: str
) -> None:
    expected = ask(server.port, path, method, Accept_Language="ja")

    assert ask(static.port, path, method, Accept_Language="ja") == expected


@pytest.mark.parametrize("accepted", CODINGS)
def test_every_wish_for_a_coding_is_granted_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    expected = ask(server.port, "/", Accept_Encoding=accepted)

    assert ask(static.port, "/", Accept_Encoding=accepted) == expected


@pytest.mark.parametrize("accepted", [*LANGUAGES, *TAGS])
def test_every_wish_for_a_language_is_granted_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    for path in ("/", "/mistyped"):
        expected = ask(server.port, path, Accept_Language=accepted)
        assert ask(static.port, path, Accept_Language=accepted) == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("host", HOSTS)
def test_every_host_is_known_or_refused_as_by_gunicorn(
    static: Server, server: Server, host: str, method: str
) -> None:
    expected = ask(server.port, "/es/", method, Host=host)

    assert ask(static.port, "/es/", method, Host=host) == expected


@pytest.mark.parametrize(
    "header", ["Range: bytes=0-9", 'If-None-Match: "x"', "If-Modified-Since: x"]
)
def test_no_request_gets_a_part_or_a_not_modified(
    static: Server, server: Server, header: str
) -> None:
    sent = {header.split(":")[0].replace("-", "_"): header.split(": ")[1]}

    assert ask(static.port, "/", **sent) == ask(server.port, "/", **sent)


def test_what_a_server_refuses_by_itself_repeats_and_keeps_nothing(
    static: Server,
) -> None:
    answers = [static.send(request.encode()) for request in MALFORMED]
    ask(static.port, f"/{CANARY}", "POST", User_Agent=CANARY, Host=CANARY)

    assert not any(CANARY.encode() in answer for answer in answers)
    written = b"".join(p.read_bytes() for p in static.home.rglob("*") if p.is_file())
    assert CANARY.encode() not in written
    assert b"client: 127.0.0.1" not in written
    assert b"GET /" not in written
