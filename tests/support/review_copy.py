"""A host's copy with a catalog made for the tests, and its sheet, filled in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polib
from click.testing import Result
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app import create_app
from quietpage.config import load_settings
from quietpage.content import content_of
from quietpage.po_files import TEMPLATE, page_messages, read_po, write_po
from quietpage.review.sheet import Sheet, make_sheet
from quietpage.review.sheet_xlsx import write_xlsx
from quietpage.review_marks import Mark

ON = "2026-11-02"
ANA = Mark("Casa Ana", date(2026, 11, 2))
ENGLISH = list(page_messages(read_po(TEMPLATE)))
# We have no catalog of Norwegian Nynorsk, so all of its texts are a test's.
TEXTS = {message: f"x {message}" for message in ENGLISH} | {"Going back": "=Å gå"}
Edit = Callable[[Worksheet], None]


def write_copy(folder: Path) -> None:
    """Write a host's folder with a complete catalog, and make the commands use it."""
    (folder / "quietpage.toml").write_text('locales = ["nn"]')
    catalog = polib.POFile()
    catalog.metadata = {"Language": "nn"}
    texts = {**TEXTS, "yes": "jå", "no": "nei"}
    catalog.extend(polib.POEntry(msgid=k, msgstr=v) for k, v in texts.items())
    write_po(catalog_of(folder), catalog)


def catalog_of(folder: Path, locale: str = "nn") -> Path:
    return folder / "translations" / locale / "LC_MESSAGES" / "messages.po"


def entry_of(folder: Path, message: str, locale: str = "nn") -> polib.POEntry:
    found = read_po(catalog_of(folder, locale)).find(message)
    assert found
    return found


def sheet_of(folder: Path, tag: str = "nn") -> Sheet:
    app = create_app(load_settings(folder))
    with app.test_request_context():
        return make_sheet(content_of(app), tag)


def translate(folder: Path, *arguments: str) -> Result:
    app = create_app(load_settings(folder))
    return app.test_cli_runner().invoke(args=["translate", *arguments])


def made(folder: Path, tag: str = "nn") -> Path:
    file = folder / f"{tag}.xlsx"
    write_xlsx(sheet_of(folder, tag), file)
    return file


def edited(file: Path, edit: Edit) -> Path:
    book = load_workbook(file)
    edit(book["2"])
    book.save(file)
    return file


def answer(message: str, right: object = None, better: object = None) -> Edit:
    """Return an edit that fills in the row of a message."""

    def edit(page: Worksheet) -> None:
        row = row_of(page, message)
        page.cell(row, 4).value, page.cell(row, 5).value = right, better

    return edit


def row_of(page: Worksheet, message: str) -> int:
    return next(int(c.row) for c in page["A"] if c.value == message)


def answer_all(page: Worksheet) -> None:
    for row in range(3, page.max_row + 1):
        page.cell(row, 4).value = "x"


def agree(file: Path) -> None:
    book = load_workbook(file)
    row = next(c.row for c in book["1"]["D"] if c.value == "consent")
    book["1"].cell(row, 2).value = "jå"
    book.save(file)


def take(folder: Path, file: Path, *more: str) -> Result:
    return translate(folder, "take", str(file), "--by", "Casa Ana", "--on", ON, *more)
