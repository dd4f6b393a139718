# ruff: noqa: S608 - queries are built from constants of this file, and numbers
"""Large objects: copied under their own numbers, because columns of type oid point at them.

Memory is bounded at any size: what is in flight is `CHUNK` of small ones or `AT_ONCE` chunks of a large one.
A copy goes on by looking: what is on the target with the same size and digest stays, the rest is written,
each large one in one transaction, small ones many in one.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import pq, sql

from wizard.database.connect import Connection
from wizard.database.control import Control
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble

CHUNK = 1024 * 1024
AT_ONCE = 4
"""Chunks of a large object that one question asks for: more would save round trips, and cost memory."""

PAGE = 1_000
"""Objects that one question is about."""

_READ, _READ_WRITE = 0x40000, 0x60000
"""Modes of lo_open (libpq-fs.h)."""

_LAST = 2**32


class Copied(Noun, frozen=True, kw_only=True):
    """A pass over all large objects: how many there are and their bytes, how many had to be written, and how
    many that the source does not have were removed."""

    objects: int = 0
    bytes: int = 0
    written: int = 0
    removed: int = 0


class LargeObjects(Noun, frozen=True, kw_only=True):
    """All large objects of a database. `digest` is 64 hexadecimal digits over number, size and contents of
    each; equal databases have equal ones."""

    count: int
    bytes: int
    digest: str


def unreadable_large_objects(connection: Connection, limit: int = 5) -> list[int]:
    """Numbers of large objects that the role may not read, at most `limit`. Raises psycopg.Error."""
    rows = connection.execute(
        "SELECT m.oid FROM pg_catalog.pg_largeobject_metadata m, pg_catalog.pg_roles me"
        " WHERE me.rolname = current_user AND NOT me.rolsuper"
        " AND pg_catalog.current_setting('lo_compat_privileges') <> 'on'"
        " AND NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')"
        " AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'"
        " AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))"
        f" ORDER BY m.oid LIMIT {limit:d}"
    ).fetchall()
    return [row[0] for row in rows]


def copy_large_objects(
    source: Connection, target: Connection, *, control: Control, event: Callable[[str], None]
) -> Copied:
    """Make the target's large objects those of the source, with their comments. May be called again after any
    break, and on a source that has changed.

    Args:
        source: sees one moment; a transaction on it stays open and usable.
        target: in autocommit, outside of a transaction. Large objects that the source does not have go.

    Raises:
        Trouble: the role may not read one; it is named, and nothing was written.
        psycopg.Error: a side broke.
        Stopped: the person asked for it; what was committed stays.
    """
    _want_readable(source)
    passing = _Pass(source, target, control)
    for first, last, there in _pages(source):
        passing.copy(first, last, there)
    done = passing.done
    if done.written or done.removed:
        size = f"{done.bytes / 1e6:.1f} MB"
        removed = f", {done.removed} that the source does not have removed" if done.removed else ""
        event(f"Large objects: {done.objects} ({size}), of which {done.written} were written{removed}.")
    return done


def digest_large_objects(connection: Connection) -> LargeObjects:
    """Count, size and digest of all. Raises psycopg.Error."""
    count = size = 0
    digest = hashlib.sha256()
    for first, last, there in _pages(connection):
        count += len(there)
        size += sum(there.values())
        for number, text in sorted(_digests(connection, first, last).items()):
            digest.update(f"{number}:{there.get(number)}:{text}\n".encode())
    return LargeObjects(count=count, bytes=size, digest=digest.hexdigest())


def large_object_differences(source: Connection, target: Connection, limit: int = 5) -> list[str]:
    """What is missing, additional or different on the target, in words, at most `limit` by name and the rest
    by number. Raises psycopg.Error."""
    words: list[str] = []
    for first, last, _ in _pages(source):
        there, here = _digests(source, first, last), _digests(target, first, last)
        for number in sorted(there.keys() | here.keys()):
            if number not in here:
                words.append(f"large object {number} is missing")
            elif number not in there:
                words.append(f"large object {number} is not on the source")
            elif there[number] != here[number]:
                words.append(f"large object {number} differs")
    more = len(words) - limit
    return words[:limit] + ([f"{more} more large objects differ"] if more > 0 else [])


def remove_large_objects(connection: Connection) -> int:
    """Remove all of a database's large objects, some in each transaction: every one of them takes a lock.
    Returns how many there were. Raises psycopg.Error."""
    removed = 0
    while True:
        gone = connection.execute(
            "SELECT pg_catalog.lo_unlink(m.oid) FROM (SELECT oid FROM pg_catalog.pg_largeobject_metadata"
            f" LIMIT {PAGE}) m".encode()
        ).rowcount
        if gone <= 0:
            return removed
        removed += gone


def _want_readable(source: Connection) -> None:
    names = ", ".join(map(str, unreadable_large_objects(source)))
    if names:
        raise Trouble(
            f"The role may not read these large objects of the source: {names}.",
            untouched="No large object was written.",
            remedy="Use the role that owns them, or have it grant SELECT on them.",
            code="database-rights",
        )


def _pages(connection: Connection) -> Iterator[tuple[int, int, dict[int, int]]]:
    """Ranges of numbers (the first one in, the last one too) with the sizes of the objects in them; the last
    range is open, and may hold none."""
    first = 1
    while True:
        sizes: dict[int, int] = dict(_rows(connection, f"SELECT m.oid, {_SIZE} FROM {_some(first, _LAST)} m"))
        last = max(sizes) if len(sizes) == PAGE else _LAST
        yield first, last, sizes
        if last == _LAST:
            return
        first = last + 1


_SIZE = f"pg_catalog.lo_lseek64(pg_catalog.lo_open(m.oid, {_READ}), 0, 2)"


def _some(first: int, last: int) -> str:
    """The objects of a range, at most a page of them, in order. The numbers are compared as bigint: one range
    ends above the last number that there is."""
    return (
        "(SELECT oid FROM pg_catalog.pg_largeobject_metadata"
        f" WHERE oid::bigint BETWEEN {first:d} AND {last:d} ORDER BY oid LIMIT {PAGE})"
    )


def _digests(connection: Connection, first: int, last: int) -> dict[int, str]:
    """By number: the digest of the digests of an object's chunks, after its size. A range of the source may
    hold more objects on the target than fit into one page."""
    found: dict[int, str] = {}
    while True:
        rows = _rows(
            connection,
            "SELECT s.oid, s.size || ' ' || pg_catalog.encode(pg_catalog.sha256(coalesce((SELECT"
            f" pg_catalog.string_agg(pg_catalog.sha256(pg_catalog.lo_get(s.oid, c.at, {CHUNK})), ''::bytea"
            f" ORDER BY c.at) FROM pg_catalog.generate_series(0::bigint, s.size - 1, {CHUNK}) AS c(at)),"
            " ''::bytea)), 'hex')"
            f" FROM (SELECT m.oid, {_SIZE} AS size FROM {_some(first, last)} m OFFSET 0) s",
        )
        found.update(rows)
        if len(rows) < PAGE:
            return found
        first = max(found) + 1


def _rows(connection: Connection, query: str) -> list[tuple[Any, Any]]:
    """The rows of a query that opens objects. They stay open to the end of its transaction, so inside of one
    it runs in a part that is taken back."""
    if connection.info.transaction_status == pq.TransactionStatus.IDLE:
        return connection.execute(query.encode()).fetchall()
    cursor = connection.execute(
        f"SAVEPOINT opened; {query}; ROLLBACK TO SAVEPOINT opened; RELEASE SAVEPOINT opened".encode()
    )
    cursor.nextset()
    rows = cursor.fetchall()
    while cursor.nextset():
        pass
    return rows


class _Pass:
    """One pass over the objects of a source, a page at a time."""

    def __init__(self, source: Connection, target: Connection, control: Control) -> None:
        self._source = source
        self._target = target
        self._control = control
        self.done = Copied()

    def copy(self, first: int, last: int, there: dict[int, int]) -> None:
        """Make one range of the target that of the source. `there` are the sizes of the source's."""
        self._control.check()
        here = dict(_sizes_of(self._target, first, last))
        extra = [number for number in here if number not in there]
        for start in range(0, len(extra), PAGE):
            numbers = extra[start : start + PAGE]
            self._target.execute("SELECT pg_catalog.lo_unlink(o) FROM unnest(%s::oid[]) o", (numbers,))
        missing = [number for number in there if number not in here]
        changed = [number for number in there if number in here and here[number] != there[number]]
        if len(missing) + len(changed) < len(there):
            before, now = _digests(self._source, first, last), _digests(self._target, first, last)
            changed += [
                number
                for number in there
                if here.get(number) == there[number] and before[number] != now.get(number)
            ]
        for number in missing + changed:
            if there[number] > CHUNK:
                self._copy_large(number, there[number], new=number not in here)
        for new, numbers in ((True, missing), (False, changed)):
            small = [number for number in numbers if there[number] <= CHUNK]
            for batch in _batches(small, there):
                self._copy_small(batch, new=new)
        self._copy_comments(first, last)
        self.done = Copied(
            objects=self.done.objects + len(there),
            bytes=self.done.bytes + sum(there.values()),
            written=self.done.written + len(missing) + len(changed),
            removed=self.done.removed + len(extra),
        )

    def _copy_small(self, numbers: Sequence[int], *, new: bool) -> None:
        """One statement, so one transaction. The order of the two calls for what is there is all one."""
        self._control.check()
        with self._source.cursor(binary=True) as cursor:
            rows = cursor.execute(
                "SELECT o, pg_catalog.lo_get(o) FROM unnest(%s::oid[]) o", (list(numbers),)
            ).fetchall()
        opened = f"pg_catalog.lo_open(o, {_READ_WRITE})"
        anew = f"pg_catalog.lo_truncate64({opened}, pg_catalog.octet_length(d)), pg_catalog.lo_put(o, 0, d)"
        write = "pg_catalog.lo_from_bytea(o, d)" if new else anew
        self._target.execute(
            f"SELECT {write} FROM unnest(%s::oid[], %b::bytea[]) AS t(o, d)".encode(),
            ([row[0] for row in rows], [row[1] for row in rows]),
        )

    def _copy_large(self, number: int, size: int, *, new: bool) -> None:
        """One object in one transaction."""
        target = self._target
        target.execute("BEGIN")
        try:
            if new:
                target.execute(f"SELECT pg_catalog.lo_create({number:d}::oid)".encode())
            else:
                # Emptied first: where the new contents have holes the old ones may not show.
                self._truncate(number, 0)
            step = CHUNK * AT_ONCE
            for start in range(0, size, step):
                self._control.check()
                self._carry(number, start, min(start + step, size))
            self._truncate(number, size)
            target.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(psycopg.Error):
                target.execute("ROLLBACK")
            raise

    def _truncate(self, number: int, size: int) -> None:
        """Cut the object, or lengthen it by zeros."""
        opened = f"pg_catalog.lo_open({number:d}::oid, {_READ_WRITE})"
        self._target.execute(f"SELECT pg_catalog.lo_truncate64({opened}, {size:d})".encode())

    def _carry(self, number: int, start: int, end: int) -> None:
        """Some chunks of it. What is nothing but zeros is not sent: Postgres keeps such holes empty."""
        with self._source.cursor(binary=True) as cursor:
            rows = cursor.execute(
                "SELECT at, d FROM (SELECT pg_catalog.decode(pg_catalog.repeat('00', %s), 'hex') AS none"
                " OFFSET 0) z, pg_catalog.generate_series(%s::bigint, %s::bigint, %s::bigint) AS at,"
                " LATERAL (SELECT pg_catalog.lo_get(%s::oid, at, %s::int) AS d OFFSET 0) l WHERE d <> none",
                (CHUNK, start, end - 1, CHUNK, number, CHUNK),
            ).fetchall()
        if rows:
            self._target.execute(
                "SELECT pg_catalog.lo_put(%s::oid, at, d) FROM unnest(%s::bigint[], %b::bytea[]) AS t(at, d)",
                (number, [row[0] for row in rows], [row[1] for row in rows]),
            )

    def _copy_comments(self, first: int, last: int) -> None:
        query = (
            "SELECT objoid, description FROM pg_catalog.pg_description"
            " WHERE classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass"
            f" AND objoid::bigint BETWEEN {first:d} AND {last:d}"
        ).encode()
        there: dict[int, str] = dict(self._source.execute(query).fetchall())
        here: dict[int, str] = dict(self._target.execute(query).fetchall())
        wrong = sorted(
            number for number in there.keys() | here.keys() if there.get(number) != here.get(number)
        )
        for start in range(0, len(wrong), PAGE):
            statements = [
                sql.SQL("COMMENT ON LARGE OBJECT {} IS {}").format(
                    sql.Literal(number), sql.Literal(there.get(number))
                )
                for number in wrong[start : start + PAGE]
            ]
            self._target.execute(sql.SQL(";").join(statements))


def _sizes_of(connection: Connection, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Those of a range, which may be more than fit into a page."""
    while True:
        rows = _rows(connection, f"SELECT m.oid, {_SIZE} FROM {_some(first, last)} m")
        yield from rows
        if len(rows) < PAGE:
            return
        first = max(row[0] for row in rows) + 1


def _batches(numbers: Iterable[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for number in numbers:
        if batch and size + sizes[number] > CHUNK:
            yield batch
            batch, size = [], 0
        batch.append(number)
        size += sizes[number]
    if batch:
        yield batch
