"""`translations/` to the locales on offer and their messages, in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain

from .config import ROOT
from .errors import QuietpageError

TRANSLATIONS = ROOT / "translations"
SOURCE_TAG = "en"
# A comment, or a quoted string with or without its keyword.
_LINE = re.compile(
    r'(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)\s+)?"(\\.|[^"\\])*"|)'
)
_PLACEHOLDER = re.compile(r"%\(\w*\)?\w?")


@dataclass(frozen=True)
class Language:
    """A locale on offer.

    `tag` is BCP 47 (pt-BR), `locale` is Babel's (pt_BR); `is_draft` is whether no
    person has reviewed the translation.
    """

    tag: str
    locale: Locale
    messages: NullTranslations
    is_draft: bool

    @property
    def direction(self) -> str:
        """The text direction as HTML has it, ltr or rtl."""
        return self.locale.text_direction

    @property
    def own_name(self) -> str:
        """The language's name in itself, as a reader looks for it."""
        name = self.locale.display_name or self.tag
        return name[:1].upper() + name[1:]


def load_languages(folder: Path = TRANSLATIONS) -> tuple[Language, ...]:
    """Return the languages on offer: English, then the catalogs by folder name.

    Raises:
        QuietpageError: A catalog cannot be read, is incomplete or changes a
            placeholder; the sentence names file and line.
    """
    english = Language(SOURCE_TAG, Locale("en"), NullTranslations(), is_draft=False)
    template = _read(folder / "messages.pot")
    found = []
    for file in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        name = file.parent.parent.name
        try:
            locale = Locale.parse(name)
        except (ValueError, UnknownLocaleError) as error:
            raise QuietpageError(
                f"translations/{name}: is no locale. Name the folder like es or pt_BR."
            ) from error
        catalog = _read(file, locale)
        _check(file, catalog, template)
        reviewed = dict(catalog.mime_headers).get("X-Review-State") == "reviewed"
        messages = _compiled(catalog)
        tag = name.replace("_", "-")
        found.append(Language(tag, locale, messages, is_draft=not reviewed))
    return (english, *found)


def domain_of(languages: tuple[Language, ...]) -> Domain:
    """Return a Flask-Babel domain that has every catalog in memory already."""
    domain = Domain()
    for language in languages:
        domain.cache[str(language.locale), domain.domain[0]] = language.messages
    return domain


def _read(file: Path, locale: Locale | None = None) -> Catalog:
    try:
        text = file.read_text(encoding="utf-8")
        return read_po(StringIO(_well_formed(text)), locale, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError, ValueError) as error:
        raise QuietpageError(
            f"{_short(file)}: cannot be read ({error}). Open it in Poedit and save it,"
            " or restore it."
        ) from error


def _well_formed(text: str) -> str:
    """Return `text`; Babel would drop the last letter before a missing quote."""
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line.strip()):
            raise ValueError(f"line {number} lacks a quotation mark or a keyword")
    return text


def _short(file: Path) -> str:
    return "/".join(file.parts[-4:])


def _check(file: Path, catalog: Catalog, template: Catalog) -> None:
    for message in template:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        if translated is None or not translated.string or translated.fuzzy:
            line = translated.lineno if translated else 1
            raise QuietpageError(
                f"{_short(file)}:{line}: no translation of '{str(message.id)[:60]}'."
                " Translate it, or leave the language out until it is whole."
            )
        for fault in _message_faults(str(message.id), str(translated.string)):
            raise QuietpageError(f"{_short(file)}:{translated.lineno}: {fault}")


def _message_faults(original: str, translation: str) -> Iterator[str]:
    marks = _PLACEHOLDER.findall
    if sorted(marks(original)) != sorted(marks(translation)):
        expected = " ".join(marks(original)) or "no placeholder"
        yield f"'{translation[:60]}' must hold {expected} as the English does."
    if ("<" in translation or ">" in translation) and "<" not in original:
        yield f"'{translation[:60]}' has markup, the English none. Remove it."


def _compiled(catalog: Catalog) -> Translations:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return Translations(buffer)
