"""What the first round trip carries in each language: all that is needed in danger.

`python -m tools.benchmark.first_flight` prints this table alone.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli

from quietpage.terminal_progress import progress_map
from tests.support.gunicorn import Server, start_server
from tests.support.locales import TAGS
from tools.benchmark.subject_result import Report
from tools.benchmark_tables import Goal, table

# Ten segments of 1,460 bytes: the initial window of TCP (RFC 6928).
FIRST_BYTES = 14_600
MAX_BYTES = 32_768
# It follows the exit, topics 1 to 3, and the numbers of the countries where the page's
# language is official.
MARK = b"<hr>"
END = b"</html>"


def measure(server: Server, tag: str) -> tuple[int, int, int, int]:
    """Return bytes of the head, then up to what is needed, the text, and the padding.

    Each counts from the first byte of the answer.
    """
    answer = server.send(
        f"GET /{tag}/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    head_bytes = len(head) + 4
    decoder = brotli.Decompressor()
    text = b""
    needed: list[int] = []
    for place in range(len(body)):
        text += decoder.process(body[place : place + 1])
        mark = (MARK, END)[len(needed)]
        if mark in text:
            needed.append(head_bytes + place + 1)
            if mark == END:
                return head_bytes, needed[0], needed[1], len(answer)
    raise SystemExit(f"/{tag}/: lacks {MARK.decode()} or {END.decode()}.")


def report(server: Server) -> Report:
    """Return the table, with the tightest language first."""
    measured = progress_map("First bytes", partial(measure, server), TAGS)
    found = sorted(
        ((*sizes, tag) for tag, sizes in zip(TAGS, measured, strict=True)),
        key=lambda f: -f[1],
    )
    _, most_needed, _, whole, tag = found[0]
    goals = (
        Goal(
            f"what is needed, in every language, bytes: at most {FIRST_BYTES:,}",
            f"{most_needed:,} ({tag})",
            most_needed <= FIRST_BYTES,
        ),
        Goal(
            f"the whole answer, bytes: at most {MAX_BYTES:,}",
            f"{whole:,}",
            whole <= MAX_BYTES,
        ),
    )
    rows = [
        (tag, *(f"{n:,}" for n in (head, needed, FIRST_BYTES - needed, text, whole)))
        for head, needed, text, whole, tag in found
    ]
    head = (
        *("language", "head", "head and what is needed", "room left"),
        *("head and text", "whole answer, padded"),
    )
    return Report(table(head, rows), goals)


if __name__ == "__main__":
    with TemporaryDirectory() as folder, start_server(Path(folder)) as started:
        print(report(started).table)
