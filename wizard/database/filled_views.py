"""Materialised views: their rows compared, and a difference judged by what their query gives now.

A restore fills them anew, while on the source they may be as old as their last refresh: rows that differ for
that reason are no loss. A refresh that is missed here would be one.
"""

import re

import psycopg
from psycopg import sql

from wizard.database.catalogue import NOT_OURS, Table
from wizard.database.connect import Connection, is_passing, reason
from wizard.database.digest import Digest, digest, sums_query
from wizard.database.progress import Difference, Judgement

_VIEWS = f"""
SELECT c.oid, n.nspname, c.relname,
    (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT array_agg(pg_catalog.format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
     FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname NOT IN {NOT_OURS}
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass
    AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY 2, 3
"""  # noqa: S608 - built from constants of this module

_BY_THE_CLOCK = re.compile(
    r"\b(now\(\)|(clock|statement|transaction)_timestamp\(|timeofday\(|random\(|gen_random_uuid\("
    r"|CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME)",
    re.IGNORECASE,
)


def read_filled_views(connection: Connection) -> list[Table]:
    """The materialised views that hold rows, as tables. Raises psycopg.Error."""
    return [
        Table(
            oid=oid,
            schema=schema,
            name=name,
            columns=tuple(columns or ()),
            types=tuple(types or ()),
            copied=(),
            pages=0,
            bytes=0,
            rows=0,
        )
        for oid, schema, name, columns, types in connection.execute(_VIEWS.encode()).fetchall()
    ]


def compare_view(source: Connection, target: Connection, view: Table) -> Difference | None:
    """Compare the rows of `view`, which is on both sides.

    Args:
        target: with the search path of the app, on which functions in the query may rely.

    Raises:
        psycopg.Error: it cannot be read.
    """
    there = digest(source, view)
    judgement: Judgement
    try:
        here = digest(target, view)
    except psycopg.ProgrammingError as error:
        judgement, said = "lost", f"cannot be read here: {reason(error)}"
    else:
        if there == here:
            return None
        judgement, why = _judged(target, view, here)
        said = f"has other rows than on the source ({there.rows:,} there, {here.rows:,} here): {why}"
    return Difference(
        kind="materialised view",
        name=view.label,
        words=f"materialised view {view.label} {said}",
        judgement=judgement,
    )


def _judged(target: Connection, view: Table, here: Digest) -> tuple[Judgement, str]:
    query = _query(target, view)
    try:
        now = _anew(target, view, query)
        if now == here:
            return "harmless", "it was filled here anew, and is older on the source"
        if _BY_THE_CLOCK.search(query) or _anew(target, view, query) != now:
            return "harmless", "its query gives other rows each time"
    except psycopg.Error as error:
        if is_passing(error):
            raise
        return "lost", "its query cannot be run here"
    return "lost", "its query gives other rows than it has; refresh it"


def _query(target: Connection, view: Table) -> str:
    row = target.execute("SELECT pg_catalog.pg_get_viewdef(%s::regclass)", (view.key,)).fetchone()
    assert row is not None
    return str(row[0]).strip().removesuffix(";")


def _anew(target: Connection, view: Table, query: str) -> Digest:
    """What the view's query gives now."""
    names = sql.SQL(", ").join(map(sql.Identifier, view.columns))
    rows = sql.SQL("({}) AS view ({})" if view.columns else "({}) AS view").format(sql.SQL(query), names)
    target.execute("BEGIN READ ONLY")
    try:
        row = target.execute(sums_query(view, rows)).fetchone()
        assert row is not None
        return Digest(rows=row[0], sum=row[1], second=row[2])
    finally:
        if not target.closed:
            target.execute("ROLLBACK")
