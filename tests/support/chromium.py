"""The Chromium of the tests: it runs as root and without a network."""

import shutil

from playwright.sync_api import Browser, Playwright

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The exit's destination, whatever its host, is on this machine or does not answer.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def launch_chromium(playwright: Playwright) -> Browser:
    """Start Debian's Chromium, not one of Playwright's."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
    )
