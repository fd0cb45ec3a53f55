"""Requests that no browser sends; the same seed gives the same requests."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.response_validator import CANARY

Chance = random.Random

METHODS = [
    *("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH"),
    *("PROPFIND", "PRI", "get", "G@T", "", "GET\t", "A" * 40, CANARY.upper(), "\x00"),
]
TARGETS = [
    *("/", "/en/", "/es", "/AR/", "/robots.txt", "*", "", "//", "/../../etc/passwd"),
    *("http://localhost/en/", "http://evil.example/", "localhost:443", "/%00", "/%zz"),
    *("/%2e%2e/%2e%2e", "/en/?q=%ff", "/\xff\xfe", "/en/#x", "/ en", "/\x7f", "en"),
    *(
        "///evil.example/",
        "/\\evil.example",
        "/{{7*7}}",
        "/%0d%0aX:%20y",
        "/" + "a" * 2000,
    ),
]
VERSIONS = [
    *(
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/0.9",
        "HTTP/2.0",
        "HTTP/9.9",
    ),
    *(
        "HTTP/1.",
        "http/1.1",
        "HTTP/1.10",
        "HTTP",
        "",
        "RTSP/1.0",
        "HTTP/-1.1",
        "HTTP/1.1 ",
    ),
]
HOSTS = [
    *("localhost", "localhost", "localhost", "127.0.0.1:80", "[::1]", "LOCALHOST:0"),
    *("", "evil.example", "localhost.evil.example", "localhost:x", "[", "localhost,a"),
    *("local\thost", "localhost\x00", "\xff", "a" * 5000, "user@localhost", ":"),
]
NAMES = [
    *("Accept", "Accept-Language", "Accept-Encoding", "Cookie", "Referer", "Range"),
    *("If-None-Match", "If-Modified-Since", "User-Agent", "X-Forwarded-For", "Via"),
    *("X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Ssl"),
    *("SCRIPT_NAME", "PATH_INFO", "REMOTE_USER", "X-Original-URL", "X-Rewrite-URL"),
    *("X-HTTP-Method-Override", "Expect", "Upgrade", "HTTP2-Settings", "Connection"),
    *("TE", "Trailer", "Origin", "Authorization", "Sec-WebSocket-Key", "Max-Forwards"),
    *("Content-Type", "Content-Encoding", "Keep-Alive", "Proxy-Connection", "Host"),
    *("X y", "", "X:", "X\x00", "\xdf", "x" * 300, "X-Debug", "X-Werkzeug-Debugger"),
]
VALUES = [
    *("", "1", "0", "*", "close", "keep-alive", "https", "http", "100-continue"),
    *("h2c", "websocket", "gzip", "br;q=0", "identity;q=0, *;q=0", "bytes=0-,1-,2-"),
    *("es;q=nan", "es;q=1e9,en;q=.", "zh-Hant-" * 40, "a;q=0," * 90, ",;=," * 200),
    *("() { :;}; echo x", "${jndi:ldap://x}", "%n%n%s", "\t \t", "\x00", "\x1b[31m"),
    *("\xc3\x28", "x" * 4000, "x" * 9000, "a\r\n b", "a\nb", "a\rb", '"' * 50, "٤٢"),
]
LENGTHS = [
    *("0", "1", "5", "-1", "+5", "5, 5", "5,6", "0x5", "5 5", "", " 5", "٥", "1e1"),
    *(
        "99999999999999999999",
        "005",
        "5\x00",
        "²",
        "2147483648",
        "18446744073709551617",
    ),
]
CODINGS = [
    *("chunked", "Chunked", "identity", "gzip", "gzip, chunked", "chunked, gzip"),
    *("chunked, chunked", "xchunked", " chunked", "chunked\x0b", "", "chunked;q=1"),
]
CHUNKS = [
    *("0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5;x=y\r\nhello\r\n0\r\n\r\n", "zz\r\n"),
    *(
        "-1\r\n",
        "5\r\nhell",
        "ffffffffffffffff\r\nx",
        "5\nhello\n0\n\n",
        "0\r\nA: b\r\n\r\n",
    ),
    *(
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "0\r\nHost: x\r\n\r\n",
        "",
    ),
]
SMUGGLED = f"GET /es/?{CANARY} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Attempt:
    """Bytes to send, and how the client then behaves.

    `ending` is "end" (half-closed, then read), "drop" (closed unread), "reset" or
    "hold" (kept open); `answers` is the largest number of final answers allowed.
    """

    data: bytes
    ending: str
    answers: int


def attempts(seed: int, count: int) -> Iterator[Attempt]:
    """Yield that many attempts."""
    chance = Chance(seed)
    makers: list[Callable[[Chance], tuple[str, int]]] = [
        *(simple, simple, headed, headed, bodied, pipelined, smuggling, mangled, noise)
    ]
    for _ in range(count):
        text, answers = chance.choice(makers)(chance)
        data = text.encode("latin-1", "replace")
        if chance.random() < 0.1:
            data = data[: chance.randrange(len(data) + 1)]
        ending = chance.choices(["end", "drop", "reset", "hold"], [90, 5, 4, 1])[0]
        yield Attempt(data, ending, answers)


def request(chance: Chance, *lines: str, body: str = "") -> str:
    """Return a request that is mostly right."""

    def mostly(right: str, others: list[str]) -> str:
        return right if chance.random() < 0.9 else chance.choice(others)

    method, target = mostly("GET", METHODS), mostly(f"/{CANARY}", TARGETS)
    first = f"{method} {target} {mostly('HTTP/1.1', VERSIONS)}"
    own = [
        f"User-Agent: {CANARY}",
        f"Accept-Language: {chance.choice(['es', 'ar;q=0.5', CANARY])}",
        f"Accept-Encoding: {chance.choice(['br', 'gzip', 'identity', CANARY])}",
        f"Cookie: id={CANARY}",
        f"X-Forwarded-Proto: {mostly('https', ['http', CANARY, ''])}",
    ]
    host = f"Host: {mostly('localhost', HOSTS)}"
    end = "\n" if chance.random() < 0.02 else "\r\n"
    return end.join([first, host, *own, *lines, "", body])


def simple(chance: Chance) -> tuple[str, int]:
    return request(chance), 1


def headed(chance: Chance) -> tuple[str, int]:
    many = chance.choice([1, 2, 3, 10, 60])
    lines = [
        f"{chance.choice(NAMES)}{chance.choice([': ', ':', ' : ', ''])}"
        f"{chance.choice([*VALUES, CANARY])}"
        for _ in range(many)
    ]
    # An empty line ends a request, and another may follow.
    return request(chance, *lines), 1 + lines.count("")


def bodied(chance: Chance) -> tuple[str, int]:
    if chance.random() < 0.5:
        length = f"Content-Length: {chance.choice(LENGTHS)}"
        return request(chance, length, body="hello"), 2
    coding = f"Transfer-Encoding: {chance.choice(CODINGS)}"
    return request(chance, coding, body=chance.choice(CHUNKS)), 2


def pipelined(chance: Chance) -> tuple[str, int]:
    many = chance.randint(2, 6)
    return "".join(request(chance) for _ in range(many)), many


def smuggling(chance: Chance) -> tuple[str, int]:
    """Return a request with two lengths, followed by another: at most one answer."""
    pairs = [
        [f"Content-Length: {len(SMUGGLED) + 5}", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 0"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Transfer-Encoding: xchunked", f"Content-Length: {len(SMUGGLED)}"],
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding:\x0bchunked"],
        ["X: y\nTransfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip"],
        ["Content-Length: 0", f"Content-Length: {len(SMUGGLED)}"],
        ["Content-Length: 0", " Transfer-Encoding: chunked"],
        ["Content-Length: +0"],
        ["Content-Length: 0_0"],
    ]
    lines = chance.choice(pairs)
    head = "\r\n".join(["POST / HTTP/1.1", "Host: localhost", *lines])
    return f"{head}\r\n\r\n0\r\n\r\n{SMUGGLED}", 1


def mangled(chance: Chance) -> tuple[str, int]:
    """Return a request with some of its bytes changed."""
    text = list(request(chance))
    for _ in range(chance.randint(1, 8)):
        text[chance.randrange(len(text))] = chr(chance.randrange(256))
    return "".join(text), 2


def noise(chance: Chance) -> tuple[str, int]:
    starts = [
        "",
        "\x16\x03\x01\x02",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\r\n\r\n",
        "\x80",
    ]
    more = "".join(chr(chance.randrange(256)) for _ in range(chance.randrange(300)))
    return chance.choice(starts) + more + chance.choice(["", "\r\n\r\n"]), 1
