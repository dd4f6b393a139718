# ruff: noqa: S608 - queries are built from constants of this file
"""Checks that may look at other tables: they are made when every table has its rows.

A dump makes a check with its table or its domain. One whose function reads another table would then fail
while rows come, in whatever order the tables are copied, though it holds on the source.
"""

from collections.abc import Collection

from psycopg import sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.database.features import Feature
from wizard.database.reliance import Reliance, read_reliance
from wizard.database.schema import Statement
from wizard.model.text import clean

_CHECKS = f"""
WITH RECURSIVE depth AS (
    SELECT c.oid, 0 AS steps FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')
    UNION ALL
    SELECT i.inhrelid, d.steps + 1 FROM pg_catalog.pg_inherits i JOIN depth d ON d.oid = i.inhparent
)
SELECT k.oid::bigint, n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
    pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.oid = ANY (%s) AND k.conislocal AND k.convalidated AND c.relkind IN ('r', 'p')
AND n.nspname NOT IN {NOT_OURS}
ORDER BY (SELECT max(d.steps) FROM depth d WHERE d.oid = c.oid), 2, 3, 4
"""

_DOMAINS = f"""
SELECT k.oid::bigint, n.nspname, t.typname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
    pg_catalog.obj_description(k.oid, 'pg_constraint'), t.oid::bigint
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_type t ON t.oid = k.contypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE k.oid = ANY (%s) AND k.convalidated AND n.nspname NOT IN {NOT_OURS}
ORDER BY 2, 3, 4
"""

_AROUND = """
WITH RECURSIVE around(type, whole) AS (
    SELECT %s::oid, true
    UNION
    SELECT o.type, i.whole AND o.whole FROM around i CROSS JOIN LATERAL (
        SELECT y.oid, y.typtype = 'd' FROM pg_catalog.pg_type y
        WHERE y.typbasetype = i.type OR y.typelem = i.type AND y.typcategory = 'A'
        UNION ALL SELECT r.rngtypid, false FROM pg_catalog.pg_range r WHERE r.rngsubtype = i.type
        UNION ALL SELECT c.reltype, false FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE a.atttypid = i.type AND NOT a.attisdropped AND c.reltype <> 0
    ) o(type, whole)
)
SELECT DISTINCT c.oid::regclass::text || '.' || a.attname FROM around i
JOIN pg_catalog.pg_attribute a ON a.atttypid = i.type JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE NOT i.whole AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') ORDER BY 1 LIMIT 5
"""
"""Columns that hold a domain inside of something else: for these Postgres adds no check to it."""


def late_checks(connection: Connection, late_anyway: Collection[int] = ()) -> list[Statement]:
    """For each such check of a source two statements: one takes it off its new table or domain, which has no
    rows yet, one makes it again with the foreign keys. A check that is merely immutable arithmetic is not
    among them.

    Args:
        late_anyway: OIDs of those that the dump makes after the rows.

    Raises:
        psycopg.Error: the source broke.
    """
    reliance = read_reliance(connection)
    chosen = [
        oid
        for catalogue, oid in reliance.reached
        if catalogue == "pg_constraint"
        and oid not in late_anyway
        and any(function.may_ask for function in reliance.of((catalogue, oid)))
    ]
    off: list[Statement] = []
    on: list[Statement] = []
    for query, kind in ((_CHECKS, "TABLE"), (_DOMAINS, "DOMAIN")):
        rows = connection.execute(query.encode(), (chosen,)).fetchall()
        for _, schema, of, name, definition, comment, *domain in rows:
            if not domain or not _holders(connection, domain[0]):
                drop, add = _both(kind, (schema, of), name, definition, comment)
                words = clean(f"check constraint {of} {name}")
                off.append(Statement(stage="before", name=words, table="", create=drop, drop=""))
                on.append(Statement(stage="foreign", name=words, table="", create=add, drop=drop))
    # An heir that has the check by itself too: taken off after its ancestor, made again before it, so that
    # it is its own again.
    return off + on[::-1]


def asking_domains(connection: Connection, reliance: Reliance) -> list[Feature]:
    """Domains whose check asks tables, and cannot be made again after the rows: they are inside of arrays or
    other types of columns. Raises psycopg.Error."""
    found = []
    asking = [
        oid
        for catalogue, oid in reliance.reached
        if catalogue == "pg_constraint" and any(one.asks for one in reliance.of((catalogue, oid)))
    ]
    for _, schema, name, *_, domain in connection.execute(_DOMAINS.encode(), (asking,)).fetchall():
        if users := _holders(connection, domain):
            found.append(Feature(kind="asking domain", name=clean(f"{schema}.{name}"), used_by=users))
    return found


def _holders(connection: Connection, domain: int) -> tuple[str, ...]:
    return tuple(clean(row[0]) for row in connection.execute(_AROUND, (domain,)).fetchall())


def _both(kind: str, of: tuple[str, str], name: str, definition: str, comment: str | None) -> tuple[str, str]:
    """What takes a check off, and what makes it again."""
    whose = f"{kind} {sql.Identifier(*of).as_string(None)}"
    which = sql.Identifier(name).as_string(None)
    add = f"ALTER {whose} ADD CONSTRAINT {which} {definition};\n"
    if comment is not None:
        where = whose.removeprefix("TABLE ")
        add += f"COMMENT ON CONSTRAINT {which} ON {where} IS {sql.Literal(comment).as_string(None)};\n"
    there = "" if kind == "TABLE" else "IF EXISTS "
    return f"ALTER {whose} DROP CONSTRAINT {there}{which};\n", add
