"""Count and digest of a table or a part of one: the same text on both sides, or the rows differ.

The digest is the sum over all rows of a 64-bit hash of the row's text, so it does not depend on the
rows' order and adds up over parts. It was measured to be equal on Postgres 15, 16 and 18 under the
settings of `connect.PINNED`. Two things that look simpler are wrong: `hash_record_extended` hashes an
enum's OID, and XOR does not see a row doubled twice.
"""

from decimal import Decimal

from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.model.noun import Noun


class Digest(Noun, frozen=True, kw_only=True):
    """Rows, and the exact sum of their hashes."""

    rows: int = 0
    sum: Decimal = Decimal(0)

    def __add__(self, other: "Digest") -> "Digest":
        return Digest(rows=self.rows + other.rows, sum=self.sum + other.sum)


def digest(
    connection: Connection, table: Table, first_page: int | None = None, end_page: int | None = None
) -> Digest:
    """Digest `table`'s own rows, or those between two pages (the first one in, the end one out).

    Raises:
        psycopg.Error: the table cannot be read.
    """
    # A subselect with the column list of the source: on the other side the order may differ. The alias
    # cannot be a column's name, or the row's text would silently be that column's.
    query = sql.SQL(
        "SELECT pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended("
        '("_offramp_row".*)::text COLLATE "C", 0)::numeric), 0)'
        ' FROM (SELECT {columns} FROM ONLY {table}{where}) AS "_offramp_row"'
    ).format(
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in table.columns),
        table=table.ident,
        where=page_range(first_page, end_page),
    )
    row = connection.execute(query).fetchone()
    assert row is not None
    return Digest(rows=row[0], sum=row[1])


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
