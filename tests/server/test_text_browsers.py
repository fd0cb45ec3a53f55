"""Text browsers: the exit first, then danger, then numbers, all of it readable."""

import shutil
import subprocess

import pytest

from tests.conftest import Server

COMMANDS = {
    "lynx": ["lynx", "-dump", "-nolist", "-display_charset=utf-8", "-width=80"],
    "w3m": ["w3m", "-dump", "-O", "utf-8", "-cols", "80"],
    "links": ["links", "-dump", "-codepage", "utf-8", "-width", "80"],
}
IN_ORDER = {
    "en": [
        *("Leave now", "Language", "Español", "Notes", "Are you in danger right now?"),
        *("Numbers to call, by country", "Australia", "1800 737 732"),
        *("Is this abuse?", "Harm and kindness by turns.", "Pick a code word."),
        "About this guide",
    ],
    "es": [
        *("Salir ya", "Idioma", "borrador", "Notas", "¿Estás en peligro ahora mismo?"),
        *("Números para llamar, por país", "España", "016", "Sobre esta guía"),
    ],
}


@pytest.mark.parametrize("tag", IN_ORDER)
@pytest.mark.parametrize("program", COMMANDS)
def test_text_browsers_read_it_in_order(server: Server, program: str, tag: str) -> None:
    assert shutil.which(program), f"{program} is missing: sh tests/install {program}"

    read = subprocess.run(
        [*COMMANDS[program], f"{server.url}{tag}/"],
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout.decode()

    text = " ".join(read.split())
    places = [text.find(words) for words in IN_ORDER[tag]]
    assert -1 not in places, IN_ORDER[tag][places.index(-1)]
    assert places == sorted(places)
    # Neither style nor script shows.
    assert "{" not in text
    assert "function" not in text
