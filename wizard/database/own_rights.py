# ruff: noqa: S608 - queries are built from constants of this package
"""What the connected role itself may do, as owner or otherwise: on the target the apps do all as that role.

A database that somebody else has restored may be read whole, and yet not be written to.
"""

from wizard.database.connect import Connection
from wizard.database.grants import ARGUMENTS, Thing, own
from wizard.database.progress import Difference

OwnRights = dict[Thing, frozenset[str]]
"""For every object what the role may do with it."""

_ON_TABLES = "'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'"


def _those(rights: str, held: str) -> str:
    return f"ARRAY(SELECT r FROM pg_catalog.unnest(ARRAY[{rights}]) r WHERE {held})"


_RIGHTS = f"""
SELECT 'schema', n.nspname, '', '',
    {_those("'USAGE', 'CREATE'", "pg_catalog.has_schema_privilege(n.oid, r)")}
FROM pg_catalog.pg_namespace n WHERE {own("pg_namespace", "n.oid")}
UNION ALL
SELECT 'table', n.nspname, c.relname, '', {_those(_ON_TABLES, "pg_catalog.has_table_privilege(c.oid, r)")}
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {own("pg_class", "c.oid")}
UNION ALL
SELECT 'sequence', n.nspname, c.relname, '',
    {_those("'USAGE', 'SELECT', 'UPDATE'", "pg_catalog.has_sequence_privilege(c.oid, r)")}
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND {own("pg_class", "c.oid")}
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname, p.proname, {ARGUMENTS},
    {_those("'EXECUTE'", "pg_catalog.has_function_privilege(p.oid, r)")}
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {own("pg_proc", "p.oid")}
"""


def read_own_rights(connection: Connection) -> OwnRights:
    """Read them. Raises psycopg.Error."""
    return {
        Thing(kind=kind, schema=schema, name=name, detail=detail): frozenset(rights)
        for kind, schema, name, detail, rights in connection.execute(_RIGHTS.encode()).fetchall()
    }


def compare_own_rights(there: OwnRights, here: OwnRights) -> list[Difference]:
    """What the source's role may do and the target's may not. An object that is not here is told as such."""
    lacking = {thing: rights - here[thing] for thing, rights in there.items() if thing in here}
    return [
        Difference(
            kind="grant",
            name=thing.label,
            words=f"{', '.join(sorted(rights))} on the {thing.label} is not allowed to the target's own role",
            judgement="lost",
        )
        for thing, rights in sorted(lacking.items(), key=lambda one: one[0].label)
        if rights
    ]
