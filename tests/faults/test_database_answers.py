"""Connections that break at one certain statement, before it or with its answer; backends that live on."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import make_schema
from wizard.database.control import Stopped
from wizard.database.progress import CopyProgress

LOST = "server closed the connection unexpectedly"


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
    made.sql(SMALL)
    return made


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


def text_of(query: Any) -> str:
    """A query as it is sent."""
    if isinstance(query, sql.Composable):
        return query.as_string(None)
    return query.decode("utf-8", "replace") if isinstance(query, bytes) else str(query)


class Breaking:
    """Breaks a connection at the queries that `fit`, `times` times: before it or once its answer is there."""

    def __init__(
        self, patch: pytest.MonkeyPatch, fit: Callable[[str], bool], *, after: bool = False, times: int = 1
    ) -> None:
        self.broke = 0
        execute = psycopg.Connection.execute

        def breaking(connection: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            hit = self.broke < times and fit(text_of(query))
            if hit:
                self.broke += 1
            if not hit or after:
                answer = execute(connection, query, *arguments, **named)
                if not hit:
                    return answer
            connection.close()
            raise psycopg.OperationalError(LOST)

        patch.setattr(psycopg.Connection, "execute", breaking)


def records_a_proof(text: str) -> bool:
    """Of one table by itself; those that are copied together have it recorded with their COMMIT."""
    return text.startswith("UPDATE _offramp.tab t SET proven") and not text.endswith("COMMIT")


def last_states(reports: list[CopyProgress]) -> dict[str, str]:
    return {table.name: table.state for table in reports[-1].tables}


def test_a_break_at_the_record_of_a_proof_leaves_no_table_unproven(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(source, target, tmp_path)
    breaking = Breaking(monkeypatch, records_a_proof)
    first = told.move.first_copy()
    assert breaking.broke == 1
    assert {(table.name, table.equal) for table in first} == {
        ("public.accounts", True),
        ("public.payments", True),
    }
    assert last_states(told.reports) == {"public.accounts": "proven", "public.payments": "proven"}
    assert told.move.first_proof() is not None


def test_a_break_at_the_record_of_a_comparison_is_made_good(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    breaking = Breaking(monkeypatch, records_a_proof, times=2)
    assert told.move.refresh() == ()
    assert breaking.broke == 2
    assert last_states(told.reports) == {"public.accounts": "proven", "public.payments": "proven"}


def test_a_plan_whose_commit_was_not_heard_of_is_made_once(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Told(source, target, tmp_path).move.first_copy()
    # As a kill leaves it: all parts but the open-ended last one.
    target.sql(
        "DELETE FROM payments WHERE xmin::text = (SELECT transaction FROM _offramp.part"
        " WHERE tab LIKE '%payments%' AND last IS NULL);"
        "UPDATE _offramp.part SET done = false, rows = 0, bytes = 0, sum = 0, second = 0, transaction = ''"
        " WHERE tab LIKE '%payments%' AND last IS NULL;"
        "UPDATE _offramp.tab SET proven = false WHERE tab LIKE '%payments%'"
    )
    kept = target.sql("SELECT id, xmin::text FROM payments")
    replanned: list[str] = []

    def commits_a_plan(text: str) -> bool:
        if text.startswith("DELETE FROM _offramp.part"):
            replanned.append(text)
        return bool(replanned) and text == "COMMIT"

    breaking = Breaking(monkeypatch, commits_a_plan, after=True)
    told = Told(source, target, tmp_path, workers=1)
    told.move.first_copy()
    assert breaking.broke == 1
    assert set(kept) < set(target.sql("SELECT id, xmin::text FROM payments")), "all of it was copied again"
    told.whole_way()


# -- backends that live on ----------------------------------------------------------------------------------


class LateCommit:
    """Lets one COMMIT on a server hang, as a replica that does not answer does, while its client is cut off.
    The commit arrives when somebody waits for it, or when its backend is ended."""

    def __init__(
        self,
        patch: pytest.MonkeyPatch,
        hurt: Database,
        fit: Callable[[str], bool],
        *,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self.pid = 0
        self._hurt = hurt
        execute = psycopg.Connection.execute

        def hanging(connection: Any, query: Any, *arguments: Any, **named: Any) -> Any:
            if self.pid or not fit(text_of(query)):
                return execute(connection, query, *arguments, **named)
            self.pid = connection.info.backend_pid
            self._set("nobody")
            self._hangs()
            connection.pgconn.send_query(text_of(query).encode())
            connection.pgconn.flush()
            wait_until(lambda: hurt.sql(f"SELECT 1 FROM pg_stat_activity WHERE {self._waits}") != [])
            meanwhile()
            threading.Thread(target=self._arrive, daemon=True).start()
            raise psycopg.OperationalError(LOST)

        patch.setattr(psycopg.Connection, "execute", hanging)
        # A connection that is cut off says no good-bye, which its backend would heed.
        patch.setattr(psycopg.Connection, "close", self._closing(psycopg.Connection.close))

    @property
    def _waits(self) -> str:
        return f"pid = {self.pid} AND wait_event = 'SyncRep'"

    def _set(self, name: str) -> None:
        self._hurt.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'", role="postgres")
        self._hurt.sql("SELECT pg_reload_conf()", role="postgres")
        wait_until(lambda: self._hurt.one("SHOW synchronous_standby_names") == name)

    def _hangs(self) -> None:
        """Returns when commits hang: the server's own processes learn of it a moment after the others."""
        while True:
            probe = psycopg.connect(self._hurt.url("postgres").reveal(), autocommit=True)
            probe.pgconn.send_query(b"CREATE TEMP TABLE probe ()")
            probe.pgconn.flush()
            hangs = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                f" AND pid = {probe.info.backend_pid}"
            )
            while probe.pgconn.is_busy():
                if self._hurt.sql(hangs, role="postgres"):
                    return
                probe.pgconn.consume_input()
            probe.close()

    def _closing(self, close: Any) -> Any:
        def closing(connection: Any) -> None:
            if connection.info.backend_pid == self.pid:
                self.kept = connection
            else:
                close(connection)

        return closing

    def _arrive(self) -> None:
        held_up = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        wait_until(
            lambda: bool(
                self._hurt.sql(held_up, role="postgres")
                or not self._hurt.sql(f"SELECT 1 FROM pg_stat_activity WHERE {self._waits}")
            )
        )
        self._set("")


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def test_a_schema_whose_commit_arrives_late_is_not_made_twice(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def commits_the_schema(text: str) -> bool:
        if "CREATE TABLE public.accounts" in text:
            made.append(text)
        return bool(made) and text.endswith("COMMIT")

    told = Told(source, target, tmp_path)
    late = LateCommit(monkeypatch, target, commits_the_schema)
    told.move.first_copy()
    assert late.pid
    told.whole_way()


def test_a_part_whose_commit_arrives_under_another_snapshot_is_compared_with_that(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_snapshot() -> None:
        source.sql("UPDATE payments SET amount = -1")
        source.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'offramp/%'"
        )

    told = Told(source, target, tmp_path, workers=1)
    late = LateCommit(
        monkeypatch,
        target,
        lambda text: "_offramp.part p SET done" in text and "payments" in text and text.endswith("COMMIT"),
        meanwhile=lose_the_snapshot,
    )
    told.move.first_copy()
    assert late.pid
    assert target.one("SELECT count(*) FROM payments WHERE amount <> -1") == 0
    assert target.one("SELECT count(*) FROM payments") == 12000


# -- the snapshot -------------------------------------------------------------------------------------------


def test_a_snapshot_that_is_lost_before_the_first_row_is_not_sought_on_the_target(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(source, target, tmp_path)
    waits: list[str] = []

    def stop(worker: int, why: str, seconds: float) -> None:
        waits.append(why)
        told.control.stop()

    told.move._board.wait = stop  # type: ignore[method-assign]
    # The source is asked first, over the connection that holds the snapshot.
    breaking = Breaking(monkeypatch, lambda text: text.endswith("pg_largeobject_metadata"))
    assert all(table.equal for table in told.move.first_copy())
    assert breaking.broke == 1
    assert waits == []
    assert any("snapshot broke" in event for event in told.events)


# -- a schema that is made in pieces ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cut", "killed"])
def test_a_large_schema_that_broke_off_half_way_is_made_anew(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    source.sql(
        "".join(
            f"CREATE TABLE t{i} (id serial, x int DEFAULT {i}); INSERT INTO t{i} VALUES (1);"
            for i in range(9)
        )
        + "CREATE VIEW last_of_all AS SELECT * FROM t8"
    )
    monkeypatch.setattr(make_schema, "AT_ONCE", 12)
    pieces: list[str] = []

    def is_late_piece(text: str) -> bool:
        if text.startswith("BEGIN;CREATE ") or ("\nCREATE" in text and text.endswith(";COMMIT")):
            pieces.append(text)
        return len(pieces) == 4

    with pytest.MonkeyPatch.context() as patch:
        breaking = Breaking(patch, is_late_piece)
        told = Told(source, target, tmp_path)
        if how == "killed":
            told.move._board.wait = lambda *_: told.control.stop()  # type: ignore[method-assign]
            with pytest.raises(Stopped):
                told.move.first_copy()
            assert target.one("SELECT count(*) FROM pg_class WHERE relname = 't0'") == 1
            told = Told(source, target, tmp_path)
        told.whole_way()
    assert breaking.broke == 1
    assert target.one("SELECT count(*) FROM last_of_all") == 1
    assert not any("changed since" in event for event in told.events)
