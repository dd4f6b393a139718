"""A target that crashes: what it says is committed is there, but for unlogged tables, which it empties."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database.crew import Crew
from wizard.model.trouble import Trouble

UNLOGGED = """
CREATE UNLOGGED TABLE sessions (id int PRIMARY KEY, data text);
INSERT INTO sessions SELECT i, repeat('s', 100) FROM generate_series(1, 3000) i;
CREATE UNLOGGED TABLE nothing (id int);
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL + UNLOGGED)
    return made


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


def crash(database: Database) -> None:
    """Kill one of the server's processes; it then ends all others and recovers."""
    with psycopg.connect(database.url("postgres").reveal()) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
    end = time.monotonic() + 30
    while True:
        try:
            assert database.one("SELECT count(*) FROM sessions") == 0, "a crash empties unlogged tables"
            return
        except psycopg.OperationalError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_an_unlogged_table_that_a_crash_emptied_is_copied_again(
    source: Database, target: Database, tmp_path: Path
) -> None:
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    crash(target)
    assert told.move.first_proof() is None
    assert all(table.equal for table in told.move.first_copy())
    assert target.one("SELECT count(*) FROM sessions") == 3000
    assert "Unlogged table public.sessions was emptied by a crash of the target; it is copied again." in (
        told.events
    )
    assert told.move.first_proof() is not None
    told.whole_way()


def test_a_crash_in_the_middle_of_the_first_copy_is_seen_at_its_end(
    source: Database, target: Database, tmp_path: Path
) -> None:
    told = Told(source, target, tmp_path, workers=1)
    board = told.move._board
    state, crashed = board.state, list[str]()

    def crash_once(key: str, what: str) -> None:
        state(key, what)  # type: ignore[arg-type]
        proven = [table.name for table in board.snapshot().tables if table.state == "proven"]
        if "public.sessions" in proven and not crashed:
            crashed.append(key)
            crash(target)

    board.state = crash_once  # type: ignore[method-assign]
    told.move.first_copy()
    assert crashed
    assert target.one("SELECT count(*) FROM sessions") == 3000
    told.whole_way()


def test_what_a_server_that_took_over_had_not_got_yet_is_made_again(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, passes = Crew.run, list[int]()

    def failing_over(self: Crew, *tasks: Any, **more: Any) -> None:
        run(self, *tasks, **more)
        passes.append(1)
        if len(passes) == 1:
            # The last commits are gone with the old primary, whatever it had answered.
            target.sql(
                "DROP INDEX by_account; UPDATE _offramp.entry SET done = false WHERE name LIKE '%by_account';"
                "UPDATE _offramp.tab SET proven = false, source_rows = NULL WHERE tab LIKE '%payments%'"
            )

    monkeypatch.setattr(Crew, "run", failing_over)
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    assert len(passes) == 2
    assert told.move.first_proof() is not None
    assert target.one("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_account'") == 1
    target.sql("DROP INDEX by_account; UPDATE _offramp.entry SET done = false WHERE name LIKE '%by_account'")
    with pytest.raises(Trouble, match=r"with its indexes: public\.payments"):
        told.move.finish()
    told.whole_way()
