"""A bar chart as SVG, with every figure in its words too, for light and dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from quietpage.config import ROOT

FOLDER = ROOT / "docs" / "charts"
OURS = "Quietpage"
WIDTH, LEFT, LONGEST_BAR, LINE = 590, 230, 240, 24
# What is little next to the longest is still seen.
LEAST_BAR = 2
# A picture has its own ground: whatever page it is on, its text can be read.
STYLE = """svg{color:#1f2328;background:#ffffff;font:14px system-ui,sans-serif}
text{fill:currentColor}.b{font-weight:700}.l{text-anchor:end}
rect{fill:#6e7781}.ours{fill:#0b57d0}
.open{fill:none;stroke:#6e7781;stroke-dasharray:5 3}
@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}
rect{fill:#8b949e}.ours{fill:#6cb0ff}.open{fill:none;stroke:#8b949e}}"""


@dataclass(frozen=True)
class Bar:
    """A figure: whose it is, how long its bar, and the figure as it is read.

    The bar of one that is only known to be longer is dashed.
    """

    label: str
    value: float
    shown: str
    is_longer: bool = False


@dataclass(frozen=True)
class Chart:
    """What `docs/charts/NAME.svg` shows: bars in groups, all on one scale."""

    name: str
    title: str
    groups: Mapping[str, Sequence[Bar]]

    def write(self) -> str:
        """Write the file; return the image in Markdown, with the figures in words."""
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{self.name}.svg"
        file.write_text(self.svg(), encoding="utf-8")
        return f"![{self.title}. {self.in_words()}](charts/{file.name})"

    def in_words(self) -> str:
        """Return every figure as a sentence for each group."""
        said = (
            f"{f'{group}: ' if group else ''}"
            f"{', '.join(f'{bar.label} {bar.shown}' for bar in bars)}."
            for group, bars in self.groups.items()
        )
        return " ".join(said)

    def svg(self) -> str:
        """Return the picture."""
        body = list(self._lines())
        height = len(body) * LINE + LINE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img"'
            f' aria-labelledby="title desc" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}">'
            f'<title id="title">{escape(self.title)}</title>'
            f'<desc id="desc">{escape(self.in_words())}</desc>\n'
            f"<style>{STYLE}</style>\n"
            + "".join(
                f'<g transform="translate(0 {number * LINE + LINE / 2:g})">{line}</g>\n'
                for number, line in enumerate(body)
            )
            + "</svg>\n"
        )

    def _lines(self) -> Iterator[str]:
        """Yield a line of the picture for the title, each group and each bar."""
        yield f'<text class="b" x="16" y="17">{escape(self.title)}</text>'
        values = [bar.value for bars in self.groups.values() for bar in bars]
        longest = max(values) or 1
        for group, bars in self.groups.items():
            if group:
                yield f'<text x="16" y="17">{escape(group)}</text>'
            for bar in bars:
                width = round(bar.value / longest * LONGEST_BAR, 1)
                width = max(width, LEAST_BAR) if bar.value else 0
                kind = "open" if bar.is_longer else "ours" * (bar.label == OURS)
                yield (
                    f'<text class="l" x="{LEFT - 8}" y="17">{escape(bar.label)}</text>'
                    f'<rect class="{kind}" x="{LEFT}" y="4" width="{width:g}"'
                    f' height="16"/>'
                    f'<text x="{LEFT + width + 8:g}" y="17">{escape(bar.shown)}</text>'
                )
