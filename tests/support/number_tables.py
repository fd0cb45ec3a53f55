"""Small tables of numbers for the tests to break."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from quietpage.helpline_tables import EMERGENCY_TABLE, TABLE

GOOD = {
    "country": "MX",
    "name": "Línea",
    "name_lang": "es",
    "phone": "+525512345678",
    "phone_display": "55 1234 5678",
    "hours": "Mo-Fr 09:00-18:00; PH off",
    "languages": "es zu",
    "audience": "everyone",
    "kind": "counselling",
    "source": "https://example.org/page ; https://example.com/news",
    "published": "2026-10",
    "confidence": "high",
    "status": "in service",
}

TODAY = date(2026, 11, 23)


EMERGENCY = {
    "country": "AR",
    "police": "911",
    "ambulance": "107",
    "source": "https://example.org",
    "confidence": "high",
}
OTHER = {"phone": "+525587654321", "phone_display": "55 8765 4321"}


def _write(table: Path, like: Path, rows: Iterable[dict[str, str]]) -> Path:
    """Write rows to a table, below the header of another."""
    with like.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return table


def write_table(folder: Path, **changes: str) -> Path:
    return _write(folder / TABLE.name, TABLE, [GOOD | changes])


def write_emergencies(folder: Path, *rows: dict[str, str]) -> Path:
    table = folder / EMERGENCY_TABLE.name
    return _write(table, EMERGENCY_TABLE, [EMERGENCY | row for row in rows])


def add_row(table: Path, **changes: str) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    _write(table, TABLE, [*rows, GOOD | changes])
