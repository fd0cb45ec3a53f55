"""Checks of the values of settings, and hints at the likely right value."""

import base64
import difflib
import hashlib
import ipaddress
import re
from collections.abc import Callable, Collection

import phonenumbers
from babel.core import Locale
from babel.localedata import locale_identifiers

Check = Callable[[object], bool]

# Codes that people confuse with those of ISO 3166 (countries) or BCP 47 (languages).
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


def is_https(value: object) -> bool:
    """Return whether it is an https address with a host, and without a query."""
    if not isinstance(value, str) or not re.fullmatch(
        r"https://[\w.-]+(:[0-9]{1,5})?(/[\w./~%-]*)?", value
    ):
        return False
    host, _, port = value.lower().split("/")[2].partition(":")
    return is_host(host) and int(port or 1) in range(1, 65536)


def is_host(value: object) -> bool:
    """Return whether it is a name of a site, or an IPv6 address in brackets."""
    if isinstance(value, str) and (found := re.fullmatch(r"\[(.+)\]", value)):
        try:
            # As browsers write it; an address with a zone (%) cannot name a site.
            return str(ipaddress.IPv6Address(found[1])) == found[1] and "%" not in value
        except ValueError:
            return False
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    return isinstance(value, str) and bool(re.fullmatch(rf"{label}(\.{label})*", value))


def is_onion(value: object) -> bool:
    """Return whether it is empty or an onion address of version 3 with its checksum.

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
    key, checksum, version = decoded[:32], decoded[32:34], decoded[34:]
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
    """Return whether it is text of one line that is not blank."""
    return is_line(value) and bool(str(value).strip())


def is_whole_number(least: int, most: int) -> Check:
    """Return a check for a whole number within two bounds."""
    return lambda value: type(value) is int and least <= value <= most


def is_list_of(check: Check) -> Check:
    """Return a check for a list whose values all pass `check`."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def is_table_of(check: Check) -> Check:
    """Return a check for a table whose values all pass `check`."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def is_country(value: object) -> bool:
    """Return whether it is a code of ISO 3166 that phonenumbers knows."""
    return isinstance(value, str) and value in phonenumbers.SUPPORTED_REGIONS


def unknown_countries(value: object) -> str:
    """Return a sentence for each value of a list that is not a country's code.

    >>> unknown_countries(["MX", "UK", "Peru"])
    " 'UK' is not one: did you mean 'GB'? 'Peru' is not one: did you mean 'PE'?"
    """
    known = sorted(phonenumbers.SUPPORTED_REGIONS)
    sentences = []
    for name in value if isinstance(value, list) else [value]:
        if not is_country(name):
            hint = did_you_mean(str(name), known, "countries")
            hint = hint or "look it up in ISO 3166."
            sentences.append(f" '{name}' is not one: {hint}")
    return "".join(sentences)


def did_you_mean(word: str, known: Collection[str], kind: str) -> str:
    """Return a question about the likely one of the `known` codes; "" if none is.

    `kind` is countries or languages: a word may be the English name of one, or the
    name of a language in itself.

    >>> did_you_mean("spanish", ["en", "es"], "languages")
    "did you mean 'es'?"
    """
    names = _codes_by_name(kind)
    near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.8)
    guesses = [
        word,
        _CONFUSED[kind].get(word.upper() if kind == "countries" else word.lower()),
        *(names[name] for name in near),
    ]
    # A language's country or script is rarely written: pt and pt-BR.
    found = [
        code
        for guess in guesses
        for code in known
        if guess
        and (code.casefold() == guess.casefold() or code.split("-")[0] == guess)
    ]
    # Of two letters, one that is the same says nothing.
    if not found and len(word) > len("xx"):
        found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""


def _codes_by_name(kind: str) -> dict[str, str]:
    """Return {name in lower case: code}, of countries or of CLDR's locales."""
    english = Locale("en")
    if kind == "countries":
        return {name.casefold(): code for code, name in english.territories.items()}
    codes: dict[str, str] = {}
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        short_name = english.languages.get(identifier)
        for name in (locale.english_name, locale.display_name, short_name):
            codes.setdefault((name or "").casefold(), identifier.replace("_", "-"))
    return codes
