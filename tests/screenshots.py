"""`make screenshots`: pictures of the page, to be looked at; two are in the README."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from quietpage.config import ROOT
from tests.conftest import CHROMIUM_FLAGS, start_server

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"phone": (360, 640), "desktop": (1280, 800)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Take every size, colour scheme and language, at the top of the page."""
    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        start_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
        )
        for tag in ("en", "es"):
            for size in SIZES:
                for scheme in SCHEMES:
                    take(chromium, f"{server.url}{tag}/", f"{size}-{scheme}-{tag}")
        chromium.close()


def take(browser: Browser, url: str, name: str) -> None:
    """Save one picture as `name`.png."""
    size, scheme, _ = name.split("-", 2)
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(url)
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()


if __name__ == "__main__":
    main()
