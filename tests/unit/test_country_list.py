"""The list of countries: which come first, where the others are, what a card shows."""

import re
from pathlib import Path

import phonenumbers
import pytest
from babel.core import Locale
from click.testing import CliRunner
from werkzeug.test import Client

from app import create_app
from quietpage.country_list import CONTINENTS, order_countries
from quietpage.helplines import Country, load_countries
from tests.support.locales import LANGUAGES
from tests.support.number_tables import (
    EMERGENCY,
    OTHER,
    add_row,
    write_emergencies,
    write_table,
)


def card(client: Client, code: str) -> str:
    """Return a country's entry in the list."""
    return client.get("/en/").text.partition(f' id="{code}">')[2].split(' id="')[0]


def mexico(table: Path) -> Country:
    [found] = (c for c in load_countries(table) if c.code == "MX")
    return found


def test_every_country_is_listed_once_for_every_language() -> None:
    countries = load_countries()

    for language in LANGUAGES:
        listed = order_countries(countries, language.locale, ("VN", "MX"))
        groups = [listed.first, *(found for _, found in listed.continents)]
        assert sorted(c.code for group in groups for c in group) == [
            c.code for c in countries
        ]
        assert [c.code for c in listed.first][:2] == ["VN", "MX"]


def test_every_territory_with_phones_is_on_a_continent() -> None:
    lines = CONTINENTS.read_text(encoding="ascii").splitlines()
    continents = [code for line in lines for code in line.split()[1:]]

    assert len(lines) == len({"Africa", "Oceania", "Americas", "Asia", "Europe"})
    assert set(phonenumbers.SUPPORTED_REGIONS) <= set(continents)
    assert len(continents) == len(set(continents))
    # CLDR groups territories by UN codes, and these have no code in it.
    assert "XK" in lines[-1].split()


def test_names_of_continents_come_from_cldr(client: Client) -> None:
    for tag, name in (("en", "Americas"), ("ar", "الأمريكتان"), ("hi", "अमेरिकाज़")):
        assert f"<summary>{name}</summary>" in client.get(f"/{tag}/").text
    haitian = client.get("/ht/").text
    assert '<summary><span lang="fr" dir="ltr">Amériques</span></summary>' in haitian


@pytest.mark.parametrize(
    "worse",
    [
        {"audience": "men"},
        {"audience": "lgbtq"},
        {"audience": "children"},
        {"region": "Jalisco"},
        {"hours": "Mo-Fr 09:00-17:00"},
        {"kind": "general"},
        {"kind": "reporting"},
        {"kind": "police"},
    ],
    ids=str,
)
def test_the_line_that_serves_most_comes_first(
    tmp_path: Path, worse: dict[str, str]
) -> None:
    table = write_table(tmp_path, **{"hours": "24/7"} | worse)
    add_row(table, **OTHER | {"hours": "24/7"})

    assert mexico(table).main[0].phone == OTHER["phone"]


def test_regions_and_smaller_audiences_are_folded_under_their_names(
    client: Client,
) -> None:
    shown, _, rest = card(client, "GB").partition("<details>")
    summary = rest.partition("</summary>")[0]

    assert "0808 2000 247" in shown
    assert "0800 027 1234" not in shown
    assert re.sub("<.*?>", "", summary) == (
        "More lines: Scotland, Wales, Northern Ireland, for men, for LGBTQ+ people"
    )
    # Two lines that each serve a part of the country are both shown.
    belgium = card(client, "BE").partition("<details>")[0]
    assert "0800 30 030" in belgium
    assert "1712" in belgium


def test_crisis_lines_come_last_under_a_heading(client: Client) -> None:
    text = card(client, "GB")

    assert (
        text.index("0800 999 5428") < text.index("Crisis lines") < text.index("116 1")
    )


def test_a_number_shared_with_the_ambulance_is_not_a_link(client: Client) -> None:
    text = card(client, "ID")

    assert "tel:119" not in text
    assert '<b dir="ltr">119</b> Then press: <b dir="ltr">8</b>' in text.replace(
        "\n", ""
    )
    assert "Then press: " in card(client, "MX").partition("tel:079")[2][:80]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("GB", ["press: <b dir=", "sms:999", "Register first. Text the word:"]),
        ("KR", ["press any key twice", "sms:112"]),
        ("US", ["sms:911", "only in parts of the country"]),
        ("SE", ["sms:112", "who cannot hear or speak", "Register first at:"]),
        ("FR", ["sms:114", "does not show on the bill"]),
        ("DE", ["More lines: for men", "Opening hours are in this country"]),
        ("FI", ["From another country:", "+35880005005"]),
        ("BR", ["Run by the state, which may pass on"]),
        ("TR", ["also for other problems"]),
        ("LB", ["Run by the police"]),
        ("JO", ["for children"]),
        ("RU", ["We could not confirm that this works:"]),
        ("HT", ["We know no helpline here", "A call or text may show on the phone"]),
    ],
)
def test_a_card_shows_what_is_known(
    client: Client, code: str, words: list[str]
) -> None:
    text = card(client, code)

    assert [word for word in words if word not in text] == []


def test_hours_of_texts_and_chats_are_next_to_them(client: Client) -> None:
    assert re.search(r"soudanplus\.jp</a> · \w+–\w+ 12:00", card(client, "JP"))
    assert re.search(r"0768844400</a> · \w+–\w+ 2:00", card(client, "IL"))


def test_a_country_with_only_an_emergency_number_is_a_row(client: Client) -> None:
    text = client.get("/en/").text

    assert '<p id="GD">Grenada · <a class="call" dir="ltr" href="tel:911">' in text


def test_a_way_to_call_without_speaking_makes_a_card(tmp_path: Path) -> None:
    table = write_table(tmp_path, country="MX")
    pages = "https://a.example ; https://b.example"
    ways = write_emergencies(
        tmp_path,
        EMERGENCY,
        {"country": "GD", "silent": "press-55", "silent_source": pages},
    )

    bare = {c.code: c.is_bare for c in load_countries(table, ways)}

    assert bare == {"AR": True, "GD": False, "MX": False}


def test_the_check_groups_its_warnings_oldest_first() -> None:
    def lines(*options: str) -> list[str]:
        result = CliRunner().invoke(create_app().cli, ["helplines", "check", *options])
        return result.output.splitlines()

    short, whole = lines(), lines("--all")

    assert len(short) <= 10 < len(whole)
    assert short[-1] == whole[-1]
    assert sum(int(line.split()[1]) for line in short[:-1]) == len(whole) - 1
    months = re.findall(r"\d+ \((\d{4}(?:-\d\d)?)\)", " ".join(short))
    assert months
    assert [month[:4] for month in months] == sorted(month[:4] for month in months)


def test_countries_that_speak_the_language_come_first() -> None:
    first = order_countries(load_countries(), Locale("hi"), ()).first

    assert [country.code for country in first] == ["IN"]
