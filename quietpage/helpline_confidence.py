"""How well a row is sourced: its references, and the confidence that they allow."""

import re
from collections.abc import Collection, Iterator

from .helpline_tables import Fault

SEPARATOR = " ; "
STATUSES = ("in service", "doubtful", "closed")
CONFIDENCES = ("high", "medium", "low")
_ADDRESS = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)(?=[/:?\s]|$)")
# Sites with collections of numbers, which copy other lists.
_LISTS = ("github.com",)
# Pages or references that a confident row needs.
NEEDED_SITES = 2


def independent_sites(source: str) -> set[str]:
    """Return the sites of the pages that a `source` cell refers to.

    A collection that copies other lists counts as a reference, but not as a page.

    >>> source = "https://www.a.example/x ; https://b.example/ ; c.example (2020)"
    >>> sorted(independent_sites(source))
    ['a.example', 'b.example']
    """
    found = (_ADDRESS.match(part) for part in source.split(SEPARATOR))
    return {match.group(1) for match in found if match} - set(_LISTS)


def confidence_faults(source: str, confidence: str) -> Iterator[Fault]:
    """Yield where a row claims more confidence than its references support.

    Two pages of different sites make a row `high`; a page and any second reference
    make it `medium`; all else is `low`.
    """
    own = len(independent_sites(source))
    references = len(source.split(SEPARATOR))
    if confidence == "high" and own < NEEDED_SITES:
        yield Fault(
            "confidence is 'high', but the source does not list pages on two"
            " sites. Add one, or use medium or low."
        )
    elif confidence == "medium" and (not own or references < NEEDED_SITES):
        yield Fault(
            "confidence is 'medium', but the source needs a page and a second"
            " reference. Add one, or use low."
        )


def withdrawn_number_faults(
    rows: Collection[tuple[int, str, str, str, str]],
) -> Iterator[tuple[int, str]]:
    """Yield (line, message) where a number in service was withdrawn.

    A row is (line, country, phone, status, replaces); `replaces` holds the digits of
    older numbers, separated by spaces.
    """
    withdrawn = {
        (country, _digits(number)): line
        for line, country, phone, status, replaces in rows
        for number in [*replaces.split(), *([phone] if status == "closed" else [])]
    }
    for line, country, phone, status, _ in rows:
        last = withdrawn.get((country, _digits(phone)))
        if phone and status == "in service" and last:
            yield line, f"'{phone}' was withdrawn: see line {last}. Remove this row."


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
