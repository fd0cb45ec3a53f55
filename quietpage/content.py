"""What pages are made of: assets, settings, countries and languages."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app
from flask_babel import Domain

from .assets import Assets, load_assets
from .config import Settings
from .helpline_tables import find_own_table
from .helplines import Country, load_countries
from .languages import Language, load_languages, load_text_review, translation_domain
from .review_marks import Review

_EXTENSION = "quietpage"


@dataclass(frozen=True)
class Content:
    """All that pages are made of.

    Tables and catalogs are read on first access, so that the commands which report a
    broken one can start. Reading a table or catalog may raise a QuietpageError.
    """

    settings: Settings

    @cached_property
    def assets(self) -> Assets:
        """The style and the scripts."""
        return load_assets()

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """The countries with their numbers, including the organisation's own."""
        return load_countries(
            own_table=find_own_table(self.settings.folder),
            replace_countries=self.settings.replace_countries,
        )

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages on offer, the default first."""
        return load_languages(self.settings)

    @cached_property
    def text_review(self) -> Review | None:
        """The review of the English text, None without one that still holds."""
        return load_text_review(self.settings)

    @cached_property
    def domain(self) -> Domain:
        """Flask-Babel's domain of these languages."""
        return translation_domain(self.languages)


def init_content(app: Flask, content: Content) -> None:
    """Make `app` render `content`, in place of any other."""
    app.extensions[_EXTENSION] = content


def content_of(app: Flask) -> Content:
    """Return the content that an app renders."""
    content: Content = app.extensions[_EXTENSION]
    return content


def current_content() -> Content:
    """Return the content that the current app renders; needs an app context."""
    return content_of(current_app)
