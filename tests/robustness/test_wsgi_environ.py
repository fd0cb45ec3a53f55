"""Arbitrary WSGI environs: the site answers with bytes made at start."""

import string
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from quietpage.negotiation import CODINGS, choose_coding, locale_chooser
from quietpage.prepared_site import Headers
from tests.support.response_validator import (
    ALLOWED,
    CANARY,
    TAGS,
    known_bodies,
    limited_site,
)
from tests.support.run_length import IS_LONG_RUN, scaled

EXAMPLES = scaled(300, 20_000)
many = hypothesis_settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=not IS_LONG_RUN
)
# WSGI strings are bytes read as Latin-1 (PEP 3333).
wsgi_text = st.text(st.characters(max_codepoint=255), max_size=200)
# Parts of list headers, so that more of the values are nearly right.
list_header = st.lists(
    st.sampled_from(
        [
            *("es", "ar-EG", "en", "zh-Hant-TW", "xx", "br", "gzip", "identity", "*"),
            *(",", ";", "q=", "=", "0", "1", ".", "0.5", "1e9", "nan", "-", " ", "\t"),
            *(
                "q",
                "Q=0",
                "x-gzip",
                "\xe9",
                "\x00",
                "_",
                "i-klingon",
                "a" * 40,
                "9" * 400,
            ),
        ]
    ),
    max_size=40,
).map("".join)
header = st.one_of(wsgi_text, list_header)
names = st.text(string.ascii_uppercase + "_", min_size=1, max_size=20)
environs = st.tuples(
    st.dictionaries(st.just("HTTP_") | names, header),
    st.fixed_dictionaries(
        {
            "REQUEST_METHOD": st.sampled_from(["GET", "HEAD", "POST"]) | wsgi_text,
            "wsgi.url_scheme": st.sampled_from(["http", "https"]),
        },
        optional={
            "PATH_INFO": st.sampled_from(["/", "/es/", "/robots.txt", f"/{CANARY}"])
            | wsgi_text,
            "HTTP_HOST": st.sampled_from(["localhost", "localhost:80"]) | wsgi_text,
            "HTTP_ACCEPT_LANGUAGE": header,
            "HTTP_ACCEPT_ENCODING": header,
            "HTTP_REFERER": st.just(CANARY),
            "QUERY_STRING": st.just(CANARY),
        },
    ),
).map(lambda parts: parts[0] | parts[1])


@given(header)
@many
def test_any_accept_encoding_gets_a_coding(accept_encoding: str) -> None:
    assert choose_coding(accept_encoding) in CODINGS


@given(header, st.lists(st.sampled_from(["en", "es", "pt-BR", "zh-Hant"]), min_size=1))
@many
def test_any_accept_language_gets_a_tag(header: str, available: list[str]) -> None:
    assert locale_chooser(available)(header) in available


@given(environs)
@many
def test_any_environ_gets_a_known_answer(environ: dict[str, Any]) -> None:
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _error: Any = None) -> Any:
        started.append((status, headers))

    body = b"".join(limited_site()(environ, start))

    [(status, headers)] = started
    assert int(status[:3]) in ALLOWED
    assert not body or body in known_bodies()
    assert len(headers) >= 16
    assert CANARY not in str(headers)
    assert dict(headers).get("Content-Language", "en") in TAGS
