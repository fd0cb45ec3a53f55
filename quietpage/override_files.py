"""The files next to the settings: which are used, ignored or not readable."""

import difflib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.core import Locale, UnknownLocaleError

from .config import FILE, ROOT, Settings
from .errors import QuietpageError, chmod_advice, unreadable
from .helpline_tables import TABLE
from .override_templates import is_included, template_names

_CATALOG = "translations/{}/LC_MESSAGES/messages.po"


@dataclass(frozen=True)
class OwnFile:
    """A file of an organisation; `ignored` says why nothing reads it."""

    path: Path
    ignored: str = ""


def own_files(settings: Settings) -> list[OwnFile]:
    """Return each file next to the settings, by name, without hidden ones.

    Raises:
        QuietpageError: A folder or a file that the page needs cannot be read.
    """
    folder = settings.folder
    if not folder:
        # In the checkout itself all folders are ours.
        return [
            OwnFile(
                file,
                f"next to the checkout's own {FILE} nothing is read. Put both into a"
                " folder outside, such as /etc/quietpage",
            )
            for file in sorted(ROOT.glob("*.csv"))
        ]
    found = []
    for file in _walk(folder):
        own = OwnFile(file, _why_ignored(file, folder, settings.file.name))
        if not own.ignored and not file.exists():
            raise QuietpageError(
                f"{file}: is a link to a file that does not exist. Correct it, or"
                " remove it."
            )
        if not own.ignored and not os.access(file, os.R_OK):
            raise unreadable(str(file), folder)
        found.append(own)
    return found


def used_templates(
    files: Iterable[OwnFile], folder: Path | None
) -> list[tuple[Path, str]]:
    """Return (file, name among the templates) of each own template that is used."""
    return [
        (own.path, own.path.relative_to(folder / "templates").as_posix())
        for own in files
        if folder and own.path.suffix == ".html" and not own.ignored
    ]


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, and the path of each subfolder that is not read."""

    def refuse(error: OSError) -> None:
        raise QuietpageError(
            f"{error.filename}: cannot be read ({error.strerror})."
            f" {chmod_advice(folder)}"
        ) from error

    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if Path(place) == folder:
            for name in [n for n in folders if n not in ("templates", "translations")]:
                folders.remove(name)
                yield folder / name
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(place) / name


def _why_ignored(file: Path, folder: Path, settings_name: str) -> str:
    """Return why nothing reads a file, with the likely right name; "" if it is read."""
    name = file.relative_to(folder).as_posix()
    read = (settings_name, TABLE.name)
    if name in read:
        return ""
    if name.endswith((".po", ".mo", ".pot")):
        return _catalog_fault(file, name)
    if name.endswith((".html", ".htm")):
        return _template_fault(file, name, folder)
    near = difflib.get_close_matches(file.name.lower(), read, 1, 0.8)
    if near and file.parent == folder:
        return f"is it {near[0]}? Rename it"
    if file.name == "emergency-numbers.csv":
        return "emergency numbers are ours alone; report a wrong one to us"
    return f"only {settings_name}, {TABLE.name}, templates and translations are read"


def _catalog_fault(file: Path, name: str) -> str:
    locale = next(filter(None, map(_locale, [*Path(name).parts[::-1], file.stem])), "")
    right = _CATALOG.format(locale or "LOCALE")
    if name == right:
        return ""
    return f"is it {right}? Move it there"


def _locale(part: str) -> str:
    # Two or three letters, with a script or country: unlike other folders' names.
    try:
        locale = Locale.parse(part.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return ""
    return str(locale)


def _template_fault(file: Path, name: str, folder: Path) -> str:
    ours = template_names()
    short = name.removeprefix("templates/")
    if name.startswith("templates/") and (
        short in ours or is_included(short, folder / "templates")
    ):
        return ""
    by_stem = {Path(one).stem: one for one in ours}
    near = difflib.get_close_matches(file.stem.lower(), by_stem, 1, 0.7)
    if near:
        return f"is it templates/{by_stem[near[0]]}? Rename it"
    return f"none of our templates has that name: {', '.join(ours)}"
