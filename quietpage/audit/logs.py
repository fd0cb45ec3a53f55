"""What the server's logs keep of an audit."""

import os
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import click

from quietpage.errors import QuietpageError

from .client import Client, is_loopback

# nginx's `flush=1m` is the longest delay in its documentation's examples.
LONGEST_DELAY_S = 70
_POLL_S = 5
# gzip, zstd, xz, bzip2 and the journal of systemd.
_UNREADABLE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh", b"LPKSHHRH")


class CheckSkippedError(Exception):
    """Why a check does not apply here, or what it cannot know."""


class Logs:
    """Files and folders of logs, and the state of each file before the audit."""

    def __init__(self, paths: Collection[Path], wait_s: float) -> None:
        """Note the states.

        Raises:
            QuietpageError: A path cannot be read.
        """
        self.paths, self.wait_s = paths, wait_s
        self._before = {file: state for file, _, state in self._opened()}

    def traces(self, client: Client) -> list[str]:
        """Return a sentence for each trace of the audit; wait until one is found.

        Raises:
            CheckSkippedError: None is found, and a log may hold one all the same.
        """
        if not self.paths:
            raise CheckSkippedError("No --logs were given.")
        click.echo(f"Waiting up to {self.wait_s:g} s for the logs …", err=True)
        ends = time.monotonic() + self.wait_s
        found, unreadable = self._search(client)
        while not found and (left_s := ends - time.monotonic()) > 0:
            time.sleep(min(_POLL_S, left_s))
            found, unreadable = self._search(client)
        waited = f"Nothing of this audit was written within {self.wait_s:g} s"
        if not found and unreadable:
            names = ", ".join(unreadable)
            raise CheckSkippedError(f"{waited}, but {names} cannot be searched here.")
        if not found and self.wait_s < LONGEST_DELAY_S:
            raise CheckSkippedError(
                f"{waited}, but a log may be written later. Wait: --log-wait"
                f" {LONGEST_DELAY_S}."
            )
        return found

    def _search(self, client: Client) -> tuple[list[str], list[str]]:
        """Return a sentence for each trace, and the files that cannot be searched."""
        canaries = set(client.canaries)
        # On loopback the server has the same address.
        own = {address for address in client.own_addresses if not is_loopback(address)}
        found, unreadable = [], []
        for file, opened, state in self._opened():
            before = self._before.get(file)
            if state == before:
                continue
            inode, size, _ = state
            start = before[1] if before and before[0] == inode else 0
            needles = canaries | own
            if opened.read(8).startswith(_UNREADABLE):
                unreadable.append(str(file))
                # A journal is written in place, next to older records, which may
                # name this machine.
                needles = canaries if size == start else needles
            # A file that has not grown was replaced, or is written in place.
            opened.seek(start if start < size else 0)
            text = opened.read()
            found += [
                f"{file} contains {needle}, which came from this audit"
                for needle in sorted(needles)
                if needle.encode() in text
            ]
        return found, unreadable

    def _opened(self) -> Iterator[tuple[Path, BinaryIO, tuple[int, int, int]]]:
        """Yield each file, open for reading, with its inode, size and time."""
        folders = [path for path in self.paths if path.is_dir()]
        files = [path for path in self.paths if path not in folders]
        for path in folders:
            for folder, _, names in os.walk(path, onerror=self._refuse):
                files += [Path(folder, name) for name in names]
        for file in files:
            try:
                if file.is_file():
                    with file.open("rb") as opened:
                        now = os.fstat(opened.fileno())
                        yield file, opened, (now.st_ino, now.st_size, now.st_mtime_ns)
                elif file in self.paths:
                    raise QuietpageError(f"{file}: is not a file. Name logs that are.")
            except OSError as error:
                self._refuse(error)

    def _refuse(self, error: OSError) -> None:
        """Report what cannot be read, but not what rotation took out of a folder."""
        is_absent = isinstance(error, FileNotFoundError)
        if is_absent and Path(error.filename) not in self.paths:
            return
        raise QuietpageError(
            f"{error.filename}: cannot be read ({error.strerror}). Name logs that exist"
            " and that you may read."
        ) from error
