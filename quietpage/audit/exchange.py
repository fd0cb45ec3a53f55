"""A request of the audit, and the answer to it."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import brotli

# Of a body, compressed or not.
MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class Request:
    """A request, and what must be the answer.

    `tag` is the language in which the guide must come, "" for the default one, None
    where another answer is right. In one `group` all languages must have one size.
    With `may_answer_freely` the server may answer in its own words. `resume` offers
    the last TLS session.
    """

    kind: str
    line: str
    headers: Mapping[str, str]
    tag: str | None = None
    group: str = ""
    scheme: str = ""
    address: str = ""
    resume: bool = False
    may_answer_freely: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer to a request."""

    request: Request
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
                return bytes(decode(self.body, output_buffer_limit=MAX_BYTES))
            if self.coding == "gzip":
                return zlib.decompressobj(31).decompress(self.body, MAX_BYTES)
        except (brotli.error, zlib.error):
            return None
        return self.body if self.coding == "identity" else None
