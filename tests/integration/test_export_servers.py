"""Real servers with the exported configuration answer as gunicorn does.

Separate rules decide on language, coding, method and host, so each value of one is
requested with one value of the others. `tests/unit/test_accept_expressions.py` tests
the expressions of the rules; these tests show that each server applies them.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app, create_site
from quietpage.config import Settings
from quietpage.export.files import export_files, write_folder
from quietpage.prepared_site import Site
from tests.integration.test_responses import check_one_size, sending
from tests.support.deployed import HOST, LOCALES, ONION, Proxy
from tests.support.gunicorn import Server, free_port, start_server
from tests.support.locales import TAGS
from tests.support.nginx import issue
from tests.support.static_servers import apache, ask, check_alike, nginx, start_static

PATHS = ["/", "/EN", "/es/?q=1", "/pt-br", "/robots.txt", "/no/such/page", "/.error"]
CODINGS = [
    "gzip, deflate, br, zstd",
    "gzip, deflate",
    "br;q=0, gzip;q=0.5",
    "gzip;q=0, *",
    "BR ; Q=1.0",
    "x-gzip",
    "",
]
LANGUAGES = [
    "is, xx-YY;q=0.9, ar-EG;q=0.8, en;q=0.5",
    "zh-TW,zh;q=0.9",
    "iw, mo",
    "es;q=0, fr;q=0.1",
    "english, de",
    "*, es",
    "xx;;q=, \t,,it",
    "",
]
# Besides GET of "/", which most other tests request.
METHODS = [
    ("/", "HEAD"),
    ("/no/such/page", "HEAD"),
    ("/robots.txt", "HEAD"),
    *(("/", method) for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND")),
    ("/no/such/page", "POST"),
    ("/robots.txt", "POST"),
]
HOSTS = ["LOCALHOST:9", "[::1]", "127.0.0.1", "evil.example", "localhost.evil", "[::2]"]
LONG_AFTER = "Fri, 01 Jan 2100 00:00:00 GMT"
CONDITIONS = {
    "Range": "bytes=0-9",
    "If-None-Match": '"x"',
    "If-Modified-Since": LONG_AFTER,
}
# The longest header line that each server reads, in bytes.
LONGEST_HEADER = {"nginx": 2_048, "caddy": 8_192, "apache": 8_190}
CANARY = "canary7f3a"
# Each is followed by "Connection: close" and a blank line.
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


@pytest.mark.parametrize("path", PATHS)
def test_every_kind_of_address_is_answered_as_by_gunicorn(
    static: Server, server: Server, path: str
) -> None:
    check_alike(static, server, path, Accept_Encoding="br", Accept_Language="de")


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_is_found_by_address_and_by_header(
    static: Server, server: Server, tag: str
) -> None:
    other = TAGS[TAGS.index(tag) - 1]

    check_alike(static, server, f"/{tag}/", Accept_Encoding="br", Accept_Language=other)
    check_alike(static, server, "/", Accept_Encoding="br", Accept_Language=tag)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_whole_answers_have_one_size_in_every_language_and_for_a_404(
    static: Server, coding: str, method: str
) -> None:
    check_one_size(sending(static), TAGS, method, Accept_Encoding=coding)


@pytest.mark.parametrize("path", ["/", "/es", "/no/such/page"])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_every_coding_is_sent_with_and_without_a_named_language(
    static: Server, server: Server, path: str, coding: str
) -> None:
    check_alike(static, server, path, Accept_Encoding=coding, Accept_Language="ja")


@pytest.mark.parametrize("accepted", CODINGS)
def test_weights_of_codings_are_read_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    check_alike(static, server, "/", Accept_Encoding=accepted)


@pytest.mark.parametrize("accepted", LANGUAGES)
def test_weights_of_languages_are_read_as_by_gunicorn(
    static: Server, server: Server, accepted: str
) -> None:
    check_alike(static, server, "/", Accept_Encoding="br", Accept_Language=accepted)


@pytest.mark.parametrize(("path", "method"), METHODS)
def test_every_method_is_answered_as_by_gunicorn(
    static: Server, server: Server, path: str, method: str
) -> None:
    check_alike(static, server, path, method, Accept_Language="ja")


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_is_known_or_refused_as_by_gunicorn(
    static: Server, server: Server, host: str
) -> None:
    check_alike(static, server, "/es/", Host=host, Accept_Encoding="br")


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_a_wrong_host_is_refused_whatever_the_method(
    static: Server, server: Server, method: str
) -> None:
    check_alike(static, server, "/es/", method, Host="evil.example")


@pytest.mark.parametrize("header", CONDITIONS)
def test_no_request_gets_a_range_or_a_not_modified(
    static: Server, server: Server, header: str
) -> None:
    sent = {"Accept_Encoding": "br", header: CONDITIONS[header]}

    check_alike(static, server, "/", **sent)


def test_headers_longer_than_a_browser_sends_are_refused(
    static: Server, name: str
) -> None:
    status, *_ = ask(static.port, "/", X="x" * (LONGEST_HEADER[name] + 1))

    assert status in (400, 431)


def test_the_audit_passes_with_the_release_and_the_logs(static: Server) -> None:
    export = static.home.parent / "export"
    asked = ["audit", static.url, "--export", str(export), "--logs", str(static.home)]

    result = create_app().test_cli_runner().invoke(args=[*asked, "--log-wait", "1"])

    assert result.exit_code == 0, result.output


def test_a_server_s_own_errors_repeat_and_log_nothing(
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


SECURE = Settings(
    hosts=(HOST, "localhost"), https=True, onion=ONION, locales=tuple(LOCALES)
)


@pytest.fixture(scope="module")
def secure_site() -> Site:
    return create_site(SECURE)


@pytest.fixture(scope="module")
def secure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = f"""
hosts = ["{HOST}", "localhost"]
https = true
onion = "{ONION}"
locales = {LOCALES}
"""
    with start_server(tmp_path_factory.mktemp("secure"), settings=settings) as started:
        yield started


def test_plain_http_is_redirected_to_https_and_the_onion_is_not(
    name: str, secure_site: Site, secure_server: Server
) -> None:
    with start_static(name, secure_site, SECURE) as static:
        for host in (f"{HOST}:80", "localhost", ONION, "evil.example"):
            check_alike(static, secure_server, "/pt-br?q=1", Host=host)
            check_alike(static, secure_server, "/", "POST", Host=host)
        for path in ("/", "/fil/", "/robots.txt", "/no/such/page"):
            check_alike(static, secure_server, path, Host=HOST)
        for path in ("/robots.txt", "/no/such/page"):
            check_alike(static, secure_server, path, Host=ONION)


@pytest.mark.parametrize("host", [HOST, ONION])
def test_whole_answers_have_one_size_over_tls_and_at_the_onion(
    name: str, secure_site: Site, host: str
) -> None:
    with start_static(name, secure_site, SECURE, tls=True) as static:
        proxy = Proxy(name, static.port, static.port, static.home.parent)
        answers = check_one_size(proxy.send, LOCALES, host=host)

    assert all((b"\r\nOnion-Location: " in a) == (host == HOST) for a in answers)


def output_of(command: list[str]) -> subprocess.CompletedProcess[str]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    return subprocess.run(
        command,
        check=False,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )


def test_nginx_accepts_the_lines_for_tls_without_a_warning(
    secure_site: Site, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    write_folder(export, export_files(secure_site, SECURE, str(export), free_port()))
    issue(tmp_path, HOST)
    configuration = export / "nginx.conf"
    text = configuration.read_text().replace("#TLS ", "")
    text = text.replace("443", str(free_port()))
    folder = f"/etc/letsencrypt/live/{HOST}/"
    text = text.replace(f"{folder}fullchain.pem", f"{tmp_path}/quietpage.crt")
    text = text.replace(f"{folder}privkey.pem", f"{tmp_path}/quietpage.key")
    configuration.write_text(text)

    result = output_of([*nginx(tmp_path, export), "-t"])

    assert text.count("listen ") == 4
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ("rewrite_module", "Quietpage needs the module rewrite: a2enmod rewrite"),
        ("headers_module", "Quietpage needs the module headers: a2enmod headers"),
        (".htaccess", "/site/.htaccess is missing: copy the whole export"),
        ("nothing", "Syntax OK"),
    ],
)
def test_apache_does_not_start_without_the_modules_that_protect_the_page(
    secure_site: Site, tmp_path: Path, lacking: str, words: str
) -> None:
    export = tmp_path / "export"
    write_folder(export, export_files(secure_site, SECURE, str(export), free_port()))
    command = apache(tmp_path, export)
    main = tmp_path / "main.conf"
    lines = main.read_text().splitlines()
    main.write_text("\n".join(line for line in lines if lacking not in line))
    if lacking == ".htaccess":
        (export / "site" / ".htaccess").unlink()

    result = output_of([*command[:3], "-t"])

    assert words in result.stderr
    assert (result.returncode == 0) == (lacking == "nothing")
