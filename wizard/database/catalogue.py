"""What tables and sequences a source holds, and how large they are."""

from psycopg import sql

from wizard.database.connect import Connection
from wizard.model.noun import Noun
from wizard.model.text import clean

HEROKUS_OWN = "_heroku"
MARKER = "_offramp"


_READ_AS = {"xml": sql.SQL("text"), "xml[]": sql.SQL("text[]")}


class Table(Noun, frozen=True, kw_only=True):
    """An ordinary table, or a leaf of a partitioned one; or, when `whole`, a partitioned one with all of its
    leaves, because a row may belong to another of them on the other side.

    `columns` are all of them in order but virtual ones, which hold nothing, `copied` those that COPY may
    write (no generated ones), `not_null` those declared so. `pages` are 8 kB pages of the heap now (0 when
    `whole`: it has none that could be cut at), `bytes` includes what is stored out of line. `rows` is the
    statistics' guess.
    """

    oid: int
    schema: str
    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    copied: tuple[str, ...]
    pages: int
    bytes: int
    rows: int
    whole: bool = False
    not_null: tuple[str, ...] = ()

    @property
    def ident(self) -> sql.Identifier:
        """Its name for a query."""
        return sql.Identifier(self.schema, self.name)

    @property
    def rows_of(self) -> sql.Composed:
        """What names its rows in a query: those of its heirs are not its own, those of its leaves are."""
        return sql.SQL("{}" if self.whole else "ONLY {}").format(self.ident)

    def value(self, column: str) -> sql.Composable:
        """How a column is read whole, for a query: the output of xml leaves out how it is declared."""
        kind = _READ_AS.get(self.types[self.columns.index(column)])
        return (
            sql.Identifier(column) if kind is None else sql.SQL("{}::{}").format(sql.Identifier(column), kind)
        )

    @property
    def key(self) -> str:
        """Its name as the marker schema stores it: quoted, so that no two tables share one."""
        return quoted(self.schema, self.name)

    @property
    def label(self) -> str:
        """Its name to show."""
        return clean(f"{self.schema}.{self.name}")


def quoted(schema: str, name: str) -> str:
    """`schema` and `name` as Postgres quotes them."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))


NOT_OURS = "('pg_catalog', 'information_schema', 'pg_toast', '_heroku', '_offramp')"
"""Schemas of the servers' and of ours, for a query."""

_NOT_OF_AN_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass"
    " AND e.objid = c.oid AND e.deptype = 'e')"
)

_ROUTED = """
routed AS (
    SELECT p.partrelid AS root FROM pg_catalog.pg_partitioned_table p
    WHERE p.partstrat = 'h' AND EXISTS (
        SELECT FROM unnest(p.partclass::oid[], p.partcollation::oid[]) AS k(class, sort)
        JOIN pg_catalog.pg_opclass o ON o.oid = k.class
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = k.sort
        WHERE o.opcintype::pg_catalog.regtype::text
            IN ('anyenum', 'anyarray', 'record', 'anyrange', 'anymultirange')
            OR NOT l.collisdeterministic)
)"""
"""Tables partitioned by a hash that need not be the same on another server: an enum's is made of its OID,
and what holds an enum may have it inside; text under a nondeterministic collation is hashed by ICU's key."""

_TABLES = f"""
WITH {_ROUTED}, found AS (
    SELECT c.oid, false AS whole FROM pg_catalog.pg_class c
    WHERE c.relkind = 'r' AND NOT (c.relispartition AND EXISTS (
        SELECT FROM routed r, pg_catalog.pg_partition_ancestors(c.oid) a WHERE a.relid = r.root))
    UNION ALL
    SELECT r.root, true FROM routed r WHERE NOT EXISTS (
        SELECT FROM routed o, pg_catalog.pg_partition_ancestors(r.root) a
        WHERE a.relid = o.root AND a.relid <> r.root)
)
SELECT c.oid, n.nspname, c.relname,
       coalesce(a.names, '{{}}'), coalesce(a.types, '{{}}'), coalesce(a.copied, '{{}}'),
       coalesce(pg_catalog.pg_relation_size(c.oid), 0) / pg_catalog.current_setting('block_size')::int,
       coalesce(s.bytes, 0), s.rows, f.whole,
       coalesce(a.required, '{{}}')
FROM found f
JOIN pg_catalog.pg_class c ON c.oid = f.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
    SELECT array_agg(attname::text ORDER BY attnum) AS names,
           array_agg(pg_catalog.format_type(atttypid, atttypmod) ORDER BY attnum) AS types,
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '') AS copied,
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE attnotnull) AS required
    FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
        AND attgenerated <> 'v'
) a ON true
CROSS JOIN LATERAL (
    SELECT pg_catalog.pg_table_size(c.oid) AS bytes, greatest(c.reltuples, 0)::bigint AS rows
    WHERE NOT f.whole
    UNION ALL
    SELECT coalesce(pg_catalog.sum(pg_catalog.pg_table_size(t.relid)), 0)::bigint,
        coalesce(pg_catalog.sum(greatest(l.reltuples, 0)), 0)::bigint
    FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class l ON l.oid = t.relid
    WHERE f.whole AND t.isleaf
    HAVING f.whole
) s
WHERE c.relpersistence IN ('p', 'u')
  AND n.nspname NOT IN {NOT_OURS} AND {_NOT_OF_AN_EXTENSION}
ORDER BY n.nspname, c.relname
"""  # noqa: S608 - built from constants of this file


def read_tables(connection: Connection) -> list[Table]:
    """All tables whose rows are moved, by schema and name. Raises psycopg.Error."""
    return [
        Table(
            oid=row[0],
            schema=row[1],
            name=row[2],
            columns=tuple(row[3]),
            types=tuple(row[4]),
            copied=tuple(row[5]),
            pages=row[6],
            bytes=row[7],
            rows=row[8],
            whole=row[9],
            not_null=tuple(row[10]),
        )
        for row in connection.execute(_TABLES.encode()).fetchall()
    ]


_SEQUENCES = f"""
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence IN ('p', 'u')
  AND n.nspname NOT IN {NOT_OURS} AND {_NOT_OF_AN_EXTENSION}
ORDER BY 1, 2
"""  # noqa: S608 - built from constants of this file

SequenceState = tuple[int, bool]
"""`last_value` and `is_called`: both are needed, or the first value after the move is off by one."""


def read_sequences(connection: Connection) -> dict[tuple[str, str], SequenceState]:
    """The state of every sequence, by (schema, name), including those behind identity columns."""
    names = [(row[0], row[1]) for row in connection.execute(_SEQUENCES.encode()).fetchall()]
    states: dict[tuple[str, str], SequenceState] = {}
    for start in range(0, len(names), 200):
        batch = names[start : start + 200]
        # One query for many: at 30 ms a round trip, one each would cost 6 s for 200 sequences.
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}::int, last_value, is_called FROM {}").format(
                sql.Literal(number), sql.Identifier(*name)
            )
            for number, name in enumerate(batch)
        )
        for number, last, called in connection.execute(query).fetchall():
            states[batch[number]] = (last, called)
    return states


def rows_changed(connection: Connection) -> int:
    """Rows inserted, updated and deleted since the server began to count; 0 again after it crashed."""
    row = connection.execute(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int8"
        " FROM pg_catalog.pg_stat_user_tables WHERE schemaname <> '_offramp'"
    ).fetchone()
    return int(str(row[0])) if row else 0
