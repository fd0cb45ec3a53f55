"""Long work shows its progress on a terminal, and nowhere else."""

import io
import sys

import pytest

from quietpage.terminal_progress import progress_map


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_which_item_is_at_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    shown_at_work = []

    def work(item: int) -> int:
        shown_at_work.append(last_line(terminal))
        return item * 2

    shown_between = [
        (result, last_line(terminal))
        for result in progress_map("Asking sources", work, [1, 2])
    ]

    assert shown_at_work == ["Asking sources: 1 of 2", "Asking sources: 2 of 2"]
    assert shown_between == [(2, ""), (4, "")]


def test_a_fault_leaves_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with pytest.raises(ZeroDivisionError):
        list(progress_map("Dividing", lambda number: 1 // number, [0]))

    assert "Dividing: 1 of 1" in terminal.getvalue()
    assert last_line(terminal) == ""


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)

    assert list(progress_map("Making pages", str, [1, 2])) == ["1", "2"]
    assert pipe.getvalue() == ""


def last_line(terminal: Terminal) -> str:
    """Return the text on the line of the cursor."""
    return terminal.getvalue().rpartition("\r\x1b[K")[2]
