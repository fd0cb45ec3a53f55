"""The reader's country opens by itself if the browser gives reason to guess it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.gunicorn import Server


@pytest.mark.parametrize(
    ("locale", "zone", "opened"),
    [
        ("en-GB", "Asia/Tokyo", "GB"),
        ("es-MX", "America/Mexico_City", "MX"),
        ("zh-Hant-TW", "Asia/Taipei", "TW"),
        ("en-GB-oxendict", "Europe/London", "GB"),
        ("en-US", "America/New_York", "US"),
        ("en-US", "Pacific/Honolulu", "US"),
        # The default of phones all over the world.
        ("en-US", "Europe/Berlin", None),
        ("en-US", "UTC", None),
        # A country with only an emergency number.
        ("en-GD", "America/Grenada", "GD"),
        # No region, a region that is not a country, and a country without a row.
        ("en", "Europe/London", None),
        ("es-419", "America/Lima", None),
        ("en-AQ", "Antarctica/Troll", None),
    ],
)
def test_the_country_of_the_language_opens(
    browser: Browser, server: Server, locale: str, zone: str, opened: str | None
) -> None:
    context = browser.new_context(locale=locale, timezone_id=zone)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{server.url}en/")

    shown = page.locator(".numbers > [open]")
    assert shown.evaluate_all("found => found.map((one) => one.id)") == [opened] * bool(
        opened
    )
    if opened:
        assert shown.locator(".call").first.is_visible()
    assert asked == [f"{server.url}en/"]
    context.close()


@pytest.fixture
def list_without_script(browser: Browser, server: Server) -> Iterator[Page]:
    """The English page without script, its list of countries open."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{server.url}en/")
    page.locator("#numbers > summary").click()
    yield page
    context.close()


def test_without_script_the_list_has_every_country(list_without_script: Page) -> None:
    list_without_script.locator("#GB > summary").click()

    assert list_without_script.locator("#GB .call").first.is_visible()


def test_a_country_of_another_language_is_under_its_continent(
    list_without_script: Page,
) -> None:
    list_without_script.get_by_text("Europe", exact=True).click()
    list_without_script.locator("#FR > summary").click()

    assert list_without_script.locator("#FR .call").first.is_visible()


# Portrait, below the exit, which is 56 px high.
ROOM = 640 - 56


@pytest.mark.parametrize(
    ("locale", "tag", "zone"),
    [
        ("en-GB", "en", "Europe/London"),
        ("en-US", "en", "America/New_York"),
        ("es-MX", "es", "America/Mexico_City"),
        ("hi-IN", "hi", "Asia/Kolkata"),
        ("ar-EG", "ar", "Africa/Cairo"),
    ],
)
def test_the_lines_for_most_people_fit_one_screen(
    browser: Browser, server: Server, locale: str, tag: str, zone: str
) -> None:
    context = browser.new_context(
        locale=locale, timezone_id=zone, viewport={"width": 360, "height": 640}
    )
    page = context.new_page()
    page.goto(f"{server.url}{tag}/")

    top, bottom = page.locator(".numbers > [open]").evaluate(
        """card => [card.getBoundingClientRect().top,
          card.querySelector("ul").getBoundingClientRect().bottom]"""
    )

    assert page.locator(".numbers > [open] .call").first.is_visible()
    assert bottom - top <= ROOM
    # The others are folded, and the crisis lines have their own heading.
    assert page.locator(".numbers > [open] > details[open]").count() == 0
    context.close()


def test_find_in_page_opens_a_closed_topic(page: Page, server: Server) -> None:
    # A text fragment searches the page as find in page does.
    page.goto(f"{server.url}en/#:~:text=trouble%20breathing")

    page.wait_for_selector("details[open] li:has-text('trouble breathing')")
