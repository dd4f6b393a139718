# ruff: noqa: S608, E501 - queries are built from constants of this file
"""Facts about both databases for the plan and its checks. Reads only."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import psycopg
from psycopg import errors, sql

from wizard.database import marker
from wizard.database.abilities import Abilities, read_abilities
from wizard.database.catalogue import Table, read_tables
from wizard.database.connect import Connection, connect, is_pooled, trouble
from wizard.database.features import NAMED, Feature, read_features
from wizard.database.large_objects import unreadable_large_objects
from wizard.database.trials import read_trials
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble


class Extension(Noun, frozen=True, kw_only=True):
    """An extension of the source. `used_by` names at most 5 objects that would not be without it: columns of
    its types, indexes, defaults, views, triggers."""

    name: str
    schema: str
    version: str
    used_by: tuple[str, ...] = ()


class SourceFacts(Noun, frozen=True, kw_only=True):
    """A source. Sizes in bytes; `connection_limit` is the lower of the server's and the role's.

    `unreadable` names tables, sequences and large objects that the role may not read, `hidden_rows` tables
    whose row-level security hides rows from it. Either makes a whole copy impossible. `pooler` says the URL
    leads to a connection pooler, through which no snapshot can be shared. `features` is what needs something
    of the target. `collation` and `collation_version` are the database's own.
    """

    version: int
    database: str
    encoding: str
    collation: str
    size: int
    tables: int
    rows: int
    largest: tuple[tuple[str, int], ...]
    extensions: tuple[Extension, ...]
    unreadable: tuple[str, ...]
    hidden_rows: tuple[str, ...]
    large_objects: int
    invalid_indexes: tuple[str, ...]
    foreign_tables: tuple[str, ...]
    connections_used: int
    connection_limit: int
    pooler: bool
    encrypted: bool
    features: tuple[Feature, ...] = ()
    collation_version: str = ""


class TargetState(Noun, frozen=True, kw_only=True):
    """What a target holds: nothing, the beginnings of this very copy, or something else (`objects` names
    up to 5 of it)."""

    state: Literal["empty", "ours", "foreign"]
    objects: tuple[str, ...] = ()


class TargetFacts(Noun, frozen=True, kw_only=True):
    """A target. `available` are the extensions it has; `missing_rights` says in words what the role lacks
    ("may not create schemas")."""

    version: int
    database: str
    encoding: str
    collation: str
    size: int
    state: TargetState
    available: tuple[str, ...]
    superuser: bool
    missing_rights: tuple[str, ...]
    connections_used: int
    connection_limit: int
    encrypted: bool
    abilities: Abilities = Abilities()
    collation_version: str = ""


def inspect_source(url: Secret) -> SourceFacts:
    """Read the facts of a source. Raises Trouble."""
    try:
        read_only = {"default_transaction_read_only": "on"}
        with connect(url, "offramp/inspect", read_only, through_a_pooler=True) as connection:
            return source_facts(connection)
    except psycopg.Error as error:
        raise _unwritten(error, "The source cannot be inspected") from error


def inspect_target(
    url: Secret, *, session: str, source: str | None = None, there: SourceFacts | None = None
) -> TargetFacts:
    """Read the facts of a target.

    Args:
        session: the session that would copy; a marker of another one is foreign.
        source: `marker.identity` of the source; None does not compare it.
        there: the facts of the source, whose extensions are tried to be installed, and taken back.

    Raises:
        Trouble: it cannot be read.
    """
    try:
        with connect(url, "offramp/inspect") as connection:
            return target_facts(connection, session=session, source=source, there=there)
    except psycopg.Error as error:
        raise _unwritten(error, "The target cannot be inspected") from error


def _unwritten(error: psycopg.Error, what: str) -> Trouble:
    """`error` as a Trouble that does not speak of a copy: there may be none yet."""
    refused = trouble(error, what)
    refused.untouched = "Nothing was written, here or there."
    return refused


_BASICS = """
SELECT pg_catalog.current_setting('server_version_num')::int / 10000, d.datname,
       pg_catalog.pg_encoding_to_char(d.encoding), {collation}, pg_catalog.pg_database_size(d.oid),
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'client backend'),
       (SELECT pg_catalog.min(l) FROM (VALUES (pg_catalog.current_setting('max_connections')::int),
            (NULLIF(d.datconnlimit, -1)), (NULLIF(r.rolconnlimit, -1))) v(l)),
       r.rolsuper, {version}
FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
WHERE d.datname = pg_catalog.current_database() AND r.rolname = current_user
"""

_COLLATION = {
    17: "CASE d.datlocprovider WHEN 'c' THEN d.datcollate WHEN 'i' THEN d.datlocale || ' (ICU)'"
    " ELSE d.datlocale || ' (builtin)' END",
    15: "CASE d.datlocprovider WHEN 'c' THEN d.datcollate ELSE d.daticulocale || ' (ICU)' END",
    0: "d.datcollate",
}
"""By the first version that has these columns."""


def _basics(connection: Connection) -> tuple[Any, ...]:
    major = connection.info.server_version // 10000
    collation = next(text for since, text in _COLLATION.items() if major >= since)
    version = "pg_catalog.pg_database_collation_actual_version(d.oid)" if major >= 15 else "NULL::text"
    query = _BASICS.format(collation=collation, version=f"coalesce({version}, '')")
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


_EXTENSIONS = f"""
WITH RECURSIVE member(extension, classid, objid) AS (
    SELECT d.refobjid, d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
    UNION
    SELECT m.extension, d.classid, d.objid FROM member m
    JOIN pg_catalog.pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype IN ('i', 'a')
)
SELECT e.extname, n.nspname, e.extversion,
       ARRAY(SELECT DISTINCT {NAMED} FROM member m
             JOIN pg_catalog.pg_depend u ON u.refclassid = m.classid AND u.refobjid = m.objid AND u.deptype = 'n'
             WHERE m.extension = e.oid AND u.classid <> 'pg_catalog.pg_extension'::regclass
             AND NOT EXISTS (SELECT FROM member o WHERE o.classid = u.classid AND o.objid = u.objid)
             ORDER BY 1 LIMIT 5)
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql' ORDER BY 1
"""

_OWN = "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_heroku', '_offramp')"

_RELATIONS = (
    "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c"
    f" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_OWN}"
    # Temporary tables of others are none of our business.
    " AND n.nspname NOT LIKE 'pg\\_%' AND "
)

_LISTS = {
    "unreadable": _RELATIONS
    + "c.relkind IN ('r', 'p', 'S') AND NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT')"
    " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'))",
    "hidden_rows": _RELATIONS + "c.relkind = 'r' AND pg_catalog.row_security_active(c.oid)",
    "foreign_tables": _RELATIONS + "c.relkind = 'f'",
    "invalid_indexes": _RELATIONS + "c.relkind = 'i' AND EXISTS (SELECT FROM pg_catalog.pg_index i"
    " WHERE i.indexrelid = c.oid AND NOT i.indisvalid)",
    "large_objects": "SELECT pg_catalog.count(*)::text FROM pg_catalog.pg_largeobject_metadata",
}


def _lists(connection: Connection) -> dict[str, tuple[str, ...]]:
    query = " UNION ALL ".join(
        f"SELECT '{name}', f.x FROM ({query}) AS f(x)" for name, query in _LISTS.items()
    )
    found: dict[str, list[str]] = {name: [] for name in _LISTS}
    for name, value in connection.execute(query.encode()).fetchall():
        found[name].append(clean(value))
    return {name: tuple(values) for name, values in found.items()}


def _list(connection: Connection, query: str) -> tuple[str, ...]:
    return tuple(clean(row[0]) for row in connection.execute(query.encode()).fetchall())


def source_facts(connection: Connection, tables: Sequence[Table] | None = None) -> SourceFacts:
    """The facts of a source that `connection` leads to. `tables` saves reading them again. Raises
    psycopg.Error."""
    pooler = is_pooled(connection)
    basics = _basics(connection)
    tables = read_tables(connection) if tables is None else tables
    lists = _lists(connection)
    large = int(lists["large_objects"][0])
    unreadable = unreadable_large_objects(connection) if large else []
    return SourceFacts(
        version=basics[0],
        database=clean(basics[1]),
        encoding=basics[2],
        collation=basics[3],
        size=basics[4],
        tables=len(tables),
        rows=sum(table.rows for table in tables),
        largest=tuple(
            (table.label, table.bytes) for table in sorted(tables, key=lambda table: -table.bytes)[:5]
        ),
        extensions=tuple(
            Extension(
                name=clean(row[0]), schema=clean(row[1]), version=row[2], used_by=tuple(map(clean, row[3]))
            )
            for row in connection.execute(_EXTENSIONS.encode()).fetchall()
        ),
        unreadable=lists["unreadable"] + tuple(f"large object {number}" for number in unreadable),
        hidden_rows=lists["hidden_rows"],
        foreign_tables=lists["foreign_tables"],
        invalid_indexes=lists["invalid_indexes"],
        large_objects=large,
        connections_used=basics[5],
        connection_limit=basics[6],
        pooler=pooler,
        encrypted=bool(connection.pgconn.ssl_in_use),
        features=() if pooler else read_features(connection) + read_trials(connection),
        collation_version=basics[8],
    )


def target_facts(
    connection: Connection,
    *,
    session: str,
    source: str | None = None,
    there: SourceFacts | None = None,
) -> TargetFacts:
    """The facts of a target that `connection` leads to; see `inspect_target`. Raises psycopg.Error."""
    basics = _basics(connection)
    abilities = read_abilities(
        connection,
        installable=_installable(connection, there),
        try_xml=there is None or any(feature.kind == "xml" for feature in there.features),
    )
    return TargetFacts(
        version=basics[0],
        database=clean(basics[1]),
        encoding=basics[2],
        collation=basics[3],
        size=basics[4],
        state=target_state(connection, session, source),
        available=tuple(sorted(abilities.versions)),
        superuser=basics[7],
        missing_rights=_missing_rights(connection),
        connections_used=basics[5],
        connection_limit=basics[6],
        encrypted=bool(connection.pgconn.ssl_in_use),
        abilities=abilities,
        collation_version=basics[8],
    )


def _installable(connection: Connection, there: SourceFacts | None) -> tuple[str, ...] | None:
    if there is None:
        return None
    names = [extension.name for extension in there.extensions]
    return tuple(installable_extensions(connection, names)) if names else ()


def installable_extensions(connection: Connection, names: Iterable[str]) -> list[str]:
    """Those of `names` that this role can really install: each is tried, and taken back. A managed server's
    catalogue does not tell what its hooks allow."""
    good = []
    # Ours is pinned to no search path, and most extensions go where that leads.
    connection.execute("BEGIN; CREATE SCHEMA _offramp_trial; SET LOCAL search_path = _offramp_trial")
    for name in names:
        connection.execute("SAVEPOINT trial")
        try:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE").format(sql.Identifier(name))
            )
            good.append(name)
        except (psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.DataError):
            # Not there, or not for this role: the answer that was asked for.
            pass
        except psycopg.OperationalError as error:
            if connection.broken or not isinstance(error, errors.UndefinedFile):
                raise
        connection.execute("ROLLBACK TO SAVEPOINT trial")
    connection.execute("ROLLBACK")
    return good


def _missing_rights(connection: Connection) -> tuple[str, ...]:
    row = connection.execute(
        "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),"
        " pg_catalog.has_schema_privilege('public', 'CREATE')"
        " FROM pg_catalog.pg_namespace WHERE nspname = 'public'"
    ).fetchone()
    if row is None:
        return ()
    words = ("may not create schemas", "may not create tables in the schema public")
    return tuple(word for word, may in zip(words, row, strict=True) if not may)


_OBJECTS = f"""
SELECT * FROM (
    SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
    WHERE {_OWN} AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'public' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_namespace'::regclass
        AND d.objid = n.oid AND d.deptype = 'e')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extnamespace = n.oid)
    UNION ALL
    SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || c.oid::regclass::text
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE {_OWN} AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
        AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE {_OWN} AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass
        AND d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'type ' || t.oid::regtype::text FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE {_OWN} AND n.nspname NOT LIKE 'pg\\_%' AND t.typtype IN ('e', 'd', 'r') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_type'::regclass
        AND d.objid = t.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata
) found LIMIT 5
"""


def target_state(connection: Connection, session: str, source: str | None) -> TargetState:
    """What a target holds, by its marker first; see `inspect_target`. Raises psycopg.Error."""
    owner = marker.read_owner(connection)
    if owner is not None and owner.format != marker.FORMAT:
        words = f"a copy begun by another version of Offramp (its marker has format {owner.format})"
        return TargetState(state="foreign", objects=(words,))
    if owner is not None:
        if owner.session == session and source in (None, owner.source):
            return TargetState(state="ours")
        whose = (
            "this session, from another source" if owner.session == session else f"session {owner.session}"
        )
        return TargetState(state="foreign", objects=(clean(f"an unfinished copy of {whose}"),))
    found = _list(connection, _OBJECTS)
    return TargetState(state="foreign" if found else "empty", objects=found)


_OTHER_CLIENTS = """
SELECT coalesce(nullif(a.application_name, ''), 'a client'), a.usename, a.usename = current_user, a.pid
FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
AND coalesce(a.backend_type, 'client backend') = 'client backend'
AND NOT pg_catalog.starts_with(a.application_name, 'offramp/')
AND (a.usename = current_user OR NOT r.rolsuper AND a.usename NOT IN ('heroku_admin', 'rdsadmin') AND (
    pg_catalog.pg_has_role(r.oid, current_user, 'MEMBER')
    OR EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               AND pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))))
ORDER BY a.pid
"""


def other_clients(connection: Connection) -> list[str]:
    """Connections to this database that are not Offramp's and may write, whatever their role, in words
    ("web.1 (4711)", "psql as analyst (4712)"). The platform's own superusers are none of them; nor are roles
    that may only read, which do no harm. A foreign role's kind of process is hidden from an ordinary one,
    and taken for a client."""
    rows = connection.execute(_OTHER_CLIENTS.encode()).fetchall()
    return [clean(f"{name}{'' if own else f' as {role}'} ({pid})") for name, role, own, pid in rows]
