"""What the headers that every answer carries must be, and why."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from quietpage.headers import FEATURES, OURS, VARY


@dataclass(frozen=True)
class Rule:
    """What one header must be: `expected` for people, `suits` for the audit."""

    name: str
    expected: str
    suits: Callable[[str], bool]
    why: str


def _equals(expected: str) -> Callable[[str], bool]:
    return lambda value: value.strip().lower() == expected.lower()


def _is_strict_policy(policy: str) -> bool:
    """Return whether a CSP lets nothing in but what the document itself holds."""
    parts = (part.split() for part in policy.split(";") if part.strip())
    directives: dict[str, list[str]] = {}
    for name, *values in parts:
        # Of a directive that stands twice browsers heed the first.
        directives.setdefault(name.lower(), values)
    closed = ("default-src", "base-uri", "form-action", "frame-ancestors")
    sources = [
        source
        for name, values in directives.items()
        if name.endswith(("-src", "-src-elem", "-src-attr"))
        for source in values
    ]
    harmless = re.compile(r"'none'|'(sha\d+|nonce)-[\w+/=-]+'|data:")
    return (
        all(directives.get(name) == ["'none'"] for name in closed)
        and all(harmless.fullmatch(source) for source in sources)
        and not any(
            "data:" in directives.get(f"{k}-src", []) for k in ("script", "style")
        )
    )


def _denies_every_feature(policy: str) -> bool:
    denied = {part.strip().replace(" ", "") for part in policy.split(",")}
    return {f"{name}=()" for name in FEATURES.split()} <= denied


def _names(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


_OUR_WHYS = {
    "Cache-Control": "A cache, on the device or on the way, keeps the page.",
    "Cross-Origin-Opener-Policy": "A page that opened this one keeps a hold on it.",
    "Cross-Origin-Embedder-Policy": "Others' content could be drawn into the page.",
    "Cross-Origin-Resource-Policy": "Other sites can load the page and time it.",
    "Origin-Agent-Cluster": "The page may share a process with other sites.",
    "Integrity-Policy": "A script from an address could run without its hash.",
    "Request-OTR": "Brave cannot offer to leave the visit out of its history.",
    "X-DNS-Prefetch-Control": "The browser may look up helplines that no one opened.",
    "X-Permitted-Cross-Domain-Policies": "Old plug-ins could read the site.",
}
RULES = (
    Rule(
        "Content-Security-Policy",
        "default-src, base-uri, form-action and frame-ancestors 'none'; scripts and"
        " styles by hash, no 'unsafe-…', no other host",
        _is_strict_policy,
        "Injected code could show, send or keep what a reader looks at.",
    ),
    *(
        Rule(name, OURS[name], _equals(OURS[name]), why)
        for name, why in _OUR_WHYS.items()
    ),
    Rule(
        "Content-Type",
        "text/html; charset=utf-8",
        lambda value: bool(re.match(r"text/\w+; ?charset=utf-8$", value.lower())),
        "A browser that guesses the letters shows wrong ones.",
    ),
    Rule(
        "Permissions-Policy",
        "every feature of quietpage/headers.py denied, as in camera=(), microphone=()",
        _denies_every_feature,
        "Code on the page could ask for camera, place or sensors.",
    ),
    Rule(
        "Referrer-Policy",
        "no-referrer",
        _equals("no-referrer"),
        "A helpline's or the exit's site would learn where the reader came from.",
    ),
    Rule(
        "Vary",
        VARY,
        lambda value: _names(value) == _names(VARY),
        "A cache may give one reader's language to another, or answers differ by more.",
    ),
    Rule(
        "X-Content-Type-Options",
        "nosniff",
        _equals("nosniff"),
        "Content may run as code.",
    ),
    Rule(
        "X-Frame-Options", "DENY", _equals("deny"), "A hidden frame can steal a press."
    ),
)
