"""`make bench-exit`: our exit next to GOV.UK's and NSW's, into the docs and the README.

python -m tools.exit_benchmark [ENGINE…]
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from quietpage.config import ROOT
from tests.support import exit_destination as destinations
from tests.support.browser_engines import ENGINES, Chromium, WebKit, screen
from tools.benchmark_tables import GOALS, PERFORMANCE, machine, put, put_goals, read
from tools.exit_benchmark import report
from tools.exit_benchmark.peers import PACKAGES, Subject, compared_pages
from tools.exit_benchmark.times import count_backs, measure_times
from tools.exit_benchmark.touches import count_touches
from tools.npm_packages import LOCKED

EXIT, README = ROOT / "docs" / "exit.md", ROOT / "README.md"
PROGRAMS = {
    "Chromium": ("chromium", "--version"),
    "Firefox": ("firefox-esr", "--version"),
    # It does not say itself; Debian knows.
    "WebKitGTK": ("sh", "-c", "dpkg-query -W webkit2gtk-driver"),
}


def main() -> None:
    """Measure each named engine, or all, and write the results."""
    names = sys.argv[1:] or list(ENGINES)
    if unknown := set(names) - set(ENGINES):
        sys.exit(f"{', '.join(unknown)}: must be of {', '.join(ENGINES)}.")
    read(PERFORMANCE, GOALS)
    read(README, "exit")
    for mark in (
        "machine",
        "weights",
        *(mark for name in names for mark in marks(name)),
    ):
        read(EXIT, mark)
    locked = json.loads((LOCKED / "package.json").read_text(encoding="utf-8"))
    versions = [f"{name} {locked['dependencies'][name]}" for name in PACKAGES]
    where = machine(PROGRAMS, versions)
    faults = []
    with (
        TemporaryDirectory() as folder,
        destinations.serve() as destination,
        compared_pages(Path(folder), destination.url) as compared,
    ):
        put(EXIT, "machine", where)
        put(EXIT, "weights", report.weights(compared))
        for name in names:
            profile = Path(folder, name)
            profile.mkdir()
            try:
                write(measure(name, profile, compared, destination))
            except Exception as error:  # noqa: BLE001 - continue with the other engines
                faults.append(f"{name}: {error!r}. Its tables are as they were.")
    if faults:
        sys.exit("\n".join(faults))


def marks(name: str) -> list[str]:
    """Return the markers of an engine in docs/exit.md; one driver has no touch."""
    kinds = ("hidden",) if name == WebKit.name else ("touches", "hidden")
    return [f"{kind}-{name.lower()}" for kind in kinds]


def measure(
    name: str,
    profile: Path,
    compared: Sequence[Subject],
    destination: destinations.Destination,
) -> report.Figures:
    """Return the figures of one engine."""
    with screen() as display, ENGINES[name](profile) as engine:
        return report.Figures(
            name,
            measure_times(engine, display, compared, destination),
            count_backs(engine, display, compared, destination),
            {} if name == WebKit.name else count_touches(engine, compared, destination),
        )


def write(figures: report.Figures) -> None:
    """Write the tables, charts and goals of one engine into the docs."""
    texts = {"hidden": report.times_text, "touches": report.touches_text}
    for mark in marks(figures.engine):
        put(EXIT, mark, texts[mark.partition("-")[0]](figures))
    if figures.engine == Chromium.name:
        put(README, "exit", report.summary(figures))
    put_goals(f"`make bench-exit` in {figures.engine}", report.goals(figures))
    print(f"{figures.engine}: written.")


if __name__ == "__main__":
    main()
