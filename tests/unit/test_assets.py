"""The inlined style and scripts: small, without text, with enough contrast."""

import re

import brotli
import pytest

from quietpage.assets import load_assets
from quietpage.config import ROOT

STYLE = (ROOT / "static" / "style.css").read_text(encoding="utf-8")
SCHEMES = [
    dict(re.findall(r"--([a-z-]+): #([0-9a-f]+)", part))
    for part in STYLE.split("@media print")[0].split(
        "@media (prefers-color-scheme: dark)"
    )
]


# Syntax of 2018 and later. An old browser would drop the whole script.
NEWER = re.compile(
    r"\?\.(?!\d)|\?\?|catch *\{|(&&|\|\|)=|\d_\d|\bfor await\b|\(\?<"
    r"|\{\s*\.\.\.|\.\.\.[\w.]+\s*\}"
)
EXAMPLES = "a?.b|a ?? b|catch {|a &&= b|1_000|for await|(?<a>|{ ...a }|{ a, ...b }"


def luminance(colour: str) -> float:
    """Return the relative luminance, https://www.w3.org/TR/WCAG22/ ."""
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7),
        ("quiet", "paper", 7),
        ("link", "paper", 7),
        ("on-bar", "bar", 7),
        ("bar", "paper", 3),
        ("line", "paper", 3),
    ],
)
def test_colours_have_enough_contrast(
    colours: dict[str, str], front: str, back: str, least: float
) -> None:
    assert contrast(colours[front], colours[back]) >= least


@pytest.mark.parametrize(
    ("name", "most_bytes"), [("exit_script", 1600), ("guide_script", 500)]
)
def test_the_scripts_are_small_and_contain_no_text(name: str, most_bytes: int) -> None:
    script = getattr(load_assets(), name)

    assert len(brotli.compress(script.encode())) < most_bytes
    strings = re.findall(r'"([^"]*)"', script)
    # A selector may contain a space, but no two words in a row.
    assert [s for s in strings if re.search(r"[A-Za-z]{2} [A-Za-z]{2}", s)] == []
    assert "//" not in script


@pytest.mark.parametrize("name", ["exit.js", "guide.js"])
def test_an_old_browser_can_parse_the_scripts(name: str) -> None:
    script = (ROOT / "static" / name).read_text(encoding="utf-8")

    assert not NEWER.search(script)
    assert all(map(NEWER.search, EXAMPLES.split("|")))


def test_an_old_browser_can_hide_the_text_of_the_page() -> None:
    # One unknown selector drops the whole rule.
    hiding = re.findall(r"([^{}/]*::before)\s*\{([^}]*)\}", STYLE)

    assert len(hiding) == 2
    assert not re.search(r":has|:is|:where|inset", str(hiding))
