"""`quietpage audit`: does a copy send its release, and nothing else?"""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.content import current_content
from quietpage.errors import QuietpageError
from quietpage.export.files import SERVED_FROM, export_files
from quietpage.write_file import write_whole

from .checks import FAIL, findings
from .client import Client, is_loopback
from .collect import Release, collect, read_release
from .logs import LONGEST_DELAY_S, Logs
from .report import Report, as_json, as_page, as_table


@click.command("audit")
@click.argument("url")
@click.option(
    "--export",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Compare with this export, not with the settings here.",
)
@click.option(
    "--logs",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Search this file or folder for the audit's traces; may be repeated.",
)
@click.option(
    "--log-wait",
    type=click.FloatRange(0, 3600),
    default=LONGEST_DELAY_S,
    show_default=True,
    help="Seconds to wait for a log that is written late.",
)
@click.option("--json", "json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--for-trustees",
    "page",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE.html",
    help="Also write the report in plain language, to read, print and sign.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 120),
    default=10,
    show_default=True,
    help="Seconds that one answer may take; all of them may take 30 times that.",
)
@click.pass_context
@with_appcontext
def command(  # noqa: PLR0913 - an option each
    context: click.Context,
    url: str,
    *,
    folder: Path | None,
    logs: tuple[Path, ...],
    log_wait: float,
    json: bool,
    page: Path | None,
    timeout: float,
) -> None:
    """Audit a copy from outside: whether it sends its release and keeps nothing.

    Exits with status 1 if a check fails; skipped checks do not count.
    """
    client = Client(url, timeout)
    release = read_release(folder) if folder else _release_of(client.host)
    noted = Logs(logs, log_wait)
    began = datetime.now(UTC)
    evidence = collect(client, release, noted)
    report = Report(url, began, release.version, client, list(findings(evidence)))
    click.echo((as_json if json else as_table)(report))
    if page:
        write_whole(page, as_page(report))
    if report.counts[FAIL]:
        context.exit(1)


def _release_of(host: str) -> Release:
    """Return what the settings here make, if the host is one of theirs."""
    settings = current_content().settings
    names = {name.strip("[]") for name in settings.allowed_hosts}
    if not (is_loopback(host) or host in names):
        raise QuietpageError(
            f"{host} is not among the hosts of the settings, so nothing here shows what"
            " its page should be. If it is yours, add it to hosts; or name an export of"
            " it: --export DIR."
        )
    return Release(export_files(build_site(current_app), settings, SERVED_FROM, 80))
