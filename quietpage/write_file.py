"""Write a file as a whole, so that the service can read it."""

import stat
from pathlib import Path

from .errors import QuietpageError


def write_whole(file: Path, text: str) -> None:
    """Write a file and its folders; a failure on the way leaves the old file.

    The service runs as another user: whatever the umask, it may read what is new. A
    file that exists keeps its mode.

    Raises:
        QuietpageError: The file cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.new")
    try:
        mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o644
        new_folders = [place for place in file.parents if not place.exists()]
        file.parent.mkdir(parents=True, exist_ok=True)
        for place in new_folders:
            place.chmod(0o755)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.chmod(mode)
        unfinished.replace(file)
    except OSError as error:
        reason = error.strerror or error
        raise QuietpageError(
            f"{file}: cannot be written ({reason}). Type sudo before the command, or"
            " choose a folder where you may write."
        ) from error
