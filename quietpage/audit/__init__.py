"""`quietpage audit`: whether a copy answers as its release does, and no more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from quietpage.build import build_site
from quietpage.content import current_content
from quietpage.errors import QuietpageError
from quietpage.export.files import ROOT, export_files

from .checks import CHECKS, CheckSkippedError, days_left
from .client import Client, is_loopback, printable
from .collect import EXPECTED, Evidence, Release, collect, read_release
from .logs import LONG_ENOUGH_S, Logs
from .report import FAIL, PASS, SKIPPED, Report, as_json, as_page, as_table

_FAULT_LETTERS = 300


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
    help="Look for the audit's traces in this file or folder; may be repeated.",
)
@click.option(
    "--log-wait",
    type=click.FloatRange(0, 3600),
    default=LONG_ENOUGH_S,
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
@click.option("--yes", is_flag=True, help="The site is not mine, but I may audit it.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 120),
    default=10,
    show_default=True,
    help="Seconds that one answer may take; the whole audit 30 times that.",
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
    yes: bool,
    timeout: float,
) -> None:
    """Audit a copy from outside: whether it sends its release and keeps nothing.

    Ends with status 1 if a check fails; what was skipped does not count.
    """
    settings = current_content().settings
    host = Client(url, timeout).host
    is_ours = is_loopback(host) or host in {
        n.strip("[]") for n in settings.allowed_hosts
    }
    if not (yes or is_ours):
        raise QuietpageError(
            f"{host} is not among the hosts of the settings. Ask whoever runs it, then"
            " add --yes."
        )
    if folder:
        release = read_release(folder)
    elif is_ours:
        site = build_site(current_app)
        release = Release(export_files(site, settings, ROOT, 80))
    else:
        raise QuietpageError(
            f"The settings and templates of {host} are not here, so nothing shows what"
            " its page should be. Name an export of it: --export DIR."
        )
    noted = Logs(logs, log_wait)
    began = datetime.now(UTC)
    evidence = collect(url, timeout, release)
    findings = list(_findings(evidence, noted))
    report = Report(url, began, release.version, evidence.client, findings)
    click.echo((as_json if json else as_table)(report))
    if page:
        _write(page, as_page(report))
    if not report.has_passed:
        context.exit(1)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise QuietpageError(
            f"{file}: cannot be written ({error.strerror}). Name a file in a folder"
            " where you may write."
        ) from error


def _look_in(logs: Logs, client: Client) -> list[str]:
    if not logs.paths:
        raise CheckSkippedError("No --logs were given.")
    click.echo(f"Waiting up to {logs.wait_s:g} s for the logs …", err=True)
    found, unreadable = logs.search(client)
    waited = f"Nothing of this audit was written within {logs.wait_s:g} s"
    if not found and unreadable:
        names = ", ".join(map(str, unreadable))
        raise CheckSkippedError(f"{waited}, but {names} cannot be searched here.")
    if not found and logs.wait_s < LONG_ENOUGH_S:
        raise CheckSkippedError(
            f"{waited}, but a log may be written later. Wait: --log-wait"
            f" {LONG_ENOUGH_S}."
        )
    return found


def _findings(evidence: Evidence, logs: Logs) -> Iterator[dict[str, Any]]:
    client = evidence.client
    shown = {
        "requests": client.requests,
        "pages": len(evidence.pages),
        "answers": len(evidence.everything),
        "addresses": ", ".join(client.addresses),
        "days": days_left(evidence),
        "waited": f"{logs.wait_s:g}",
    }
    checks = CHECKS | {"logs": lambda _: _look_in(logs, client)}
    for name, run in checks.items():
        words = EXPECTED["checks"][name]
        found: list[str] = []
        passed = (PASS, words["passed"].format(**shown))
        try:
            for fault in run(evidence):
                found.append(printable(fault, _FAULT_LETTERS))  # noqa: PERF401 - what was found before a skip
        except CheckSkippedError as reason:
            passed = (SKIPPED, f"Not checked: {printable(reason, 500)}")
        yield {
            "check": name,
            "result": FAIL if found else passed[0],
            "found": found or [passed[1]],
            "risk": words["risk"],
            "fix": words["fix"],
        }
