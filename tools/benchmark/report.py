"""The results of `make bench`, and how they get into docs/performance.md."""

import os
import platform
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from quietpage.config import ROOT

FILE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Goal:
    """A goal, the result, and whether it meets the goal."""

    wanted: str
    measured: str
    is_met: bool


@dataclass(frozen=True)
class Report:
    """The table of a subject in Markdown, and its goals."""

    table: str
    goals: tuple[Goal, ...] = ()


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def goals_table(reports: Iterable[Report]) -> str:
    """Return a table of the goals and whether each is met."""
    return table(
        ("goal", "measured", "met"),
        [
            (goal.wanted, goal.measured, "yes" if goal.is_met else "**no**")
            for report in reports
            for goal in report.goals
        ],
    )


def put(name: str, text: str) -> None:
    """Put `text` between the markers of that name; keep the prose around them."""
    marks = re.compile(f"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    page, count = marks.subn(
        lambda mark: f"{mark[1]}{text}\n{mark[2]}", FILE.read_text(encoding="utf-8")
    )
    if count != 1:
        raise SystemExit(
            f"docs/performance.md: has the marker <!-- {name} --> with its"
            f" <!-- end --> {count} times, but must have it once. Restore it from git."
        )
    FILE.write_text(page, encoding="utf-8")


def machine() -> str:
    """Return the date, the machine and the versions, as a sentence."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("gunicorn", "Flask"))
    return (
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}:"
        f" {model[1] if model else platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Linux {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}, {packages},"
        f" nginx {_first_number('nginx', '-v')}, wrk {_first_number('wrk', '-v')},"
        f" Chromium {_first_number('chromium', '--version')}. Everything, load and"
        " browser included, ran on this one machine."
    )


def _first_number(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d[\d.]*", result.stdout + result.stderr)
    return found[0] if found else "of unknown version"
