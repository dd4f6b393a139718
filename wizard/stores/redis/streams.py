"""Streams in pieces: entries with their ids, groups, consumers, and who has what still to confirm."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wizard.stores.redis.pieces import elements_of_a_piece
from wizard.stores.redis.server import milliseconds
from wizard.stores.redis.wire import Connection, ReplyError, Word, want_all_right

NO_ID = b"0-0"

PENDING_AT_ONCE = 5000


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An entry that a consumer has been given and has not confirmed. `delivered` is milliseconds since
    1970."""

    entry: bytes
    consumer: bytes
    delivered: int
    times: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """A consumer group. `read` is how many entries it has read, None where that is not known."""

    name: bytes
    last: bytes
    read: int | None
    consumers: tuple[bytes, ...]
    pending: tuple[Pending, ...]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """All of a stream but its entries. `added` and `deleted` are None before Redis 7."""

    length: int
    last: bytes
    added: int | None
    deleted: bytes | None
    groups: tuple[Group, ...]


def stream_of(connection: Connection, key: bytes) -> Stream:
    """Read a stream without its entries. Raises OSError, ReplyError."""
    # COUNT 1: of the entries, and of what is pending, all may be too much for one answer.
    told = _table(connection.call("XINFO", "STREAM", key, "FULL", "COUNT", 1))
    groups = [_group(connection, key, _table(group)) for group in told[b"groups"]]
    return Stream(
        length=told[b"length"],
        last=told[b"last-generated-id"],
        added=told.get(b"entries-added"),
        deleted=told.get(b"max-deleted-entry-id"),
        groups=tuple(sorted(groups, key=lambda one: one.name)),
    )


def _group(connection: Connection, key: bytes, told: dict[bytes, Any]) -> Group:
    return Group(
        name=told[b"name"],
        last=told[b"last-delivered-id"],
        read=told.get(b"entries-read"),
        consumers=tuple(sorted(_table(one)[b"name"] for one in told[b"consumers"])),
        pending=tuple(_pending(connection, key, told[b"name"])) if told[b"pel-count"] else (),
    )


def _pending(connection: Connection, key: bytes, group: bytes) -> Iterator[Pending]:
    start = b"-"
    while True:
        now, rows = connection.pipe([("TIME",), ("XPENDING", key, group, start, "+", PENDING_AT_ONCE)])
        if isinstance(rows, ReplyError):
            raise rows
        for entry, consumer, idle, times in rows:
            yield Pending(entry=entry, consumer=consumer, delivered=milliseconds(now) - idle, times=times)
        if len(rows) < PENDING_AT_ONCE:
            return
        start = _after(rows[-1][0])


def _table(flat: list[Any]) -> dict[bytes, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def entries(
    connection: Connection, key: bytes, *, size: int, length: int, until: bytes
) -> Iterator[list[Any]]:
    """The entries up to the id `until` in pieces, each an id and its flat fields. Raises OSError,
    ReplyError."""
    step, start = elements_of_a_piece(size, length), b"-"
    while True:
        piece = connection.call("XRANGE", key, start, until, "COUNT", step)
        if piece:
            yield piece
        if len(piece) < step:
            return
        start = _after(piece[-1][0])


def _after(entry: bytes) -> bytes:
    # "(id" for what comes after it is not known before Redis 6.2.
    moment, _, number = entry.partition(b"-")
    if int(number) == (1 << 64) - 1:
        return b"%d-0" % (int(moment) + 1)
    return b"%s-%d" % (moment, int(number) + 1)


def write_stream(source: Connection, target: Connection, key: bytes, there: bytes, *, size: int) -> None:
    """Make the source's stream `key` as the target's `there`, which must not exist. Raises OSError,
    ReplyError."""
    stream = stream_of(source, key)
    # Not further: what the app adds meanwhile would be beyond the last id that is set below.
    for piece in entries(source, key, size=size, length=stream.length, until=stream.last):
        want_all_right(target.pipe([("XADD", there, entry, *flat) for entry, flat in piece]))
    if stream.length == 0:
        # An empty stream exists only by what once was in it.
        want_all_right(
            target.pipe(
                [
                    ("XGROUP", "CREATE", there, "offramp", "0", "MKSTREAM"),
                    ("XGROUP", "DESTROY", there, "offramp"),
                ]
            )
        )
    more: tuple[Word, ...] = ()
    if stream.added is not None and stream.deleted is not None:
        more = ("ENTRIESADDED", stream.added, "MAXDELETEDID", stream.deleted)
    if stream.last != NO_ID:
        answer = target.pipe([("XSETID", there, stream.last, *more)])[0]
        if isinstance(answer, ReplyError) and more:
            # Before Redis 7 these two are not known.
            target.call("XSETID", there, stream.last)
    for group in stream.groups:
        _write_group(target, there, group)


def _write_group(target: Connection, key: bytes, group: Group) -> None:
    create: tuple[Word, ...] = ("XGROUP", "CREATE", key, group.name, group.last)
    more: tuple[Word, ...] = () if group.read is None else ("ENTRIESREAD", group.read)
    answer = target.pipe([(*create, *more)])[0]
    if isinstance(answer, ReplyError) and more:
        answer = target.pipe([create])[0]
    want_all_right([answer])
    want_all_right(
        target.pipe([("XGROUP", "CREATECONSUMER", key, group.name, name) for name in group.consumers])
    )
    claims: list[tuple[Word, ...]] = []
    for one in group.pending:
        claim = ("XCLAIM", key, group.name, one.consumer, 0, one.entry, "TIME", one.delivered)
        claims.append((*claim, "RETRYCOUNT", one.times, "FORCE", "JUSTID", "LASTID", group.last))
    for start in range(0, len(claims), 1000):
        want_all_right(target.pipe(claims[start : start + 1000]))


def same_stream(source: Connection, target: Connection, key: bytes, *, size: int) -> bool:
    """Whether a stream is equal on both sides: entries, groups, consumers, pending entries. Entries that are
    pending and have been deleted cannot be made again; they are not compared. Raises OSError, ReplyError."""
    there, here = stream_of(source, key), stream_of(target, key)
    if (there.length, there.last) != (here.length, here.last) or len(there.groups) != len(here.groups):
        return False
    if None not in (there.added, here.added) and there.added != here.added:
        return False
    present: set[bytes] = set()
    wanted = {one.entry for group in there.groups for one in group.pending}
    both = zip(
        entries(source, key, size=size, length=there.length, until=there.last),
        entries(target, key, size=size, length=there.length, until=there.last),
        strict=False,
    )
    for piece, other in both:
        if piece != other:
            return False
        present |= {entry for entry, _ in piece if entry in wanted}
    return all(_same_group(*pair, present) for pair in zip(there.groups, here.groups, strict=True))


def _same_group(there: Group, here: Group, present: set[bytes]) -> bool:
    if (there.name, there.last, there.consumers) != (here.name, here.last, here.consumers):
        return False

    def known(group: Group) -> list[tuple[bytes, bytes, int]]:
        return [(one.entry, one.consumer, one.times) for one in group.pending if one.entry in present]

    return known(there) == known(here)
