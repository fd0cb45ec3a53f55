"""What the server's logs keep of an audit."""

import os
import time
from collections.abc import Collection
from pathlib import Path

import click

from quietpage.errors import QuietpageError

from .client import Client, is_loopback

# nginx's `flush=1m` is the longest delay in its documentation's examples.
LONG_ENOUGH_S = 70
_POLL_S = 0.5
# gzip, zstd, xz, bzip2 and the journal of systemd.
_UNREADABLE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh", b"LPKSHHRH")


class CheckSkippedError(Exception):
    """Why a check does not apply here, or what it cannot know."""


class Logs:
    """Files and folders of logs, and how long each file was before the audit."""

    def __init__(self, paths: Collection[Path], wait_s: float) -> None:
        """Note the lengths.

        Raises:
            QuietpageError: A path cannot be read.
        """
        self.paths, self.wait_s = paths, wait_s
        self._lengths = {file: file.stat().st_size for file in self._files()}

    def traces(self, client: Client) -> list[str]:
        """Return a sentence for each trace of the audit; wait until one is found.

        Raises:
            CheckSkippedError: None is found, and a log may hold one all the same.
        """
        if not self.paths:
            raise CheckSkippedError("No --logs were given.")
        click.echo(f"Waiting up to {self.wait_s:g} s for the logs …", err=True)
        ends = time.monotonic() + self.wait_s
        while not (found := self._search(client)) and time.monotonic() < ends:
            time.sleep(_POLL_S)
        waited = f"Nothing of this audit was written within {self.wait_s:g} s"
        unreadable = [file for file in self._files() if self._is_unreadable(file)]
        if not found and unreadable:
            names = ", ".join(map(str, unreadable))
            raise CheckSkippedError(f"{waited}, but {names} cannot be searched here.")
        if not found and self.wait_s < LONG_ENOUGH_S:
            raise CheckSkippedError(
                f"{waited}, but a log may be written later. Wait: --log-wait"
                f" {LONG_ENOUGH_S}."
            )
        return found

    def _search(self, client: Client) -> list[str]:
        needles = {client.canary, client.canary_address}
        # On loopback the server has the same address.
        needles |= {a for a in client.own_addresses if not is_loopback(a)}
        return [
            f"{file} holds {needle}, which came from this audit"
            for file in self._files()
            for text in [self._added(file)]
            for needle in sorted(needles)
            if needle.encode() in text
        ]

    def _added(self, file: Path) -> bytes:
        """Return what was written since the start; a shorter file was started again."""
        before = self._lengths.get(file, 0)
        with file.open("rb") as opened:
            opened.seek(before if before <= file.stat().st_size else 0)
            return opened.read()

    def _is_unreadable(self, file: Path) -> bool:
        with file.open("rb") as opened:
            start = opened.read(8)
        return start.startswith(_UNREADABLE) and bool(self._added(file))

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
