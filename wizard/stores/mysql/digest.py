"""Count and digest of a table's rows, computed by the server: equal rows in any order give equal digests.

CHECKSUM TABLE is not used: it depends on the server's version and on how rows are stored.
"""

from dataclasses import dataclass

from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.stores.mysql.catalogue import Column, Table
from wizard.stores.mysql.session import Session, quoted

_LONG = ("tinytext", "text", "mediumtext", "longtext", "json")
_BYTES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit")
_SHAPES = (
    *("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"),
    *("geometrycollection", "geomcollection"),
)
_BROKEN_NUMBERS = ("float", "double", "real")


@dataclass(frozen=True, kw_only=True)
class Digest:
    """Of a table: rows, and two sums over the halves of each row's hash."""

    rows: int
    text: str


def read_digest(session: Session, table: Table) -> Digest:
    """Have the server compute it, in the session's snapshot.

    Raises:
        MysqlError: it fails.
        Trouble: it gives no digest of some rows, which would make them equal to any others.
    """
    # Not concat_ws, which leaves out what is NULL.
    fields = ", ',', ".join(_field(column) for column in table.columns)
    [(rows, hashed, first, second)] = session.query(
        "SELECT count(*), count(h), coalesce(sum(cast(conv(substring(h, 1, 15), 16, 10) AS decimal(30))), 0),"
        " coalesce(sum(cast(conv(substring(h, 17, 15), 16, 10) AS decimal(30))), 0)"
        f" FROM (SELECT md5(concat({fields})) AS h FROM {quoted(table.name)}) AS each_row"
    )
    if rows != hashed:
        raise Trouble(
            f"A server gives no digest of {int(rows or 0) - int(hashed or 0):,} rows of {clean(table.name)}.",
            remedy="Raise max_allowed_packet there, or turn FIPS mode off, in which it knows no MD5.",
            code="store-digest",
        )
    return Digest(rows=int(rows or 0), text=f"{first}/{second}")


def _field(column: Column) -> str:
    name = quoted(column.name)
    if column.kind in _LONG:
        # What is longer than max_allowed_packet in all would be NULL as a whole.
        text = f"md5(convert({name} USING utf8mb4))"
    elif column.kind in _SHAPES:
        text = f"md5(st_aswkb({name}))"
    elif column.kind in _BYTES:
        text = f"md5({name})" if column.kind.endswith("blob") else f"hex({name})"
    elif column.kind in _BROKEN_NUMBERS:
        # As text they are rounded to six digits.
        text = f"({name} + 0e0)"
    else:
        text = f"convert({name} USING utf8mb4)"
    # As bytes: columns of different collations cannot be joined. With their length: so that (ab, c) and
    # (a, bc) differ.
    text = f"cast({text} AS binary)"
    return f"if({name} IS NULL, 'N', concat(length({text}), ':', {text}))"
