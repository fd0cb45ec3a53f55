"""Read a filled-in spreadsheet, whatever else the file contains."""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.cell import range_boundaries

from quietpage.errors import QuietpageError
from quietpage.message_checks import quoted

from .sheet_xlsx import CONSENT

# Our sheets have a tenth of this.
_MAX_BYTES = 2_000_000
_MAX_UNPACKED = 20_000_000
_MAX_ROWS = 5000
_MAX_COLUMNS = 30
_NEEDED = ("right", "better")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z0-9:]+)"')
_HOW = "Ask for the sheet as it was sent, saved as .xlsx."


@dataclass(frozen=True)
class FilledRow:
    """What a reviewer wrote about one message; `faults` are cells without text.

    `last` is the last row that an answer's cell covers, if cells are merged.
    """

    number: int
    last: int
    key: str
    seen: str
    translation: str
    right: str
    better: str
    remark: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Filled:
    """A filled-in sheet."""

    tag: str
    consent: str
    rows: tuple[FilledRow, ...]


def read_filled(file: Path) -> Filled:
    """Return what was filled in.

    Raises:
        QuietpageError: It is not a spreadsheet of ours, or is too large.
    """
    name = file.name
    try:
        merged = _merged(file)
        with warnings.catch_warnings():
            # openpyxl warns about parts of the file that we do not use.
            warnings.simplefilter("ignore")
            with closing(load_workbook(file, read_only=True, keep_links=False)) as book:
                pages = [_page(page.iter_rows(max_col=_MAX_COLUMNS)) for page in book]
    except QuietpageError as error:
        raise QuietpageError(f"{name}: {error.format_message()}") from error
    except Exception as error:  # openpyxl can raise anything for a broken file
        raise QuietpageError(
            f"{name}: is not a spreadsheet in .xlsx. {_HOW}"
        ) from error
    for page in pages:
        tags = [t for c in page[:1] for t in map(_text, c) if t.startswith("id:")]
        if tags:
            consents = [c for other in pages if other is not page for c in other]
            rows = tuple(_filled_rows(name, page, merged))
            return Filled(tags[0][3:], _consent(consents), rows)
    raise QuietpageError(
        f"{name}: has lost the hidden column with its rows' ids. {_HOW}"
    )


def _merged(file: Path) -> dict[tuple[int, int], int]:
    """Return {(row, column): last row} of cells that reach over several rows."""
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        unpacked = sum(part.file_size for part in parts)
        if file.stat().st_size > _MAX_BYTES or unpacked > _MAX_UNPACKED:
            raise QuietpageError(f"is larger than any of our sheets. {_HOW}")
        pages = [p for p in parts if p.filename.startswith("xl/worksheets/")]
        ranges = [r.decode() for p in pages for r in _MERGED.findall(packed.read(p))]
    corners = map(range_boundaries, ranges)
    return {(top, left): bottom for left, top, _, bottom in corners if bottom > top}


def _page(rows: Iterable[Sequence[Cell]]) -> list[Sequence[Cell]]:
    found = []
    for number, row in enumerate(rows, 1):
        if number > _MAX_ROWS and any(cell.value is not None for cell in row):
            raise QuietpageError(f"has over {_MAX_ROWS} rows. {_HOW}")
        if number > 2 * _MAX_ROWS:
            break
        found.append(row)
    return found


def _consent(rows: Iterable[Sequence[Cell]]) -> str:
    for row in rows:
        texts = [_text(cell) for cell in row]
        if CONSENT in texts[2:]:
            return texts[texts.index(CONSENT) - 2]
    return ""


def _filled_rows(
    name: str, page: list[Sequence[Cell]], merged: dict[tuple[int, int], int]
) -> Iterator[FilledRow]:
    keys = [_text(cell) for cell in page[0]]
    places = {
        ("id" if key.startswith("id:") else key): place
        for place, key in enumerate(keys)
        if key
    }
    if lost := [key for key in _NEEDED if key not in places]:
        raise QuietpageError(f"{name}: has lost its column '{lost[0]}'. {_HOW}")
    for number, row in enumerate(page[2:], 3):
        cells = {key: row[place] for key, place in places.items() if place < len(row)}
        texts = {key: _text(cell) for key, cell in cells.items()}
        written = {key: texts.get(key, "") for key in ("right", "better", "remark")}
        key, _, seen = texts.get("id", "").partition(" ")
        if any(written.values()):
            answers = (places[k] + 1 for k in _NEEDED if written[k])
            last = max((merged.get((number, c), number) for c in answers), default=0)
            yield FilledRow(
                number,
                min(last, len(page)),
                key,
                seen,
                texts.get("translation", ""),
                **written,
                faults=tuple(_faults(cells)),
            )


def _faults(cells: dict[str, Cell]) -> Iterator[str]:
    for key in ("right", "better"):
        cell = cells.get(key)
        if cell is None or cell.value is None:
            continue
        if cell.data_type in {"f", "e"}:
            yield f"{quoted(_text(cell))} is a formula. Write it as text."
        elif key == "better" and not isinstance(cell.value, str):
            yield f"{quoted(_text(cell))} is a number or a date. Write it as text."


def _text(cell: Cell) -> str:
    """Return a cell's text in one line; no-break spaces are kept."""
    value = getattr(cell, "value", None)
    lines = ("" if value is None else str(value)).split("\n")
    return " ".join(line.strip(" \t\r") for line in lines if line.strip())
