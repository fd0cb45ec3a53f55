"""Accept-Language and Accept-Encoding: the choice, whatever the network sends."""

import pytest

from quietpage.negotiation import choose_coding, locale_chooser

TAGS = ["en", "es", "fa", "fil", "he", "no", "pt-BR", "zh-Hans", "zh-Hant"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(None, "en", id="no header"),
        pytest.param("es-MX, en;q=0.8", "es", id="region falls back to language"),
        pytest.param("de, es;q=0.1", "es", id="next choice"),
        pytest.param("es;q=0.2, fil;q=0.9", "fil", id="by quality"),
        pytest.param("ES", "es", id="any case"),
        pytest.param("es;q=0, en;q=0.1", "en", id="refused"),
        pytest.param("es;q=0, *", "en", id="anything else"),
        pytest.param("en;q=0, *", "es", id="anything but English"),
        pytest.param("pt-PT", "pt-BR", id="another region"),
        pytest.param("zh-TW", "zh-Hant", id="Taiwan"),
        pytest.param("zh-HK", "zh-Hant", id="Hong Kong"),
        pytest.param("zh-SG", "zh-Hans", id="Singapore"),
        pytest.param("zh", "zh-Hans", id="likely script"),
        pytest.param("tl", "fil", id="tl is fil"),
        pytest.param("iw", "he", id="iw is he"),
        pytest.param("nb", "no", id="nb is no"),
        pytest.param("prs-AF, en", "fa", id="Dari is Persian"),
        pytest.param("\x00;;q=,", "en", id="malformed"),
        pytest.param("es;q=nan, es;q=9", "en", id="malformed quality"),
        pytest.param("-" * 5000, "en", id="endless"),
    ],
)
def test_chooses_a_locale_or_the_default(header: str | None, expected: str) -> None:
    assert locale_chooser(TAGS)(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", "identity"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", "identity"),
        ("BR;Q=1", "br"),
        (";;,q=", "identity"),
        ("br;q=abc", "identity"),
    ],
)
def test_chooses_a_coding_that_is_acceptable(header: str | None, expected: str) -> None:
    assert choose_coding(header) == expected
