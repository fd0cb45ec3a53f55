"""`translations/` to the locales on offer and their messages, in memory."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polib
from babel.core import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask_babel import Domain

from .config import FILE, ROOT, Settings
from .errors import QuietpageError
from .proofread import EXIT_LABEL, TITLE, safety_faults, wording_faults

TRANSLATIONS = ROOT / "translations"
SOURCE_TAG = "en"
# A comment, or a quoted string with or without its keyword.
_LINE = re.compile(
    r'(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)\s+)?"(\\.|[^"\\])*"|)'
)
# The zero of each numbering system that a locale may default to, besides Latin.
_ZEROS = {"arab": "٠", "arabext": "۰", "beng": "০", "deva": "०", "mymr": "၀"}


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


def load_languages(
    settings: Settings, folder: Path = TRANSLATIONS
) -> tuple[Language, ...]:
    """Return the languages on offer: `settings.locales`, or English and the catalogs.

    The organisation's own catalogs and titles win over ours, message by message. A
    catalog that is less translated than `settings.least_translated` is left out, and
    so is a draft where `settings.show_drafts` is false.

    Raises:
        QuietpageError: A catalog cannot be read or holds what may hurt a reader,
            such as a changed placeholder, or a setting names a language that has no
            catalog; the sentence names file and line.
    """
    template = read_po(folder / "messages.pot")
    files = {_tag(file): file for file in catalog_files(folder)}
    own_folder = settings.folder / "translations" if settings.folder else None
    own_files = {_tag(f): f for f in catalog_files(own_folder)} if own_folder else {}
    _check_tags(settings, {SOURCE_TAG, *files, *own_files})
    found = {}
    for tag in {SOURCE_TAG, *files, *own_files}:
        sources = [_read_safe(f[tag]) for f in (files, own_files) if tag in f]
        catalog = sources[0] if sources else polib.POFile()
        for own in sources[1:]:
            _overlay(catalog, own)
        locale = Locale.parse(tag, sep="-")
        if tag in settings.titles:
            _overlay(catalog, [_title_entry(settings.titles[tag], str(locale))])
        is_source = tag == SOURCE_TAG
        states = {source.metadata.get("X-Review-State") for source in sources}
        is_reviewed = is_source or states == {"reviewed"} or tag in settings.reviews
        share = 100 if is_source else share_translated(catalog, template)
        if share < settings.least_translated:
            continue
        if is_reviewed or settings.show_drafts:
            messages = _compiled(catalog, locale)
            found[tag] = Language(tag, locale, messages, is_draft=not is_reviewed)
    by_name = sorted(
        found, key=lambda tag: (tag != SOURCE_TAG, found[tag].own_name.casefold())
    )
    asked = dict.fromkeys(settings.locales or by_name)
    offered = tuple(found[tag] for tag in asked if tag in found)
    if not offered:
        raise QuietpageError(
            f"{FILE}: locales, show_drafts and least_translated together leave no"
            " language. Offer one that is reviewed, such as en."
        )
    return offered


def _tag(file: Path) -> str:
    return str(locale_of(file)).replace("_", "-")


def _check_tags(settings: Settings, known: set[str]) -> None:
    for name in ("titles", "exit_urls", "locales", "reviews"):
        for tag in getattr(settings, name):
            if tag not in known:
                near = difflib.get_close_matches(tag, known, n=1, cutoff=0.5)
                hint = f"Did you mean '{near[0]}'?" if near else "Remove it."
                raise QuietpageError(
                    f"{FILE}: {name} names '{tag}', which has no catalog. {hint}"
                )


def _title_entry(title: str, locale: str) -> polib.POEntry:
    for fault in wording_faults(locale, TITLE, title):
        raise QuietpageError(f"{FILE}: titles: {fault}")
    return polib.POEntry(msgid=TITLE, msgstr=title)


def _read_safe(file: Path) -> polib.POFile:
    catalog = read_po(file)
    for line, fault in catalog_faults(catalog):
        raise QuietpageError(f"{short(file)}:{line}: {fault}")
    # What somebody may read over the reader's shoulder.
    for entry in catalog.translated_entries():
        if entry.msgid in {TITLE, EXIT_LABEL}:
            locale = str(locale_of(file))
            for fault in wording_faults(locale, entry.msgid, entry.msgstr):
                raise QuietpageError(f"{short(file)}:{entry.linenum}: {fault}")
    return catalog


def _overlay(catalog: polib.POFile, entries: Iterable[polib.POEntry]) -> None:
    """Put translated entries in place of those of the same message, or add them."""
    for entry in entries:
        if entry.translated():
            theirs = catalog.find(entry.msgid, msgctxt=entry.msgctxt)
            if theirs:
                catalog.remove(theirs)
            catalog.append(entry)


def catalog_files(folder: Path = TRANSLATIONS) -> list[Path]:
    """Return the files of all catalogs, by locale."""
    return sorted(folder.glob("*/LC_MESSAGES/messages.po"))


def locale_of(file: Path) -> Locale:
    """Return the locale that the catalog's folder names."""
    name = file.parent.parent.name
    try:
        return Locale.parse(name)
    except (ValueError, UnknownLocaleError) as error:
        raise QuietpageError(
            f"translations/{name}: is no locale. Name the folder like es or pt_BR."
        ) from error


def read_po(file: Path) -> polib.POFile:
    """Return a catalog or the template.

    Raises:
        QuietpageError: It is missing, is not UTF-8 or is no PO file.
    """
    try:
        text = _well_formed(file.read_text(encoding="utf-8-sig"))
        return polib.pofile(text, check_for_duplicates=True)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        told = str(error).replace(str(file), file.name)[:200]
        raise QuietpageError(
            f"{short(file)}: cannot be read ({told}). Open it in Poedit and save it,"
            " or restore it."
        ) from error


def _well_formed(text: str) -> str:
    """Return `text`; polib would drop the last letter before a missing quote."""
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line.strip()):
            raise ValueError(f"line {number} lacks a quotation mark or a keyword")
    return text


def catalog_faults(catalog: polib.POFile) -> Iterator[tuple[int, str]]:
    """Yield (line, sentence) of what must not reach a reader."""
    for entry in catalog.translated_entries():
        for fault in safety_faults(entry.msgid, entry.msgstr):
            yield entry.linenum, fault


def share_translated(catalog: polib.POFile, template: polib.POFile) -> int:
    """Return how much of the template is translated and not fuzzy, whole percent."""
    done = {entry.msgid for entry in catalog.translated_entries()}
    wanted = [entry.msgid for entry in template]
    return 100 * sum(message in done for message in wanted) // max(1, len(wanted))


def short(file: Path) -> str:
    """Return the file's name as people know it, from translations on."""
    parts = file.parts
    return "/".join(parts[-4:] if file.suffix == ".po" else parts[-2:])


def domain_of(languages: tuple[Language, ...]) -> Domain:
    """Return a Flask-Babel domain that has every catalog in memory already."""
    domain = Domain()
    for language in languages:
        domain.cache[str(language.locale), domain.domain[0]] = language.messages
    return domain


def in_digits_of(locale: Locale, text: str) -> str:
    """Return `text` in the locale's default digits; numbers to dial stay Latin."""
    zero = ord(_ZEROS.get(locale.default_numbering_system, "0"))
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def _compiled(catalog: polib.POFile, locale: Locale) -> Translations:
    for entry in catalog:
        entry.msgstr = in_digits_of(locale, entry.msgstr)
    # A language that only the organisation has begins with no header at all.
    catalog.metadata["Content-Type"] = "text/plain; charset=UTF-8"
    return Translations(BytesIO(catalog.to_binary()))
