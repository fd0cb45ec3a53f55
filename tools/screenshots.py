"""`make screenshots`: take pictures of the page to look at; the README shows some."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from babel.core import Locale, get_global
from playwright.sync_api import Browser, Page, sync_playwright

from app import create_app
from quietpage.config import ROOT, Settings, load_settings
from quietpage.content import content_of
from quietpage.po_files import read_po, write_po
from quietpage.review.sheet import make_sheet
from quietpage.review.sheet_html import write_html
from tests.support.chromium import launch_chromium
from tests.support.gunicorn import start_server
from tests.support.locales import TAGS
from tests.support.review_copy import answer_all, catalog_of, edited, made, translate

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"phone": (360, 640), "desktop": (1280, 800)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# A sheet of A5 in CSS pixels; the printed card is in its upper part.
SHEET = {"width": 560, "height": 700}
# An invented organisation: none has reviewed anything.
MADE_UP = ("--by", "Example Organisation", "--on", "2026-11-02")


def main() -> None:
    """Take every language, size and colour scheme with open topics, and the card."""
    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        start_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        chromium = launch_chromium(playwright)
        for tag in TAGS:
            url = f"{server.url}{tag}/"
            locale = device_locale(tag)
            for size in SIZES:
                for scheme in SCHEMES:
                    page = visit(chromium, url, locale, size, scheme)
                    page.screenshot(path=FOLDER / f"{size}-{scheme}-{tag}.png")
                    page.context.close()
            take_open_topics(chromium, url, locale, tag)
        # In English, open a country that this machine would not guess.
        take_card(chromium, f"{server.url}en/")
        take_sheet(chromium, Path(folder) / "sheet.html")
        take_notes(chromium, Path(folder) / "notes")
        chromium.close()


def device_locale(tag: str) -> str:
    """Return the locale of devices in the language's largest country, such as ar-EG."""
    locale = Locale.parse(tag, sep="-")
    likely = get_global("likely_subtags")
    whole = likely.get(str(locale), likely[locale.language])
    return f"{locale.language}-{locale.territory or whole.rpartition('_')[2]}"


def visit(
    browser: Browser,
    url: str,
    locale: str,
    size: str = "phone",
    scheme: Literal["light", "dark"] = "light",
) -> Page:
    """Open the page as a reader's device does."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
    )
    page = context.new_page()
    page.goto(url)
    return page


def take_open_topics(browser: Browser, url: str, locale: str, tag: str) -> None:
    """Take the whole page with its topics open, and the drawing."""
    page = visit(browser, url, locale)
    page.evaluate(
        "document.querySelectorAll('.rest details').forEach((one) => one.open = true)"
    )
    page.screenshot(path=FOLDER / f"open-{tag}.png", full_page=True)
    page.locator("figure").screenshot(path=FOLDER / f"drawing-{tag}.png")
    page.context.close()


def take_card(browser: Browser, url: str) -> None:
    """Take the upper part of the printout for a reader in the United Kingdom."""
    page = visit(browser, url, "en-GB")
    page.set_viewport_size({"width": SHEET["width"], "height": SHEET["height"]})
    page.emulate_media(media="print")
    page.screenshot(path=FOLDER / "print-card.png")
    page.context.close()


def take_sheet(browser: Browser, file: Path) -> None:
    """Take the beginning of a reviewer's sheet in Spanish, and its first topics."""
    app = create_app(Settings())
    with app.test_request_context():
        write_html(make_sheet(content_of(app), "es"), file)
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.goto(file.as_uri())
    page.screenshot(path=FOLDER / "review-sheet.png")
    page.locator(".rows tr.heading").first.evaluate("row => row.scrollIntoView()")
    page.screenshot(path=FOLDER / "review-sheet-rows.png")
    context.close()


def take_notes(browser: Browser, folder: Path) -> None:
    """Take each form of the note on the review, in Spanish and in Arabic."""
    folder.mkdir()
    (folder / "quietpage.toml").touch()
    pictures = []
    for tag in ("es", "ar"):
        for form in note_forms(folder, tag):
            file, picture = folder / "page.html", folder / f"{tag}-{form}.png"
            app = create_app(load_settings(folder))
            file.write_text(app.test_client().get(f"/{tag}/").text, encoding="utf-8")
            page = visit(browser, file.as_uri(), device_locale(tag))
            page.screenshot(path=picture)
            page.context.close()
            pictures.append(f'<img src="{picture.as_uri()}">')
    joined = folder / "joined.html"
    style = "display: grid; gap: 16px; grid: auto / repeat(4, 360px); background: #888"
    joined.write_text(f'<body style="margin: 16px; {style}">{"".join(pictures)}')
    context = browser.new_context(viewport={"width": 4 * 376 + 16, "height": 1})
    page = context.new_page()
    page.goto(joined.as_uri())
    page.screenshot(path=FOLDER / "review-notes.png", full_page=True)
    context.close()


def note_forms(folder: Path, tag: str) -> Iterator[str]:
    """Bring the catalog of a copy into each state of a review, with the commands."""
    yield "draft"
    sheet = str(edited(made(folder, tag), answer_all))
    for form in ("no-consent", "consent"):
        taken = translate(folder, "take", sheet, *MADE_UP, f"--{form}")
        if taken.exit_code:
            raise SystemExit(taken.output)
        yield form
    file = catalog_of(folder, tag)
    catalog = read_po(file)
    catalog[-1].msgstr += " "
    write_po(file, catalog)
    yield "changed"


if __name__ == "__main__":
    main()
