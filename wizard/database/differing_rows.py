"""Finds the rows that differ between two tables whose digests do, with or without a key, in any order.

One pass over either side sums the rows' hashes in buckets, by some bits of the hash. Only rows of buckets
that differ are looked at one by one, in a second pass; those that both sides have are struck out, and what is
left is paired by the table's key. Memory and answers stay small at any size: a bucket holds some thousand
rows, and only some buckets are opened.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.digest import SEEDS, HashedRow
from wizard.database.keys import Key, Seen, look_up, read_key
from wizard.database.progress import RowDifferences
from wizard.model.text import clean

NAMED = 10
"""Rows that are named, at most."""

_OPENED = 20
"""Buckets that are opened, at most."""

_AT_ONCE = 20_000
"""Rows that are looked at one by one, about."""

_PER_BUCKET = 2_000
_MOST_BUCKETS = 65_536
_LOOKED_UP = 3 * NAMED
"""Rows that are looked up by their keys, at most."""

_COLUMNS = 5
"""Columns that are named of one row, at most."""


class _Row(NamedTuple):
    """Rows of one text: how often either side has it, where the first one is, and its key."""

    there: int
    here: int
    place: str
    key: str | None


def differing_rows(source: Connection, target: Connection, table: Table, rows: int) -> RowDifferences:
    """Find the rows of `table` that differ.

    Args:
        source: in a transaction that sees the moment to compare with.
        target: outside of a transaction.
        rows: how many the larger side has.

    Raises:
        psycopg.Error: a side cannot be read, or lacks a column.
    """
    target.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        return _Search(source, target, table, rows).run()
    finally:
        if not target.closed:
            target.execute("ROLLBACK")


class _Search:
    def __init__(self, source: Connection, target: Connection, table: Table, rows: int) -> None:
        self._source = source
        self._target = target
        self._table = table
        self._rows = rows
        self._buckets = 256
        while self._buckets < min(rows // _PER_BUCKET, _MOST_BUCKETS):
            self._buckets *= 2
        self._key = read_key(source, table)

    def run(self) -> RowDifferences:
        if self._rows <= _AT_ONCE:
            apart, beside = self._opened(None), []
        else:
            differing = self._differing()
            most = max(1, min(_OPENED, _AT_ONCE * self._buckets // self._rows))
            buckets = sorted(differing)
            apart = self._opened(buckets[:most]) if buckets else []
            beside = [differing[one] for one in buckets[most:]]
        # Of a bucket that is not opened only its count is known; equal counts hide a change.
        return RowDifferences(
            words=tuple(clean(words, limit=500) for words in self._words(apart)),
            missing=sum(max(row.there - row.here, 0) for row in apart)
            + sum(max(there - here, there == here) for there, here in beside),
            more=sum(max(row.here - row.there, 0) for row in apart)
            + sum(max(here - there, there == here) for there, here in beside),
            exact=not beside,
        )

    # The buckets.

    def _differing(self) -> dict[int, tuple[int, int]]:
        """The rows on either side of each bucket that differs."""
        query = sql.SQL(
            "SELECT b, pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(one),"
            " pg_catalog.sum(two)) FROM ({}) AS bucketed GROUP BY b"
        ).format(self._hashed(sql.SQL("")))
        # Only one side is held: there may be many buckets.
        there: dict[int, str] = dict(self._source.cursor().stream(query))
        differing: dict[int, tuple[int, int]] = {}
        for bucket, sums in self._target.cursor().stream(query):
            before = there.pop(bucket, "")
            if before != sums:
                differing[bucket] = (_count(before), _count(sums))
        return differing | {bucket: (_count(sums), 0) for bucket, sums in there.items()}

    def _hashed(self, also: sql.Composable) -> sql.Composed:
        """Each row as its bucket and both of its hashes."""
        row = HashedRow(self._table)
        return sql.SQL(
            "SELECT one & {last} AS b, hashed.* FROM (SELECT {first} AS one, {second} AS two, prepared.*"
            " FROM (SELECT {values}{also} FROM {table}) AS prepared) AS hashed"
        ).format(
            last=sql.Literal(self._buckets - 1),
            first=row.hash(SEEDS[0]),
            second=row.hash(SEEDS[1]),
            values=row.values,
            also=also,
            table=self._table.rows_of,
        )

    def _opened(self, buckets: Sequence[int] | None) -> list[_Row]:
        """The texts in these buckets that one side has more often than the other; None opens all of them."""
        some = sql.SQL(", ").join(map(sql.Literal, buckets or ()))
        where = sql.SQL("" if buckets is None else " WHERE b IN ({})").format(some)
        key = self._key.text if self._key else sql.SQL("NULL::text")
        place = sql.SQL("pg_catalog.concat({}ctid)").format(
            sql.SQL("tableoid::pg_catalog.regclass, ' '," if self._table.whole else "")
        )
        query = sql.SQL(
            "SELECT one, two, pg_catalog.count(*), pg_catalog.min(place), pg_catalog.min(k)"
            " FROM ({}) AS bucketed{} GROUP BY one, two"
        ).format(
            self._hashed(sql.SQL(', {} COLLATE "C" AS place, {} COLLATE "C" AS k').format(place, key)), where
        )
        there = {(one, two): rest for one, two, *rest in self._source.cursor().stream(query)}
        apart = []
        for one, two, count, place_here, key_here in self._target.cursor().stream(query):
            before, place_there, _ = there.pop((one, two), (0, "", None))
            if before != count:
                apart.append(_Row(before, count, place_there if before > count else place_here, key_here))
        return [_Row(count, 0, place, key) for count, place, key in there.values()] + apart

    # In words.

    def _words(self, apart: Sequence[_Row]) -> list[str]:
        rows = sorted(apart, key=lambda row: (row.there <= row.here, len(row.place), row.place))[:_LOOKED_UP]
        words = self._by_key(self._key, rows) if self._key else map(_by_place, rows)
        return [one for one, _ in zip(words, range(NAMED), strict=False)]

    def _by_key(self, key: Key, rows: Iterable[_Row]) -> Iterator[str]:
        wanted = list(dict.fromkeys(row.key for row in rows if row.key is not None))
        there = look_up(self._source, self._table, key, wanted)
        here = look_up(self._target, self._table, key, wanted)
        for one in wanted:
            yield from self._told(key, there.get(one, []), here.get(one, []))

    def _told(self, key: Key, there: Sequence[Seen], here: Sequence[Seen]) -> Iterator[str]:
        if len(there) == len(here) == 1:
            columns = [
                name
                for name, before, after in zip(
                    self._table.columns, there[0].hashes, here[0].hashes, strict=True
                )
                if before != after
            ]
            if columns:
                more = f" and {len(columns) - _COLUMNS} more columns" if len(columns) > _COLUMNS else ""
                yield f"{_name(key, there[0], here[0])} differs in {', '.join(columns[:_COLUMNS])}{more}"
        elif not here and there:
            yield f"{_name(key, there[0], None)} is missing"
        elif not there and here:
            yield f"{_name(key, None, here[0])} is not on the source"
        elif there:
            yield f"{_name(key, there[0], here[0])} {_times(len(there), len(here))}"


def _name(key: Key, there: Seen | None, here: Seen | None) -> str:
    seen = there or here
    if seen is not None and key.shown:
        return ", ".join(f"{name} = {value}" for name, value in zip(key.columns, seen.values, strict=True))
    places = [f"{one.place} {where}" for one, where in ((there, "of the source"), (here, "here")) if one]
    return f"the row at ctid {', '.join(places)}" + "," * (len(places) > 1)


def _by_place(row: _Row) -> str:
    if row.there > row.here > 0:
        times = f"is there {_often(row.there)}, here {_often(row.here)}"
        return f"the row at ctid {row.place} of the source {times}"
    if row.here > row.there > 0:
        return f"the row at ctid {row.place} here {_times(row.there, row.here)}"
    if row.there:
        return f"the row at ctid {row.place} of the source is missing" + (
            f", all {row.there} times" if row.there > 1 else ""
        )
    return f"the row at ctid {row.place} here is not on the source" + (
        f", {row.here} times" if row.here > 1 else ""
    )


def _times(there: int, here: int) -> str:
    return f"is on the source {_often(there)}, here {_often(here)}"


def _often(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _count(sums: str) -> int:
    return int(sums.partition(" ")[0]) if sums else 0
