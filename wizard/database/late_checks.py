"""Checks that may look at other tables: they are made when every table has its rows.

A dump makes a check with its table. One whose function reads another table would then fail while rows come,
in whatever order the tables are copied, though it holds on the source.
"""

from psycopg import sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.database.schema import Statement
from wizard.model.text import clean

_CHECKS = f"""
WITH RECURSIVE depth AS (
    SELECT c.oid, 0 AS steps FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')
    UNION ALL
    SELECT i.inhrelid, d.steps + 1 FROM pg_catalog.pg_inherits i JOIN depth d ON d.oid = i.inhparent
)
SELECT n.nspname, c.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
    pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND k.conislocal AND k.convalidated AND c.relkind IN ('r', 'p')
AND n.nspname NOT IN {NOT_OURS} AND EXISTS (
    SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.refobjid
    WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid
    AND d.refclassid = 'pg_catalog.pg_proc'::regclass
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_proc'::regclass
        AND e.objid = p.oid AND e.deptype = 'e')
    AND (p.provolatile <> 'i' OR p.prosrc ~* '\\m(from|execute|perform|into)\\M' OR EXISTS (
        SELECT FROM pg_catalog.pg_depend r WHERE r.classid = 'pg_catalog.pg_proc'::regclass
        AND r.objid = p.oid AND r.refclassid = 'pg_catalog.pg_class'::regclass)))
ORDER BY (SELECT max(d.steps) FROM depth d WHERE d.oid = c.oid), 1, 2, 3
"""  # noqa: S608 - built from constants of this module


def late_checks(connection: Connection) -> list[Statement]:
    """For each such check of a source two statements: one takes it off its new table, which has no rows yet,
    one makes it again with the foreign keys. A check that is merely immutable arithmetic is not among them.

    Raises:
        psycopg.Error: the source broke.
    """
    off: list[Statement] = []
    on: list[Statement] = []
    for schema, table, name, definition, comment in connection.execute(_CHECKS.encode()).fetchall():
        words = clean(f"check constraint {table} {name}")
        of = sql.SQL("ALTER TABLE {}").format(sql.Identifier(schema, table)).as_string(None)
        which = sql.Identifier(name).as_string(None)
        drop = f"{of} DROP CONSTRAINT {which};\n"
        off.append(Statement(stage="before", name=words, table="", create=drop, drop=""))
        add = f"{of} ADD CONSTRAINT {which} {definition};\n"
        if comment is not None:
            add += (
                sql.SQL("COMMENT ON CONSTRAINT {} ON {} IS {};\n")
                .format(sql.Identifier(name), sql.Identifier(schema, table), sql.Literal(comment))
                .as_string(None)
            )
        on.append(Statement(stage="foreign", name=words, table="", create=add, drop=drop))
    # An heir that has the check by itself too: taken off after its ancestor, made again before it, so that
    # it is its own again.
    return off + on[::-1]
