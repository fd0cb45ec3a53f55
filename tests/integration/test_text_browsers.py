"""Text browsers show the exit first, then danger, then numbers, all readable."""

import shutil
import subprocess
import unicodedata

import pytest

from tests.support.gunicorn import Server
from tests.support.locales import TAGS, read_language

COMMANDS = {
    "lynx": ["lynx", "-dump", "-nolist", "-display_charset=utf-8", "-width=400"],
    "w3m": ["w3m", "-dump", "-O", "utf-8", "-cols", "400"],
    "links": ["links", "-dump", "-codepage", "utf-8", "-width", "400"],
}
IN_ORDER = (
    "Close this page",
    "Language",
    "Notes",
    "Are you in danger right now?",
    "Numbers to call, by country",
    "Is this abuse?",
    "Kind days and cruel days. You cannot tell which comes next, and the tie grows.",
    "Pick a code word. Tell someone you trust what to do when you say it.",
    "About this guide",
)


def bare(text: str) -> str:
    """Return `text` without what programs may wrap, join or compose differently."""
    return "".join(unicodedata.normalize("NFD", text).replace("\u200d", "").split())


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("program", COMMANDS)
def test_text_browsers_read_it_in_order(server: Server, program: str, tag: str) -> None:
    assert shutil.which(program), (
        f"{program} is missing: sh tools/install-debian {program}"
    )

    read = subprocess.run(
        [*COMMANDS[program], f"{server.url}{tag}/"],
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout.decode()

    text = bare(read)
    messages = read_language(tag).messages
    wanted = [bare(messages.gettext(words)) for words in IN_ORDER]
    places = [text.find(words) for words in wanted]
    assert -1 not in places, wanted[places.index(-1)]
    assert places == sorted(places)
    assert "18007997233" in text.replace("-", "")
    # No style or script is visible.
    assert "{" not in text
    assert "function" not in text
