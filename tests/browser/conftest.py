"""One engine at a time on a screen, the site with an exit that tests can see."""

from collections.abc import Iterator

import pytest
from Xlib.display import Display

from app import freeze_site
from quietpage.config import Settings
from quietpage.site import Site
from tests.browser import destination as destinations
from tests.browser.destination import Destination
from tests.browser.engines import ENGINES, Engine, screen
from tests.conftest import Server, start_server


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
    """The site with an exit to our destination."""
    folder = tmp_path_factory.mktemp("copy")
    settings = f'exit_url = "{running_destination.url}"\n'
    with start_server(folder, settings=settings) as started:
        yield started


@pytest.fixture(scope="session")
def own_site(running_destination: Destination) -> Site:
    """What `copy` serves, to be altered."""
    return freeze_site(Settings(exit_url=running_destination.url))


@pytest.fixture(scope="session", params=ENGINES)
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    display: Display,
) -> Iterator[Engine]:
    del display
    with ENGINES[request.param](tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def visit(engine: Engine, copy: Server, destination: Destination) -> Iterator[Engine]:
    """The guide in a tab of its own, come to from a page of search results."""
    engine.fresh_tab()
    engine.open(f"{destination.url}search")
    engine.open(copy.url)
    yield engine
    # A navigation that is still pending must not reach into the next test.
    engine.fresh_tab()
