"""The report of an audit: as a table, as JSON, and as a page in plain language."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, StrictUndefined

from .checks import FAIL, PASS, SKIPPED
from .client import Client
from .collect import EXPECTED

_COLOURS = {PASS: "green", FAIL: "red", SKIPPED: "yellow"}
_SHOWN_FAULTS = 3


@dataclass(frozen=True)
class Report:
    """An audit; each finding has its check, result, what was found, risk and fix."""

    address: str
    began: datetime
    release: str
    client: Client
    findings: list[dict[str, Any]]

    @property
    def counts(self) -> dict[str, int]:
        """How many checks passed, failed and were skipped."""
        counted = Counter(finding["result"] for finding in self.findings)
        return {result: counted[result] for result in _COLOURS}


def as_json(report: Report) -> str:
    """Return the report for programs and records."""
    values = {
        "address": report.address,
        "time": report.began.isoformat(timespec="seconds"),
        "release": report.release,
        "passed": not report.counts[FAIL],
        "canary": report.client.canary,
        "requests": report.client.requests,
        "bytes": report.client.bytes,
        "checks": report.findings,
    }
    return json.dumps(values, ensure_ascii=False, indent=1)


def as_table(report: Report) -> str:
    """Return the report for a terminal."""
    width = max(len(finding["check"]) for finding in report.findings) + 2
    lines = [f"{report.address}, {report.began:%d %B %Y, %H:%M} UTC"]
    lines += [report.release, ""]
    for finding in report.findings:
        result, found = finding["result"], finding["found"]
        shown = found[:_SHOWN_FAULTS]
        if len(found) > _SHOWN_FAULTS:
            shown.append(f"and {len(found) - _SHOWN_FAULTS} more")
        if result == FAIL:
            shown += ["Risk: " + finding["risk"], "Fix: " + finding["fix"]]
        coloured = click.style(f"{result:<9}", fg=_COLOURS[result])
        check, indent = finding["check"], "\n" + " " * (9 + width)
        lines.append(f"{coloured}{check:<{width}}{indent.join(shown)}")
    counted = ", ".join(f"{n} {result}" for result, n in report.counts.items())
    client = report.client
    lines += [
        f"\n{counted}. {client.requests} requests, {client.bytes} bytes.",
        f"Search other logs for {client.canary}; none may contain it. This shows what",
        "one client received, once; docs/audit.md lists what nobody can see from",
        "outside: what others receive, and what is kept elsewhere.",
    ]
    return "\n".join(lines)


def as_page(report: Report) -> str:
    """Return the report as one page of HTML, in plain language."""
    text = Path(__file__).with_name("for_trustees.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    return template.render(report=report, words=EXPECTED["checks"])
