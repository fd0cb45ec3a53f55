"""The languages on offer: their locales, and their messages in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polib
from babel.core import Locale
from babel.support import NullTranslations
from flask_babel import Domain

from .config import Settings
from .errors import QuietpageError, display_path
from .message_checks import EXIT_LABEL, TITLE, character_faults, wording_faults
from .po_files import (
    TEMPLATE,
    TRANSLATIONS,
    catalog_faults,
    catalog_files,
    locale_of,
    page_messages,
    percent_translated,
    read_po,
)
from .review_marks import WHOLE, Review, mark_of, review_of
from .review_sheet_texts import SHEET_ONLY
from .setting_checks import did_you_mean

SOURCE_TAG = "en"
# The zero of each numbering system, other than Latin, that is a default of a locale.
_ZEROS = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀"}


class Messages(NullTranslations):
    """The messages of a locale: a dictionary of exactly the texts that were checked.

    No file is compiled, and gettext's plural forms and contexts cannot reach a page. A
    message without a translation is shown in English, so that a correction never waits
    for its translation.
    """

    def __init__(self, translations: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__()
        self._translations = translations

    def has(self, message: str) -> bool:
        """Return whether a message has a translation."""
        return message in self._translations

    def in_english(self) -> "Messages":
        """Return the same messages, each with its English text as translation."""
        return Messages({message: message for message in self._translations})

    def gettext(self, message: str) -> str:
        """Return the translation of a message."""
        return self._translations.get(message, message)

    ugettext = gettext


@dataclass(frozen=True)
class Language:
    """A locale on offer.

    `tag` is BCP 47 (pt-BR), `locale` is Babel's (pt_BR). `review` is set if people have
    reviewed enough to say so on the page.
    """

    tag: str
    locale: Locale
    messages: Messages
    review: Review | None = None

    @property
    def is_draft(self) -> bool:
        """Whether this is a translation that no person has reviewed."""
        return self.review is None and self.tag != SOURCE_TAG

    @property
    def direction(self) -> str:
        """The text direction as HTML has it, ltr or rtl."""
        return self.locale.text_direction

    @property
    def own_name(self) -> str:
        """The language's own name for itself, which readers look for."""
        name = self.locale.display_name or self.tag
        return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class UncheckedMessages:
    """The messages of a language's page, before their content is checked.

    A message without a translation has an empty entry. `was_whole` is whether all
    messages were once reviewed.
    """

    entries: dict[str, polib.POEntry]
    was_whole: bool
    catalogs: Mapping[Path, polib.POFile]

    @property
    def review(self) -> Review | None:
        """The page's review, None for a draft."""
        return review_of(self.entries, was_whole=self.was_whole)


@dataclass(frozen=True)
class Catalogs:
    """The files of all catalogs by tag: ours, and an organisation's own."""

    ours: Mapping[str, Path]
    own: Mapping[str, Path]
    template: polib.POFile

    @property
    def tags(self) -> set[str]:
        """The languages with a catalog, and English."""
        return {SOURCE_TAG, *self.ours, *self.own}

    def unchecked_messages(self, tag: str) -> UncheckedMessages:
        """Return a language's messages; the organisation's own override ours.

        Raises:
            QuietpageError: A catalog cannot be read.
        """
        is_source = tag == SOURCE_TAG
        found = {
            message: polib.POEntry(msgid=message, msgstr=message if is_source else "")
            for message in page_messages(self.template)
        }
        catalogs = {}
        for files in (self.ours, self.own):
            if tag in files:
                catalog = catalogs[files[tag]] = read_po(files[tag])
                # Only organisations have templates and tables with further messages.
                found |= {
                    entry.msgid: entry
                    for entry in catalog.translated_entries()
                    if entry.msgid in found
                    or (files is self.own and entry.msgid not in SHEET_ONLY)
                }
        was_whole = any(WHOLE in catalog.metadata for catalog in catalogs.values())
        return UncheckedMessages(found, was_whole, catalogs)


def find_catalogs(settings: Settings, folder: Path = TRANSLATIONS) -> Catalogs:
    """Return the catalogs of a copy; only the template is read yet."""
    own_folder = settings.folder / "translations" if settings.folder else None
    ours, own = (
        {_tag(f): f for f in catalog_files(place, with_english=True)} if place else {}
        for place in (folder, own_folder)
    )
    return Catalogs(ours, own, read_po(folder / "messages.pot"))


def load_languages(
    settings: Settings, folder: Path = TRANSLATIONS
) -> tuple[Language, ...]:
    """Return the languages on offer: `settings.locales`, or English and the catalogs.

    The organisation's own catalogs and titles override ours, message by message. A
    catalog that is less translated than `settings.min_translated_percent` is left out.
    If `settings.show_drafts` is false, drafts are left out too, and what has changed
    since a review is shown in English.

    Raises:
        QuietpageError: A catalog cannot be read or could harm a reader, such as by a
            changed placeholder, or a setting names a language that has no
            catalog; the sentence names file and line.
    """
    catalogs = find_catalogs(settings, folder)
    _check_tags(settings, catalogs.tags)
    found = {
        tag: language
        # A language that is not offered is not checked, so its faults stop nothing.
        for tag in settings.locales or catalogs.tags
        if (language := _load_language(settings, catalogs, tag))
    }
    by_name = sorted(
        found, key=lambda tag: (tag != SOURCE_TAG, found[tag].own_name.casefold())
    )
    asked = dict.fromkeys(settings.locales or by_name)
    offered = tuple(found[tag] for tag in asked if tag in found)
    if not offered:
        raise QuietpageError(
            f"{display_path(settings.file)}: locales, show_drafts and"
            " min_translated_percent together leave no language. Add one that they"
            " allow, such as en."
        )
    return offered


def _load_language(settings: Settings, catalogs: Catalogs, tag: str) -> Language | None:
    """Return a language, None if the settings leave it out."""
    locale = Locale.parse(tag, sep="-")
    unchecked = catalogs.unchecked_messages(tag)
    review, is_source = unchecked.review, tag == SOURCE_TAG
    texts = {
        message: entry.msgstr
        for message, entry in unchecked.entries.items()
        if entry.msgstr and (is_source or settings.show_drafts or mark_of(entry))
    }
    if tag in settings.titles:
        texts[TITLE] = _checked_title(settings, tag, str(locale))
    percent = percent_translated(texts, catalogs.template)
    is_wanted = percent >= settings.min_translated_percent
    is_wanted &= bool(review) or settings.show_drafts
    if not (is_source or is_wanted):
        return None
    for file, catalog in unchecked.catalogs.items():
        _refuse_faults(file, catalog, locale)
    messages = {key: localize_digits(locale, text) for key, text in texts.items()}
    return Language(tag, locale, Messages(messages), review)


def load_text_review(settings: Settings) -> Review | None:
    """Return the review of the English text, None if there is none that still holds."""
    review = find_catalogs(settings).unchecked_messages(SOURCE_TAG).review
    return review if review and not review.is_changed else None


def _tag(file: Path) -> str:
    return str(locale_of(file)).replace("_", "-")


def _check_tags(settings: Settings, known: set[str]) -> None:
    for name in ("titles", "exit_urls", "locales"):
        for tag in getattr(settings, name):
            if tag not in known:
                hint = did_you_mean(tag, sorted(known), "languages")
                hint = hint or f"there are {', '.join(sorted(known))}."
                raise QuietpageError(
                    f"{display_path(settings.file)}: {name} names '{tag}', which has no"
                    f" translation: {hint}"
                )


def _checked_title(settings: Settings, tag: str, locale: str) -> str:
    title = settings.titles[tag]
    faults = (
        *character_faults(locale, "", title),
        *wording_faults(locale, TITLE, title),
    )
    for fault in faults:
        raise QuietpageError(f"{display_path(settings.file)}: titles: {fault}")
    return title


def _refuse_faults(file: Path, catalog: polib.POFile, locale: Locale) -> None:
    for line, fault in catalog_faults(catalog, locale):
        raise QuietpageError(f"{display_path(file)}:{line}: {fault}")
    # Somebody may read these over the reader's shoulder.
    for entry in catalog.translated_entries():
        if entry.msgid in {TITLE, EXIT_LABEL}:
            for fault in wording_faults(str(locale), entry.msgid, entry.msgstr):
                raise QuietpageError(f"{display_path(file)}:{entry.linenum}: {fault}")


def count_untranslated(languages: Iterable[Language]) -> dict[str, int]:
    """Return {tag: number of messages shown in English} for languages with any."""
    wanted = page_messages(read_po(TEMPLATE))
    counts = {
        language.tag: sum(not language.messages.has(message) for message in wanted)
        for language in languages
        if language.tag != SOURCE_TAG
    }
    return {tag: count for tag, count in counts.items() if count}


def translation_domain(languages: tuple[Language, ...]) -> Domain:
    """Return a Flask-Babel domain with these catalogs preloaded."""
    domain = Domain()
    for language in languages:
        domain.cache[str(language.locale), domain.domain[0]] = language.messages
    return domain


def localize_digits(locale: Locale, text: str) -> str:
    """Return `text` with the locale's default digits; numbers to dial stay Latin."""
    zero = ord(_ZEROS.get(locale.default_numbering_system, "0"))
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})
