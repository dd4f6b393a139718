"""Whether a copy is the same as its source. Knows nothing of how it was made, nor of Offramp's own proof."""

from dataclasses import dataclass
from decimal import Decimal

from psycopg import sql

from tests.benchmarks.postgres.servers import Connection, Server

_OURS = "nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_offramp')"
"""Offramp's marker is removed after the cut-over, which is not measured here."""

_RELATIONS = f"""
SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = %s AND {_OURS} ORDER BY 1, 2
"""

_INDEXES = f"""
SELECT count(*) FROM pg_index
JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
WHERE indisvalid AND {_OURS}
"""

_FOREIGN_KEYS = f"""
SELECT count(*) FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace
WHERE contype = 'f' AND convalidated AND {_OURS}
"""


@dataclass(frozen=True)
class State:
    """What a database holds: rows and digest of each table, last value of each sequence, valid indexes and
    validated foreign keys by number."""

    tables: dict[str, tuple[int, Decimal]]
    sequences: dict[str, tuple[int, bool]]
    indexes: int
    foreign_keys: int

    def differences(self, other: "State") -> list[str]:
        """What differs between `self`, the source, and `other`, in words; at most 20 of them."""
        words = []
        for what, mine, others in (
            ("table", self.tables, other.tables),
            ("sequence", self.sequences, other.sequences),
        ):
            for name in sorted({*mine, *others}):
                here, there = mine.get(name), others.get(name)
                if here != there:
                    words.append(f"{what} {name}: {there} instead of {here}")
        for what, number, others_number in (
            ("indexes", self.indexes, other.indexes),
            ("foreign keys", self.foreign_keys, other.foreign_keys),
        ):
            if number != others_number:
                words.append(f"{others_number} {what} instead of {number}")
        return words[:20]


def state(server: Server, database: str) -> State:
    """Read all of `database`, by the server's own socket."""
    with server.connect(database) as connection:
        # The text of a row depends on these; the two servers may have been set up differently.
        connection.execute(
            "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET extra_float_digits = 1;"
            "SET bytea_output = 'hex'"
        )
        tables = connection.execute(_RELATIONS.encode(), ("r",)).fetchall()
        sequences = connection.execute(_RELATIONS.encode(), ("S",)).fetchall()
        return State(
            tables={f"{schema}.{name}": _digest(connection, schema, name) for schema, name in tables},
            sequences={f"{schema}.{name}": _value(connection, schema, name) for schema, name in sequences},
            indexes=_number(connection, _INDEXES),
            foreign_keys=_number(connection, _FOREIGN_KEYS),
        )


def _digest(connection: Connection, schema: str, name: str) -> tuple[int, Decimal]:
    row = connection.execute(
        sql.SQL(
            'SELECT count(*), coalesce(sum(hashtextextended((whole.*)::text COLLATE "C", 5)::numeric), 0)'
            " FROM ONLY {} AS whole"
        ).format(sql.Identifier(schema, name))
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _value(connection: Connection, schema: str, name: str) -> tuple[int, bool]:
    query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(schema, name))
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0], row[1]


def _number(connection: Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])
