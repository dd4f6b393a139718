"""What tables and sequences a source holds, and how large they are."""

from psycopg import sql

from wizard.database.connect import Connection
from wizard.model.noun import Noun
from wizard.model.text import clean

HEROKUS_OWN = "_heroku"
MARKER = "_offramp"


class Table(Noun, frozen=True, kw_only=True):
    """An ordinary table, or a leaf of a partitioned one.

    `columns` are all of them in order, `copied` those that COPY may write (no generated ones). `pages` are
    8 kB pages of the heap now, `bytes` includes what is stored out of line. `rows` is the statistics' guess.
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

    @property
    def ident(self) -> sql.Identifier:
        """Its name for a query."""
        return sql.Identifier(self.schema, self.name)

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


_SYSTEM = "('pg_catalog', 'information_schema', 'pg_toast', '_heroku', '_offramp')"

_NOT_OF_AN_EXTENSION = (
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass"
    " AND e.objid = c.oid AND e.deptype = 'e')"
)

_TABLES = f"""
SELECT c.oid, n.nspname, c.relname,
       coalesce(a.names, '{{}}'), coalesce(a.types, '{{}}'), coalesce(a.copied, '{{}}'),
       pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int,
       pg_catalog.pg_table_size(c.oid), greatest(c.reltuples, 0)::bigint
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
    SELECT array_agg(attname::text ORDER BY attnum) AS names,
           array_agg(pg_catalog.format_type(atttypid, atttypmod) ORDER BY attnum) AS types,
           array_agg(attname::text ORDER BY attnum) FILTER (WHERE attgenerated = '') AS copied
    FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
) a ON true
WHERE c.relkind = 'r' AND c.relpersistence IN ('p', 'u')
  AND n.nspname NOT IN {_SYSTEM} AND {_NOT_OF_AN_EXTENSION}
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
        )
        for row in connection.execute(_TABLES.encode()).fetchall()
    ]


_SEQUENCES = f"""
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence IN ('p', 'u')
  AND n.nspname NOT IN {_SYSTEM} AND {_NOT_OF_AN_EXTENSION}
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
