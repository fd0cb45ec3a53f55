"""The answers of a real gunicorn: their headers and sizes, and no echo."""

import http.client
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import brotli
import pytest

from tests.support.deployed import ONION, get, parse
from tests.support.gunicorn import Server, start_server
from tests.support.locales import TAGS

PATHS = ["/", "/en/", "/es/", "/EN", "/no/such/page", "/favicon.ico"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
EXPECTED = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "referrer-policy": "no-referrer",
    "request-otr": "1",
    "vary": "Accept-Encoding, Accept-Language",
    "x-content-type-options": "nosniff",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "x-robots-tag": "noindex",
    "content-type": "text/html; charset=utf-8",
    "integrity-policy": "blocked-destinations=(script)",
}
FORBIDDEN = {
    "set-cookie",
    "etag",
    "last-modified",
    "nel",
    "report-to",
    "reporting-endpoints",
    "accept-ch",
    "strict-transport-security",
    "x-xss-protection",
}
CANARY = "canary7f3a"
# Requests that gunicorn answers before our code sees them.
MALFORMED = {
    400: f"G@T /{CANARY} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    414: f"GET /{CANARY}{'x' * 3000} HTTP/1.1\r\nHost: localhost\r\n\r\n",
    431: f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {CANARY}{'y' * 9000}\r\n\r\n",
    501: (f"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {CANARY}\r\n\r\n"),
}


def check_headers(headers: dict[str, str]) -> None:
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert not FORBIDDEN & headers.keys()
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src data:; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert len(headers["permissions-policy"].split(",")) == 54
    assert headers.get("server", "gunicorn") == "gunicorn"


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=5)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, body


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_every_header(server: Server, path: str, method: str) -> None:
    status, headers, body = ask(server, path, method)

    check_headers(headers)
    known = path.strip("/").lower() in ("", "en", "es")
    readable = 200 if known else 404
    assert status == (readable if method in ("GET", "HEAD") else 405)
    assert (body == b"") == (method == "HEAD")
    assert headers.get("allow") == (None if status != 405 else "GET, HEAD")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", ".", ":", "localhost..", "x" * 999],
)
def test_an_unknown_host_gets_400(server: Server, host: str) -> None:
    status, headers, body = ask(server, "/", Host=host)

    assert status == 400
    check_headers(headers)
    assert b"could not be shown" in body


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1:9", "[::1]:8000", "LOCALHOST"),
        *("localhost.", "localhost:", "localhost.:80", "[::1]:"),
    ],
)
def test_a_known_host_is_accepted_with_any_port(server: Server, host: str) -> None:
    assert ask(server, "/", Host=host)[0] == 200


@pytest.mark.parametrize("status", MALFORMED)
def test_gunicorn_s_own_errors_look_like_ours(server: Server, status: int) -> None:
    answer = server.send(MALFORMED[status].encode())

    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0].startswith(f"HTTP/1.1 {status} ")
    check_headers({k.lower(): v for k, v in (x.split(": ", 1) for x in lines[1:])})
    assert body == ask(server, "/en/", "POST")[2]
    assert CANARY.encode() not in answer


@pytest.fixture(scope="module")
def onion_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that announces its onion if a proxy reports TLS."""
    settings = f'onion = "{ONION}"\ntrusted_proxies = ["*"]\n'
    with start_server(tmp_path_factory.mktemp("onion"), settings=settings) as started:
        yield started


def sending(server: Server) -> Callable[[str], bytes]:
    return lambda request: server.send(request.encode())


def check_one_size(
    send: Callable[[str], bytes],
    tags: Iterable[str],
    method: str = "GET",
    host: str = "localhost",
    **headers: str,
) -> list[bytes]:
    """Check that all answers have one size, and return those by address."""
    named = [send(get(f"/{tag}/", method, host, **headers)) for tag in tags]
    mistyped = [
        send(get("/no/such", method, host, Accept_Language=tag, **headers))
        for tag in tags
    ]
    for answers, status in ((named, b"200 OK"), (mistyped, b"404 Not Found")):
        assert all(a.startswith(b"HTTP/1.1 %s\r\n" % status) for a in answers)
        languages = {parse(answer)[1]["content-language"] for answer in answers}
        assert languages == set(tags)
    assert len({len(answer) for answer in named + mistyped}) == 1
    return named


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
@pytest.mark.parametrize(
    ("copy", "reached"),
    [
        ("server", {}),
        ("onion_server", {"host": ONION}),
        ("onion_server", {"X_Forwarded_Proto": "https"}),
    ],
    ids=["plain", "onion", "TLS"],
)
def test_whole_answers_have_one_size_in_every_locale_and_for_a_404(
    request: pytest.FixtureRequest,
    copy: str,
    reached: dict[str, str],
    coding: str,
    method: str,
) -> None:
    asked: Server = request.getfixturevalue(copy)

    answers = check_one_size(
        sending(asked), TAGS, method, Accept_Encoding=coding, **reached
    )

    has_onion = "X_Forwarded_Proto" in reached
    assert all((b"\r\nOnion-Location: " in a) == has_onion for a in answers)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_errors_have_one_size_in_every_locale(
    onion_server: Server, scheme: str
) -> None:
    answers = [
        sending(onion_server)(
            get(f"/{tag}/", "POST", "localhost", X_Forwarded_Proto=scheme)
        )
        for tag in TAGS
    ]

    assert all(answer.startswith(b"HTTP/1.1 405 ") for answer in answers)
    assert len({len(answer) for answer in answers}) == 1
    assert len(set(answers)) == len(TAGS)


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ("/", "es-MX,es;q=0.9", "es"),
        ("/", "is", "en"),
        ("/es", "en", "es"),
        ("/ES/", "en", "es"),
        ("/mistyped", "es", "es"),
    ],
)
def test_the_address_or_the_browser_chooses_the_language(
    server: Server, path: str, asked: str, expected: str
) -> None:
    _, headers, body = ask(server, path, Accept_Language=asked)

    assert headers["content-language"] == expected
    assert f'<html lang="{expected}" dir="ltr">' in body.decode()


@pytest.mark.parametrize("tag", TAGS)
def test_what_a_reader_in_danger_needs_arrives_in_the_first_round_trip(
    server: Server, tag: str
) -> None:
    request = f"GET /{tag}/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n"
    answer = server.send(f"{request}Connection: close\r\n\r\n".encode())

    head, _, body = answer.partition(b"\r\n\r\n")
    first = body[: 14_600 - len(head) - 4]
    decoder = brotli.Decompressor()
    text = b"".join(
        decoder.process(first[i : i + 64]) for i in range(0, len(first), 64)
    )
    order = ['id="quick-exit"', "<script ", 'class="first"', 'id="numbers"']
    positions = [text.decode("utf-8", "ignore").find(mark) for mark in order]
    assert positions == sorted(positions)
    assert min(positions) > 0
    # The needed part ends before the countries where another language is official.
    assert b"<hr>" in text
    assert len(answer) <= 32_768


def test_a_body_that_comes_after_the_answer_does_not_break_it_off(
    server: Server,
) -> None:
    head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(f"{head}Content-Length: 2000\r\n\r\n".encode())
        assert connection.recv(1, socket.MSG_PEEK)

        # After the first half, a closed connection would refuse the second.
        for _ in range(2):
            connection.sendall(b"x" * 1000)

        answer = b"".join(iter(partial(connection.recv, 65536), b""))
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"could not be shown" in answer


def test_nothing_of_a_request_is_kept_or_repeated(server: Server) -> None:
    answers = [
        server.send(
            f"{method} /{CANARY}?q={CANARY} HTTP/1.1\r\nHost: {host}\r\n"
            f"User-Agent: {CANARY}\r\nAccept-Language: {CANARY}\r\n"
            f"Referer: https://{CANARY}/\r\nCookie: a={CANARY}\r\n"
            f"X-Forwarded-For: {CANARY}\r\nConnection: close\r\n\r\n".encode()
        )
        for method in ("GET", "POST")
        for host in ("localhost", CANARY)
    ]
    answers += [server.send(request.encode()) for request in MALFORMED.values()]

    assert all(answer.startswith(b"HTTP/1.1 ") for answer in answers)
    assert not any(CANARY.encode() in answer for answer in answers)
    printed = server.log.read_text()
    assert "Listening" in printed
    assert CANARY not in printed
    assert "127.0.0.1:" not in printed.replace(f"127.0.0.1:{server.port}", "")
    assert list(server.home.rglob("*")) == []
