"""The requests of an audit, one after the other, and what came back."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from quietpage.errors import QuietpageError
from quietpage.export.files import guide_file
from quietpage.negotiation import CODINGS

from .client import PORTS, Answer, Client, NoAnswerError, printable, resolve

WRONG_HOST, POST = "wrong Host", "POST"
PLAIN = "plain HTTP"
_DEFAULT_FILE = "site/index.html"
EXPECTED = tomllib.loads(
    Path(__file__).with_name("expected.toml").read_text(encoding="utf-8")
)
_BROWSER: dict[str, str] = EXPECTED["browser"]
_CAUSES = {
    400: "The name is not among the hosts of the server's settings, or a proxy passes"
    " on another Host.",
    403: "The server may not read the files, or its root is not the folder site/ of the"
    " export.",
    404: "The server's root is not the folder site/ of the export, or another site"
    " answers. Name the address of the page that readers open.",
    500: "The export is not where the server looks for it, or Apache lacks mod_rewrite"
    " or mod_headers.",
    502: "The proxy runs, the service behind it does not: `systemctl status quietpage`"
    " says why.",
}
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
        wanted = self.files.get(_DEFAULT_FILE)
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
        lines = self.files.get("site/_headers", b"").decode().splitlines()
        for name, _, value in (line.strip().partition(": ") for line in lines):
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
        QuietpageError: The folder is not an export.
    """
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    release = Release(files)
    if not release.default:
        raise QuietpageError(
            f"{folder}: is not an export. Make one with `quietpage export {folder}`."
        )
    return release


def plain_value(value: str) -> str:
    """Return a header's value in the one spelling in which values are compared."""
    return value.strip().lower().replace(", ", ",")


@dataclass(frozen=True)
class PageAnswer:
    """An answer that must be the guide in a language, an empty tag for the default.

    In one `group` of the same requests all languages must have the same size.
    """

    tag: str
    group: str
    answer: Answer


@dataclass
class Evidence:
    """All that an audit has received; the checks only read it."""

    client: Client
    release: Release
    # What browsers can bring about, so must carry every header; and the rest.
    answers: list[Answer]
    others: list[Answer] = field(default_factory=list)
    pages: list[PageAnswer] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    no_plain: str = ""
    old_tls: list[str] = field(default_factory=list)

    @property
    def everything(self) -> list[Answer]:
        """Every answer."""
        return self.answers + self.others

    def of(self, kind: str) -> list[Answer]:
        """Return the answers of one kind."""
        return [answer for answer in self.everything if answer.kind == kind]

    def is_own(self, address: str) -> bool:
        """Return whether an address is on the site itself."""
        base = f"{self.client.scheme}://{self.client.authority}/"
        return resolve(base, address).hostname == self.client.host


def collect(url: str, timeout_s: float, release: Release) -> Evidence:
    """Ask a site all that the checks need to see.

    Raises:
        QuietpageError: The address is wrong, or does not answer with a page.
    """
    client = Client(url, timeout_s)
    client.reach()
    page = client.ask("page", f"GET {client.start}", _own(client))
    _check_page(url, client, page)
    evidence = Evidence(client, release, [page])
    tag = client.start.strip("/")
    evidence.pages.append(PageAnswer(tag if tag in release.tags else "", "", page))
    _ask_errors(evidence)
    _ask_raw(evidence)
    for tag in release.tags:
        _ask_language(evidence, tag)
    _ask_again(evidence)
    return evidence


def _check_page(url: str, client: Client, page: Answer) -> None:
    if target := page.header("Location"):
        address = f"{client.scheme}://{client.authority}{client.start}"
        target = printable(resolve(address, target).geturl() or target)
        raise QuietpageError(
            f"{url}: redirects to {target}, one more request for a network to see. Give"
            " readers the address of the page itself, and audit that."
        )
    if page.status != 200:  # noqa: PLR2004
        known = {**_CAUSES, 503: _CAUSES[502], 504: _CAUSES[502]}
        cause = known.get(page.status, "Read what the server prints.")
        raise QuietpageError(f"{url}: the page answers {page.status}. {cause}")
    if _OURS not in (page.decoded() or b""):
        raise QuietpageError(
            f"{url}: the answer is not this page but another site's, or the server's"
            " own welcome. Check the server's root and remove its default site, or name"
            " the address that readers open."
        )


def _own(client: Client) -> dict[str, str]:
    return {"User-Agent": f"quietpage-audit {client.canary}", "Connection": "close"}


def _ask(
    evidence: Evidence,
    kind: str,
    line: str,
    headers: Mapping[str, str],
    page: tuple[str, str] | None = None,
    **how: Any,
) -> None:
    """Ask; where the answer must be the guide, `page` is its language and group."""
    try:
        answer = evidence.client.ask(kind, line, headers, **how)
    except NoAnswerError as error:
        # To hang up on a Host that is not one's own is a good answer.
        if kind != WRONG_HOST:
            evidence.unanswered.append(error.format_message())
        return
    evidence.answers.append(answer)
    if page:
        evidence.pages.append(PageAnswer(*page, answer))


def _ask_errors(evidence: Evidence) -> None:
    """Ask for what is refused or neutral, with canaries in it."""
    client = evidence.client
    canary, start, own = client.canary, client.start, _own(client)
    bad = f"{canary}.example"
    probes = own | {
        "Accept-Language": canary,
        "Referer": f"https://{bad}/",
        "Cookie": f"a={canary}",
        "X-Forwarded-For": client.canary_address,
        "X-Forwarded-Host": bad,
    }
    missing = f"GET /{canary}?q={canary}"
    _ask(evidence, "missing address", missing, probes, ("", ""))
    browser = _BROWSER | {"Accept-Language": canary}
    _ask(evidence, "missing address as a browser", missing, browser, ("", ""))
    for kind, line, headers in (
        ("HEAD", f"HEAD {start}", own),
        (POST, f"POST {start}", own | {"Content-Length": "0"}),
        ("OPTIONS", f"OPTIONS {start}", own),
        (WRONG_HOST, "GET /", own | {"Host": bad}),
        ("robots.txt", "GET /robots.txt", own),
        ("favicon.ico", "GET /favicon.ico", own),
        ("address with //", f"GET //{bad}/%2e%2e", own),
        ("address with a target", f"GET /?next=https://{bad}/&url=//{bad}/", probes),
    ):
        _ask(evidence, kind, line, headers)


def _ask_raw(evidence: Evidence) -> None:
    """Send what no browser sends, and ask the plain port that belongs to TLS."""
    client = evidence.client
    asked = [
        ("malformed request", f"G@T /{client.canary}", ""),
        ("long address", f"GET /{client.canary * 400}", ""),
    ]
    if client.scheme == "https" and client.port == PORTS["https"]:
        asked.append((PLAIN, f"GET /{client.canary}", "http"))
    for kind, line, scheme in asked:
        try:
            answer = client.ask(kind, line, {}, scheme=scheme)
            evidence.others.append(answer)
        except NoAnswerError as error:
            evidence.no_plain = error.format_message() if scheme else ""


def _ask_language(evidence: Evidence, tag: str) -> None:
    """Ask for a page in each coding, and as browsers do."""
    own, line = _own(evidence.client), f"GET /{tag}/"
    for coding in CODINGS:
        headers = own | {"Accept-Encoding": coding}
        _ask(evidence, f"page {tag} {coding}", line, headers, (tag, coding))
    for kind, asked in (("as a browser", line), ("by Accept-Language", "GET /")):
        headers = _BROWSER | {"Accept-Language": tag}
        _ask(evidence, f"page {tag} {kind}", asked, headers, (tag, kind))


def _ask_again(evidence: Evidence) -> None:
    """Ask for the page at every address and a second time, and for a part of it."""
    client, tag = evidence.client, evidence.release.default
    page, line = (tag, ""), f"GET /{tag}/"
    for ip in client.addresses:
        _ask(evidence, f"page at {ip}", line, _BROWSER, page, address=ip)
        if client.scheme == "https":
            how = {"address": ip, "resume": True}
            _ask(evidence, f"second visit at {ip}", line, _BROWSER, page, **how)
            if client.takes_old_tls(ip):
                evidence.old_tls.append(ip)
    part = _BROWSER | {"Range": "bytes=0-99"}
    _ask(evidence, "part of the page", line, part, page)
