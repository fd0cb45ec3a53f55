"""The tables: what is refused, what is only warned of, what the page shows."""

import csv
from datetime import date
from pathlib import Path

import pytest
from babel.core import Locale
from click.testing import CliRunner
from werkzeug.test import Client

from app import create_app
from quietpage.errors import QuietpageError
from quietpage.helpline_checks import check
from quietpage.helpline_tables import EMERGENCY_TABLE, TABLE
from quietpage.helplines import load_countries, speaks

GOOD = {
    "country": "MX",
    "name": "Línea",
    "name_lang": "es",
    "phone": "+525512345678",
    "phone_display": "55 1234 5678",
    "hours": "Mo-Fr 09:00-18:00; PH off",
    "languages": "es zu",
    "audience": "everyone",
    "source": "https://example.org/page",
    "source_date": "2026-10",
    "confidence": "high",
}

TODAY = date(2026, 11, 23)


def write_table(folder: Path, **changes: str) -> Path:
    with TABLE.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    table = folder / "helplines.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerow(GOOD | changes)
    return table


def test_a_good_row_has_no_fault(tmp_path: Path) -> None:
    assert check(write_table(tmp_path), today=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"country": "XQ"}, "country is 'XQ'"),
        ({"languages": "es klingon"}, "'klingon' is no language tag"),
        ({"hours": "9 to 5"}, "hours is '9 to 5'"),
        ({"hours": "Mo-Fr 9:00-18:00"}, "hours is 'Mo-Fr 9:00-18:00'"),
        ({"source": "a public table"}, "source names nothing"),
        ({"country": "EU"}, "country is 'EU'"),
        ({"hours": "Mo-Fr 09:00-24:30"}, "hours is 'Mo-Fr 09:00-24:30'"),
        ({"phone": "+525587654321"}, "differ"),
        ({"phone_display": "5678"}, "differ"),
        (
            {"phone_display": "call us"},
            "phone_display is 'call us', but must be a number",
        ),
        ({"phone": "+52551234567", "phone_display": ""}, "not a valid number in MX"),
        ({"phone": "55x", "phone_display": ""}, "'55x' is not a number"),
        ({"phone_display": ""}, "phone and phone_display go together"),
        ({"phone": "٥٥١٢٣٤٥٦٧٨", "phone_display": "٥٥١٢٣٤٥٦٧٨"}, "is not a number"),
        ({"sms_number": "+"}, "sms_number is '+', but must be digits"),
        ({"source_date": "0000"}, "source_date is '0000', but must be YYYY"),
        ({"sms_number": "javascript:x"}, "sms_number is 'javascript:x', but must be"),
        ({"languages": "en-"}, "'en-' is no language tag"),
        ({"website": "http://example.org"}, "website is 'http://example.org'"),
        ({"website": "https://www.th\u0435hotline.org/"}, "in letters of two scripts"),
        ({"website": "https://a.example@evil.example/"}, "plain Latin letters"),
        ({"website": "https://evil.example/@www.a.example"}, "without @"),
        ({"chat_url": "https://192.0.2.1/"}, "chat_url is 'https://192.0.2.1/'"),
        (
            {"phone_display": "\u202e55 1234 5678"},
            "phone_display has the character U+2",
        ),
        ({"name": "L\u200dínea"}, "name has the joiner U+200D, which its script"),
        ({"region": "Lag\u200bos"}, "region has the character U+200B"),
        ({"sms_text": "ST\u0410RT"}, "sms_text has 'ST\u0410RT', in letters of two"),
        ({"notes": "a\tb"}, "notes has the character U+0009"),
        (
            {"country": "US", "phone": "+19002345678", "phone_display": "900 234 5678"},
            "'+19002345678' is premium rate, but cost is 'empty'. Write charged",
        ),
        (
            {
                "country": "GB",
                "phone": "09098790000",
                "phone_display": "0909 879 0000",
                "cost": "free",
            },
            "'09098790000' is premium rate, but cost is 'free'",
        ),
        ({"country": "GB", "sms_number": "09098790000"}, "is premium rate"),
        (
            {"country": "DE", "phone": "01805123456", "phone_display": "01805 123456"},
            "'01805123456' is shared cost",
        ),
        ({"audience": "all"}, "audience is 'all'"),
        ({"source_date": "May 2026"}, "source_date is 'May 2026'"),
        ({"phone": "", "phone_display": ""}, "no way to reach it"),
        ({"name": ""}, "name is empty"),
    ],
)
def test_a_wrong_row_stops_the_start(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    table = write_table(tmp_path, **changes)

    with pytest.raises(QuietpageError) as raised:
        load_countries(table)

    assert raised.value.format_message().startswith("helplines.csv:2: ")
    assert sentence in raised.value.format_message()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": "98765", "phone_display": "98765"}, "unknown to phonenumbers"),
        ({"source_date": "2024"}, "last seen 2024"),
    ],
)
def test_doubts_are_only_warned_of(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    table = write_table(tmp_path, **changes)

    findings = check(table, today=TODAY)

    assert [sentence in str(found) for found in findings] == [True]
    assert load_countries(table)


@pytest.mark.parametrize(
    ("police", "notes", "warned"),
    [("111", "", True), ("111", "111 is new.", False), ("911", "", False)],
)
def test_a_note_quiets_an_emergency_number_that_is_not_known(
    tmp_path: Path, police: str, notes: str, *, warned: bool
) -> None:
    header = EMERGENCY_TABLE.read_text(encoding="utf-8").splitlines()[0]
    table = tmp_path / "emergency-numbers.csv"
    table.write_text(f"{header}\nMX,{police},,https://example.org,high,{notes}\n")

    found = check(write_table(tmp_path), table, TODAY)

    told = [f"'{police}' in MX is not a number phonenumbers" in str(x) for x in found]
    assert told == [True] * warned
    assert load_countries(write_table(tmp_path), table)


def test_a_charged_number_says_so_on_the_page(client: Client) -> None:
    vietnam = client.get("/en/").text.partition('<details id="VN">')[2]

    assert "call charges apply" in vietnam.partition("1900 96 96 80")[2][:200]


def test_every_number_that_is_premium_rate_has_been_looked_at() -> None:
    """No warning is left that could hide a new one."""
    told = [str(found) for found in check() if "phonenumbers knows" in str(found)]
    told += [str(found) for found in check() if "premium rate" in str(found)]

    assert told == []


def test_a_repeated_number_is_an_error(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    table.write_text(table.read_text() + table.read_text().splitlines()[1] + "\n")

    assert "repeats line 2" in str(check(table)[-1])


def test_two_services_without_a_number_are_two(tmp_path: Path) -> None:
    by_text = {"phone": "", "phone_display": "", "sms_number": "85258"}
    table = write_table(tmp_path, **by_text)
    second = table.read_text().splitlines()[1].replace("85258", "741741")
    table.write_text(f"{table.read_text()}{second}\n")

    assert check(table) == []


def test_a_date_to_come_is_an_error(tmp_path: Path) -> None:
    [found] = check(write_table(tmp_path, source_date="2062-01"), today=TODAY)

    assert "source_date is '2062-01', which is still to come" in found.message


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("MX,111,111,https://example.org,high,", "repeats line 2 (MX). Remove one."),
        ("AR,911,107,https://example.org,Low,", "confidence is 'Low', but must be"),
        ("AR,٩١١,107,https://example.org,high,", "'٩١١' is not a short code"),
    ],
)
def test_a_wrong_emergency_number_stops_the_start(
    tmp_path: Path, row: str, sentence: str
) -> None:
    header = EMERGENCY_TABLE.read_text(encoding="utf-8").splitlines()[0]
    table = tmp_path / "emergency-numbers.csv"
    table.write_text(f"{header}\nMX,911,911,https://example.org,high,\n{row}\n")

    with pytest.raises(QuietpageError) as raised:
        load_countries(write_table(tmp_path), table)

    told = raised.value.format_message()
    assert told.startswith("emergency-numbers.csv:3: ")
    assert sentence in told


def test_a_cut_off_row_is_told_with_its_line(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    table.write_text(table.read_text() + "US,half\n")

    with pytest.raises(QuietpageError, match=r"helplines\.csv:3: the line has"):
        load_countries(table)


def test_rows_of_low_confidence_are_not_shown(tmp_path: Path) -> None:
    countries = load_countries(write_table(tmp_path, confidence="low"))

    assert [(c.code, c.helplines) for c in countries] == [("MX", ())]
    assert countries[0].police == "911"


def test_our_tables_have_no_error() -> None:
    result = CliRunner().invoke(create_app().cli, ["helplines", "check"])

    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("0 errors, ")


def test_countries_of_a_language_come_from_cldr() -> None:
    assert speaks("MX", Locale("es"))
    assert speaks("US", Locale("es"))
    assert not speaks("PL", Locale("es"))
