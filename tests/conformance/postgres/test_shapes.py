"""Shapes of data that are out of the ordinary by their size."""

import os
import resource
from pathlib import Path

import pytest

from tests.wizard.database_servers import Server, Told
from wizard.model.trouble import Trouble

SEGMENT = 1 << 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def before(number: int) -> str:
    """A foreign key to the table before."""
    return f" REFERENCES t{number - 1}" if number % 2 else ""


def test_five_thousand_tables(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    for start in range(0, 5000, 250):
        # Not in one transaction: every table takes locks.
        source.sql(
            "".join(
                f"CREATE TABLE t{i} (id serial PRIMARY KEY, t text, n int, o int{before(i)});"
                f"CREATE INDEX ON t{i} (n); INSERT INTO t{i} (t, n) VALUES ('a', {i}), ('b', 2);"
                for i in range(start, start + 250)
            )
        )
    Told(source, target, tmp_path, part_bytes=1 << 26).whole_way()
    tables = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    assert target.one(tables) == 5000
    assert target.one("SELECT n FROM t4321 ORDER BY id LIMIT 1") == 4321
    assert target.one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 2500
    again = Told(source, target, tmp_path, part_bytes=1 << 26)
    assert again.move.prove().equal


def test_a_copy_of_many_tables_is_begun_anew(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = new.database(), old.database()
    for start in range(0, 2600, 200):
        tables = range(start, start + 200)
        source.sql("".join(f"CREATE TABLE t{i} (id serial PRIMARY KEY, t text);" for i in tables))
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.start_over()
    assert told.move.state().state == "empty"
    # What is refused among the last is named as well, and nothing of the others stays.
    source.sql("CREATE VIEW z AS SELECT uuidv7() AS id")
    with pytest.raises(Trouble, match="view z"):
        told.move.first_copy()
    assert told.move.state().state == "empty"


def test_a_value_of_200_megabytes(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(
        "CREATE TABLE large (id int PRIMARY KEY, t text, b bytea);"
        "ALTER TABLE large ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL;"
        "INSERT INTO large SELECT 1, repeat(E'0123456789abcd\\\\\\n', 13107200), NULL;"
        "INSERT INTO large SELECT 2, NULL, decode(repeat('00ff5c0a', 52428800 / 2), 'hex');"
        "INSERT INTO large SELECT i, 'small', NULL FROM generate_series(3, 100) i"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Told(source, target, tmp_path).whole_way()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sizes = "SELECT id, length(t), length(b), md5(t), md5(b) FROM large WHERE id < 3 ORDER BY id"
    assert target.sql(sizes) == source.sql(sizes)
    assert source.sql(sizes)[0][1] == 209715200
    assert grown < 80 * 1024, f"{grown} kB of memory for one value"


def test_a_table_of_many_parts(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(
        "CREATE TABLE sparse (id int, t text) WITH (autovacuum_enabled = false);"
        "INSERT INTO sparse SELECT i, 'x' FROM generate_series(1, 1000) i; CHECKPOINT",
        "postgres",
    )
    source.sql("ALTER TABLE sparse OWNER TO app", "postgres")
    file = old.postgres.data / str(source.one("SELECT pg_relation_filepath('sparse')"))
    old.background.run(old.postgres.stop())
    # Pages that nobody has written yet, as a crash leaves them; the files have holes, and take no room.
    for number in range(7):
        path = file if number == 0 else file.with_name(f"{file.name}.{number}")
        path.touch(mode=0o600)
        os.truncate(path, SEGMENT)
        if number:
            os.chown(path, file.stat().st_uid, file.stat().st_gid)
    old.background.run(old.postgres.start())
    source.sql("INSERT INTO sparse SELECT i, 'late' FROM generate_series(1001, 1010) i")
    told = Told(source, target, tmp_path, part_bytes=1 << 25)
    told.whole_way()
    assert target.one("SELECT count(*) FROM sparse") == 1010
    assert max(table.parts for report in told.reports for table in report.tables) > 200
