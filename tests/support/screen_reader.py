"""Print what AT-SPI gives Orca of a page in Firefox; runs on Debian's own Python.

With a session bus and a display: /usr/bin/python3 screen_reader.py PROFILE ADDRESS.
Prints [[role, name, description], …] in reading order as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402 - the version comes first

WAIT_S = 60


def switch_on() -> None:
    """Announce to programs that a screen reader is running, as Orca does."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        value = ("org.a11y.Status", name, GLib.Variant("b", True))
        bus.call_sync(
            *("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties"),
            *("Set", GLib.Variant("(ssv)", value), None, 0, -1, None),
        )


def below(node: Any) -> Iterator[Any]:
    """Yield a node and its descendants, in reading order."""
    yield node
    for place in range(node.get_child_count()):
        child = node.get_child_at_index(place)
        if child:
            yield from below(child)


def document() -> Any:
    """Return the page that the browser has loaded, or None if there is none yet."""
    for node in below(Atspi.get_desktop(0)):
        if node.get_role_name() == "document web" and node.get_child_count():
            return node
    return None


def main(profile: str, address: str) -> None:
    """Start Firefox, wait for the page and print what a screen reader gets."""
    switch_on()
    command = ["firefox-esr", "--no-remote", "--profile", profile, address]
    firefox = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + WAIT_S
        while not (page := document()) and time.monotonic() < end:
            time.sleep(0.5)
        # The tree keeps growing for a moment after the page has loaded.
        time.sleep(2)
        nodes = below(page) if page else []
        print(
            json.dumps(
                [[n.get_role_name(), n.get_name(), n.get_description()] for n in nodes]
            )
        )
    finally:
        firefox.terminate()
        firefox.wait(180)


if __name__ == "__main__":
    main(*sys.argv[1:])
