"""What documents are made of: assets, settings, countries and languages, joined."""

from dataclasses import dataclass
from functools import cached_property

from flask import Flask, current_app
from flask_babel import Domain

from .assets import Assets, load_assets
from .config import Settings
from .helplines import Country, load_countries
from .languages import Language, load_languages, translation_domain

_EXTENSION = "quietpage"


@dataclass(frozen=True)
class Content:
    """All that documents are made of.

    Tables and catalogs are read when first asked for, so that the commands which
    report a broken one start. Each of the four raises a QuietpageError then.
    """

    settings: Settings

    @cached_property
    def assets(self) -> Assets:
        """The style and the scripts."""
        return load_assets()

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """The countries with their numbers, the organisation's own among them."""
        folder = self.settings.folder
        return load_countries(
            own_table=folder / "helplines.csv" if folder else None,
            replace_countries=self.settings.replace_countries,
        )

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages on offer, the default first."""
        return load_languages(self.settings)

    @cached_property
    def domain(self) -> Domain:
        """Flask-Babel's domain of these languages."""
        return translation_domain(self.languages)


def init_content(app: Flask, content: Content) -> None:
    """Let `app` answer with `content`, in place of any other."""
    app.extensions[_EXTENSION] = content


def content_of(app: Flask) -> Content:
    """Return what an app answers with."""
    content: Content = app.extensions[_EXTENSION]
    return content


def current_content() -> Content:
    """Return what the current app answers with; needs an app context."""
    return content_of(current_app)
