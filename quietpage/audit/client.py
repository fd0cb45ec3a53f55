"""Ask one web server within bounds of time and bytes, whatever it answers."""

import http.client
import io
import re
import secrets
import socket
import ssl
import time
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import brotli

from quietpage.document import Document
from quietpage.errors import QuietpageError

_MAX_BYTES = 2_000_000
_MAX_REQUESTS = 400
# In times of one request's deadline.
_OVERALL = 30
PORTS = {"http": 80, "https": 443}


class NoAnswerError(QuietpageError):
    """A server that did not answer within the bounds, or not in HTTP."""


@dataclass(frozen=True)
class Answer:
    """An answer, and in `kind` what it answers: a page, a refused method."""

    kind: str
    scheme: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's values as one, None where there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None

    def decoded(self) -> bytes:
        """Return the body without its coding; what cannot be decoded is empty."""
        coding = (self.header("Content-Encoding") or "identity").lower()
        try:
            if coding == "br":
                return bytes(
                    brotli.Decompressor().process(
                        self.body, output_buffer_limit=_MAX_BYTES
                    )
                )
            if coding == "gzip":
                return zlib.decompressobj(31).decompress(self.body, _MAX_BYTES)
        except (brotli.error, zlib.error):
            return b""
        return self.body if coding == "identity" else b""

    def document(self) -> Document:
        """Return the body as a parsed document."""
        return Document(self.decoded().decode(errors="replace"))


class _Wire(io.RawIOBase):
    """A socket to read from until a deadline: a drip must not renew its time."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection, self._deadline = connection, deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class Client:
    """One site under audit: its address, the canaries sent to it, the bounds."""

    def __init__(self, url: str, timeout_s: float) -> None:
        """Take an address apart.

        Raises:
            QuietpageError: It is no web address.
        """
        try:
            parts = urlsplit(url)
            self.scheme, self.host = parts.scheme, (parts.hostname or "").lower()
            self.port = parts.port or PORTS[parts.scheme]
            self.host = self.host.encode("idna").decode()
        except (ValueError, KeyError):
            self.host = ""
        target = (parts.path or "/") if self.host else ""
        if not self.host or not re.fullmatch("[!-~]+", target):
            raise QuietpageError(
                f"{url!r} is no web address. Write it whole: https://notes.example/"
            )
        self.start = target
        # Random, so that a find can only come from this run; the address is one of
        # those that RFC 3849 keeps for documentation.
        self.canary = f"canary{secrets.token_hex(8)}"
        groups = (f"{0x1000 + secrets.randbelow(0xE000):x}" for _ in range(2))
        self.canary_address = f"2001:db8:{':'.join(groups)}::7"
        self.own_address = ""
        self.requests = self.bytes = 0
        self.timeout_s = timeout_s
        self._overall = time.monotonic() + _OVERALL * timeout_s

    @property
    def authority(self) -> str:
        """The host as the Host header has it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    def ask(
        self,
        kind: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
    ) -> Answer:
        """Send a request and return the answer.

        Raises:
            NoAnswerError: None came within the bounds.
        """
        fields = {
            "Host": self.authority,
            "User-Agent": f"quietpage-audit {self.canary}",
            "Connection": "close",
            **(headers or {}),
        }
        lines = [
            f"{method} {target} HTTP/1.1",
            *(f"{k}: {v}" for k, v in fields.items()),
        ]
        return self.send(kind, "\r\n".join([*lines, "", ""]).encode(), method)

    def send(
        self, kind: str, request: bytes, method: str = "GET", scheme: str = ""
    ) -> Answer:
        """Send bytes, over the plain port where `scheme` says http.

        Raises:
            NoAnswerError: None came within the bounds.
        """
        scheme = scheme or self.scheme
        what = f"{scheme}://{self.authority} ({kind})"
        if time.monotonic() > self._overall or self.requests >= _MAX_REQUESTS:
            raise QuietpageError(
                f"{what}: the audit has asked {self.requests} times and taken too long."
                " Try again when the server is faster, or with a larger --timeout."
            )
        self.requests += 1
        deadline = time.monotonic() + self.timeout_s
        try:
            with self.connect(deadline, scheme) as connection:
                connection.sendall(request)
                response = http.client.HTTPResponse(
                    _Wire(connection, deadline),  # type: ignore[arg-type]
                    method=method,
                )
                response.begin()
                body = response.read(_MAX_BYTES + 1)
                if response.length and len(body) <= _MAX_BYTES:
                    raise http.client.IncompleteRead(body, response.length)
        except TimeoutError:
            raise NoAnswerError(
                f"{what}: no whole answer within {self.timeout_s:g} s. Look whether"
                " the server runs and is reachable from here."
            ) from None
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or error
            raise NoAnswerError(
                f"{what}: TLS fails ({printable(reason)}). Browsers will not show the"
                " page: renew or correct the certificate."
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = printable(error) or type(error).__name__
            raise NoAnswerError(
                f"{what}: no answer in HTTP ({reason})."
                " Look at the address and whether the server runs."
            ) from None
        if len(body) > _MAX_BYTES:
            raise NoAnswerError(
                f"{what}: the answer is longer than {_MAX_BYTES} bytes, so no page of"
                " notes. Look what the server sends."
            )
        self.bytes += len(body)
        headers = tuple(response.getheaders())
        return Answer(kind, scheme, response.status, headers, body)

    def connect(
        self, deadline: float, scheme: str, context: ssl.SSLContext | None = None
    ) -> socket.socket:
        """Return a connection; over TLS it is verified unless a context says else."""
        port = self.port if scheme == self.scheme else PORTS[scheme]
        addresses = socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)
        fault: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses[:4]:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(_left(deadline))
                connection.connect(address)
                self.own_address = connection.getsockname()[0]
                if scheme == "http":
                    return connection
                context = context or ssl.create_default_context()
                return context.wrap_socket(connection, server_hostname=self.host)
            except ssl.SSLError:
                connection.close()
                raise
            except OSError as error:
                connection.close()
                fault = error
        raise fault

    def certificate(self) -> tuple[str, float, list[str]]:
        """Return the TLS version, the certificate's days to run, and its names."""
        deadline = time.monotonic() + self.timeout_s
        with self.connect(deadline, "https") as connection:
            assert isinstance(connection, ssl.SSLSocket)  # noqa: S101 - for mypy
            certificate = connection.getpeercert() or {}
            version = connection.version() or ""
        ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        names = [str(name[1]) for name in certificate.get("subjectAltName", ())]
        return version, (ends - time.time()) / 86400, names

    def takes_old_tls(self) -> bool:
        """Return whether a handshake below TLS 1.2, broken since 2021, succeeds."""
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
            self.connect(time.monotonic() + self.timeout_s, "https", context).close()
        except OSError:
            return False
        return True


def resolve(base: str, address: str) -> SplitResult:
    """Return an address seen from a base; what is no address is empty."""
    try:
        return urlsplit(urljoin(base, address))
    except ValueError:
        return urlsplit("")


def printable(words: object, most_letters: int = 80) -> str:
    """Return a stranger's server's words without what a terminal would obey."""
    shown = str(words)[:most_letters]
    return "".join(letter if letter.isprintable() else "?" for letter in shown)
