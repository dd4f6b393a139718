"""What is read from the catalogues while the app goes on changing them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import move as move_module
from wizard.database.catalogue import read_tables
from wizard.database.ends import Ends
from wizard.database.snapshot import Snapshot
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    made.sql("CREATE TABLE staging AS SELECT 1 AS one")
    return made


def test_a_table_that_was_dropped_since_the_snapshot_has_no_size(source: Database) -> None:
    with Snapshot(Ends(source.url, source.url, "s")) as snapshot:
        source.sql("DROP TABLE staging")
        sizes = {table.name: (table.pages, table.bytes) for table in read_tables(snapshot.connection)}
    assert sizes["staging"] == (0, 0)
    assert sizes["payments"][0] > 0


def test_a_table_that_is_dropped_while_it_is_copied_is_named(
    source: Database, old: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(source, old.database(), tmp_path)
    prepare = move_module.prepare

    def dropping(*arguments: Any, **named: Any) -> None:
        prepare(*arguments, **named)
        source.sql("DROP TABLE IF EXISTS staging")

    monkeypatch.setattr(move_module, "prepare", dropping)
    with pytest.raises(Trouble, match=r"staging.*does not exist"):
        told.move.first_copy()
    assert all(table.equal for table in told.move.first_copy())
    assert any("copied anew" in event for event in told.events)


def test_what_a_side_refuses_is_not_said_to_be_out_of_reach(source: Database, tmp_path: Path) -> None:
    move = Told(source, source, tmp_path).move
    with pytest.raises(Trouble, match="The source refuses a step: division by zero"):
        move._with_source(lambda connection: connection.execute("SELECT 1 / 0"))
