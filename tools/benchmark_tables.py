"""What benchmarks write into the docs: tables between markers, goals, date, machine."""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from quietpage.config import ROOT

PERFORMANCE = ROOT / "docs" / "performance.md"
GOALS = "goals"
_END = "<!-- end -->"
_TRIAL = os.environ.get("BENCH_ROUNDS", "")


@dataclass(frozen=True)
class Goal:
    """A goal, the result, and whether it meets the goal."""

    wanted: str
    measured: str
    is_met: bool


def rounds(wanted: int) -> int:
    """Return the number of rounds: BENCH_ROUNDS in a trial, otherwise `wanted`."""
    if not _TRIAL:
        return wanted
    if not re.fullmatch(r"[1-9]\d?", _TRIAL):
        sys.exit(f"BENCH_ROUNDS is '{_TRIAL}', but must be a number from 1 to 99.")
    return int(_TRIAL)


def today() -> str:
    """Return the date, and say whether this is a trial."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return f"{day} (a trial, BENCH_ROUNDS={_TRIAL})" if _TRIAL else day


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def read(file: Path, mark: str) -> tuple[str, str, str]:
    """Return the text before, between and after the markers of that name."""
    page = file.read_text(encoding="utf-8")
    found = list(re.finditer(f"<!-- {mark} -->\n(.*?){_END}", page, re.DOTALL))
    if len(found) != 1:
        sys.exit(
            f"{file.relative_to(ROOT)}: holds the mark <!-- {mark} --> with its {_END}"
            f" {len(found)} times, but must once. Put it back from git."
        )
    start, end = found[0].span(1)
    return page[:start], page[start:end], page[end:]


def put(file: Path, mark: str, text: str) -> None:
    """Put `text` between the markers of that name; keep the prose around them."""
    before, _, after = read(file, mark)
    file.write_text(f"{before}{text}\n{after}", encoding="utf-8")


def put_goals(command: str, goals: Iterable[Goal]) -> None:
    """Put the goals of one command into the table that all commands share."""
    _, old, _ = read(PERFORMANCE, GOALS)
    cells = (line.strip("| ").split(" | ") for line in old.splitlines()[2:])
    kept = [row for row in cells if row[-1].partition(",")[0] != command]
    new = [
        (
            goal.wanted,
            goal.measured,
            "yes" if goal.is_met else "**no**",
            f"{command}, {today()}",
        )
        for goal in goals
    ]
    # Without the backtick, `make bench` sorts before `make bench-exit`.
    rows = sorted([*kept, *new], key=lambda row: row[-1].partition(",")[0].strip("`"))
    head = ("goal", "measured", "met", "by, on")
    put(PERFORMANCE, GOALS, table(head, rows))


def machine(programs: Mapping[str, Sequence[str]], others: Sequence[str] = ()) -> str:
    """Return the date, the machine and the versions, as a sentence."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = [f"{name} {version(name)}" for name in ("gunicorn", "gevent", "Flask")]
    found = [f"{name} {program_version(*call)}" for name, call in programs.items()]
    versions = ", ".join([*packages, *found, *others])
    return (
        f"Measured on {today()}:"
        f" {model[1] if model else platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GB; Linux {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}, {versions}."
        " Everything, load and browsers included, ran on this one machine, whose load"
        f" before was {os.getloadavg()[0]:.1f}."
    )


def program_version(*command: str) -> str:
    """Return the version that a program prints."""
    path = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
    if not path:
        sys.exit(f"{command[0]} is missing: install it, then run this again.")
    result = subprocess.run(
        [path, *command[1:]], capture_output=True, text=True, check=False
    )
    found = re.search(r"\d+\.\d[\d.]*", result.stdout + result.stderr)
    return found[0] if found else "of unknown version"
