"""Which rows differ: found without a key and in any order, named by keys that may be told, by no value."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.database_servers import Database, Server, Told, server
from wizard.database import differing_rows as module
from wizard.database.catalogue import read_tables
from wizard.database.connect import connect
from wizard.database.differing_rows import differing_rows
from wizard.database.progress import RowDifferences


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def search(source: Database, target: Database, name: str = "t") -> RowDifferences:
    with connect(source.url(), "test") as there, connect(target.url(), "test") as here:
        (table,) = (table for table in read_tables(there) if table.name == name)
        counts = [database.one(f"SELECT count(*) FROM {name}") for database in (source, target)]
        there.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return differing_rows(there, here, table, max(counts))


def both(server: Server, script: str) -> tuple[Database, Database]:
    source, target = server.database(), server.database()
    source.sql(script)
    target.sql(script)
    return source, target


LARGE = """
CREATE TABLE t (id int{key}, note text, n int);
INSERT INTO t SELECT i, 'n' || i, 0 FROM generate_series(1, 60000) i
"""


@pytest.mark.parametrize("key", [" PRIMARY KEY", ""])
def test_a_few_rows_of_many_are_all_found(old: Server, key: str) -> None:
    source, target = both(old, LARGE.format(key=key))
    target.sql(
        "UPDATE t SET n = 1 WHERE id = 77; DELETE FROM t WHERE id = 4242;"
        "INSERT INTO t VALUES (70000, 'x', 0);"
        "UPDATE t SET note = 'n5', n = 2 WHERE id = 59999"
    )
    found = search(source, target)
    assert (found.missing, found.more, found.exact) == (3, 3, True)
    if key:
        assert sorted(found.words) == [
            "id = 4242 is missing",
            "id = 59999 differs in note, n",
            "id = 70000 is not on the source",
            "id = 77 differs in n",
        ]
    else:
        assert len(found.words) == 6
        assert sum("of the source is missing" in words for words in found.words) == 3
        assert sum("here is not on the source" in words for words in found.words) == 3
        place = source.one("SELECT ctid::text FROM t WHERE id = 4242")
        assert f"the row at ctid {place} of the source is missing" in found.words


def test_more_than_can_be_looked_at_are_counted_from_below(old: Server) -> None:
    source, target = both(old, LARGE.format(key=" PRIMARY KEY"))
    target.sql("UPDATE t SET n = 1; DELETE FROM t WHERE id <= 100")
    found = search(source, target)
    assert not found.exact
    assert 100 <= found.missing <= 60_000 and 100 <= found.more <= 59_900
    assert found.missing - found.more >= 0
    assert len(found.words) == 10
    assert found.lines[0].startswith("at least ")


def test_the_least_is_never_more_than_there_are(old: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = both(old, LARGE.format(key=""))
    target.sql(
        "DELETE FROM t WHERE id % 100 = 0; INSERT INTO t SELECT 1, 'more', 0 FROM generate_series(1, 50) i"
    )
    monkeypatch.setattr(module, "_OPENED", 3)
    found = search(source, target)
    assert not found.exact
    assert 0 < found.missing <= 600 and found.more <= 50


def test_equal_rows_many_times_over_take_no_room(old: Server) -> None:
    source, target = both(
        old, "CREATE TABLE t (a int); INSERT INTO t SELECT 1 FROM generate_series(1, 90000)"
    )
    target.sql("INSERT INTO t VALUES (1), (1)")
    found = search(source, target)
    assert (found.missing, found.more, found.exact) == (0, 2, True)
    assert found.words == ("the row at ctid (0,1) here is on the source 90,000 times, here 90,002 times",)


KEYS = {
    "number": ("numeric", "i / 4.0", "k = 1.7500000000000000"),
    "uuid": ("uuid", "md5(i::text)::uuid", "k = 8f14e45f-ceea-167a-5a36-dedd4bea2543"),
    "moment": (
        "timestamptz",
        "'2026-01-01 UTC'::timestamptz + i * interval '1 h'",
        "k = 2026-01-01 07:00:00+00",
    ),
    "enum": ("label", "('l' || i)::label", "k = l7"),
    "text": ("text", "'canary-' || i", "the row at ctid (0,7) of the source, (0,21) here,"),
    "bytes": (
        "bytea",
        "decode(lpad(i::text, 2, '0'), 'hex')",
        "the row at ctid (0,7) of the source, (0,21) here,",
    ),
    "address": ("inet", "('10.0.0.' || i)::inet", "the row at ctid (0,7) of the source, (0,21) here,"),
}


@pytest.mark.parametrize("kind", KEYS)
def test_only_a_key_that_holds_no_text_is_told(old: Server, kind: str) -> None:
    type_, value, named = KEYS[kind]
    labels = ", ".join(f"'l{number}'" for number in range(1, 21))
    source, target = both(
        old,
        f"CREATE TYPE label AS ENUM ({labels}); CREATE TABLE t (k {type_} PRIMARY KEY, secret text, n int);"
        f"INSERT INTO t SELECT {value}, 'canary', i FROM generate_series(1, 20) i",
    )
    target.sql("UPDATE t SET secret = 'canary-2' WHERE n = 7")
    found = search(source, target)
    assert found.words == (f"{named} differs in secret",)


def test_the_key_that_may_be_told_is_taken(old: Server) -> None:
    source, target = both(
        old,
        "CREATE TABLE t (token text PRIMARY KEY, a int NOT NULL, b bool NOT NULL, n int, UNIQUE (a, b));"
        "INSERT INTO t SELECT 'canary' || i, i / 2, i % 2 = 0, 0 FROM generate_series(1, 20) i",
    )
    target.sql("UPDATE t SET n = 1 WHERE token = 'canary8'")
    assert search(source, target).words == ("a = 4, b = true differs in n",)


def test_a_key_that_is_gone_here_still_finds_doubles(old: Server) -> None:
    source, target = both(old, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)")
    target.sql("ALTER TABLE t DROP CONSTRAINT t_pkey; INSERT INTO t VALUES (2), (2)")
    found = search(source, target)
    assert found.words == ("id = 2 is on the source once, here 3 times",)
    assert (found.missing, found.more) == (0, 2)


def test_nulls_and_composites_are_told_apart(old: Server) -> None:
    source, target = both(
        old,
        "CREATE TYPE pair AS (x int, y int); CREATE TABLE t (id int PRIMARY KEY, p pair, a text, j json);"
        "INSERT INTO t VALUES (1, NULL, NULL, '{}'), (2, NULL, '', '{}'), (3, NULL, '', '{\"a\":1}')",
    )
    target.sql(
        "UPDATE t SET p = ROW(NULL, NULL) WHERE id = 1; UPDATE t SET a = NULL WHERE id = 2;"
        "UPDATE t SET j = '{\"a\": 1}' WHERE id = 3"
    )
    assert search(source, target).words == (
        "id = 1 differs in p",
        "id = 2 differs in a",
        "id = 3 differs in j",
    )


def test_columns_are_named_only_so_many(old: Server) -> None:
    columns = ", ".join(f"c{number} int" for number in range(1, 31))
    source, target = both(old, f"CREATE TABLE t (id int PRIMARY KEY, {columns}); INSERT INTO t VALUES (1)")
    target.sql("UPDATE t SET " + ", ".join(f"c{number} = 1 " for number in range(1, 31)))
    assert search(source, target).words == ("id = 1 differs in c1, c2, c3, c4, c5 and 25 more columns",)


def test_names_from_outside_cannot_write_to_a_terminal(old: Server) -> None:
    script = 'CREATE TABLE t ("a\x1b[31m%s" int PRIMARY KEY, "b\n""" int); INSERT INTO t VALUES (1, 1)'
    source, target = both(old, script)
    target.sql('UPDATE t SET "b\n""" = 2')
    assert search(source, target).words == ('a␛[31m%s = 1 differs in b␊"',)


def test_rows_that_may_lie_in_another_partition_are_found(old: Server, tmp_path: Path) -> None:
    script = (
        "CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (id int, m mood) PARTITION BY HASH (m);"
        "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        "INSERT INTO t SELECT i, (ARRAY['a', 'b', 'c']::mood[])[1 + i % 3] FROM generate_series(1, 90) i"
    )
    source, target = both(old, script)
    target.sql("DELETE FROM t WHERE id = 5")
    found = search(source, target)
    assert found.missing == 1 and len(found.words) == 1
    assert "t0 (0," in found.words[0] and found.words[0].endswith(" of the source is missing")
    # The same by the whole proof, inside its snapshot.
    (table,) = Told(source, target, tmp_path).move.prove().tables
    assert table.rows is not None and (table.rows.missing, table.rows.more) == (1, 0)
