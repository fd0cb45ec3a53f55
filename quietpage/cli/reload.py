"""`quietpage reload`: make all pages for trial, then let the service take them."""

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
    """Make all pages for trial, list the own files, then `systemctl reload quietpage`.

    When something is wrong, what is live stays as it is.
    """
    build_site(current_app)
    for line in report(current_content()):
        click.echo(line)
    systemctl = shutil.which("systemctl")
    if not systemctl:
        raise QuietpageError(
            "systemctl: is not on this machine. Where no systemd runs the service, send"
            " its first process the signal: kill -USR2 PID"
        )
    if subprocess.run([systemctl, "reload", "quietpage"], check=False).returncode:  # noqa: S603 - fixed words
        raise QuietpageError(
            "systemctl reload quietpage: failed, and the old pages stay. Why, say:"
            " systemctl status quietpage; journalctl -u quietpage -n 5"
        )
    click.echo("Reloaded: new visitors get the new pages in some seconds.")
