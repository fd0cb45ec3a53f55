"""The order of the countries: the likely ones for a reader, then the world."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.core import Locale

from .helplines import Country, is_official_language

_DATA = Path(__file__).parent / "data"
# Made by `make countries`: each line a locale, then countries in its order.
ORDERS = _DATA / "country_order.txt"
# Made by the same command: each line a continent's code in CLDR, then its territories.
CONTINENTS = _DATA / "continents.txt"


@dataclass(frozen=True)
class CountryList:
    """The countries in the order in which a reader of one language sees them.

    `first` are those of the setting `countries_first`, in its order, then those where
    the language is official. `continents` are the others, as (code of CLDR, such as
    002 for Africa; countries).
    """

    first: Sequence[Country]
    continents: Sequence[tuple[str, Sequence[Country]]]


def order_countries(
    countries: Collection[Country], locale: Locale, countries_first: Sequence[str]
) -> CountryList:
    """Return the countries in the order of the locale's alphabet, grouped."""
    rank = _ranks(str(locale))
    ordered = sorted(countries, key=lambda c: (rank.get(c.code, len(rank)), c.code))
    chosen = sorted(
        (c for c in ordered if c.code in countries_first),
        key=lambda c: countries_first.index(c.code),
    )
    first = chosen + [
        c for c in ordered if c not in chosen and is_official_language(c.code, locale)
    ]
    return CountryList(
        first,
        [
            (continent, found)
            for continent, codes in _continents().items()
            if (found := [c for c in ordered if c.code in codes and c not in first])
        ],
    )


@cache
def _continents() -> dict[str, set[str]]:
    return {code: set(codes) for code, codes in _lines(CONTINENTS)}


@cache
def _ranks(locale: str) -> dict[str, int]:
    """Return {country code: place}; the English order where a locale has none."""
    orders = dict(_lines(ORDERS))
    return {code: place for place, code in enumerate(orders.get(locale, orders["en"]))}


def _lines(file: Path) -> list[tuple[str, list[str]]]:
    lines = file.read_text(encoding="ascii").splitlines()
    return [(name, codes) for name, *codes in map(str.split, lines)]
