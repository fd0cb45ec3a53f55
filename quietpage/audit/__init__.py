"""`flask audit`: whether a copy answers as its release does, and no more."""

import json
from collections import Counter
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
from quietpage.export.files import export_files

from .checks import CHECKS, CheckSkippedError, days_left
from .client import Client, is_loopback, printable
from .collect import Evidence, Release, collect, read_release
from .headers import EXPECTED
from .logs import LONG_ENOUGH_S, Logs

_SHOWN_FAULTS = 3
_FAULT_LETTERS = 300
_PASS, _FAIL, _SKIPPED = "pass", "fail", "skipped"
_COLOURS = {_PASS: "green", _FAIL: "red", _SKIPPED: "yellow"}


# Its check, result, what was found, risk and fix.
Finding = dict[str, Any]


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
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
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
    as_json: bool,
    yes: bool,
    timeout: float,
) -> None:
    """Audit a copy from outside: whether it sends its release and keeps nothing.

    Ends with status 1 if a check fails; what was skipped does not count.
    """
    settings = current_content().settings
    host = Client(url, timeout).host
    is_ours = is_loopback(host) or host in {n.strip("[]") for n in settings.names}
    if not (yes or is_ours):
        raise QuietpageError(
            f"{host} is not among the hosts of the settings. Ask whoever runs it, then"
            " add --yes."
        )
    release = read_release(folder) if folder else None
    if is_ours and not release:
        site = build_site(current_app)
        release = Release(export_files(site, settings, "/", 80))
    noted = Logs(logs, log_wait)
    evidence = collect(url, timeout, settings, release)
    findings = list(_findings(evidence, noted))
    click.echo((_json if as_json else _table)(url, evidence.client, findings))
    if any(finding["result"] == _FAIL for finding in findings):
        context.exit(1)


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


def _findings(evidence: Evidence, logs: Logs) -> Iterator[Finding]:
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
        passed = (_PASS, words["passed"].format(**shown))
        try:
            for fault in run(evidence):
                found.append(printable(fault, _FAULT_LETTERS))  # noqa: PERF401 - what was found before a skip
        except CheckSkippedError as reason:
            passed = (_SKIPPED, f"Not checked: {printable(reason, 500)}")
        result = _FAIL if found else passed[0]
        yield {
            "check": name,
            "result": result,
            "found": found or [passed[1]],
            "risk": words["risk"],
            "fix": words["fix"],
        }


def _json(url: str, client: Client, findings: list[Finding]) -> str:
    report = {
        "address": url,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "passed": all(finding["result"] != _FAIL for finding in findings),
        "canary": client.canary,
        "requests": client.requests,
        "bytes": client.bytes,
        "checks": findings,
    }
    return json.dumps(report, ensure_ascii=False, indent=1)


def _table(url: str, client: Client, findings: list[Finding]) -> str:
    width = max(len(finding["check"]) for finding in findings) + 2
    lines = [f"{url}, {datetime.now(UTC):%d %B %Y, %H:%M} UTC\n"]
    for finding in findings:
        result, found = finding["result"], finding["found"]
        shown = found[:_SHOWN_FAULTS]
        if len(found) > _SHOWN_FAULTS:
            shown.append(f"and {len(found) - _SHOWN_FAULTS} more")
        if result == _FAIL:
            shown += ["Risk: " + finding["risk"], "Fix: " + finding["fix"]]
        coloured = click.style(f"{result:<9}", fg=_COLOURS[result])
        check, indent = finding["check"], "\n" + " " * (9 + width)
        lines.append(f"{coloured}{check:<{width}}{indent.join(shown)}")
    counts = Counter(finding["result"] for finding in findings)
    counted = ", ".join(f"{counts[result]} {result}" for result in _COLOURS)
    lines.append(f"\n{counted}. {client.requests} requests, {client.bytes} bytes.")
    lines.append(f"Search other logs for {client.canary}: none may hold it.")
    lines.append(
        "This is what one client was sent once; docs/audit.md says what nobody"
    )
    lines.append("outside can see: what others are sent, and what is kept elsewhere.")
    return "\n".join(lines)
