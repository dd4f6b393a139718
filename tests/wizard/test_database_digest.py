# ruff: noqa: E501 - the SQL reads better in whole lines
"""The digest: the same on every version, and its text of a row as unambiguous as Postgres's own."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from psycopg import sql

from tests.conformance.postgres.servers import DEBIANS, debian_server
from tests.wizard.database_servers import Database, Server, server
from wizard.database.catalogue import Table, read_tables
from wizard.database.connect import connect
from wizard.database.digest import HashedRow, digest, digest_query

EVERY_TYPE = r"""
CREATE TYPE mood AS ENUM ({moods});
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN word AS text;
CREATE TABLE t (
    a smallint, b int, c bigint, d numeric, e numeric(12, 3), f real, g double precision, h boolean, i uuid, j bytea,
    k date, l time, m timetz, n timestamp, o timestamptz(3), p interval, q inet, r cidr, s macaddr, t oid,
    u text, v varchar(20), w char(6), x word, y "char", z name, aa json, ab jsonb, ad mood, ae pair, af int[],
    ag text[], ah int4range, ai bit(3), aj varbit, ak money, al point, am tsvector, an regclass, ao pg_lsn, ap pair[]);
INSERT INTO t SELECT (i %% 7)::smallint, -i, 9223372036854775807 - i, i / 3.0, i / 7.0, i / 3.0::real, i / 3.0::float8,
    i %% 2 = 0, md5(i::text)::uuid, decode(md5(i::text), 'hex'), '0044-03-15 BC'::date + i, '01:02:03.5'::time,
    '01:02:03+05', '2026-01-01'::timestamp + i * interval '1.5 s', '1700-01-01 UTC'::timestamptz + i * interval '37 min',
    i * interval '1 month 3 days 0.25 s', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', i,
    repeat(E'a\\,"(', i), 'v' || i, 'c' || i, ',', 'q', 'n' || i, '{{"a": 1,  "a": 2}}', jsonb_build_object('i', i, 't', E'\\"'),
    'ok', ROW(i, E'a"b\\,')::pair, ARRAY[i, NULL], ARRAY['a,b', NULL, '', 'NULL'], int4range(i, i + 3), '101',
    repeat('1', i)::bit varying, i, point(i, 0.1), 'fat cat', 'pg_class', '16/B374D848', ARRAY[ROW(1, ',')::pair, NULL]
    FROM generate_series(0, 300) i;
INSERT INTO t (d, e, f, g, k, n, o) VALUES
    ('NaN', 0, '-0', '-0', 'infinity', 'infinity', '-infinity'), ('Infinity', NULL, 'NaN', 'Infinity', NULL, NULL, NULL),
    (1.0, 1, '1e-40', 5e-324, '4713-01-01 BC', '294276-12-31', '4713-01-01 BC');
INSERT INTO t (u, v, w, x) VALUES ('', '', '', ''), (NULL, NULL, NULL, NULL);
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def only_table(database: Database) -> Table:
    with connect(database.url(), "test") as connection:
        (table,) = read_tables(connection)
    return table


def test_it_is_the_same_on_every_version(
    old: Server, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    digests = []
    with contextlib.ExitStack() as servers:
        others = [servers.enter_context(server(tmp_path_factory.mktemp("pg18"), 18))]
        if os.access(DEBIANS / "postgres", os.X_OK):
            others.append(servers.enter_context(debian_server(tmp_path)))
        for number, one in enumerate((old, *others)):
            database = one.database()
            # An enum whose labels have other OIDs, in another order of creation, is the same enum.
            moods = ("'sad', 'ok'", "'ok', 'sad'", "'meh', 'sad', 'ok'")[number]
            database.sql(EVERY_TYPE.format(moods=moods).replace("%%", "%"))
            with connect(database.url(), "test") as connection:
                digests.append(digest(connection, only_table(database)))
    assert digests[0].rows == 306
    assert len(digests) >= 2 and len(set(digests)) == 1


def want_a_hash_for_each_value(database: Database, table: Table, columns: tuple[str, ...]) -> None:
    """As many different rows by their hashes as by what Postgres writes."""
    types = tuple(table.types[table.columns.index(name)] for name in columns)
    row = HashedRow(replace(table, columns=columns, types=types))
    query = sql.SQL(
        "SELECT count(DISTINCT one), count(DISTINCT two), count(DISTINCT theirs), count(DISTINCT (one, theirs))"
        " FROM (SELECT {} AS one, {} AS two, theirs"
        " FROM (SELECT {}, ROW({})::text AS theirs FROM t) AS prepared) AS hashed"
    ).format(row.hash(0), row.hash(77), row.values, sql.SQL(", ").join(map(sql.Identifier, columns)))
    one, two, theirs, pairs = database.sql(query.as_string(None))[0]
    assert one == two == theirs == pairs > 1, columns


def test_two_rows_have_the_same_hash_only_if_their_values_have_the_same_text(old: Server) -> None:
    database = old.database()
    texts = ["NULL", "''", "','", "'1'", "',1'", "'1,'", "'(1,1)'", "E'\\\\'", "'\"'"]
    numbers, others = ["NULL", "1", "11"], ["NULL", "'{}'", "'{1}'"]
    rows = itertools.product(numbers, texts, texts, ["NULL", "'1'", "'1 '"], others, ["NULL", "'1'"])
    database.sql(
        "CREATE TABLE t (n int, a text, b varchar, c char(3), d int[], e jsonb, m numeric);"
        f"INSERT INTO t VALUES {', '.join(f'({chr(44).join(row)}, NULL)' for row in rows)};"
        "INSERT INTO t (n, m) VALUES (1, NULL), (NULL, 1), (11, NULL), (NULL, 11), (1, 1.0), (1, 1.00)"
    )
    table = only_table(database)
    for columns in (table.columns, table.columns[:3], table.columns[3:], table.columns[5:], ("d", "e", "n")):
        want_a_hash_for_each_value(database, table, columns)


def test_whole_numbers_are_hashed_with_all_of_their_bits(old: Server) -> None:
    """A bigint's own hash is the same for 0 and 4294967297, and for -1 and 4294967295."""
    database = old.database()
    big = [
        "NULL",
        "0",
        "1",
        "-1",
        "4294967295",
        "4294967296",
        "4294967297",
        "-4294967296",
        "-9223372036854775808",
    ]
    rows = itertools.product(big, ["NULL", "0", "-1", "1"], ["0", "-32768", "7"], big[:6])
    database.sql(
        "CREATE TABLE t (a bigint, b int, c smallint NOT NULL, d bigint, e uuid, f boolean);"
        f"INSERT INTO t VALUES {', '.join(f'({chr(44).join(row)})' for row in rows)};"
        "INSERT INTO t (c, e, f) SELECT 0, e, f FROM unnest(ARRAY[NULL, '00000000-0000-0000-0000-000000000000',"
        " '00000000-0000-0000-0000-000000000001', '01000000-0000-0000-0000-000000000000']::uuid[]) e,"
        " unnest(ARRAY[NULL, true, false]) f"
    )
    table = only_table(database)
    assert table.not_null == ("c",)
    for columns in (table.columns, ("a",), ("d", "a"), ("c", "e"), ("e", "f", "b")):
        want_a_hash_for_each_value(database, table, columns)


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 400, 1600])
def test_a_table_has_as_many_columns_as_it_likes(old: Server, count: int) -> None:
    database = old.database()
    columns = ", ".join(f"c{number} {('int', 'text', 'timestamptz')[number % 3]}" for number in range(count))
    database.sql(f"CREATE TABLE t ({columns}); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES")
    with connect(database.url(), "test") as connection:
        found = digest(connection, only_table(database))
        assert found.rows == 2
        if count > 1:
            connection.execute(f"UPDATE public.t SET c{count - 1} = DEFAULT, c1 = 'x'")
            assert digest(connection, only_table(database)) != found


def test_its_text_is_made_once_and_by_several_workers(old: Server) -> None:
    database = old.database()
    database.sql(
        "CREATE TABLE t (id int, note text); INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i;"
        "ANALYZE t"
    )
    table = only_table(database)
    with connect(database.url(), "test") as connection:
        # So small a table would be read by one otherwise.
        connection.execute("SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0")
        lines = connection.execute(
            sql.SQL("EXPLAIN (VERBOSE, COSTS off) {}").format(digest_query(table))
        ).fetchall()
    plan = "\n".join(line for (line,) in lines)
    assert "Parallel Seq Scan on public.t" in plan
    scan = plan.partition("Parallel Seq Scan")[2]
    assert scan.count("concat_ws(") == 1
