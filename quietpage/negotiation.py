"""Content negotiation: choose a locale and a coding by a request's headers.

Any header costs about as much time as a browser's: a long one is cut off before it is
parsed, and all lookups use tables made at start.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import itemgetter

from babel.core import get_global

CODINGS = ("br", "gzip", "identity")
# No browser sends more; the rest is not read.
_MAX_HEADER_BYTES = 300
_MAX_RANGES = 16
_MAX_CODINGS = 8
# {parameter: q}, all that RFC 9110 section 12.4.2 allows: three digits at most.
_WEIGHTS = {
    f"q={thousandths / 1000:.{digits}f}": thousandths / 1000
    for digits in range(4)
    for thousandths in range(0, 1001, 10 ** (3 - digits))
} | {"q=0.": 0.0, "q=1.": 1.0}


def _weights(header: str, most: int) -> list[tuple[str, float]]:
    """Return (value, q) of the first `most` elements of a list header, in their order.

    Elements without a value are dropped; an invalid q counts as 0.
    """
    found = []
    for element in header[:_MAX_HEADER_BYTES].lower().split(",", most)[:most]:
        value, _, parameter = element.partition(";")
        if value := value.strip():
            weight = _WEIGHTS.get(parameter.strip(), 0.0) if parameter else 1.0
            found.append((value, weight))
    return found


def choose_coding(accept_encoding: str | None) -> str:
    """Return the smallest coding of `CODINGS` that a client accepts.

    RFC 9110 section 12.5.3: q=0 refuses a coding, `*` matches all that are not
    named, and identity is acceptable unless refused. If nothing is acceptable, the
    response is identity, as that section allows.

    >>> choose_coding("gzip, deflate, br, zstd")
    'br'
    >>> choose_coding("br;q=0, gzip;q=0.5")
    'gzip'
    """
    if not accept_encoding:
        return "identity"
    weights = dict(_weights(accept_encoding, _MAX_CODINGS))
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
    default is returned when the header is empty, malformed, refuses all or names
    nothing on offer. Nothing is raised, since anyone can send any header.

    >>> choose = locale_chooser(["en", "es", "pt-BR", "zh-Hant"])
    >>> choose("es-MX, en;q=0.8"), choose("pt-PT"), choose("zh-TW"), choose("xx;;q=")
    ('es', 'pt-BR', 'zh-Hant', 'en')
    """
    match = _matcher(tuple(available))

    def choose(accept_language: str | None) -> str:
        if not accept_language:
            return available[0]
        weights = _weights(accept_language, _MAX_RANGES)
        weights.sort(key=itemgetter(1), reverse=True)
        refused = {wanted for wanted, quality in weights if quality == 0}
        for wanted, quality in weights:
            if quality == 0:
                break
            if wanted == "*":
                return next(
                    (tag for tag in available if tag.lower() not in refused),
                    available[0],
                )
            tag = match(wanted)
            if tag and tag.lower() not in refused:
                return tag
        return available[0]

    return choose


@lru_cache(8)
def _matcher(available: tuple[str, ...]) -> Callable[[str], str | None]:
    """Return a function from a language range in lower case to a tag."""
    exact = {tag.lower(): tag for tag in available}
    tables = language_tables(available)

    def match(wanted: str) -> str | None:
        if wanted in exact:
            return exact[wanted]
        language, _, others = wanted.partition("-")
        table = tables.get(language)
        if not table:
            return None
        if len(table) > 1:
            for other in others.split("-", 2)[:2]:
                if other in table:
                    return table[other]
        return table[""]

    return match


def language_tables(available: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Return {language: {script or territory: tag}}; "" is the tag for all others.

    Each language is listed under every code that CLDR knows for it.
    """
    exact = {tag.lower(): tag for tag in available}
    likely = {_language_and_script(tag): tag for tag in reversed(available)}
    offered = [found[0] for tag in available if (found := _language_and_script(tag))]
    tables = {}
    for language in _names():
        canonical = _language_and_script(language)
        if not canonical or canonical[0] not in offered:
            continue
        base = exact.get(language) or likely.get(canonical)
        tables[language] = {"": base}
        # Only where scripts differ can a script or territory say more.
        if offered.count(canonical[0]) > 1 or base is None:
            for other in _scripts_and_territories():
                full = f"{language}-{other}"
                tag = exact.get(full) or likely.get(_language_and_script(full))
                if tag and tag != base:
                    tables[language][other] = tag
    return tables


def _names() -> set[str]:
    """Return every language code in lower case, retired and duplicate ones too."""
    names = {*get_global("likely_subtags"), *get_global("language_aliases")}
    return {name.lower() for name in names if "_" not in name}


@cache
def _scripts_and_territories() -> frozenset[str]:
    full = get_global("likely_subtags").values()
    return frozenset(part for tag in full for part in tag.lower().split("_")[1:])


def _language_and_script(tag: str) -> tuple[str, str] | None:
    """Return a tag's language and script, likely subtags filled in; None if unknown."""
    language, *others = tag.lower().split("-")
    # CLDR uses "no" where headers use "nb"; both are accepted.
    # Readers of Nynorsk can read Bokmål, and written Cantonese is mostly Chinese.
    aliases = {"nb": "no", "nn": "no", "yue": "zh_hant"}
    named = aliases.get(language)
    named = named or get_global("language_aliases").get(language, language)
    # Some names have more than one part: Dari, prs, is Persian of Afghanistan.
    language, *parts = named.lower().split("_")
    others = parts + others
    script = next((part.title() for part in others if len(part) == 4), None)  # noqa: PLR2004
    territory = next((p.upper() for p in others if len(p) in (2, 3)), None)
    likely = get_global("likely_subtags")
    full = likely.get(f"{language}_{territory}") or likely.get(language)
    if not full:
        return None
    return language, script or full.split("_")[1]
