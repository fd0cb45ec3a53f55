"""Ask one web server within bounds of time, bytes and requests, whatever it answers."""

import http.client
import re
import secrets
import signal
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from quietpage.errors import QuietpageError
from quietpage.message_checks import printable

from .exchange import MAX_BYTES, Answer, Request

# The release and the host's addresses bound the number of requests.
_MAX_BYTES_IN_ALL = 64_000_000
# The time for all of them, in timeouts of one.
_OVERALL_TIMEOUTS = 30
PORTS = {"http": 80, "https": 443}


class NoAnswerError(QuietpageError):
    """A server that did not answer within the bounds, or not in HTTP."""


class Client:
    """One site under audit: its addresses, what TLS showed, canaries and bounds."""

    def __init__(self, url: str, timeout_s: float) -> None:
        """Split an address into its parts.

        Raises:
            QuietpageError: It is not a web address.
        """
        self.host = self.start = ""
        with suppress(ValueError, KeyError):
            parts = urlsplit(url)
            self.port = parts.port or PORTS[parts.scheme]
            self.scheme, self.start = parts.scheme, parts.path or "/"
            self.host = (parts.hostname or "").lower().encode("idna").decode()
        if not self.host or not re.fullmatch("[!-~]+", self.start):
            raise QuietpageError(
                f"{url!r} is not a web address. Write all of it: https://notes.example/"
            )
        # Random, so that a match can only come from this run. RFC 3849 reserves the
        # addresses for documentation.
        self.canary = f"canary{secrets.token_hex(8)}"
        groups = (f"{0x1000 + secrets.randbelow(0xE000):x}" for _ in range(2))
        self.canary_address = f"2001:db8:{':'.join(groups)}::7"
        self.canaries = (self.canary, self.canary_address)
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
        self._ends = 0.0

    @property
    def authority(self) -> str:
        """The host as the Host header has it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    def reach(self) -> None:
        """Find the addresses of the host that accept a connection; start the clock.

        Raises:
            NoAnswerError: None does.
        """
        self._ends = time.monotonic() + _OVERALL_TIMEOUTS * self.timeout_s
        where, fault = f"{self.scheme}://{self.authority}", OSError("no address")
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise self._no_answer(where, error) from None
        for address in dict.fromkeys(str(place[0]) for *_, place in found):
            try:
                with self._open(address, self.port) as connection:
                    self.own_addresses.add(connection.getsockname()[0])
                self.addresses.append(address)
            except OSError as error:
                fault = error
                self.unreachable[address] = error.strerror or "no answer"
        if not self.addresses:
            raise self._no_answer(where, fault)

    def ask(self, request: Request) -> Answer:
        """Send a request, and return the answer.

        Raises:
            NoAnswerError: No answer came within the bounds.
        """
        scheme = request.scheme or self.scheme
        what = f"{scheme}://{self.authority} ({request.kind})"
        self._check_bounds(what)
        self.requests += 1
        port = PORTS[scheme] if request.scheme else self.port
        address = request.address or self.addresses[0]
        context = self._context if scheme == "https" else None
        session = self._session if request.resume else None
        fields = {"Host": self.host if request.scheme else self.authority}
        lines = [f"{k}: {v}" for k, v in (fields | dict(request.headers)).items()]
        head = "\r\n".join([f"{request.line} HTTP/1.1", *lines, "", ""])
        try:
            with self._open(address, port, context, session) as connection:
                connection.sendall(head.encode())
                answer = _read(request, connection)
                self._note_tls(connection)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._no_answer(what, error) from None
        if len(answer.body) > MAX_BYTES:
            raise NoAnswerError(
                f"{what}: the answer is longer than {MAX_BYTES} bytes, so it is not a"
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
        with (
            _timeout(self.timeout_s),
            socket.create_connection((address, port)) as plain,
            context.wrap_socket(plain, server_hostname=self.host, session=session)
            if context
            else nullcontext(plain) as connection,
        ):
            # Else a request waits until the end of the handshake is acknowledged.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield connection

    def _note_tls(self, connection: socket.socket) -> None:
        if isinstance(connection, ssl.SSLSocket):
            self.certificate = connection.getpeercert() or {}
            self.tls_versions.add(connection.version() or "")
            self.has_resumed |= bool(connection.session_reused)
            self._session = connection.session

    def _check_bounds(self, what: str) -> None:
        if time.monotonic() > self._ends or self.bytes > _MAX_BYTES_IN_ALL:
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
                f"{what}: TLS fails ({shortened(reason)}). Browsers will not show the"
                " page: renew or correct the certificate."
            )
        return NoAnswerError(
            f"{what}: no answer in HTTP ({shortened(error) or type(error).__name__})."
            " Check the address and whether the server runs."
        )


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Raise a TimeoutError in what takes longer, even where bytes keep dripping in."""

    def expire(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _read(request: Request, connection: socket.socket) -> Answer:
    method = request.line.split(maxsplit=1)[0]
    with closing(http.client.HTTPResponse(connection, method=method)) as response:
        response.begin()
        body = b""
        # In parts, since a chunk of a negative size would be read without a bound.
        while len(body) <= MAX_BYTES and (part := response.read1(65_536)):
            body += part
        if response.length and len(body) <= MAX_BYTES:
            raise http.client.IncompleteRead(body, response.length)
        return Answer(request, response.status, tuple(response.getheaders()), body)


def resolve(base: str, address: str) -> SplitResult:
    """Return an address relative to a base; one that cannot be parsed is empty."""
    try:
        return urlsplit(urljoin(base, address))
    except ValueError:
        return urlsplit("")


def is_loopback(host: str) -> bool:
    """Return whether a host's name alone shows that it is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shortened(words: object, max_letters: int = 80) -> str:
    """Return the beginning of a server's words, with control characters escaped."""
    return printable(str(words)[:max_letters])
