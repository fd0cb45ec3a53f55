"""The rows of the tables of numbers, as they stand in their files."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from .errors import QuietpageError

TABLE = Path(__file__).parent / "data" / "helplines.csv"
EMERGENCY_TABLE = Path(__file__).parent / "data" / "emergency-numbers.csv"


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
    def is_sure(self) -> bool:
        """Whether it is in service as far as two references say."""
        return self.status == "in service" and self.confidence != "low"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether a single reference says that it is in service."""
        return self.status == "in service" and self.confidence == "low"

    @property
    def is_dialled_by_link(self) -> bool:
        """Whether a `tel:` link reaches it; phones ignore `*` and `#` codes there.

        A crisis line that wants an option shares its number with another service, in
        Indonesia with the ambulance, so that the number alone is no link.
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


Row = TypeVar("Row", Helpline, Emergency)


def read_table(table: Path, row_type: type[Row]) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of a table."""
    expected = [column.name for column in fields(row_type)]
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="too many")
            if reader.fieldnames != expected:
                raise QuietpageError(
                    f"{table.name}:1: the columns are {reader.fieldnames}, but must be "
                    f"{expected}. Restore the first line."
                )
            for values in reader:
                if list(values) != expected or None in values.values():
                    raise QuietpageError(
                        f"{table.name}:{reader.line_num}: the line has too many or too "
                        "few cells. Put cells with commas in double quotes."
                    )
                yield reader.line_num, row_type(**values)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise QuietpageError(
            f"{table.name}: cannot be read ({error}). Save it as CSV in UTF-8."
        ) from error
