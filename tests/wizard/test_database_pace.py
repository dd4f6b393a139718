"""How many workers a server has room for, in connections and in memory, and what a stretch of time says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import complete, pace
from wizard.database.builds import memory_in_all, work_memory
from wizard.database.connect import connect
from wizard.database.pace import Pace, room


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    return old.database()


def test_an_hour_of_indexes_says_nothing_about_more_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    workers = Pace(2, 8)
    workers.tell(0, busy=True)
    for _ in range(3600):
        now[0] += 1
        workers.tell(0, busy=True)
    assert workers.wanted == 2, "no byte was moved"
    now[0] += pace.STRETCH
    workers.tell(1000, busy=True)
    assert workers.wanted == 3


def test_connections_of_other_roles_take_room_too(old: Server, source: Database) -> None:
    source.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 30", role="postgres")
    with connect(source.url(), "offramp/s-1/x/look") as connection:
        assert room(connection, "offramp/s-1/", 5) == 25
        # The app's other credential, and somebody else's database on the same server.
        with (
            psycopg.connect(source.url("postgres").reveal()),
            psycopg.connect(source.url("postgres").reveal()),
            psycopg.connect(old.database().url().reveal()),
        ):
            assert room(connection, "offramp/s-1/", 5) == 23
            source.sql("ALTER ROLE app CONNECTION LIMIT 10", role="postgres")
            try:
                assert room(connection, "offramp/s-1/", 5) == 4
            finally:
                source.sql("ALTER ROLE app CONNECTION LIMIT -1", role="postgres")


@pytest.mark.parametrize(
    ("in_all", "workers", "each"), [(128, 2, 64), (128, 8, 16), (128, 20, 16), (8192, 2, 1024), (512, 4, 128)]
)
def test_memory_is_shared_out(in_all: int, workers: int, each: int) -> None:
    assert work_memory(in_all, workers) == each


def test_more_workers_sort_in_less_memory_each(
    old: Server, source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(SMALL)
    with connect(source.url(), "test") as connection:
        in_all = memory_in_all(connection)
    told = Told(source, old.database(), tmp_path)
    given: list[int] = []
    begun: list[int] = []
    make = complete.make_build

    def noting(target: Any, build: Any, path: str, memory: int, event: Any) -> bool:
        given.append(memory)
        # How many it begins with depends on how far away the servers seem: far, where the machine is busy.
        begun.append(told.move._staff._paced().wanted)
        # As found out while it runs.
        told.move._staff._paced().fix(8)
        return make(target, build, path, memory, event)

    monkeypatch.setattr(complete, "make_build", noting)
    told.move.first_copy()
    assert begun[0] in (pace.BEGIN, pace.BEGIN_FAR) and given[0] == in_all // begun[0]
    assert given[-1] == in_all // 8
