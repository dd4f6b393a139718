"""A network that drops connections without a word to the servers: their ends live on, and hold locks."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.silent_net import Net
from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database.ends import Ends


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    made.sql("INSERT INTO payments (account, note) SELECT 1, repeat('x', 2000) FROM generate_series(1, 5000)")
    return made


@pytest.fixture
def target(old: Server) -> Database:
    return old.database()


@pytest.fixture
def nets(source: Database, target: Database) -> Iterator[tuple[Net, Net]]:
    made = Net(source), Net(target)
    yield made
    for net in made:
        net.close()


def through(nets: tuple[Net, Net], patch: pytest.MonkeyPatch) -> None:
    for net in nets:
        patch.setattr(net.there, "url", net.url)


def dropping(told: Told, nets: tuple[Net, ...], times: int) -> list[int]:
    """Drop everything in the middle of rows, so many times; which parts flowed then."""
    board = told.move._board
    flow = board.flow
    dropped: list[int] = []
    seen: set[int] = set()

    def flow_and_drop(key: str, part: int, size: int) -> None:
        flow(key, part, size)
        if "payments" in key and part not in seen and len(dropped) < times:
            seen.add(part)
            dropped.append(part)
            for net in nets:
                net.drop()

    board.flow = flow_and_drop  # type: ignore[method-assign]
    return dropped


def left_behind(database: Database) -> list[tuple[str, str]]:
    """What holds a table or a moment. One that was dropped at its login is idle, and nobody's."""
    query = (
        "SELECT application_name, state FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'offramp/%' AND state <> 'idle'"
    )
    return [(name, state) for name, state in database.sql(query, role="postgres")]


def test_what_a_dropped_connection_left_is_ended_on_both_sides(
    source: Database, target: Database, nets: tuple[Net, Net], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        through(nets, patch)
        told = Told(source, target, tmp_path, workers=3)
    dropped = dropping(told, nets, 3)
    told.whole_way()
    assert len(dropped) == 3
    assert target.one("SELECT count(*) FROM payments") == 17000
    for side in (source, target):
        # A server needs a moment to see that a connection was closed; one that was left stays.
        end = time.monotonic() + 10
        while left_behind(side) and time.monotonic() < end:
            time.sleep(0.05)
        assert left_behind(side) == []


def full_to_the_brim(source: Database, name: str) -> psycopg.Connection:
    """A connection in a transaction, called so, that is not read from: its server has sent as much as there
    is room for, and not another word fits."""
    most, least = 4_000_000, 1_000
    while True:
        size = (least + most) // 2
        made = psycopg.connect(source.url().reveal(), application_name=name, autocommit=True)
        with socket.socket(fileno=os.dup(made.fileno())) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.pgconn.send_query(f"BEGIN; SELECT repeat('x', {size})".encode())
        query = f"SELECT wait_event FROM pg_stat_activity WHERE pid = {made.info.backend_pid}"
        while (waits := source.one(query, role="postgres")) not in ("ClientRead", "ClientWrite"):
            time.sleep(0.005)
        if waits == "ClientWrite":
            most = size
        elif most - least < 128:
            return made
        else:
            least = size
        made.close()


def test_who_cannot_say_its_last_words_is_ended_without_them(source: Database, tmp_path: Path) -> None:
    ends = Told(source, source, tmp_path).move._ends
    with contextlib.closing(full_to_the_brim(source, "offramp/s-1/00000000/copy")):
        connection = ends.open_source("look")
        assert ends.end_leftovers(connection) == 1
        assert left_behind(source) == []
        ends.close(connection)


def test_a_transaction_that_was_dropped_is_ended_however_short_it_rested(
    source: Database, target: Database, nets: tuple[Net, Net], tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        through(nets, patch)
        ends = Told(source, target, tmp_path).move._ends
    connection = ends.open_source("copy")
    connection.execute("BEGIN")
    nets[0].drop()
    ends.close(connection, idle=0)
    ends.end_given_up()
    assert left_behind(source) == []


def test_places_that_dropped_connections_hold_cost_no_worker(
    old: Server,
    source: Database,
    target: Database,
    nets: tuple[Net, Net],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        through(nets, patch)
        told = Told(source, target, tmp_path, workers=4)
    dropped = dropping(told, nets[:1], 1)
    drop = nets[0].drop

    def full() -> None:
        # Four workers, the snapshot's holder and one more.
        old.background.run(old.postgres.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 6"))
        drop()

    end = Ends._end

    def ends_slowly(*arguments: Any) -> None:
        # So that the others knock meanwhile.
        time.sleep(0.3)
        end(*arguments)

    monkeypatch.setattr(nets[0], "drop", full)
    monkeypatch.setattr(Ends, "_end", ends_slowly)
    told.move.first_copy()
    assert dropped
    assert told.move._staff.wanted == 4, told.events


def test_a_proof_is_not_begun_again_because_the_target_broke(
    source: Database, target: Database, nets: tuple[Net, Net], tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        through(nets, patch)
        told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    told.move.finish()
    board = told.move._board
    state = board.state
    dropped: list[str] = []

    def drop_at_the_end(key: str, what: Any) -> None:
        state(key, what)
        if what == "proven" and "payments" in key:
            dropped.append(key)
            nets[1].drop()

    board.state = drop_at_the_end  # type: ignore[method-assign]
    proof = told.move.prove()
    assert proof.equal, proof.differences
    assert len(dropped) == 1
    assert told.events == []


def test_who_breaks_while_it_ends_others_is_ended_too(
    source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = Told(source, source, tmp_path).move._ends
    first = ends.open_source("look")
    mine = first.info.backend_pid
    ends.give_up(first)
    end, ended = Ends._end, list[list[int]]()

    def breaks(self: Ends, connection: psycopg.Connection, pids: list[int]) -> None:
        ended.append(sorted(pids))
        if len(ended) == 1:
            ended.append([connection.info.backend_pid])
            raise psycopg.OperationalError("the connection is lost")
        end(self, connection, pids)

    monkeypatch.setattr(Ends, "_end", breaks)
    with pytest.raises(psycopg.OperationalError):
        ends.open_source("look")
    ends.close(ends.open_source("look"))
    (broke,) = ended[1]
    assert ended[2] == sorted([mine, broke])
