"""What a value of a setting has to be, and what was likely meant by one that is not."""

import base64
import difflib
import hashlib
import ipaddress
import re
from collections.abc import Callable, Collection

import phonenumbers
from babel.core import Locale

Check = Callable[[object], bool]

# Codes that people take for those of a country (ISO 3166) or a language (BCP 47).
_CONFUSED = {
    "countries": {"UK": "GB", "EN": "GB", "SP": "ES", "JA": "JP", "EL": "GR"},
    "languages": {
        "br": "pt-BR",
        "cn": "zh-Hans",
        "cz": "cs",
        "gr": "el",
        "jp": "ja",
        "kr": "ko",
        "sp": "es",
        "tl": "fil",
        "tw": "zh-Hant",
        "ua": "uk",
        "zh": "zh-Hans",
    },
}
_ONION_BYTES = 35


def is_https(value: object) -> bool:
    """Return whether it is an https address with a host, and without a query."""
    if not isinstance(value, str) or not re.fullmatch(
        r"https://[\w.-]+(:\d{1,5})?(/[\w./~%-]*)?", value
    ):
        return False
    host, _, port = value.lower().split("/")[2].partition(":")
    return is_host(host) and int(port or 1) in range(1, 65536)


def is_host(value: object) -> bool:
    """Return whether it is a name of a site, or an IPv6 address in brackets."""
    if isinstance(value, str) and (found := re.fullmatch(r"\[(.+)\]", value)):
        try:
            # As browsers write it; one with a zone (%) is no name of a site.
            return str(ipaddress.IPv6Address(found[1])) == found[1] and "%" not in value
        except ValueError:
            return False
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    return isinstance(value, str) and bool(re.fullmatch(rf"{label}(\.{label})*", value))


def is_onion(value: object) -> bool:
    """Return whether it is empty or an onion address of version 3 without a slip.

    Its last bytes are a checksum and the version (Tor's rend-spec-v3, section 6).

    >>> is_onion("a" * 56 + ".onion")
    False
    """
    if value == "":
        return True
    found = re.fullmatch(r"([a-z2-7]{56})\.onion", str(value))
    if not found:
        return False
    decoded = base64.b32decode(found[1].upper())
    key, checksum, version = decoded[:32], decoded[32:34], decoded[34:_ONION_BYTES]
    expected = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    return version == b"\3" and checksum == expected


def is_proxy(value: object) -> bool:
    """Return whether it is an IP address, a network or `*`."""
    try:
        return value == "*" or bool(ipaddress.ip_network(str(value)))
    except ValueError:
        return False


def is_bool(value: object) -> bool:
    """Return whether it is true or false."""
    return isinstance(value, bool)


def is_line(value: object) -> bool:
    """Return whether it is text of one line."""
    return isinstance(value, str) and value.isprintable()


def is_nonblank_line(value: object) -> bool:
    """Return whether it is text of one line that says something."""
    return is_line(value) and bool(str(value).strip())


def is_whole_number(least: int, most: int) -> Check:
    """Return a check for a whole number between two."""
    return lambda value: type(value) is int and least <= value <= most


def is_list_of(check: Check) -> Check:
    """Return a check for a list whose every value passes another."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def is_table_of(check: Check) -> Check:
    """Return a check for a table whose every value passes another."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def is_country(value: object) -> bool:
    """Return whether it is a code of ISO 3166 that has telephones."""
    return isinstance(value, str) and value in phonenumbers.SUPPORTED_REGIONS


def unknown_countries(value: object) -> str:
    """Return a sentence for each value of a list that is no country.

    >>> unknown_countries(["MX", "UK", "Peru"])
    " 'UK' is none: did you mean 'GB'? 'Peru' is none: did you mean 'PE'?"
    """
    known = sorted(phonenumbers.SUPPORTED_REGIONS)
    values = value if isinstance(value, list) else [value]
    return "".join(
        f" '{name}' is none: {did_you_mean(str(name), known, 'countries')}"
        for name in values
        if not is_country(name)
    )


def did_you_mean(word: str, known: Collection[str], kind: str) -> str:
    """Return what `word` was likely meant for, or else all that there is.

    `kind` is countries or languages; their English names are known too.

    >>> did_you_mean("spanish", ["en", "es"], "languages")
    "did you mean 'es'?"
    """
    english = Locale("en")
    names = english.territories if kind == "countries" else english.languages
    by_word = {str(name).casefold(): code for code, name in names.items()}
    # A language's country or script is rarely written: pt and pt-BR.
    found = [
        code
        for guess in (
            word,
            _CONFUSED[kind].get(word.upper() if kind == "countries" else word.lower()),
            by_word.get(word.casefold()),
        )
        for code in known
        if guess
        and (code.casefold() == guess.casefold() or code.split("-")[0] == guess)
    ]
    # Of two letters, one that is the same says nothing.
    if not found and len(word) > len("xx"):
        found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if found:
        return f"did you mean '{found[0]}'?"
    if kind == "countries":
        return "look it up in ISO 3166."
    return f"there are {', '.join(known)}."
