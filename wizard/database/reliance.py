# ruff: noqa: S608 - queries are built from constants of this file
"""Which of a source's own functions an index, a check, a generated column or a materialised view comes to: by
operators, aggregates, domains and views too. And which of these functions read tables.

No dependency tells what a body that is kept as text reads or calls; its words are all there is to go by.
"""

import re
from collections.abc import Collection, Iterable

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection
from wizard.model.noun import Noun

Object = tuple[str, int]
"""Catalogue and OID: ("pg_class", 16412) for an index, ("pg_rewrite", …) for what a view reads,
("pg_attrdef", …) for a generated column, ("pg_constraint", …) for a check, ("pg_statistic_ext", …)."""

_EDGES = """
    SELECT d.classid, d.objid, d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_class v ON d.refclassid = 'pg_class'::regclass AND v.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
    WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i')
    -- Few of the many dependencies: those on functions, and on what may lead to one.
    AND (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass) OR t.typtype = 'd' OR v.relkind = 'v')
    AND (d.classid IN ('pg_rewrite'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass,
            'pg_statistic_ext'::regclass, 'pg_operator'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
        OR i.indexrelid IS NOT NULL)
    UNION ALL
    SELECT 'pg_class'::regclass, w.ev_class, 'pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w
    JOIN pg_catalog.pg_class c ON c.oid = w.ev_class WHERE c.relkind = 'v' AND w.rulename = '_RETURN'
    UNION ALL
    SELECT 'pg_type'::regclass, k.contypid, 'pg_constraint'::regclass, k.oid
    FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0
"""

_STARTS = """
    SELECT 'pg_class'::regclass, i.indexrelid FROM pg_catalog.pg_index i
    WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_catalog.pg_rewrite w
        JOIN pg_catalog.pg_class c ON c.oid = w.ev_class WHERE c.relkind = 'm'
    UNION ALL SELECT 'pg_attrdef'::regclass, g.oid FROM pg_catalog.pg_attrdef g
        JOIN pg_catalog.pg_attribute a ON a.attrelid = g.adrelid AND a.attnum = g.adnum
        WHERE a.attgenerated <> ''
    UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k WHERE k.contype = 'c'
    UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid FROM pg_catalog.pg_statistic_ext s
"""

_REACHED = f"""
WITH RECURSIVE edge(cat, obj, to_cat, to_obj) AS MATERIALIZED ({_EDGES}), start(cat, obj) AS ({_STARTS}),
reached(cat, obj, at_cat, at_obj) AS (
    SELECT s.cat, s.obj, e.to_cat, e.to_obj FROM start s JOIN edge e ON e.cat = s.cat AND e.obj = s.obj
    UNION
    SELECT r.cat, r.obj, e.to_cat, e.to_obj
    FROM reached r JOIN edge e ON e.cat = r.at_cat AND e.obj = r.at_obj
)
SELECT c.relname::text, r.obj, array_agg(r.at_obj::bigint) FROM reached r
JOIN pg_catalog.pg_class c ON c.oid = r.cat WHERE r.at_cat = 'pg_proc'::regclass GROUP BY 1, 2
"""

_FUNCTIONS = f"""
SELECT p.oid::bigint, p.proname::text, p.prosrc, p.provolatile <> 'i',
    EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
    l.lanname IN ('c', 'internal'),
    EXISTS (SELECT FROM pg_catalog.pg_depend r JOIN pg_catalog.pg_class c ON c.oid = r.refobjid
        WHERE r.classid = 'pg_proc'::regclass AND r.objid = p.oid AND r.refclassid = 'pg_class'::regclass
        AND r.deptype = 'n')
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN {NOT_OURS} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
"""

_RELATIONS = f"""
SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN {NOT_OURS}
"""

_PART = r'(?:"[^"]+"|\w+)'
_READS = re.compile(rf"\b(?:from|join)\s+(?:only\s+)?(?:{_PART}\s*\.\s*)?({_PART})(?!\s*[(.])", re.IGNORECASE)
_CALLS = re.compile(rf"({_PART})\s*\(")
_MAY_READ = re.compile(r"\b(from|execute|perform|into)\b", re.IGNORECASE)


class Function(Noun, frozen=True, kw_only=True):
    """A function that is no extension's. `free` is one that finds what it calls by the search path of whoever
    calls it, `asks` one that reads a table, `may_ask` one that may."""

    name: str
    free: bool
    asks: bool
    may_ask: bool


class Reliance(Noun, frozen=True, kw_only=True):
    """What relies on which functions of the source's own, by their OIDs."""

    functions: dict[int, Function]
    reached: dict[Object, frozenset[int]]

    def of(self, thing: Object) -> list[Function]:
        """The functions that `thing` comes to."""
        return [self.functions[oid] for oid in sorted(self.reached.get(thing, ())) if oid in self.functions]


def read_reliance(connection: Connection) -> Reliance:
    """Read it. Raises psycopg.Error."""
    with connection.pipeline():
        reached, functions, relations = (
            connection.execute(query.encode()) for query in (_REACHED, _FUNCTIONS, _RELATIONS)
        )
    rows = functions.fetchall()
    bodies = {row[0]: (row[1], row[2]) for row in rows if not row[5]}
    certain = {row[0] for row in rows if row[6]} | _that_read(
        bodies, {row[0] for row in relations.fetchall()}
    )
    asking = _callers(bodies, certain)
    perhaps = _callers(bodies, asking | {row[0] for row in rows if not row[5] and _MAY_READ.search(row[2])})
    return Reliance(
        functions={
            oid: Function(
                name=name,
                free=not has_path and not compiled,
                asks=oid in asking,
                may_ask=oid in perhaps or changes,
            )
            for oid, name, _, changes, has_path, compiled, _ in rows
        },
        reached={(catalogue, oid): frozenset(found) for catalogue, oid, found in reached.fetchall()},
    )


def _that_read(bodies: dict[int, tuple[str, str]], relations: Collection[str]) -> set[int]:
    return {
        oid
        for oid, (_, body) in bodies.items()
        if any(_plain(match[1]) in relations for match in _READS.finditer(body))
    }


def _callers(bodies: dict[int, tuple[str, str]], called: Iterable[int]) -> set[int]:
    """`called`, and all that call one of them, by name."""
    found = set(called)
    calls = {oid: {_plain(match[1]) for match in _CALLS.finditer(body)} for oid, (_, body) in bodies.items()}
    while True:
        names = {bodies[oid][0] for oid in found if oid in bodies}
        more = {oid for oid, those in calls.items() if oid not in found and those & names}
        if not more:
            return found
        found |= more


def _plain(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name.lower()
