"""The reviewer's sheet: what it contains, and what is imported from it."""

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from quietpage.po_files import read_po
from quietpage.review.claims import Claim, claims_by_topic, nearest
from quietpage.review.sheet_html import write_html
from quietpage.review_marks import WHOLE, Mark, mark_of
from tests.support.review_copy import (
    ANA,
    ENGLISH,
    ON,
    Edit,
    agree,
    answer,
    answer_all,
    catalog_of,
    edited,
    entry_of,
    made,
    row_of,
    sheet_of,
    take,
    translate,
    write_copy,
)


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host's folder with a complete catalog, to which every command writes."""
    write_copy(tmp_path)
    monkeypatch.setenv("QUIETPAGE_CONFIG", str(tmp_path))
    return tmp_path


def test_the_sheet_has_every_message_once_in_page_order(own: Path) -> None:
    sheet = sheet_of(own)

    shown = [row.cells[0] for row in sheet.rows]
    assert sorted(shown) == sorted(ENGLISH)
    places = [shown.index(m) for m in ("Close this page", "It is not your fault")]
    places += [shown.index("Is this abuse?"), shown.index("About this guide")]
    assert places == sorted(places)
    headings = [row.cells[0] for row in sheet.rows if row.is_heading]
    assert "Numbers to call, by country" in headings
    assert "Only for:" not in headings


def test_each_row_has_both_texts_and_the_translator_s_note(own: Path) -> None:
    cells = {row.cells[0]: row.cells for row in sheet_of(own).rows}

    english, translation, note, *empty, _ = cells["closed on public holidays"]
    assert (english, translation) == (english, f"x {english}")
    assert note == "a helpline's opening hours."
    assert empty == ["", "", ""]


def test_a_cell_is_never_a_formula(own: Path) -> None:
    book = load_workbook(made(own))

    kinds = {c.data_type for page in book for row in page for c in row if c.value}
    assert kinds == {"s"}
    assert book["2"].cell(row_of(book["2"], "Going back"), 2).value == "=Å gå"


@pytest.mark.parametrize(("tag", "is_rtl"), [("ar", True), ("nn", False)])
def test_the_sheet_has_the_direction_of_the_language(
    own: Path, tag: str, is_rtl: object
) -> None:
    (own / "quietpage.toml").write_text("")
    book = load_workbook(made(own, tag))
    file = own / "sheet.html"
    write_html(sheet_of(own, tag), file)

    assert [bool(page.sheet_view.rightToLeft) for page in book] == [is_rtl, is_rtl]
    assert f'dir="{"rtl" if is_rtl else "ltr"}"' in file.read_text().split("<meta")[0]


def test_the_first_page_asks_native_speakers_what_matters_most(own: Path) -> None:
    (own / "quietpage.toml").write_text("")
    sheet, file = sheet_of(own, "pt-BR"), own / "sheet.html"
    write_html(sheet, file)
    cells = [c.value for c in load_workbook(made(own, "pt-BR"))["1"]["A"]]

    assert any(question.startswith("“abuso”: ") for question in sheet.questions)
    assert [question for question in sheet.questions if question not in cells] == []
    assert sheet.questions[0] in file.read_text(encoding="utf-8")


def test_the_printable_page_loads_and_runs_nothing(own: Path) -> None:
    file = own / "sheet.html"
    write_html(sheet_of(own), file)

    text = file.read_text(encoding="utf-8")
    assert "x It is not your fault" in text
    assert not re.search(r"<(script|link|img|iframe|a)\b|url\(|@import", text)


def test_english_is_next_to_its_claims(own: Path) -> None:
    sheet = sheet_of(own, "en")

    keys = [column.key for column in sheet.columns]
    claimed = [dict(zip(keys, row.cells, strict=True)) for row in sheet.rows]
    found = "\n".join(row["claim"] for row in claimed)
    listed = [claim for claims in claims_by_topic().values() for claim in claims]
    missing = [claim.text for claim in listed if claim.text not in found]
    assert len(listed) > 100
    assert missing == []
    assert all(row["claim"] for row in claimed if row["strength"].strip())


def test_a_claim_is_next_to_the_most_similar_sentence() -> None:
    sentences = ["Signs", "Pets may be hurt.", "Children hear more than we think."]

    assert nearest(Claim("A child who hears: children"), sentences) == 2
    assert nearest(Claim("None of it"), sentences) == 0


def test_a_row_marked_right_counts_as_reviewed(own: Path) -> None:
    file = edited(made(own), answer("Later", "jå"))
    agree(file)

    result = take(own, file)

    assert result.exit_code == 0, result.output
    assert "1 rows right, 0 with better words, 0 not taken" in result.output
    assert mark_of(entry_of(own, "Later")) == ANA
    assert mark_of(entry_of(own, "Going back")) is None


@pytest.mark.parametrize("said", ["YES", " jå. ", "x", "✓", True, 1])
def test_yes_may_be_written_in_many_ways(own: Path, said: object) -> None:
    assert take(own, edited(made(own), answer("Later", said))).exit_code == 0
    assert mark_of(entry_of(own, "Later"))


def test_no_name_is_written_without_consent(own: Path) -> None:
    result = take(own, edited(made(own), answer("Later", "jå")))

    assert "names no one" in result.output
    assert mark_of(entry_of(own, "Later")) == Mark("", ANA.day)
    assert "Casa Ana" not in catalog_of(own).read_text(encoding="utf-8")


def test_withdrawn_consent_removes_the_name(own: Path) -> None:
    file = edited(made(own), answer("Later", "jå"))
    take(own, file, "--consent")
    assert "Casa Ana" in catalog_of(own).read_text(encoding="utf-8")

    take(own, file, "--no-consent")

    assert "Casa Ana" not in catalog_of(own).read_text(encoding="utf-8")


def test_better_words_are_imported_as_reviewed(own: Path) -> None:
    file = edited(made(own), answer("Later", "nei", "Seinare"))

    assert take(own, file, "--consent").exit_code == 0
    assert entry_of(own, "Later").msgstr == "Seinare"
    assert mark_of(entry_of(own, "Later")) == ANA


def test_a_sheet_can_be_imported_twice(own: Path) -> None:
    file = edited(made(own), answer("Later", None, "Seinare"))
    take(own, edited(file, answer("Going back", "jå")))
    first = catalog_of(own).read_bytes()

    again = take(own, file)

    assert again.exit_code == 0, again.output
    assert catalog_of(own).read_bytes() == first


def test_no_without_better_words_ends_an_earlier_review(own: Path) -> None:
    file = made(own)
    take(own, edited(file, answer("Later", "jå")))

    result = take(own, edited(file, answer("Later", "nei")))

    assert "'x Later' is wrong, and no better words are given" in result.output
    assert mark_of(entry_of(own, "Later")) is None


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (answer("Later", "perhaps"), "'perhaps' is neither yes nor no"),
        (answer("Later", None, "<b>Seinare</b>"), "has the markup < < > >"),
        (answer("Later", None, "Seinare 24"), "has the figures 24"),
        (answer("Later", None, "Seinare " * 9), "three times as long"),
        (answer("Later", None, "=HYPERLINK(1)"), "is a formula. Write it as text"),
        (answer("Later", "=TRUE()"), "is a formula"),
        (answer("Later", None, datetime(2026, 1, 2)), "is a number or a date"),  # noqa: DTZ001
        (answer("Close this page", None, "Lukk abuse no"), "words.toml bans"),
    ],
)
def test_a_row_that_cannot_be_imported_is_reported_and_the_others_are_kept(
    own: Path, edit: Edit, expected: str
) -> None:
    file = edited(edited(made(own), edit), answer("Going back", "jå"))

    result = take(own, file)

    assert result.exit_code == 1
    assert re.search(r"^row \d+: ", result.output, re.MULTILINE)
    assert expected in result.output
    assert mark_of(entry_of(own, "Later")) is None
    assert mark_of(entry_of(own, "Going back"))


def test_remarks_are_shown_without_terminal_control_characters(own: Path) -> None:
    def edit(page: Worksheet) -> None:
        page.cell(row_of(page, "Later"), 6).value = "Good \u202e!"

    result = take(own, edited(made(own), edit))

    assert "remark: Good \\u202e!" in result.output


def overwrite(page: Worksheet) -> None:
    page.cell(row_of(page, "Later"), 2).value = "Seinare"
    page.cell(row_of(page, "Later"), 4).value = "jå"


def drop_id(page: Worksheet) -> None:
    page.cell(row_of(page, "Later"), 7).value = None
    page.cell(row_of(page, "Later"), 4).value = "jå"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (overwrite, "The cell of the translation was changed"),
        (drop_id, "has lost its id"),
    ],
)
def test_a_tampered_row_is_skipped(own: Path, edit: Edit, expected: str) -> None:
    result = take(own, edited(made(own), edit))

    assert expected in result.output
    assert mark_of(entry_of(own, "Later")) is None


def test_an_answer_in_merged_cells_counts_for_their_first_row(own: Path) -> None:
    def edit(page: Worksheet) -> None:
        answer("Later", "jå")(page)
        row = row_of(page, "Later")
        page.merge_cells(f"D{row}:D{row + 3}")
        # Neither holds an answer that reaches further down.
        page.merge_cells(f"E{row}:F{row}")
        page.merge_cells(f"A{row + 4}:A{row + 6}")

    file = edited(made(own), edit)
    row = row_of(load_workbook(file)["2"], "Later")

    result = take(own, file)

    assert result.exit_code == 1
    assert f"row {row}: its answer is in a cell that is merged" in result.output
    assert f"as far as row {row + 3}, and counts for row {row} alone" in result.output
    assert "1 rows right, 0 with better words, 3 not taken" in result.output
    assert mark_of(entry_of(own, "Later"))


@pytest.mark.parametrize(("days", "is_taken"), [(31, True), (32, False)])
def test_a_review_is_dated_at_most_a_month_ahead(
    own: Path, monkeypatch: pytest.MonkeyPatch, days: int, is_taken: object
) -> None:
    class Today(date):
        @classmethod
        def today(cls) -> "Today":
            return cls.fromisoformat(ON) - timedelta(days=days)

    monkeypatch.setattr("quietpage.cli.review.date", Today)

    result = take(own, edited(made(own), answer("Later", "jå")))

    assert (f"--on {ON} is more than a month ahead." in result.output) is not is_taken
    assert bool(mark_of(entry_of(own, "Later"))) is is_taken


def test_rows_and_columns_may_be_moved(own: Path) -> None:
    def edit(page: Worksheet) -> None:
        answer("Later", "jå")(page)
        page.delete_cols(3)
        page.insert_cols(1)
        page.delete_rows(4, 3)

    assert take(own, edited(made(own), edit)).exit_code == 0
    assert mark_of(entry_of(own, "Later"))


def test_a_row_whose_text_has_changed_is_not_imported(own: Path) -> None:
    file = edited(made(own), answer_all)
    catalog = read_po(catalog_of(own))
    catalog.find("Later").msgstr = "Om litt"
    catalog.find("Going back").msgid = "Going home"
    catalog.save(str(catalog_of(own)))

    result = take(own, file)

    assert "The translation has changed since to 'Om litt'." in result.output
    assert mark_of(entry_of(own, "Later")) is None
    assert mark_of(entry_of(own, "It is not your fault"))
    assert "2 not taken" in result.output


def test_a_message_that_is_obsolete_in_the_catalog_is_used_again(own: Path) -> None:
    # The second time it has the same words and mark already.
    for _ in range(2):
        catalog = read_po(catalog_of(own))
        catalog.find("Later").obsolete = True
        catalog.save(str(catalog_of(own)))

        take(own, edited(made(own), answer("Later", "", "Seinare")))

        assert entry_of(own, "Later").msgstr == "Seinare"


def test_a_complete_review_survives_a_change(own: Path) -> None:
    file = edited(made(own), answer_all)
    assert take(own, file, "--consent").exit_code == 0
    assert read_po(catalog_of(own)).metadata[WHOLE] == ON
    assert f"reviewed by Casa Ana on {ON}\n" in translate(own, "status").output

    catalog = read_po(catalog_of(own))
    catalog.find("Later").msgstr = "Om litt"
    catalog.save(str(catalog_of(own)))

    status = translate(own, "status").output
    assert f"reviewed by Casa Ana on {ON}, some sentences changed since" in status


def test_status_counts_words(own: Path) -> None:
    take(own, edited(made(own), answer("Going back", "jå")))
    catalog = read_po(catalog_of(own))
    catalog.find("Close this page").msgstr = ""
    catalog.save(str(catalog_of(own)))

    line = next(x for x in translate(own, "status").output.split("\n") if "nn" in x)

    _, reviewed, drafted, behind, *_ = line.split()
    assert (reviewed, behind) == ("2", "3")
    total = sum(len(message.split()) for message in ENGLISH)
    assert int(drafted) == total - 5


def test_a_review_of_english_marks_it_and_never_rewords_it(own: Path) -> None:
    def edit(page: Worksheet) -> None:
        page.cell(row_of(page, "Later"), 5).value = "yes"
        page.cell(row_of(page, "Going back"), 6).value = "Going home"

    result = take(own, edited(made(own, "en"), edit), "--consent")

    assert mark_of(entry_of(own, "Later", "en")) == ANA
    assert "Better words for a template: 'Going home'." in result.output
    assert read_po(catalog_of(own, "en")).find("Going back") is None


def drop_column(file: Path) -> None:
    edited(file, lambda page: page.delete_cols(4))


def drop_ids(file: Path) -> None:
    edited(file, lambda page: page.delete_cols(7))


def other_language(file: Path) -> None:
    edited(file, lambda page: setattr(page.cell(1, 7), "value", "id:tlh\u202e"))


def many_rows(file: Path) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("2")
    for _ in range(20_000):
        page.append(["a"])
    book.save(file)


def bomb(file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)


def garbage(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 not a spreadsheet")


def hollow(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("xl/workbook.xml", b"<workbook/>")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (drop_column, "has lost its column 'right'"),
        (drop_ids, "has lost the hidden column"),
        (other_language, "'tlh\\u202e', which has no catalog"),
        (many_rows, "has over 5000 rows"),
        (bomb, "is larger than any of our sheets"),
        (garbage, "is not a spreadsheet in .xlsx"),
        (hollow, "is not a spreadsheet in .xlsx"),
    ],
)
def test_a_hostile_sheet_is_refused_in_one_sentence(
    own: Path, spoil: Callable[[Path], None], expected: str
) -> None:
    file = made(own)
    before = catalog_of(own).read_bytes()
    spoil(file)

    result = take(own, file)

    assert expected in result.output
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert catalog_of(own).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["sheet", "tlh", "x.xlsx"], "'tlh' has no catalog"),
        (["sheet", "nn", "x.ods"], "is neither .xlsx nor .html"),
        (["sheet", "nn", "quietpage.toml"], "exists already"),
    ],
)
def test_a_wrong_request_for_a_sheet_is_refused_in_one_sentence(
    own: Path, arguments: list[str], expected: str
) -> None:
    *start, name = arguments

    result = translate(own, *start, str(own / name))

    assert result.exit_code == 1
    assert expected in result.output


@pytest.mark.parametrize("name", ["Ana\u202e", "casa//ana", "A" * 101])
def test_a_name_that_the_page_must_not_show_is_refused(own: Path, name: str) -> None:
    file = edited(made(own), answer("Later", "jå"))

    result = translate(own, "take", str(file), "--by", name, "--on", ON, "--consent")

    assert result.exit_code == 1
    assert "reviewed:" not in catalog_of(own).read_text(encoding="utf-8")
