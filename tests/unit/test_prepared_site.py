"""The lookup: which bytes each request gets, on a copy with two short pages."""

import gzip

import brotli
import pytest
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client, TestResponse, run_wsgi_app

from quietpage.assets import load_assets
from quietpage.config import Settings
from quietpage.prepared_site import Site, render_site
from quietpage.security_headers import init_security_headers
from tests.support.deployed import ONION

TAGS = ["en", "pt-BR"]


def small_site(settings: Settings, status: int = 200) -> Site:
    app = Flask(__name__)
    init_security_headers(app, load_assets(), settings)

    def answer(kind: str, status: int) -> Response:
        tag = request.path.strip("/")
        response = Response(f"{kind} {tag}", status)
        response.content_language.add(tag)
        return response

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        return answer("error", error.code or 500)

    @app.get("/<tag>/")
    def guide(tag: str) -> Response:
        return answer("guide" * len(tag), status)

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response("robots")

    return Site(render_site(app, TAGS), settings)


@pytest.fixture(scope="module")
def small() -> Client:
    return Client(small_site(Settings(hosts=("a.example", "[::1]"))))


GUIDE, PORTUGUESE = "guideguide en", "guideguideguideguideguide pt-BR"


@pytest.mark.parametrize(
    ("asked", "host", "status", "text"),
    [
        ("GET /", "a.example", "200 OK", GUIDE),
        ("GET ", "a.example", "200 OK", GUIDE),
        ("GET /PT-br", "a.example", "200 OK", PORTUGUESE),
        ("GET /pt-BR/", "a.example", "200 OK", PORTUGUESE),
        ("GET /nothing", "a.example", "404 Not Found", GUIDE),
        ("GET /robots.txt", "a.example", "200 OK", "robots"),
        ("HEAD /pt-BR/", "a.example", "200 OK", ""),
        ("HEAD /pt-BR/", "else.example", "400 Bad Request", ""),
        ("POST /pt-BR/", "a.example", "405 Method Not Allowed", "error pt-BR"),
        ("PUT /robots.txt", "a.example", "405 Method Not Allowed", "error en"),
        ("GET /", "A.Example.:8080", "200 OK", GUIDE),
        ("GET /", "a.example:", "200 OK", GUIDE),
        ("GET /", "[::1]", "200 OK", GUIDE),
        ("GET /", "[::1]:443", "200 OK", GUIDE),
        ("GET /", "a.example:8a", "400 Bad Request", "error en"),
        ("GET /", "a.example:٨", "400 Bad Request", "error en"),
        ("GET /", "a.example..", "400 Bad Request", "error en"),
        ("POST /", "else.example", "400 Bad Request", "error en"),
        ("GET /", "", "400 Bad Request", "error en"),
        # The longest that a name and a port may be, and one more.
        ("GET /", "a.example:" + "8" * 250, "200 OK", GUIDE),
        ("GET /", "a.example:" + "8" * 251, "400 Bad Request", "error en"),
    ],
)
def test_each_request_has_its_answer(
    small: Client, asked: str, host: str, status: str, text: str
) -> None:
    method, _, path = asked.partition(" ")
    environ = {"PATH_INFO": path, "HTTP_HOST": host}

    answer = small.open(method=method, environ_overrides=environ)

    assert (answer.status, answer.text.strip("\n")) == (status, text)
    assert answer.headers.get("Allow") == ("GET, HEAD" if "405" in status else None)
    assert ("X-Padding" in answer.headers) == (text != "robots")


@pytest.mark.parametrize(
    ("named", "status"),
    [({}, "400 Bad Request"), ({"HTTP_HOST": "a.example"}, "200 OK")],
)
def test_a_request_of_http_1_0_may_lack_host_and_path(
    small: Client, named: dict[str, str], status: str
) -> None:
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", **named}

    assert run_wsgi_app(small.application, environ)[1] == status


def head_bytes(answer: TestResponse) -> int:
    pairs = (f"{name}: {value}" for name, value in answer.headers)
    return sum(map(len, (answer.status, *pairs)))


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("onion", ["", ONION])
def test_no_length_tells_the_language_or_a_mistyped_address(
    coding: str, scheme: str, onion: str
) -> None:
    client = Client(small_site(Settings(onion=onion)))
    answers = [
        client.get(
            path,
            base_url=f"{scheme}://localhost",
            headers={"Accept-Language": tag, "Accept-Encoding": coding},
        )
        for path in ("/", "/nothing")
        for tag in TAGS
    ]

    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
    texts = [decode[coding](answer.data).decode().strip("\n") for answer in answers]
    assert texts == [GUIDE, PORTUGUESE, GUIDE, PORTUGUESE]
    assert [answer.content_language.to_header() for answer in answers] == 2 * TAGS
    assert len({(head_bytes(answer), len(answer.data)) for answer in answers}) == 1
    for answer in answers:
        assert answer.headers.getlist("Content-Length") == [str(len(answer.data))]
        assert answer.headers.get("Content-Encoding", "identity") == coding


@pytest.mark.parametrize(
    ("path", "host", "location"),
    [
        ("/pt-br", "A.example.:80", "https://a.example/pt-BR/"),
        ("/robots.txt", "a.example", "https://a.example/robots.txt"),
        ("/nothing?x", "a.example", "https://a.example/"),
        ("/", ONION, None),
        ("/", "else.example", None),
    ],
)
def test_plain_http_leads_to_https_where_it_must(
    path: str, host: str, location: str | None
) -> None:
    settings = Settings(hosts=("a.example",), onion=ONION, https=True)
    client = Client(small_site(settings))

    plain = client.get(path, headers={"Host": host})
    over_tls = client.get(path, headers={"Host": host}, base_url="https://a.example")

    assert plain.headers.get("Location") == location
    assert (plain.status == "308 Permanent Redirect") == (location is not None)
    assert "Location" not in over_tls.headers
    # A browser ignores these without TLS, and an onion service has none.
    kept = {"Strict-Transport-Security", "Onion-Location"}
    assert not kept & set(plain.headers.keys())
    assert bool(kept & set(over_tls.headers.keys())) == (host != ONION)


def test_what_the_server_refuses_by_itself_is_a_whole_answer() -> None:
    head, _, body = small_site(Settings()).raw_error(431).partition(b"\r\n\r\n")

    lines = head.decode("ascii").split("\r\n")
    assert lines[:2] == [
        "HTTP/1.1 431 Request Header Fields Too Large",
        "Connection: close",
    ]
    assert f"Content-Length: {len(body)}" in lines
    assert body.rstrip(b"\n") == b"error en"
    assert not head.count(b"Strict-Transport-Security")


def test_a_page_that_cannot_be_made_stops_the_start() -> None:
    with pytest.raises(RuntimeError, match="GET /en/: 500 INTERNAL SERVER ERROR"):
        small_site(Settings(), status=500)


def test_every_header_is_what_the_threat_model_asks_for() -> None:
    settings = Settings(onion=ONION, hsts_subdomains=True, hsts_preload=True)
    answer = Client(small_site(settings)).get("/pt-BR/", base_url="https://localhost")

    headers = dict(answer.headers)
    policy = headers.pop("Content-Security-Policy")
    assets = load_assets()
    assert policy == (
        "default-src 'none'; img-src data:;"
        f" script-src {' '.join(assets.script_sources)};"
        f" style-src {assets.style_source};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    features = headers.pop("Permissions-Policy").split(",")
    assert {"camera=()", "geolocation=()", "unload=()"} < set(features)
    assert all(feature.endswith("=()") for feature in features)
    assert headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": "pt-BR",
        "Content-Length": str(len(answer.data)),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Origin-Agent-Cluster": "?1",
        "Integrity-Policy": "blocked-destinations=(script)",
        "Request-OTR": "1",
        "X-DNS-Prefetch-Control": "off",
        "X-Permitted-Cross-Domain-Policies": "none",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "Onion-Location": f"http://{ONION}/pt-BR/",
        "Vary": "Accept-Encoding, Accept-Language",
        "X-Padding": "--------",
    }
