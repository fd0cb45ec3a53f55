"""Configurations with which nginx, Caddy, Apache and CDNs serve an export.

They negotiate language and coding by regular expressions that both PCRE and Go's RE2
support, so without look-around. As in `negotiation`, only the first 16 elements of a
header count, so that no header takes long.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quietpage import __version__
from quietpage.config import Settings
from quietpage.negotiation import language_tables
from quietpage.prepared_site import PADDING_ELSE, PADDING_OK, TLS_ONLY, Site
from quietpage.security_headers import ONION_LOCATION

# Where each configuration is in the export.
_CONFIGURATIONS = {
    "nginx.conf": "nginx.conf",
    "Caddyfile": "Caddyfile",
    "apache.conf": "apache.conf",
    "htaccess": "site/.htaccess",
    "_headers": "site/_headers",
    "_redirects": "site/_redirects",
}
# Headers that differ between responses are sent by rules of their own.
_OWN_HEADERS = {
    "Content-Type",
    "Content-Language",
    "Content-Encoding",
    "Content-Length",
    ONION_LOCATION,
}

# Every repetition is bounded, so that a long header does not take long.
# The start of one of the first 16 elements of a list header.
_ELEMENT = r"^(?:[^,]*,){0,15}?\s{0,3}"
# The end of an element with a weight above 0, or without one.
_WEIGHT = r"(?:1(?:\.0{0,3})?|0?\.0{0,3}[1-9][0-9]{0,3})"
_WANTED = rf"\s{{0,3}}(?:;\s{{0,3}}q\s{{0,3}}=\s{{0,3}}{_WEIGHT}\s{{0,3}})?(?:,|$)"
# The end of an element whatever its weight.
_NAMED = r"\s{0,3}(?:[;,]|$)"
# What may follow the range on offer; a tag has at most 35 characters (RFC 5646
# section 4.4.1).
_SUBTAGS = r"(?:-[a-zA-Z0-9-]{0,32})?"


def literal(text: str) -> str:
    """Return an expression that matches `text`, with hyphens unescaped."""
    return re.escape(text).replace(r"\-", "-")


def _coding_named(name: str) -> list[tuple[str, int]]:
    return [
        (rf"{_ELEMENT}{literal(name)}{_WANTED}", 1),
        (rf"{_ELEMENT}{literal(name)}{_NAMED}", 0),
    ]


_ANY_CODING = (rf"{_ELEMENT}\*{_WANTED}", 1)
# {coding: [(expression, whether it is acceptable)]}; the first match decides.
CODING_RULES = {
    "br": [*_coding_named("br"), _ANY_CODING],
    "gzip": [*_coding_named("gzip"), *_coding_named("x-gzip"), _ANY_CODING],
}


def language_ranges(tags: Sequence[str]) -> dict[str, str]:
    """Return {language range in lower case: tag}, in the order to try them.

    It is the table of the site's own content negotiation, flattened.

    >>> ranges = language_ranges(["en", "zh-Hans", "zh-Hant"])
    >>> ranges["en"], ranges["zh"], ranges["zh-tw"], ranges.get("en-us"), ranges["*"]
    ('en', 'zh-Hans', 'zh-Hant', None, 'en')
    """
    ranges = {
        f"{language}-{other}" if other else language: tag
        for language, table in language_tables(tags).items()
        for other, tag in table.items()
        if tag
    }
    ranges |= {tag.lower(): tag for tag in tags}
    longest_first = sorted(ranges, key=lambda name: (-len(name), name))
    return {name: ranges[name] for name in longest_first} | {"*": tags[0]}


def first_range(ranges: Sequence[str]) -> str:
    """Return an expression whose only group is the first acceptable range."""
    by_letter: dict[str, list[str]] = {}
    for name in ranges:
        by_letter.setdefault(literal(name[0]), []).append(literal(name[1:]))
    # Grouped by first letter; otherwise PCRE would try each name at each element.
    names = "|".join(f"{x}(?:{'|'.join(rest)})" for x, rest in by_letter.items())
    return rf"{_ELEMENT}({names}){_SUBTAGS}{_WANTED}"


def configurations(
    site: Site, settings: Settings, root: str, port: int
) -> dict[str, bytes]:
    """Return {path in the export: content} for the configuration of each server."""
    tags = [tag for tag, coding in site.guides if coding == "identity"]
    ranges = language_ranges(tags)
    sent = site.guides[tags[0], "identity"].headers["https"]
    values = {
        "version": __version__,
        "root": root,
        "port": port,
        "tags": tags,
        "ranges": ranges,
        "ranges_by_tag": {
            tag: [literal(name) for name, found in ranges.items() if found == tag]
            for tag in tags
        },
        "first_range": first_range(list(ranges)),
        "sizes": {c: len(guide.body) for (_, c), guide in site.guides.items()},
        "padding_ok": PADDING_OK,
        "padding_else": PADDING_ELSE,
        "tag_padding": site.tag_padding,
        "coding_rules": CODING_RULES,
        "host": settings.hosts[0],
        "hosts": settings.allowed_hosts,
        "any_host": "|".join(map(literal, settings.allowed_hosts)),
        "onion": settings.onion,
        "https": settings.https,
        "headers": [
            (k, v) for k, v in sent if k not in _OWN_HEADERS and k not in TLS_ONLY
        ],
        "tls_headers": [
            (k, v) for k, v in sent if k in TLS_ONLY and k not in _OWN_HEADERS
        ],
    }
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=False,  # noqa: S701 - no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return {
        path: templates.get_template(f"{name}.j2").render(values).encode()
        for name, path in _CONFIGURATIONS.items()
    }
