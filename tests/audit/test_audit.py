"""The audit: our site passes, each broken site fails with its one finding."""

import errno
import json
import os
import re
import socket
import socketserver
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from app import create_app, freeze_site
from quietpage.audit import client
from quietpage.audit.client import PORTS
from quietpage.compression import compress_brotli, compress_gzip
from quietpage.config import Settings
from quietpage.export.files import guide_file
from quietpage.site import Site
from tests import small_server
from tests.audit.broken import Change, Exchange, rewritten, serve
from tests.conftest import Server, free_port


def audit(url: str, *options: str) -> Result:
    return CliRunner().invoke(
        create_app(Settings()).cli, ["audit", url, *options], catch_exceptions=False
    )


def failed(result: Result) -> list[str]:
    checks = json.loads(result.stdout)["checks"]
    return [check["check"] for check in checks if check["result"] == "FAILS"]


@pytest.fixture(scope="module")
def small_site() -> Site:
    return freeze_site(Settings(locales=("en", "es", "ar")))


def test_our_site_on_gunicorn_passes(server: Server) -> None:
    result = audit(server.url, "--logs", str(server.log), "--logs", str(server.home))

    assert result.exit_code == 0, result.output
    assert "FAILS" not in result.output
    assert re.search(r"not checked +tls +On loopback", result.output)
    assert re.search(r"holds +logs ", result.output)


# One header wrong, and on one kind of answer only.
def on(kind: str, change: Change) -> Change:
    def change_kind(answer: Exchange) -> None:
        kinds = {
            "page": answer.target == "/" and answer.method == "GET",
            "language": answer.target == "/es/",
            "404": answer.status == 404,
            "405": answer.status == 405,
            "400": answer.status == 400,
            "HEAD": answer.method == "HEAD",
            "robots": answer.target == "/robots.txt",
            "POST": answer.method == "POST",
            "//": answer.target.startswith("//"),
        }
        if kinds[kind]:
            change(answer)

    return change_kind


def header(name: str, value: str) -> Change:
    return lambda answer: answer.set(name, value)


def without(name: str) -> Change:
    return lambda answer: answer.drop(name)


def with_other(name: str, old: str, new: str) -> Change:
    return lambda answer: answer.replace(name, old, new)


def status(code: int) -> Change:
    return lambda answer: setattr(answer, "status", code)


def redirect_away(answer: Exchange) -> None:
    answer.status = 302
    answer.set("Location", answer.target)


def repeat_the_target(answer: Exchange) -> None:
    answer.body += answer.target.encode()


def hang_up(answer: Exchange) -> None:
    answer.dropped = True


ANSWERS: dict[str, tuple[str, Change]] = {
    "a cookie on a 404": ("cookies", on("404", header("Set-Cookie", "a=1"))),
    "an ETag on one language": ("validators", on("language", header("ETag", '"a"'))),
    "a page that caches keep": (
        "cache-control",
        on("page", with_other("Cache-Control", "no-store", "max-age=60")),
    ),
    "unsafe-inline": (
        "content-security-policy",
        with_other("Content-Security-Policy", "style-src", "style-src 'unsafe-inline'"),
    ),
    "a script host": (
        "content-security-policy",
        with_other("Content-Security-Policy", "script-src", "script-src cdn.example"),
    ),
    "a policy opened before it is closed": (
        "content-security-policy",
        with_other("Content-Security-Policy", "default-src", "img-src *; default-src"),
    ),
    "no Referrer-Policy on a 405": (
        "referrer-policy",
        on("405", without("Referrer-Policy")),
    ),
    "frames allowed on a 400": (
        "x-frame-options",
        on("400", with_other("X-Frame-Options", "DENY", "SAMEORIGIN")),
    ),
    "the camera allowed": (
        "permissions-policy",
        with_other("Permissions-Policy", "camera=()", "camera=(self)"),
    ),
    "answers by cookie": ("vary", with_other("Vary", "Accept-L", "Cookie, Accept-L")),
    "no COOP on HEAD": (
        "cross-origin-opener-policy",
        on("HEAD", without("Cross-Origin-Opener-Policy")),
    ),
    "listed by search engines": ("x-robots-tag", on("page", without("X-Robots-Tag"))),
    "letters guessed": (
        "content-type",
        on("page", with_other("Content-Type", "; charset=utf-8", "")),
    ),
    "a server's version": ("server-version", header("Server", "nginx/1.22.1")),
    "a CDN's number": ("other-headers", header("CF-RAY", "8a1")),
    "network error logging": ("reports", header("NEL", "{}")),
    "an open redirect": ("redirects", on("//", redirect_away)),
    "any Host": ("wrong-host", on("400", status(200))),
    "a POST taken": ("methods", on("POST", status(200))),
    "the address repeated": ("echo", on("404", repeat_the_target)),
    "no answer for robots": ("answers", on("robots", hang_up)),
}


@pytest.mark.parametrize("broken", ANSWERS)
def test_a_broken_answer_is_the_one_finding(small_site: Site, broken: str) -> None:
    finding, change = ANSWERS[broken]
    with serve(small_site, change) as port:
        result = audit(f"http://localhost:{port}/", "--json")

    assert failed(result) == [finding]
    assert result.exit_code == 1


def after(mark: bytes, added: bytes) -> Callable[[str, bytes], bytes]:
    return partial(_replaced, mark, mark + added)


def instead(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return partial(_replaced, old, new)


def _replaced(old: bytes, new: bytes, _tag: str, body: bytes) -> bytes:
    assert old in body
    return body.replace(old, new, 1)


def in_left_to_right(tag: str, body: bytes) -> bytes:
    return body.replace(b'dir="rtl"', b'dir="ltr"', 1) if tag == "ar" else body


def with_another_title(_tag: str, body: bytes) -> bytes:
    return re.sub(rb"<title>.*?</title>", b"<title>Domestic abuse</title>", body)


def without_exit(_tag: str, body: bytes) -> bytes:
    return re.sub(rb'<a id="quick-exit".*?</a>', b"<button>Leave</button>", body)


DOCUMENTS: dict[str, tuple[str, Callable[[str, bytes], bytes]]] = {
    "a picture from elsewhere": (
        "third-parties",
        after(b"</header>", b"<img src=//cdn.example/a.png>"),
    ),
    "a style that imports": (
        "third-parties",
        after(b"<style>", b"@import 'https://cdn.example/a.css';"),
    ),
    "a script of its own address": (
        "one-request",
        after(b"</header>", b"<script src=/a.js></script>"),
    ),
    "a host prepared": ("beacons", after(b"<head>", b"<link rel=preconnect href=//a>")),
    "a beacon": ("beacons", after(b"<script>", b"navigator.sendBeacon('/a');")),
    "a ping": ("beacons", after(b"<main>", b"<a href=/en/ ping=/a>a</a>")),
    "a referrer": ("beacons", after(b"<head>", b"<meta name=referrer content=origin>")),
    "a font": ("fonts", after(b"<style>", b"@font-face{src:url(/a.woff2)}")),
    "a form": ("forms", after(b"</header>", b"<form></form>")),
    "a remembered field": ("forms", after(b"</header>", b"<input>")),
    "storage": ("storage", after(b"<script>", b"localStorage.a=1;")),
    "a preview": ("previews", after(b"<head>", b'<meta property="og:title">')),
    "a telling title": ("title", with_another_title),
    "no icon": ("icon", instead(b'<link rel="icon" href="data:,">', b"")),
    "no exit without script": ("exit", without_exit),
    "the exit in a new tab": (
        "exit",
        instead(b'id="quick-exit"', b'id="quick-exit" target="_blank"'),
    ),
    "the exit over plain HTTP": (
        "exit-destination",
        instead(b"https://www.wikipedia.org/", b"http://www.wikipedia.org/"),
    ),
    "Arabic from the left": ("languages", in_left_to_right),
}


@pytest.mark.parametrize("broken", DOCUMENTS)
def test_a_broken_document_is_the_one_finding(small_site: Site, broken: str) -> None:
    finding, rewrite = DOCUMENTS[broken]
    with serve(rewritten(small_site, rewrite)) as port:
        result = audit(f"http://localhost:{port}/", "--json")

    assert failed(result) == [finding]


def test_a_language_of_another_size_is_found(small_site: Site) -> None:
    def lengthen(answer: Exchange) -> None:
        if answer.target == "/es/" and ("Content-Encoding", "gzip") in answer.headers:
            body = small_site.guides["es", "identity"].body.rstrip()
            padded = compress_gzip(body)
            answer.body = padded(len(answer.body) - len(padded(0)) + 1)

    with serve(small_site, lengthen) as port:
        result = audit(f"http://localhost:{port}/", "--json")

    assert failed(result) == ["sizes"]


def test_a_document_changed_in_one_coding_is_found(small_site: Site) -> None:
    def change(answer: Exchange) -> None:
        if answer.target == "/es/" and ("Content-Encoding", "br") in answer.headers:
            body = small_site.guides["es", "identity"].body.rstrip()[:-500]
            padded = compress_brotli(body)
            answer.body = padded(len(answer.body) - len(padded(0)))

    with serve(small_site, change) as port:
        result = audit(f"http://localhost:{port}/", "--json")

    assert failed(result) == ["codings"]


def test_a_telling_address_is_found(small_site: Site) -> None:
    with serve(small_site) as port:
        result = audit(f"http://localhost:{port}/safety", "--json")

    assert failed(result) == ["address"]


def test_a_redirect_costs_a_request(small_site: Site) -> None:
    def move(answer: Exchange) -> None:
        if answer.target == "/old":
            answer.status = 301
            answer.set("Location", "/")

    with serve(small_site, move) as port:
        result = audit(f"http://localhost:{port}/old", "--json")

    assert failed(result) == ["one-request"]


@pytest.mark.parametrize("kept", ["target", "User-Agent", "X-Forwarded-For", "nothing"])
def test_what_a_log_keeps_of_a_visit_is_found(
    small_site: Site, tmp_path: Path, kept: str
) -> None:
    log = tmp_path / "access.log"
    log.write_text("started\n")

    def write(answer: Exchange) -> None:
        with log.open("a") as opened:
            values = {"target": answer.target, **answer.asked}
            opened.write(values.get(kept, "a visit") + "\n")

    with serve(small_site, write) as port:
        url = f"http://localhost:{port}/"
        result = audit(url, "--json", "--logs", str(tmp_path))

    assert failed(result) == ([] if kept == "nothing" else ["logs"])


def test_logs_that_may_not_be_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    result = audit("http://localhost/", "--logs", str(tmp_path))

    assert_sentence(result, f"{tmp_path}: cannot be read (Permission denied)")


def write_release(site: Site, folder: Path) -> None:
    for (tag, coding), guide in site.guides.items():
        file = folder / guide_file(tag, coding)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(guide.body)


def test_a_release_is_compared_byte_by_byte(small_site: Site, tmp_path: Path) -> None:
    write_release(small_site, tmp_path)

    with serve(small_site) as port:
        url = f"http://localhost:{port}/"
        same = failed(audit(url, "--json", "--export", str(tmp_path)))
        (tmp_path / guide_file("es", "br")).write_bytes(b"old")
        other = failed(audit(url, "--json", "--export", str(tmp_path)))

    assert (same, other) == ([], ["release"])


def test_a_folder_that_is_no_export_gets_a_sentence(tmp_path: Path) -> None:
    result = audit("http://localhost/", "--export", str(tmp_path))

    assert_sentence(result, "is no export. Make one with `flask --app app export")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> trustme.CA:
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def tls(authority: trustme.CA, days: float = 90) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ends = datetime.now(UTC) + timedelta(days=days)
    authority.issue_cert("localhost", not_after=ends).configure_cert(context)
    return context


def test_a_site_over_tls_passes(small_site: Site, trusted: trustme.CA) -> None:
    with serve(small_site, tls=tls(trusted)) as port:
        result = audit(f"https://localhost:{port}/")

    assert result.exit_code == 0, result.output
    assert re.search(r"holds +tls +TLSv1.3, nothing below TLS 1.2", result.output)
    assert re.search(r"holds +certificate +valid for 90 days", result.output)


def old_tls(context: ssl.SSLContext) -> None:
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


def no_new_tls(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("weaken", [old_tls, no_new_tls])
def test_weak_tls_is_found(
    small_site: Site, trusted: trustme.CA, weaken: Callable[[ssl.SSLContext], None]
) -> None:
    context = tls(trusted)
    weaken(context)

    with serve(small_site, tls=context) as port:
        result = audit(f"https://localhost:{port}/", "--json")

    assert failed(result) == ["tls"]


def test_a_certificate_that_ends_soon_is_found(
    small_site: Site, trusted: trustme.CA
) -> None:
    with serve(small_site, tls=tls(trusted, days=5)) as port:
        result = audit(f"https://localhost:{port}/", "--json")

    assert failed(result) == ["certificate"]


def test_missing_hsts_is_found(small_site: Site, trusted: trustme.CA) -> None:
    name = "Strict-Transport-Security"
    with serve(small_site, on("404", without(name)), tls(trusted)) as port:
        result = audit(f"https://localhost:{port}/", "--json")

    assert failed(result) == [name.lower()]


def to_https(answer: Exchange) -> None:
    answer.status = 308
    answer.set("Location", "https://localhost/")


def to_another_host(answer: Exchange) -> None:
    answer.status = 308
    answer.set("Location", "https://elsewhere.example/")


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        pytest.param(to_https, [], id="redirected"),
        pytest.param(to_another_host, ["plain-http"], id="redirected elsewhere"),
        pytest.param(lambda _: None, ["plain-http"], id="served in plain"),
    ],
)
def test_plain_http_must_lead_to_https(
    small_site: Site,
    trusted: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    plain: Change,
    expected: list[str],
) -> None:
    with (
        serve(small_site, tls=tls(trusted)) as port,
        serve(small_site, plain) as plain_port,
    ):
        monkeypatch.setitem(PORTS, "https", port)
        monkeypatch.setitem(PORTS, "http", plain_port)
        result = audit("https://localhost/", "--json")

    assert failed(result) == expected


def test_an_unknown_authority_is_told_in_a_sentence(
    small_site: Site, authority: trustme.CA
) -> None:
    with serve(small_site, tls=tls(authority)) as port:
        result = audit(f"https://localhost:{port}/")

    assert_sentence(result, "TLS fails (unable to get local issuer certificate)")


def assert_sentence(result: Result, sentence: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html")
    for _ in range(100):
        connection.sendall(b">")
        time.sleep(0.05)


def drip_headers(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"<html>" * 200_000)


def flood_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)


def stay_silent(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(2)


def redirect_for_ever(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")


def redirect_to_others(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://a.example/\r\n\r\n")


def redirect_to_no_address(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n")


def send_garbage(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"\x1b[31m\xff\x00SSH-2.0\r\n\r\n")


def send_bad_length(connection: socket.socket) -> None:
    connection.recv(65536)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.sendall(chunked + b"zz\r\n<html>")


def send_half(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<html>")


def send_no_page(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


HOSTILE: dict[Callable[[socket.socket], None], str] = {
    drip: "no whole answer within 0.5 s",
    drip_headers: "no whole answer within 0.5 s",
    stay_silent: "no whole answer within 0.5 s",
    flood: "the answer is longer than 2000000 bytes",
    flood_headers: "no answer in HTTP (got more than 100 headers)",
    redirect_for_ever: "redirects more than 5 times",
    redirect_to_others: "redirects to another host, 'a.example'",
    redirect_to_no_address: "'http://[' is no web address",
    send_garbage: "no answer in HTTP",
    send_bad_length: "no answer in HTTP",
    send_half: "no answer in HTTP (IncompleteRead(6 bytes read, 993 more expected))",
    send_no_page: "the answer is no HTML page (status 200)",
}


@contextmanager
def hostile(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                behave(self.request)

    with small_server.serve(Handler) as port:
        yield port


@pytest.mark.parametrize("behave", HOSTILE)
def test_a_hostile_server_gets_a_sentence(
    behave: Callable[[socket.socket], None],
) -> None:
    began = time.monotonic()
    with hostile(behave) as port:
        result = audit(f"http://localhost:{port}/", "--timeout", "0.5")

    assert_sentence(result, HOSTILE[behave])
    assert time.monotonic() - began < 5


def test_plain_http_on_a_tls_address_gets_a_sentence() -> None:
    with hostile(send_garbage) as port:
        result = audit(f"https://localhost:{port}/", "--timeout", "0.5")

    assert_sentence(result, "TLS fails")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"http://localhost:{free_port()}/", "Connection refused"),
        ("https://nowhere.invalid/", "nowhere.invalid is not among the hosts"),
        ("notes.example", "'notes.example' is no web address"),
        ("ftp://localhost/", "is no web address"),
        ("http://localhost:99999/", "is no web address"),
        ("http://localhost/a b", "is no web address"),
        ("http://a..b/", "is no web address"),
    ],
)
def test_an_address_that_cannot_be_audited_gets_a_sentence(
    url: str, sentence: str
) -> None:
    assert_sentence(audit(url), sentence)


def test_a_name_that_is_nowhere_gets_a_sentence() -> None:
    assert_sentence(audit("https://nowhere.invalid/", "--yes"), "no answer in HTTP")


def test_addresses_that_are_none_do_not_stop_the_audit(small_site: Site) -> None:
    marks = b"<a href='http://[' hreflang='xx'>a</a><img src='http://['><a href>b</a>"
    rewrite = after(b"<body>", marks)

    with serve(
        rewritten(small_site, rewrite), on("404", header("Location", "//["))
    ) as p:
        result = audit(f"http://localhost:{p}/", "--json")

    assert failed(result) == ["redirects", "third-parties"]


def test_a_terminal_obeys_no_server(small_site: Site) -> None:
    with serve(small_site, header("X-Evil", "\x1b[2J")) as port:
        result = audit(f"http://localhost:{port}/")

    assert "X-Evil: ?[2J on page" in result.output
    assert "\x1b[2J" not in result.output


def test_a_slow_site_ends_at_the_overall_deadline(
    small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_OVERALL", 1)

    with serve(small_site, lambda _: time.sleep(0.4)) as port:
        result = audit(f"http://localhost:{port}/", "--timeout", "1")

    assert_sentence(result, "taken too long")


def test_the_report_names_what_to_do(small_site: Site) -> None:
    with serve(small_site, header("Set-Cookie", "a=1")) as port:
        report = json.loads(audit(f"http://localhost:{port}/", "--json").stdout)

    finding = next(c for c in report["checks"] if c["check"] == "cookies")
    assert not report["holds"]
    assert finding["seen"][0] == "Set-Cookie: a=1 on page"
    assert finding["why"] == "A cookie stays on the device and shows the visit."
    assert finding["mend"] == "Send no Set-Cookie; look at proxies and CDN too."
