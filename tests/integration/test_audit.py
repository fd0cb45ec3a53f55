"""The audit: our site passes, and each broken site fails the check for its fault."""

import errno
import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import Result
from flask import Flask

from app import create_app, create_site
from quietpage import __version__
from quietpage.audit.checks import FAIL, findings
from quietpage.audit.client import PORTS, Client
from quietpage.audit.collect import Evidence, collect, read_release
from quietpage.audit.exchange import Answer
from quietpage.audit.logs import Logs
from quietpage.compression import compress_brotli, compress_gzip
from quietpage.config import Settings
from quietpage.export.files import export_files, write_folder
from quietpage.prepared_site import Site
from tests.support.faulty_site import Change, Exchange, rewritten, serve
from tests.support.gunicorn import Server

HOST = "notes.example"
SETTINGS = Settings(hosts=(HOST, "localhost", "127.0.0.1"), locales=("en", "es", "ar"))
CSP, FEATURES = "Content-Security-Policy", "Permissions-Policy"
HSTS = "Strict-Transport-Security"


@pytest.fixture(scope="module")
def small_site() -> Site:
    return create_site(SETTINGS)


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(SETTINGS)


@pytest.fixture(scope="module")
def export(small_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "export"
    write_folder(folder, export_files(small_site, SETTINGS, "/srv", 80))
    return folder


class Audit:
    """Runs the command on a site and compares it with the small site."""

    def __init__(self, app: Flask, export: Path) -> None:
        self.app, self.export = app, export

    def run(self, url: str, *options: str) -> Result:
        return self.app.test_cli_runner().invoke(args=["audit", url, *options])

    def compare(self, url: str, *options: str) -> Result:
        """Run the command with the export, which takes less time than to make one."""
        return self.run(url, "--export", str(self.export), *options)

    def report(
        self, site: Site, change: Change = lambda _: None, *options: str, **how: Any
    ) -> dict[str, Any]:
        """Return {check: (result, what was found)}."""
        scheme = "https" if how.get("tls") else "http"
        with serve(site, change, **how) as port:
            url = f"{scheme}://127.0.0.1:{port}/"
            result = self.compare(url, "--json", *options)
        checks = json.loads(result.stdout)["checks"]
        assert result.exit_code == any(c["result"] == "fail" for c in checks)
        return {c["check"]: (c["result"], "\n".join(c["found"])) for c in checks}

    def assert_fault(
        self, finding: str, words: str, site: Site, change: Change = lambda _: None
    ) -> None:
        report = self.report(site, change)
        failed = {name: found for name, (how, found) in report.items() if how == "fail"}
        assert list(failed) == [finding], failed
        assert words in failed[finding]


@pytest.fixture
def audit(app: Flask, export: Path) -> Audit:
    return Audit(app, export)


def test_our_site_on_gunicorn_passes(server: Server) -> None:
    logs = ["--logs", str(server.log), "--logs", str(server.home), "--log-wait", "1"]
    runner = create_app(Settings()).test_cli_runner()
    result = runner.invoke(args=["audit", server.url, *logs])

    assert result.exit_code == 0, result.output
    assert re.search(
        r"^pass +release +1\d\d pages and all refusals are this rel",
        result.output,
        re.MULTILINE,
    )
    assert re.search(r"skipped +tls +Not checked: On loopback", result.output)
    assert re.search(r"skipped +logs +Not checked: Nothing of this aud", result.output)
    assert " 0 fail, " in result.output


# Only answers of one kind are wrong.
def on(kind: str, change: Change) -> Change:
    def change_kind(answer: Exchange) -> None:
        kinds = {
            "page": answer.target == "/" and answer.method == "GET",
            "es": answer.target == "/es/",
            "404": answer.status == 404,
            "405": answer.status == 405,
            "400": answer.status == 400,
            "HEAD": answer.method == "HEAD",
            "robots": answer.target == "/robots.txt",
            "POST": answer.method == "POST",
            "//": answer.target.startswith("//"),
            "browsers": "Mozilla" in answer.asked.get("User-Agent", ""),
            "zstd": "zstd" in answer.asked.get("Accept-Encoding", ""),
            "part": "Range" in answer.asked,
        }
        if kinds[kind]:
            change(answer)

    return change_kind


def header(name: str, value: str) -> Change:
    return lambda answer: answer.set(name, value)


def without(name: str) -> Change:
    return lambda answer: answer.drop(name)


def with_other(name: str, old: str, new: str) -> Change:
    return lambda answer: answer.replace(name, old, new)


def status(code: int) -> Change:
    return lambda answer: setattr(answer, "status", code)


def body(new: bytes) -> Change:
    return lambda answer: setattr(answer, "body", new)


def redirect_away(answer: Exchange) -> None:
    answer.status = 302
    answer.set("Location", answer.target)


def move_to(address: str) -> Change:
    def move(answer: Exchange) -> None:
        answer.status, answer.body = 308, b""
        answer.set("Location", address)

    return move


def redirect_to_the_named_host(answer: Exchange) -> None:
    move_to(f"http://{answer.asked['Host']}/")(answer)


def redirect_to_the_same_address(answer: Exchange) -> None:
    move_to(f"https://127.0.0.1{answer.target}")(answer)


def redirect_to_nowhere(answer: Exchange) -> None:
    answer.set("Location", "//[")


def repeat_the_target(answer: Exchange) -> None:
    answer.body += answer.target.encode()


def hang_up(answer: Exchange) -> None:
    answer.dropped = True


def as_zstd(answer: Exchange) -> None:
    answer.drop("Content-Encoding")
    answer.set("Content-Encoding", "zstd")


def send_other_part(answer: Exchange) -> None:
    answer.status, answer.body = 206, b"<script>other</script>"


def lengthen(answer: Exchange) -> None:
    if answer.target == "/es/":
        answer.body += b"\n"


# The finding for each fault, and the change that makes it.
HEADERS: dict[str, tuple[str, Change]] = {
    "a cookie on a 404": (
        "set-cookie: a=1 on missing address (wanted: none",
        on("404", header("Set-Cookie", "a=1")),
    ),
    "a cookie for browsers": (
        "set-cookie: a=1 on missing address as a browser",
        on("browsers", header("Set-Cookie", "a=1")),
    ),
    "an ETag": ("etag: 2 on page es", header("ETag", "2")),
    "a page that caches keep": (
        "cache-control: max-age=60 on page (wanted: no-store)",
        on("page", with_other("Cache-Control", "no-store", "max-age=60")),
    ),
    "unsafe-inline": (
        "style-src 'unsafe-inline'",
        with_other(CSP, "style-src", "style-src 'unsafe-inline'"),
    ),
    "a script host": (
        "cdn.example",
        with_other(CSP, "script-src", "script-src //cdn.example"),
    ),
    "a policy opened before it is closed": (
        "default-src *;",
        with_other(CSP, "default-src", "default-src *; default-src"),
    ),
    "a policy that reports": (
        "report-uri",
        with_other(CSP, "base", "report-uri /; base"),
    ),
    "a policy that reports to all": (
        "report-to",
        with_other(CSP, "base", "report-to a; base"),
    ),
    "no Referrer-Policy on a 405": (
        "referrer-policy is missing on POST",
        on("405", without("Referrer-Policy")),
    ),
    "frames allowed on a 400": (
        "x-frame-options: SAMEORIGIN on wrong Host",
        on("400", with_other("X-Frame-Options", "DENY", "SAMEORIGIN")),
    ),
    "the camera allowed": (
        "camera=(self)",
        with_other(FEATURES, "camera=()", "camera=(self)"),
    ),
    "the camera denied and allowed": (
        "camera=(),camera=*",
        with_other(FEATURES, "camera=()", "camera=(),camera=*"),
    ),
    "the camera denied twice": ("permissions-policy: ", header(FEATURES, "camera=()")),
    "answers by cookie": (
        "vary: Accept-Encoding, Cookie, Accept-Language",
        with_other("Vary", "Accept-L", "Cookie, Accept-L"),
    ),
    "no COOP on HEAD": (
        "cross-origin-opener-policy is missing on HEAD",
        on("HEAD", without("Cross-Origin-Opener-Policy")),
    ),
    "listed by search engines": (
        "x-robots-tag is missing on page",
        on("page", without("X-Robots-Tag")),
    ),
    "letters guessed": (
        "content-type: text/html on page",
        on("page", with_other("Content-Type", "; charset=utf-8", "")),
    ),
    "a server's version": ("server: nginx/1.22.1", header("Server", "nginx/1.22.1")),
    "a CDN's number": ("cf-ray: 8a1 on page", header("CF-RAY", "8a1")),
    "a number for padding": (
        "x-padding: 7",
        on("page", with_other("X-Padding", "-", "7")),
    ),
    "network error logging": ("nel: {} on page", header("NEL", "{}")),
    "an onion of others": (
        "onion-location: http://x.onion/ on page (wanted: none,",
        header("Onion-Location", "http://x.onion/"),
    ),
    "another host next time": (
        "alt-svc: ",
        header("Alt-Svc", 'h2="id7.evil.example:443"; ma=31536000'),
    ),
    "an address kept across networks": (
        "alt-svc: ",
        header("Alt-Svc", 'h3=":443"; ma=86400; persist=1'),
    ),
}
# The check and finding for each fault, and the change that makes it.
ANSWERS: dict[str, tuple[str, str, Change]] = {
    "another page for browsers": (
        "release",
        "missing address as a browser",
        on("browsers", body(b"<html>")),
    ),
    "another page for browsers' codings": (
        "release",
        "page en as a browser",
        on("zstd", body(compress_brotli(b"<html>")(0))),
    ),
    "another part of the page": ("release", "part of", on("part", send_other_part)),
    "other rules for robots": (
        "release",
        "robots.txt has 'Allow: /'",
        on("robots", body(b"Allow: /")),
    ),
    "empty rules for robots": ("release", "robots.txt is emp", on("robots", body(b""))),
    "an empty refusal": ("release", "POST is empty", on("POST", body(b""))),
    "another page for what is refused": (
        "release",
        "POST has '<script>1</script>'",
        on("POST", body(b"<script>1</script>")),
    ),
    "no answer for robots": ("answers", "(robots.txt): no ans", on("robots", hang_up)),
    "an open redirect": ("redirects", "Location: //canary", on("//", redirect_away)),
    "a redirect to nowhere": (
        "redirects",
        "Location: //[ on",
        on("404", redirect_to_nowhere),
    ),
    "a redirect to any Host": (
        "wrong-host",
        "redirect to http://canary",
        on("400", redirect_to_the_named_host),
    ),
    "any Host": ("wrong-host", "status 200 for a host name", on("400", status(200))),
    "a POST taken": ("methods", "status 200 on POST", on("POST", status(200))),
    **{name: ("headers", *row) for name, row in HEADERS.items()},
}


@pytest.mark.parametrize("broken", ANSWERS)
def test_one_broken_answer_is_the_only_finding(
    audit: Audit, small_site: Site, broken: str
) -> None:
    finding, words, change = ANSWERS[broken]

    audit.assert_fault(finding, words, small_site, change)


def test_an_echo_of_the_address_is_found(audit: Audit, small_site: Site) -> None:
    report = audit.report(small_site, on("404", repeat_the_target))

    assert report["echo"][0] == report["release"][0] == "fail"
    assert "in the answer to: missing address" in report["echo"][1]


def test_unreadable_answers_are_not_called_silent(
    audit: Audit, small_site: Site
) -> None:
    report = audit.report(small_site, on("zstd", as_zstd))

    assert "page en as a browser comes in zstd, which the rel" in report["release"][1]
    assert report["echo"][0] == "skipped"


def test_a_language_of_another_size_is_found(audit: Audit, small_site: Site) -> None:
    report = audit.report(small_site, lengthen)

    assert re.search(r"from (\d+) to (?!\1)\d+ bytes, br", report["sizes"][1])
    assert "page es identity is compressed or padded" in report["release"][1]


def test_heads_whose_size_shows_the_language_are_found(
    audit: Audit, small_site: Site
) -> None:
    audit.assert_fault("sizes", "bytes, br", small_site, on("es", without("X-Padding")))


Rewrite = Callable[[str, bytes], bytes]


def instead(old: bytes, new: bytes) -> Rewrite:
    return lambda _, text: text.replace(old, new, 1)


# Where each addition goes, and its text.
ADDED: dict[str, tuple[bytes, bytes]] = {
    "a picture from elsewhere": (b"</header>", b"<img src=//cdn.example/a.png>"),
    "a style that imports": (b"<style>", b"@import 'https://cdn.example/a.css';"),
    "a script of its own address": (b"</header>", b"<script src=/a.js></script>"),
    "a search from elsewhere": (b"<head>", b"<link rel=search href=//x.example/>"),
    "a host prepared": (b"<head>", b"<link rel=preconnect href=//x.example>"),
    "a refresh in no comment": (b"<head>", b"<!--><meta http-equiv=refresh><!-- -->"),
    "a refresh behind one": (b"<head>", b"<!-- --!><meta http-equiv=refresh><!-- -->"),
    "a refresh in no text": (b"<head>", b"<![CDATA[><meta http-equiv=refresh>]]>"),
    "the exit led away": (
        b"<script>",
        b"onpointerdown=e=>e.target.href='//x.example';",
    ),
    "the title by script": (b"<script>", b"document['tit'+'le']='Abuse help';"),
    "a beacon": (b"<script>", b"navigator.sendBeacon('/a');"),
    "a ping": (b"<main>", b"<a href=/en/ ping=/a>a</a>"),
    "a referrer": (b"<head>", b"<meta name=referrer content=origin>"),
    "a font": (b"<style>", b"@font-face{src:url(/a.woff2)}"),
    "a form": (b"</header>", b"<form></form>"),
    "a remembered field": (b"</header>", b"<input>"),
    "storage": (b"<script>", b"localStorage.a=1;"),
    "a preview": (b"<head>", b'<meta property="og:title">'),
    "the exit in a new tab": (b'<a id="quick-exit"', b' target="_blank"'),
}
# What the report shows of each change, and the change.
DOCUMENTS: dict[str, tuple[str, Rewrite]] = {
    "a telling title": (">Domestic abuse<", instead(b">Notes<", b">Domestic abuse<")),
    "no icon": (
        '<link rel="icon"',
        instead(b'<link rel="icon" href="data:,">', b""),
    ),
    "no exit without script": ("<b id=", instead(b'<a id="quick-exit"', b"<b id=x")),
    "the exit over plain HTTP": (
        "http://www.w",
        instead(b"https://www.w", b"http://www.w"),
    ),
    "Arabic from the left": ('dir="ltr"', instead(b'dir="rtl"', b'dir="ltr"')),
    **{
        name: (text.decode()[:30], instead(mark, mark + text))
        for name, (mark, text) in ADDED.items()
    },
}


@pytest.fixture(scope="module")
def evidence(small_site: Site, export: Path) -> Evidence:
    """What our site answered."""
    with serve(small_site) as port:
        client = Client(f"http://127.0.0.1:{port}/", timeout_s=10)
        return collect(client, read_release(export), Logs([], 0))


# Compression takes most of the time of an audit, so these answers come without.
@pytest.mark.parametrize("broken", DOCUMENTS)
def test_a_changed_document_is_shown_where_it_differs(
    evidence: Evidence, broken: str
) -> None:
    words, rewrite = DOCUMENTS[broken]

    def change(answer: Answer) -> Answer:
        tag, size = answer.request.tag, len(answer.body)
        # The longest, which is Arabic, has no padding that an addition could replace.
        if tag is None or answer.coding != "identity":
            return answer
        changed = rewrite(tag, answer.body.rstrip()).ljust(size, b"\n")
        return replace(answer, body=changed) if len(changed) == size else answer

    answers = [change(answer) for answer in evidence.answers]
    found = list(findings(replace(evidence, answers=answers)))
    failed = {f["check"]: "\n".join(f["found"]) for f in found if f["result"] == FAIL}

    assert list(failed) == ["release"]
    assert words in failed["release"]


@pytest.mark.parametrize("broken", ["no icon", "a beacon", "Arabic from the left"])
def test_a_changed_document_in_all_codings_is_the_only_finding(
    audit: Audit, small_site: Site, broken: str
) -> None:
    words, rewrite = DOCUMENTS[broken]

    audit.assert_fault("release", words, rewritten(small_site, rewrite))


def test_a_document_changed_in_one_coding_is_found(
    audit: Audit, small_site: Site
) -> None:
    def change(answer: Exchange) -> None:
        if answer.target == "/es/" and ("Content-Encoding", "gzip") in answer.headers:
            text = small_site.guides["es", "identity"].body.rstrip()
            padded = compress_gzip(text.replace(b"<main>", b"<main><img src=/a>"))
            answer.body = padded(max(0, len(answer.body) - len(padded(0))))

    found = audit.report(small_site, change)["release"][1]

    assert "page es gzip has '<" in found
    assert "<img src=/a>" in found


def test_an_address_with_another_page_is_found(
    audit: Audit, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1", "127.0.0.2")

    def change(answer: Exchange) -> None:
        if answer.address == "127.0.0.2":
            answer.body = b"<html>"

    report = audit.report(small_site, change, host="0.0.0.0")  # noqa: S104
    same = audit.report(small_site, host="0.0.0.0")  # noqa: S104

    assert "page at 127.0.0.2 " in report["release"][1]
    assert "page at 127.0.0.1 " not in report["release"][1]
    assert same["release"][0] == "pass"
    assert same["answers"][1].endswith("answered, at 127.0.0.1, 127.0.0.2")


def test_an_unreachable_address_is_not_called_identical(
    audit: Audit, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1", "127.0.0.3")

    result, found = audit.report(small_site)["answers"]

    assert result == "skipped"
    assert "127.0.0.3 cannot be reached from here: Connection refused" in found


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *how: Any, **more: Any) -> list[Any]:
        # Connecting to one of the addresses resolves it too, with `how`.
        hosts = [host] if how else addresses
        return [found for host in hosts for found in real(host, port, *how, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_nothing_is_called_right_about_an_unknown_copy(
    audit: Audit, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    with serve(small_site) as port:
        refused = audit.run(f"http://other.example:{port}/")

    assert refused.exit_code == 1
    assert "other.example is not among the hosts" in refused.stderr
    assert "so nothing here shows what its page should be" in refused.stderr
    assert "--export DIR" in refused.stderr


def test_over_plain_http_the_tls_and_redirect_checks_fail(
    audit: Audit, small_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    with serve(small_site) as port:
        result = audit.compare(f"http://{HOST}:{port}/", "--json")

    report = {c["check"]: c for c in json.loads(result.stdout)["checks"]}
    assert report["tls"]["result"] == report["plain-http"]["result"] == "fail"
    assert report["headers"]["result"] == "pass"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (400, "the page answers 400. The name is not among the hosts of the server's"),
        (403, "the page answers 403. The server may not read the files, or its root"),
        (404, "the page answers 404. The server's root is not the folder site/"),
        (502, "the page answers 502. The proxy runs, the service behind it does not"),
        (504, "the page answers 504. The proxy runs, the service behind it does not"),
        (500, "the page answers 500. The export is not where the server looks"),
        (418, "the page answers 418. Read what the server prints"),
    ],
)
def test_a_site_without_its_page_is_reported_in_one_sentence(
    audit: Audit, small_site: Site, code: int, cause: str
) -> None:
    with serve(small_site, status(code)) as port:
        result = audit.compare(f"http://127.0.0.1:{port}/")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert cause in result.stderr


def test_another_site_at_the_address_is_reported_in_one_sentence(
    audit: Audit, small_site: Site
) -> None:
    with serve(small_site, body(b"<html>Welcome to nginx!</html>")) as port:
        result = audit.compare(f"http://127.0.0.1:{port}/")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "is not this page but another site's, or the server's" in result.stderr


def test_a_missed_reload_is_suspected_before_tampering(
    audit: Audit, small_site: Site
) -> None:
    words, rewrite = DOCUMENTS["a telling title"]
    found = audit.report(rewritten(small_site, rewrite))["release"][1].splitlines()

    assert re.match(r"\d\d of \d\d pages differ. If settings, tables", found[0])
    assert "it was not reloaded: `quietpage reload`, or upload" in found[0]
    assert words in found[1]


def test_a_change_in_only_some_answers_is_not_called_a_missed_reload(
    audit: Audit, small_site: Site
) -> None:
    change = on("zstd", body(compress_brotli(b"<html>")(0)))
    found = audit.report(small_site, change)["release"][1].splitlines()

    assert found[0].startswith(
        "In at least one language, some answers match this release"
    )
    assert "`quietpage reload`" not in "".join(found)


def test_headers_that_are_all_missing_are_explained(
    audit: Audit, small_site: Site
) -> None:
    def bare(answer: Exchange) -> None:
        kept = ("Content-Type", "Content-Encoding", "Vary")
        answer.headers = [(k, v) for k, v in answer.headers if k in kept]

    found = audit.report(small_site, bare)["headers"][1].splitlines()

    assert "the hidden file .htaccess was not uploaded, or AllowOverride" in found[0]


def test_an_export_with_damaged_headers_is_compared_all_the_same(
    audit: Audit, tmp_path: Path
) -> None:
    folder = shutil.copytree(audit.export, tmp_path / "export")
    (folder / "site" / "_headers").write_bytes(b"/*\n  X-Robots-Tag: \xff\n")

    release = read_release(folder)

    assert release.headers == {"x-robots-tag": {"\ufffd"}}


def test_trustees_get_a_page_in_plain_language(
    audit: Audit, small_site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "audit.html"
    with serve(small_site, header("X-Evil", "<script>1</script>")) as port:
        url = f"http://127.0.0.1:{port}/"
        assert audit.compare(url, "--for-trustees", str(file)).exit_code == 1
        refused = audit.compare(url, "--for-trustees", str(file / "audit.html"))
    page = file.read_text()

    digest = hashlib.sha256((audit.export / "SHA256SUMS").read_bytes()).hexdigest()
    assert f"{datetime.now(UTC):%B %Y}" in page
    assert f"Quietpage {__version__}, {digest[:16]}" in page
    assert page.count("<td>Yes.") == 8
    assert page.count("<strong>No.</strong>") == 1
    assert "x-evil: &lt;script&gt;1&lt;/script&gt; on page" in page
    assert "What nobody outside can see" in page
    # The page loads nothing and runs nothing.
    assert not re.search(r"<script|<img|<link|src=|href=|url\(", page)
    assert "audit.html: cannot be written (File exists" in refused.stderr


def test_trustees_read_one_full_stop_at_the_end_of_a_sentence(
    audit: Audit, small_site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "audit.html"
    audit.report(small_site, on("robots", hang_up), "--for-trustees", str(file))

    assert "whether the server runs. Look at the server&#39;s" in file.read_text()


def test_a_redirect_costs_a_request(audit: Audit, small_site: Site) -> None:
    def move(answer: Exchange) -> None:
        if answer.target == "/old":
            answer.status = 301
            answer.set("Location", "/")

    with serve(small_site, move) as port:
        result = audit.compare(f"http://127.0.0.1:{port}/old")

    assert result.exit_code == 1
    assert f"redirects to http://127.0.0.1:{port}/, one more request" in result.stderr


@pytest.mark.parametrize("kept", ["target", "User-Agent", "X-Forwarded-For", "nothing"])
def test_traces_of_a_visit_in_a_log_are_found(
    audit: Audit, small_site: Site, tmp_path: Path, kept: str
) -> None:
    log = tmp_path / "access.log"
    log.write_text("started\n")

    def write(answer: Exchange) -> None:
        with log.open("a") as opened:
            values = {"target": answer.target, **answer.asked}
            opened.write(values.get(kept, "a visit") + "\n")

    report = audit.report(small_site, write, "--logs", str(tmp_path), "--log-wait", "0")

    assert report["logs"][0] == ("skipped" if kept == "nothing" else "fail")


def test_the_audit_waits_for_a_log_that_is_written_late(
    audit: Audit, small_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "access.log"
    log.touch()
    targets: list[str] = []
    flush = threading.Event()

    def flush_later() -> None:
        flush.wait(60)
        log.write_text("\n".join(targets))

    def keep(answer: Exchange) -> None:
        targets.append(answer.target)

    options = ("--logs", str(log), "--log-wait")
    early = audit.report(small_site, keep, *options, "0")
    writer = threading.Thread(target=flush_later)
    writer.start()
    # The first look finds nothing, so the log is written while the audit waits.
    monkeypatch.setattr("quietpage.audit.logs.time.sleep", lambda _: flush.set())
    late = audit.report(small_site, keep, *options, "60")
    writer.join()

    assert early["logs"][0] == "skipped"
    assert "within 0 s, but a log may be written later" in early["logs"][1]
    assert late["logs"][0] == "fail"


def test_a_log_that_stays_silent_passes_and_the_report_says_what_is_unseen(
    audit: Audit, small_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quietpage.audit.logs.LONGEST_DELAY_S", 0)

    options = ("--logs", str(tmp_path), "--log-wait", "0")
    result, found = audit.report(small_site, lambda _: None, *options)["logs"]

    assert result == "pass"
    assert "what is kept later, elsewhere or as a hash is not checked" in found


def test_a_compressed_log_is_not_called_silent(
    audit: Audit, small_site: Site, tmp_path: Path
) -> None:
    log = tmp_path / "access.log.gz"

    def write(answer: Exchange) -> None:
        log.write_bytes(gzip.compress(answer.target.encode()))

    options = ("--logs", str(tmp_path), "--log-wait", "0")
    result, found = audit.report(small_site, write, *options)["logs"]

    assert result == "skipped"
    assert f"{log} cannot be searched here" in found


def test_a_folder_that_is_not_an_export_is_refused_in_one_sentence(
    audit: Audit, tmp_path: Path
) -> None:
    result = audit.run("http://localhost/", "--export", str(tmp_path))

    assert "is not an export. Make one with `quietpage export" in result.stderr


def refuse(path: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", str(path))


@pytest.mark.parametrize("name", ["site/es/index.html.br", "site/es"])
def test_an_unreadable_export_is_refused_in_one_sentence(
    audit: Audit, export: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def only(path: object, ask: Callable[[Any], Any]) -> Any:
        return refuse(path) if str(path) == str(export / name) else ask(path)

    scan, read = os.scandir, Path.read_bytes
    monkeypatch.setattr(os, "scandir", lambda path: only(path, scan))
    monkeypatch.setattr(Path, "read_bytes", lambda path: only(path, read))
    result = audit.run("http://localhost/", "--export", str(export))

    assert isinstance(result.exception, SystemExit)
    assert f"{export / name}: permission denied. Make it readable: " in result.stderr
    assert result.stderr.endswith(f"chmod -R a+rX {export}\n")


@pytest.mark.parametrize("path", ["es", "ES/"])
def test_a_language_may_be_named_in_any_case(
    audit: Audit, small_site: Site, path: str
) -> None:
    with serve(small_site) as port:
        url = f"http://127.0.0.1:{port}/{path}"
        result = audit.compare(url)

    assert result.exit_code == 0, result.output


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def tls(
    authority: trustme.CA, *names: str, days: float = 90, tickets: int = 0
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = tickets
    ends = datetime.now(UTC) + timedelta(days=days)
    names = ("127.0.0.1", "localhost", *names)
    authority.issue_cert(*names, not_after=ends).configure_cert(context)
    return context


def test_a_site_over_tls_passes(
    audit: Audit, small_site: Site, authority: trustme.CA
) -> None:
    report = audit.report(small_site, tls=tls(authority))

    words = "TLS 1.3, nothing below TLS 1.2, certificate valid for 89 days"
    assert report["tls"] == ("pass", words)
    assert report["sessions"] == ("pass", "no TLS session is resumed")
    assert report["plain-http"][0] == "skipped"
    assert "fail" not in {result for result, _ in report.values()}


def test_resumed_sessions_are_not_called_unlinkable(
    audit: Audit, small_site: Site, authority: trustme.CA
) -> None:
    report = audit.report(small_site, tls=tls(authority, tickets=2))

    assert report["sessions"][0] == "skipped"
    assert "it can tell that a browser comes back" in report["sessions"][1]


def old_tls(context: ssl.SSLContext) -> None:
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


def no_new_tls(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("weaken", "words"),
    [
        (old_tls, "TLS 1.0 or 1.1 is accepted at 127.0.0.1"),
        (no_new_tls, "TLSv1.2 is the newest on offer"),
    ],
)
def test_weak_tls_is_found(
    audit: Audit,
    small_site: Site,
    authority: trustme.CA,
    weaken: Callable[[ssl.SSLContext], None],
    words: str,
) -> None:
    context = tls(authority)
    weaken(context)

    assert audit.report(small_site, tls=context)["tls"] == ("fail", words)


def test_a_certificate_that_expires_or_names_the_subject_is_found(
    audit: Audit, small_site: Site, authority: trustme.CA
) -> None:
    context = tls(authority, "abuse-help.example", days=5)

    report = audit.report(small_site, tls=context)

    assert report["tls"] == ("fail", "the certificate ends in 4 days")
    assert report["address"] == ("fail", "'abuse-help.example' contains abus, help")


def test_missing_hsts_is_found(
    audit: Audit, small_site: Site, authority: trustme.CA
) -> None:
    report = audit.report(small_site, on("404", without(HSTS)), tls=tls(authority))

    assert report["headers"][0] == "fail"
    assert f"{HSTS.lower()} is missing on missing address" in report["headers"][1]


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (move_to("https://127.0.0.1/"), "pass"),
        (move_to("https://elsewhere.example/"), "fail"),
        (move_to("https://127.0.0.1/?visit=7"), "fail"),
        (redirect_to_the_same_address, "fail"),
        (lambda _: None, "fail"),
        (hang_up, "skipped"),
    ],
    ids=["redirected", "elsewhere", "numbered", "repeated", "in plain", "silent"],
)
def test_plain_http_must_redirect_to_https(  # noqa: PLR0913, PLR0917
    audit: Audit,
    small_site: Site,
    authority: trustme.CA,
    monkeypatch: pytest.MonkeyPatch,
    plain: Change,
    expected: str,
) -> None:
    with (
        serve(small_site, tls=tls(authority)) as port,
        serve(small_site, plain) as plain_port,
    ):
        monkeypatch.setitem(PORTS, "https", port)
        monkeypatch.setitem(PORTS, "http", plain_port)
        result = audit.compare("https://127.0.0.1/", "--json")

    checks = {c["check"]: c for c in json.loads(result.stdout)["checks"]}
    assert checks["plain-http"]["result"] == expected


def test_a_site_over_tls_must_not_redirect_to_plain_http(
    audit: Audit, small_site: Site, authority: trustme.CA
) -> None:
    change = on("404", move_to("http://127.0.0.1/"))
    report = audit.report(small_site, change, tls=tls(authority))

    words = "Location: http://127.0.0.1/ on missing address"
    assert report["redirects"][0] == "fail"
    assert report["redirects"][1].startswith(words)


def test_a_site_in_plain_http_may_redirect_to_tls(
    audit: Audit, small_site: Site
) -> None:
    report = audit.report(small_site, on("404", move_to("https://127.0.0.1/")))

    assert report["redirects"][0] == "pass"


def test_the_report_names_risk_and_fix(audit: Audit, small_site: Site) -> None:
    with serve(small_site, header("X-Evil", "\x1b[2J")) as port:
        url = f"http://127.0.0.1:{port}/"
        table = audit.compare(url).stdout
        report = json.loads(audit.run(url, "--json").stdout)

    finding = next(c for c in report["checks"] if c["check"] == "headers")
    assert not report["passed"]
    assert finding["risk"].startswith("A header can let something in, or can")
    assert f"Fix: {finding['fix']}" in table
    assert "x-evil: \\u001b[2J on page" in table
    assert "\x1b[2J" not in table
    assert "8 pass, 1 fail, 4 skipped" in table
