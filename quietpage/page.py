"""Render one language as one HTML document."""

import difflib
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path

from babel.core import Locale, get_global
from babel.dates import format_date, format_time, get_day_names
from flask import render_template
from flask_babel import force_locale, get_locale, get_translations
from jinja2 import (
    Environment,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from markupsafe import Markup, escape

from .config import DEFINITIONS
from .content import Content
from .country_list import order_countries
from .errors import QuietpageError, display_path
from .helpline_tables import Helpline
from .languages import SOURCE_TAG, Language, localize_digits
from .opening_hours import DAYS, parse_hours

# The day on which the substance of the English text last changed.
REVIEWED_ON = date(2026, 11, 26)

# Marks what a catalog lacks, so that screen readers pronounce it as English.
_ENGLISH = Markup('<span lang="en" dir="ltr">{}</span>')

# How near a misspelt name is to that of a setting.
_NEAR = 0.7
# The end of the block Latin Extended-B.
_LAST_LATIN = "\u024f"


def render_guide(content: Content, language: Language) -> str:
    """Return the whole guide in one language; needs an app context."""
    locale, settings = language.locale, content.settings
    joined = escape(locale.list_patterns["standard"]["middle"].format("", "")).join
    with force_locale(str(locale)):
        return render_template(
            "guide.html",
            language=language,
            languages=content.languages,
            assets=content.assets,
            settings=settings,
            review=language.review,
            reviewers=joined(
                Markup("<bdi>{}</bdi>").format(name)
                for name in (language.review.names if language.review else ())
            ),
            review_day=_day_text(language.review.day, locale)
            if language.review
            else "",
            exit_url=settings.exit_url_for(language.tag),
            exit_site=Markup("<bdi>{}</bdi>").format(
                settings.exit_site_for(language.tag)
            ),
            countries=order_countries(
                content.countries, locale, settings.countries_first
            ),
            territory_name=lambda code: _name("territories", code, locale),
            languages_text=lambda tags: joined(
                [_language_name(tag, locale) for tag in tags.split()]
            ),
            joined=joined,
            gloss_of=lambda line: _gloss(line, language.tag),
            # Jinja's own gettext would take a table's text for markup and a format.
            region_text=gettext,
            hours_text=lambda hours: _hours_text(hours, locale),
            reviewed_on=_day_text(REVIEWED_ON, locale),
        )


def escape_messages(environment: Environment) -> None:
    """Make `{% trans %}` and `_()` return text, never markup.

    Jinja treats what they return as markup, because it fills in placeholders; so each
    message is escaped first, in attributes too.
    """

    def translated(message: str) -> Markup:
        if re.search(r"[<>]|&#?\w+;", message):
            raise ValueError(
                f"the message '{message[:60]}' has markup, but must be text. Put"
                " the tags around it, or use a trans block for each part."
            )
        return gettext(message)

    def no_plural(*_texts: object) -> Markup:
        raise ValueError("a message with a plural cannot be translated.")

    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translated, ngettext=no_plural, newstyle=True
    )


def gettext(message: str) -> Markup:
    """Return a message as escaped text, marked as English where it is not translated.

    In an attribute, which cannot hold tags, a template applies `striptags` to it.
    """
    messages = get_translations()
    text = escape(messages.ugettext(message))
    is_current = str(get_locale()) == "en" or messages.has(message)
    return text if is_current else _ENGLISH.format(text)


@contextmanager
def template_faults(folders: Iterable[Path]) -> Iterator[None]:
    """Turn an error in a template, ours or an organisation's, into a sentence.

    `folders` are the template folders; errors in the code are raised unchanged.

    Raises:
        QuietpageError: A template cannot be read, is not valid or fails.
    """
    folders = list(folders)
    try:
        yield
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno) for frame in frames]
        if isinstance(error, TemplateSyntaxError):
            places.append((error.filename or "", error.lineno))
        named = [
            f"{display_path(Path(file))}:{line}"
            for file, line in places
            for folder in folders
            if Path(file).is_relative_to(folder)
        ]
        if not named and not isinstance(error, TemplateNotFound):
            raise
        place = named[-1] if named else "templates"
        hint = "Correct the template."
        if isinstance(error, UndefinedError) and (
            near := difflib.get_close_matches(
                str(error).split("'")[-2], DEFINITIONS, 1, _NEAR
            )
        ):
            hint = f"Write settings.{near[0]}"
        raise QuietpageError(f"{place}: {str(error).rstrip('.')}. {hint}") from error


def render_error(language: Language) -> str:
    """Return the one neutral sentence for all errors other than 404."""
    with force_locale(str(language.locale)):
        return render_template("error.html", language=language)


def _gloss(line: Helpline, tag: str) -> str:
    """Return a helpline's name in English: on the English page, and for a few others.

    Elsewhere a name in Latin letters has no gloss: it would help few readers, and all
    glosses take a kilobyte.
    """
    is_latin = all(letter <= _LAST_LATIN for letter in line.name if letter.isalpha())
    is_read = tag != SOURCE_TAG and (is_latin or line.name_lang == tag)
    return "" if is_read or line.name == line.name_en else line.name_en


def _language_name(tag: str, locale: Locale) -> str:
    if "-" in tag:
        return str(Locale.parse(tag, sep="-").get_display_name(locale))
    return _name("languages", tag, locale)


def _name(kind: str, key: str, locale: Locale) -> str:
    """Return CLDR's name of a territory or language, marked if in another language.

    CLDR takes the names for Haitian Creole from French, and lacks a few names in some
    locales, which are shown in English.
    """
    parent = Locale.parse(get_global("parent_exceptions").get(str(locale), "en"))
    own: str = getattr(locale, kind).get(key, "")
    if own and (parent == Locale("en") or own != getattr(parent, kind).get(key)):
        return own
    name = own or getattr(parent, kind).get(key, key)
    return Markup('<span lang="{}" dir="ltr">{}</span>').format(parent.language, name)


def _day_text(day: date, locale: Locale) -> str:
    return localize_digits(locale, format_date(day, "long", locale))


def _hours_text(hours: str, locale: Locale) -> Markup:
    """Return opening hours in words, such as "Mon–Fri 9:00 AM–5:00 PM"."""
    if hours == "24/7":
        # Translators: a helpline's opening hours.
        return gettext("every day, 24 hours")
    rules, holidays_off = parse_hours(hours)
    names = get_day_names("abbreviated", "stand-alone", locale)

    def day(code: str) -> str:
        return str(names[DAYS.index(code)])

    def clock(text: str) -> str:
        hour, minute = map(int, text.split(":"))
        return format_time(time(hour % 24, minute), "short", locale=locale)

    texts = (
        f"{day(first)}{f'–{day(last)}' if last != first else ''} "
        f"{clock(opens)}–{clock(closes)}"
        for first, last, opens, closes in rules
    )
    parts = [escape(localize_digits(locale, text)) for text in texts]
    if holidays_off:
        # Translators: a helpline's opening hours.
        parts.append(gettext("closed on public holidays"))
    return Markup("; ").join(parts)
