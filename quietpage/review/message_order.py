"""The messages of the page in reading order, each with its topic."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from babel.core import Locale

from quietpage.content import Content
from quietpage.languages import Language, Messages, translation_domain
from quietpage.page import render_guide
from quietpage.review_marks import Review

# Each message is rendered as its number between two private-use characters.
_NUMBER = re.compile("\ue000(\\d+)\ue001")
_HEADING = re.compile(
    r"(?:<h[1-3]>|<details id=\"numbers\">\s*<summary>)\s*\ue000(\d+)\ue001"
)
_DAY = date(2026, 1, 1)
# The reviews that a page can have: each shows other messages.
_REVIEWS = (
    None,
    Review(("x",), _DAY, is_changed=False),
    Review((), _DAY, is_changed=True),
    Review((), _DAY, is_changed=False),
)


class _Numbers(Messages):
    """Messages that are rendered as numbers, and the message for each number."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, int] = {}

    def has(self, message: str) -> bool:
        return bool(message)

    def gettext(self, message: str) -> str:
        number = self.seen.setdefault(message, len(self.seen))
        return f"\ue000{number}\ue001"

    ugettext = gettext


def page_order(content: Content) -> dict[str, str]:
    """Return {message: heading} in reading order; needs an app context.

    Before the first heading it is empty. The page is rendered once for each kind of
    review, so that no message is left out.
    """
    settings = replace(content.settings, organisation="x", contact="x")
    order: dict[str, str] = {}
    for review in _REVIEWS:
        numbers = _Numbers()
        # Any language but English, whose page has no note about its review.
        language = Language("qaa", Locale("en"), numbers, review)
        shown = Content(settings)
        # A cached property looks here first, so nothing is read from disk again.
        shown.__dict__.update(
            countries=content.countries, languages=(language,), text_review=review
        )
        translation_domain((language,)).as_default()
        html = render_guide(shown, language)
        order = _joined(order, dict(_messages(html, list(numbers.seen))))
    return order


def _messages(html: str, messages: list[str]) -> Iterator[tuple[str, str]]:
    headings = {found.end(): found[1] for found in _HEADING.finditer(html)}
    heading, seen = "", set()
    for found in _NUMBER.finditer(html):
        message = messages[int(found[1])]
        if found.end() in headings:
            heading = message
        if message not in seen:
            seen.add(message)
            yield message, heading


def _joined(order: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """Return `order` with the messages that only `more` has, in their places there."""
    following: dict[str, list[str]] = {}
    last = ""
    for message in more:
        if message not in order:
            following.setdefault(last, []).append(message)
        else:
            last = message
    joined = following.get("", [])
    for message in order:
        joined += [message, *following.get(message, [])]
    return {message: order.get(message) or more.get(message, "") for message in joined}
