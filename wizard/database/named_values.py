# ruff: noqa: S608 - queries are built from constants of this file
"""Values that are names of objects (regclass, regprocedure, regtype and so on): COPY brings them as text, and
the target has to know each name when the row comes. They are looked up as soon as the schema is made."""

import psycopg
from psycopg import sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.database.schema import Statement
from wizard.model.text import clean

MOST = 1_000
"""Names of one column that are looked up."""

PATIENCE = "5s"

_COLUMNS = f"""
SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(coalesce(e.typelem, a.atttypid), NULL),
    e.typelem IS NOT NULL
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = a.atttypid AND e.typelem <> 0 AND e.typcategory = 'A'
WHERE n.nspname NOT IN {NOT_OURS} AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind = 'r'
AND a.attnum > 0 AND NOT a.attisdropped
AND pg_catalog.format_type(coalesce(e.typelem, a.atttypid), NULL) = ANY (ARRAY['regclass', 'regcollation',
    'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc', 'regprocedure',
    'regrole', 'regtype'])
ORDER BY 1, 2, 3
"""


def named_values(connection: Connection) -> list[Statement]:
    """For each such column of a source a statement that the target refuses when it lacks one of the names. A
    column that cannot be read within `PATIENCE` is left to its copy.

    Args:
        connection: in a transaction, which stays usable.

    Raises:
        psycopg.Error: the source broke.
    """
    statements = []
    for schema, table, column, kind, many in connection.execute(_COLUMNS.encode()).fetchall():
        names = _names(connection, sql.Identifier(schema, table), sql.Identifier(column), many=many)
        if names:
            looked_up = sql.SQL(", ").join(
                sql.SQL("{}::pg_catalog.{}").format(sql.Literal(name), sql.SQL(kind)) for name in names
            )
            statements.append(
                Statement(
                    stage="before",
                    name=clean(f"names that are values of {schema}.{table}.{column}"),
                    table="",
                    create=sql.SQL("SELECT ROW({});").format(looked_up).as_string(None),
                    drop="",
                )
            )
    return statements


def _names(connection: Connection, table: sql.Identifier, column: sql.Identifier, *, many: bool) -> list[str]:
    value = (sql.SQL("pg_catalog.unnest({})") if many else sql.SQL("{}")).format(column)
    connection.execute(f"SAVEPOINT names; SET LOCAL statement_timeout = '{PATIENCE}'".encode())
    try:
        rows = connection.execute(
            sql.SQL(
                "SELECT DISTINCT v::text FROM (SELECT {} FROM ONLY {}) n(v) WHERE v IS NOT NULL LIMIT {}"
            ).format(value, table, MOST)
        ).fetchall()
    except psycopg.Error:
        if connection.broken:
            raise
        rows = []
    connection.execute("ROLLBACK TO SAVEPOINT names; RELEASE SAVEPOINT names")
    return sorted(row[0] for row in rows)
