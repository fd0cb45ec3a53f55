"""An export on each server for which it has a configuration."""

from collections.abc import Iterator

import pytest

from quietpage.config import Settings
from quietpage.prepared_site import Site
from tests.support.gunicorn import Server
from tests.support.static_servers import COMMANDS, start_static


@pytest.fixture(scope="module", params=COMMANDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def static(name: str, site: Site) -> Iterator[Server]:
    with start_static(name, site, Settings()) as started:
        yield started
