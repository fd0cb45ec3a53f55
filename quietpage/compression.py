"""Compress a document so that it can be padded to any greater size."""

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import brotli

# From the number of bytes to pad by to the body.
Padder = Callable[[int], bytes]
Coder = Callable[[bytes], Padder]

# templates/_exit.html and templates/guide.html have these tags. The exit, the numbers
# and the rest of the guide are compressed separately, each with codes that suit it: the
# exit takes a fifth fewer bytes, the numbers about 180 fewer, the document no more.
_FLUSH_AFTER = (b"</header>", b'<div class="rest">')


def _parts(body: bytes) -> Iterator[bytes]:
    for end in _FLUSH_AFTER:
        part, mark, rest = body.partition(end)
        if mark:
            yield part + mark
            body = rest
    yield body


def compress_brotli(body: bytes, quality: int = 11) -> Padder:
    """Return `body` in brotli as a function of the bytes to pad it by.

    The padding is metadata blocks (RFC 7932 section 9.2). They follow the text, so that
    they do not delay it.
    """
    compressor = brotli.Compressor(quality=quality, mode=brotli.MODE_TEXT)
    stream = b"".join(
        compressor.process(part) + compressor.flush() for part in _parts(body)
    )
    # An empty last block: ISLAST and ISLASTEMPTY.
    return lambda pad_bytes: bytes(stream + _metadata_blocks(pad_bytes) + b"\x03")


def _metadata_blocks(size_bytes: int) -> bytes:
    """Return byte-aligned metadata blocks of exactly that size in total."""
    blocks = b""
    while size_bytes:
        # MNIBBLES 0 (bits 11), a zero bit, then MSKIPBYTES: six bits with ISLAST.
        if size_bytes <= 2:  # noqa: PLR2004 - too small for a length
            blocks += b"\x06" * size_bytes
            return blocks
        skipped = min(size_bytes - 3, 255)
        # ISLAST=0, MNIBBLES=3, reserved=0, MSKIPBYTES=1, MSKIPLEN-1 in eight bits.
        head = 0b01_0_11_0 | skipped << 6
        blocks += head.to_bytes(2, "little") + bytes(skipped + 1)
        size_bytes -= skipped + 3
    return blocks


def compress_gzip(body: bytes) -> Padder:
    """Return `body` in gzip as a function of the bytes to pad it by.

    Empty stored blocks of five bytes (RFC 1951 section 3.2.4) follow the text; the
    rest of the padding is a comment in the header, which holds no time and no name.
    """
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    stream = b"".join(
        deflate.compress(part) + deflate.flush(zlib.Z_SYNC_FLUSH)
        for part in _parts(body)
    )
    tail = struct.pack("<2L", zlib.crc32(body), len(body) & 0xFFFFFFFF)

    def padded(pad_bytes: int) -> bytes:
        blocks, comment_bytes = divmod(pad_bytes, 5)
        # FCOMMENT, no time, best compression, unknown system; an empty last block.
        head = b"\x1f\x8b\x08\x10\0\0\0\0\x02\xff" + b"-" * comment_bytes + b"\0"
        return head + stream + b"\0\0\0\xff\xff" * blocks + b"\x03\0" + tail

    return padded


def pad_identity(body: bytes) -> Padder:
    """Return `body` as a function of how many newlines to append."""
    return lambda pad_bytes: body + b"\n" * pad_bytes


# {coding: the functions that make a document's padder, quickly and as small as can be}
CODERS: dict[str, tuple[Coder, Coder]] = {
    "br": (partial(compress_brotli, quality=10), compress_brotli),
    "gzip": (compress_gzip, compress_gzip),
    "identity": (pad_identity, pad_identity),
}
