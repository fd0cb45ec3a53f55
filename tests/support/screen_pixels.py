"""What the screen shows, whatever the browser reports."""

import time

from Xlib.display import Display
from Xlib.ext.xtest import fake_input
from Xlib.X import (
    ButtonPress,
    ButtonRelease,
    CurrentTime,
    IsViewable,
    KeyPress,
    KeyRelease,
    MotionNotify,
    RevertToParent,
    ZPixmap,
)
from Xlib.XK import string_to_keysym

# x, y, width, height: below tool bars, the exit and the cover's button.
TEXT_AREA = (40, 500, 900, 200)


def grab(display: Display) -> bytes:
    """Return the pixels of the text area, four bytes each."""
    image = display.screen().root.get_image(*TEXT_AREA, ZPixmap, 0xFFFFFFFF)
    return bytes(image.data)


def is_blank(pixels: bytes) -> bool:
    """Return whether all pixels have one colour."""
    return pixels == pixels[:4] * (len(pixels) // 4)


def frames(display: Display, seconds: float) -> list[tuple[float, bool]]:
    """Return (seconds since the epoch, whether blank) for each frame in that time."""
    seen = []
    end = time.time() + seconds
    while (now := time.time()) < end:
        seen.append((now, is_blank(grab(display))))
    return seen


def press_mouse(display: Display, place: tuple[int, int], seconds: float) -> float:
    """Press the X server's mouse, past any driver; return the time of the press."""
    fake_input(display, MotionNotify, x=place[0], y=place[1])
    display.sync()
    time.sleep(0.1)
    pressed = time.time()
    fake_input(display, ButtonPress, 1)
    display.sync()
    time.sleep(seconds)
    fake_input(display, ButtonRelease, 1)
    display.sync()
    return pressed


def press_keys(display: Display, names: tuple[str, ...]) -> float:
    """Press keys by their X names; return the time at which the last went down."""
    # Without a window manager, nothing else gives the window the keyboard.
    windows = display.screen().root.query_tree().children
    shown = [w for w in windows if w.get_attributes().map_state == IsViewable]
    largest = max(shown, key=lambda window: int(window.get_geometry().width))
    largest.set_input_focus(RevertToParent, CurrentTime)
    display.sync()
    time.sleep(0.1)
    pressed = 0.0
    for name in names:
        code = display.keysym_to_keycode(string_to_keysym(name))
        pressed = time.time()
        for kind in (KeyPress, KeyRelease):
            fake_input(display, kind, code)
            display.sync()
            time.sleep(0.05)
    return pressed


def window_titles(display: Display) -> list[str]:
    """Return the titles of all windows, as a window list would show them."""
    name, kind = display.intern_atom("_NET_WM_NAME"), display.intern_atom("UTF8_STRING")
    waiting, found = [display.screen().root], []
    while waiting:
        window = waiting.pop()
        waiting += window.query_tree().children
        title = window.get_full_property(name, kind)
        if title:
            found.append(title.value.decode())
    return found
