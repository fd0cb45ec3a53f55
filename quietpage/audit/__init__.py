"""`flask --app app audit`: whether a site, ours or any, keeps what it should."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from quietpage.config import load_settings
from quietpage.errors import QuietpageError

from .checks import CHECKS, Check, UncheckedError, is_loopback
from .client import Client, printable
from .disk import logs_check, release_check
from .visit import Visit, visit

# Logs are often written a moment after the answer.
_LOG_DELAY_S = 1
_SHOWN_FAULTS = 3
_FAULT_LETTERS = 200
_HOLDS, _FAILS, _UNCHECKED = "holds", "FAILS", "not checked"
_COLOURS = {_HOLDS: "green", _FAILS: "red", _UNCHECKED: "yellow"}
_WIDTH = max(len(check.name) for check in CHECKS) + 2


@dataclass(frozen=True)
class Finding:
    """What came of a check."""

    check: str
    result: str
    seen: list[str]
    why: str
    mend: str


@click.command("audit")
@click.argument("url")
@click.option(
    "--export",
    "release",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Compare every page with this export.",
)
@click.option(
    "--logs",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Look for the audit's traces in this file or folder; may be repeated.",
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
def command(  # noqa: PLR0913 - an option each
    context: click.Context,
    url: str,
    *,
    release: Path | None,
    logs: tuple[Path, ...],
    as_json: bool,
    yes: bool,
    timeout: float,
) -> None:
    """Audit a site from outside: what it sends, loads, keeps and repeats.

    Ends with status 1 if a check fails; what was not checked does not count.
    """
    settings = load_settings()
    host = Client(url, timeout).host
    named = f"[{host}]" if ":" in host else host
    if not (yes or is_loopback(host) or named in settings.names):
        raise QuietpageError(
            f"{host} is not among the hosts of the settings. Ask whoever runs it, then"
            " add --yes."
        )
    compare = release_check(release)
    look_in_logs = logs_check(logs)
    seen = visit(url, timeout, settings)
    if logs:
        time.sleep(_LOG_DELAY_S)
    findings = [_judge(check, seen) for check in (*CHECKS, compare, look_in_logs())]
    report = _record(url, seen, findings) if as_json else _table(seen, findings)
    click.echo(report)
    if any(finding.result == _FAILS for finding in findings):
        context.exit(1)


def _judge(check: Check, seen: Visit) -> Finding:
    try:
        faults = [printable(fault, _FAULT_LETTERS) for fault in check.look(seen)]
    except UncheckedError as reason:
        return Finding(check.name, _UNCHECKED, [str(reason)], check.why, check.mend)
    what = faults or [check.holds.format(seen=seen)]
    result = _FAILS if faults else _HOLDS
    return Finding(check.name, result, what, check.why, check.mend)


def _record(url: str, seen: Visit, findings: Iterable[Finding]) -> str:
    findings = list(findings)
    report = {
        "address": url,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "holds": all(finding.result != _FAILS for finding in findings),
        "canary": seen.client.canary,
        "requests": seen.client.requests,
        "bytes": seen.client.bytes,
        "checks": [asdict(finding) for finding in findings],
    }
    return json.dumps(report, ensure_ascii=False, indent=1)


def _table(seen: Visit, findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        result = click.style(f"{finding.result:<13}", fg=_COLOURS[finding.result])
        shown = finding.seen[:_SHOWN_FAULTS]
        if len(finding.seen) > _SHOWN_FAULTS:
            shown.append(f"and {len(finding.seen) - _SHOWN_FAULTS} more")
        if finding.result == _FAILS:
            shown += [f"Why: {finding.why}", f"Mend: {finding.mend}"]
        indent = "\n" + " " * (13 + _WIDTH)
        lines.append(f"{result}{finding.check:<{_WIDTH}}{indent.join(shown)}")
    counts = ", ".join(
        f"{sum(f.result == result for f in findings)} {word}"
        for result, word in (
            (_HOLDS, "hold"),
            (_FAILS, "fail"),
            (_UNCHECKED, "not checked"),
        )
    )
    client = seen.client
    lines.append(f"\n{counts}. {client.requests} requests, {client.bytes} bytes.")
    lines.append(f"Look in other logs for {client.canary}: it may be in none.")
    return "\n".join(lines)
