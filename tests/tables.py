"""Small tables of numbers for the tests to spoil."""

import csv
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


def write_table(folder: Path, **changes: str) -> Path:
    with TABLE.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    table = folder / "helplines.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerow(GOOD | changes)
    return table


EMERGENCY = {
    "country": "AR",
    "police": "911",
    "ambulance": "107",
    "source": "https://example.org",
    "confidence": "high",
}


def write_emergencies(folder: Path, *rows: dict[str, str]) -> Path:
    with EMERGENCY_TABLE.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    table = folder / "emergency-numbers.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(EMERGENCY | row for row in rows)
    return table


def add_row(table: Path, **changes: str) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, restval="").writerow(GOOD | changes)


OTHER = {"phone": "+525587654321", "phone_display": "55 8765 4321"}
