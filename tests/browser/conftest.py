"""One engine at a time on a screen, and the site with an exit to our destination."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from Xlib.display import Display

from app import create_site
from quietpage.config import Settings
from quietpage.prepared_site import Site
from tests.support import exit_destination as destinations
from tests.support.browser_engines import ENGINES, Engine, screen
from tests.support.chromium import launch_chromium
from tests.support.exit_destination import Destination
from tests.support.gunicorn import Server, start_server


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    with screen() as started:
        yield started


@pytest.fixture(scope="session")
def running_destination() -> Iterator[Destination]:
    with destinations.serve() as started:
        yield started


@pytest.fixture
def destination(running_destination: Destination) -> Iterator[Destination]:
    running_destination.reset()
    yield running_destination
    running_destination.reset()


@pytest.fixture(scope="session")
def copy(
    tmp_path_factory: pytest.TempPathFactory, running_destination: Destination
) -> Iterator[Server]:
    """The site in two languages, with its exit leading to our destination."""
    folder = tmp_path_factory.mktemp("copy")
    settings = f'exit_url = "{running_destination.url}"\nlocales = ["en", "es"]\n'
    with start_server(folder, settings=settings) as started:
        yield started


@pytest.fixture(scope="session")
def own_site(running_destination: Destination) -> Site:
    """The site that `copy` serves, for tests to change."""
    return create_site(Settings(exit_url=running_destination.url, locales=("en", "es")))


# In one run of a few, WebKitGTK's driver crashes with a segmentation fault: a request
# to it is refused, broken off or never answered. Such a test runs again, and the
# summary says so. No other failure gets a second attempt.
DRIVER_DIED = pytest.mark.flaky(
    reruns=1, only_rerun=["MaxRetryError", "ProtocolError", "ReadTimeoutError"]
)


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=[DRIVER_DIED] if name == "WebKitGTK" else [])
        for name in ENGINES
    ],
)
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    display: Display,
) -> Iterator[Engine]:
    del display
    with ENGINES[request.param](tmp_path_factory.mktemp("profile")) as started:
        started.fresh_tab()
        yield started


@pytest.fixture
def tab(engine: Engine) -> Iterator[Engine]:
    """A tab without history."""
    yield engine
    # A navigation that is still pending must not reach into the next test.
    engine.fresh_tab()


@pytest.fixture
def visit(tab: Engine, copy: Server, destination: Destination) -> Engine:
    """The guide in a new tab, opened from a page of search results."""
    tab.open(f"{destination.url}search")
    tab.open(copy.url)
    return tab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch_chromium(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(params=[True, False], ids=["script on", "script off"])
def context(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    made = browser.new_context(java_script_enabled=request.param, locale="en-GB")
    yield made
    made.close()


@contextmanager
def _phone(browser: Browser) -> Iterator[Page]:
    made = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, locale="en-GB"
    )
    opened = made.new_page()
    opened.set_default_timeout(30_000)
    opened.goto("about:blank")
    yield opened
    made.close()


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """An empty page on a phone with touch and script."""
    with _phone(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[Page]:
    """Such a page for tests in every language: a new one for each takes longer.

    A test navigates it and sets its size itself, and changes nothing else.
    """
    with _phone(browser) as opened:
        yield opened


@pytest.fixture
def page(blank: Page, server: Server) -> Page:
    """The English guide, open on a phone with touch and script."""
    blank.goto(server.url)
    return blank
