"""The proxies of deploy/ in front of a real gunicorn, and without it."""

import re
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quietpage.config import ROOT
from tests.integration.test_responses import CANARY, EXPECTED, FORBIDDEN, check_one_size
from tests.support import nginx
from tests.support.deployed import (
    BIN,
    HOST,
    LOCALES,
    ONION,
    Proxy,
    ask_gunicorn,
    environment_of,
    get,
    parse,
    running,
    settings_of,
    start_proxy,
)
from tests.support.gunicorn import wait_for

PROXIES = ["nginx", "caddy"]
# Headers of the connection, not of the page.
HOP = {"server", "date", "connection"}
LONG_AFTER = "Fri, 01 Jan 2100 00:00:00 GMT"
# Headers from clients that the answers do not depend on. The last two contradict
# X-Forwarded-Proto; gunicorn would answer them with 400.
UNWANTED = {
    "Cookie": "a=b",
    "Referer": "https://elsewhere.example/",
    "User_Agent": CANARY,
    "Authorization": "Basic YTpi",
    "Origin": "https://elsewhere.example",
    "Forwarded": "for=192.0.2.1",
    "Via": "1.1 elsewhere",
    "DNT": "1",
    "X": "1",
    "X_Real_IP": "192.0.2.1",
    "X_Forwarded_For": "192.0.2.1",
    "X_Forwarded_Host": "elsewhere.example",
    "Sec_CH_UA_Model": "x",
    "X_Forwarded_Ssl": "off",
    "X_Forwarded_Protocol": "http",
}
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


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Unix socket of a gunicorn with a few languages."""
    folder = tmp_path_factory.mktemp("gunicorn")
    settings_of(folder)
    path = str(folder / "socket")
    environment = environment_of(folder) | {"BIND": f"unix:{path}"}
    with running([str(BIN / "gunicorn")], folder / "log", environment) as process:
        wait_for(path, process)
        yield path
    assert CANARY not in (folder / "log").read_text()


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest,
    gunicorn: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    with start_proxy(request.param, folder, gunicorn) as started:
        yield started


def without_hop(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in HOP}


def check_error(answer: bytes, *, tls: bool = True) -> None:
    _, headers, body = parse(answer)
    check_headers(headers, tls=tls)
    assert headers["content-type"] == EXPECTED["content-type"]
    assert b"could not be shown" in body
    assert headers["content-length"] == str(len(body))


def check_headers(headers: dict[str, str], *, tls: bool) -> None:
    names = EXPECTED.keys() - {"content-type"}
    assert {name: headers.get(name) for name in names} == {
        name: EXPECTED[name] for name in names
    }
    assert not (FORBIDDEN - {"strict-transport-security"}) & headers.keys()
    assert ("strict-transport-security" in headers) == tls
    assert "sha256-" in headers["content-security-policy"]
    assert len(headers["permissions-policy"].split(",")) == 54


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
@pytest.mark.parametrize("coding", ["br", "gzip", "identity", ""])
def test_the_proxy_sends_what_gunicorn_sends(
    proxy: Proxy, gunicorn: str, coding: str, *, tls: bool
) -> None:
    accepted = {"Accept_Encoding": coding} if coding else {}
    forwarded = {"X_Forwarded_Proto": "https"} if tls else {}
    for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
        for path in ("/", "/es", "/en/", "/no?q=1", "/robots.txt", "//x/%2e%00"):
            asked = get(path, method, Accept_Language="es", **accepted)
            status, headers, body = parse(proxy.send(asked, tls=tls))

            asked = get(path, method, Accept_Language="es", **accepted, **forwarded)
            expected, seen_headers, expected_body = parse(ask_gunicorn(gunicorn, asked))

            if proxy.name == "nginx" and "%00" in path:
                continue  # nginx itself refuses it, like every malformed request
            assert (status, body) == (expected, expected_body)
            assert without_hop(headers) == without_hop(seen_headers)
            assert headers.get("server") == {"nginx": "nginx"}.get(proxy.name)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whole_answers_have_one_size_over_tls_and_at_the_onion(
    proxy: Proxy, method: str
) -> None:
    def by_the_onion(request: str) -> bytes:
        return ask_gunicorn(proxy.onion, request)

    check_one_size(proxy.send, LOCALES, method, HOST)
    check_one_size(by_the_onion, LOCALES, method, ONION)


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


def test_plain_http_is_redirected_to_https_without_an_echo(
    proxy: Proxy,
) -> None:
    answer = proxy.send(get(f"/es?{CANARY}"), tls=False)

    status, headers, _ = parse(answer)
    assert (status, headers["location"]) == (308, f"https://{HOST}/es/")
    assert parse(proxy.send(get(f"/{CANARY}"), tls=False))[1]["location"] == (
        f"https://{HOST}/"
    )


@pytest.mark.parametrize("host", [ONION, f"{ONION.upper()}:80", f"{ONION}."])
@pytest.mark.parametrize("path", ["/", "/.well-known/acme-challenge/x"])
@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
def test_the_clear_web_does_not_know_the_onion(
    proxy: Proxy, host: str, path: str, *, tls: bool
) -> None:
    answer = proxy.send(get(path, host=host), tls=tls)

    assert parse(answer)[0] == 400
    check_error(answer, tls=tls)


@pytest.mark.parametrize("path", ["/", "/es/", "/no/such/page"])
def test_the_onion_gets_what_gunicorn_sends(
    proxy: Proxy, gunicorn: str, path: str
) -> None:
    asked = get(path, host=ONION, Accept_Encoding="br")
    status, headers, body = parse(ask_gunicorn(proxy.onion, asked))
    expected_status, expected, expected_body = parse(ask_gunicorn(gunicorn, asked))

    assert (status, body) == (expected_status, expected_body)
    assert without_hop(headers) == without_hop(expected)
    assert not {"strict-transport-security", "onion-location"} & headers.keys()


def test_the_onion_s_errors_are_neutral(proxy: Proxy) -> None:
    answer = ask_gunicorn(proxy.onion, get(f"/{'x' * 2000}", host=ONION))

    assert parse(answer)[0] == 414
    check_error(answer, tls=False)


def test_nginx_serves_only_an_onion_as_docs_hosting_md_says(
    gunicorn: str, tmp_path: Path
) -> None:
    settings_of(tmp_path)
    environment = environment_of(tmp_path)
    configuration = nginx.write_deployed(tmp_path, gunicorn, 1, 2, environment)
    text = (ROOT / "docs" / "hosting.md").read_text()
    (command,) = re.findall(
        r"^    sed -i '(.*)' /etc/nginx/nginx.conf$", text, re.MULTILINE
    )
    subprocess.run(["sed", "-i", command, configuration], check=True)

    assert re.findall("listen (.*);", configuration.read_text()) == [
        f"unix:{tmp_path}/onion.sock"
    ]
    with nginx.start_nginx(configuration, f"{tmp_path}/onion.sock"):
        answer = ask_gunicorn(f"{tmp_path}/onion.sock", get("/", host=ONION))
    assert parse(answer)[0] == 200


@pytest.mark.parametrize("name", PROXIES)
def test_gunicorn_receives_only_what_the_answer_depends_on(
    name: str, tmp_path: Path
) -> None:
    asked = get("/es", Accept_Language="es", Accept_Encoding="br", **UNWANTED)
    with (
        recording(tmp_path / "recorder") as requests,
        start_proxy(name, tmp_path, str(tmp_path / "recorder")) as started,
    ):
        for tls in (True, False):
            started.send(asked, tls=tls)

    for request, scheme in zip(requests, ("https", "http"), strict=True):
        lines = request.decode().lower().split("\r\n\r\n")[0].split("\r\n")
        assert lines[0].startswith("get /es http/1.")
        assert sorted({*lines[1:]} - {"connection: close"}) == [
            "accept-encoding: br",
            "accept-language: es",
            f"host: {HOST}",
            f"x-forwarded-proto: {scheme}",
        ]


@contextmanager
def recording(path: Path) -> Iterator[list[bytes]]:
    """Answer on a Unix socket; yield the list of the requests received."""
    requests = []

    class Recorder(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(self.request.recv(65536))
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingUnixStreamServer(str(path), Recorder) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield requests
        server.shutdown()


def test_a_long_body_is_refused_with_the_neutral_page(proxy: Proxy) -> None:
    asked = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
    answer = proxy.send(f"{asked}Content-Length: 2000\r\n\r\n{'x' * 2000}")

    assert parse(answer)[0] == 413
    check_error(answer)


# nginx would write many small chunks to a file. Caddy passes them on.
@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
@pytest.mark.parametrize("path", ["/", "/.well-known/acme-challenge/x"])
@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
def test_nginx_refuses_a_body_in_chunks_with_the_neutral_page(
    proxy: Proxy, path: str, *, tls: bool
) -> None:
    request = get(path, "POST", Transfer_Encoding="chunked") + "1\r\nx\r\n" * 400
    answer = proxy.send(request, tls=tls)

    assert parse(answer)[0] == 413
    check_error(answer, tls=tls)
    at_the_onion = ask_gunicorn(proxy.onion, request)
    assert parse(at_the_onion)[0] == 413
    check_error(at_the_onion, tls=False)


def test_a_long_address_is_refused_with_the_neutral_page(proxy: Proxy) -> None:
    answer = proxy.send(get(f"/{'x' * 2000}"))

    assert parse(answer)[0] == 414
    check_error(answer)


@pytest.fixture
def challenge(proxy: Proxy) -> str:
    """The address of a file that certbot would have written."""
    folder = proxy.folder / "acme" / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "token").write_text("token.thumbprint")
    return "/.well-known/acme-challenge/token"


# Caddy itself answers its certificate authority.
@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "plain"])
def test_a_certificate_s_challenge_has_every_header(
    proxy: Proxy, challenge: str, *, tls: bool
) -> None:
    conditions = {"If_Modified_Since": LONG_AFTER, "Range": "bytes=0-1"}
    answer = proxy.send(get(challenge, **conditions), tls=tls)

    status, headers, body = parse(answer)
    assert (status, body) == (200, b"token.thumbprint")
    check_headers(headers, tls=tls)


# Caddy itself answers its certificate authority.
@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_other_addresses_below_the_challenges_are_answered_as_usual(
    proxy: Proxy, challenge: str
) -> None:
    long = proxy.send(get(f"{challenge}{'x' * 1000}"))
    unknown, elsewhere = (
        parse(proxy.send(get(path))) for path in (f"{challenge}x", "/unknown")
    )
    refused = proxy.send(get(challenge, "POST"))

    assert parse(long)[0] == 414
    check_error(long)
    assert unknown[0] == 404
    assert without_hop(unknown[1]) == without_hop(elsewhere[1])
    assert unknown[2] == elsewhere[2]
    assert parse(refused)[0] == 405
    check_error(refused)


@pytest.mark.parametrize("request_", MALFORMED, ids=range(len(MALFORMED)))
def test_the_proxy_s_own_errors_repeat_nothing(proxy: Proxy, request_: str) -> None:
    for tls in (True, False):
        answer = proxy.send(request_, tls=tls)

        assert CANARY.encode() not in answer
        # Go's server, on which Caddy builds, has its own answer to malformed requests.
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
def test_without_gunicorn_the_neutral_page_is_sent_and_nothing_is_logged(
    name: str, tmp_path: Path
) -> None:
    with start_proxy(name, tmp_path, str(tmp_path / "nobody")) as started:
        answers = [
            started.send(get(f"/{CANARY}", User_Agent=CANARY), tls=tls)
            for tls in (True, False)
        ]
        challenge = get("/.well-known/acme-challenge/x", host=f"{CANARY}.example")
        for request in (*MALFORMED, challenge):
            started.send(request)
            started.send(request, tls=False)

    for answer, tls in zip(answers, (True, False), strict=True):
        assert parse(answer)[0] == 502
        check_error(answer, tls=tls)
        assert CANARY.encode() not in answer
    written = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert not [path for path, text in written.items() if CANARY.encode() in text]
    output = (tmp_path / "log").read_text()
    assert not re.search(r'client:|remote|"request"|127\.0\.0\.1:\d', output)
