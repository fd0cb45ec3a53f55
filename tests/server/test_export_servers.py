"""Real servers with the written configuration send what gunicorn sends."""

import http.client
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from app import create_app, freeze_site
from quietpage.config import ROOT, Settings
from quietpage.export import export_files, write_folder
from quietpage.snapshot import Site
from tests.conftest import TAGS, Server, free_port, start_server, wait_for

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
DOCS = ROOT / "docs" / "static.md"
ONION = f"{'a' * 56}.onion"
LONG_AFTER = "Fri, 01 Jan 2100 00:00:00 GMT"
CANARY = "canary7f3a"
# Each with "Connection: close" and a blank line behind it.
MALFORMED = [
    f"G@T /{CANARY} HTTP/1.1\r\nHost: localhost",
    f"GET /{CANARY} HTTP/1.1",
    f"GET /{CANARY} HTTP/1.1\r\nHost: local host {CANARY}",
    f"GET /{CANARY}{'x' * 70_000} HTTP/1.1\r\nHost: localhost",
    f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {CANARY}{'y' * 70_000}",
    f"GET /{CANARY} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {CANARY}",
    f"GET /{CANARY}%00 HTTP/1.1\r\nHost: localhost",
    f"GET /../../{CANARY} HTTP/1.1\r\nHost: localhost",
    f"{CANARY}\r\n\r\n",
]
Answer = tuple[int, set[tuple[str, str]], bytes]


def nginx(folder: Path, export: Path) -> list[str]:
    """Return the command that runs nginx as a stock one, with the export included."""
    main = folder / "main.conf"
    main.write_text(f"""
pid {folder}/pid;
daemon off;
error_log {folder}/error.log;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    gzip on;
    access_log {folder}/access.log;
    include {export}/nginx.conf;
}}
""")
    return ["nginx", "-c", str(main), "-e", f"{folder}/error.log"]


def caddy(_folder: Path, export: Path) -> list[str]:
    """Return the command that runs Caddy as Debian's unit does."""
    return ["caddy", "run", "--config", str(export / "Caddyfile")]


def apache(folder: Path, export: Path) -> list[str]:
    """Return the command that runs Apache with the virtual host of docs/static.md."""
    host = DOCS.read_text().split("```apache\n")[1].split("```")[0]
    port = re.findall(r":([0-9]+) {", (export / "Caddyfile").read_text())[0]
    host = host.replace(":80", f":{port}").replace("/srv/quietpage", str(export))
    modules = ["mpm_event", "authz_core", "mime", "dir", "env", "rewrite", "headers"]
    loaded = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in [*modules, "deflate", "filter"]
    )
    main = folder / "main.conf"
    main.write_text(f"""
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/error.log
ServerTokens Prod
Listen {port}
User www-data
Group www-data
{loaded}
TypesConfig /etc/mime.types
AddOutputFilterByType DEFLATE text/html
{host}
""")
    return ["apache2", "-f", str(main), "-D", "FOREGROUND"]


COMMANDS: Mapping[str, Callable[[Path, Path], list[str]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "apache": apache,
}


@contextmanager
def start_static(
    name: str, folder: Path, site: Site, settings: Settings
) -> Iterator[Server]:
    """Run the server of that name over an export, its logs in a folder of its own."""
    # The workers are no root, and pytest's folders are their owner's alone.
    for parent in [folder, *folder.parents][:3]:
        parent.chmod(0o755)
    export, logs, port = folder / "export", folder / "logs", free_port()
    logs.mkdir()
    write_folder(export, export_files(site, settings, str(export), port))
    command = COMMANDS[name](logs, export)
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


@pytest.fixture(scope="module", params=COMMANDS)
def static(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, site: Site
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp(request.param)
    with start_static(request.param, folder, site, Settings()) as started:
        yield started


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    pairs = [(k.lower(), v) for k, v in answer.getheaders() if k.lower() not in OWN]
    assert len(dict(pairs)) == len(pairs), "a header came twice"
    # Apache writes the list without a space, whatever it was told.
    return answer.status, {(k, v.replace(", ", ",")) for k, v in pairs}, body


def check_alike(static: Server, server: Server, *request: str, **headers: str) -> None:
    """Compare status, headers and body; of headers only what differs is shown."""
    status, sent, body = ask(static.port, *request, **headers)
    expected_status, expected, expected_body = ask(server.port, *request, **headers)
    assert status == expected_status
    assert sent ^ expected == set()
    assert body == expected_body


@pytest.mark.parametrize("path", [*PATHS, *(f"/{tag}/" for tag in TAGS)])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_every_address_in_every_coding_is_gunicorns(
    static: Server, server: Server, path: str, coding: str
) -> None:
    sent = {"Accept_Encoding": coding, "Accept_Language": "de"}

    check_alike(static, server, path, **sent)


def test_the_audit_holds_with_the_release_and_the_logs(static: Server) -> None:
    export = static.home.parent / "export"
    asked = ["audit", static.url, "--export", str(export), "--logs", str(static.home)]

    result = create_app().test_cli_runner().invoke(args=[*asked, "--log-wait", "1"])

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS[:-1])
def test_every_method_is_gunicorns(
    static: Server, server: Server, path: str, method: str
) -> None:
    check_alike(static, server, path, method, Accept_Language="ja")


@pytest.mark.parametrize("accepted", CODINGS)
def test_every_wish_for_a_coding_is_granted_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    check_alike(static, server, "/", Accept_Encoding=accepted)


@pytest.mark.parametrize("accepted", [*LANGUAGES, *TAGS])
def test_every_wish_for_a_language_is_granted_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    for path in ("/", "/mistyped"):
        check_alike(static, server, path, Accept_Language=accepted)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("host", HOSTS)
def test_every_host_is_known_or_refused_as_by_gunicorn(
    static: Server, server: Server, host: str, method: str
) -> None:
    check_alike(static, server, "/es/", method, Host=host)


@pytest.mark.parametrize("header", ["Range", "If-None-Match", "If-Modified-Since"])
def test_no_request_gets_a_part_or_a_not_modified(
    static: Server, server: Server, header: str
) -> None:
    value = {"Range": "bytes=0-9", "If-None-Match": '"x"'}.get(header)

    check_alike(static, server, "/", **{header: value or LONG_AFTER})


def test_what_a_server_refuses_by_itself_repeats_and_keeps_nothing(
    static: Server,
) -> None:
    answers = [
        static.send(f"{request}\r\nConnection: close\r\n\r\n".encode())
        for request in MALFORMED
    ]
    ask(static.port, f"/{CANARY}", "POST", User_Agent=CANARY, Host=CANARY)

    assert not any(CANARY.encode() in answer for answer in answers)
    written = b"".join(p.read_bytes() for p in static.home.rglob("*") if p.is_file())
    assert CANARY.encode() not in written
    assert b"client: 127.0.0.1" not in written
    assert b"GET /" not in written


SECURE = Settings(hosts=("localhost", "notes.example"), https=True, onion=ONION)


@pytest.fixture(scope="module")
def secure_site() -> Site:
    return freeze_site(SECURE)


@pytest.fixture(scope="module")
def secure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    told = f'hosts = ["localhost", "notes.example"]\nhttps = true\nonion = "{ONION}"'
    with start_server(tmp_path_factory.mktemp("secure"), settings=told) as started:
        yield started


@pytest.mark.parametrize("name", COMMANDS)
def test_plain_http_is_sent_to_https_and_the_onion_is_not(
    tmp_path: Path, name: str, secure_site: Site, secure_server: Server
) -> None:
    with start_static(name, tmp_path, secure_site, SECURE) as static:
        for host in ("notes.example:80", "localhost", ONION, "evil.example"):
            for path in ("/", "/pt-br?q=1", "/robots.txt", "/no/such/page"):
                for method in ("GET", "POST"):
                    check_alike(static, secure_server, path, method, Host=host)
