"""`flask helplines verify`: check that the sources still show the numbers.

It reads only the text that a server sends: it runs no script and reads no picture.
"""

import csv
import http.client
import re
import ssl
import time
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import phonenumbers

from quietpage.helpline_confidence import SEPARATOR
from quietpage.helpline_tables import TABLE, Helpline, read_table
from quietpage.terminal_progress import progress_map

STILL_THERE, NOT_THERE, NOT_REACHED = "still there", "not there", "not reachable"
_AGENT = "Quietpage number check"
# What people put between the digits of a number.
_BETWEEN = r"[\s.()/\u2010-\u2015-]{0,3}"
# A line of the table, its row, and an address that is said to show the number.
Source = tuple[int, Helpline, str]


@dataclass(frozen=True)
class Limits:
    """How much time and bandwidth of a source a check may use."""

    pause_seconds: float = 2
    seconds: float = 20
    size_bytes: int = 2_000_000


@dataclass(frozen=True)
class Answer:
    """The answer of a source: one of the three states above, and the reason."""

    line: int
    row: Helpline
    address: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        """Return the answer as a line of the report."""
        why = f" ({self.why})" if self.why else ""
        name = self.row.phone_display or self.row.sms_number
        return f"{TABLE.name}:{self.line}: {name} {self.state}{why}: {self.address}"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        # A number in a link counts too: some pages show it only in words.
        self.parts += [v[4:] for _, v in attrs if v and v.startswith("tel:")]

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def is_shown(html: str, number: str, country: str) -> bool:
    """Return whether a page's text has the number, in national or international form.

    >>> is_shown("<p>+44 (0)808 2000&nbsp;247", "08082000247", "GB")
    True
    >>> is_shown("<p>080820002471", "08082000247", "GB")
    False
    """
    parser = _Text()
    parser.feed(html)
    text = "".join(
        str(unicodedata.digit(c)) if c.isdigit() else c for c in " ".join(parser.parts)
    )
    digits = re.sub(r"\D", "", number)
    forms = {digits}
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed and phonenumbers.is_possible_number(parsed):
        code, rest = str(parsed.country_code), str(parsed.national_number)
        forms |= {f"{code}{rest}", f"{code}0{rest}", f"0{rest}", rest}
    spaced = "|".join(_BETWEEN.join(form) for form in sorted(forms) if form)
    return bool(re.search(rf"(?<!\d)(?:{spaced})(?!\d)", text))


def verify(
    countries: Collection[str] = (),
    table: Path = TABLE,
    limits: Limits = Limits(),
    tls: ssl.SSLContext | None = None,
) -> Iterator[Answer]:
    """Fetch each https source of each row in service once, one after another."""
    tls = tls or ssl.create_default_context()
    asked_at: dict[str, float] = {}

    def ask(source: Source) -> Answer:
        line, row, address = source
        host = address.split("/")[2]
        wait = asked_at.get(host, -limits.pause_seconds) + limits.pause_seconds
        time.sleep(max(0, wait - time.monotonic()))
        try:
            html = _page(address, limits, tls)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(line, row, address, NOT_REACHED, str(error)[:120])
        finally:
            asked_at[host] = time.monotonic()
        found = is_shown(html, row.phone or row.sms_number, row.country)
        return Answer(line, row, address, STILL_THERE if found else NOT_THERE)

    yield from progress_map("Asking sources", ask, list(_sources(table, countries)))


def _sources(table: Path, countries: Collection[str]) -> Iterator[Source]:
    """Yield each https source of a number in service."""
    for line, row in read_table(table, Helpline):
        if row.status != "in service" or (countries and row.country not in countries):
            continue
        for address in row.source.split(SEPARATOR):
            if (row.phone or row.sms_number) and address.startswith("https://"):
                # A note may follow.
                yield line, row, address.split()[0]


def _page(address: str, limits: Limits, tls: ssl.SSLContext) -> str:
    """Return the page that one request gets within the limits; follow no redirect."""
    parts = urlsplit(address)
    end = time.monotonic() + limits.seconds
    connection = http.client.HTTPSConnection(
        parts.netloc, timeout=limits.seconds, context=tls
    )
    try:
        path = quote(parts.path or "/", safe="/%~+:,;!()=&@")
        path += f"?{quote(parts.query, safe='/%~+:,;!()=&@?')}" if parts.query else ""
        connection.request("GET", path, headers={"User-Agent": _AGENT})
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            moved = answer.getheader("Location")
            raise ValueError(f"{answer.status}{f', moved to {moved}' if moved else ''}")
        body = b""
        while len(body) < limits.size_bytes:
            left = end - time.monotonic()
            if left <= 0:
                raise ValueError(f"slower than {limits.seconds} s")
            if connection.sock:
                connection.sock.settimeout(left)
            part = answer.read1(65_536)
            if not part:
                break
            body += part
        charset = answer.headers.get_content_charset("utf-8")
    finally:
        connection.close()
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def gone(answers: Collection[Answer]) -> list[int]:
    """Return the lines of numbers that somebody saw once and no source still shows."""
    read = [a for a in answers if a.state != NOT_REACHED and a.row.checked]
    there = {a.line for a in read if a.state == STILL_THERE}
    return sorted({a.line for a in read} - there)


def write_checked(answers: Collection[Answer], day: date, table: Path = TABLE) -> None:
    """Put the date into the rows whose number a source still shows."""
    there = {a.line for a in answers if a.state == STILL_THERE}
    rows = list(read_table(table, Helpline))
    columns = [column.name for column in fields(Helpline)]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for line, row in rows:
            values = {name: getattr(row, name) for name in columns}
            if line in there:
                values["checked"] = day.isoformat()
            writer.writerow(values.values())
