"""A benchmark replaces only the text between its own markers."""

from pathlib import Path

import pytest

from tools import benchmark_tables as tables
from tools.benchmark_tables import Goal, put, put_goals

PAGE = """Before.

<!-- goals -->
| goal | measured | met | by, on |
| --- | --- | --- | --- |
| old speed | 1 | yes | `make bench`, 2026-01-01 |
| touches | 9 | yes | `make bench-exit` in Chromium, 2026-01-02 |
<!-- end -->

<!-- empty -->
<!-- end -->
After.
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(tables, "PERFORMANCE", file)
    monkeypatch.setattr(tables, "ROOT", tmp_path)
    monkeypatch.setattr(tables, "today", lambda: "2026-02-02")
    return file


def test_goals_of_the_other_bench_stay(page: Path) -> None:
    put_goals("`make bench`", [Goal("speed", "2", is_met=False)])

    lines = page.read_text(encoding="utf-8").splitlines()
    assert lines[5:8] == [
        "| speed | 2 | **no** | `make bench`, 2026-02-02 |",
        "| touches | 9 | yes | `make bench-exit` in Chromium, 2026-01-02 |",
        "<!-- end -->",
    ]
    assert (lines[0], lines[-1]) == ("Before.", "After.")


def test_text_comes_between_its_marks(page: Path) -> None:
    put(page, "empty", "A table.")
    put(page, "empty", "Another.")

    expected = PAGE.replace("<!-- empty -->\n", "<!-- empty -->\nAnother.\n")
    assert page.read_text(encoding="utf-8") == expected


def test_a_lost_mark_is_named(page: Path) -> None:
    with pytest.raises(SystemExit, match=r"page\.md: holds the mark <!-- lost -->"):
        put(page, "lost", "A table.")


@pytest.mark.parametrize("value", ["0", "many", "100"])
def test_a_wrong_number_of_rounds_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setattr(tables, "_TRIAL", value)

    with pytest.raises(SystemExit, match=f"BENCH_ROUNDS is '{value}'"):
        tables.rounds(7)
