"""The proof does not cry where nothing differs. What it finds is in test_database_tampering.py."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database.archive import UnknownArchive, read_archive
from wizard.database.catalogue import Table, read_tables
from wizard.database.connect import connect
from wizard.database.definitions import DEFINITIONS
from wizard.database.digest import digest
from wizard.database.fingerprint import ATTEMPTS, fingerprint

MORE = """
CREATE TYPE colour AS ENUM ('red', 'green');
CREATE TABLE log (at date, what text);
INSERT INTO log SELECT '2026-01-01'::date + i, 'x' || i % 7 FROM generate_series(1, 400) i;
CREATE VIEW seen AS SELECT owner FROM accounts;
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION thrice(i int) RETURNS int LANGUAGE sql IMMUTABLE RETURN i * 3;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION noted();
COMMENT ON COLUMN accounts.owner IS 'whose';
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def pair(old: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Database]:
    source, target = old.database(), old.database()
    source.sql(SMALL + MORE)
    Told(source, target, tmp_path_factory.mktemp("work")).whole_way()
    return source, target


def test_an_untouched_copy_is_equal(pair: tuple[Database, Database], tmp_path: Path) -> None:
    proof = Told(*pair, tmp_path).move.prove()
    assert proof.equal
    assert {table.name for table in proof.tables} == {"public.accounts", "public.payments", "public.log"}
    assert sum(table.source_rows for table in proof.tables) == 300 + 12000 + 400
    assert all(int(table.source_digest, 16) for table in proof.tables)


@pytest.mark.parametrize("times", [2, 100])
def test_what_goes_away_while_it_is_described_is_described_again(
    old: Server, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    database = old.database()
    database.sql(
        "CREATE SEQUENCE calls; CREATE FUNCTION gone() RETURNS text LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('public.calls') <= {times} THEN"
        " RAISE 'could not open relation with OID 7' USING ERRCODE = 'XX000';"
        " END IF; RETURN 'it'; END $$"
    )
    monkeypatch.setitem(DEFINITIONS, "thing", "SELECT 'a', public.gone()")
    with connect(database.url(), "test") as connection:
        if times < ATTEMPTS:
            assert fingerprint(connection)["thing"] == {("a", "it"): 1}
        else:
            with pytest.raises(psycopg.errors.InternalError_):
                fingerprint(connection)
    assert database.one("SELECT last_value FROM calls") == min(times + 1, ATTEMPTS)


DEPARSED = """
CREATE DOMAIN state AS varchar(10) CHECK (VALUE IN ('a', 'b'));
CREATE TABLE t (
    gone int, id serial, n int GENERATED ALWAYS AS IDENTITY, status varchar CHECK (status IN ('a', 'b')),
    kind text GENERATED ALWAYS AS (CASE WHEN status IN ('a', 'b') THEN 'x' ELSE 'y' END) STORED, s state);
ALTER TABLE t DROP COLUMN gone;
CREATE INDEX ON t (id) WHERE status NOT IN ('c', 'd');
CREATE VIEW v AS SELECT id, status IN ('a', 'b') AS known FROM t;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.status IN ('a', 'b')) EXECUTE FUNCTION f();
CREATE FUNCTION known(x varchar) RETURNS bool LANGUAGE sql IMMUTABLE RETURN x IN ('a', 'b');
CREATE POLICY p ON t USING (status IN ('a', 'b'));
CREATE STATISTICS together ON (status IN ('a', 'b')), id FROM t;
INSERT INTO t (status, s) VALUES ('a', 'b');
"""


@pytest.mark.parametrize("major", [16, 18])
def test_what_postgres_writes_in_two_ways_is_no_difference(
    old: Server, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, major: int
) -> None:
    source = old.database()
    source.sql(DEPARSED)
    if major == 16:
        Told(source, old.database(), tmp_path).whole_way()
        return
    with server(tmp_path_factory.mktemp("pg18"), major) as new:
        Told(source, new.database(), tmp_path).whole_way()


def test_settings_of_a_role_do_not_change_the_digest(old: Server) -> None:
    database = old.database()
    database.sql(
        "CREATE TABLE t (at timestamptz, f float8, b bytea, i interval, d date, m money);"
        "INSERT INTO t VALUES"
        " ('2026-03-04 05:06:07+02', 0.1, '\\x00ff', '1 day 02:03', '0044-03-15 BC', 12.5)"
    )
    table = _only_table(database)
    with connect(database.url(), "test") as connection:
        before = digest(connection, table)
    database.sql(
        f"ALTER DATABASE {database.name} SET timezone = 'Asia/Tokyo';"
        f"ALTER DATABASE {database.name} SET datestyle = 'German';"
        f"ALTER DATABASE {database.name} SET intervalstyle = 'sql_standard';"
        f"ALTER DATABASE {database.name} SET extra_float_digits = 0;"
        f"ALTER DATABASE {database.name} SET bytea_output = 'escape'"
    )
    with connect(database.url(), "test") as connection:
        assert digest(connection, table) == before


def _only_table(database: Database) -> Table:
    with connect(database.url(), "test") as connection:
        (table,) = read_tables(connection)
    return table


@pytest.mark.parametrize(
    "data",
    [b"", b"PGDMP", b"-- SQL\n", b"PGDMP\x01\x63\x00\x04\x08\x01", b"PGDMP\x01\x10\x00\x04\x08\x01\x00\x00"],
)
def test_bytes_that_are_no_archive_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownArchive):
        read_archive(data)
