"""Clients that send one request after another and compare every byte of the answers."""

import http.client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from quietpage.prepared_site import Site
from tests.support.response_validator import CANARY, TAGS, limited_site
from tests.support.run_length import scaled

CLIENTS = 4
# Short in the long form: what a client waits between two connections.
PAUSE_S = scaled(0.05, 0.01)
CODINGS = ("br", "gzip", "identity")
Bodies = Mapping[tuple[str, str], frozenset[bytes]]


@dataclass
class Tally:
    """What the clients saw: how long each answer took, what was wrong, what was lost.

    `lost` holds requests without an answer, `wrong` answers with another status or
    another byte than the site's.
    """

    took_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def p99_s(self) -> float:
        """Return the time within which 99 of 100 answers came."""
        return sorted(self.took_s)[int(len(self.took_s) * 0.99)]

    def wait(self, more: int, patience_s: float = 60) -> None:
        """Return when that many more answers have come."""
        wanted, end = len(self.took_s) + more, time.monotonic() + patience_s
        while len(self.took_s) < wanted:
            assert time.monotonic() < end, f"no {more} answers within {patience_s} s"
            time.sleep(0.05)


def bodies_of(*sites: Site) -> Bodies:
    """Return {(tag, coding): bodies} that any of `sites` sends."""
    return {
        (tag, coding): frozenset(site.guides[tag, coding].body for site in sites)
        for tag in TAGS
        for coding in CODINGS
    }


@contextmanager
def asking(
    port: int, bodies: Bodies | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Tally]:
    """Send requests with several clients at once, until the block ends."""
    expected = bodies or bodies_of(limited_site())
    tally, stop = Tally(), threading.Event()

    def ask_on(number: int) -> None:
        turn = number
        while not stop.is_set():
            turn += 1
            keys = sorted(expected)
            tag, coding = keys[turn % len(keys)]
            connection = connect(port, tls)
            _ask(connection, tag, coding, expected[tag, coding], tally)
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=ask_on, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def connect(port: int, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
    """Return a connection that opens with its first request."""
    if tls:
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls)
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def _ask(
    connection: http.client.HTTPConnection,
    tag: str,
    coding: str,
    expected: frozenset[bytes],
    tally: Tally,
) -> None:
    headers = {"Accept-Encoding": coding, "User-Agent": f"Mozilla/5.0 {CANARY}"}
    begun_s = time.monotonic()
    try:
        # As a browser does, more than one request on a connection.
        for _ in range(2):
            begun_s = time.monotonic()
            connection.request("GET", f"/{tag}/?{CANARY}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            tally.took_s.append(time.monotonic() - begun_s)
            if answer.status != 200 or body not in expected:
                tally.wrong.append(f"{tag} {coding}: {answer.status}, {len(body)} B")
            if answer.getheader("Connection") == "close":
                break
    except (OSError, http.client.HTTPException) as error:
        tally.lost.append(f"{error!r} after {time.monotonic() - begun_s:.3f} s")
    finally:
        connection.close()
