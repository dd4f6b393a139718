"""A table's key, and rows looked up by it: where they are, and a hash of each column, never a value of one.

A value of the key is told only if its type holds no text: a key of text may be a session's token.
"""

from collections.abc import Sequence

from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.model.noun import Noun

_SHOWN = [
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "real",
    "double precision",
    "boolean",
    "uuid",
    "date",
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
]
"""Types whose values may be told; those of an enum may be too."""

_KEYS = """
SELECT k.names, k.shown FROM pg_catalog.pg_index i CROSS JOIN LATERAL (
    SELECT pg_catalog.array_agg(a.attname::text ORDER BY p.n) AS names,
        pg_catalog.bool_and(a.attnotnull) AS filled,
        pg_catalog.bool_and(t.typtype = 'e' OR pg_catalog.format_type(t.oid, NULL) = ANY (%s)) AS shown
    FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY p(attnum, n)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE p.n <= i.indnkeyatts) k
WHERE i.indrelid = %s AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
AND i.indexprs IS NULL AND k.filled
ORDER BY k.shown DESC, i.indisprimary DESC, i.indexrelid LIMIT 1
"""


class Key(Noun, frozen=True, kw_only=True):
    """Columns by which a row is found; `shown` if their values may be told."""

    columns: tuple[str, ...]
    shown: bool

    @property
    def text(self) -> sql.Composed:
        """An expression for the key as one text."""
        return sql.SQL("ROW({})::text").format(sql.SQL(", ").join(map(sql.Identifier, self.columns)))


class Seen(Noun, frozen=True, kw_only=True):
    """A row: the values of its key (none unless they may be told), where it is, a hash of each column."""

    values: tuple[str, ...]
    place: str
    hashes: tuple[int, ...]


def read_key(source: Connection, table: Table) -> Key | None:
    """The best key of `table` to find rows by, None where it has none. Raises psycopg.Error."""
    row = source.execute(_KEYS, (_SHOWN, table.oid)).fetchone()
    return Key(columns=tuple(row[0]), shown=row[1]) if row else None


def look_up(side: Connection, table: Table, key: Key, wanted: Sequence[str]) -> dict[str, list[Seen]]:
    """The rows of `table` that have one of the keys `wanted` (`Key.text`), by key, at most a thousand.

    Keys are compared as texts: an operator of an extension's type would not be found without a search path.

    Raises:
        psycopg.Error: the table cannot be read.
    """
    columns = [table.value(name) for name in table.columns]
    values = [sql.SQL("{}::text").format(sql.Identifier(name)) for name in key.columns if key.shown]
    query = sql.SQL(
        'SELECT k, shown, place, hashes FROM (SELECT {key} COLLATE "C" AS k,'
        " ARRAY[{values}]::text[] AS shown, ctid::text AS place, ARRAY[{hashes}]::int8[] AS hashes"
        " FROM {table}) AS seen"
        " WHERE k = ANY ({wanted}::text[]) LIMIT 1000"
    ).format(
        key=key.text,
        values=sql.SQL(", ").join(values),
        # A NULL and an empty text are not the same, and a row of NULLs is no NULL.
        hashes=sql.SQL(", ").join(
            sql.SQL(
                "pg_catalog.hashtextextended(pg_catalog.concat(pg_catalog.num_nulls({0}), {0})"
                ' COLLATE "C", 0)'
            ).format(column)
            for column in columns
        ),
        table=table.rows_of,
        wanted=sql.Literal(list(wanted)),
    )
    found: dict[str, list[Seen]] = {}
    for text, shown, place, hashes in side.execute(query).fetchall():
        found.setdefault(text, []).append(Seen(values=tuple(shown), place=place, hashes=tuple(hashes)))
    return found
