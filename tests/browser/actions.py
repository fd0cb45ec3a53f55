"""Input as WebDriver's actions: https://www.w3.org/TR/webdriver2/#actions ."""

from typing import Any

from tests.browser.engines import Actions

ESCAPE, SHIFT, CONTROL, ENTER, TAB = "\ue00c", "\ue008", "\ue009", "\ue007", "\ue004"
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


def pointer(*steps: Step, kind: str = "mouse") -> Actions:
    """Return the actions of a mouse, or of a finger if `kind` is touch."""
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
    """Return presses on the bar, as long as a hand's, with such pauses between."""
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
