"""The languages on offer, by the folders of their catalogs; no catalog is read."""

from babel.core import Locale

from quietpage.config import Settings
from quietpage.languages import SOURCE_TAG, Language, Messages, load_languages
from quietpage.po_files import catalog_files, locale_of

_LOCALES = [Locale(SOURCE_TAG), *map(locale_of, catalog_files())]
LANGUAGES = sorted(
    (Language(str(x).replace("_", "-"), x, Messages()) for x in _LOCALES),
    key=lambda language: (language.tag != SOURCE_TAG, language.own_name.casefold()),
)
TAGS = [language.tag for language in LANGUAGES]


def read_language(tag: str) -> Language:
    """Return a language with the messages of its catalog."""
    (language,) = load_languages(Settings(locales=(tag,)))
    return language
