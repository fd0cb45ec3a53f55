"""What Orca is given: names, roles and order by AT-SPI, in Firefox."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.gunicorn import Server

READER = Path(__file__).with_name("screen_reader.py")


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize(
    ("tag", "label", "topic"),
    [
        ("en", "Close this page", "Are you in danger right now?"),
        ("ar", "اخرج الآن", "هل أنت في خطر الآن؟"),
    ],
)
def test_orca_is_given_exit_language_danger_numbers_topics(
    server: Server, tmp_path: Path, tag: str, label: str, topic: str
) -> None:
    command = ["dbus-run-session", "--", "/usr/bin/python3", str(READER)]
    printed = subprocess.run(
        [*command, str(tmp_path), f"{server.url}{tag}/"],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    ).stdout
    nodes = json.loads(printed.splitlines()[-1])

    speaks = [node for node in nodes[1:] if node[1]]
    headings = [name for role, name, _ in speaks if role == "heading"]
    assert speaks[0][:2] == ["link", label]
    # The keys are told once, as the link's description.
    assert "Esc" in speaks[0][2]
    assert sum("Shift" in node[2] for node in nodes) == 1
    # The title, three open topics, seven groups, twenty-three closed topics.
    assert headings[1] == topic
    assert len(headings) == 34
    # A button for the languages, one for the numbers, one for each closed topic.
    buttons = [name for role, name, _ in speaks if role == "push button"]
    assert len(buttons) == 25
    assert buttons[2:] == [name for name in headings if name in buttons]
