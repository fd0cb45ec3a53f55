"""Ask one web server within bounds of time, bytes and requests, whatever it answers."""

import http.client
import re
import secrets
import socket
import ssl
import threading
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import brotli

from quietpage.errors import QuietpageError

_MAX_BYTES, _MAX_BYTES_IN_ALL = 2_000_000, 64_000_000
_MAX_REQUESTS = 400
# In times of one request's timeout.
_OVERALL = 30
PORTS = {"http": 80, "https": 443}


class NoAnswerError(QuietpageError):
    """A server that did not answer within the bounds, or not in HTTP."""


@dataclass(frozen=True)
class Answer:
    """An answer; `kind` names the request: a page, a refused method."""

    kind: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's values as one; empty if it is absent."""
        return ", ".join(v for k, v in self.headers if k.lower() == name.lower())

    @property
    def coding(self) -> str:
        """The Content-Encoding."""
        return self.header("Content-Encoding").lower() or "identity"

    @property
    def size(self) -> int:
        """The bytes of headers and body together."""
        return sum(len(k) + len(v) + 4 for k, v in self.headers) + len(self.body)

    def decoded(self) -> bytes | None:
        """Return the body without its coding, None where it cannot be decoded."""
        try:
            if self.coding == "br":
                decode = brotli.Decompressor().process
                return bytes(decode(self.body, output_buffer_limit=_MAX_BYTES))
            if self.coding == "gzip":
                return zlib.decompressobj(31).decompress(self.body, _MAX_BYTES)
        except (brotli.error, zlib.error):
            return None
        return self.body if self.coding == "identity" else None


class Client:
    """One site under audit: its addresses, what TLS showed, canaries and bounds."""

    def __init__(self, url: str, timeout_s: float) -> None:
        """Take an address apart.

        Raises:
            QuietpageError: It is not a web address.
        """
        self.host = self.start = ""
        try:
            parts = urlsplit(url)
            self.port = parts.port or PORTS[parts.scheme]
            self.scheme, self.start = parts.scheme, parts.path or "/"
            self.host = (parts.hostname or "").lower().encode("idna").decode()
        except (ValueError, KeyError):
            pass
        if not self.host or not re.fullmatch("[!-~]+", self.start):
            raise QuietpageError(
                f"{url!r} is not a web address. Write all of it: https://notes.example/"
            )
        # Random, so that a find can only come from this run; the address is one of
        # those that RFC 3849 keeps for documentation.
        self.canary = f"canary{secrets.token_hex(8)}"
        groups = (f"{0x1000 + secrets.randbelow(0xE000):x}" for _ in range(2))
        self.canary_address = f"2001:db8:{':'.join(groups)}::7"
        self.own_addresses: set[str] = set()
        self.addresses: list[str] = []
        self.unreachable: dict[str, str] = {}
        self.certificate: dict[str, Any] = {}
        self.tls_versions: set[str] = set()
        self.has_resumed = False
        self.requests = self.bytes = 0
        self.timeout_s = timeout_s
        self._context = ssl.create_default_context()
        self._session: ssl.SSLSession | None = None
        self._overall = time.monotonic() + _OVERALL * timeout_s

    @property
    def authority(self) -> str:
        """The host as the Host header has it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    def reach(self) -> None:
        """Find the addresses of the host that take a connection.

        Raises:
            NoAnswerError: None does.
        """
        fault = OSError("no address")
        found: list[Any] = []
        try:
            found += socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            fault = error
        for address in dict.fromkeys(str(place[0]) for *_, place in found):
            try:
                with self._open(address, self.port) as connection:
                    self.own_addresses.add(connection.getsockname()[0])
                self.addresses.append(address)
            except OSError as error:
                fault = error
                self.unreachable[address] = error.strerror or "no answer"
        if not self.addresses:
            raise self._no_answer(f"{self.scheme}://{self.authority}", fault)

    def ask(  # noqa: PLR0913 - each has a default
        self,
        kind: str,
        line: str,
        headers: Mapping[str, str],
        *,
        scheme: str = "",
        address: str = "",
        resume: bool = False,
    ) -> Answer:
        """Send a request, such as "GET /"; `resume` offers the last TLS session.

        Raises:
            NoAnswerError: No answer came within the bounds.
        """
        scheme = scheme or self.scheme
        what = f"{scheme}://{self.authority} ({kind})"
        self._check_bounds(what)
        self.requests += 1
        port = self.port if scheme == self.scheme else PORTS[scheme]
        address = address or self.addresses[0]
        context = self._context if scheme == "https" else None
        session = self._session if resume else None
        fields = {"Host": self.authority if scheme == self.scheme else self.host}
        lines = [f"{k}: {v}" for k, v in (fields | dict(headers)).items()]
        request = "\r\n".join([f"{line} HTTP/1.1", *lines, "", ""]).encode()
        try:
            with self._open(address, port, context, session) as connection:
                connection.sendall(request)
                answer = self._read(kind, line.split(maxsplit=1)[0], connection)
                self._note_tls(connection)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._no_answer(what, error) from None
        if len(answer.body) > _MAX_BYTES:
            raise NoAnswerError(
                f"{what}: the answer is longer than {_MAX_BYTES} bytes, so it is not a"
                " page of notes. Look at what the server sends."
            )
        self.bytes += answer.size
        return answer

    def takes_old_tls(self, address: str) -> bool:
        """Return whether a handshake below TLS 1.2 succeeds; RFC 8996 forbids it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            # Python warns of the versions that are asked for here on purpose.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            with self._open(address, self.port, context):
                return True
        except OSError:
            return False

    @contextmanager
    def _open(
        self,
        address: str,
        port: int,
        context: ssl.SSLContext | None = None,
        session: ssl.SSLSession | None = None,
    ) -> Iterator[socket.socket]:
        """Connect, over TLS with a context; the timeout ends all that is done there."""
        place = (address, port)
        held = [socket.create_connection(place, self.timeout_s)]
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            with suppress(OSError):
                # TLS's own method would let what follows be read as plain text.
                socket.socket.shutdown(held[0], socket.SHUT_RDWR)

        timer = threading.Timer(self.timeout_s, end)
        timer.start()
        try:
            if context:
                secured = context.wrap_socket(
                    held[0],
                    server_hostname=self.host,
                    do_handshake_on_connect=False,
                    session=session,
                )
                held[0] = secured
                if not is_over.is_set():
                    secured.do_handshake()
            yield held[0]
        except (OSError, http.client.HTTPException, ValueError):
            if not is_over.is_set():
                raise
        finally:
            timer.cancel()
            held[0].close()
        if is_over.is_set():
            raise TimeoutError

    def _read(self, kind: str, method: str, connection: socket.socket) -> Answer:
        with closing(http.client.HTTPResponse(connection, method=method)) as response:
            response.begin()
            body = response.read(_MAX_BYTES + 1)
            if response.length and len(body) <= _MAX_BYTES:
                raise http.client.IncompleteRead(body, response.length)
            return Answer(kind, response.status, tuple(response.getheaders()), body)

    def _note_tls(self, connection: socket.socket) -> None:
        if isinstance(connection, ssl.SSLSocket):
            self.certificate = connection.getpeercert() or {}
            self.tls_versions.add(connection.version() or "")
            self.has_resumed |= bool(connection.session_reused)
            self._session = connection.session

    def _check_bounds(self, what: str) -> None:
        is_late = time.monotonic() > self._overall or self.requests >= _MAX_REQUESTS
        if is_late or self.bytes > _MAX_BYTES_IN_ALL:
            raise QuietpageError(
                f"{what}: after {self.requests} requests and {self.bytes} bytes the"
                " audit has taken too long or too much. Try again when the server is"
                " faster, or with a larger --timeout."
            )

    def _no_answer(self, what: str, error: Exception) -> NoAnswerError:
        if isinstance(error, TimeoutError):
            return NoAnswerError(
                f"{what}: no complete answer within {self.timeout_s:g} s. Check that"
                " the server runs and can be reached from here."
            )
        if isinstance(error, ssl.SSLError):
            reason = getattr(error, "verify_message", "") or error.reason or error
            return NoAnswerError(
                f"{what}: TLS fails ({printable(reason)}). Browsers will not show the"
                " page: renew or correct the certificate."
            )
        return NoAnswerError(
            f"{what}: no answer in HTTP ({printable(error) or type(error).__name__})."
            " Check the address and whether the server runs."
        )


def resolve(base: str, address: str) -> SplitResult:
    """Return an address seen from a base; what is not an address is empty."""
    try:
        return urlsplit(urljoin(base, address))
    except ValueError:
        return urlsplit("")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its very name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def printable(words: object, max_letters: int = 80) -> str:
    """Return a server's words without what a terminal would obey."""
    shown = str(words)[:max_letters]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)
