"""Bar charts as SVG, with every figure as text too, for light and dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from quietpage.config import ROOT

FOLDER = ROOT / "docs" / "charts"
OURS = "Quietpage"
WIDTH, LEFT, LONGEST_BAR, LINE = 590, 230, 240, 24
# A bar that is tiny next to the longest must still be visible.
MIN_BAR = 2
# The picture has its own background, so its text is legible on any page.
STYLE = """svg{color:#1f2328;background:#ffffff;font:14px system-ui,sans-serif}
text{fill:currentColor}.b{font-weight:700}.l{text-anchor:end}
rect{fill:#6e7781}.ours{fill:#0b57d0}
.open{fill:none;stroke:#6e7781;stroke-dasharray:5 3}
@media(prefers-color-scheme:dark){svg{color:#e6edf3;background:#0d1117}
rect{fill:#8b949e}.ours{fill:#6cb0ff}.open{fill:none;stroke:#8b949e}}"""


@dataclass(frozen=True)
class Bar:
    """A figure: its name, the length of its bar, and the figure as text.

    A bar is dashed if the figure is larger than the bar can show.
    """

    label: str
    value: float
    shown: str
    is_longer: bool = False


@dataclass(frozen=True)
class Chart:
    """The chart in `docs/charts/NAME.svg`: groups of bars on one scale."""

    name: str
    title: str
    groups: Mapping[str, Sequence[Bar]]

    def write(self) -> str:
        """Write the file; return the image in Markdown, with the figures as text."""
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{self.name}.svg"
        file.write_text(self.svg(), encoding="utf-8")
        return f"![{self.title}. {self.in_words()}](charts/{file.name})"

    def in_words(self) -> str:
        """Return a sentence with every figure for each group."""
        said = (
            f"{f'{group}: ' if group else ''}"
            f"{', '.join(f'{bar.label} {bar.shown}' for bar in bars)}."
            for group, bars in self.groups.items()
        )
        return " ".join(said)

    def svg(self) -> str:
        """Return the picture as SVG."""
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
        """Yield the lines of the picture: the title, the groups and the bars."""
        yield f'<text class="b" x="16" y="17">{escape(self.title)}</text>'
        values = [bar.value for bars in self.groups.values() for bar in bars]
        longest = max(values) or 1
        for group, bars in self.groups.items():
            if group:
                yield f'<text x="16" y="17">{escape(group)}</text>'
            for bar in bars:
                width = round(bar.value / longest * LONGEST_BAR, 1)
                width = max(width, MIN_BAR) if bar.value else 0
                kind = "open" if bar.is_longer else "ours" * (bar.label == OURS)
                yield (
                    f'<text class="l" x="{LEFT - 8}" y="17">{escape(bar.label)}</text>'
                    f'<rect class="{kind}" x="{LEFT}" y="4" width="{width:g}"'
                    f' height="16"/>'
                    f'<text x="{LEFT + width + 8:g}" y="17">{escape(bar.shown)}</text>'
                )
