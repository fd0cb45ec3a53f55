"""The expressions with which exported servers read Accept-Language and -Encoding."""

import re

import pytest

from quietpage.export.server_configs import CODING_RULES, first_range, language_ranges
from quietpage.negotiation import locale_chooser
from tests.support.locales import TAGS

# Each row is a rule: what is sent, and whether br and gzip are acceptable.
CODINGS = {
    "": (0, 0),
    "gzip, deflate, br, zstd": (1, 1),
    "gzip, deflate": (0, 1),
    "deflate,\tbr": (1, 0),
    "BR": (1, 0),
    "zbr, gzipped, brx": (0, 0),
    "br;q=0, gzip;q=0.5": (0, 1),
    "br;q=0.0, gzip;q=0.000": (0, 0),
    "br;q=0.001, gzip;q=.5": (1, 1),
    "br;q=1., gzip;q=1.000": (1, 1),
    "br;q=1.001, gzip;q=2": (0, 0),
    "br;q=x, gzip;q=": (0, 0),
    "br;level=9": (0, 0),
    "br ; Q = 1.0 , gzip  ;  q=1": (1, 1),
    f"br{' ' * 9}, gzip": (0, 1),
    "x-gzip": (0, 1),
    "x-gzip;q=0": (0, 0),
    "x-gzip;q=0, gzip": (0, 1),
    "gzip;q=0, x-gzip": (0, 0),
    "*": (1, 1),
    "*;q=0": (0, 0),
    "gzip;q=0, *": (1, 0),
    "x-gzip;q=0, *": (1, 0),
    "br;q=0, *": (0, 1),
    "*, br;q=0": (0, 1),
    "identity;q=0": (0, 0),
    f"{'x,' * 15}br": (1, 0),
    f"{'x,' * 16}br": (0, 0),
    f"{'x,' * 15}*,": (1, 1),
    f"{'x,' * 16}*,": (0, 0),
}
# Each row is a rule: what is sent, and the language that is found.
LANGUAGES = {
    "": "en",
    "es": "es",
    "ES-mx": "es",
    "es-MX,es;q=0.9,en;q=0.8": "es",
    "is, xx-YY;q=0.9, ar-EG;q=0.8, en;q=0.5": "ar",
    "zh": "zh-Hans",
    "zh-TW,zh;q=0.9": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-Hant-HK": "zh-Hant",
    "zh-Hans-TW": "zh-Hans",
    "zh-SG": "zh-Hans",
    "cmn-TW": "zh-Hant",
    "pt-PT": "pt-BR",
    "tl": "fil",
    "cmn": "zh-Hans",
    "iw, mo": "ro",
    "eng-x-private, de": "en",
    "english, de": "de",
    "es;q=0, fr;q=0.1": "fr",
    "es;q=0.0000, fr": "fr",
    " \tes": "es",
    "es;q=2, fr": "fr",
    "xx;;q=, \t,,it": "it",
    "*": "en",
    "*, es": "en",
    "*;q=0, es": "es",
    f"es-{'x' * 32}": "es",
    f"es-{'x' * 33}, fr": "fr",
    f"{'x,' * 15}es": "es",
    f"{'x,' * 16}es": "en",
}
RANGES = language_ranges(TAGS)
FIRST_RANGE = re.compile(first_range(list(RANGES)), re.IGNORECASE)


def coding_found(coding: str, header: str) -> int:
    """Return the result of the first rule that matches, as each server applies them."""
    for expression, answer in CODING_RULES[coding]:
        if re.search(expression, header, re.IGNORECASE):
            return answer
    return 0


def language_found(header: str) -> str:
    found = FIRST_RANGE.search(header)
    return RANGES[found[1].lower()] if found else TAGS[0]


@pytest.mark.parametrize("header", CODINGS)
def test_codings_are_matched_by_name_weight_and_position(header: str) -> None:
    assert (coding_found("br", header), coding_found("gzip", header)) == CODINGS[header]


@pytest.mark.parametrize("header", LANGUAGES)
def test_the_first_language_on_offer_is_found(header: str) -> None:
    assert language_found(header) == LANGUAGES[header]


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_on_offer_is_found_by_its_tag(tag: str) -> None:
    assert language_found(f"xx, {tag};q=0.8") == tag
    assert language_found(f"{tag.upper()}-x-y") == tag


def test_every_range_means_the_same_as_on_the_site() -> None:
    choose = locale_chooser(TAGS)

    assert {name: choose(name) for name in RANGES} == RANGES
