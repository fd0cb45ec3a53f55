"""Print what `mutmut run` has found, by module; status 1 below 85 % in all."""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

MIN_PERCENT = 85
# pytest's exit codes of a failed test and of a crash, then mutmut's of a timeout: a
# mutant that loops until its time is up has been noticed.
KILLED = {1, 3, -24, 24, 36, 152, 255}


def row(name: str, counts: Counter[bool]) -> str:
    """Return a module's row of the table in docs/mutation.md."""
    percent = 100 * counts[True] / max(1, counts.total())
    return f"| {name} | {counts.total()} | {counts[True]} | {percent:.0f} % |"


def main() -> None:
    """Print a row for each module that pyproject.toml names, and for all."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    total: Counter[bool] = Counter()
    for name in project["tool"]["mutmut"]["only_mutate"]:
        found = json.loads(Path("mutants", f"{name}.meta").read_text(encoding="utf-8"))
        counts = Counter(code in KILLED for code in found["exit_code_by_key"].values())
        print(row(f"`{Path(name).name}`", counts))
        total += counts
    print(row("all", total))
    sys.exit(100 * total[True] < MIN_PERCENT * total.total())


if __name__ == "__main__":
    main()
