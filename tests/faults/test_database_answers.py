"""Connections that break at one certain statement, before it or with its answer; backends that live on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
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
