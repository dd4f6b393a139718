"""A copy that is brought up to date after its ending was made, and roles that carry settings of their own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import ending, foreign


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
    return old.database()


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


def finished(source: Database, target: Database, work: Path) -> Told:
    told = Told(source, target, work)
    told.move.first_copy()
    told.move.refresh()
    told.move.finish()
    return told


def test_old_rows_that_a_check_was_never_true_of_are_copied_again(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(
        "CREATE TABLE orders (id int, total int);"
        "INSERT INTO orders SELECT i, i FROM generate_series(1, 99) i;"
        "ALTER TABLE orders ADD CONSTRAINT enough CHECK (total > 50) NOT VALID;"
        "COMMENT ON CONSTRAINT enough ON orders IS 'of new ones'"
    )
    told = finished(source, target, tmp_path)
    source.sql("DELETE FROM orders WHERE id = 99")
    told.whole_way()
    assert target.one("SELECT count(*) FROM orders") == 98
    assert target.one("SELECT convalidated FROM pg_constraint WHERE conname = 'enough'") is False


def test_rules_do_not_write_while_parts_are_copied_again(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(
        "CREATE TABLE log (what text); CREATE TABLE notes (id int, body text);"
        "INSERT INTO notes SELECT i, repeat('x', 500) FROM generate_series(1, 9000) i;"
        "CREATE RULE noted AS ON DELETE TO notes DO ALSO INSERT INTO log VALUES ('gone')"
    )
    told = finished(source, target, tmp_path)
    source.sql("INSERT INTO notes VALUES (9001, 'new')")
    told.move.refresh()
    assert any("copied again: 1 of" in event for event in told.events), told.events
    assert target.one("SELECT count(*) FROM log") == 0
    told.whole_way()
    assert target.one("SELECT count(*) FROM pg_rules WHERE schemaname = 'public'") == 1


def test_keys_of_many_tables_come_and_go_some_at_a_time(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "_BATCH", 3)
    monkeypatch.setattr(foreign, "ADDED", 3)
    source.sql(
        'CREATE TABLE "a DROP CONSTRAINT b" (id int PRIMARY KEY);'
        + "".join(
            f'CREATE TABLE t{i} (id int CONSTRAINT "c DROP CONSTRAINT d" REFERENCES "a DROP CONSTRAINT b");'
            for i in range(10)
        )
        + 'INSERT INTO "a DROP CONSTRAINT b" VALUES (1); INSERT INTO t3 VALUES (1);'
        'ALTER TABLE "a DROP CONSTRAINT b" ADD CONSTRAINT "e DROP CONSTRAINT f" FOREIGN KEY (id)'
        ' REFERENCES "a DROP CONSTRAINT b"'
    )
    told = finished(source, target, tmp_path)
    source.sql('INSERT INTO "a DROP CONSTRAINT b" VALUES (2); INSERT INTO t4 VALUES (2)')
    told.move.refresh()
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    assert target.one(keys) == 0
    told.whole_way()
    assert target.one(keys + " AND convalidated") == 11


def test_one_key_that_is_refused_does_not_keep_the_others_from_being_checked_side_by_side(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "ADDED", 1)
    source.sql(SMALL + "CREATE TABLE more (account int REFERENCES accounts)")
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    # As a target may be that somebody has looked into.
    target.sql("ALTER TABLE more RENAME COLUMN account TO other")
    checked: list[int] = []
    check = foreign.check_tasks
    monkeypatch.setattr(
        foreign, "check_tasks", lambda bundle, *more: checked.append(len(bundle)) or check(bundle, *more)
    )
    with pytest.raises(Exception, match=r"fk constraint more .*cannot be made"):
        told.move.finish()
    assert checked == [1]


SETTINGS = (
    "array_nulls = off",
    "quote_all_identifiers = on",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_deferrable = on",
    "session_replication_role = replica",
)


@pytest.mark.parametrize("side", ["source", "target"])
def test_settings_of_a_role_change_nothing(
    source: Database, target: Database, tmp_path: Path, side: str
) -> None:
    source.sql(
        SMALL
        + "CREATE TABLE arrays (a text[], r regclass, id int REFERENCES accounts);"
        + "INSERT INTO arrays VALUES (ARRAY['a', NULL, 'NULL'], 'accounts', 1), (ARRAY['b'], 'payments', 2)"
    )
    hurt = source if side == "source" else target
    hurt.sql("".join(f"ALTER ROLE app SET {setting};" for setting in SETTINGS), role="postgres")
    try:
        Told(source, target, tmp_path).whole_way()
    finally:
        hurt.sql("ALTER ROLE app RESET ALL", role="postgres")


def test_a_source_that_breaks_while_its_grants_are_read_is_asked_again(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.sql(SMALL)
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    broke: list[str] = []
    read = ending.read_grants

    def breaking(connection: psycopg.Connection) -> object:
        if not broke:
            broke.append("here")
            connection.close()
        return read(connection)

    monkeypatch.setattr(ending, "read_grants", breaking)
    told.move.finish()
    assert broke
