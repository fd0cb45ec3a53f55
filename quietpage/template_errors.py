"""Turn the errors of a template into one sentence with its file and line."""

import difflib
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError

from .config import DEFINITIONS
from .errors import QuietpageError, display_path

# How near a misspelt name is to that of a setting.
_NEAR = 0.7


@contextmanager
def errors_as_sentences(folders: Iterable[Path]) -> Iterator[None]:
    """Turn an error in a template, ours or an organisation's, into a sentence.

    `folders` are the template folders; errors in the code are raised unchanged.

    Raises:
        QuietpageError: A template cannot be read, is not valid or fails.
    """
    folders = list(folders)
    try:
        yield
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno) for frame in frames]
        if isinstance(error, TemplateSyntaxError):
            places.append((error.filename or "", error.lineno))
        named = [
            f"{display_path(Path(file))}:{line}"
            for file, line in places
            for folder in folders
            if Path(file).is_relative_to(folder)
        ]
        if not named and not isinstance(error, TemplateNotFound):
            raise
        place = named[-1] if named else "templates"
        hint = "Correct the template."
        # Jinja puts the name last in quotes, if it knows one.
        name = ["", *str(error).split("'")][-2]
        if isinstance(error, UndefinedError) and (
            near := difflib.get_close_matches(name, DEFINITIONS, 1, _NEAR)
        ):
            hint = f"Write settings.{near[0]}"
        raise QuietpageError(f"{place}: {str(error).rstrip('.')}. {hint}") from error
