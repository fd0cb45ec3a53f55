"""The last check of catalogs: each page has the markup of the English one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from .content import Content
from .errors import QuietpageError
from .languages import translation_domain
from .page import render_error, render_guide

_TAG = re.compile(r"<[^>]*>")
# A <bdi> in a sentence is a part of its text.
_TAG_AROUND_TEXT = re.compile(r"(<(?!/?bdi\b)[^>]*>)")
# Attributes that are read out or shown, and so are messages; blank ones are kept.
_MESSAGE = re.compile(
    r" (alt|aria-[a-z]+|content|data-[a-z]+|label|title)="
    r"""("[^"]*\w[^"]*"|'[^']*\w[^']*')"""
)


def markup_faults(html: str, reference: str) -> Iterator[str]:
    """Yield where tags, attributes or empty texts differ from the reference.

    >>> list(markup_faults("<p>Hola<br>", "<p>Hello"))
    ["has '<br>' where the English has nothing"]
    >>> list(markup_faults("<p>Hola <a> </a>", "<p><a>Leave</a>"))
    ["has no words after '<a>'"]
    """
    for ours, theirs in zip_longest(_TAG.findall(html), _TAG.findall(reference)):
        if ours != theirs and _masked(ours) != _masked(theirs):
            seen, wanted = (f"'{x[:80]}'" if x else "nothing" for x in (ours, theirs))
            yield f"has {seen} where the English has {wanted}"
            return
    parts, wanted_parts = map(_TAG_AROUND_TEXT.split, (html, reference))
    for place in range(2, len(parts) - 1, 2):
        before, text, after = parts[place - 1 : place + 2]
        # Around a placeholder that is an element, words may be on one side only.
        is_whole = after.startswith("</") and not before.startswith("</")
        if is_whole and _has_words(wanted_parts[place]) and not _has_words(text):
            yield f"has no words after '{before[:80]}'"


def _has_words(text: str) -> bool:
    return bool(re.search(r"\w", text))


def _masked(tag: str | None) -> str:
    return _MESSAGE.sub(r" \1", tag or "")


def check_markup(
    content: Content, guides: Mapping[str, str], errors: Mapping[str, str]
) -> None:
    """Compare each page, by language, with the English laid out for that language.

    A locale has its own order and names of countries and its own dates; its messages
    may change words only. Needs a request context.

    Raises:
        QuietpageError: A page differs; the sentence names the language.
    """
    english = [
        replace(each, messages=each.messages.in_english()) for each in content.languages
    ]
    translation_domain(tuple(english)).as_default()
    for language in english:
        pages = {
            "guide": (guides[language.tag], render_guide(content, language)),
            "error page": (errors[language.tag], render_error(language)),
        }
        for name, (html, reference) in pages.items():
            for fault in markup_faults(html, reference):
                raise QuietpageError(
                    f"translations: the {name} in '{language.tag}' {fault}. Correct"
                    " that catalog."
                )
