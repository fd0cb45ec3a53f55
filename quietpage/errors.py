"""The fault that a person can mend; everything else is a bug."""

import click


class QuietpageError(click.ClickException):
    """A wrong setting, table or catalog, told in one sentence.

    The sentence names the file, what was found, what was expected and how to
    mend it. On the command line click prints it and exits with status 1.
    """
