"""The fault that a person can mend, and how its sentence names a file."""

from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


class QuietpageError(click.ClickException):
    """A wrong setting, table or catalog, told in one sentence.

    The sentence names the file, what was found, what was expected and how to
    mend it. On the command line click prints it and exits with status 1.
    """


def display_path(file: Path) -> str:
    """Return how messages name a file: ours from the root on, any other whole."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def chmod_advice(folder: Path) -> str:
    """Return what to type so that everybody may read what is in a folder."""
    return f"Let it be read: chmod -R a+rX {folder}"


def unreadable(name: str, folder: Path) -> QuietpageError:
    """Return the fault of a file that permissions keep from us."""
    return QuietpageError(f"{name}: may not be read here. {chmod_advice(folder)}")


def not_utf8(error: UnicodeDecodeError) -> str:
    """Return a sentence about a file in another coding, with the line."""
    if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "is in UTF-16. Save it as UTF-8."
    line = error.object[: error.start].count(b"\n") + 1
    letter = error.object[error.start : error.start + 1].decode("cp1252", "replace")
    return (
        f"line {line} is not in UTF-8; in Windows-1252 it has a '{letter}' there. Save"
        " the file as UTF-8."
    )
