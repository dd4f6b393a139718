"""The servers of the suite, made once: each test has databases of its own on them."""

from collections.abc import Iterator

import pytest

from tests.conformance.postgres.servers import DebianServer, debian_server
from tests.wizard.database_servers import Server, server


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Version 16, without ICU, XML, lz4 and contrib."""
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Version 18, the same."""
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianServer]:
    """Version 15 with all of it, and TLS."""
    with debian_server(tmp_path_factory.mktemp("pg15")) as made:
        yield made
