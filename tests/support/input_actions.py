"""Input as WebDriver actions: https://www.w3.org/TR/webdriver2/#actions ."""

from typing import Any

from tests.support.browser_engines import Actions

ESCAPE, SHIFT, CONTROL, ENTER, TAB = "\ue00c", "\ue008", "\ue009", "\ue007", "\ue004"
ALT, LEFT, F5, F6 = "\ue00a", "\ue012", "\ue035", "\ue036"
ON_THE_BAR = (300, 20)
BELOW_THE_BAR = (300, 300)
Step = dict[str, Any]


def move(place: tuple[int, int], duration_ms: int = 0) -> Step:
    """Return a move to a place in the viewport, CSS pixels."""
    return {
        "type": "pointerMove",
        "duration": duration_ms,
        "x": place[0],
        "y": place[1],
    }


def down(button: int = 0) -> Step:
    """Return a press; 0 is the left button, 1 the middle, 2 the right."""
    return {"type": "pointerDown", "button": button}


def up(button: int = 0) -> Step:
    """Return a release."""
    return {"type": "pointerUp", "button": button}


def wait(duration_ms: int) -> Step:
    """Return a pause."""
    return {"type": "pause", "duration": duration_ms}


def slide(start: tuple[int, int], by: tuple[int, int]) -> list[Step]:
    """Return moves from a place, a few pixels at a time, as a hand makes them."""
    count = max(abs(by[0]), abs(by[1])) // 3
    return [
        move((start[0] + by[0] * n // count, start[1] + by[1] * n // count), 10)
        for n in range(1, count + 1)
    ]


def slip(start: tuple[int, int], by: tuple[int, int], kind: str) -> Actions:
    """Return a press that slides before the release."""
    return pointer(
        move(start), down(), wait(50), *slide(start, by), wait(50), up(), kind=kind
    )


def fingers(*hands: list[Step]) -> Actions:
    """Return the actions of several fingers; each makes its nth step together."""
    longest = max(map(len, hands))
    return [
        {
            "type": "pointer",
            "id": f"finger {number}",
            "parameters": {"pointerType": "touch"},
            "actions": [*steps, *[wait(0)] * (longest - len(steps))],
        }
        for number, steps in enumerate(hands)
    ]


def touches(bar: tuple[int, int], text: tuple[int, int]) -> dict[str, Actions]:
    """Return the touches that shaking hands make of a tap; each ends on the bar.

    `bar` is the place of the touch, and `text` that of another finger.
    """
    near = (text[0] + 1, text[1])
    pause = wait(60)
    idle = [wait(0)]
    return {
        "tap": pointer(move(bar), down(), wait(80), up(), kind="touch"),
        "slip of 9 px sideways": slip(bar, (9, 0), "touch"),
        "slip of 20 px sideways": slip(bar, (20, 0), "touch"),
        "slip of 60 px sideways": slip(bar, (60, 0), "touch"),
        "slip of 22 px down": slip(bar, (0, 22), "touch"),
        "long press": pointer(move(bar), down(), wait(900), up(), kind="touch"),
        "another finger rests and trembles": fingers(
            [move(bar), *idle, down(), pause, *idle * 2, up()],
            [move(text), down(), pause, move(near), move(text), pause, pause, up()],
        ),
        "another finger lands": fingers(
            [move(bar), down(), pause, *idle, pause, up()],
            [move(text), *idle, pause, down(), move(near), pause, pause, up()],
        ),
        "another finger lifts first": fingers(
            [move(bar), *idle, down(), pause, *idle, pause, up()],
            [move(text), down(), pause, pause, up()],
        ),
    }


def pointer(*steps: Step, kind: str = "mouse") -> Actions:
    """Return the actions of a mouse, a finger (touch) or a pen."""
    parameters = {"pointerType": kind}
    return [
        {
            "type": "pointer",
            "id": kind,
            "parameters": parameters,
            "actions": list(steps),
        }
    ]


def press(button: int = 0, *, pause_ms: int = 80, times: int = 1) -> Actions:
    """Return presses on the bar, each as long as a hand's, with pauses between."""
    steps = [down(button), wait(80), up(button), wait(pause_ms)]
    return pointer(move(ON_THE_BAR), *steps * times)


def typed(*keys: str, pause_ms: int = 20) -> Actions:
    """Return keys pressed one after the other."""
    steps: list[Step] = []
    for key in keys:
        steps += [
            {"type": "keyDown", "value": key},
            {"type": "keyUp", "value": key},
            wait(pause_ms),
        ]
    return [{"type": "key", "id": "keyboard", "actions": steps}]


def chord(held: str, *keys: str) -> Actions:
    """Return keys pressed one after the other while another is held down."""
    [keyboard] = typed(*keys)
    steps = [*keyboard["actions"], {"type": "keyUp", "value": held}]
    return [{**keyboard, "actions": [{"type": "keyDown", "value": held}, *steps]}]


def with_key(key: str, pressed: Actions) -> Actions:
    """Return a pointer's actions with a modifier held down around them."""
    steps: list[Step] = [{"type": "keyDown", "value": key}]
    steps += [wait(0)] * (len(pressed[0]["actions"]) - 1)
    steps.append({"type": "keyUp", "value": key})
    return [{"type": "key", "id": "keyboard", "actions": steps}, *pressed]
