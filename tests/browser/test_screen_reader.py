"""What Firefox gives Orca over AT-SPI: names, roles and order."""

import json
import subprocess
import urllib.request
from pathlib import Path

import html5lib
import pytest

from quietpage.config import ROOT
from tests.support.collapsed_page import HEADINGS, in_sight, plain
from tests.support.gunicorn import Server
from tests.support.locales import read_language

READER = ROOT / "tests" / "support" / "screen_reader.py"
# Newer versions of AT-SPI call it a button.
BUTTONS = {"push button", "button"}


@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_orca_gets_the_parts_in_order(server: Server, tmp_path: Path, tag: str) -> None:
    url = f"{server.url}{tag}/"
    with urllib.request.urlopen(url, timeout=30) as answer:
        page = html5lib.parse(answer.read(), namespaceHTMLElements=False)
    body = page.find("body")
    assert body is not None
    shown = list(in_sight(body))
    wanted = [plain(element) for element in shown if element.tag in HEADINGS]
    command = ["dbus-run-session", "--", "/usr/bin/python3", str(READER)]
    printed = subprocess.run(
        [*command, str(tmp_path), url],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    ).stdout
    nodes = json.loads(printed.splitlines()[-1])

    speaks = [node for node in nodes[1:] if node[1]]
    headings = [name for role, name, _ in speaks if role == "heading"]
    label = read_language(tag).messages.gettext("Close this page")
    assert speaks[0][:2] == ["link", label]
    # The keys are mentioned once, in the link's description.
    assert "Esc" in speaks[0][2]
    assert sum("Esc" in node[2] for node in nodes) == 1
    assert headings == wanted
    # A button for the languages, one for the numbers, one for each closed topic.
    buttons = [name for role, name, _ in speaks if role in BUTTONS]
    assert len(buttons) == sum(element.tag == "details" for element in shown)
    assert buttons[2:] == [name for name in headings if name in buttons]
