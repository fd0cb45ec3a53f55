"""The checks of an audit: each yields the faults that it finds.

What a check says when there are none, its risk and its fix are in `expected.toml`.
"""

import os
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from quietpage.banned_words import banned_words_in

from .client import PORTS, is_loopback, resolve, shortened
from .collect import EXPECTED, PLAIN, POST, WRONG_HOST, Evidence, Release, plain_value
from .exchange import Answer
from .logs import CheckSkippedError

PASS, FAIL, SKIPPED = "pass", "fail", "skipped"
_WORDS = EXPECTED["checks"]
_FAULT_LETTERS = 300
# A regular expression that no value matches.
_NOTHING = "(?!)"
_MIN_DAYS = 14
HSTS, ONION = "strict-transport-security", "onion-location"


def findings(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield the result of each check, what was found, its risk and its fix."""
    client = evidence.client
    shown = {
        "requests": client.requests,
        "pages": len(evidence.pages),
        "answers": len(evidence.answers),
        "addresses": ", ".join(client.addresses),
        "days": _days_left(evidence),
        "waited": f"{evidence.logs.wait_s:g}",
    }
    for name, check in CHECKS.items():
        words = _WORDS[name]
        found: list[str] = []
        result, otherwise = PASS, words["passed"].format(**shown)
        try:
            for fault in check(evidence):
                found.append(shortened(fault, _FAULT_LETTERS))  # noqa: PERF401 - what was found before a skip
        except CheckSkippedError as reason:
            result, otherwise = SKIPPED, f"Not checked: {shortened(reason, 500)}"
        yield {
            "check": name,
            "result": FAIL if found else result,
            "found": found or [otherwise],
            "risk": words["risk"],
            "fix": words["fix"],
        }


def _answers(evidence: Evidence) -> Iterator[str]:
    for request, sentence in evidence.unanswered:
        # A server may refuse a connection with a Host that is not its own.
        if not request.may_answer_freely and request.kind != WRONG_HOST:
            yield sentence
    for address, reason in evidence.client.unreachable.items():
        raise CheckSkippedError(f"{address} cannot be reached from here: {reason}.")


def _release(evidence: Evidence) -> Iterator[str]:
    release = evidence.release
    compared = [(page.request, _difference(release, page)) for page in evidence.pages]
    same = {request.tag or release.default for request, how in compared if not how}
    other = {request.tag or release.default for request, how in compared if how}
    differences = [f"{request.kind} {how}" for request, how in compared if how]
    if same & other:
        yield _WORDS["release"]["mixed"]
    elif differences:
        shares = f"{len(differences)} of {len(compared)} pages differ"
        yield f"{shares}. {_WORDS['release']['stale']}"
    yield from differences
    known = set(release.files.values())
    for answer in evidence.answers:
        request, body = answer.request, answer.body
        is_refusal = request.tag is None and not request.may_answer_freely
        may_be_empty = request.line.startswith("HEAD") or answer.status // 100 == 3  # noqa: PLR2004
        if is_refusal and body not in known and (body or not may_be_empty):
            text = f"has '{_shown(answer.decoded() or body)}'" if body else "is empty"
            yield f"{request.kind} {text}"


def _difference(release: Release, page: Answer) -> str:
    expected = release.guide(page.request.tag or "", page.coding)
    if expected is None:
        return f"comes in {page.coding}, which the release does not have"
    is_part = page.status == 206 and page.body in expected  # noqa: PLR2004
    if page.body == expected or is_part:
        return ""
    got, text = page.decoded(), release.guide(page.request.tag or "", "identity") or b""
    if got is None or got.rstrip() == text.rstrip():
        return f"is compressed or padded in another way, in {page.coding}"
    same = len(os.path.commonprefix([got, text]))  # noqa: RUF071 - no paths
    # From the beginning of the tag, if it is near.
    place = max(got.rfind(b"<", max(0, same - 40), same + 1), same - 40, 0)
    return f"has '{_shown(got[place:])}' where the release has '{_shown(text[place:])}'"


def _shown(text: bytes) -> str:
    return text[:60].decode(errors="replace")


def _sizes(evidence: Evidence) -> Iterator[str]:
    groups: dict[str, set[int]] = defaultdict(set)
    for page in evidence.pages:
        groups[page.request.group].add(page.size)
    for group, sizes in groups.items():
        if group and len(sizes) > 1:
            yield f"from {min(sizes)} to {max(sizes)} bytes, {group}"


def _headers(evidence: Evidence) -> Iterator[str]:
    client, wanted = evidence.client, evidence.release.headers
    is_tls = client.scheme == "https" and not client.host.endswith(".onion")
    required = wanted.keys() - set(EXPECTED["allowed"]) - {ONION}
    if not is_tls:
        required -= {HSTS}
    # Servers that compress send a Vary of their own.
    if not any(evidence.answers[0].header(name) for name in required - {"vary"}):
        yield _WORDS["headers"]["bare"]
    required |= {"content-type"}
    for answer in evidence.answers:
        is_free = answer.request.may_answer_freely
        names = dict.fromkeys(name.lower() for name, _ in answer.headers)
        # The server's own words need not have them.
        for name in names.keys() - required if is_free else names:
            value, expected = answer.header(name), wanted.get(name, set())
            pattern = EXPECTED["allowed"].get(name, _NOTHING)
            is_allowed = re.fullmatch(pattern, value.strip(), re.IGNORECASE)
            is_known = plain_value(value) in expected and (name != HSTS or is_tls)
            if not (is_known or is_allowed):
                shown = " or ".join(sorted(expected)) or "none, or another value"
                yield f"{name}: {value} on {answer.request.kind} (wanted: {shown})"
        if not is_free:
            for name in sorted(required - names.keys()):
                yield f"{name} is missing on {answer.request.kind}"


def _is_plain(evidence: Evidence) -> bool:
    if evidence.client.scheme == "https":
        return False
    if evidence.client.host.endswith(".onion"):
        raise CheckSkippedError("An onion address encrypts by itself.")
    if is_loopback(evidence.client.host):
        raise CheckSkippedError("On loopback there is nothing to encrypt.")
    return True


def _days_left(evidence: Evidence) -> int:
    """Return how long the certificate is valid, 0 where there is none."""
    ends = evidence.client.certificate.get("notAfter")
    return int((ssl.cert_time_to_seconds(ends) - time.time()) / 86400) if ends else 0


def _tls(evidence: Evidence) -> Iterator[str]:
    if _is_plain(evidence):
        yield "the page comes over plain HTTP"
        return
    for address in evidence.old_tls:
        yield f"TLS 1.0 or 1.1 is accepted at {address}"
    for version in sorted(evidence.client.tls_versions - {"TLSv1.3"}):
        yield f"{version} is the newest on offer"
    if _days_left(evidence) < _MIN_DAYS:
        yield f"the certificate ends in {_days_left(evidence)} days"


def _sessions(evidence: Evidence) -> Iterator[str]:
    if not _is_plain(evidence) and evidence.client.has_resumed:
        raise CheckSkippedError(_WORDS["sessions"]["skipped"])
    return iter(())


def _plain_http(evidence: Evidence) -> Iterator[str]:
    if _is_plain(evidence):
        yield "the page comes over plain HTTP"
        return
    if evidence.client.port != PORTS["https"]:
        raise CheckSkippedError("The plain port that belongs to this one is not known.")
    for request, sentence in evidence.unanswered:
        if request.kind == PLAIN and "refused" not in sentence:
            raise CheckSkippedError(sentence)
    for answer in evidence.of(PLAIN):
        target = resolve("", answer.header("Location"))
        if answer.status not in (301, 308) or target.scheme != "https":
            yield f"status {answer.status}, no permanent redirect to https"
        elif target.query or _strays(evidence, answer):
            yield f"redirect to {target.geturl()}"


def _strays(evidence: Evidence, answer: Answer) -> bool:
    """Return whether an answer redirects to other than a fixed address of the site."""
    client = evidence.client
    target = answer.header("Location").replace("\\", "/")
    place = resolve(f"{client.scheme}://{client.authority}/", target)
    is_own = place.hostname == client.host and place.scheme in (client.scheme, "https")
    return not is_own or any(canary in target for canary in client.canaries)


def _redirects(evidence: Evidence) -> Iterator[str]:
    for answer in evidence.answers:
        is_free = answer.request.may_answer_freely or answer.request.kind == WRONG_HOST
        if not is_free and _strays(evidence, answer):
            yield f"Location: {answer.header('Location')} on {answer.request.kind}"


def _wrong_host(evidence: Evidence) -> Iterator[str]:
    for answer in evidence.of(WRONG_HOST):
        if answer.status // 100 == 2:  # noqa: PLR2004
            yield f"status {answer.status} for a host name that is not the site's"
        elif _strays(evidence, answer):
            yield f"redirect to {answer.header('Location')}"


def _methods(evidence: Evidence) -> Iterator[str]:
    for answer in evidence.of(POST):
        if answer.status < 400:  # noqa: PLR2004
            yield f"status {answer.status} on {POST}"


def _echo(evidence: Evidence) -> Iterator[str]:
    for answer in evidence.answers:
        # Location is what `_redirects` looks at.
        headers = [f"{k}: {v}" for k, v in answer.headers if k.lower() != "location"]
        body = (answer.decoded() or b"").decode(errors="replace")
        text = "\n".join([*headers, body])
        if any(canary in text for canary in evidence.client.canaries):
            yield f"what was sent is in the answer to: {answer.request.kind}"
    for answer in evidence.answers:
        if answer.decoded() is None:
            kind = answer.request.kind
            raise CheckSkippedError(f"The coding of {kind} cannot be read here.")


def _address(evidence: Evidence) -> Iterator[str]:
    certificate = evidence.client.certificate.get("subjectAltName", ())
    names = [str(name) for _, name in certificate]
    for text in [evidence.client.host, evidence.client.start, *names]:
        if words := banned_words_in("en", text):
            yield f"'{text}' contains {', '.join(words)}"


CHECKS: dict[str, Callable[[Evidence], Iterable[str]]] = {
    "answers": _answers,
    "release": _release,
    "sizes": _sizes,
    "headers": _headers,
    "tls": _tls,
    "sessions": _sessions,
    "plain-http": _plain_http,
    "redirects": _redirects,
    "wrong-host": _wrong_host,
    "methods": _methods,
    "echo": _echo,
    "address": _address,
    "logs": lambda evidence: evidence.logs.traces(evidence.client),
}
