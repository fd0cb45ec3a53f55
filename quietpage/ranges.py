"""What a request asks for, as regular expressions for servers that know no more.

Only what both PCRE and Go's RE2 understand: no look-around.
"""

import re
from collections.abc import Sequence

from babel.core import get_global

from .negotiate import locale_chooser

# The end of an element of a list header with a weight above nought, or none.
_WANTED = r"\s*(?:;\s*q\s*=\s*(?:1(?:\.0*)?|0?\.[0-9]*[1-9][0-9]*)\s*)?(?:,|$)"
_NAMED = r"\s*(?:[;,]|$)"
_NONE = "x-none"


def literal(text: str) -> str:
    """Return an expression for `text` itself, a hyphen left as it is."""
    return re.escape(text).replace(r"\-", "-")


# {coding: (expression, whether it is acceptable), the first that matches wins}
CODING_RULES = {
    coding: [
        (rf"(?:^|,)\s*{literal(name)}{end}", int(end is _WANTED))
        for name in names
        for end in ((_WANTED,) if name == "*" else (_WANTED, _NAMED))
    ]
    for coding, names in {"br": ["br", "*"], "gzip": ["gzip", "x-gzip", "*"]}.items()
}


def language_ranges(tags: Sequence[str]) -> dict[str, str]:
    """Return {language range in lower case: tag}, what stands first is tried first.

    Every language that may match is put to the chooser of the site, then with every
    script and territory that CLDR knows; what only repeats its language is left out.

    >>> ranges = language_ranges(["en", "zh-Hans", "zh-Hant"])
    >>> ranges["en"], ranges["zh"], ranges["zh-tw"], ranges.get("en-us"), ranges["*"]
    ('en', 'zh-Hans', 'zh-Hant', None, 'en')
    """
    choose = locale_chooser([_NONE, *tags])
    likely = get_global("likely_subtags")
    offered = [_language(tag) for tag in tags]
    aliases = get_global("language_aliases")
    # A language that is neither offered nor has two names matches nothing on offer.
    known = {*offered, *aliases, *aliases.values()}
    parts = {part for full in likely.values() for part in full.lower().split("_")[1:]}
    ranges = {}
    for language in sorted(name.lower() for name in known if "_" not in name):
        base = choose(language)
        if base != _NONE:
            ranges[language] = base
        # Only where scripts differ can a script or territory say more.
        if offered.count(_language(base)) > 1 or (
            base == _NONE and language in offered
        ):
            found = {
                f"{language}-{part}": choose(f"{language}-{part}") for part in parts
            }
            ranges |= {k: v for k, v in found.items() if v not in (base, _NONE)}
    ranges |= {tag.lower(): tag for tag in tags}
    longest_first = sorted(ranges, key=lambda name: (-len(name), name))
    return {name: ranges[name] for name in longest_first} | {"*": tags[0]}


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def first_range(ranges: Sequence[str]) -> str:
    """Return an expression whose one group is the first range that is acceptable."""
    names = "|".join(map(literal, ranges))
    return rf"^(?:[^,]*,)*?\s*({names})(?:-[a-zA-Z0-9-]*)?{_WANTED}"
