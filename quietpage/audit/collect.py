"""The requests of an audit, one after the other, and what came back."""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from quietpage.errors import QuietpageError, unreadable
from quietpage.export.files import guide_file
from quietpage.negotiation import CODINGS
from quietpage.terminal_progress import progress_map

from .client import PORTS, Client, NoAnswerError, resolve, shortened
from .exchange import Answer, Request
from .logs import Logs

WRONG_HOST, POST, PLAIN = "wrong Host", "POST", "plain HTTP"
EXPECTED = tomllib.loads(
    Path(__file__).with_name("expected.toml").read_text(encoding="utf-8")
)
_BROWSER: dict[str, str] = EXPECTED["browser"]
# Every page of ours has it, in its style and in its exit.
_OURS = b"quick-exit"


@dataclass(frozen=True)
class Release:
    """What a copy should answer with: the files of its export, by path."""

    files: Mapping[str, bytes]

    @property
    def tags(self) -> list[str]:
        """The languages."""
        found = (re.fullmatch("site/([^/]+)/index.html", path) for path in self.files)
        return [path[1] for path in found if path]

    @property
    def default(self) -> str:
        """The language for readers who ask for none on offer."""
        wanted = self.files.get("site/index.html")
        return next((t for t in self.tags if self.guide(t, "identity") == wanted), "")

    @property
    def version(self) -> str:
        """The version that made it, and the beginning of the hash of its SHA256SUMS."""
        found = re.search(rb"Quietpage ([\w.+-]+)", self.files.get("nginx.conf", b""))
        digest = hashlib.sha256(self.files.get("SHA256SUMS", b"")).hexdigest()[:16]
        return f"Quietpage {found[1].decode() if found else '?'}, {digest}"

    @cached_property
    def headers(self) -> dict[str, set[str]]:
        """What every answer carries, by name in lower case; some vary by language."""
        found: dict[str, set[str]] = {}
        text = self.files.get("site/_headers", b"").decode(errors="replace")
        for line in text.splitlines():
            name, _, value = line.strip().partition(": ")
            if value:
                found.setdefault(name.lower(), set()).add(plain_value(value))
        return found

    def guide(self, tag: str, coding: str) -> bytes | None:
        """Return the guide, None in a language or coding that does not exist."""
        if coding not in CODINGS:
            return None
        return self.files.get(guide_file(tag or self.default, coding))


def read_release(folder: Path) -> Release:
    """Return the release that an export holds.

    Raises:
        QuietpageError: The folder is not an export, or cannot be read.
    """
    try:
        walked = os.walk(folder, onerror=_raise)
        paths = [Path(place, name) for place, _, names in walked for name in names]
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in paths
            if path.is_file()
        }
    except PermissionError as error:
        raise unreadable(error.filename, folder) from error
    release = Release(files)
    if not release.default:
        raise QuietpageError(
            f"{folder}: is not an export. Make one with `quietpage export {folder}`."
        )
    return release


def _raise(error: OSError) -> None:
    raise error


def plain_value(value: str) -> str:
    """Return a header's value in the one spelling in which values are compared."""
    return value.strip().lower().replace(", ", ",")


@dataclass
class Evidence:
    """All that an audit has received; the checks only read it."""

    client: Client
    release: Release
    logs: Logs
    answers: list[Answer] = field(default_factory=list)
    # What had no answer, and why.
    unanswered: list[tuple[Request, str]] = field(default_factory=list)
    old_tls: list[str] = field(default_factory=list)

    @property
    def pages(self) -> list[Answer]:
        """The answers that must be the guide."""
        return [answer for answer in self.answers if answer.request.tag is not None]

    def of(self, kind: str) -> list[Answer]:
        """Return the answers of one kind."""
        return [answer for answer in self.answers if answer.request.kind == kind]


def collect(client: Client, release: Release, logs: Logs) -> Evidence:
    """Ask a site all that the checks need to see.

    Raises:
        QuietpageError: The site does not answer with a page.
    """
    client.reach()
    first, *others = _requests(client, release)
    evidence = Evidence(client, release, logs, [client.ask(first)])
    _check_page(client, evidence.answers[0])
    list(progress_map("Requests", partial(_ask, evidence), others))
    if client.scheme == "https":
        evidence.old_tls = list(filter(client.takes_old_tls, client.addresses))
    return evidence


def _ask(evidence: Evidence, request: Request) -> None:
    try:
        evidence.answers.append(evidence.client.ask(request))
    except NoAnswerError as error:
        evidence.unanswered.append((request, error.format_message()))


def _check_page(client: Client, page: Answer) -> None:
    """Name the likely cause of a first answer that is not our page."""
    causes = EXPECTED["causes"]
    address = f"{client.scheme}://{client.authority}{client.start}"
    if target := page.header("Location"):
        target = shortened(resolve(address, target).geturl() or target)
        fault = f"redirects to {target}, {causes['redirect']}"
    elif page.status != 200:  # noqa: PLR2004
        cause = causes.get(str(page.status), causes["other"])
        fault = f"the page answers {page.status}. {cause}"
    elif _OURS not in (page.decoded() or b""):
        fault = causes["foreign"]
    else:
        return
    raise QuietpageError(f"{address}: {fault}")


def _requests(client: Client, release: Release) -> Iterator[Request]:
    """Yield what is asked; the page, as the user names it, comes first."""
    canary, start = client.canary, client.start
    own = {"User-Agent": f"quietpage-audit {canary}", "Connection": "close"}
    # The site accepts a tag in any case.
    tags = {tag.lower(): tag for tag in release.tags}
    named = tags.get(start.strip("/").lower(), "")
    yield Request("page", f"GET {start}", own, named)
    yield from _odd_requests(client, own)
    for tag in release.tags:
        line = f"GET /{tag}/"
        for coding in CODINGS:
            headers = own | {"Accept-Encoding": coding}
            yield Request(f"page {tag} {coding}", line, headers, tag, coding)
        for kind, asked in (("as a browser", line), ("by Accept-Language", "GET /")):
            headers = _BROWSER | {"Accept-Language": tag}
            yield Request(f"page {tag} {kind}", asked, headers, tag, kind)
    tag, line = release.default, f"GET /{release.default}/"
    for ip in client.addresses:
        page = Request(f"page at {ip}", line, _BROWSER, tag, address=ip)
        yield page
        if client.scheme == "https":
            yield replace(page, kind=f"second visit at {ip}", resume=True)
    part = _BROWSER | {"Range": "bytes=0-99"}
    yield Request("part of the page", line, part, tag)


def _odd_requests(client: Client, own: Mapping[str, str]) -> Iterator[Request]:
    """Yield what must be refused or answered neutrally, with canaries in it."""
    canary, start = client.canary, client.start
    bad = f"{canary}.example"
    probes = {
        **own,
        "Accept-Language": canary,
        "Referer": f"https://{bad}/",
        "Cookie": f"a={canary}",
        "X-Forwarded-For": client.canary_address,
        "X-Forwarded-Host": bad,
    }
    missing = f"GET /{canary}?q={canary}"
    yield Request("missing address", missing, probes, "")
    browser = _BROWSER | {"Accept-Language": canary}
    yield Request("missing address as a browser", missing, browser, "")
    yield Request("HEAD", f"HEAD {start}", own)
    yield Request(POST, f"POST {start}", {**own, "Content-Length": "0"})
    yield Request("OPTIONS", f"OPTIONS {start}", own)
    yield Request(WRONG_HOST, "GET /", {**own, "Host": bad})
    yield Request("robots.txt", "GET /robots.txt", own)
    yield Request("favicon.ico", "GET /favicon.ico", own)
    yield Request("address with //", f"GET //{bad}/%2e%2e", own)
    target = f"GET /?next=https://{bad}/&url=//{bad}/"
    yield Request("address with a target", target, probes)
    free = partial(Request, headers={}, may_answer_freely=True)
    yield free("malformed request", f"G@T /{canary}")
    yield free("long address", f"GET /{canary * 400}")
    if client.scheme == "https" and client.port == PORTS["https"]:
        yield free(PLAIN, f"GET /{canary}", scheme="http")
