"""Firefox as Tor Browser sets it: whatever the page promises works there too."""

from collections.abc import Iterator

import pytest
from Xlib.display import Display

from tests.support.browser_engines import Actions, Engine, firefox
from tests.support.exit_destination import Destination
from tests.support.gunicorn import Server
from tests.support.input_actions import (
    BELOW_THE_BAR,
    ENTER,
    ESCAPE,
    ON_THE_BAR,
    SHIFT,
    press,
    touches,
    typed,
)
from tests.support.keyboard_tour import SEEN, arrive, assert_back_shows_nothing

WAYS: dict[str, Actions] = {
    "click": press(),
    "Enter": typed(ENTER),
    "Esc twice": typed(ESCAPE, ESCAPE),
    **touches(ON_THE_BAR, BELOW_THE_BAR),
}


@pytest.fixture(scope="module")
def protected(
    tmp_path_factory: pytest.TempPathFactory, display: Display
) -> Iterator[Engine]:
    del display
    setting = '"privacy.resistFingerprinting", true'
    with firefox(tmp_path_factory.mktemp("profile"), setting) as started:
        yield started


@pytest.fixture
def visit(protected: Engine, copy: Server, destination: Destination) -> Engine:
    protected.fresh_tab()
    protected.open(f"{destination.url}search")
    protected.open(copy.url)
    return protected


@pytest.mark.parametrize("way", WAYS)
def test_every_way_that_the_page_names_leaves(
    visit: Engine, destination: Destination, way: str
) -> None:
    visit.run("document.getElementById('quick-exit').focus()")

    visit.perform(WAYS[way])

    arrive(visit, destination)
    assert destination.asked == [("/", None, None)]
    assert_back_shows_nothing(visit, destination)


def test_the_page_does_not_promise_shift_which_this_browser_hides(
    visit: Engine, destination: Destination
) -> None:
    visit.run("addEventListener('keydown', (event) => { window.seen = event.key })")

    visit.perform(typed(SHIFT, SHIFT, SHIFT, "a"))

    assert visit.wait(lambda: visit.run("return window.seen")) == "a"
    assert destination.asked == []
    assert len(visit.run(SEEN)) > 1000
    visit.run("for (const script of [...document.scripts]) script.remove()")
    assert "Shift" not in visit.run("return document.documentElement.textContent")
