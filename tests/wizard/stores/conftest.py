"""Servers for the tests of a Redis's move: three a module, emptied for each test."""

from collections.abc import Callable, Iterator

import pytest

from tests.wizard.stores.redis_servers import RedisServer, newer_valkey, servers


@pytest.fixture(scope="module")
def running(
    needs_program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[RedisServer]]:
    program, folder = needs_program("redis-server"), tmp_path_factory.mktemp("redis")
    with servers(
        lambda: RedisServer(program, folder),
        lambda: RedisServer(program, folder),
        lambda: RedisServer(newer_valkey(), folder),
    ) as all_three:
        yield all_three


@pytest.fixture
def source(running: list[RedisServer]) -> RedisServer:
    running[0].clear()
    return running[0]


@pytest.fixture
def target(running: list[RedisServer]) -> RedisServer:
    running[1].clear()
    return running[1]


@pytest.fixture
def newer(running: list[RedisServer]) -> RedisServer:
    running[2].clear()
    return running[2]
