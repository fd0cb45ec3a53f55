"""The requests of an audit, one after the other, and what came back."""

import re
from dataclasses import dataclass, field

from quietpage.config import Settings
from quietpage.document import Document
from quietpage.errors import QuietpageError
from quietpage.negotiate import CODINGS

from .client import PORTS, Answer, Client, NoAnswerError, resolve

_MAX_REDIRECTS = 5
_MAX_LANGUAGES = 50
NOT_FOUND, WRONG_HOST, PLAIN = "address not found", "wrong Host", "plain HTTP"


@dataclass
class Visit:
    """All that an audit has seen; the checks only read it."""

    client: Client
    settings: Settings
    # What browsers can bring about, so must carry every header; and the rest.
    answers: list[Answer] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    # By tag and coding; the address chose the language, or Accept-Language did.
    pages: dict[tuple[str, str], Answer] = field(default_factory=dict)
    negotiated: dict[str, Answer] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    redirects: list[str] = field(default_factory=list)
    plain: Answer | None = None
    tls: tuple[str, float, list[str]] = ("", 0.0, [])
    takes_old_tls: bool = False

    @property
    def everything(self) -> list[Answer]:
        """Every answer."""
        return self.answers + self.others

    @property
    def count(self) -> int:
        """How many answers there are."""
        return len(self.everything)

    @property
    def judged(self) -> int:
        """How many answers must carry every header."""
        return len(self.answers)

    @property
    def page(self) -> Document:
        """The start page."""
        return self.documents["page"]

    def is_own(self, address: str) -> bool:
        """Return whether an address is on the site itself."""
        base = f"{self.client.scheme}://{self.client.authority}/"
        return resolve(base, address).hostname == self.client.host


def visit(url: str, timeout_s: float, settings: Settings) -> Visit:
    """Ask a site all that the checks need to see.

    Raises:
        QuietpageError: The address is none, or the start page does not come.
    """
    seen, page = _start(url, timeout_s, settings)
    client = seen.client
    if client.scheme == "https":
        try:
            seen.tls = client.certificate()
        except OSError as error:
            raise NoAnswerError(f"{url}: TLS fails ({error}). Try again.") from error
        seen.takes_old_tls = client.takes_old_tls()
    seen.answers.append(page)
    seen.documents["page"] = page.document()
    canary, bad = client.canary, f"{client.canary}.example"
    told = {
        "Accept-Language": canary,
        "Referer": f"https://{bad}/",
        "Cookie": f"a={canary}",
        "X-Forwarded-For": client.canary_address,
        "X-Forwarded-Host": bad,
    }
    not_found = _ask(seen, NOT_FOUND, f"/{canary}?q={canary}", told)
    if not_found:
        seen.documents[NOT_FOUND] = not_found.document()
    _ask(seen, "HEAD", client.start, method="HEAD")
    _ask(seen, "POST", client.start, {"Content-Length": "0"}, "POST")
    _ask(seen, "OPTIONS", client.start, method="OPTIONS")
    _ask(seen, WRONG_HOST, "/", {"Host": bad})
    _ask(seen, "robots.txt", "/robots.txt")
    _ask(seen, "favicon.ico", "/favicon.ico")
    _ask(seen, "address with //", f"//{bad}/%2e%2e")
    _ask(seen, "address with a target", f"/?next=https://{bad}/&url=//{bad}/", told)
    if client.scheme == "https" and client.port == PORTS["https"]:
        request = f"GET /{canary} HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode()
        seen.plain = _send(seen, PLAIN, request, "http")
    for kind, line in (
        ("malformed request", f"G@T /{canary}"),
        ("long address", f"GET /{canary * 400}"),
    ):
        request = f"{line} HTTP/1.1\r\nHost: {client.authority}\r\n\r\n".encode()
        if answer := _send(seen, kind, request):
            seen.others.append(answer)
    _ask_languages(seen)
    return seen


def _start(url: str, timeout_s: float, settings: Settings) -> tuple[Visit, Answer]:
    seen = Visit(Client(url, timeout_s), settings)
    for _ in range(_MAX_REDIRECTS):
        client = seen.client
        page = client.ask("page", client.start)
        target = page.header("Location")
        if page.status // 100 != 3 or not target:  # noqa: PLR2004
            if "<html" not in page.decoded()[:2000].decode(errors="replace").lower():
                raise QuietpageError(
                    f"{url}: the answer is no HTML page (status {page.status}). Name"
                    " the address of the page that readers open."
                )
            return seen, page
        address = f"{client.scheme}://{client.authority}{client.start}"
        moved = Client(resolve(address, target).geturl() or target, timeout_s)
        if moved.host != client.host:
            raise QuietpageError(
                f"{address}: redirects to another host, {moved.host!r}. Audit that one"
                " by its own address if it is the site."
            )
        # Coming over plain HTTP is the visitor's choice; all else costs a request.
        if moved.scheme == client.scheme:
            seen.redirects.append(target)
        seen = Visit(moved, settings, redirects=seen.redirects)
    raise QuietpageError(
        f"{url}: redirects more than {_MAX_REDIRECTS} times. Correct the server's"
        " redirects: browsers give up as well."
    )


def _ask(
    seen: Visit,
    kind: str,
    target: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
) -> Answer | None:
    try:
        answer = seen.client.ask(kind, target, headers, method)
    except NoAnswerError as error:
        # To hang up on a Host that is not one's own is a good answer.
        if kind != WRONG_HOST:
            seen.unanswered.append(error.format_message())
        return None
    seen.answers.append(answer)
    return answer


def _send(seen: Visit, kind: str, request: bytes, scheme: str = "") -> Answer | None:
    try:
        return seen.client.send(kind, request, scheme=scheme)
    except NoAnswerError:
        return None


def _ask_languages(seen: Visit) -> None:
    tag = seen.page.root.get("lang", "")
    links = seen.page.languages or {tag: seen.client.start}
    own = [(tag, address) for tag, address in links.items() if seen.is_own(address)]
    if left_out := own[_MAX_LANGUAGES:]:
        seen.unanswered.append(
            f"{len(left_out)} languages were not asked for; {_MAX_LANGUAGES} were"
        )
    for tag, address in own[:_MAX_LANGUAGES]:
        path = resolve(seen.client.start, address).path
        if not re.fullmatch(r"[!-~]+", tag + path):
            continue
        for coding in CODINGS:
            asked = {"Accept-Encoding": coding}
            if answer := _ask(seen, f"page {tag} {coding}", path, asked):
                seen.pages[tag, coding] = answer
        if page := seen.pages.get((tag, "identity")):
            seen.documents[f"page {tag}"] = page.document()
        asked = {"Accept-Encoding": "br", "Accept-Language": tag}
        if answer := _ask(
            seen, f"page by Accept-Language {tag}", seen.client.start, asked
        ):
            seen.negotiated[tag] = answer
