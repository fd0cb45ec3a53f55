"""What an audit compares with files: a release, and the server's logs."""

import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from quietpage.errors import QuietpageError
from quietpage.export.files import guide_file

from .checks import Check, UncheckedError, is_loopback
from .visit import Visit


def release_check(folder: Path | None) -> Check:
    """Return the check that pages are byte for byte those of an export.

    Raises:
        QuietpageError: The folder is no export.
    """
    if folder and not list(folder.glob("site/*/index.html")):
        raise QuietpageError(
            f"{folder}: is no export. Make one with `flask --app app export {folder}`."
        )

    def look(seen: Visit) -> Iterator[str]:
        if not folder:
            raise UncheckedError("No --export was given.")
        for (tag, coding), page in seen.pages.items():
            file = folder / guide_file(tag, coding)
            if not file.is_file():
                yield f"{tag} in {coding} is not in the export"
            elif file.read_bytes() != page.body:
                yield f"{tag} in {coding} differs from {file.name}"
        served = {tag for tag, _ in seen.pages}
        for file in sorted(folder.glob("site/*/index.html")):
            if file.parent.name not in served:
                yield f"{file.parent.name} is in the export, but not on the site"

    return Check(
        "release",
        "every page is the export's, byte for byte",
        "Who changes the page on the way or on the server can spy on readers.",
        "Upload the export anew; let no proxy or CDN change it.",
        look,
    )


def logs_check(paths: Iterable[Path]) -> Callable[[], Check]:
    """Note how long the logs are; the check returned later reads what was added.

    Raises:
        QuietpageError: A path cannot be read.
    """
    named = list(paths)
    before = {file: file.stat().st_size for file in _files(named)}

    def look(seen: Visit) -> Iterator[str]:
        if not named:
            raise UncheckedError("No --logs were given.")
        client = seen.client
        needles = [client.canary, client.canary_address]
        if not is_loopback(client.own_address):
            # There it is the server's own address too.
            needles.append(client.own_address)
        for file in _files(named):
            start = before.get(file, 0)
            if file.stat().st_size < start:
                start = 0
            for needle in needles:
                if _holds(file, needle.encode(), start):
                    yield f"{file} holds {needle}, which came from this audit"

    return lambda: Check(
        "logs",
        "no canary and no address of this audit",
        "A log of visits can be stolen, seized or asked for.",
        "Switch the access log off, errors to the gravest only; empty the old.",
        look,
    )


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for folder, _, names in os.walk(path, onerror=_refuse):
            found += [file for name in names if (file := Path(folder, name)).is_file()]
    for file in found:
        if not file.is_file():
            raise QuietpageError(f"{file}: is no file. Name logs that are.")
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
    if file.stat().st_size <= start:
        return False
    with (
        file.open("rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as log,
    ):
        return log.find(needle, start) >= 0
