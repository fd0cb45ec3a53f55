"""The error that a user can fix, and how its sentence names a file."""

from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


class QuietpageError(click.ClickException):
    """A wrong setting, table or catalog, reported in one sentence.

    The sentence names the file, what was found, what was expected and how to
    fix it. On the command line click prints it and exits with status 1.
    """


def display_path(file: Path) -> str:
    """Return how messages name a file: ours relative to the root, others in full."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def chmod_advice(folder: Path) -> str:
    """Return the command that lets everybody read the files of a folder."""
    return f"Make it readable: chmod -R a+rX {folder}"


def unreadable(name: str, folder: Path) -> QuietpageError:
    """Return the error for a file that we have no permission to read."""
    return QuietpageError(f"{name}: permission denied. {chmod_advice(folder)}")


def not_utf8(error: UnicodeDecodeError) -> str:
    """Return a sentence about a file in another encoding, with the line."""
    if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "is in UTF-16. Save it as UTF-8."
    line = error.object[: error.start].count(b"\n") + 1
    letter = error.object[error.start : error.start + 1].decode("cp1252", "replace")
    return (
        f"line {line} is not in UTF-8; in Windows-1252 it has a '{letter}' there. Save"
        " the file as UTF-8."
    )
