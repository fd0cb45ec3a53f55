"""`quietpage reload`: render all pages as a test, then reload the service."""

import shutil
import subprocess
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.cli.check import closed_files
from quietpage.config import ROOT
from quietpage.content import current_content
from quietpage.errors import QuietpageError
from quietpage.override_files import own_files
from quietpage.override_report import report

# As long as TimeoutStartSec in deploy/quietpage.service.
_MAX_S = 300
_PAUSE_S = 0.3
_OLD_PAGES = (
    "The old pages stay. These name the reason: systemctl status quietpage;"
    " journalctl -u quietpage -n 5"
)


@click.command("reload")
@with_appcontext
def command() -> None:
    """Render all pages as a test, list your own files, then reload the service.

    The command ends when visitors get the new pages. If something is wrong, the live
    site does not change.
    """
    settings = current_content().settings
    files = own_files(settings)
    for fault in closed_files(files, settings.folder or ROOT):
        raise QuietpageError(fault)
    build_site(current_app)
    for line in report(current_content()):
        click.echo(line)
    systemctl = shutil.which("systemctl")
    if not systemctl:
        raise QuietpageError(
            "systemctl: is not installed here. Without systemd, send the signal to"
            " gunicorn's first process: kill -USR2 PID"
        )
    before = _main_pid(systemctl)
    if subprocess.run([systemctl, "reload", "quietpage"], check=False).returncode:  # noqa: S603 - fixed words
        raise QuietpageError(f"systemctl reload quietpage: failed. {_OLD_PAGES}")
    # For systemd the reload ends with the signal; the pages are rendered after it.
    end = time.monotonic() + _MAX_S
    while _main_pid(systemctl) == before:
        if time.monotonic() > end:
            raise QuietpageError(
                f"the service has not rendered the new pages in {_MAX_S} s."
                f" {_OLD_PAGES}"
            )
        time.sleep(_PAUSE_S)
    click.echo("Reloaded: visitors get the new pages.")


def _main_pid(systemctl: str) -> str:
    command = [systemctl, "show", "--property=MainPID", "--value", "quietpage"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - fixed words
