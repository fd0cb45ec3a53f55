"""The countries of the page: their helplines and emergency numbers."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from babel.core import Locale
from babel.languages import get_official_languages

from .errors import QuietpageError
from .helpline_checks import KINDS, check, check_own
from .helpline_tables import EMERGENCY_TABLE, TABLE, Emergency, Helpline, read_table
from .override_helplines import join_own

# The audiences of lines that most readers of this page look for.
_MOST_PEOPLE = ("everyone", "women")


@dataclass(frozen=True)
class Country:
    """What the page shows for a country.

    `emergency` has no numbers where none is certain. `unconfirmed` holds lines about
    abuse with a single reference, where no better sourced one serves the same people.
    """

    code: str
    emergency: Emergency
    helplines: tuple[Helpline, ...]
    crisis: tuple[Helpline, ...] = ()
    unconfirmed: tuple[Helpline, ...] = ()

    @cached_property
    def is_bare(self) -> bool:
        """Whether the country has an emergency number only."""
        ways = (self.emergency.silent, self.emergency.text_number)
        more = (*ways, self.helplines, self.crisis, self.unconfirmed)
        return bool(self.emergency.police) and not any(more)

    @cached_property
    def has_hours(self) -> bool:
        """Whether a line has opening hours, which depend on its time zone."""
        lines = self.helplines + self.crisis + self.unconfirmed
        hours = {hours for line in lines for hours in (line.hours, line.chat_hours)}
        return bool(hours - {"", "24/7"})

    @cached_property
    def main(self) -> Sequence[Helpline]:
        """The line that serves most people, and one that serves nearly as many."""
        first, second, others = self._ranked[:1], self._ranked[1:2], self._ranked[2:]
        return first + [
            line
            for line in second
            if line.audience in _MOST_PEOPLE and not (line.region and others)
        ]

    @cached_property
    def more(self) -> Sequence[Helpline]:
        """The lines about abuse that are not among the main ones."""
        return self._ranked[len(self.main) :]

    @cached_property
    def more_distinct(self) -> Collection[Helpline]:
        """One line for each label: its region, or a smaller audience, or its name."""
        return {
            line.region
            or (line.name if line.audience in _MOST_PEOPLE else line.audience): line
            for line in self.more
        }.values()

    @cached_property
    def _ranked(self) -> list[Helpline]:
        return sorted(self.helplines, key=_narrowness)


def _narrowness(line: Helpline) -> tuple[bool, bool, bool, int]:
    """Return the sort key: lines for fewer people, places or hours come later."""
    return (
        line.audience not in _MOST_PEOPLE,
        bool(line.region),
        line.hours != "24/7",
        KINDS.index(line.kind),
    )


def load_countries(
    table: Path = TABLE,
    emergency_table: Path = EMERGENCY_TABLE,
    own_table: Path | None = None,
    replace_countries: Collection[str] = (),
) -> tuple[Country, ...]:
    """Return the countries that the page shows, by code.

    Only lines in service are shown; those of low confidence apart, and only where no
    surer line about abuse serves the country or their part of it. A country without a
    line keeps its emergency numbers. The rows of `own_table` are merged with ours; for
    `replace_countries` they are the only ones.

    Raises:
        QuietpageError: A table has an error; the sentence names the first.
    """
    errors = [found for found in check(table, emergency_table) if found.is_error]
    if own_table:
        errors += [f for f in check_own(own_table) if f.is_error]
    if errors:
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        raise QuietpageError(
            f"{errors[0].sentence}{more} All are listed by: quietpage helplines check"
        )
    joined = join_own(own_table, table, replace_countries)
    emergencies = {
        row.country: row
        for _, row in read_table(emergency_table, Emergency)
        if row.confidence != "low"
    }
    codes = joined.countries | emergencies.keys()
    return tuple(
        _country(
            code,
            emergencies.get(code, Emergency(code, "", "")),
            [row for row in joined.rows if row.country == code],
        )
        for code in sorted(codes)
    )


def _country(code: str, emergency: Emergency, rows: Sequence[Helpline]) -> Country:
    abuse = [row for row in rows if row.kind != "crisis"]
    sure = tuple(row for row in abuse if row.is_sure)
    # A line for children serves nobody else.
    served = {row.region for row in sure if row.audience != "children"}
    return Country(
        code,
        emergency,
        sure,
        tuple(row for row in rows if row.kind == "crisis" and row.is_sure),
        tuple(
            row for row in abuse if row.is_unconfirmed and not served & {"", row.region}
        ),
    )


def is_official_language(country: str, locale: Locale) -> bool:
    """Return whether the locale's language is official there (CLDR, by Babel)."""
    official = get_official_languages(country, regional=True, de_facto=True)
    if locale.language != "zh":
        return locale.language in official
    hant = any(tag == "zh_Hant" for tag in official)
    return hant if locale.script == "Hant" else "zh" in official


def extract_regions(
    fileobj: object, keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, None, str, Sequence[str]]]:
    """Yield the region names of the table to Babel, as messages to translate."""
    del fileobj, keywords, comment_tags, options
    for line, row in read_table(TABLE, Helpline):
        if row.region and row.status == "in service":
            yield line, None, row.region, [f"Part of a country ({row.country})."]
