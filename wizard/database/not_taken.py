"""What no schema dump of ours carries over: roles, settings, rows in tables of extensions. Each is named.

Roles differ from server to server (Heroku's are random). Grants to them are made again at the end of a copy
for those that the target knows by the same name (`grants.carry_grants`), and lost for the others.
"""

import contextlib

import psycopg
from psycopg import sql

from wizard.database.connect import Connection
from wizard.model.text import clean

_GRANTS = """
WITH granted AS (
    SELECT 'table' AS kind, c.relowner AS owner, pg_catalog.aclexplode(c.relacl) AS acl,
        c.relnamespace AS space
    FROM pg_catalog.pg_class c WHERE c.relacl IS NOT NULL
    UNION ALL
    SELECT 'column', c.relowner, pg_catalog.aclexplode(a.attacl), c.relnamespace
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'function', p.proowner, pg_catalog.aclexplode(p.proacl), p.pronamespace
    FROM pg_catalog.pg_proc p WHERE p.proacl IS NOT NULL
)
SELECT r.rolname, g.kind, pg_catalog.count(*) FROM granted g
JOIN pg_catalog.pg_roles r ON r.oid = (g.acl).grantee
JOIN pg_catalog.pg_namespace n ON n.oid = g.space
WHERE (g.acl).grantee <> g.owner AND n.nspname NOT LIKE 'pg\\_%'
    AND n.nspname NOT IN ('information_schema', '_heroku') AND r.rolname NOT LIKE 'pg\\_%'
    AND NOT r.rolsuper AND r.rolname NOT LIKE 'rds%'
GROUP BY 1, 2 ORDER BY 1, 2
"""

_SETTINGS = """
SELECT CASE WHEN s.setrole = 0 THEN 'the database' ELSE 'the role' END,
    pg_catalog.split_part(pg_catalog.unnest(s.setconfig), '=', 1)
FROM pg_catalog.pg_db_role_setting s
WHERE s.setdatabase IN
        (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
    AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user))
    AND NOT (s.setdatabase = 0 AND s.setrole = 0)
ORDER BY 1, 2
"""

_EXTENSION_TABLES = """
SELECT e.extname, n.nspname, c.relname, t.condition, pg_catalog.has_table_privilege(c.oid, 'SELECT')
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'), c.reltuples <> 0
FROM pg_catalog.pg_extension e, unnest(e.extconfig, e.extcondition) AS t(oid, condition)
JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1, 2, 3
"""
"""With what tells the rows that somebody added from those that came with the extension."""

_ALONE = """
SELECT 'the comment on the database' WHERE EXISTS (SELECT FROM pg_catalog.pg_database d
    WHERE d.datname = pg_catalog.current_database()
    AND pg_catalog.shobj_description(d.oid, 'pg_database') IS NOT NULL)
UNION ALL
SELECT 'the schema _offramp: it is the mark of a copy that was made into the source'
WHERE pg_catalog.to_regnamespace('_offramp') IS NOT NULL
"""


def not_taken(connection: Connection) -> list[str]:
    """Sentences about what of a source is not taken along. Values of settings are not among them: some
    keep secrets there.

    Raises:
        psycopg.Error: the source broke.
    """
    words: list[str] = []
    roles: dict[str, list[str]] = {}
    for role, kind, count in connection.execute(_GRANTS.encode()).fetchall():
        roles.setdefault(clean(role), []).append(f"{count} on {kind}s" if count > 1 else f"1 on a {kind}")
    words += [
        f"grants to the role {role} ({', '.join(what)}): roles are not taken along; it gets them if the"
        " target has one of this name"
        for role, what in roles.items()
    ]
    words += [
        f"setting {clean(name)} of {whose}: set it on the target if the apps rely on it"
        for whose, name in connection.execute(_SETTINGS.encode()).fetchall()
    ]
    words += [
        f"rows in {clean(f'{schema}.{table}')}, a table of the extension {clean(extension)}"
        for extension, schema, table in _extension_tables(connection)
    ]
    words += [row[0] for row in connection.execute(_ALONE.encode()).fetchall()]
    return words


def _extension_tables(connection: Connection) -> list[tuple[str, str, str]]:
    """Those with rows that somebody added."""
    found = []
    for extension, schema, table, condition, readable, filled in connection.execute(
        _EXTENSION_TABLES.encode()
    ).fetchall():
        if readable:
            rows = sql.SQL("SELECT EXISTS (SELECT FROM {} {})").format(
                sql.Identifier(schema, table), sql.SQL(condition or "")
            )
            # Its own words, which may call what is found by another search path.
            with contextlib.suppress(psycopg.ProgrammingError), connection.transaction():
                filled = connection.execute(rows).fetchone() == (True,)  # noqa: PLW2901
        if filled:
            found.append((extension, schema, table))
    return found
