"""The tables: what is refused, what is only warned of, what the page shows."""

import csv
from datetime import date
from pathlib import Path

import pytest
from babel.core import Locale
from click.testing import CliRunner

from app import create_app
from quietpage.errors import QuietpageError
from quietpage.helplines import EMERGENCY_TABLE, TABLE, check, load_countries, speaks

GOOD = {
    "country": "MX",
    "name": "Línea",
    "name_lang": "es",
    "phone": "+525512345678",
    "phone_display": "55 1234 5678",
    "hours": "Mo-Fr 09:00-18:00; PH off",
    "languages": "es zu",
    "audience": "everyone",
    "kind": "counselling",
    "source": "https://example.org/page ; https://example.com/news",
    "published": "2026-10",
    "confidence": "high",
    "status": "in service",
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
        ({"phone_display": "call us"}, "differ"),
        ({"phone": "+52551234567", "phone_display": ""}, "not a valid number in MX"),
        ({"phone": "55x", "phone_display": ""}, "'55x' is not a number"),
        ({"phone_display": ""}, "phone and phone_display go together"),
        ({"phone": "٥٥١٢٣٤٥٦٧٨", "phone_display": "٥٥١٢٣٤٥٦٧٨"}, "is not a number"),
        ({"sms_number": "+"}, "sms_number is '+', but must be digits"),
        ({"published": "0000"}, "published is '0000', but must be YYYY"),
        ({"sms_number": "javascript:x"}, "sms_number is 'javascript:x', but must be"),
        ({"languages": "en-"}, "'en-' is no language tag"),
        ({"website": "http://example.org"}, "website is 'http://example.org'"),
        ({"audience": "all"}, "audience is 'all'"),
        ({"published": "May 2026"}, "published is 'May 2026'"),
        ({"checked": "2026-10"}, "checked is '2026-10', but must be YYYY-MM-DD"),
        ({"kind": "ngo"}, "kind is 'ngo'"),
        ({"status": "open"}, "status is 'open'"),
        ({"on_bill": "yes"}, "on_bill is 'yes'"),
        ({"option": "1, then 2"}, "option is '1, then 2'"),
        ({"chat_hours": "noon"}, "chat_hours is 'noon'"),
        ({"phone_abroad": "5512345678"}, "phone_abroad is '5512345678'"),
        ({"phone_abroad": "+52551234567"}, "not a valid number in MX"),
        # One site, and a list that copies others, are not two sites.
        ({"source": "https://a.example/x ; https://a.example/y"}, "confidence is 'hi"),
        ({"source": "https://a.example/ ; https://github.com/a/b"}, "confidence is 'h"),
        (
            {"confidence": "medium", "source": "https://a.example/"},
            "confidence is 'med",
        ),
        ({"confidence": "medium", "source": "a.example ; b.example"}, "'medium', but"),
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
        ({"published": "2024"}, "last seen 2024"),
    ],
)
def test_doubts_are_only_warned_of(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    table = write_table(tmp_path, **changes)

    findings = check(table, today=TODAY)

    assert [sentence in str(found) for found in findings] == [True]
    assert load_countries(table)


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
    [found] = check(write_table(tmp_path, published="2062-01"), today=TODAY)

    assert "published is '2062-01', which is still to come" in found.message


EMERGENCY = {
    "country": "AR",
    "police": "911",
    "ambulance": "107",
    "source": "https://example.org",
    "confidence": "high",
}


def write_emergencies(folder: Path, *rows: dict[str, str]) -> Path:
    with EMERGENCY_TABLE.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    table = folder / "emergency-numbers.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(EMERGENCY | row for row in rows)
    return table


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"country": "MX"}, "repeats line 2 (MX). Remove one."),
        ({"confidence": "Low"}, "confidence is 'Low', but must be"),
        ({"police": "٩١١"}, "'٩١١' is not a short code"),
        ({"silent": "55"}, "silent is '55', but must be one of"),
        ({"text_number": "911"}, "text_for is '', but must be one of"),
        ({"text_for": "deaf"}, "text_for is 'deaf', but must be one of: empty"),
        ({"silent": "press-55"}, "silent_source has no pages of two sites"),
        ({"text_site": "http://example.org"}, "text_site is 'http://example.org'"),
    ],
)
def test_a_wrong_emergency_number_stops_the_start(
    tmp_path: Path, row: dict[str, str], sentence: str
) -> None:
    table = write_emergencies(tmp_path, {"country": "MX"}, row)

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


def add_row(table: Path, **changes: str) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, restval="").writerow(GOOD | changes)


OTHER = {"phone": "+525587654321", "phone_display": "55 8765 4321"}


def test_a_single_reference_is_kept_apart_and_gives_way(tmp_path: Path) -> None:
    table = write_table(tmp_path, confidence="low")

    [mexico] = (c for c in load_countries(table) if c.code == "MX")
    add_row(table, **OTHER)
    [surer] = (c for c in load_countries(table) if c.code == "MX")

    assert not mexico.helplines
    assert [line.phone for line in mexico.unconfirmed] == [GOOD["phone"]]
    assert mexico.emergency.police == "911"
    assert [line.phone for line in surer.helplines] == [OTHER["phone"]]
    assert not surer.unconfirmed


@pytest.mark.parametrize("status", ["doubtful", "closed"])
def test_what_is_not_in_service_meets_no_reader(tmp_path: Path, status: str) -> None:
    table = write_table(tmp_path, status=status)

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    assert mexico.emergency.police == "911"
    assert mexico.helplines + mexico.crisis + mexico.unconfirmed == ()


def test_crisis_lines_stand_apart_and_only_sure_ones(tmp_path: Path) -> None:
    table = write_table(tmp_path, kind="crisis")
    add_row(table, **OTHER, kind="crisis", confidence="low")

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    assert [line.phone for line in mexico.crisis] == [GOOD["phone"]]
    assert mexico.helplines + mexico.unconfirmed == ()


@pytest.mark.parametrize(
    "older", [{"status": "closed"}, OTHER | {"replaces": "525512345678"}]
)
def test_a_number_that_was_given_up_cannot_come_back(
    tmp_path: Path, older: dict[str, str]
) -> None:
    table = write_table(tmp_path, **older)
    # The same digits in other clothes.
    add_row(table, phone="+52 55 1234 5678", name="Again")

    faults = [found for found in check(table, today=TODAY) if found.is_error]

    assert [found.line for found in faults] == [3]
    assert "was given up: see line 2" in faults[0].message


def test_an_organisation_vouches_for_its_own_rows(tmp_path: Path) -> None:
    table = write_table(tmp_path, source="https://example.org/page")

    assert check(table, today=TODAY)
    assert check(table, today=TODAY, vouched=True) == []


def test_every_country_has_what_a_reader_needs() -> None:
    countries = load_countries()
    # Their emergency number is open: the sources disagree or name a city alone.
    open_ones = {"CD"}

    assert sum(bool(c.helplines) for c in countries) >= 130
    assert {c.code for c in countries if not c.emergency.police} <= open_ones
    shown = [line for c in countries for line in (*c.helplines, *c.crisis)]
    assert all(line.status == "in service" for line in shown)
    by_code = {c.code: c for c in countries}
    assert not by_code["HT"].helplines
    assert [line.phone for line in by_code["GH"].helplines] == ["0800111222"]
    assert by_code["HN"].emergency.ambulance == "911"


def test_our_tables_have_no_error() -> None:
    result = CliRunner().invoke(create_app().cli, ["helplines", "check"])

    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("0 errors, ")


def test_countries_of_a_language_come_from_cldr() -> None:
    assert speaks("MX", Locale("es"))
    assert speaks("US", Locale("es"))
    assert not speaks("PL", Locale("es"))
