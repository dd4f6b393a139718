"""Of a MySQL, what is more than rows: kinds of tables, constraints, character sets; and large rows."""

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wizard.stores.mysql_servers import MariaDb, Told
from wizard.model.trouble import Trouble
from wizard.stores.mysql.catalogue import read_catalogue
from wizard.stores.mysql.digest import read_digest
from wizard.stores.mysql.fit import findings

PLAIN = """
CREATE TABLE customers (id int PRIMARY KEY, `Kind` varchar(9) NOT NULL DEFAULT 'new', made timestamp DEFAULT
 CURRENT_TIMESTAMP);
CREATE TABLE orders (id int PRIMARY KEY, customer int, total int, KEY (customer));
INSERT INTO customers (id) VALUES (1), (2); INSERT INTO orders VALUES (1, 1, 5);
"""


@pytest.fixture(scope="module")
def running(needs_program: Callable[[str], str]) -> Iterator[MariaDb]:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 500 << 20
    with tempfile.TemporaryDirectory(prefix="or-", dir=memory if roomy else Path("/tmp")) as folder:
        server = MariaDb(needs_program("mariadb-install-db"), needs_program("mariadbd"), Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def server(running: MariaDb) -> MariaDb:
    running.clear()
    running.sql(PLAIN)
    return running


def test_tables_that_are_no_plain_ones_are_refused_and_never_proven(server: MariaDb, tmp_path: Path) -> None:
    server.sql("CREATE TABLE priced (id int) WITH SYSTEM VERSIONING; CREATE SEQUENCE numbers")
    told = Told(server, tmp_path)
    assert [one.words for one in told.move.inspect().stoppers] == [
        "Offramp does not copy a sequence: numbers.",
        "Offramp does not copy a system versioned table: priced.",
    ]
    with pytest.raises(Trouble, match="does not copy a sequence") as refused:
        told.move.copy()
    assert refused.value.code == "store-unfit" and server.sql("SHOW TABLES", "db") == []
    server.sql("DROP TABLE priced; DROP SEQUENCE numbers")
    told.move.copy()
    server.sql("CREATE TABLE priced (id int) WITH SYSTEM VERSIONING; CREATE SEQUENCE numbers")
    told.move.refresh()
    assert [set(one.samples) for one in told.move.prove().differences] == [
        {"sequence numbers: not here", "system versioned table priced: not here"}
    ]


def test_a_constraint_or_default_that_is_new_goes_over(server: MariaDb, tmp_path: Path) -> None:
    told = Told(server, tmp_path)
    told.move.copy()
    server.sql("ALTER TABLE customers ALTER `Kind` SET DEFAULT 'it''s', ADD CONSTRAINT few CHECK (id < 100)")
    server.sql(
        "ALTER TABLE orders ADD CONSTRAINT whose FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE"
        " CASCADE"
    )
    assert [set(one.samples) for one in told.move.prove().differences] == [{"customers", "orders"}]
    assert set(told.move.refresh().names) == {"customers", "orders"}
    assert told.move.prove().equal and told.move.refresh().copied_again == 0
    server.sql("INSERT INTO customers (id) VALUES (3); DELETE FROM customers WHERE id = 1", "db")
    assert server.sql("SELECT `Kind` FROM customers WHERE id = 3", "db") == [["it's"]]
    assert server.sql("SELECT * FROM orders", "db") == []


def test_a_table_that_is_made_otherwise_goes_over_and_another_collation_is_told(
    server: MariaDb, tmp_path: Path
) -> None:
    told = Told(server, tmp_path)
    told.move.copy()
    server.sql("ALTER TABLE customers CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, COMMENT 'who'")
    assert told.move.prove().left_out == (
        "the collation utf8mb4_bin of 1 column is utf8mb4_unicode_ci here (customers.Kind)",
    )
    assert told.move.refresh().names == ("customers",)
    proof = told.move.prove()
    assert proof.equal and not proof.left_out and told.move.refresh().copied_again == 0
    assert "COMMENT='who'" in server.sql("SHOW CREATE TABLE customers", "db")[0][1]


@pytest.mark.parametrize("how", ["tables", "rows"])
def test_a_source_that_has_lost_what_it_had_does_not_empty_the_target(
    server: MariaDb, tmp_path: Path, how: str
) -> None:
    server.sql("CREATE VIEW seen AS SELECT id FROM customers")
    told = Told(server, tmp_path)
    told.move.copy()
    told.move.refresh()
    lose = "DROP TABLE customers, orders" if how == "tables" else "DELETE FROM customers; DELETE FROM orders"
    server.sql(f"DROP VIEW seen; {lose}")
    with pytest.raises(Trouble, match="0 of 2 tables" if how == "tables" else "no row of 3 is") as lost:
        told.move.refresh()
    assert lost.value.code == "source-lost-tables"
    assert server.sql("SELECT count(*) FROM seen", "db") == [["2"]]
    server.sql("INSERT INTO _offramp_move VALUES ('may-lose', 'yes')", "db")
    assert told.move.refresh().removed == (2 if how == "tables" else 0)
    assert server.sql("SELECT value FROM _offramp_move WHERE name = 'may-lose'", "db") == []
    assert told.move.prove().equal


def test_the_character_set_is_set_also_after_it_was_refused(server: MariaDb, tmp_path: Path) -> None:
    server.sql("REVOKE ALTER ON db.* FROM aptible@'127.0.0.1'", "db")
    try:
        with pytest.raises(Trouble, match="denied"):
            Told(server, tmp_path).move.copy()
    finally:
        server.sql("GRANT ALL ON db.* TO aptible@'127.0.0.1'")
    Told(server, tmp_path).move.copy()
    assert server.sql("SELECT @@collation_database", "db") == [["utf8mb4_unicode_ci"]]


def test_rows_that_cannot_be_digested_are_not_taken_for_equal(server: MariaDb, tmp_path: Path) -> None:
    server.sql("CREATE TABLE wide (a varchar(1000), b varchar(1000), c varchar(1000))", "db")
    server.sql("INSERT INTO wide VALUES (repeat('a', 900), repeat('b', 900), repeat('c', 900))", "db")
    told = Told(server, tmp_path)
    [[before]] = server.sql("SELECT @@global.max_allowed_packet")
    server.sql("SET GLOBAL max_allowed_packet = 2048")
    try:
        with told.move._ends.session("target") as session:
            wide = read_catalogue(session).tables["wide"]
            with pytest.raises(Trouble, match="no digest of 1 rows of wide"):
                read_digest(session, wide)
    finally:
        server.sql(f"SET GLOBAL max_allowed_packet = {before}")


@pytest.mark.slow
def test_a_row_that_is_larger_than_the_programs_take_by_themselves_goes_over(
    server: MariaDb, tmp_path: Path
) -> None:
    [[before]] = server.sql("SELECT @@global.max_allowed_packet")
    server.sql("SET GLOBAL max_allowed_packet = 100 << 20")
    try:
        server.sql("CREATE TABLE films (id int, film longblob)")
        server.sql("INSERT INTO films VALUES (1, repeat(x'00ff27', 9 << 20))")
        told = Told(server, tmp_path)
        told.move.copy()
        told.move.refresh()
        assert told.move.prove().equal
    finally:
        server.sql(f"SET GLOBAL max_allowed_packet = {before}")


def test_what_a_target_takes_less_of_is_said(server: MariaDb, tmp_path: Path) -> None:
    server.sql(
        "CREATE TABLE `Capital` (id int); CREATE VIEW broken AS SELECT 1 FROM orders; DROP TABLE orders"
    )
    source = Told(server, tmp_path).move._read("source")
    target = dataclasses.replace(source, folds=True, largest=source.largest // 2)
    found = {one.words: one.stops for one in findings(source, target, "empty")}
    assert [stops for words, stops in found.items() if "Capital would be another" in words] == [True]
    assert [stops for words, stops in found.items() if "a larger row would be refused" in words] == [False]
    assert findings(source, source, "empty") == ()
