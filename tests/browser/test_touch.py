"""Shaking hands: every press that begins and ends on the bar leaves, no other does.

Firefox's driver has no pen, WebKitGTK's no pen and no touch; there the mouse slips.
"""

import pytest

from tests.support.browser_engines import Actions, Engine
from tests.support.exit_destination import Destination
from tests.support.input_actions import (
    BELOW_THE_BAR,
    ON_THE_BAR,
    down,
    fingers,
    move,
    pointer,
    slide,
    slip,
    touches,
    up,
    wait,
)
from tests.support.keyboard_tour import (
    SEEN,
    SEEN_NOW,
    arrive,
    assert_leaves_once,
)

with_touch = pytest.mark.parametrize("engine", ["Chromium", "Firefox"], indirect=True)
with_pen = pytest.mark.parametrize("engine", ["Chromium"], indirect=True)

OFF_THE_BAR = (ON_THE_BAR[0], 400)
BESIDE = (ON_THE_BAR[0] + 200, ON_THE_BAR[1])
TOUCHES: dict[str, Actions] = {
    **touches(ON_THE_BAR, BELOW_THE_BAR),
    "double tap": pointer(
        move(ON_THE_BAR), *[down(), wait(60), up(), wait(60)] * 2, kind="touch"
    ),
    "off the bar and back": pointer(
        move(ON_THE_BAR),
        down(),
        *slide(ON_THE_BAR, (0, 200)),
        *slide((ON_THE_BAR[0], 220), (0, -200)),
        up(),
        kind="touch",
    ),
    "another finger is scrolling": fingers(
        [move(ON_THE_BAR), *[wait(0)] * 40, down(), wait(60), up()],
        [move(OFF_THE_BAR), down(), *slide(OFF_THE_BAR, (0, -114)), *[wait(20)] * 6],
    ),
    "two fingers on the bar": fingers(
        [move(ON_THE_BAR), down(), wait(60), up()],
        [move(BESIDE), down(), wait(60), wait(60), up()],
    ),
}
SLIPS = {"sideways": (60, 0), "down": (0, 22)}


@with_touch
@pytest.mark.parametrize("way", TOUCHES)
def test_every_touch_leaves_once_in_the_same_tab(
    visit: Engine, destination: Destination, way: str
) -> None:
    assert_leaves_once(visit, destination, TOUCHES[way])


@with_pen
@pytest.mark.parametrize("way", [*SLIPS, "long press"])
def test_every_pen_press_leaves(
    visit: Engine, destination: Destination, way: str
) -> None:
    visit.perform(
        slip(ON_THE_BAR, SLIPS[way], "pen")
        if way in SLIPS
        else pointer(move(ON_THE_BAR), down(), wait(900), up(), kind="pen")
    )

    arrive(visit, destination)
    assert destination.asked == [("/", None, None)]


@pytest.mark.parametrize("way", SLIPS)
def test_a_mouse_that_slips_on_the_bar_leaves(
    visit: Engine, destination: Destination, way: str
) -> None:
    visit.perform(slip(ON_THE_BAR, SLIPS[way], "mouse"))

    arrive(visit, destination)
    assert destination.asked == [("/", None, None)]


@pytest.mark.parametrize(
    ("engine", "kind"),
    [("Chromium", "touch"), ("Chromium", "pen"), ("Firefox", "touch")],
    indirect=["engine"],
)
def test_a_swipe_off_the_bar_does_not_leave_and_a_tap_after_it_does(
    visit: Engine, destination: Destination, kind: str
) -> None:
    visit.run("document.querySelector('#numbers').open = true; scrollTo(0, 500)")
    before = visit.run(SEEN)

    visit.run(
        f"""window.seenDuring = [];
        new MutationObserver(() => window.seenDuring.push({SEEN_NOW}))
          .observe(document.documentElement, {{ attributes: true }})"""
    )

    # At once, because a finger that rests on the bar for half a second leaves.
    visit.perform(
        pointer(move(ON_THE_BAR), down(), *slide(ON_THE_BAR, (0, 300)), up(), kind=kind)
    )

    visit.wait(lambda: visit.run(SEEN) == before)
    while_pressed, after = visit.run("return window.seenDuring")
    assert (while_pressed.strip(), after) == ("Close this page", before)
    assert visit.run("return scrollY") == 500
    assert destination.asked == []

    visit.perform(TOUCHES["tap"])
    arrive(visit, destination)


@with_touch
def test_a_pinch_from_the_bar_does_not_leave(
    visit: Engine, destination: Destination
) -> None:
    before = visit.run(SEEN)

    visit.perform(
        fingers(
            [move(ON_THE_BAR), down(), *slide(ON_THE_BAR, (0, 240)), up()],
            [move(BESIDE), down(), *slide(BESIDE, (120, 240)), up()],
        )
    )

    visit.wait(lambda: visit.run(SEEN) == before)
    assert destination.asked == []


@with_touch
@pytest.mark.parametrize("kind", ["touch", "mouse"])
def test_a_touch_from_the_text_to_the_bar_does_not_leave(
    visit: Engine, destination: Destination, kind: str
) -> None:
    before = visit.run(SEEN)
    start = (OFF_THE_BAR[0] - 200, OFF_THE_BAR[1])

    visit.perform(
        pointer(move(start), down(), *slide(start, (0, -380)), up(), kind=kind)
    )

    assert visit.run(SEEN) == before
    assert destination.asked == []


@with_touch
def test_a_lost_release_does_not_hide_the_page_for_good(
    visit: Engine, destination: Destination
) -> None:
    before = visit.run(SEEN)
    visit.run(
        """document.getElementById("quick-exit").dispatchEvent(new PointerEvent(
          "pointerdown", { pointerId: 99, isPrimary: true, bubbles: true }))"""
    )
    assert visit.run(SEEN).strip() == "Close this page"

    visit.perform(pointer(move(BELOW_THE_BAR), down(), up(), kind="touch"))

    assert visit.run(SEEN) == before
    assert destination.asked == []
