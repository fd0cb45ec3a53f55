"""One language to one HTML document; the only caller of `render_template`."""

from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path

from babel.core import Locale
from babel.dates import format_date, format_time, get_day_names
from flask import render_template
from flask_babel import force_locale, gettext
from markupsafe import Markup

from .assets import Assets
from .catalog import Language, in_digits_of
from .config import Settings
from .helplines import DAYS, Country, parse_hours, speaks

# The day the English text was last changed in substance.
REVIEWED_ON = date(2026, 11, 23)

# Made by `make orders`: each line a locale, then countries in its order.
ORDERS = Path(__file__).with_name("country_order.txt")


@dataclass(frozen=True)
class Content:
    """All that documents are made of."""

    assets: Assets
    settings: Settings
    countries: tuple[Country, ...]
    languages: tuple[Language, ...]


def render_guide(content: Content, language: Language) -> str:
    """Return the whole guide in one language; needs an app context."""
    locale = language.locale

    def name_of(country: Country) -> str:
        return str(locale.territories.get(country.code) or country.code)

    rank = _ranks(str(locale))
    ordered = sorted(
        content.countries, key=lambda c: (rank.get(c.code, len(rank)), name_of(c))
    )
    spoken = [c for c in ordered if speaks(c.code, locale)]
    others = [c for c in ordered if c not in spoken]
    with force_locale(str(locale)):
        return render_template(
            "guide.html",
            language=language,
            languages=content.languages,
            assets=content.assets,
            settings=content.settings,
            exit_site=Markup("<bdi>{}</bdi>").format(content.settings.exit_site),
            country_groups=[group for group in (spoken, others) if group],
            country_name=name_of,
            language_name=lambda tag: _language_name(tag, locale),
            hours_text=lambda hours: _hours_text(hours, locale),
            reviewed_on=in_digits_of(locale, format_date(REVIEWED_ON, "long", locale)),
        )


def render_error(language: Language) -> str:
    """Return the one neutral sentence for every error but 404."""
    with force_locale(str(language.locale)):
        return render_template("error.html", language=language)


@cache
def _ranks(locale: str) -> dict[str, int]:
    """Return {country code: place}; the English order where a locale has none."""
    lines = ORDERS.read_text(encoding="ascii").splitlines()
    orders = {name: codes.split() for name, codes in (x.split(" ", 1) for x in lines)}
    return {code: place for place, code in enumerate(orders.get(locale, orders["en"]))}


def _language_name(tag: str, locale: Locale) -> str:
    named = Locale.parse(tag, sep="-") if "-" in tag else None
    if named:
        return str(named.get_display_name(locale))
    return str(locale.languages.get(tag) or Locale("en").languages.get(tag) or tag)


def _hours_text(hours: str, locale: Locale) -> str:
    """Return opening hours in words, such as "Mon–Fri 9:00 AM–5:00 PM"."""
    if hours == "24/7":
        # Translators: a helpline's opening hours.
        return str(gettext("every day, 24 hours"))
    rules, holidays_off = parse_hours(hours)
    names = get_day_names("abbreviated", "stand-alone", locale)

    def day(code: str) -> str:
        return str(names[DAYS.index(code)])

    def clock(text: str) -> str:
        hour, minute = map(int, text.split(":"))
        return format_time(time(hour % 24, minute), "short", locale=locale)

    parts = [
        f"{day(first)}{f'–{day(last)}' if last != first else ''} "
        f"{clock(opens)}–{clock(closes)}"
        for first, last, opens, closes in rules
    ]
    if holidays_off:
        # Translators: a helpline's opening hours.
        parts.append(str(gettext("closed on public holidays")))
    return in_digits_of(locale, "; ".join(parts))
