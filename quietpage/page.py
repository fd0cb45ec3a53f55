"""Render one language as one HTML document."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from functools import cache, partial

from babel.core import Locale, get_global
from babel.dates import format_date, format_time, get_day_names
from flask import render_template
from flask_babel import force_locale, get_locale, get_translations
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from .content import Content
from .country_list import order_countries
from .helpline_tables import Helpline
from .languages import SOURCE_TAG, Language, localize_digits
from .opening_hours import DAYS, parse_hours
from .review_marks import Review

# The day on which the substance of the English text last changed.
TEXT_CHANGED_ON = date(2026, 11, 27)

# Marks what a catalog lacks, so that screen readers pronounce it as English.
_ENGLISH = Markup('<span lang="en" dir="ltr">{}</span>')

# The end of the block Latin Extended-B.
_LAST_LATIN = "\u024f"

# The messages of the page that is being rendered.
_gettext: ContextVar[Callable[[str], Markup]] = ContextVar("gettext")


def render_guide(content: Content, language: Language) -> str:
    """Return the whole guide in one language; needs an app context."""
    settings, review = content.settings, language.review
    # A review of a translation says nothing of the English that it was made from, and
    # one of the English nothing of a translation.
    text_review = content.text_review if review and not review.is_changed else None
    with _use(language):
        return render_template(
            "guide.html",
            language=language,
            languages=content.languages,
            assets=content.assets,
            settings=settings,
            review=review,
            reviewers=_reviewers(review),
            review_day=_day_text(review.day) if review else "",
            exit_url=settings.exit_url_for(language.tag),
            exit_site=_isolated(settings.exit_site_for(language.tag)),
            countries=order_countries(
                content.countries, language.locale, settings.countries_first
            ),
            text_changed_on=_day_text(TEXT_CHANGED_ON),
            text_review=text_review,
            text_reviewers=_reviewers(text_review),
        )


def _reviewers(review: Review | None) -> Markup:
    return _joined(map(_isolated, review.names if review else ()))


def render_error(language: Language) -> str:
    """Return the one neutral sentence for all errors other than 404."""
    with _use(language):
        return render_template("error.html", language=language)


@contextmanager
def _use(language: Language) -> Iterator[None]:
    """Let templates translate into one language: each message is looked up once."""
    with force_locale(str(language.locale)):
        messages = get_translations()

        @cache
        def translated(message: str) -> Markup:
            text = escape(messages.ugettext(message))
            is_current = language.tag == SOURCE_TAG or messages.has(message)
            return text if is_current else _ENGLISH.format(text)

        token = _gettext.set(translated)
        try:
            yield
        finally:
            _gettext.reset(token)


def set_up_templates(environment: Environment) -> None:
    """Prepare Jinja for our templates, and for an organisation's."""
    # Wrapped lines of a template are one line to a translator.
    environment.policies["ext.i18n.trimmed"] = True
    environment.trim_blocks = environment.lstrip_blocks = True
    # A misspelt variable raises an error instead of rendering as nothing.
    environment.undefined = StrictUndefined
    environment.globals.update(
        joined=_joined,
        territory_name=partial(_name, "territories"),
        languages_text=_languages_text,
        gloss_of=_gloss,
        # Jinja's own gettext would treat a table's text as markup and a format.
        region_text=gettext,
        hours_text=_hours_text,
    )
    _escape_messages(environment)


def _escape_messages(environment: Environment) -> None:
    """Make `{% trans %}` and `_()` return text, never markup.

    Jinja treats what they return as markup, because it fills in placeholders; so each
    message is escaped first, in attributes too.
    """

    @cache
    def refuse_markup(message: str) -> None:
        if re.search(r"[<>]|&#?\w+;", message):
            raise ValueError(
                f"the message '{message[:60]}' has markup, but must be text. Put"
                " the tags around it, or use a trans block for each part."
            )

    def translated(message: str) -> Markup:
        refuse_markup(message)
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
    return _gettext.get()(message)


def _gloss(line: Helpline, tag: str) -> str:
    """Return a helpline's name in English: on the English page, and for a few others.

    Elsewhere a name in Latin letters has no gloss: it would help few readers, and all
    glosses take a kilobyte.
    """
    is_latin = all(letter <= _LAST_LATIN for letter in line.name if letter.isalpha())
    is_read = tag != SOURCE_TAG and (is_latin or line.name_lang == tag)
    return "" if is_read or line.name == line.name_en else line.name_en


def _isolated(text: str) -> Markup:
    """Return a text whose direction does not affect the text around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def _joined(texts: Iterable[str]) -> Markup:
    """Return the texts as a list, with the comma of the current locale."""
    pattern = get_locale().list_patterns["standard"]["middle"]
    return escape(pattern.format("", "")).join(texts)


def _languages_text(tags: str) -> Markup:
    return _joined(map(_language_name, tags.split()))


def _language_name(tag: str) -> str:
    if "-" in tag:
        return str(Locale.parse(tag, sep="-").get_display_name(get_locale()))
    return _name("languages", tag)


def _name(kind: str, key: str) -> str:
    """Return CLDR's name of a territory or language, marked if in another language.

    CLDR takes the names for Haitian Creole from French, and lacks a few names in some
    locales, which are shown in English.
    """
    locale = get_locale()
    parent = _parent(locale)
    own: str = getattr(locale, kind).get(key, "")
    if own and (parent == Locale("en") or own != getattr(parent, kind).get(key)):
        return own
    name = own or getattr(parent, kind).get(key, key)
    return Markup('<span lang="{}" dir="ltr">{}</span>').format(parent.language, name)


@cache
def _parent(locale: Locale) -> Locale:
    return Locale.parse(get_global("parent_exceptions").get(str(locale), "en"))


def _day_text(day: date) -> str:
    locale = get_locale()
    return localize_digits(locale, format_date(day, "long", locale))


def _hours_text(hours: str) -> Markup:
    """Return opening hours in words, such as "Mon–Fri 9:00 AM–5:00 PM"."""
    if hours == "24/7":
        # Translators: a helpline's opening hours.
        return gettext("every day, 24 hours")
    locale = get_locale()
    rules, holidays_off = parse_hours(hours)
    parts = [_rule_text(locale, *rule) for rule in rules]
    if holidays_off:
        # Translators: a helpline's opening hours.
        parts.append(gettext("closed on public holidays"))
    return Markup("; ").join(parts)


@cache
def _rule_text(
    locale: Locale, first: str, last: str, opens: str, closes: str
) -> Markup:
    """Return from which day to which, and from what time to what time."""
    names = get_day_names("abbreviated", "stand-alone", locale)
    days = [str(names[DAYS.index(day)]) for day in dict.fromkeys([first, last])]
    clocks = (
        format_time(time(hour % 24, minute), "short", locale=locale)
        for hour, minute in (map(int, text.split(":")) for text in (opens, closes))
    )
    return escape(localize_digits(locale, f"{'–'.join(days)} {'–'.join(clocks)}"))
