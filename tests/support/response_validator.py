"""What the site may send, and a parser that accepts nothing else."""

import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

from app import create_site
from quietpage.config import Settings
from quietpage.prepared_site import Site
from tests.integration.test_responses import check_headers

# Every hostile request has it wherever possible, and no answer may repeat it.
CANARY = "canary5b9e"
# Settings for attacks: with few languages, a server starts quickly.
SETTINGS = 'locales = ["en", "es", "ar"]\n'
TAGS = ("en", "es", "ar")
ALLOWED = {200, 308, 400, 404, 405, 414, 417, 431, 501, 505}


@dataclass(frozen=True)
class Answer:
    """One answer on a connection."""

    status: int
    headers: dict[str, str]
    body: bytes


@cache
def limited_site() -> Site:
    """Return the site that a server with `SETTINGS` serves."""
    return create_site(Settings(locales=TAGS))


@cache
def known_bodies() -> frozenset[bytes]:
    """Return every body that an answer may have."""
    site = limited_site()
    snapshots = [*site.guides.values(), *site.errors.values(), site.robots]
    return frozenset(snapshot.body for snapshot in snapshots)


def read_answers(
    come: bytes, *, is_cut: bool = False, is_tls: bool = False
) -> list[Answer]:
    """Return the answers in `come`; fail at any unexpected byte.

    `is_cut` is whether the connection was reset, so that the end may be missing,
    `is_tls` whether the server may believe that a client came over TLS.
    """
    assert CANARY.encode() not in come.lower()
    answers = []
    while come:
        head, end, rest = come.partition(b"\r\n\r\n")
        if is_cut and not end:
            break
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status, phrase = first.split(" ", 2)
        # gunicorn answers in the version of the request.
        assert re.fullmatch(r"HTTP/1\.\d", version), first
        assert phrase == HTTPStatus(int(status)).phrase
        if status == "100":
            assert not lines
            come = rest
            continue
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        checked = headers | {"content-type": "text/html; charset=utf-8"}
        if is_tls:
            checked.pop("strict-transport-security", None)
        check_headers(checked)
        assert int(status) in ALLOWED, first
        size = int(headers["content-length"])
        # An answer to HEAD has no body: the next one follows, or nothing.
        body = b"" if re.match(rb"$|HTTP/1\.\d ", rest) else rest[:size]
        assert not body or body in known_bodies() or (is_cut and len(body) < size)
        come = rest[len(body) :]
        answers.append(Answer(int(status), headers, body))
    return answers
