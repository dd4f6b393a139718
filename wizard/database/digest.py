"""Count and digests of a table or a part of one: the same text on both sides, or the rows differ.

Each of the two digests is the sum over all rows of a 64-bit hash of the row's text, with a seed of its own,
so it does not depend on the rows' order and adds up over parts. They were measured to be equal on Postgres
15, 16 and 18 under the settings of `connect.PINNED`. Two things that look simpler are wrong:
`hash_record_extended` hashes an enum's OID, and XOR does not see a row doubled twice.
"""

from collections.abc import Sequence
from decimal import Decimal

from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.model.noun import Noun

SEEDS = (0, 77)
"""Of the two digests; measured to agree on Postgres 15, 16 and 18."""


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
    # A subselect with the column list of the source: on the other side the order may differ. The alias
    # cannot be a column's name, or the row's text would silently be that column's. OFFSET 0 keeps the text
    # from being made once for each seed. The sum of a bigint is exact, and numeric.
    return sql.SQL(
        "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r, {first})), 0),"
        " coalesce(pg_catalog.sum(pg_catalog.hashtextextended(r, {second})), 0)"
        ' FROM (SELECT ("_offramp_row".*)::text COLLATE "C" AS r'
        ' FROM (SELECT {columns} FROM {table}{where}) AS "_offramp_row" OFFSET 0) AS texts'
    ).format(
        first=sql.Literal(SEEDS[0]),
        second=sql.Literal(SEEDS[1]),
        columns=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(table.value(name), sql.Identifier(name)) for name in table.columns
        ),
        table=table.rows_of,
        where=page_range(first_page, end_page),
    )


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
