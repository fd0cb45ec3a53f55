"""What the server's logs keep of an audit."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from quietpage.errors import QuietpageError

from .client import Client, is_loopback

# nginx's `flush=1m` is the longest delay in its documentation's examples.
LONG_ENOUGH_S = 70
_POLL_S = 0.5
# gzip, zstd, xz, bzip2 and the journal of systemd.
_UNREADABLE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh", b"LPKSHHRH")


@dataclass
class Logs:
    """Files and folders, and how long each file was before the audit."""

    paths: Iterable[Path]
    wait_s: float
    before: dict[Path, int] = field(init=False)

    def __post_init__(self) -> None:
        """Note the lengths.

        Raises:
            QuietpageError: A path cannot be read.
        """
        self.before = {file: file.stat().st_size for file in self._files()}

    def search(self, client: Client) -> tuple[list[str], list[Path]]:
        """Return what was written of this audit, and files that cannot be searched.

        Waits until something is found or the time is over.
        """
        needles = {client.canary, client.canary_address}
        # On loopback it is the server's own address too.
        needles |= {a for a in client.own_addresses if not is_loopback(a)}
        ends = time.monotonic() + self.wait_s
        while True:
            is_over = time.monotonic() >= ends
            grown = [
                file
                for file in self._files()
                if file.stat().st_size != self.before.get(file, 0)
            ]
            found = [
                f"{file} holds {needle}, which came from this audit"
                for file in grown
                for needle in sorted(needles)
                if _holds(file, needle.encode(), self.before.get(file, 0))
            ]
            if found or is_over:
                return found, [file for file in grown if _is_unreadable(file)]
            time.sleep(min(_POLL_S, max(0, ends - time.monotonic())))

    def _files(self) -> list[Path]:
        found: list[Path] = []
        for path in self.paths:
            if not path.is_dir():
                found.append(path)
                continue
            for folder, _, names in os.walk(path, onerror=_refuse):
                files = (Path(folder, name) for name in names)
                found += [file for file in files if file.is_file()]
        for file in found:
            if not file.is_file():
                raise QuietpageError(f"{file}: is not a file. Name logs that are.")
            try:
                file.open("rb").close()
            except OSError as error:
                _refuse(error)
        return found


def _refuse(error: OSError) -> None:
    raise QuietpageError(
        f"{error.filename}: cannot be read ({error.strerror}). Name logs that exist and"
        " that you may read."
    ) from error


def _holds(file: Path, needle: bytes, start: int) -> bool:
    with file.open("rb") as opened:
        # A file that became shorter was begun again.
        opened.seek(start if start <= file.stat().st_size else 0)
        return needle in opened.read()


def _is_unreadable(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(8).startswith(_UNREADABLE)
