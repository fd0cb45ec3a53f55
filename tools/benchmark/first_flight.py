"""What the first round trip carries in each language: all that danger asks for."""

import brotli

from tests.support.gunicorn import Server
from tests.support.locales import TAGS
from tools.benchmark.report import Goal, Report, table

# Ten segments of 1,460 bytes: the initial window of TCP (RFC 6928).
FIRST_BYTES = 14_600
MOST_BYTES = 24_576
# It follows the numbers: what stands before is the exit, topics 1 to 3, the numbers.
MARK = b'<div class="rest">'


def measure(server: Server, tag: str) -> tuple[int, int, int]:
    """Return bytes of the head, of what is needed with it, and of the whole answer."""
    answer = server.send(
        f"GET /{tag}/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    head_bytes = len(head) + 4
    decoder = brotli.Decompressor()
    text = b""
    for place in range(len(body)):
        text += decoder.process(body[place : place + 1])
        if MARK in text:
            return head_bytes, head_bytes + place + 1, len(answer)
    raise SystemExit(f"/{tag}/: lacks {MARK.decode()}.")


def report(server: Server) -> Report:
    """Return the table, the language with the least room first."""
    found = sorted(((*measure(server, tag), tag) for tag in TAGS), key=lambda f: -f[1])
    _, most_needed, whole, tag = found[0]
    goals = (
        Goal(
            f"what is needed, in every language, bytes: at most {FIRST_BYTES:,}",
            f"{most_needed:,} ({tag})",
            most_needed <= FIRST_BYTES,
        ),
        Goal(
            f"the whole answer, bytes: at most {MOST_BYTES:,}",
            f"{whole:,}",
            whole <= MOST_BYTES,
        ),
    )
    rows = [
        (tag, f"{head:,}", f"{needed:,}", f"{FIRST_BYTES - needed:,}", f"{whole:,}")
        for head, needed, whole, tag in found
    ]
    head = ("language", "head", "head and what is needed", "room left", "whole answer")
    return Report(table(head, rows), goals)
