"""Part of `make bench-exit`: the tables, charts and goals for the docs."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

from tests.support.browser_engines import Chromium
from tools.bar_chart import OURS, Bar, Chart
from tools.benchmark_tables import Goal, table, today
from tools.exit_benchmark.peers import Subject
from tools.exit_benchmark.times import FILMED_S, PRESS, TOURS

# As a share of the time that a peer takes.
LARGEST_SHARE = 0.25


@dataclass(frozen=True)
class Figures:
    """The results of one engine, by kind and by site.

    `touches` is empty if the driver has no touch.
    """

    engine: str
    times_ms: dict[str, dict[str, list[float]]]
    backs: dict[str, dict[str, int]]
    touches: dict[str, dict[str, list[bool]]]

    @property
    def sites(self) -> list[str]:
        """The names of the sites, ours first."""
        return list(self.times_ms[PRESS])

    @property
    def head(self) -> list[str]:
        """The head of a table."""
        return [f"{self.engine}, {today()}", *self.sites]

    def medians(self, kind: str) -> dict[str, float]:
        """Return the median of each site."""
        by_site = self.times_ms[kind].items()
        return {site: statistics.median(values) for site, values in by_site}

    def leaving(self) -> dict[str, int]:
        """Return how many touches leave each site in every round."""
        return {
            site: sum(all(by_site[site]) for by_site in self.touches.values())
            for site in self.sites
        }


def _shown(time_ms: float) -> str:
    """Return a time as text; a page that stayed has none."""
    return "stays" if isinf(time_ms) else f"{time_ms:.0f}"


def _times_row(figures: Figures, kind: str) -> list[str]:
    by_site = figures.times_ms[kind]
    count = len(by_site[OURS])
    cells = (
        f"{_shown(statistics.median(values))} / {_shown(max(values))}"
        for values in by_site.values()
    )
    return [f"{kind}, ms, median / worst of {count}", *cells]


def _backs_row(figures: Figures, tour: str) -> list[str]:
    counts = map(str, figures.backs[tour].values())
    return [f"presses of Back that show the site, of 5 after {tour}", *counts]


def times_text(figures: Figures) -> str:
    """Return the chart and the table of the times and of Back."""
    groups = {
        kind: [
            Bar(site, min(value, FILMED_S * 1000), _shown(value), isinf(value))
            for site, value in figures.medians(kind).items()
        ]
        for kind in figures.times_ms
    }
    title = f"Milliseconds until the text is hidden, {figures.engine}"
    chart = Chart(f"hidden-{figures.engine.lower()}", title, groups)
    rows = [_times_row(figures, kind) for kind in figures.times_ms]
    rows += [_backs_row(figures, tour) for tour in TOURS]
    return f"{chart.write()}\n\n{table(figures.head, rows)}"


def touches_text(figures: Figures) -> str:
    """Return the chart and the table of touches."""
    bars = [Bar(site, n, str(n)) for site, n in figures.leaving().items()]
    title = f"Touches that leave, of {len(figures.touches)}, {figures.engine}"
    chart = Chart(f"touches-{figures.engine.lower()}", title, {"": bars})
    rows = [
        [touch, *(_left(by_site[site]) for site in figures.sites)]
        for touch, by_site in figures.touches.items()
    ]
    return f"{chart.write()}\n\n{table(figures.head, rows)}"


def _left(rounds_left: list[bool]) -> str:
    count, of = sum(rounds_left), len(rounds_left)
    return {0: "stays", of: "leaves"}.get(count, f"leaves {count} times of {of}")


def summary(figures: Figures) -> str:
    """Return the table of the README."""
    touched = f"touches of shaking hands that leave, of {len(figures.touches)}"
    rows = [
        _times_row(figures, PRESS),
        [touched, *map(str, figures.leaving().values())],
        _backs_row(figures, TOURS[1]),
    ]
    return table(figures.head, rows)


def weights(compared: Sequence[Subject]) -> str:
    """Return the table of sizes."""
    rows = [
        [kind, *(f"{subject.weight_bytes[index]:,}" for subject in compared)]
        for index, kind in enumerate(("scripts", "style"))
    ]
    return table(["brotli, bytes", *(subject.name for subject in compared)], rows)


def goals(figures: Figures) -> list[Goal]:
    """Return the goals for the exit in this engine."""
    found = []
    if figures.engine == Chromium.name:
        medians = figures.medians(PRESS)
        for site in figures.sites[1:]:
            share = medians[OURS] / medians[site]
            found.append(
                Goal(
                    f"{PRESS} in {figures.engine}, as a share of {site}'s time:"
                    f" under {LARGEST_SHARE}",
                    f"{share:.2f}",
                    share < LARGEST_SHARE,
                )
            )
    if figures.touches:
        count, wanted = figures.leaving()[OURS], len(figures.touches)
        found.append(
            Goal(
                f"touches that leave in {figures.engine}: {wanted} of {wanted}",
                str(count),
                count == wanted,
            )
        )
    return found
