"""Firefox as Tor Browser sets it: whatever the page promises works there too."""

from collections.abc import Iterator

import pytest
from Xlib.display import Display

from tests.support.browser_engines import Actions, Engine, firefox
from tests.support.exit_destination import Destination
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
from tests.support.keyboard_tour import SEEN, assert_leaves_once

WAYS: dict[str, Actions] = {
    "click": press(),
    "Enter": typed(ENTER),
    "Esc twice": typed(ESCAPE, ESCAPE),
    **touches(ON_THE_BAR, BELOW_THE_BAR),
}


@pytest.fixture(scope="module")
def engine(
    tmp_path_factory: pytest.TempPathFactory, display: Display
) -> Iterator[Engine]:
    del display
    setting = '"privacy.resistFingerprinting", true'
    with firefox(tmp_path_factory.mktemp("profile"), setting) as started:
        started.fresh_tab()
        yield started


@pytest.mark.parametrize("way", WAYS)
def test_every_way_that_the_page_names_leaves(
    visit: Engine, destination: Destination, way: str
) -> None:
    visit.run("document.getElementById('quick-exit').focus()")

    assert_leaves_once(visit, destination, WAYS[way])


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
