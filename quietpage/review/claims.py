"""The claims of docs/sources.md, matched with the sentences of each topic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quietpage.config import ROOT

SOURCES = ROOT / "docs" / "sources.md"
_TOPIC = re.compile(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (.+(?:\n  .+)*)", re.MULTILINE)
# "claim: strength. source", as most lines are written.
_PARTS = re.compile(
    r"(.+?): ((?:mostly )?(?:solid|practice|contested|principle|weak)\b)[.;,]?\s*(.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """A line of the file; without a strength all of it is in `text`."""

    text: str
    strength: str = ""
    source: str = ""


def claims_by_topic() -> dict[str, list[Claim]]:
    """Return {heading: claims}, as the file lists them."""
    text = SOURCES.read_text(encoding="utf-8")
    return {
        heading: [_claim(" ".join(item.split())) for item in _ITEM.findall(body)]
        for heading, body in _TOPIC.findall(text)
    }


def nearest(claim: Claim, sentences: Sequence[str]) -> int:
    """Return the index of the sentence that shares most words with a claim."""
    wanted = _words(claim.text)
    shared = [len(wanted & _words(sentence)) for sentence in sentences]
    return shared.index(max(shared))


def _claim(item: str) -> Claim:
    found = _PARTS.fullmatch(item)
    return Claim(*found.groups()) if found else Claim(item)


def _words(text: str) -> set[str]:
    """Return the longer words of a text, cut to five letters: hurts, hurting."""
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())}
