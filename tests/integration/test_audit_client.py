"""The audit of a hostile, slow or silent server ends in time, with one sentence."""

import errno
import gc
import os
import socket
import socketserver
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from click.testing import Result
from flask import Flask

from app import create_app, create_site
from quietpage.audit import client
from quietpage.config import Settings
from quietpage.prepared_site import Site
from tests.support import local_http
from tests.support.faulty_site import serve

SETTINGS = Settings(locales=("en",))


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(SETTINGS)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An export that takes no time to make, and that no test compares."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "site" / "en").mkdir(parents=True)
    for name in ("index.html", "en/index.html", "robots.txt"):
        (folder / "site" / name).touch()
    return str(folder)


def audit(app: Flask, url: str, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", url, *options])


def assert_sentence(result: Result, sentence: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip("\n").isprintable()


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html")
    for _ in range(100):
        connection.sendall(b">")
        time.sleep(0.05)


def drip_headers(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def drip_a_handshake(connection: socket.socket) -> None:
    # The beginning of a record of 16 kB.
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    for _ in range(100):
        connection.sendall(b"\0")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"<html>" * 200_000)


def flood_a_chunk(connection: socket.socket) -> None:
    # For http.client, everything to the end of the stream.
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n")
    for _ in range(10_000):
        connection.sendall(b"<html>" * 200_000)


def flood_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)


def stay_silent(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(2)


def send(answer: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return behave


OK = b"HTTP/1.1 200 OK\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: "
HOSTILE: dict[str, tuple[Callable[[socket.socket], None], str]] = {
    "drip": (drip, "no complete answer within 0.5 s"),
    "drip headers": (drip_headers, "no complete answer within 0.5 s"),
    "silence": (stay_silent, "no complete answer within 0.5 s"),
    "flood": (flood, "the answer is longer than 2000000 bytes"),
    "flood a chunk": (flood_a_chunk, "the answer is longer than 2000000 bytes"),
    "flood headers": (flood_headers, "no answer in HTTP (got more than 100 headers)"),
    "redirect": (send(MOVED + b"/\r\n\r\n"), "redirects to http://localhost:"),
    "redirect away": (
        send(MOVED + b"http://a.example/\x1b\r\n\r\n"),
        "redirects to http://a.example/\\u001b, one more request",
    ),
    "redirect to no address": (send(MOVED + b"http://[\r\n\r\n"), "to http://[, one"),
    "garbage": (send(b"\x1b[31m\xff\x00SSH-2.0\r\n\r\n"), "no answer in HTTP"),
    "bad length": (
        send(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<html>"),
        "no answer in HTTP",
    ),
    "half": (
        send(OK + b"Content-Length: 999\r\n\r\n<html>"),
        "no answer in HTTP (IncompleteRead(6 bytes read, 993 more expected))",
    ),
    "no page": (
        send(OK + b"Content-Length: 2\r\n\r\nOK"),
        "is not this page but another site's",
    ),
}


@contextmanager
def hostile(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                behave(self.request)

    with local_http.serve(Handler) as port:
        yield port


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_is_reported_in_one_sentence(
    app: Flask, export: str, name: str
) -> None:
    behave, sentence = HOSTILE[name]
    began = time.monotonic()
    with hostile(behave) as port:
        options = ("--timeout", "0.5", "--export", export)
        result = audit(app, f"http://localhost:{port}/", *options)

    assert_sentence(result, sentence)
    assert time.monotonic() - began < 20
    # Sockets left open are reported now, not in a later test.
    gc.collect()


@pytest.mark.parametrize("name", ["garbage", "drip a handshake"])
def test_a_server_without_tls_is_reported_in_one_sentence(
    app: Flask, export: str, name: str
) -> None:
    behave = HOSTILE[name][0] if name in HOSTILE else drip_a_handshake
    with hostile(behave) as port:
        options = ("--timeout", "0.5", "--export", export)
        result = audit(app, f"https://localhost:{port}/", *options)

    expected = {"garbage": "TLS fails", "drip a handshake": "within 0.5 s"}
    assert_sentence(result, expected[name])
    gc.collect()


def test_an_unknown_authority_is_reported_in_one_sentence(app: Flask) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)

    with serve(create_site(SETTINGS), tls=context) as port:
        result = audit(app, f"https://localhost:{port}/")

    assert_sentence(result, "TLS fails (unable to get local issuer certificate)")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://localhost:1/", "Connection refused"),
        ("https://nowhere.invalid/", "nowhere.invalid is not among the hosts"),
        ("notes.example", "'notes.example' is not a web address"),
        ("ftp://localhost/", "is not a web address"),
        ("http://localhost:99999/", "is not a web address"),
        ("http://localhost/a b", "is not a web address"),
        ("http://a..b/", "is not a web address"),
    ],
)
def test_an_address_that_cannot_be_audited_is_refused_in_one_sentence(
    app: Flask, url: str, sentence: str
) -> None:
    assert_sentence(audit(app, url), sentence)


def test_an_unknown_host_is_reported_in_one_sentence(app: Flask, export: str) -> None:
    result = audit(app, "https://nowhere.invalid/", "--export", export)

    assert_sentence(result, "no answer in HTTP")


@pytest.mark.parametrize("bound", ["_OVERALL_TIMEOUTS", "_MAX_BYTES_IN_ALL"])
def test_the_audit_stops_at_each_limit(
    app: Flask, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(client, bound, 0)

    with serve(create_site(SETTINGS)) as port:
        result = audit(app, f"http://localhost:{port}/")

    assert_sentence(result, "has taken too long or too much")


def test_the_time_to_make_the_release_does_not_count(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = create_site(SETTINGS)
    clock = [0.0]

    def build_slowly(_: Flask) -> Site:
        clock[0] += 1000
        return site

    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr("quietpage.audit.build_site", build_slowly)
    with serve(site) as port:
        result = audit(app, f"http://localhost:{port}/")

    assert result.exit_code == 0, result.output


def test_unreadable_logs_are_reported_in_one_sentence(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    result = audit(app, "http://localhost/", "--logs", str(tmp_path))

    assert_sentence(result, f"{tmp_path}: cannot be read (Permission denied)")
