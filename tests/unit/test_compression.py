"""Compression: codings decode to the same text, and padding changes only the length."""

import gzip

import brotli
import pytest

from quietpage.compression import (
    CODERS,
    Padder,
    compress_brotli,
    compress_gzip,
    pad_identity,
)
from quietpage.prepared_site import RenderedResponse, prepare_responses

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


def test_only_what_decides_the_size_is_compressed_as_well_as_can_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well: list[int] = []

    def best(body: bytes) -> Padder:
        well.append(len(body))
        return pad_identity(body[: len(body) * 9 // 10])

    monkeypatch.setitem(CODERS, "br", (pad_identity, best))
    documents = {
        tag: RenderedResponse([], b"x" * size)
        for tag, size in (("a", 95), ("b", 100), ("c", 90), ("d", 50))
    }

    prepared = prepare_responses(documents, ["br"])

    assert well == [100, 95]
    assert {len(one.body) for one in prepared.values()} == {90}
    assert prepared["d", "br"].body.rstrip() == b"x" * 50
