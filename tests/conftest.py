"""The site that visitors meet, as an object and behind a running gunicorn."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from app import create_site
from quietpage.config import Settings
from quietpage.prepared_site import Site
from tests.support.gunicorn import Server, start_server

UNIT = Path(__file__).parent / "unit"
LONGEST = (
    *("WebKitGTK", "Firefox", "Chromium", "test_load", "test_translate_commands"),
    *("test_cover", "test_worker_faults", "test_layout", "test_accessibility"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share a browser or a server in the same process.

    A browser starts once for the tests of all files, and a server once for each file.
    The site of 25 languages is made once for the unit tests. What takes longest starts
    first, so that it does not end last.
    """
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    order = {group: place for place, group in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(groups[item], len(order)))


def _group(item: pytest.Item) -> str:
    if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
        engine = item.callspec.params.get("engine")
        if engine:
            return str(engine)
    is_unit = item.path.is_relative_to(UNIT)
    needs_site = is_unit and "site" in getattr(item, "fixturenames", ())
    return "site" if needs_site else item.path.stem


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fail if pytest-xdist has not grouped the tests: nothing else would say so."""
    is_grouping = session.config.getoption("loadgroup", default=False)
    if is_grouping and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError(
            "pytest-xdist does not group tests on this version of pytest."
        )


@pytest.fixture(scope="session")
def site() -> Site:
    return create_site(Settings())


@pytest.fixture
def client(site: Site) -> Client:
    return Client(site)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("server")) as started:
        yield started
