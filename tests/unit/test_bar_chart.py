"""A chart is to scale, and its description has every figure."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from quietpage.config import ROOT
from tools import bar_chart
from tools.bar_chart import FOLDER, Bar, Chart

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart(
    "waits",
    "Waits & more",
    {
        "median": [Bar("Quietpage", 10, "10 ms"), Bar("A peer", 40, "40 ms")],
        "worst": [
            Bar("Quietpage", 20, "20 ms"),
            Bar("A peer", 40, "over 40 ms", is_longer=True),
        ],
    },
)
WORDS = (
    "median: Quietpage 10 ms, A peer 40 ms. worst: Quietpage 20 ms, A peer over 40 ms."
)


def test_title_and_description_hold_every_figure() -> None:
    picture = parsed(CHART.svg())

    assert picture.get("role") == "img"
    named = {part.get("id"): part.text for part in picture if part.get("id")}
    assert named == {"title": "Waits & more", "desc": WORDS}
    assert (picture.get("aria-labelledby") or "").split() == list(named)


def test_bars_are_to_scale_and_dashed_where_longer() -> None:
    bars = parsed(CHART.svg()).findall(f".//{SVG}rect")

    widths = [float(bar.get("width") or 0) for bar in bars]
    assert widths == [60, 240, 120, 240]
    assert [bar.get("class") for bar in bars] == ["ours", "", "ours", "open"]


def test_a_figure_next_to_a_thousandfold_one_is_seen() -> None:
    bars = [Bar("Quietpage", 1, "1"), Bar("A peer", 1000, "1000")]

    [ours, _] = parsed(Chart("far", "Far", {"": bars}).svg()).findall(f".//{SVG}rect")
    assert ours.get("width") == "2"


def test_a_chart_of_noughts_draws_no_bar() -> None:
    picture = Chart("none", "None", {"": [Bar("Quietpage", 0, "0")]}).svg()

    [bar] = parsed(picture).findall(f".//{SVG}rect")
    assert bar.get("width") == "0"


def test_the_image_has_the_figures_as_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bar_chart, "FOLDER", tmp_path)

    assert CHART.write() == f"![Waits & more. {WORDS}](charts/waits.svg)"
    assert (tmp_path / "waits.svg").read_text(encoding="utf-8") == CHART.svg()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_bars_can_be_seen(scheme: str) -> None:
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for what is drawn (1.4.11)."""
    light, _, dark = bar_chart.STYLE.partition("@media")
    style = {"light": light, "dark": dark}[scheme]
    words, ground, peers, ours, dashes = re.findall("#([0-9a-f]{6})", style)

    assert contrast(words, ground) >= 4.5
    assert min(contrast(bar, ground) for bar in (peers, ours, dashes)) >= 3


def test_the_docs_say_of_each_chart_what_it_shows() -> None:
    pages = [ROOT / "docs" / name for name in ("exit.md", "performance.md")]
    images = [
        image
        for page in pages
        for image in re.findall(
            r"!\[(.*)\]\(charts/(.*)\)", page.read_text(encoding="utf-8")
        )
    ]

    assert {name for _, name in images} == {f.name for f in FOLDER.glob("*.svg")}
    for text, name in images:
        picture = parsed((FOLDER / name).read_text(encoding="utf-8"))
        title, desc = picture.findtext(f"{SVG}title"), picture.findtext(f"{SVG}desc")
        assert text == f"{title}. {desc}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of a colour such as 1f2328."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
