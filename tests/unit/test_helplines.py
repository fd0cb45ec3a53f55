"""The numbers: which rows of the tables the page shows, and for which country."""

from pathlib import Path

import pytest
from babel.core import Locale
from click.testing import CliRunner
from werkzeug.test import Client

from app import create_app
from quietpage import helplines
from quietpage.errors import QuietpageError
from quietpage.helpline_tables import Emergency, find_own_table
from quietpage.helplines import is_official_language, load_countries
from tests.support.number_tables import (
    GOOD,
    OTHER,
    add_row,
    write_emergencies,
    write_table,
)


def test_the_page_says_that_a_number_is_charged(client: Client) -> None:
    vietnam = client.get("/en/").text.partition('<details id="VN">')[2]

    assert "call charges apply" in vietnam.partition("1900 96 96 80")[2][:200]


@pytest.mark.parametrize("region", ["", "Chiapas"])
def test_a_line_with_a_single_reference_is_separate_and_gives_way(
    tmp_path: Path, region: str
) -> None:
    table = write_table(tmp_path, confidence="low", region=region)

    [mexico] = (c for c in load_countries(table) if c.code == "MX")
    add_row(table, **OTHER)
    [surer] = (c for c in load_countries(table) if c.code == "MX")

    assert not mexico.helplines
    assert [line.phone for line in mexico.unconfirmed] == [GOOD["phone"]]
    assert mexico.emergency.police == "911"
    assert [line.phone for line in surer.helplines] == [OTHER["phone"]]
    assert not surer.unconfirmed


@pytest.mark.parametrize("surer", [{"region": "Jalisco"}, {"audience": "children"}])
def test_a_line_for_others_does_not_hide_an_unconfirmed_one(
    tmp_path: Path, surer: dict[str, str]
) -> None:
    table = write_table(tmp_path, confidence="low", region="Chiapas")
    add_row(table, **OTHER, **surer)

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    assert [line.phone for line in mexico.helplines] == [OTHER["phone"]]
    assert [line.phone for line in mexico.unconfirmed] == [GOOD["phone"]]


def test_a_country_stays_whatever_table_has_lost_it(tmp_path: Path) -> None:
    table, emergencies = write_table(tmp_path), write_emergencies(tmp_path, {})
    folder = tmp_path / "own"
    folder.mkdir()

    own = find_own_table(folder)
    without_own = load_countries(table, emergencies, own, ("MX",))
    phone = {"phone": "+51987654321", "phone_display": "987 654 321"}
    write_table(folder, country="PE", **phone)
    own = find_own_table(folder)
    argentina, mexico, peru = load_countries(table, emergencies, own, ("MX",))

    assert [country.code for country in without_own] == ["AR", "MX"]
    assert (argentina.emergency.police, argentina.helplines) == ("911", ())
    assert (mexico.emergency, mexico.helplines) == (Emergency("MX", "", ""), ())
    # A line with a number alone would be a link to none.
    assert [country.is_bare for country in without_own] == [True, False]
    assert [line.phone for line in peru.helplines] == [phone["phone"]]


def test_the_first_error_is_named_and_the_others_are_counted(tmp_path: Path) -> None:
    table, wrong = write_table(tmp_path, kind="x"), {"cost": "y", "on_bill": "z"}
    (tmp_path / "own").mkdir()
    own = write_table(tmp_path / "own", **wrong)
    listed = " All are listed by: quietpage helplines check"

    with pytest.raises(QuietpageError, match=rf"police, children, crisis\.{listed}$"):
        load_countries(table)
    with pytest.raises(QuietpageError, match=rf"csv:2: kind .* \(2 more\){listed}$"):
        load_countries(table, own_table=own)


@pytest.mark.parametrize("status", ["doubtful", "closed"])
def test_a_line_that_is_not_in_service_is_not_shown(
    tmp_path: Path, status: str
) -> None:
    table = write_table(tmp_path, status=status)

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    assert mexico.emergency.police == "911"
    assert mexico.helplines + mexico.crisis + mexico.unconfirmed == ()


def test_crisis_lines_are_separate_and_never_unconfirmed(tmp_path: Path) -> None:
    table = write_table(tmp_path, kind="crisis")
    add_row(table, **OTHER, kind="crisis", confidence="low")

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    assert [line.phone for line in mexico.crisis] == [GOOD["phone"]]
    assert mexico.helplines + mexico.unconfirmed == ()


def test_every_country_has_what_a_reader_needs() -> None:
    countries = load_countries()
    # They have no emergency number: the sources disagree, or name only a city.
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
    assert result.output.splitlines()[-1].startswith("Errors: 0, ")


@pytest.mark.parametrize(
    ("tag", "countries"),
    [
        ("es", "MX US"),
        ("en", "US SG HK"),
        ("zh-Hans", "CN SG"),
        ("zh-Hant", "TW HK MO"),
    ],
)
def test_countries_of_a_language_come_from_cldr(tag: str, countries: str) -> None:
    locale = Locale.parse(tag, sep="-")
    asked = ["MX", "US", "PL", "CN", "SG", "TW", "HK", "MO"]

    assert {c for c in asked if is_official_language(c, locale)} == set(
        countries.split()
    )


def test_the_line_that_serves_most_comes_first(tmp_path: Path) -> None:
    always = {"hours": "24/7"}
    rows: list[dict[str, str]] = [
        {"audience": "men", **always},
        {"region": "Jalisco", **always},
        {"kind": "general"},
        {"kind": "counselling"},
        {"audience": "women", "kind": "police", **always},
    ]
    table = write_table(tmp_path, status="closed")
    for number, row in enumerate(rows):
        phone = f"+52558765432{number}"
        add_row(table, phone=phone, phone_display=phone, **row)

    [mexico] = (c for c in load_countries(table) if c.code == "MX")

    order = [line.phone[-1] for line in (*mexico.main, *mexico.more)]
    assert order == ["4", "3", "2", "1", "0"]
    assert [line.phone[-1] for line in mexico.main] == ["4", "3"]


def test_regions_in_service_are_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write_table(tmp_path, region="Jalisco")
    add_row(table, **OTHER)
    add_row(table, region="Chiapas", status="closed")
    monkeypatch.setattr(helplines, "TABLE", table)

    found = list(helplines.extract_regions(None, None, None, None))

    assert found == [(2, None, "Jalisco", ["Part of a country (MX)."])]
