"""`flask helplines verify` against a real server with TLS."""

import ssl
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import trustme

from app import create_app
from quietpage.helpline_tables import TABLE
from tests.support import local_http
from tests.support.number_tables import add_row, write_table
from tools.verify_phone_numbers import Limits, gone, verify, write_checked

SPELLINGS = (
    "0808 2000 247",
    "08082000247",
    "+44 (0)808 2000 247",
    "0808.2000.247",
    "+44&nbsp;808&#8209;2000&#8209;247",
    "٠٨٠٨ ٢٠٠٠ ٢٤٧",
)
LIMITS = Limits(pause_seconds=0, seconds=2, size_bytes=200_000)
asked: list[str] = []


class Source(local_http.Handler):
    """Answers as the path says: with a spelling of the number, or with a fault."""

    def do_GET(self) -> None:
        asked.append(self.path)
        name = self.path.strip("/")
        if name in ("404", "302"):
            self.send_response(int(name))
            self.send_header("Location", "/0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if name.isdigit():
            self.wfile.write(f"<p>Call {SPELLINGS[int(name)]}</p>".encode())
        elif name == "lost":
            self.wfile.write(b"<p>Call 0808 2000 2471, or 10808 2000 247.</p>")
        elif name == "slow":
            for _ in range(40):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.25)
        elif name == "endless":
            while True:
                self.wfile.write(b"<p>0808 2000 246</p>" * 1000)


@pytest.fixture
def tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A TLS context for a server, and one for a client that trusts it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


@pytest.fixture
def host(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[str]:
    asked.clear()
    with local_http.serve(Source, tls[0]) as port:
        yield f"https://localhost:{port}"


def table_of(folder: Path, *sources: str) -> Path:
    row = {"country": "GB", "phone": "08082000247", "phone_display": "0808 2000 247"}
    return write_table(folder, **row, source=" ; ".join(sources), checked="2026-01-01")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *((str(number), "still there") for number in range(len(SPELLINGS))),
        ("lost", "not there"),
        ("endless", "not there"),
        ("slow", "not reachable (slower than 2 s)"),
        ("404", "not reachable (404, moved to /0)"),
        ("302", "not reachable (302, moved to /0)"),
    ],
)
def test_each_source_is_requested_once_and_its_answer_reported(
    tmp_path: Path,
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
    host: str,
    path: str,
    expected: str,
) -> None:
    table = table_of(tmp_path, f"{host}/{path}", "http://localhost/", "a list (2020)")

    [answer] = verify(table=table, limits=LIMITS, tls=tls[1])

    assert f"0808 2000 247 {expected}: {host}/{path}" in str(answer)
    assert asked == [f"/{path}"]
    assert bool(gone([answer])) == (expected == "not there")


def test_a_wrong_certificate_is_not_trusted(tmp_path: Path, host: str) -> None:
    [answer] = verify(table=table_of(tmp_path, f"{host}/0"), limits=LIMITS)

    assert answer.state == "not reachable"
    assert "CERTIFICATE_VERIFY_FAILED" in answer.why
    assert asked == []


def test_an_address_that_cannot_be_parsed_is_not_reachable(tmp_path: Path) -> None:
    [answer] = verify(table=table_of(tmp_path, "https://[a.example"), limits=LIMITS)

    assert answer.state == "not reachable"


def test_a_country_that_does_not_exist_is_not_asked_for() -> None:
    runner = create_app().test_cli_runner()

    result = runner.invoke(args=["helplines", "verify", "uk"])

    assert "'UK' is not one: did you mean 'GB'?" in result.output
    assert result.exit_code == 1


def test_the_command_pauses_between_requests_to_a_host(
    tmp_path: Path, tls: tuple[ssl.SSLContext, ssl.SSLContext], host: str
) -> None:
    table = table_of(tmp_path, f"{host}/0", f"{host}/1")
    began = time.monotonic()

    answers = list(verify(table=table, limits=Limits(pause_seconds=1), tls=tls[1]))

    assert [answer.state for answer in answers] == ["still there"] * 2
    assert time.monotonic() - began >= 1


def test_only_rows_whose_number_was_seen_get_the_date(
    tmp_path: Path, tls: tuple[ssl.SSLContext, ssl.SSLContext], host: str
) -> None:
    table = table_of(tmp_path, f"{host}/0")
    add_row(table, country="MX", source=f"{host}/lost", checked="2026-01-01")
    answers = list(verify(table=table, limits=LIMITS, tls=tls[1]))
    before = table.read_text(encoding="utf-8").splitlines()

    write_checked(answers, date(2026, 11, 26), table)

    after = table.read_text(encoding="utf-8").splitlines()
    assert after[1] == before[1].replace("2026-01-01", "2026-11-26")
    assert after[2] == before[2]
    assert gone(answers) == [3]


def test_writing_our_table_back_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / TABLE.name
    copy.write_bytes(TABLE.read_bytes())

    write_checked([], date(2026, 11, 26), copy)

    assert copy.read_bytes() == TABLE.read_bytes()
