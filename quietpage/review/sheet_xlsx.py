"""Write a sheet as a spreadsheet, in which every cell is text."""

from math import ceil
from pathlib import Path
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from .sheet import Sheet

CONSENT = "consent"
# Without a name, a program may take another font than that of all other cells.
_BOLD = Font(name="Calibri", bold=True)
_TITLE = Font(name="Calibri", bold=True, size=16)
_READING_ORDER = {"ltr": 1, "rtl": 2}
_LINE_HEIGHT = 15
_LINE = Side(style="thin", color="BBBBBB")
_BOX = Border(_LINE, _LINE, _LINE, _LINE)
_TO_FILL_IN = PatternFill("solid", fgColor="FFF8DC")
_HEADING = PatternFill("solid", fgColor="E6ECF5")


def write_xlsx(sheet: Sheet, file: Path) -> None:
    """Write the sheet: a page of instructions, and a page of rows."""
    book = Workbook()
    first, rows = book.active, book.create_sheet("2")
    first.title = "1"
    for page in (first, rows):
        page.sheet_view.rightToLeft = sheet.direction == "rtl"
        page.page_setup.orientation = "landscape"
        page.page_setup.paperSize = page.PAPERSIZE_A4
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_setup.fitToHeight = 0
    _write_first(sheet, first)
    _write_rows(sheet, rows)
    for page in (first, rows):
        _fit_rows(page)
    book.save(file)


def _write_first(sheet: Sheet, page: Worksheet) -> None:
    texts, direction = sheet.texts, sheet.direction
    for column, width in zip("ABC", (70, 40, 60), strict=True):
        page.column_dimensions[column].width = width
    page.column_dimensions["D"].hidden = True
    _text(page, 1, 1, texts.title, direction).font = _TITLE
    said = (texts.purpose, texts.safety, texts.tone, texts.terms, sheet.how)
    for number, text in enumerate(said, 2):
        _text(page, number, 1, text, direction)
    number = len(said) + 2
    _text(page, number, 1, texts.consent, direction).font = _BOLD
    _to_fill_in(_text(page, number, 2, "", direction))
    _text(page, number, 4, CONSENT)
    _offer_answers(sheet, page, f"B{number}")
    if sheet.terms:
        number += 2
        _text(page, number, 1, texts.terms_heading, direction).font = _BOLD
        for question in sheet.questions:
            number += 1
            _text(page, number, 1, question)
        for term, used, why in sheet.terms:
            number += 1
            _text(page, number, 1, term).border = _BOX
            _text(page, number, 2, used, direction).border = _BOX
            _text(page, number, 3, why).border = _BOX


def _write_rows(sheet: Sheet, page: Worksheet) -> None:
    for place, column in enumerate(sheet.columns, 1):
        letter = page.cell(1, place).column_letter
        page.column_dimensions[letter].width = column.width
        page.column_dimensions[letter].hidden = column.key == "id"
        # Hidden names, by which the columns are found again.
        _text(page, 1, place, column.heading if column.key == "id" else column.key)
        head = _text(page, 2, place, column.heading, sheet.direction)
        head.font, head.fill, head.border = _BOLD, _HEADING, _BOX
    page.row_dimensions[1].hidden = True
    page.freeze_panes = "A3"
    page.print_title_rows = "2:2"
    for number, row in enumerate(sheet.rows, 3):
        for place, (column, text) in enumerate(
            zip(sheet.columns, row.cells, strict=True), 1
        ):
            direction = sheet.direction if column.is_translation else "ltr"
            cell = _text(page, number, place, text, direction)
            cell.border = _BOX
            if column.key in {"right", "better", "remark"}:
                _to_fill_in(cell)
            elif row.is_heading:
                cell.fill = _HEADING
                if column.key in {"english", "translation"}:
                    cell.font = _BOLD
            if column.key == "right" and number == 3:  # noqa: PLR2004
                letter, last = cell.column_letter, len(sheet.rows) + 2
                _offer_answers(sheet, page, f"{letter}3:{letter}{last}")


def _text(
    page: Worksheet, row: int, column: int, text: str, direction: str = "ltr"
) -> Cell:
    """Write a cell that is text even if it begins with = + - or @."""
    cell: Cell = page.cell(row, column)
    cell.value = text or None
    if text:
        cell.data_type, cell.quotePrefix = "s", True
    cell.number_format = "@"
    cell.alignment = Alignment(
        wrap_text=True, vertical="top", readingOrder=_READING_ORDER[direction]
    )
    return cell


def _fit_rows(page: Worksheet) -> None:
    """Make each row as high as its text, which LibreOffice does not do itself."""
    for row in page.iter_rows():
        lines = 1
        for cell in row:
            dimension = page.column_dimensions[cell.column_letter]
            if cell.value and not dimension.hidden:
                fits = dimension.width - 2
                # Han, kana and hangul are twice as wide.
                widths = (
                    sum(1 + (east_asian_width(x) in "WF") for x in line)
                    for line in cell.value.split("\n")
                )
                lines = max(lines, sum(max(1, ceil(w / fits)) for w in widths))
        page.row_dimensions[row[0].row].height = 6 + lines * _LINE_HEIGHT


def _to_fill_in(cell: Cell) -> None:
    cell.fill, cell.border = _TO_FILL_IN, _BOX


def _offer_answers(sheet: Sheet, page: Worksheet, cells: str) -> None:
    """Offer yes and no in a list; any other answer may be typed too."""
    words = f"{sheet.texts.yes},{sheet.texts.no}"
    if words.count(",") == 1 and '"' not in words:
        offer = DataValidation("list", f'"{words}"', showErrorMessage=False)
        offer.add(cells)
        page.add_data_validation(offer)
