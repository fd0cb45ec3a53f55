"""Choose a locale and a coding by what a request's headers ask for."""

from collections.abc import Callable, Sequence
from functools import cache

from babel.core import Locale, UnknownLocaleError, get_global

CODINGS = ("br", "gzip", "identity")
# Longer headers are no browser's; what stands behind is not read.
_MAX_HEADER_BYTES = 1000


def _weights(header: str) -> list[tuple[str, float]]:
    """Return (value, q) of a list header, highest q first; malformed parts drop out."""
    found = []
    for part in header[:_MAX_HEADER_BYTES].lower().split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.strip() == "q":
                quality = _quality(number.strip())
        if value:
            found.append((value, quality))
    found.sort(key=lambda pair: -pair[1])
    return found


def _quality(number: str) -> float:
    digits = number.replace(".", "", 1)
    if digits.isascii() and digits.isdigit():
        value = float(number)
        return value if value <= 1 else 0.0
    return 0.0


def choose_coding(accept_encoding: str | None) -> str:
    """Return the smallest coding of `CODINGS` that a client accepts.

    RFC 9110 section 12.5.3: q=0 is a no, `*` stands for all that is not named,
    and identity is acceptable unless refused. Where nothing is acceptable the
    answer is identity all the same, as that section allows.

    >>> choose_coding("gzip, deflate, br, zstd")
    'br'
    >>> choose_coding("br;q=0, gzip;q=0.5")
    'gzip'
    """
    if not accept_encoding:
        return "identity"
    weights = dict(_weights(accept_encoding))
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    rest = weights.get("*", 0.0)
    for coding in ("br", "gzip"):
        if weights.get(coding, rest) > 0:
            return coding
    return "identity"


def locale_chooser(available: Sequence[str]) -> Callable[[str | None], str]:
    """Return a function from Accept-Language to a tag of `available`.

    `available` holds BCP 47 tags, the default first. The function follows RFC
    4647 lookup, highest q first: a range matches as a whole, then shortened,
    then by its language once likely subtags have filled in the script. The
    default is the answer when the header is empty, malformed, refuses all or
    names nothing on offer. Nothing is raised: the header is the network's.

    >>> choose = locale_chooser(["en", "es", "pt-BR", "zh-Hant"])
    >>> choose("es-MX, en;q=0.8"), choose("pt-PT"), choose("zh-TW"), choose("xx;;q=")
    ('es', 'pt-BR', 'zh-Hant', 'en')
    """
    exact = {tag.lower(): tag for tag in available}
    likely = {_language_and_script(tag): tag for tag in reversed(available)}

    def choose(accept_language: str | None) -> str:
        if not accept_language:
            return available[0]
        weights = _weights(accept_language)
        refused = {wanted for wanted, quality in weights if quality == 0}
        for wanted, quality in weights:
            if quality == 0:
                break
            if wanted == "*":
                return next(
                    (tag for tag in available if tag.lower() not in refused),
                    available[0],
                )
            tag = _lookup(wanted, exact) or likely.get(_language_and_script(wanted))
            if tag and tag.lower() not in refused:
                return tag
        return available[0]

    return choose


def _lookup(wanted: str, exact: dict[str, str]) -> str | None:
    while wanted:
        if wanted in exact:
            return exact[wanted]
        wanted = wanted.rpartition("-")[0]
    return None


def _language_and_script(tag: str) -> tuple[str, str | None] | None:
    """Return language and script of a tag with likely subtags, None if it is none."""
    subtags = tag.lower().split("-")[:3]
    aliases = get_global("language_aliases")
    # CLDR speaks of "no" and "tl" where headers say "nb" and "fil"; both ways hold.
    named = {"tl": "fil", "nb": "no"}.get(subtags[0]) or aliases.get(subtags[0])
    if named:
        # Some names are of more than one part: Dari, prs, is Persian of Afghanistan.
        subtags[:1] = named.lower().split("_")
    if not all(part.isascii() and part.isalnum() for part in subtags):
        return None
    return _maximised("_".join(subtags))


@cache
def _known_languages() -> frozenset[str]:
    return frozenset(get_global("likely_subtags"))


def _maximised(identifier: str) -> tuple[str, str | None] | None:
    language = identifier.partition("_")[0]
    if language not in _known_languages():
        return None
    parts = identifier.split("_")
    script = next((part.title() for part in parts[1:] if len(part) == 4), None)  # noqa: PLR2004
    territory = next((p.upper() for p in parts[1:] if len(p) in (2, 3)), None)
    if script is None:
        likely = get_global("likely_subtags")
        full = likely.get(f"{language}_{territory}") or likely[language]
        try:
            script = Locale.parse(full).script
        except (ValueError, UnknownLocaleError):
            script = full.split("_")[1] if full.count("_") else None
    return language, script
