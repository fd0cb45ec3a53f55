"""What the screen shows, whatever the browser says of itself."""

import time

from Xlib.display import Display
from Xlib.ext.xtest import fake_input
from Xlib.X import ButtonPress, ButtonRelease, MotionNotify, ZPixmap

# x, y, width, height: below tool bars, the exit and the curtain's button.
TEXT_AREA = (40, 500, 900, 200)


def grab(display: Display) -> bytes:
    """Return the pixels of the text area, four bytes each."""
    image = display.screen().root.get_image(*TEXT_AREA, ZPixmap, 0xFFFFFFFF)
    return bytes(image.data)


def is_blank(pixels: bytes) -> bool:
    """Return whether all pixels have one colour."""
    return pixels == pixels[:4] * (len(pixels) // 4)


def frames(display: Display, seconds: float) -> list[tuple[float, bool]]:
    """Return (seconds since the epoch, whether blank) of what is seen for that long."""
    seen = []
    end = time.time() + seconds
    while (now := time.time()) < end:
        seen.append((now, is_blank(grab(display))))
    return seen


def click(display: Display, place: tuple[int, int]) -> None:
    """Click with the mouse of the screen, of which no driver knows."""
    fake_input(display, MotionNotify, x=place[0], y=place[1])
    for kind in (ButtonPress, ButtonRelease):
        fake_input(display, kind, 1)
        display.sync()
        time.sleep(0.08)
