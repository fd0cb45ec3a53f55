"""What a subject of `make bench` hands back."""

from dataclasses import dataclass

from tools.bar_chart import Chart
from tools.benchmark_tables import Goal


@dataclass(frozen=True)
class Report:
    """A subject's table in Markdown, the goals it decides, and what is drawn of it."""

    table: str
    goals: tuple[Goal, ...] = ()
    chart: Chart | None = None

    def write(self) -> str:
        """Write the chart; return what goes into the page."""
        return f"{self.chart.write()}\n\n{self.table}" if self.chart else self.table
