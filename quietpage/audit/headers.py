"""Whether a header, as `expected.toml` has it, endangers a reader."""

import re
import tomllib
from collections import Counter
from pathlib import Path

EXPECTED = tomllib.loads(
    Path(__file__).with_name("expected.toml").read_text(encoding="utf-8")
)
_ONE_YEAR_S = 31_536_000
HSTS, ONION = "strict-transport-security", "onion-location"
_CLOSED = {"default-src", "base-uri", "form-action", "frame-ancestors"}


def is_harmless(name: str, value: str) -> bool:
    """Return whether a header may come, by its name in lower case."""
    if name in _JUDGES:
        return _JUDGES[name](value)
    if pattern := EXPECTED["allowed"].get(name):
        return bool(re.fullmatch(pattern, value.strip(), re.IGNORECASE))
    wanted: str = EXPECTED["headers"].get(name, "")
    return bool(wanted) and value.strip().lower() == wanted.lower()


def _lasts_a_year(value: str) -> bool:
    found = re.match(r"max-age=(\d{1,12})(;|$)", value.lower())
    return found is not None and int(found[1]) >= _ONE_YEAR_S


def _is_strict_policy(policy: str) -> bool:
    """Return whether a CSP lets nothing in or out but what the document holds."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    directives = {name.lower(): " ".join(values) for name, *values in parts}
    known: dict[str, str] = EXPECTED["policy"]
    return (
        # Of a directive that is named twice browsers heed the first.
        len(directives) == len(parts)
        and directives.keys() >= _CLOSED
        and all(
            name in known and re.fullmatch(known[name], values)
            for name, values in directives.items()
        )
    )


def _denies_features(policy: str) -> bool:
    entries = [re.sub(r"\s", "", entry) for entry in policy.split(",")]
    names = Counter(entry.removesuffix("=()") for entry in entries)
    # Of a feature that is named twice browsers heed the last.
    return all(entry.endswith("=()") for entry in entries) and all(
        names[feature] == 1
        for feature in {*names, *EXPECTED["features"]["denied"].split()}
    )


_JUDGES = {
    "content-security-policy": _is_strict_policy,
    "permissions-policy": _denies_features,
    HSTS: _lasts_a_year,
}
