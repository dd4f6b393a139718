"""Count and digests of a table or a part of one: the same text on both sides, or the rows differ.

Each of the two digests is the sum over all rows of a 64-bit hash of the row's text, with a seed of its own,
so it does not depend on the rows' order and adds up over parts. They were measured to be equal on Postgres
15, 16 and 18 under the settings of `connect.PINNED`. What looks simpler is wrong: `hash_record_extended`
hashes an enum's OID, the hashes of bigint and timestamp fold 64 bits to 32 first, and XOR does not see a row
doubled twice.

The row's text costs most of it. Postgres's own, `ROW(...)::text`, looks at every letter of every value
twice; the one made here (`row_text`) is as unambiguous. Measured on 16, one million rows of eight usual
columns, one core: 1.2 s with `ROW`, 0.8 s so.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.model.noun import Noun

SEEDS = (0, 77)
"""Of the two digests; measured to agree on Postgres 15, 16 and 18."""

_ARGUMENTS = 98
"""A function takes 100 at most."""

_PLAIN = re.compile(
    r"smallint|integer|bigint|oid|numeric(\(.*\))?|real|double precision|boolean|uuid|bytea|date|inet|cidr"
    r"|macaddr8?|time(\(\d\))? with(out)? time zone|interval.*"
)
"""Types whose text is never empty and has no comma in it."""

_MOMENT = re.compile(r"timestamp(\(\d\))? (with(out)?) time zone")
"""Their text takes long to make; what they are sent as is a count of microseconds."""

_TEXT = re.compile(r"text|bpchar|character( varying)?(\(\d+\))?")

_JSON = re.compile(r"jsonb?")


class Digest(Noun, frozen=True, kw_only=True):
    """Rows, and the exact sums of their hashes under both seeds."""

    rows: int = 0
    sum: Decimal = Decimal(0)
    second: Decimal = Decimal(0)

    def __add__(self, other: "Digest") -> "Digest":
        return Digest(
            rows=self.rows + other.rows, sum=self.sum + other.sum, second=self.second + other.second
        )

    @property
    def text(self) -> str:
        """Both sums modulo 2^64, 32 hexadecimal digits."""
        return "".join(f"{int(one) % 2**64:016x}" for one in (self.sum, self.second))


def digest(
    connection: Connection, table: Table, first_page: int | None = None, end_page: int | None = None
) -> Digest:
    """Digest `table`'s own rows, or those between two pages (the first one in, the end one out).

    Raises:
        psycopg.Error: the table cannot be read.
    """
    row = connection.execute(digest_query(table, first_page, end_page)).fetchone()
    assert row is not None
    return Digest(rows=row[0], sum=row[1], second=row[2])


def digests(connection: Connection, tables: Sequence[Table]) -> list[Digest]:
    """Digest each of `tables` in one round trip, in order. Raises psycopg.Error."""
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}::int AS n, d.* FROM ({}) AS d (rows, first, second)").format(
            sql.Literal(number), digest_query(table)
        )
        for number, table in enumerate(tables)
    )
    rows = sorted(connection.execute(query).fetchall())
    return [Digest(rows=row[1], sum=row[2], second=row[3]) for row in rows]


def digest_query(table: Table, first_page: int | None = None, end_page: int | None = None) -> sql.Composed:
    """The query of `digest`: one row of count, first and second sum."""
    return sums_query(table, table.rows_of + page_range(first_page, end_page))


def sums_query(table: Table, rows: sql.Composable) -> sql.Composed:
    """The query of `digest` for what has the columns of `table`; `rows` is what stands after FROM."""
    # The volatile function keeps the subselect apart, or the text would be made once for each seed. OFFSET 0
    # would too, but no parallel plan goes past it. The sum of a bigint is exact, and numeric.
    return sql.SQL(
        "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r, {first})), 0),"
        " coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r, {second})), 0)"
        " FROM (SELECT {text} AS r, pg_catalog.pg_is_in_recovery() FROM {rows}) AS texts"
    ).format(
        first=sql.Literal(SEEDS[0]),
        second=sql.Literal(SEEDS[1]),
        text=row_text(table),
        rows=rows,
    )


def row_text(table: Table) -> sql.Composed:
    """An expression for a row of `table`, equal for two rows if and only if every value has the same text.

    The columns and types are those of the source: on the other side the order may differ. Plain values are
    parted by commas, and a NULL among them is empty; texts come after them, their lengths among the plain
    values; whatever else there is comes last, as Postgres writes a row.
    """
    plain: list[sql.Composable] = []
    texts: list[sql.Composable] = []
    others: list[tuple[sql.Composable, str]] = []
    for name, kind in zip(table.columns, table.types, strict=True):
        column = sql.Identifier(name)
        if moment := _MOMENT.fullmatch(kind):
            send = "timestamptz_send" if moment[2] == "with" else "timestamp_send"
            plain.append(sql.Identifier("pg_catalog", send) + sql.SQL("(") + column + sql.SQL(")"))
        elif _PLAIN.fullmatch(kind):
            plain.append(column)
        elif _TEXT.fullmatch(kind):
            plain.append(sql.SQL("pg_catalog.octet_length({})").format(column))
            texts.append(column)
        else:
            others.append((table.value(name), kind))
    parts = [part for one in plain for part in (one, sql.SQL("','"))] + texts
    if len(others) == 1 and _JSON.fullmatch(others[0][1]):
        # The last one needs no border, and this one's text is never empty.
        parts.append(others[0][0])
    elif others:
        row = sql.SQL(", ").join(column for column, _ in others)
        parts.append(sql.SQL("ROW({})::text").format(row))
    return _concatenated(parts) + sql.SQL(' COLLATE "C"')


def _concatenated(parts: Sequence[sql.Composable]) -> sql.Composed:
    while len(parts) > _ARGUMENTS:
        parts = [
            _concatenated(parts[start : start + _ARGUMENTS]) for start in range(0, len(parts), _ARGUMENTS)
        ]
    return sql.SQL("pg_catalog.concat({})").format(sql.SQL(", ").join(parts or [sql.SQL("''")]))


def page_range(first_page: int | None, end_page: int | None) -> sql.Composable:
    """The WHERE of a part, empty for a whole table."""
    conditions: list[sql.Composable] = []
    if first_page:
        conditions.append(sql.SQL("ctid >= {}::tid").format(sql.Literal(f"({first_page},0)")))
    if end_page is not None:
        conditions.append(sql.SQL("ctid < {}::tid").format(sql.Literal(f"({end_page},0)")))
    if not conditions:
        return sql.SQL("")
    return sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions)
