"""An organisation's helplines merged with ours: they add, replace or hide rows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import display_path
from .helpline_tables import TABLE, Helpline, read_table
from .phone_number_checks import comparable


@dataclass(frozen=True)
class Joined:
    """The rows for the page, and a sentence about each own row.

    `countries` are all that either table names: one that has lost its rows keeps its
    emergency numbers.
    """

    rows: Sequence[Helpline]
    effects: Sequence[str]
    countries: frozenset[str]


def join_own(
    own_table: Path | None,
    table: Path = TABLE,
    replace_countries: Collection[str] = (),
) -> Joined:
    """Return our rows together with the organisation's, which come first.

    An own row replaces each row of ours in its country that has its number, or one of
    the numbers in its `replaces`. If it is not in service, it hides that row.
    """
    all_ours = list(read_table(table, Helpline))
    ours = [
        (line, row) for line, row in all_ours if row.country not in replace_countries
    ]
    own = list(read_table(own_table, Helpline)) if own_table else []
    gone: set[int] = set()
    effects = []
    for line, row in own:
        numbers = set(_numbers(row))
        replaced = [
            (place, other)
            for place, other in ours
            if other.country == row.country
            and other.status == "in service"
            and comparable(other.way, other.country) in numbers
        ]
        gone |= {place for place, _ in replaced}
        named = ", ".join(
            f"{other.name} ({display_path(table)}:{place})" for place, other in replaced
        )
        effects.append(
            f"{display_path(own_table)}:{line}: {_effect(row, named, ours)}"
            if own_table
            else ""
        )
    kept = [row for line, row in ours if line not in gone]
    countries = frozenset(row.country for _, row in [*all_ours, *own])
    return Joined([row for _, row in own] + kept, effects, countries)


def _numbers(row: Helpline) -> Iterator[str]:
    yield comparable(row.way, row.country)
    for digits in row.replaces.split():
        yield comparable(digits, row.country)
        yield comparable(f"+{digits.lstrip('+')}", row.country)


def _effect(row: Helpline, replaced: str, ours: Sequence[tuple[int, Helpline]]) -> str:
    name = f"{row.country} {row.name}"
    if row.status != "in service":
        nothing = f"nothing: no row of ours in {row.country} has {row.way}"
        return f"{name} is {row.status}; it hides {replaced or nothing}."
    if row.confidence == "low":
        return f"{name} has low confidence, so it may not be shown. Write medium."
    if replaced:
        return f"{name} replaces {replaced}."
    for place, other in ours:
        if other.country == row.country and other.name == row.name:
            return (
                f"{name} is added, though line {place} of ours has the same name. To"
                f" replace that row, write {other.way.lstrip('+')} into its replaces."
            )
    unknown = f"; no row of ours has {row.replaces}" if row.replaces else ""
    return f"{name} is added{unknown}."
