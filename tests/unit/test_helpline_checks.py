"""The checks of the tables: what is an error, and what is only a warning."""

from datetime import date
from pathlib import Path

import pytest

from quietpage.errors import QuietpageError
from quietpage.helpline_checks import check, check_own
from quietpage.helplines import load_countries
from quietpage.phone_number_checks import comparable
from tests.support.number_tables import (
    OTHER,
    TODAY,
    add_row,
    write_emergencies,
    write_table,
)

CHECK_CODE = "Check it, and name its digits in notes."


def test_a_good_row_has_no_fault(tmp_path: Path) -> None:
    assert check(write_table(tmp_path), today=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"country": "XQ"}, "country is 'XQ'"),
        ({"languages": "es klingon"}, "'klingon' is not a language tag"),
        ({"name_lang": "en.UTF-8"}, "'en.UTF-8' is not a language tag"),
        ({"hours": "9 to 5"}, "hours is '9 to 5'"),
        ({"hours": "Mo-Fr 9:00-18:00"}, "hours is 'Mo-Fr 9:00-18:00'"),
        ({"source": "a public table"}, "source names nothing"),
        ({"country": "EU"}, "country is 'EU'"),
        ({"hours": "Mo-Fr 09:00-24:30"}, "hours is 'Mo-Fr 09:00-24:30'"),
        ({"phone": "+525587654321"}, "differ"),
        ({"phone_display": "5678"}, "differ"),
        # Only the code of a country may be left out, and only of an E.164 form.
        ({"phone": "5512345678", "phone_display": "512345678"}, "differ. Make them"),
        (
            {"phone_display": "call us"},
            "phone_display is 'call us', but must be a number",
        ),
        ({"phone": "+52551234567", "phone_display": ""}, "not a valid number in MX"),
        ({"phone": "55x", "phone_display": ""}, "'55x' is not a number"),
        ({"phone_display": ""}, "phone and phone_display go together"),
        ({"phone": "٥٥١٢٣٤٥٦٧٨", "phone_display": "٥٥١٢٣٤٥٦٧٨"}, "is not a number"),
        ({"sms_number": "+"}, "sms_number is '+', but must be digits"),
        ({"published": "0000"}, "published is '0000', but must be YYYY"),
        ({"sms_number": "javascript:x"}, "sms_number is 'javascript:x', but must be"),
        ({"languages": "en-"}, "'en-' is not a language tag"),
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
        ({"published": "May 2026"}, "published is 'May 2026'"),
        ({"checked": "2026-10"}, "checked is '2026-10', but must be YYYY-MM-DD"),
        ({"kind": "ngo"}, "kind is 'ngo'"),
        ({"status": "open"}, "status is 'open'"),
        ({"on_bill": "yes"}, "2: on_bill is 'yes', but must be one of: empty, no."),
        ({"cost": "x"}, "2: cost is 'x', but must be one of: empty, free, charged."),
        ({"option": "1, then 2"}, "option is '1, then 2'"),
        ({"chat_hours": "noon"}, "chat_hours is 'noon'"),
        ({"phone_abroad": "5512345678"}, "phone_abroad is '5512345678'"),
        ({"phone_abroad": "+52551234567"}, "not a valid number in MX"),
        # One site and a list that copies others do not count as two sites.
        ({"source": "https://a.example/x ; https://a.example/y"}, "confidence is 'hi"),
        ({"source": "https://a.example/ ; https://github.com/a/b"}, "confidence is 'h"),
        (
            {"confidence": "medium", "source": "https://a.example/"},
            "confidence is 'med",
        ),
        ({"confidence": "medium", "source": "a.example ; b.example"}, "'medium', but"),
        ({"phone": "", "phone_display": ""}, "no way to reach the service"),
        ({"name": ""}, "name is empty"),
    ],
)
def test_a_wrong_row_stops_the_start(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    table = write_table(tmp_path, **changes)

    with pytest.raises(QuietpageError) as raised:
        load_countries(table)

    assert raised.value.format_message().startswith(f"{table}:2: ")
    assert sentence in raised.value.format_message()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"phone": "98-765", "phone_display": "98765"},
            "short code '98-765' is unknown to phonenumbers in MX.",
        ),
        (
            {"country": "FR", "phone": "3919", "phone_display": "3919"},
            (
                "short code '3919' is premium rate according to phonenumbers."
                f" {CHECK_CODE}"
            ),
        ),
        ({"published": "2024"}, "last seen 2024. Check the number."),
        ({"published": ""}, "last seen at an unknown date. Check the number."),
        ({"published": "2025-10"}, "last seen 2025-10. Check the number."),
    ],
)
def test_doubts_are_only_warnings(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    table = write_table(tmp_path, **changes)

    findings = check(table, today=TODAY)

    assert list(map(str, findings)) == [f"{table}:2: warning: {sentence}"]
    assert check(table) == [found for found in findings if "last" not in str(found)]
    assert load_countries(table)


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "ES", "phone": "0-1-6", "phone_display": "016"},
        {
            "country": "FR",
            "phone": "3919",
            "phone_display": "3919",
            "notes": "3919: free",
        },
        {"published": "2025-11"},
        {"published": "2024", "checked": "2025-11-30"},
        {"published": "2024", "status": "closed"},
    ],
)
def test_what_is_known_and_new_is_not_warned_of(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    assert check(write_table(tmp_path, **changes), today=TODAY) == []


@pytest.mark.parametrize(
    ("number", "form"),
    [("55 1234 5678", "+525512345678"), ("(0) 1-6", "016"), ("*765#", "*765#")],
)
def test_a_number_has_one_form_for_all_ways_to_write_it(number: str, form: str) -> None:
    assert comparable(number, "MX") == form


@pytest.mark.parametrize(
    ("police", "notes", "warned"),
    [("111", "", True), ("111", "111 is new.", False), ("911", "", False)],
)
def test_a_note_silences_the_warning_on_an_unknown_emergency_number(
    tmp_path: Path, police: str, notes: str, *, warned: bool
) -> None:
    row = {"country": "MX", "police": police, "ambulance": "", "notes": notes}
    table = write_emergencies(tmp_path, row)

    found = check(write_table(tmp_path), table, TODAY)

    warning = f"'{police}' in MX is unknown to phonenumbers"
    assert [warning in str(fault) for fault in found] == [True] * warned
    assert load_countries(write_table(tmp_path), table)


def test_no_warning_about_a_number_is_left_in_our_tables() -> None:
    """So a new warning is seen."""
    warnings = [str(found) for found in check() if "phonenumbers knows" in str(found)]
    warnings += [str(found) for found in check() if "premium rate" in str(found)]

    assert warnings == []


def test_a_repeated_number_is_an_error(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    table.write_text(table.read_text() + table.read_text().splitlines()[1] + "\n")

    assert "repeats line 2" in str(check(table)[-1])


def test_two_services_without_a_number_are_not_duplicates(tmp_path: Path) -> None:
    by_text = {"phone": "", "phone_display": "", "sms_number": "85258"}
    table = write_table(tmp_path, **by_text)
    second = table.read_text().splitlines()[1].replace("85258", "741741")
    table.write_text(f"{table.read_text()}{second}\n")

    assert check(table) == []


def test_a_date_in_the_future_is_an_error(tmp_path: Path) -> None:
    [found] = check(write_table(tmp_path, published="2062-01"), today=TODAY)

    assert "published is '2062-01', which is in the future" in found.message


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"country": "MX"}, "repeats line 2 (MX). Remove one."),
        ({"confidence": "Low"}, "confidence is 'Low', but must be"),
        ({"police": "٩١١"}, "'٩١١' is not a short code"),
        (
            {"silent": "55"},
            "3: silent is '55', but must be one of: empty, press-55, any-",
        ),
        (
            {"text_first": "x"},
            "3: text_first is 'x', but must be one of: empty, register",
        ),
        ({"text_area": "x"}, "3: text_area is 'x', but must be one of: empty, parts."),
        ({"text_number": "911"}, "text_for is '', but must be one of: everyone, deaf"),
        ({"text_for": "deaf"}, "text_for is 'deaf', but must be one of: empty"),
        (
            {"silent": "press-55"},
            "3: silent_source does not list pages on two sites. Add one.",
        ),
        ({"text_site": "http://example.org"}, "text_site is 'http://example.org'"),
    ],
)
def test_a_wrong_emergency_number_stops_the_start(
    tmp_path: Path, row: dict[str, str], sentence: str
) -> None:
    table = write_emergencies(tmp_path, {"country": "MX"}, row)

    with pytest.raises(QuietpageError) as raised:
        load_countries(write_table(tmp_path), table)

    message = raised.value.format_message()
    assert "/emergency-numbers.csv:3: " in message
    assert sentence in message


def test_a_cut_off_row_is_reported_with_its_line(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    table.write_text(table.read_text() + "US,half\n")

    with pytest.raises(QuietpageError, match=r"helplines\.csv:3: the line has"):
        load_countries(table)


@pytest.mark.parametrize(
    "older", [{"status": "closed"}, OTHER | {"replaces": "525512345678"}]
)
def test_a_closed_number_cannot_come_back(
    tmp_path: Path, older: dict[str, str]
) -> None:
    table = write_table(tmp_path, **older)
    # The same digits, written differently.
    add_row(table, phone="+52 55 1234 5678", name="Again")

    faults = [found for found in check(table, today=TODAY) if found.is_error]

    assert [found.line for found in faults] == [3]
    assert "was withdrawn: see line 2" in faults[0].message


def test_an_own_row_needs_no_second_reference(tmp_path: Path) -> None:
    table = write_table(tmp_path, source="https://example.org/page")

    assert check(table, today=TODAY)
    assert check_own(table, today=TODAY) == []
    assert "last seen 2026-10" in str(check_own(table, today=date(2028, 1, 1))[0])
