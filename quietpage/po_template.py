"""Extract the English into messages.pot, and merge that into catalogs."""

import difflib
import re
from collections.abc import Iterator
from io import BytesIO

import polib
from babel.core import Locale
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from .config import ROOT
from .errors import QuietpageError
from .message_checks import safety_faults
from .po_files import PO_HEADERS

_TEMPLATES = ROOT / "templates"
_PART = re.compile(r'{% (?:extends|include|from) "([^"]+)"')
_NEAR = 0.8


def extract() -> polib.POFile:
    """Return the template of today's English, without dates and line numbers.

    Raises:
        QuietpageError: A message has a context or a plural, which no catalog keeps.
    """
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(
        ROOT, methods, options, comment_tags=("Translators:",), strip_comment_tags=False
    )
    rank = {place: number for number, place in enumerate(_lines_of("guide.html"))}
    catalog = Catalog(project="Quietpage", charset="utf-8")
    for file, line, message, comments, context in sorted(
        found, key=lambda message: rank.get(message[:2], len(rank))
    ):
        if context is not None or not isinstance(message, str):
            raise QuietpageError(
                f"{file}:{line}: has a context or a plural, which catalogs do not keep."
                " Write a sentence that needs neither."
            )
        one_line = [" ".join(" ".join(comments).split())] if comments else []
        catalog.add(message, auto_comments=one_line, locations=[(file, line)])
    buffer = BytesIO()
    pofile.write_po(buffer, catalog, include_lineno=False, width=0)
    template = polib.pofile(buffer.getvalue().decode())
    template.header = " The messages of Quietpage, for translators to begin from."
    template.metadata = {
        "Project-Id-Version": "Quietpage",
        **PO_HEADERS,
    }
    template.metadata_is_fuzzy = None
    return template


def _lines_of(name: str) -> Iterator[tuple[str, int]]:
    """Yield each line of a template as (file, line), with included parts in place."""
    file = _TEMPLATES / name
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        yield file.relative_to(ROOT).as_posix(), number
        for part in _PART.findall(line):
            yield from _lines_of(part)


def merge(
    catalog: polib.POFile, template: polib.POFile, same_meaning: Locale | None = None
) -> dict[str, str]:
    """Bring `catalog` to the template's messages and order, keeping translations.

    A new message that resembles a removed one starts from its translation, marked
    fuzzy; removed messages stay at the end, marked obsolete. Babel's own update would
    drop unknown headers, and gettext is not a Python package.

    With `same_meaning`, the catalog's locale, the translation of a reworded message is
    not marked fuzzy if it still has the figures and placeholders of the English; the
    result is {new message: old one} for these.
    """
    old = {entry.msgid: entry for entry in catalog}
    wanted = {entry.msgid for entry in template}
    gone = {message: e for message, e in old.items() if message not in wanted}
    candidates = [m for m, entry in gone.items() if entry.msgstr]
    merged, carried = [], {}
    for source in template:
        message = source.msgid
        entry = old.get(message) or polib.POEntry(msgid=message)
        if message not in old and (
            near := difflib.get_close_matches(message, candidates, 1, _NEAR)
        ):
            former = gone[near[0]]
            candidates.remove(near[0])
            entry.msgstr, entry.tcomment = former.msgstr, former.tcomment
            if (
                same_meaning
                and former.translated()
                and not any(safety_faults(str(same_meaning), message, former.msgstr))
            ):
                carried[message] = former.msgid
            else:
                entry.previous_msgid, entry.fuzzy = former.msgid, True
        entry.comment, entry.obsolete = source.comment, False
        entry.occurrences = source.occurrences
        # Including python-format, which makes editors check placeholders.
        entry.flags = ["fuzzy"] * entry.fuzzy + source.flags
        merged.append(entry)
    for entry in gone.values():
        entry.obsolete = True
    # A fuzzy entry only repeats another message's translation.
    kept = [entry for entry in gone.values() if entry.msgstr and not entry.fuzzy]
    catalog.clear()
    catalog.extend([*merged, *kept])
    return carried
