"""The plan's checkboxes in three engines: ticks are kept nowhere."""

from tests.support.browser_engines import Engine
from tests.support.exit_destination import Destination
from tests.support.input_actions import press

TICK = """for (const topic of document.querySelectorAll(".plan")) topic.open = true;
for (const box of document.querySelectorAll(".plan input")) box.click();
return document.querySelectorAll(".plan input:checked").length"""
TICKED = "return document.querySelectorAll('input:checked').length"
LEFT = """return location.href + document.querySelectorAll(":checked").length"""


def test_ticks_are_gone_after_a_reload(visit: Engine) -> None:
    assert visit.run(TICK) > 20

    visit.run("window.isLeftBehind = true; location.reload()")

    visit.wait(
        lambda: visit.run(
            "return !window.isLeftBehind && document.readyState === 'complete'"
        )
    )
    assert visit.run(TICKED) == 0


def test_ticks_are_gone_after_another_page_and_back(
    visit: Engine, destination: Destination
) -> None:
    address = visit.url()
    assert visit.run(TICK) > 20
    visit.open(f"{destination.url}search")

    visit.traverse(-1)

    visit.shows(address)
    assert visit.run(TICKED) == 0


def test_ticks_are_gone_after_the_exit_and_back(
    visit: Engine, destination: Destination
) -> None:
    assert visit.run(TICK) > 20

    visit.perform(press())

    visit.shows(destination.url)
    visit.traverse(-1)
    visit.wait(lambda: visit.run(LEFT) == f"{destination.url}search0")
