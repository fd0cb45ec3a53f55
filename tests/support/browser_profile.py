"""Search a browser's profile on disk for words, however the browser stored them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_LZ4_MAGIC = b"mozLz40\0"


def spellings(words: str) -> set[bytes]:
    """Return `words` in each encoding that a profile may use."""
    escaped = words.encode("unicode-escape").replace(b"\\x", b"\\u00")
    return {words.encode(encoding) for encoding in ENCODINGS} | {escaped}


def files(profile: Path) -> list[Path]:
    """Return all regular files of a profile."""
    return [f for f in sorted(profile.rglob("*")) if f.is_file() and not f.is_symlink()]


def find(profile: Path, needles: dict[str, set[bytes]]) -> dict[str, list[str]]:
    """Return {name: files that contain any of its needles}."""
    found: dict[str, list[str]] = {name: [] for name in needles}
    for file in files(profile):
        texts = list(contents(file))
        for name, spelled in needles.items():
            if any(needle in text for needle in spelled for text in texts):
                found[name].append(str(file.relative_to(profile)))
    return {name: where for name, where in found.items() if where}


def contents(file: Path) -> Iterator[bytes]:
    """Yield the content of a file: its bytes, and what is compressed in them."""
    try:
        raw = file.read_bytes()
    except OSError:
        return
    yield raw
    if raw.startswith(_LZ4_MAGIC):
        yield lz4_block(raw[len(_LZ4_MAGIC) + 4 :])
    if raw.startswith(b"SQLite format 3\0"):
        yield from _rows(file)


def _rows(file: Path) -> Iterator[bytes]:
    """Yield every value of every table, as the file stores long values in pieces."""
    address = f"file:{file}?immutable=1"
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(address, uri=True)) as database,
    ):
        database.text_factory = bytes
        names = database.execute("select name from sqlite_master where type='table'")
        for (name,) in names.fetchall():
            with suppress(sqlite3.Error):
                for row in database.execute(f'select * from "{name.decode()}"'):  # noqa: S608
                    yield b"\n".join(v for v in row if isinstance(v, bytes))


def lz4_block(packed: bytes) -> bytes:
    """Return the content of an LZ4 block (lz4_Block_format.md).

    >>> lz4_block(bytes([0x32]) + b"abc" + bytes([3, 0]) + bytes([0x10]) + b"!")
    b'abcabcabc!'
    """
    out, at = bytearray(), 0

    def length(nibble: int) -> int:
        nonlocal at
        total = last = nibble
        full = 15
        while last == full:
            last, full = packed[at], 255
            at += 1
            total += last
        return total

    while at < len(packed):
        token = packed[at]
        at += 1
        literals = length(token >> 4)
        out += packed[at : at + literals]
        at += literals
        if at >= len(packed):
            break
        back = int.from_bytes(packed[at : at + 2], "little")
        at += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-back])
    return bytes(out)
