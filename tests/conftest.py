"""The site that visitors meet, as an object and behind a running gunicorn."""

from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from app import create_site
from quietpage.config import Settings
from quietpage.site import Site
from tests.support.gunicorn import Server, start_server


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
