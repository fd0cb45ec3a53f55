"""Compression: codings decode to the same text, and padding changes only the length."""

import gzip

import brotli
import pytest

from quietpage.compression import compress_brotli, compress_gzip

# In the three parts that are coded apart.
BODY = b'</header>Notes, <div class="rest">'.join([b"\xc3\xbcn\xc3\xafcode " * 50] * 3)


@pytest.mark.parametrize("pad_bytes", [0, 1, 2, 3, 4, 5, 257, 258, 259, 260, 517, 5000])
def test_padding_changes_only_the_length(pad_bytes: int) -> None:
    in_brotli, in_gzip = compress_brotli(BODY), compress_gzip(BODY)

    assert brotli.decompress(in_brotli(pad_bytes)) == BODY
    assert gzip.decompress(in_gzip(pad_bytes)) == BODY
    assert len(in_brotli(pad_bytes)) == len(in_brotli(0)) + pad_bytes
    assert len(in_gzip(pad_bytes)) == len(in_gzip(0)) + pad_bytes


def test_the_same_text_gives_the_same_bytes() -> None:
    assert compress_gzip(BODY)(7) == compress_gzip(BODY)(7)
    assert compress_brotli(BODY)(7) == compress_brotli(BODY)(7)
