"""The tables of numbers: their files, and their rows as read."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple, TypeVar

from .errors import QuietpageError, display_path, not_utf8, unreadable

TABLE = Path(__file__).parent / "data" / "helplines.csv"
EMERGENCY_TABLE = Path(__file__).parent / "data" / "emergency-numbers.csv"
# Excel writes semicolons wherever a comma is the decimal point.
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True)
class Helpline:
    """A row of `helplines.csv`; every value is text, empty where nothing is known.

    `phone` is what is dialled inside the country: a short code, a free number in
    national form, or an ordinary number in E.164 form.
    """

    country: str
    region: str
    kind: str
    name: str
    name_lang: str
    name_en: str
    phone: str
    phone_display: str
    option: str
    phone_also: str
    phone_abroad: str
    tty: str
    sms_number: str
    sms_text: str
    whatsapp: str
    chat_url: str
    hours: str
    chat_hours: str
    languages: str
    audience: str
    cost: str
    on_bill: str
    website: str
    replaces: str
    source: str
    published: str
    checked: str
    confidence: str
    status: str
    notes: str

    @property
    def way(self) -> str:
        """What identifies the row in its country: a number, or an address."""
        return self.phone or self.sms_number or self.chat_url or self.website

    @property
    def is_sure(self) -> bool:
        """Whether it is in service, with more than one reference."""
        return self.status == "in service" and self.confidence != "low"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it is in service, with a single reference."""
        return self.status == "in service" and self.confidence == "low"

    @property
    def is_dialled_by_link(self) -> bool:
        """Whether a `tel:` link reaches it; phones ignore `*` and `#` codes there.

        A crisis line with a menu option shares its number with another service, in
        Indonesia with the ambulance, so a link to the number alone would mislead.
        """
        is_shared = bool(self.option) and self.kind == "crisis"
        return self.phone.lstrip("+").isdigit() and not is_shared


@dataclass(frozen=True)
class Emergency:
    """A row of `emergency-numbers.csv`."""

    country: str
    police: str
    ambulance: str
    silent: str = ""
    text_number: str = ""
    text_first: str = ""
    text_for: str = ""
    text_area: str = ""
    text_site: str = ""
    silent_source: str = ""
    source: str = ""
    checked: str = ""
    confidence: str = ""
    notes: str = ""


class Fault(NamedTuple):
    """What is wrong with a row: an error aborts the startup, a warning does not."""

    message: str
    is_error: bool = True


Row = TypeVar("Row", Helpline, Emergency)


def find_own_table(folder: Path | None) -> Path | None:
    """Return the table of helplines next to an organisation's settings, if any."""
    table = folder / TABLE.name if folder else None
    return table if table and table.exists() else None


def read_table(table: Path, row_type: type[Row]) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a table; a spreadsheet may have written semicolons.

    Raises:
        QuietpageError: It cannot be read, or a line lacks or adds a column.
    """
    expected = [column.name for column in fields(row_type)]
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, delimiter=delimiter_of(table), strict=True)
            names = next(lines, [])
            if names != expected:
                raise QuietpageError(
                    f"{display_path(table)}:1: {_header_fault(names, expected)}"
                )
            for cells in lines:
                if len(cells) not in (0, len(expected)):
                    raise QuietpageError(
                        f"{display_path(table)}:{lines.line_num}: the line has"
                        f" {len(cells)} cells, but must have {len(expected)}. Put a"
                        f" cell with a {_SEPARATORS[delimiter_of(table)]} in double"
                        " quotes, and leave an empty cell for what is not known."
                    )
                if cells:
                    yield lines.line_num, row_type(*cells)
    except PermissionError as error:
        raise unreadable(display_path(table), table.parent) from error
    except UnicodeDecodeError as error:
        raise QuietpageError(f"{display_path(table)}: {not_utf8(error)}") from error
    except (OSError, csv.Error) as error:
        raise QuietpageError(
            f"{display_path(table)}: cannot be read ({error}). Save it as CSV in UTF-8."
        ) from error


def delimiter_of(table: Path) -> str:
    """Return the delimiter of a table, by its first line."""
    with table.open(encoding="utf-8-sig") as file:
        first = file.readline()
    return max(_SEPARATORS, key=first.count)


def _header_fault(names: list[str], expected: list[str]) -> str:
    """Return a sentence about a first line with other columns than ours."""
    missing = ", ".join(name for name in expected if name not in names)
    foreign = ", ".join(repr(name) for name in names if name not in expected)
    faults = [
        *([f"lacks {missing}"] if missing and missing != ", ".join(expected) else []),
        *([f"has {foreign or 'nothing'}"] if foreign or not names else []),
    ] or ["has the columns in another order, or one twice"]
    return (
        f"the first line {' and '.join(faults)}. It names the columns: copy it from"
        " quietpage/data."
    )
