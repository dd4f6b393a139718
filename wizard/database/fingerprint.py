# ruff: noqa: S608, E501 - queries are built from constants of this file
"""What a schema is made of, as texts that are equal on both sides when the objects are.

Members of extensions, `_heroku` and the marker are left out. Statistics targets and `attoptions` are not
compared: Debian's Postgres 15 writes a `pg_attver` there that differs after every restore.
"""

from collections import Counter

from wizard.database.connect import Connection
from wizard.database.deparse import settled
from wizard.model.text import clean

Fingerprint = dict[str, Counter[tuple[str, str]]]
"""For each kind of object: how often an (identity, definition) occurs."""

_HIDDEN = (
    "('pg_catalog', 'information_schema', 'pg_toast', '_heroku', '_offramp')"
    " AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast\\_temp%'"
)


def _own(catalogue: str, oid: str) -> str:
    return (
        f"n.nspname NOT IN {_HIDDEN} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid ="
        f" 'pg_catalog.{catalogue}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"
    )


_RELATION = (
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' AND "
    + _own("pg_class", "c.oid")
)

_QUERIES = {
    "schema": "SELECT n.nspname, '' FROM pg_catalog.pg_namespace n WHERE " + _own("pg_namespace", "n.oid"),
    "extension": "SELECT extname, '' FROM pg_catalog.pg_extension",
    "table": (
        "SELECT n.nspname || '.' || c.relname, pg_catalog.concat_ws(' ', c.relkind, c.relpersistence,"
        " c.relreplident, c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,"
        " pg_catalog.pg_get_expr(c.relpartbound, c.oid), pg_catalog.pg_get_partkeydef(c.oid),"
        " (SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno)"
        " FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid))"
        f" FROM pg_catalog.pg_class c {_RELATION} AND c.relkind IN ('r', 'p', 'f')"
    ),
    "column": (
        "SELECT n.nspname || '.' || c.relname || '.' || a.attname, pg_catalog.concat_ws(' ',"
        " pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,"
        " pg_catalog.pg_get_expr(d.adbin, d.adrelid), l.collname, a.attstorage)"
        " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation"
        f" {_RELATION} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')"
    ),
    "index": (
        "SELECT n.nspname || '.' || c.relname, pg_catalog.concat_ws(' ', pg_catalog.pg_get_indexdef(c.oid),"
        " CASE WHEN i.indisvalid THEN 'valid' ELSE 'invalid' END, i.indisprimary, i.indisunique,"
        " i.indisclustered, i.indisreplident)"
        f" FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid {_RELATION}"
    ),
    # The foreign keys of partitions get other generated names after a restore: known by what they say.
    "constraint": (
        "SELECT n.nspname || '.' || c.relname || '.' || CASE WHEN k.conparentid <> 0 THEN '' ELSE k.conname END,"
        " pg_catalog.concat_ws(' ', pg_catalog.pg_get_constraintdef(k.oid), k.convalidated)"
        " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
        f" {_RELATION} AND k.contype IN ('c', 'f', 'p', 'u', 'x')"
    ),
    "domain constraint": (
        "SELECT n.nspname || '.' || t.typname || '.' || k.conname,"
        " pg_catalog.concat_ws(' ', pg_catalog.pg_get_constraintdef(k.oid), k.convalidated)"
        " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
        " WHERE k.contype = 'c' AND " + _own("pg_type", "t.oid")
    ),
    "view": (
        "SELECT n.nspname || '.' || c.relname, pg_catalog.concat_ws(' ', c.relkind, c.reloptions::text,"
        " c.relispopulated, pg_catalog.pg_get_viewdef(c.oid))"
        f" FROM pg_catalog.pg_class c {_RELATION} AND c.relkind IN ('v', 'm')"
    ),
    "function": (
        "SELECT n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid)"
        " || ')', pg_catalog.concat_ws(' ', p.prokind, pg_catalog.pg_get_function_result(p.oid), l.lanname,"
        " p.provolatile, p.proisstrict, p.prosecdef, p.proleakproof, p.proparallel, p.proconfig::text,"
        " pg_catalog.md5(p.prosrc)) FROM pg_catalog.pg_proc p"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        " JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE " + _own("pg_proc", "p.oid")
    ),
    "function body": (
        "SELECT n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid)"
        " || ')', pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        " WHERE p.prosrc = '' AND p.prokind IN ('f', 'p') AND " + _own("pg_proc", "p.oid")
    ),
    "trigger": (
        "SELECT n.nspname || '.' || c.relname || '.' || g.tgname,"
        " pg_catalog.concat_ws(' ', pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled)"
        f" FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid {_RELATION}"
        " AND NOT g.tgisinternal"
    ),
    "type": (
        "SELECT n.nspname || '.' || t.typname, pg_catalog.concat_ws(' ', t.typtype,"
        " (SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)"
        " FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),"
        " CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,"
        " t.typnotnull, t.typdefault)"
        " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
        " WHERE t.typtype IN ('e', 'd', 'r', 'm', 'b') AND t.typelem = 0 AND " + _own("pg_type", "t.oid")
    ),
    "policy": (
        "SELECT n.nspname || '.' || c.relname || '.' || p.polname, pg_catalog.concat_ws(' ', p.polcmd,"
        " p.polpermissive, pg_catalog.pg_get_expr(p.polqual, p.polrelid),"
        " pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))"
        f" FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid {_RELATION}"
    ),
    "rule": (
        "SELECT n.nspname || '.' || c.relname || '.' || r.rulename,"
        " pg_catalog.concat_ws(' ', r.ev_enabled, pg_catalog.pg_get_ruledef(r.oid))"
        f" FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class {_RELATION}"
        " AND r.rulename <> '_RETURN'"
    ),
    "sequence": (
        "SELECT n.nspname || '.' || c.relname, pg_catalog.concat_ws(' ', s.seqtypid::regtype, s.seqstart,"
        " s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,"
        # By name: the number of a column is another one after a restore when one before it was dropped.
        " (SELECT o.refobjid::regclass::text || '.' || a.attname FROM pg_catalog.pg_depend o"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid WHERE o.classid ="
        " 'pg_catalog.pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0))"
        f" FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid {_RELATION}"
    ),
    "statistics": (
        "SELECT n.nspname || '.' || s.stxname, pg_catalog.pg_get_statisticsobjdef(s.oid)"
        " FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace"
        " WHERE " + _own("pg_statistic_ext", "s.oid")
    ),
    "comment": (
        "SELECT i.type || ' ' || i.identity, pg_catalog.md5(d.description) FROM pg_catalog.pg_description d,"
        " LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i"
        " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = i.schema"
        " WHERE d.objoid >= 16384 AND i.type NOT IN ('extension', 'event trigger')"
        f" AND coalesce(n.nspname, i.identity) NOT IN {_HIDDEN.replace('n.nspname', 'i.identity')}"
        " AND coalesce(i.schema, '') NOT IN ('_heroku', '_offramp')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = d.classoid"
        " AND e.objid = d.objoid AND e.deptype = 'e')"
    ),
}

_DEPARSED = ("view", "rule", "policy", "function body")
"""Their text is made from a parse tree, and says the same in other words in another major version."""


def fingerprint(connection: Connection) -> Fingerprint:
    """Read it. Raises psycopg.Error."""
    # All at once: at 30 ms a round trip, one each would cost half a second.
    with connection.pipeline():
        cursors = {kind: connection.execute(query.encode()) for kind, query in _QUERIES.items()}
    return {
        kind: Counter((str(row[0]), settled(str(row[1]))) for row in cursor.fetchall())
        for kind, cursor in cursors.items()
    }


def compare(
    source: Fingerprint, target: Fingerprint, *, same_major: bool, left_out_extensions: set[str]
) -> list[str]:
    """Every object that is missing, additional or different on the target, in words."""
    differences: list[str] = []
    for kind, there in source.items():
        here = target.get(kind, Counter())
        if not same_major and kind in _DEPARSED:
            there, here = _names(there), _names(here)  # noqa: PLW2901
        missing, more = there - here, here - there
        if kind == "extension":
            missing = Counter(
                {one: count for one, count in missing.items() if one[0] not in left_out_extensions}
            )
            more = Counter()
        if kind == "schema":
            # Every new database has it.
            more.pop(("public", ""), None)
        if kind == "index":
            # One that never got valid on the source is of no use there either; a dump leaves it out.
            missing = Counter({one: count for one, count in missing.items() if " invalid " not in one[1]})
        differences += _words(kind, missing, more)
    return differences


def _names(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter((name, "") for name, _ in found.elements())


def _words(kind: str, missing: Counter[tuple[str, str]], more: Counter[tuple[str, str]]) -> list[str]:
    words = []
    others = dict(more.keys())
    for name, definition in sorted(missing):
        if name in others:
            words.append(
                clean(
                    f"{kind} {name} differs: {definition.strip()} on the source, {others[name].strip()} here",
                    limit=600,
                )
            )
        else:
            words.append(clean(f"{kind} {name} is missing", limit=300))
    gone = {name for name, _ in missing}
    words += [
        clean(f"{kind} {name} is not on the source", limit=300) for name in sorted(others) if name not in gone
    ]
    return words
