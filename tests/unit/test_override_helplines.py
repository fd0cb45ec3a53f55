"""Own rows of helplines: they add, replace or hide a line; reading their CSV."""

from pathlib import Path

import pytest

from quietpage.errors import QuietpageError
from quietpage.helpline_checks import check_own
from quietpage.helpline_tables import TABLE
from quietpage.helplines import load_countries
from quietpage.override_helplines import join_own
from tests.support.number_tables import OTHER, add_row, write_table

FIRST = TABLE.read_text(encoding="utf-8").partition("\n")[0].strip()
TWICE = (
    "the columns in another order, or one twice. It names the columns: copy it from"
    " quietpage/data."
)
OURS, CLOSED = {"name": "Ours"}, {"status": "closed"}
IN_ANOTHER_FORM = {"phone": "5512345678", "phone_display": "55 1234 5678"}


@pytest.mark.parametrize(
    ("changes", "names", "effect"),
    [
        (OTHER, ["Own", "Ours"], "MX Own is added."),
        (OTHER | {"replaces": "5512345678"}, ["Own"], "replaces Ours ("),
        (OTHER | {"replaces": "525512345678"}, ["Own"], "replaces Ours ("),
        (OTHER | {"replaces": "999"}, ["Own", "Ours"], "no row of ours has 999"),
        ({}, ["Own"], "MX Own replaces Ours ("),
        (IN_ANOTHER_FORM, ["Own"], "MX Own replaces Ours ("),
        (CLOSED, [], "MX Own is closed; it hides Ours ("),
        (OTHER | CLOSED, ["Ours"], "hides nothing: no row of ours in MX has +52558"),
        (
            OTHER | {"name": "Ours"},
            ["Ours", "Ours"],
            "write 525512345678 into its replaces",
        ),
    ],
)
def test_an_own_row_adds_replaces_or_hides(
    tmp_path: Path, changes: dict[str, str], names: list[str], effect: str
) -> None:
    (tmp_path / "own").mkdir()
    table = write_table(tmp_path, **OURS)
    own = write_table(tmp_path / "own", **({"name": "Own"} | changes))

    joined = join_own(own, table)
    shown = [line.name for c in load_countries(table, own_table=own) for line in c.main]

    assert shown == names
    (line,) = joined.effects
    assert line.startswith(f"{own}:2: ")
    assert effect in line


def test_a_row_in_another_country_stays(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    code = {"phone": "116", "phone_display": "116"}
    table = write_table(tmp_path, **(OURS | code))
    own = write_table(tmp_path / "own", **(code | {"country": "PE", "name": "Own"}))

    assert [row.name for row in join_own(own, table).rows] == ["Own", "Ours"]


def test_a_repeated_own_row_is_an_error(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    add_row(table)

    (found,) = check_own(table)

    assert str(found).startswith(f"{table}:3: error: repeats line 2 (+525512345678)")


def test_semicolons_and_tabs_separate_cells_too(tmp_path: Path) -> None:
    table = write_table(tmp_path, source="https://a.example/ ; https://b.example/")
    lines = table.read_text().splitlines()
    for separator in ";\t":
        changed = [line.replace(",", separator) for line in lines]
        quoted = changed[1].replace(
            "https://a.example/ ; https://b.example/",
            '"https://a.example/ ; https://b.example/"',
        )
        hours = quoted.replace("Mo-Fr 09:00-18:00; PH off", '"Mo-Fr 09:00-18:00"')
        table.write_text(f"{changed[0]}\n{hours}\n")

        assert check_own(table) == []


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        (
            "{}",
            "{},",
            "2: the line has 31 cells, but must have 30. Put a cell with a c",
        ),
        ("{}", "MX", "2: the line has 1 cells, but must have 30"),
        (
            "{},a,b",
            "{}",
            "1: the first line has 'a', 'b'. It names the columns: copy it",
        ),
        ("", "{}", "1: the first line has nothing"),
        ("kind", "{}", "1: the first line lacks country, region, name,"),
        (
            FIRST.replace("notes", "note"),
            "{}",
            "1: the first line lacks notes and has 'n",
        ),
        (
            FIRST.replace("kind,name", "name,kind"),
            "{}",
            f"1: the first line has {TWICE}",
        ),
    ],
)
def test_a_wrong_number_of_cells_is_reported_with_both_numbers(
    tmp_path: Path, header: str, row: str, sentence: str
) -> None:
    table = write_table(tmp_path)
    first, second = table.read_text().splitlines()
    table.write_text(f"{header.format(first)}\n{row.format(second)}\n")

    with pytest.raises(QuietpageError) as raised:
        check_own(table)

    assert raised.value.format_message().startswith(f"{table}:{sentence}")


def test_another_encoding_is_reported_with_its_line(tmp_path: Path) -> None:
    table = write_table(tmp_path)
    table.write_bytes(table.read_text(encoding="utf-8").encode("cp1252"))

    with pytest.raises(QuietpageError, match=r"line 2 is not in UTF-8; .* a 'í' there"):
        check_own(table)
