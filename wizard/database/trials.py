# ruff: noqa: S608 - queries are built from constants of this file
"""What of a source can only be known by trying it there: expressions that rely on the search path, checks
that rows do not keep to any more, views that cannot be filled, and values that are names of something the
target may not have. Reads only.

From version 17 on Postgres builds indexes, fills materialised views and gathers statistics with a search path
of nothing but pg_catalog: a function that finds its like by the app's path fails there, and only there.
"""

import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg import pq, sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.database.features import Feature, Kind
from wizard.database.late_checks import asking_domains
from wizard.database.reliance import Reliance, read_reliance
from wizard.model.text import clean

PATIENCE: Final = 5.0
"""Seconds for each question: a large view is not computed whole only to know that it could be."""

BRIEFLY: Final = 1.0
"""Seconds for a view that relies on no function of the source's own."""

IN_ALL: Final = 30.0
"""Seconds for all questions. What was not asked by then is taken for good."""

_OWN = f"n.nspname NOT IN {NOT_OURS} AND n.nspname NOT LIKE 'pg\\_%'"

_INDEXES = f"""
SELECT c.oid::bigint, 'index ' || c.oid::regclass, i.indrelid::regclass::text,
    ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, false)
        FROM generate_series(1, i.indnkeyatts) k WHERE i.indkey[k - 1] = 0),
    pg_catalog.pg_get_expr(i.indpred, i.indrelid)
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind = 'i' AND i.indisvalid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
ORDER BY 2
"""

_STATISTICS = f"""
SELECT s.oid::bigint, 'statistics ' || n.nspname || '.' || s.stxname, s.stxrelid::regclass::text,
    pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), NULL
FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE {_OWN} AND s.stxexprs IS NOT NULL ORDER BY 2
"""

_VIEWS = f"""
SELECT r.oid::bigint, c.oid::regclass::text, pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
WHERE {_OWN} AND c.relkind = 'm' AND c.relispopulated ORDER BY 2
"""

_FROM_AFAR = f"""
SELECT c.oid::regclass::text, ARRAY(SELECT DISTINCT f.ftrelid::regclass::text FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = d.refobjid
    JOIN pg_catalog.pg_user_mappings m ON m.srvid = f.ftserver
    WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass ORDER BY 1 LIMIT 5)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid
WHERE {_OWN} AND c.relkind = 'm' AND c.relispopulated ORDER BY 1
"""

_CHECKS = f"""
SELECT k.oid::bigint, 'constraint ' || k.conname || ' of ' || k.conrelid::regclass,
    k.conrelid::regclass::text, pg_catalog.pg_get_expr(k.conbin, k.conrelid)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND k.contype = 'c' AND k.convalidated AND c.relkind = 'r' ORDER BY 2
"""

_GENERATED = f"""
SELECT d.oid::bigint, 'generated column ' || a.attrelid::regclass || '.' || a.attname,
    d.adrelid::regclass::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND a.attgenerated = 's' AND c.relkind = 'r' ORDER BY 2
"""

_DOMAINS = f"""
SELECT k.oid::bigint, t.oid::regtype::text, pg_catalog.format_type(t.typbasetype, t.typtypmod),
    a.attrelid::regclass::text, a.attname::text, pg_catalog.pg_get_constraintdef(k.oid), NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint o WHERE o.contypid = t.oid AND NOT o.convalidated)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid
JOIN pg_catalog.pg_attribute a ON a.atttypid = t.oid JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND k.contype = 'c' ORDER BY 2, 4, 5
"""

_POINTERS = f"""
SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(coalesce(e.typelem, a.atttypid), NULL),
    e.typelem IS NOT NULL
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = a.atttypid AND e.typelem <> 0 AND e.typcategory = 'A'
WHERE {_OWN} AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
AND coalesce(e.typelem, a.atttypid) IN ('regclass'::regtype, 'regrole'::regtype)
"""

_UNLOGGED_OF_A_FOLLOWER = f"""
SELECT c.oid::regclass::text FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind IN ('r', 'S') AND c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()
ORDER BY 1
"""

_BYTES = f"""
SELECT c.oid::regclass::text, a.attname::text, pg_catalog.pg_relation_size(c.reltoastrelid)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_OWN} AND c.relkind = 'r' AND c.reltoastrelid <> 0 AND a.atttypid = 'bytea'::regtype
AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 3 DESC
"""

LARGEST: Final = 2**29 - 2
"""Bytes of a value of bytea: as text, in which rows are copied, it has two letters for each, and no value is
larger than a gigabyte."""

LEAST_STORED: Final = 2**22
"""Bytes that hold such a value at least, however well it is compressed."""

_BY_THE_CLOCK = re.compile(
    r"\b(now\(\)|(clock|statement|transaction)_timestamp\(|CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME)",
    re.IGNORECASE,
)

_SAMPLE: Final = 1000
"""Rows of a view that are made to know whether it can be filled."""

_APPS_PATH = (
    "SELECT pg_catalog.set_config('search_path', reset_val, true) FROM pg_catalog.pg_settings"
    " WHERE name = 'search_path'"
)
_NO_PATH = "SET LOCAL search_path = pg_catalog, pg_temp"


def read_trials(connection: Connection) -> tuple[Feature, ...]:
    """Features of the kinds "unlogged of a follower", "search path", "own search path" (what does not work
    under the path of the app's sessions either), "broken check", "asking column", "asking domain",
    "unfillable", "filled from afar", "too large", "points at an index" and "role by name". What cannot be
    answered within `PATIENCE`, or not any more within `IN_ALL`, is taken for good.

    Raises:
        psycopg.Error: the connection broke.
    """
    with _aside(connection):
        return tuple(_Trials(connection, read_reliance(connection)).all())


class _Trials:
    def __init__(self, connection: Connection, reliance: Reliance) -> None:
        self._connection = connection
        self._reliance = reliance
        self._end = time.monotonic() + IN_ALL

    def all(self) -> Iterator[Feature]:
        if names := tuple(clean(row[0]) for row in self._rows(_UNLOGGED_OF_A_FOLLOWER)):
            yield Feature(kind="unlogged of a follower", name="unlogged", used_by=names)
        yield from self._pointers()
        yield from self._with_rows()
        yield from asking_domains(self._connection, self._reliance)
        yield from self._domains()
        yield from self._built()
        yield from self._views()
        yield from self._large()

    # What is built with no search path.

    def _built(self) -> Iterator[Feature]:
        queries = [(_INDEXES, "pg_class")]
        if self._connection.info.server_version >= 140000:
            queries.append((_STATISTICS, "pg_statistic_ext"))
        for query, catalogue in queries:
            for oid, name, table, expressions, predicate in self._rows(query):
                if not self._is_free((catalogue, oid)):
                    continue
                guarded = [
                    f"CASE WHEN {predicate} THEN ({one}) END" if predicate else one for one in expressions
                ]
                question = _once_computed([*guarded, *([predicate] if predicate else [])], table)
                error = self._ask(question, _NO_PATH)[1]
                if _finds_nothing(error):
                    yield _feature("search path", name, error)

    def _views(self) -> Iterator[Feature]:
        for name, tables in self._rows(_FROM_AFAR):
            if tables:
                yield Feature(kind="filled from afar", name=clean(name), used_by=tuple(map(clean, tables)))
        rows = self._rows(_VIEWS)
        for oid, name, query in sorted(rows, key=lambda row: not self._is_free(("pg_rewrite", row[0]))):
            question = f"SELECT pg_catalog.count(v) FROM (SELECT * FROM ({query}) AS w LIMIT {_SAMPLE}) AS v"
            patience = PATIENCE if self._is_free(("pg_rewrite", oid)) else BRIEFLY
            error = self._ask(question, _NO_PATH, patience)[1]
            if _cannot_be_filled(error):
                fails = self._ask(question, _APPS_PATH, patience)[1]
                if _cannot_be_filled(fails):
                    yield _feature("unfillable", name, fails)
                else:
                    yield _feature("search path", f"materialized view {name}", error)

    # What is computed for each row, with the app's search path.

    def _with_rows(self) -> Iterator[Feature]:
        for oid, name, table, expression in self._rows(_CHECKS):
            if not (self._reliance.of(("pg_constraint", oid)) or _BY_THE_CLOCK.search(expression)):
                continue
            question = (
                f"SELECT 1 FROM (SELECT ({expression}) AS x FROM ONLY {table} OFFSET 0) s WHERE NOT x LIMIT 1"
            )
            rows, error = self._ask(question, _APPS_PATH)
            if _finds_nothing(error):
                yield _feature("own search path", name, error)
            elif rows:
                yield Feature(kind="broken check", name=clean(name))
        for oid, name, table, expression in self._rows(_GENERATED):
            functions = self._reliance.of(("pg_attrdef", oid))
            if any(function.asks for function in functions):
                said = sorted({function.name for function in functions if function.asks})
                yield Feature(kind="asking column", name=clean(name), used_by=tuple(map(clean, said)))
            elif self._is_free(("pg_attrdef", oid)):
                error = self._ask(_once_computed([expression], table), _APPS_PATH)[1]
                if _finds_nothing(error):
                    yield _feature("own search path", name, error)

    def _domains(self) -> Iterator[Feature]:
        broken = set()
        for oid, name, base, table, column, definition, whole in self._rows(_DOMAINS):
            if name in broken or not (
                self._reliance.of(("pg_constraint", oid)) or _BY_THE_CLOCK.search(definition)
            ):
                continue
            value = f"({sql.Identifier(column).as_string(None)}::{base})::{name}"
            error = self._ask(
                f"SELECT pg_catalog.count(x) FROM (SELECT {value} AS x FROM ONLY {table} OFFSET 0) s",
                _APPS_PATH,
            )[1]
            of = f"domain {name}"
            if _finds_nothing(error):
                broken.add(name)
                yield _feature("own search path", of, error)
            elif error is not None and (error.sqlstate or "").startswith("23") and whole:
                broken.add(name)
                yield Feature(kind="broken check", name=clean(f"{of} (of {table}.{column})"))

    # Values by themselves.

    def _large(self) -> Iterator[Feature]:
        for table, column, stored in self._rows(_BYTES):
            if stored >= LEAST_STORED:
                size = f"pg_catalog.octet_length({sql.Identifier(column).as_string(None)})"
                question = f"SELECT 1 FROM ONLY {table} WHERE {size} > {LARGEST:d} LIMIT 1"
                if self._ask(question, _APPS_PATH, BRIEFLY)[0]:
                    yield Feature(kind="too large", name=clean(f"{table}.{column}"))

    def _pointers(self) -> Iterator[Feature]:
        for schema, table, column, kind, many in self._rows(_POINTERS):
            rows, _ = self._ask(_values(schema, table, column, kind, many=many), "SET LOCAL search_path = ''")
            if rows:
                yield Feature(
                    kind="points at an index" if kind == "regclass" else "role by name",
                    name=clean(f"{schema}.{table}.{column}"),
                    used_by=tuple(clean(row[0]) for row in rows),
                )

    def _is_free(self, thing: tuple[str, int]) -> bool:
        return any(function.free for function in self._reliance.of(thing))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode()).fetchall()

    def _ask(
        self, question: str, path: str, patience: float = PATIENCE
    ) -> tuple[list[tuple[Any, ...]], psycopg.Error | None]:
        left = min(patience, self._end - time.monotonic())
        if left <= 0:
            return [], None
        connection = self._connection
        error: psycopg.Error | None = None
        rows: list[tuple[Any, ...]] = []
        limit = f"SET LOCAL statement_timeout = {left * 1000 + 1:.0f}"
        connection.execute("SAVEPOINT asked")
        try:
            cursor = connection.execute(f"{limit}; {path}; {question}".encode())
            while cursor.nextset():
                pass
            rows = cursor.fetchall()
        except psycopg.Error as refused:
            if connection.broken:
                raise
            error = refused
        # The search path and the limit with it.
        connection.execute("ROLLBACK TO SAVEPOINT asked; RELEASE SAVEPOINT asked")
        return rows, error


def _once_computed(expressions: list[str], table: str) -> str:
    """A question that computes each of `expressions` until it is not NULL once: a strict function is not
    called for the rows before. OFFSET keeps the planner from looking into the very index instead."""
    return "SELECT " + ", ".join(
        f"EXISTS (SELECT FROM (SELECT ({one}) AS x FROM ONLY {table} OFFSET 0) s WHERE x IS NOT NULL)"
        for one in expressions
    )


def _feature(kind: Kind, name: str, error: psycopg.Error | None) -> Feature:
    said = error.diag.message_primary if error is not None else None
    return Feature(kind=kind, name=clean(name), used_by=(clean(said or ""),))


_NO_RIGHT: Final = "42501"


def _finds_nothing(error: psycopg.Error | None) -> bool:
    """Whether a name was not found. What another role may not do here its owner may on the target."""
    state = (error.sqlstate or "") if error is not None else ""
    return state.startswith(("42", "3F")) and state != _NO_RIGHT


def _cannot_be_filled(error: psycopg.Error | None) -> bool:
    """Whether a refresh would fail too. It may write, and takes its time: neither is an error."""
    state = (error.sqlstate or "") if error is not None else ""
    return _finds_nothing(error) or state.startswith(("21", "22", "2F", "38", "39", "55000", "P0"))


def _values(schema: str, table: str, column: str, kind: str, *, many: bool) -> str:
    value = f"{'pg_catalog.unnest' if many else ''}(t.{sql.Identifier(column).as_string(None)})"
    rows = f"(SELECT {value} FROM ONLY {sql.Identifier(schema, table).as_string(None)} t) v(x)"
    if kind == "regrole":
        return f"SELECT DISTINCT r.rolname::text FROM {rows} JOIN pg_catalog.pg_roles r ON r.oid = v.x"
    return (
        f"SELECT DISTINCT c.oid::regclass::text FROM {rows} JOIN pg_catalog.pg_class c ON c.oid = v.x"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        f" WHERE c.relkind IN ('i', 'I', 't') OR n.nspname IN ('_heroku', '_offramp')"
        " OR n.nspname LIKE 'pg\\_temp%' LIMIT 5"
    )


@contextlib.contextmanager
def _aside(connection: Connection) -> Iterator[None]:
    """A transaction, or a part of the one that is open, of which nothing stays."""
    idle = connection.info.transaction_status == pq.TransactionStatus.IDLE
    connection.execute("BEGIN READ ONLY" if idle else "SAVEPOINT aside")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("ROLLBACK" if idle else "ROLLBACK TO SAVEPOINT aside; RELEASE SAVEPOINT aside")
