"""Which errors of a database pass by waiting, and which never will."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.wizard.database_servers import Database, Server, Told, server
from wizard.database.board import Board
from wizard.database.connect import connect, connect_line, is_passing, trouble
from wizard.database.control import Control
from wizard.database.crew import LONGEST_WAIT, may_pass, wait_to_retry
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    return old.database()


def told_of(source: Database, target: Database, work: Path) -> Told:
    """A move that is stopped as soon as it waits for anything: what never passes may not be waited for."""
    told = Told(source, target, work)
    wait = told.move._board.wait

    def stop(worker: int, why: str, seconds: float) -> None:
        wait(worker, why, seconds)
        if why:
            told.waits.append(why)
            told.control.stop()

    told.move._board.wait = stop  # type: ignore[method-assign]
    return told


@pytest.mark.parametrize(
    "state",
    [
        "25P03",  # terminating connection due to idle-in-transaction timeout
        "40001",  # could not serialize access; canceling statement due to conflict with recovery
        "40P01",  # deadlock detected
        "53000",  # too many open files
        "53300",  # too many connections
        "55P03",  # canceling statement due to lock timeout
        "57P01",  # terminating connection due to administrator command
        "57P02",  # crash of another server process
        "57P03",  # the database system is starting up
        "58030",  # could not read block: input/output error
        "08006",
    ],
)
def test_what_passes(state: str) -> None:
    assert is_passing(errors.lookup(state)("said"))


@pytest.mark.parametrize(
    "state",
    [
        "08P01",  # unsupported startup parameter; unexpected message during COPY
        "0A000",
        "22021",
        "27000",
        "38000",
        "53100",  # could not extend file
        "53200",  # out of shared memory
        "53400",  # temporary file size exceeds temp_file_limit
        "54000",  # index row size exceeds maximum; a row of more than 1 GB
        "55000",  # materialized view has not been populated
        "55P04",  # unsafe use of new value of enum type
        "57014",
        "57P04",  # terminating connection because the database was dropped
        "58P01",  # could not access file "$libdir/x"
        "HV00N",  # a foreign server cannot be reached
        "XX001",
    ],
)
def test_what_does_not_pass(state: str) -> None:
    error = errors.lookup(state)("said")
    assert not is_passing(error)
    assert not trouble(error, "Table a cannot be copied").retry


def test_another_server_that_a_server_cannot_reach_is_not_waited_for(source: Database) -> None:
    # As postgres_fdw and dblink say it, over a connection that is as good as ever.
    with connect(source.url(), "test") as connection, pytest.raises(psycopg.OperationalError) as raised:
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'could not connect' USING ERRCODE = '08001'; END $$")
    assert not is_passing(raised.value)


@pytest.mark.parametrize(
    ("old_text", "new_text", "attempts"),
    [
        ("canary-pass", "other-pass", 3),
        ("/{name}", "/nowhere", 7),
        ("app:", "nobody:", 3),
    ],
)
def test_a_closed_door_is_knocked_at_a_few_times(
    source: Database, old_text: str, new_text: str, attempts: int
) -> None:
    wrong = Secret(source.url().reveal().replace(old_text.format(name=source.name), new_text))
    with pytest.raises(psycopg.OperationalError) as raised:
        connect_line(wrong, "test")
    assert may_pass(raised.value, attempts - 1)
    assert not may_pass(raised.value, attempts)
    said = trouble(raised.value, "The source cannot be reached")
    assert said.code == "database-login"
    assert "offramp-" not in said.cause, "our own socket is nobody's business"


def test_an_outage_of_days_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    control, slept = Control(), []
    monkeypatch.setattr(control, "sleep", slept.append)
    board = Board("shop", lambda progress: None, lambda: False)
    wait_to_retry(errors.CannotConnectNow("x"), "the target", 5000, control, board, number=1)
    assert slept == [LONGEST_WAIT]


def test_credentials_may_change_after_a_long_outage(source: Database, tmp_path: Path) -> None:
    """The attempts of the outage before do not count against them."""
    told = Told(source, source, tmp_path)
    gone = Secret("postgresql://app:x@127.0.0.1:1/d")
    wrong = Secret(source.url().reveal().replace("canary-pass", "rotated"))
    urls = iter([gone] * 5 + [wrong] * 2)
    told.move._ends._urls["source"] = lambda: next(urls, source.url())
    told.control.sleep = lambda seconds: None  # type: ignore[method-assign]
    assert told.move.other_writers() == []


def test_a_value_that_no_index_takes_is_named(source: Database, old: Server, tmp_path: Path) -> None:
    source.sql(
        "CREATE TABLE notes (id int); INSERT INTO notes VALUES (1);"
        " CREATE FUNCTION short(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$;"
        " CREATE INDEX by_text ON notes (short(id));"
        " CREATE OR REPLACE FUNCTION short(i int) RETURNS text LANGUAGE sql IMMUTABLE AS"
        " $$ SELECT string_agg(md5((n * i)::text), '') FROM generate_series(1, 900) n $$"
    )
    told = told_of(source, old.database(), tmp_path)
    with pytest.raises(Trouble, match=r"index by_text of public\.notes cannot be built: index row"):
        told.move.first_copy()
    assert told.waits == []
