"""Workers among others: what they leave locked on the source, how soon they stop, and when they give up."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import crew, splice
from wizard.database.board import Board
from wizard.database.control import Control, Stopped
from wizard.database.crew import Crew, Hands, Task
from wizard.database.ends import Ends
from wizard.database.pace import Pace
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

LOCKED = (
    "SELECT relation::regclass::text FROM pg_locks WHERE mode = 'AccessShareLock' AND relation > 16000"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

# The index takes a minute on the target only.
SLOW_INDEX = """
CREATE FUNCTION slow(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i';
CREATE INDEX ON payments (slow(id)) WHERE id = 1;
CREATE OR REPLACE FUNCTION slow(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN IF current_database() = '{}' THEN PERFORM pg_sleep(60); END IF; RETURN i; END $$;
"""


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


class Running:
    """A call in a thread, and what it raised."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.raised: list[BaseException] = []

        def run() -> None:
            try:
                call()
            except BaseException as error:
                self.raised.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.thread.join(30)
        assert not self.thread.is_alive(), "it does not end"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    return made


@pytest.fixture
def target(old: Server) -> Database:
    return old.database()


def locked(source: Database) -> set[str]:
    return {name for (name,) in source.sql(LOCKED)}


# -- the source's tables ------------------------------------------------------------------------------------


def test_no_table_of_the_source_stays_locked_while_the_target_works(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So long that the index and the idleness begin before it is over.
    monkeypatch.setattr(crew, "LOCKS", 1.5)
    source.sql(SLOW_INDEX.format(target.name))
    told = Told(source, target, tmp_path, workers=2, part_bytes=1 << 22)
    copy = Running(told.move.first_copy)
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    wait_until(lambda: target.one(sleeping) > 0)
    # One worker sleeps in the index, the other has nothing to do.
    wait_until(lambda: not locked(source))
    told.control.stop()
    copy.end()


def test_views_of_the_source_leave_no_lock_behind(source: Database, target: Database, tmp_path: Path) -> None:
    """Their definitions are read under the snapshot, which lives as long as the copy."""
    source.sql("CREATE VIEW seen AS SELECT * FROM accounts")
    told = Told(source, target, tmp_path)
    held: list[set[str]] = []
    run = Crew.run

    def looking(self: Crew, *tasks: Any, **more: Any) -> None:
        held.append(locked(source))
        run(self, *tasks, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Crew, "run", looking)
        told.move.first_copy()
    assert held == [set()]


def test_a_table_that_the_app_alters_is_waited_for_without_locking_others(
    source: Database, target: Database, tmp_path: Path
) -> None:
    told = Told(source, target, tmp_path)
    board = told.move._board
    state, wait, altered = board.state, board.wait, list[str]()
    with psycopg.connect(source.url().reveal()) as app, psycopg.connect(source.url().reveal()) as other:

        def alter(key: str, what: Any) -> None:
            if what == "copying" and not altered:
                altered.append(key)
                app.execute("LOCK TABLE payments")
            state(key, what)

        def noted(worker: int, why: str, seconds: float) -> None:
            told.waits.append(why)
            wait(worker, why, seconds)

        board.state = alter  # type: ignore[method-assign]
        board.wait = noted  # type: ignore[method-assign]
        copy = Running(told.move.first_copy)
        wait_until(lambda: any("lock timeout" in why for why in told.waits))
        other.execute("SET lock_timeout = '5s'; LOCK TABLE accounts")
        other.rollback()
        app.rollback()
        copy.end()
    assert copy.raised == []
    assert any(why.startswith("the source: ") for why in told.waits)


def test_a_long_pause_leaves_the_source_unlocked_and_loses_nothing(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splice, "HOLD", 0.2)
    monkeypatch.setattr(crew, "LOCKS", 0.1)
    told = Told(source, target, tmp_path)
    board = told.move._board
    flow = board.flow

    def pausing(key: str, part: int, size: int) -> None:
        flow(key, part, size)
        if "payments" in key and not paused:
            paused.append(part)
            told.control.pause()

    paused: list[int] = []
    board.flow = pausing  # type: ignore[method-assign]
    copy = Running(told.move.first_copy)
    wait_until(lambda: bool(paused))
    wait_until(lambda: not locked(source))
    assert told.control.paused
    told.control.resume()
    copy.end()
    assert copy.raised == []
    told.whole_way()


# -- stopping -----------------------------------------------------------------------------------------------


def test_a_query_that_begins_a_moment_after_the_stop_is_stopped_too(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(SLOW_INDEX.format(target.name))
    told = Told(source, target, tmp_path)
    execute = psycopg.Connection.execute

    def late(connection: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(query, bytes) and b"slow(id)" in query and connection.autocommit:
            told.control.stop()
            time.sleep(0.5)
        return execute(connection, query, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        ready = told.move.read_ahead()
        told.move._ahead = ready
        patch.setattr(psycopg.Connection, "execute", late)
        copy = Running(told.move.first_copy)
        copy.end()
    assert [type(error) for error in copy.raised] == [Stopped]


def test_who_begins_to_work_after_the_stop_is_told_too() -> None:
    control = Control()
    control.stop()
    told = threading.Event()
    forget = control.on_stop(told.set)
    assert told.wait(10)
    forget()


# -- giving up ----------------------------------------------------------------------------------------------


def _crew(control: Control, workers: int, snapshot: Any = None) -> Crew:
    nowhere = Secret("postgresql://app:x@127.0.0.1:1/d")
    return Crew(
        Ends(lambda: nowhere, lambda: nowhere, "s"),
        snapshot,
        control=control,
        board=Board("shop", lambda progress: None, lambda: control.paused),
        pace=Pace(workers, workers, fixed=True),
        event=lambda text: None,
    )


def test_who_waits_for_a_server_does_not_keep_a_failure_from_being_told() -> None:
    control = Control()
    waits = threading.Event()

    def away(hands: Hands) -> list[Task]:
        waits.set()
        raise errors.CannotConnectNow("the database system is starting up")

    def refused(hands: Hands) -> list[Task]:
        waits.wait(10)
        raise errors.DataException("no")

    work = _crew(control, 2)
    run = Running(lambda: work.run([Task("A cannot be read", away), Task("B cannot be read", refused)]))
    run.end()
    assert isinstance(run.raised[0], Trouble)
    assert run.raised[0].cause == "B cannot be read: no."


def test_a_side_that_does_not_answer_holds_up_no_stop_of_the_other(source: Database) -> None:
    ends = Ends(source.url, source.url, "s")
    one, other = ends.open_source("look"), ends.open_target("look")
    let_go, asked = threading.Event(), threading.Barrier(3)

    def cancel_safe(*, timeout: float) -> None:
        asked.wait(20)
        let_go.wait(20)

    one.cancel_safe = other.cancel_safe = cancel_safe  # type: ignore[method-assign]
    stop = threading.Thread(target=ends.cancel_all)
    stop.start()
    asked.wait(20)
    let_go.set()
    stop.join(20)
    ends.close(one)
    ends.close(other)
