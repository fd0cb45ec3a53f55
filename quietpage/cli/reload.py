"""`quietpage reload`: render all pages as a test, then reload the service."""

import shutil
import subprocess

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.content import current_content
from quietpage.errors import QuietpageError
from quietpage.own_report import report


@click.command("reload")
@with_appcontext
def command() -> None:
    """Render all pages as a test, list the own files, then reload the service.

    If something is wrong, the live site does not change.
    """
    build_site(current_app)
    for line in report(current_content()):
        click.echo(line)
    systemctl = shutil.which("systemctl")
    if not systemctl:
        raise QuietpageError(
            "systemctl: is not installed here. Without systemd, send the signal to"
            " gunicorn's first process: kill -USR2 PID"
        )
    if subprocess.run([systemctl, "reload", "quietpage"], check=False).returncode:  # noqa: S603 - fixed words
        raise QuietpageError(
            "systemctl reload quietpage: failed, and the old pages stay. To see why:"
            " systemctl status quietpage; journalctl -u quietpage -n 5"
        )
    click.echo("Reloaded: new visitors get the new pages in a few seconds.")
