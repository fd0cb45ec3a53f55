"""What a site must hold for its readers: each check with why, and how to mend it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from babel.core import Locale, UnknownLocaleError

from quietpage.document import Document
from quietpage.headers import ONE_YEAR_S, ONION_LOCATION, OURS
from quietpage.negotiate import CODINGS
from quietpage.words import banned_words_in

from .client import PORTS, resolve
from .header_rules import RULES, Rule
from .visit import WRONG_HOST, Visit

_LEAST_DAYS = 14
# Headers that mean nothing to a reader's privacy, and those that other checks judge.
_KNOWN = {
    *("allow", "alt-svc", "connection", "content-encoding", "content-language"),
    *("content-length", "date", "expires", "keep-alive", "location", "pragma"),
    *("server", "transfer-encoding"),
    *(name.lower() for name in (*OURS, ONION_LOCATION)),
}
_VALIDATORS = ("ETag", "Last-Modified")
_REPORTS = ("NEL", "Report-To", "Reporting-Endpoints", "Accept-CH", "X-XSS-Protection")

Look = Callable[[Visit], Iterable[str]]


class UncheckedError(Exception):
    """Why a check does not apply here."""


@dataclass(frozen=True)
class Check:
    """`look` yields each fault seen; `holds` says what was seen when there is none."""

    name: str
    holds: str
    why: str
    mend: str
    look: Look


def _holds_for_a_year(value: str) -> bool:
    found = re.search(r"max-age=\"?(\d{1,12})", value.lower())
    return found is not None and int(found[1]) >= ONE_YEAR_S


def _header_check(rule: Rule) -> Check:
    def look(seen: Visit) -> Iterator[str]:
        for answer in seen.answers:
            value = answer.header(rule.name)
            if value is None:
                yield f"missing on {answer.kind}"
            elif not rule.suits(value):
                yield f"{value!r} on {answer.kind}"

    mend = f"Send {rule.name}: {rule.expected}, with every answer, errors too."
    return Check(rule.name.lower(), "{seen.judged} answers", rule.why, mend, look)


def _robots(seen: Visit) -> Iterator[str]:
    if seen.settings.search_engines:
        raise UncheckedError("The settings let search engines list this copy.")
    for answer in seen.answers:
        if "noindex" not in (answer.header("X-Robots-Tag") or ""):
            yield f"no noindex on {answer.kind}"


def _hsts(seen: Visit) -> Iterator[str]:
    name = "Strict-Transport-Security"
    if seen.client.host.endswith(".onion"):
        yield from _without((name,))(seen)
    elif seen.client.scheme != "https":
        raise UncheckedError("Browsers heed it over TLS only.")
    else:
        for answer in seen.answers:
            value = answer.header(name) or ""
            if not _holds_for_a_year(value):
                yield f"{value!r} on {answer.kind}"


def _without(names: Iterable[str]) -> Look:
    def look(seen: Visit) -> Iterator[str]:
        for name in names:
            for answer in seen.everything:
                if (value := answer.header(name)) is not None:
                    yield f"{name}: {value} on {answer.kind}"

    return look


def _version(seen: Visit) -> Iterator[str]:
    for answer in seen.everything:
        server = answer.header("Server") or ""
        if re.search(r"\d|\(", server):
            yield f"Server: {server} on {answer.kind}"


def _other_headers(seen: Visit) -> Iterator[str]:
    elsewhere = (check.name for check in CHECKS)
    judged = {*elsewhere, "set-cookie", *(n.lower() for n in _VALIDATORS + _REPORTS)}
    for answer in seen.everything:
        for name, value in answer.headers:
            if name.lower() not in judged | _KNOWN:
                yield f"{name}: {value} on {answer.kind}"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its very name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _needs_no_tls(seen: Visit) -> bool:
    if seen.client.scheme == "https":
        return False
    if seen.client.host.endswith(".onion"):
        raise UncheckedError("An onion address encrypts by itself.")
    if is_loopback(seen.client.host):
        raise UncheckedError("On loopback there is nothing to encrypt.")
    return True


def _tls(seen: Visit) -> Iterator[str]:
    if _needs_no_tls(seen):
        yield "the page comes over plain HTTP"
        return
    if seen.takes_old_tls:
        yield "TLS 1.0 or 1.1 is accepted"
    if seen.tls[0] != "TLSv1.3":
        yield f"{seen.tls[0]} is the newest on offer"


def _certificate(seen: Visit) -> Iterator[str]:
    if _needs_no_tls(seen):
        yield "no certificate"
    elif seen.tls[1] < _LEAST_DAYS:
        yield f"it ends in {seen.tls[1]:.0f} days"


def _plain_http(seen: Visit) -> Iterator[str]:
    if _needs_no_tls(seen):
        return
    if seen.client.port != PORTS["https"]:
        raise UncheckedError("The plain port that belongs to this port is not known.")
    if seen.plain is None:
        return
    target = resolve("", seen.plain.header("Location") or "")
    if seen.plain.status not in (301, 308) or target.scheme != "https":
        yield f"status {seen.plain.status}, no permanent redirect to https"
    elif target.hostname != seen.client.host:
        yield f"redirect to {target.hostname}"


def _redirects(seen: Visit) -> Iterator[str]:
    for answer in seen.answers:
        target = answer.header("Location")
        if target is None or answer.kind == WRONG_HOST:
            continue
        if not seen.is_own(target.replace("\\", "/")) or seen.client.canary in target:
            yield f"Location: {target} on {answer.kind}"


def _wrong_host(seen: Visit) -> Iterator[str]:
    for answer in seen.answers:
        if answer.kind != WRONG_HOST:
            continue
        if answer.status < 300:  # noqa: PLR2004
            yield f"status {answer.status} for a host name that is not the site's"
        elif answer.status < 400 and not seen.is_own(answer.header("Location") or ""):  # noqa: PLR2004
            yield "a redirect to the host that the request named"


def _methods(seen: Visit) -> Iterator[str]:
    for answer in seen.answers:
        if answer.kind == "POST" and answer.status < 400:  # noqa: PLR2004
            yield f"status {answer.status} on {answer.kind}"


def _answered(seen: Visit) -> Iterator[str]:
    yield from seen.unanswered


def _echo(seen: Visit) -> Iterator[str]:
    canaries = (seen.client.canary, seen.client.canary_address)
    for answer in seen.everything:
        # What Location repeats is the redirects' matter.
        headers = [f"{k}: {v}" for k, v in answer.headers if k.lower() != "location"]
        text = "\n".join([*headers, answer.decoded().decode(errors="replace")])
        if any(canary in text for canary in canaries):
            yield f"what was sent stands in the answer to: {answer.kind}"


def _in_documents(look: Callable[[Document], Iterable[str]]) -> Look:
    def look_at_all(seen: Visit) -> Iterator[str]:
        # Most documents differ in language only; each fault is told once.
        places: dict[str, list[str]] = defaultdict(list)
        for kind, document in seen.documents.items():
            for fault in look(document):
                places[fault].append(kind)
        return (f"{fault} on {kinds[0]}" for fault, kinds in places.items())

    return look_at_all


def _third_parties(seen: Visit) -> Iterator[str]:
    yield from _in_documents(lambda d: (a for a in d.loads() if not seen.is_own(a)))(
        seen
    )


def _one_request(seen: Visit) -> Iterator[str]:
    yield from (f"a redirect to {target}" for target in seen.redirects)
    yield from _in_documents(lambda d: (a for a in d.loads() if seen.is_own(a)))(seen)


def _icon(document: Document) -> Iterator[str]:
    if not document.icons():
        yield "no icon, so browsers ask for /favicon.ico"


def _title(document: Document) -> Iterator[str]:
    locale = document.root.get("lang", "").replace("-", "_")
    found = sorted(banned_words_in(locale, document.title))
    if found or not document.title:
        yield f"{document.title!r} holds {', '.join(found) or 'nothing'}"


def _address(seen: Visit) -> Iterator[str]:
    paths = set(seen.page.languages.values())
    for text in [seen.client.host, seen.client.start, *seen.tls[2], *paths]:
        if found := banned_words_in("en", text):
            yield f"{text!r} holds {', '.join(found)}"


def _exit_of(seen: Visit, document: Document) -> str | None:
    """Return where the first of the first three links leads that leaves the site."""
    for link in list(document.all("a"))[:3]:
        address = link.get("href", "").strip()
        is_shown = "hidden" not in link and link.get("target", "_self") == "_self"
        if is_shown and re.match(r"https?://\w", address) and not seen.is_own(address):
            return address
    return None


def _exit(seen: Visit) -> Iterator[str]:
    for kind, document in seen.documents.items():
        if _exit_of(seen, document) is None:
            yield f"none of the first three links leaves the site on {kind}"


def _destination(seen: Visit) -> Iterator[str]:
    for kind, document in seen.documents.items():
        target = resolve("", _exit_of(seen, document) or "https://")
        if target.scheme != "https" or target.query or target.username:
            yield f"{target.geturl()} on {kind}"


def _sizes(seen: Visit) -> Iterator[str]:
    for coding in CODINGS:
        pages = [page for (_, sent), page in seen.pages.items() if sent == coding]
        # A server may answer br with gzip: only what came in one coding is alike.
        by_coding: dict[str, set[int]] = defaultdict(set)
        for page in pages:
            by_coding[page.header("Content-Encoding") or "identity"].add(len(page.body))
        for sent, sizes in by_coding.items():
            if len(sizes) > 1:
                yield f"from {min(sizes)} to {max(sizes)} bytes in {sent}"


def _codings(seen: Visit) -> Iterator[str]:
    for (tag, coding), page in seen.pages.items():
        plain = seen.pages.get((tag, "identity"))
        # Identity is padded with white space behind the text.
        if plain and page.decoded().rstrip() != plain.decoded().rstrip():
            yield f"{tag} in {coding} is another document than uncompressed"


def _languages(seen: Visit) -> Iterator[str]:
    shown = {
        tag: seen.documents[f"page {tag}"] for tag, c in seen.pages if c == "identity"
    }
    for tag, document in shown.items():
        language = document.root.get("lang", "")
        try:
            direction = Locale.parse(language, sep="-").text_direction
        except (ValueError, UnknownLocaleError):
            yield f"lang={language!r} on the page for {tag!r} is no language"
            continue
        sent = seen.pages[tag, "identity"].header("Content-Language")
        chosen = seen.negotiated.get(tag)
        if language != tag:
            yield f"lang={language} on the page for {tag}"
        if document.root.get("dir", "ltr") != direction:
            yield f"dir is not {direction} on the page for {tag}"
        if sent not in (None, language):
            yield f"Content-Language: {sent} on the page for {tag}"
        if chosen and chosen.document().root.get("lang") != tag:
            yield f"another language for a browser that asks for {tag}"


CHECKS: tuple[Check, ...] = (
    Check(
        "answers",
        "{seen.client.requests} requests, all answered",
        "A page that does not come helps no one.",
        "Look at the server's limits and time-outs.",
        _answered,
    ),
    Check(
        "tls",
        "{seen.tls[0]}, nothing below TLS 1.2",
        "On an open or watched network others read or change the page.",
        "Offer TLS 1.3 and 1.2 only, on every address.",
        _tls,
    ),
    Check(
        "certificate",
        "valid for {seen.tls[1]:.0f} days",
        "An invalid certificate is a full-page warning about the site.",
        "Renew it by machine, a month before it ends.",
        _certificate,
    ),
    Check(
        "plain-http",
        "https only, or redirected there for good",
        "The first request of a visit would be readable on the network.",
        "Redirect http://host/ to https://host/ with status 308.",
        _plain_http,
    ),
    Check(
        "strict-transport-security",
        "a year or more over TLS",
        "Without it a network can lead the next visit to plain HTTP.",
        f"Send max-age={ONE_YEAR_S} over TLS; nothing on an onion address.",
        _hsts,
    ),
    *map(_header_check, RULES),
    Check(
        "x-robots-tag",
        "noindex on {seen.judged} answers",
        "A list of search results ties the site's neutral name to its subject.",
        "Send X-Robots-Tag: noindex, or set search_engines = true if it is wanted.",
        _robots,
    ),
    Check(
        "server-version",
        "none is named",
        "A version tells attackers which hole to try.",
        "nginx: server_tokens off; Apache: ServerTokens Prod.",
        _version,
    ),
    Check(
        "other-headers",
        "none in {seen.count} answers",
        "A proxy or CDN that adds headers may number visits and keep a log of them.",
        "Find what adds them and switch it off, or choose another host.",
        _other_headers,
    ),
    Check(
        "cookies",
        "none in {seen.count} answers",
        "A cookie stays on the device and shows the visit.",
        "Send no Set-Cookie; look at proxies and CDN too.",
        _without(("Set-Cookie",)),
    ),
    Check(
        "validators",
        "none in {seen.count} answers",
        "A browser sends validators back, so that visits can be joined.",
        "Send neither ETag nor Last-Modified.",
        _without(_VALIDATORS),
    ),
    Check(
        "reports",
        "none is asked for",
        "Browsers would send reports of visits, later and by themselves.",
        f"Do not send {', '.join(_REPORTS)}.",
        _without(_REPORTS),
    ),
    Check(
        "redirects",
        "none leads elsewhere",
        "A link to the site could lead readers to a copy that spies.",
        "Redirect to fixed addresses; use nothing of the request.",
        _redirects,
    ),
    Check(
        "wrong-host",
        "refused",
        "A false name that shows the page, or is redirected to, can be used as a trap.",
        "Answer only to the site's names; any other gets 400.",
        _wrong_host,
    ),
    Check(
        "methods",
        "POST is refused",
        "What takes data may keep it.",
        "Answer 405 to all but GET and HEAD.",
        _methods,
    ),
    Check(
        "echo",
        "nothing sent came back, in {seen.count} answers",
        "A crafted link could put words or code into the page.",
        "Answer with fixed pages, the server's own errors too.",
        _echo,
    ),
    Check(
        "third-parties",
        "nothing is loaded from other hosts",
        "Every other host learns who reads the page, and when.",
        "Remove it, or put it into the document.",
        _third_parties,
    ),
    Check(
        "one-request",
        "the document is all that a visit loads",
        "Requests have sizes and times that tell a network what is read.",
        "Put styles, scripts and pictures into the document; redirect no visit.",
        _one_request,
    ),
    Check(
        "beacons",
        "nothing is sent from the page",
        "A beacon tells when the page is read, and which link is followed.",
        "Remove pings, hints and requests from links and scripts.",
        _in_documents(Document.sends),
    ),
    Check(
        "fonts",
        "the device's own",
        "A font's address is one more request, often to a third party.",
        "Use the fonts of the device.",
        _in_documents(Document.fonts),
    ),
    Check(
        "forms",
        "none, and no field that a browser fills in again",
        "Browsers keep what is typed, and a form sends it.",
        'Remove forms; give fields autocomplete="off".',
        _in_documents(Document.forms),
    ),
    Check(
        "storage",
        "no script reaches for it",
        "What a page stores stays on the device after the visit.",
        "Keep nothing: no storage, cookies, caches or workers.",
        _in_documents(Document.keeps),
    ),
    Check(
        "previews",
        "none",
        "A shared link would show a picture and words; an app would be offered.",
        "Remove og: and twitter: tags and the manifest.",
        _in_documents(Document.previews),
    ),
    Check(
        "title",
        "neutral in every language",
        "The title stands in the tab and the history.",
        "Choose a word that fits any page, such as Notes.",
        _in_documents(_title),
    ),
    Check(
        "address",
        "neutral",
        "The address stands in the history, the network's logs and public lists of"
        " certificates.",
        "Choose a name that fits any site.",
        _address,
    ),
    Check(
        "icon",
        "stands in the document",
        "Browsers keep icons in a database that outlives the history.",
        'Write <link rel="icon" href="data:,"> into the head.',
        _in_documents(_icon),
    ),
    Check(
        "exit",
        "among the first three links, a plain link in the same tab",
        "Who is walked in on needs it at once, also where scripts are off.",
        "Make the exit the first link: <a href> to another site, no target.",
        _exit,
    ),
    Check(
        "exit-destination",
        "https, no query",
        "Plain HTTP or a query shows the network where the reader came from.",
        "Link to an https address without a query.",
        _destination,
    ),
    Check(
        "sizes",
        "equal over all languages in each coding",
        "The size of an answer tells a network which language was read.",
        "Pad all languages to one size; let no proxy compress again.",
        _sizes,
    ),
    Check(
        "codings",
        "compressed or not, the same document",
        "What is added to one coding is seen by some readers only.",
        "Find what changes the page between server and reader.",
        _codings,
    ),
    Check(
        "languages",
        "lang, dir and Content-Language agree",
        "Screen readers speak by lang, and Arabic or Persian break without dir.",
        "Set lang and dir on <html>, and choose by Accept-Language.",
        _languages,
    ),
)
