"""A copy that is brought up to date after its ending was made, and roles that carry settings of their own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import ending, foreign
from wizard.database.connect import connect


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
    "default_transaction_read_only = on",
    "session_replication_role = replica",
    "transform_null_equals = on",
    "backslash_quote = off",
    "xmlbinary = hex",
    "gin_fuzzy_search_limit = 1",
    "synchronous_commit = off",
    "vacuum_cost_delay = 100",
    "enable_tidscan = off",
    "enable_hashjoin = off",
    "check_function_bodies = on",
    "row_security = on",
    "statement_timeout = 900",
    "lock_timeout = 1",
    "intervalstyle = sql_standard",
    "datestyle = 'German'",
    "client_min_messages = debug5",
)


@pytest.mark.parametrize("side", ["source", "target"])
def test_settings_of_a_role_change_nothing(
    source: Database, target: Database, tmp_path: Path, side: str
) -> None:
    source.sql(
        SMALL
        + "CREATE TABLE arrays (a text[], r regclass, id int REFERENCES accounts, i interval, d date);"
        + "INSERT INTO arrays VALUES (ARRAY['a', NULL, 'NULL'], 'accounts', 1, '1 day 02:03', '2026-03-04'),"
        + " (ARRAY['b'], 'payments', 2, '-1 mon 2 days', '0044-03-15 BC')"
    )
    hurt = source if side == "source" else target
    hurt.sql("".join(f"ALTER ROLE app SET {setting};" for setting in SETTINGS), role="postgres")
    if side == "target":
        target.sql(
            "CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;"
            f"ALTER DATABASE {target.name} SET default_table_access_method = 'other'",
            role="postgres",
        )
    try:
        Told(source, target, tmp_path).whole_way()
        with connect(hurt.url(), "test") as connection:
            shown = dict(connection.execute("SELECT name, setting FROM pg_catalog.pg_settings").fetchall())
    finally:
        hurt.sql("ALTER ROLE app RESET ALL", role="postgres")
    others = "SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'other'"
    assert target.one(others) == 0
    assert {name: shown[name] for name in ("enable_tidscan", "enable_hashjoin", "vacuum_cost_delay")} == {
        "enable_tidscan": "on",
        "enable_hashjoin": "on",
        "vacuum_cost_delay": "0",
    }
    assert shown["synchronous_commit"] == "local"


def test_a_role_that_works_as_another_one_can_end_what_broke(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(SMALL)
    for database in (source, target):
        database.sql(
            "CREATE ROLE owners; GRANT owners TO app; GRANT ALL ON SCHEMA public TO owners;"
            f"ALTER DATABASE {database.name} OWNER TO owners; REASSIGN OWNED BY app TO owners;"
            "ALTER ROLE app SET role = 'owners'",
            role="postgres",
        )
    try:
        before = Told(source, target, tmp_path)
        left = [before.move._ends.open_source_line("copy"), before.move._ends.open_target_line("copy")]
        told = Told(source, target, tmp_path)
        told.whole_way()
        assert told.events[0] == "2 connections that an earlier run left behind were ended."
        for line in left:
            with pytest.raises(psycopg.OperationalError):
                line.execute("SELECT 1")
        told.move._ends.give_up(told.move._ends.open_target_line("copy"))
        told.move._ends.end_given_up()
        assert target.one("SELECT current_user") == "owners"
    finally:
        for database in (source, target):
            database.sql(
                f"ALTER ROLE app RESET ALL; ALTER DATABASE {database.name} OWNER TO app;"
                "REASSIGN OWNED BY owners TO app; DROP OWNED BY owners; DROP ROLE owners",
                role="postgres",
            )


def test_functions_read_dates_in_the_order_of_the_target(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(
        "CREATE FUNCTION read(text) RETURNS date IMMUTABLE LANGUAGE sql AS 'SELECT $1::date';"
        "CREATE TABLE bills (due text, due_on date GENERATED ALWAYS AS (read(due)) STORED,"
        " CHECK (read(due) > '2000-01-01'));"
        "INSERT INTO bills VALUES ('03/14/2026'), ('01/02/2003'); CREATE INDEX ON bills (read(due))"
    )
    Told(source, target, tmp_path).whole_way()


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


@pytest.mark.parametrize(("major", "leaf"), [(16, 2), (18, 1)])
def test_parts_are_read_for_statistics_no_more_often_than_they_must(
    old: Server, new: Server, source: Database, tmp_path: Path, major: int, leaf: int
) -> None:
    source.sql(
        "CREATE TABLE top (a int, b int) PARTITION BY RANGE (a);"
        "CREATE TABLE middle PARTITION OF top FOR VALUES FROM (0) TO (9) PARTITION BY RANGE (b);"
        "CREATE TABLE low PARTITION OF middle FOR VALUES FROM (0) TO (9);"
        "INSERT INTO top SELECT i % 9, i % 9 FROM generate_series(1, 999) i"
    )
    target = (old if major == 16 else new).database()
    finished(source, target, tmp_path)
    counts = dict(target.sql("SELECT relname, analyze_count FROM pg_stat_user_tables"))
    assert [counts[name] for name in ("top", "middle", "low")] == [1, 1, leaf]
    known = "SELECT count(*) FROM pg_stats WHERE inherited AND tablename IN ('top', 'middle')"
    assert target.one(known) == 4
