# ruff: noqa: S608, E501 - queries are built from constants of this file
"""What of a source needs something of its target: each such object by name, with what depends on it."""

from typing import Literal

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.model.noun import Noun
from wizard.model.text import clean

Kind = Literal[
    "only 18",
    "only 17",
    "only 15",
    "only 14",
    "not restorable",
    "of a superuser",
    "in C",
    "base type",
    "language",
    "wrapper",
    "collation",
    "own collation",
    "sorted partitions",
    "xml",
    "lz4",
    "setting",
    "forced policy",
    "policy role",
    "prepared transaction",
    "unlogged",
    "tablespace",
    "foreign table",
    "user mapping",
    "event trigger",
    "publication",
    "subscription",
    "slot",
    "security label",
    "search path",
    "own search path",
    "broken check",
    "asking column",
    "asking domain",
    "unfillable",
    "too large",
    "unlogged of a follower",
    "filled from afar",
    "points at an index",
    "role by name",
]
"""`only N`: no server older than N knows it."""


class Feature(Noun, frozen=True, kw_only=True):
    """One object with at most 5 that depend on it, or one thing that several have with all of those."""

    kind: Kind
    name: str
    used_by: tuple[str, ...] = ()


def _own(catalogue: str, oid: str, schema: str = "n") -> str:
    return (
        f"{schema}.nspname NOT IN {NOT_OURS} AND {schema}.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS ("
        f"SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{catalogue}'::regclass"
        f" AND e.objid = {oid} AND e.deptype = 'e')"
    )


NAMED = (
    "CASE WHEN u.classid = 'pg_catalog.pg_class'::regclass AND u.objsubid > 0"
    " THEN (SELECT a.attrelid::regclass::text || '.' || a.attname FROM pg_catalog.pg_attribute a"
    " WHERE a.attrelid = u.objid AND a.attnum = u.objsubid)"
    " ELSE replace(pg_catalog.pg_describe_object(u.classid, u.objid, u.objsubid), 'rule _RETURN on ', '') END"
)
"""The object of a row `u` of pg_depend in words: "orders.total", "view public.slow"."""

_CLASS = f"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {_own('pg_class', 'c.oid')} AND "

_COLUMN = (
    "SELECT c.oid::regclass::text || '.' || a.attname FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_own('pg_class', 'c.oid')} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'c') AND "
)

_CONSTRAINT = (
    "SELECT 'constraint ' || k.conname || ' of ' || k.conrelid::regclass FROM pg_catalog.pg_constraint k"
    " JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE {_own('pg_class', 'c.oid')} AND k.conparentid = 0 AND "
)

_FUNCTION = f"FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE {_own('pg_proc', 'p.oid')} AND "

_TYPE = f"FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {_own('pg_type', 't.oid')} AND "


def _grouped(name: str, users: str) -> str:
    """One feature `name` when the query `users` gives any row, each row a user of it."""
    return f"SELECT '{name}', array_agg(u.x) FROM (SELECT * FROM ({users}) AS v(x) ORDER BY 1) u HAVING count(*) > 0"


def _dependents(catalogue: str, oid: str) -> str:
    return (
        f"ARRAY(SELECT DISTINCT {NAMED} FROM pg_catalog.pg_depend u WHERE u.refclassid = 'pg_catalog.{catalogue}'::regclass"
        f" AND u.refobjid = {oid} AND u.deptype = 'n' ORDER BY 1 LIMIT 5)"
    )


_QUERIES: list[tuple[Kind, int, str]] = [
    ("only 18", 18, _grouped("virtual generated columns", _COLUMN + "a.attgenerated = 'v'")),
    ("only 18", 18, _grouped("constraints that are not enforced", _CONSTRAINT + "NOT k.conenforced")),
    ("only 18", 18, _grouped("keys over periods (WITHOUT OVERLAPS, PERIOD)", _CONSTRAINT + "k.conperiod")),
    (
        "only 18",
        18,
        _grouped(
            "NOT NULL that is not valid, or not for heirs",
            _CONSTRAINT + "k.contype = 'n' AND (k.connoinherit OR NOT k.convalidated)",
        ),
    ),
    (
        "only 18",
        18,
        _grouped(
            "comments on NOT NULL",
            _CONSTRAINT
            + "k.contype = 'n' AND pg_catalog.obj_description(k.oid, 'pg_constraint') IS NOT NULL",
        ),
    ),
    (
        "only 17",
        17,
        _grouped(
            "identity columns of partitioned tables", _COLUMN + "a.attidentity <> '' AND c.relkind = 'p'"
        ),
    ),
    (
        "not restorable",
        17,
        _grouped(
            "exclusion constraints of partitioned tables", _CONSTRAINT + "k.contype = 'x' AND c.relkind = 'p'"
        ),
    ),
    (
        "only 15",
        15,
        _grouped(
            "unique indexes with NULLS NOT DISTINCT",
            f"SELECT c.oid::regclass::text {_CLASS} EXISTS (SELECT FROM pg_catalog.pg_index i"
            " WHERE i.indexrelid = c.oid AND i.indnullsnotdistinct)",
        ),
    ),
    (
        "only 15",
        15,
        _grouped(
            "views with security_invoker",
            f"SELECT c.oid::regclass::text {_CLASS} c.relkind = 'v' AND c.reloptions::text LIKE '%security_invoker%'",
        ),
    ),
    (
        "only 15",
        15,
        _grouped("foreign keys that set some columns only", _CONSTRAINT + "k.confdelsetcols IS NOT NULL"),
    ),
    (
        "only 15",
        15,
        _grouped(
            "unlogged sequences",
            f"SELECT c.oid::regclass::text {_CLASS} c.relkind = 'S' AND c.relpersistence = 'u'",
        ),
    ),
    (
        "only 14",
        14,
        _grouped(
            "multiranges",
            _COLUMN + "a.atttypid IN (SELECT rngmultitypid FROM pg_catalog.pg_range)",
        ),
    ),
    (
        "only 14",
        14,
        _grouped(
            "functions with a body in SQL",
            f"SELECT p.oid::regprocedure::text {_FUNCTION} p.prosqlbody IS NOT NULL",
        ),
    ),
    (
        "of a superuser",
        0,
        "SELECT 'operator class ' || o.opcname, '{}'::text[] FROM pg_catalog.pg_opclass o"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace WHERE {_own('pg_opclass', 'o.oid')}",
    ),
    (
        "of a superuser",
        0,
        "SELECT 'operator family ' || o.opfname, '{}'::text[] FROM pg_catalog.pg_opfamily o"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = o.opfnamespace WHERE {_own('pg_opfamily', 'o.oid')}",
    ),
    (
        "of a superuser",
        0,
        f"SELECT 'leakproof function ' || p.oid::regprocedure, '{{}}'::text[] {_FUNCTION} p.proleakproof",
    ),
    (
        "of a superuser",
        0,
        f"SELECT 'internal function ' || p.oid::regprocedure, '{{}}'::text[] {_FUNCTION} l.lanname = 'internal' AND p.prokind = 'f'"
        # The functions that make a range come with its type.
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_proc'::regclass"
        " AND i.objid = p.oid AND i.deptype = 'i')",
    ),
    (
        "of a superuser",
        0,
        f"SELECT 'aggregate ' || p.oid::regprocedure, '{{}}'::text[] {_FUNCTION} p.prokind = 'a' AND EXISTS ("
        "SELECT FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid AND 'internal'::regtype IN (g.aggtranstype, g.aggmtranstype))",
    ),
    (
        "of a superuser",
        0,
        "SELECT pg_catalog.pg_describe_object('pg_catalog.pg_cast'::regclass, k.oid, 0), '{}'::text[] FROM pg_catalog.pg_cast k"
        " WHERE k.castmethod = 'b' AND k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e"
        " WHERE e.classid = 'pg_catalog.pg_cast'::regclass AND e.objid = k.oid AND e.deptype = 'e')",
    ),
    (
        "of a superuser",
        0,
        "SELECT 'text search template ' || t.tmplname, '{}'::text[] FROM pg_catalog.pg_ts_template t"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace WHERE {_own('pg_ts_template', 't.oid')}",
    ),
    (
        "of a superuser",
        0,
        "SELECT 'text search parser ' || t.prsname, '{}'::text[] FROM pg_catalog.pg_ts_parser t"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = t.prsnamespace WHERE {_own('pg_ts_parser', 't.oid')}",
    ),
    (
        "of a superuser",
        0,
        f"SELECT 'support of the function ' || p.oid::regprocedure, '{{}}'::text[] {_FUNCTION} p.prosupport <> 0",
    ),
    (
        "of a superuser",
        0,
        "SELECT 'access method ' || m.amname, '{}'::text[] FROM pg_catalog.pg_am m WHERE m.oid >= 16384 AND NOT EXISTS ("
        "SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_am'::regclass AND e.objid = m.oid AND e.deptype = 'e')",
    ),
    ("in C", 0, f"SELECT p.oid::regprocedure::text, '{{}}'::text[] {_FUNCTION} l.lanname = 'c'"),
    (
        "base type",
        0,
        f"SELECT t.oid::regtype::text, {_dependents('pg_type', 't.oid')} {_TYPE} t.typtype = 'b' AND t.typcategory <> 'A'",
    ),
    (
        "language",
        0,
        "SELECT l.lanname::text, ARRAY(SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p WHERE p.prolang = l.oid"
        " ORDER BY 1 LIMIT 5) FROM pg_catalog.pg_language l WHERE l.lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_language'::regclass"
        " AND e.objid = l.oid AND e.deptype = 'e')",
    ),
    (
        "wrapper",
        0,
        "SELECT w.fdwname::text, ARRAY(SELECT 'server ' || s.srvname FROM pg_catalog.pg_foreign_server s WHERE s.srvfdw = w.oid"
        " ORDER BY 1 LIMIT 5) FROM pg_catalog.pg_foreign_data_wrapper w WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e"
        " WHERE e.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass AND e.objid = w.oid AND e.deptype = 'e')",
    ),
    (
        "collation",
        0,
        f"SELECT l.collname::text, {_dependents('pg_collation', 'l.oid')} FROM pg_catalog.pg_collation l"
        " JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace WHERE n.nspname = 'pg_catalog'"
        " AND l.collname NOT IN ('default', 'C', 'POSIX', 'ucs_basic') AND EXISTS (SELECT FROM pg_catalog.pg_depend d"
        " WHERE d.refclassid = 'pg_catalog.pg_collation'::regclass AND d.refobjid = l.oid AND d.deptype = 'n')",
    ),
    (
        "own collation",
        0,
        "SELECT l.collprovider::text || ' ' || coalesce(l.collcollate, '') , array[l.oid::regcollation::text] FROM pg_catalog.pg_collation l"
        f" JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace WHERE {_own('pg_collation', 'l.oid')}",
    ),
    (
        "sorted partitions",
        0,
        _grouped(
            "tables partitioned by ranges of text",
            f"SELECT c.oid::regclass::text {_CLASS} EXISTS (SELECT FROM pg_catalog.pg_partitioned_table p"
            " WHERE p.partrelid = c.oid AND p.partstrat = 'r' AND 100 = ANY (p.partcollation::oid[]))",
        ),
    ),
    (
        "xml",
        0,
        _grouped(
            "columns of type xml",
            _COLUMN
            + "'xml'::regtype IN (a.atttypid, (SELECT coalesce(nullif(t.typelem, 0), nullif(t.typbasetype, 0))"
            " FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid))",
        ),
    ),
    ("lz4", 14, _grouped("columns compressed by lz4", _COLUMN + "a.attcompression = 'l'")),
    (
        "setting",
        0,
        "SELECT pg_catalog.lower(pg_catalog.split_part(s.setting, '=', 1)), (array_agg(f.name ORDER BY f.name))[:5]"
        f" FROM (SELECT p.oid::regprocedure::text AS name, p.proconfig {_FUNCTION} p.proconfig IS NOT NULL) f,"
        " pg_catalog.unnest(f.proconfig) AS s(setting) GROUP BY 1",
    ),
    (
        "forced policy",
        0,
        _grouped(
            "tables whose policies hold for their owner too",
            f"SELECT c.oid::regclass::text {_CLASS} c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity",
        ),
    ),
    (
        "policy role",
        0,
        "SELECT r.rolname::text, (array_agg('policy ' || x.name ORDER BY x.name))[:5] FROM (SELECT p.polname || ' on '"
        f" || c.oid::regclass AS name, p.polroles {_CLASS.replace('WHERE', 'JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid WHERE', 1)} true) x"
        " JOIN pg_catalog.pg_roles r ON r.oid = ANY (x.polroles) GROUP BY 1",
    ),
    (
        "prepared transaction",
        0,
        "SELECT gid, '{}'::text[] FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database()",
    ),
    (
        "unlogged",
        0,
        _grouped(
            "unlogged tables",
            f"SELECT c.oid::regclass::text {_CLASS} c.relkind = 'r' AND c.relpersistence = 'u'",
        ),
    ),
    (
        "tablespace",
        0,
        f"SELECT s.spcname::text, (array_agg(x.name ORDER BY x.name))[:5] FROM (SELECT c.oid::regclass::text AS name,"
        f" c.reltablespace {_CLASS} c.reltablespace <> 0) x JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace GROUP BY 1",
    ),
    (
        "foreign table",
        0,
        _grouped("foreign tables", f"SELECT c.oid::regclass::text {_CLASS} c.relkind = 'f'"),
    ),
    (
        "user mapping",
        0,
        "SELECT CASE WHEN m.umuser = 0 THEN 'everybody' ELSE m.usename::text END, ARRAY['server ' || m.srvname]"
        " FROM pg_catalog.pg_user_mappings m",
    ),
    (
        "event trigger",
        0,
        "SELECT g.evtname::text, '{}'::text[] FROM pg_catalog.pg_event_trigger g JOIN pg_catalog.pg_proc p ON p.oid = g.evtfoid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname <> '_heroku' AND NOT EXISTS (SELECT FROM"
        " pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.objid = g.oid AND e.deptype = 'e')",
    ),
    ("publication", 0, "SELECT pubname::text, '{}'::text[] FROM pg_catalog.pg_publication"),
    (
        "subscription",
        0,
        "SELECT s.subname::text, '{}'::text[] FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
        " WHERE d.datname = pg_catalog.current_database()",
    ),
    (
        "slot",
        0,
        "SELECT slot_name::text, '{}'::text[] FROM pg_catalog.pg_replication_slots WHERE database = pg_catalog.current_database()",
    ),
    (
        "security label",
        0,
        "SELECT l.provider, (array_agg(DISTINCT l.objtype || ' ' || l.objname))[:5] FROM pg_catalog.pg_seclabels l"
        " WHERE l.objtype NOT IN ('role', 'database', 'tablespace') GROUP BY 1",
    ),
]


def read_features(connection: Connection) -> tuple[Feature, ...]:
    """All of them, in one round trip. Raises psycopg.Error."""
    major = connection.info.server_version // 10000
    query = " UNION ALL ".join(
        f"SELECT '{kind}', f.* FROM ({query}) AS f(name, used_by)"
        for kind, since, query in _QUERIES
        if major >= since
    )
    return tuple(
        Feature(kind=kind, name=clean(name), used_by=tuple(clean(one) for one in used_by if one))
        for kind, name, used_by in sorted(connection.execute(query.encode()).fetchall())
    )
