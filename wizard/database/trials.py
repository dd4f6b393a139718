# ruff: noqa: S608 - queries are built from constants of this file
"""What of a source can only be known by trying it there: expressions that rely on the search path, and
values that are names of something the target may not have. Reads only.

From version 17 on Postgres builds indexes, fills materialised views and gathers statistics with a search path
of nothing but pg_catalog: a function that finds its like by the app's path fails there, and only there.
"""

import contextlib
from collections.abc import Iterator
from typing import LiteralString

import psycopg
from psycopg import pq, sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.database.features import Feature, Kind
from wizard.model.text import clean

PATIENCE = "5s"
"""For each question: a large view is not computed whole only to know that it could be."""

_RELIES = """
EXISTS (
    SELECT FROM pg_catalog.pg_depend relies
    JOIN pg_catalog.pg_proc p ON p.oid = relies.refobjid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE relies.classid = '{catalogue}'::regclass AND relies.objid = {oid}
    AND relies.refclassid = 'pg_catalog.pg_proc'::regclass AND l.lanname NOT IN ('c', 'internal')
    AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) s WHERE s LIKE 'search_path=%'))
"""

_OWN = f"n.nspname NOT IN {NOT_OURS} AND n.nspname NOT LIKE 'pg\\_%'"

_EXPRESSIONS = f"""
SELECT 'index ' || c.oid::regclass, 'SELECT ' || pg_catalog.concat_ws(', ',
        (SELECT string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false), ', ')
         FROM generate_series(1, i.indnkeyatts) k WHERE i.indkey[k - 1] = 0),
        pg_catalog.pg_get_expr(i.indpred, i.indrelid)) || ' FROM ONLY ' || i.indrelid::regclass || ' LIMIT 1'
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
AND {_RELIES.format(catalogue="pg_catalog.pg_class", oid="c.oid")}
UNION ALL
SELECT 'materialized view ' || c.oid::regclass,
    'SELECT * FROM (' || pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') || ') AS v LIMIT 1'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
WHERE {_OWN} AND c.relkind = 'm' AND c.relispopulated
AND {_RELIES.format(catalogue="pg_catalog.pg_rewrite", oid="r.oid")}
"""

_STATISTICS = f"""
UNION ALL
SELECT 'statistics ' || n.nspname || '.' || s.stxname, 'SELECT '
    || pg_catalog.array_to_string(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), ', ')
    || ' FROM ONLY ' || s.stxrelid::regclass || ' LIMIT 1'
FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE {_OWN} AND s.stxexprs IS NOT NULL
AND {_RELIES.format(catalogue="pg_catalog.pg_statistic_ext", oid="s.oid")}
"""

_WITH_ROWS = f"""
SELECT 'constraint ' || k.conname || ' of ' || k.conrelid::regclass,
    'SELECT ' || pg_catalog.pg_get_expr(k.conbin, k.conrelid)
    || ' FROM ONLY ' || k.conrelid::regclass || ' LIMIT 1'
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND k.contype = 'c' AND k.convalidated AND c.relkind = 'r'
AND {_RELIES.format(catalogue="pg_catalog.pg_constraint", oid="k.oid")}
UNION ALL
SELECT 'generated column ' || a.attrelid::regclass || '.' || a.attname,
    'SELECT ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    || ' FROM ONLY ' || d.adrelid::regclass || ' LIMIT 1'
FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND a.attgenerated <> '' AND c.relkind = 'r'
AND {_RELIES.format(catalogue="pg_catalog.pg_attrdef", oid="d.oid")}
"""

_POINTERS = f"""
SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, NULL)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND a.atttypid IN ('regclass'::regtype, 'regrole'::regtype)
"""


def read_trials(connection: Connection) -> tuple[Feature, ...]:
    """Features of the kinds "search path" (only of a source older than 17), "own search path" (what does
    not work under the path of the app's sessions either), "points at an index" and "role by name". What
    cannot be answered within `PATIENCE` is taken for good.

    Raises:
        psycopg.Error: the connection broke.
    """
    major = connection.info.server_version // 10000
    found: list[Feature] = []
    with _aside(connection):
        if major < 17:
            query = _EXPRESSIONS + (_STATISTICS if major >= 14 else "")
            path = "SET LOCAL search_path = pg_catalog, pg_temp"
            found += _tried(connection, query, path, "search path")
        path = (
            "SELECT pg_catalog.set_config('search_path', reset_val, true) FROM pg_catalog.pg_settings"
            " WHERE name = 'search_path'"
        )
        found += _tried(connection, _WITH_ROWS, path, "own search path")
        for schema, table, column, kind in connection.execute(_POINTERS.encode()).fetchall():
            rows, _ = _ask(connection, _values(schema, table, column, kind))
            if rows:
                found.append(
                    Feature(
                        kind="points at an index" if kind == "regclass" else "role by name",
                        name=clean(f"{schema}.{table}.{column}"),
                        used_by=tuple(clean(row[0]) for row in rows),
                    )
                )
    return tuple(found)


def _tried(connection: Connection, query: str, path: LiteralString, kind: Kind) -> list[Feature]:
    """Features for those of the expressions that `query` gives that do not find a name under `path`."""
    found = []
    for name, question in connection.execute(query.encode()).fetchall():
        connection.execute(path)
        error = _ask(connection, sql.SQL(question))[1]
        if error is not None and (error.sqlstate or "").startswith(("42", "3F")):
            said = clean(error.diag.message_primary or "")
            found.append(Feature(kind=kind, name=clean(name), used_by=(said,)))
    connection.execute("SET LOCAL search_path = ''")
    return found


def _values(schema: str, table: str, column: str, kind: str) -> sql.Composed:
    of, where = sql.Identifier(schema, table), sql.Identifier("t", column)
    if kind == "regrole":
        return sql.SQL(
            "SELECT DISTINCT r.rolname::text FROM ONLY {} t JOIN pg_catalog.pg_roles r ON r.oid = {}"
        ).format(of, where)
    return sql.SQL(
        "SELECT DISTINCT c.oid::regclass::text FROM ONLY {} t JOIN pg_catalog.pg_class c ON c.oid = {}"
        " WHERE c.relkind IN ('i', 'I') LIMIT 5"
    ).format(of, where)


def _ask(
    connection: Connection, question: sql.Composable
) -> tuple[list[tuple[str, ...]], psycopg.Error | None]:
    connection.execute("SAVEPOINT asked")
    error: psycopg.Error | None = None
    rows: list[tuple[str, ...]] = []
    try:
        rows = connection.execute(question.as_bytes(connection)).fetchall()
    except psycopg.Error as refused:
        if connection.broken:
            raise
        error = refused
    connection.execute("ROLLBACK TO SAVEPOINT asked; RELEASE SAVEPOINT asked")
    return rows, error


@contextlib.contextmanager
def _aside(connection: Connection) -> Iterator[None]:
    """A transaction, or a part of the one that is open, of which nothing stays."""
    idle = connection.info.transaction_status == pq.TransactionStatus.IDLE
    connection.execute("BEGIN READ ONLY" if idle else "SAVEPOINT aside")
    try:
        connection.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
        yield
    finally:
        if not connection.broken:
            connection.execute("ROLLBACK" if idle else "ROLLBACK TO SAVEPOINT aside; RELEASE SAVEPOINT aside")
