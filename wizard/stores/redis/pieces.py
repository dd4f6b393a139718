"""A value of each type in pieces of bounded size: read on one side, written or compared on the other.

For values too large to be moved as one DUMP, which the source would have to build in its memory as a whole
while the app waits, and for those whose DUMP the target does not understand.
"""

from collections.abc import Iterator, Sequence

from wizard.stores.redis.facts import LENGTH
from wizard.stores.redis.wire import Connection, ReplyError, Word, want_all_right

PIECE = 4 << 20
"""Bytes of a piece, about."""

MOST_ELEMENTS = 2000

_WRITE = {"string": "APPEND", "list": "RPUSH", "hash": "HSET", "set": "SADD", "zset": "ZADD"}


def elements_of_a_piece(size: int, length: int) -> int:
    """How many elements of a value of `size` bytes go into a piece."""
    return max(1, min(MOST_ELEMENTS, PIECE * max(length, 1) // max(size, 1)))


def length_of(connection: Connection, key: bytes, kind: str) -> int:
    """Elements of a value, bytes of a string. Raises OSError, ReplyError."""
    return int(connection.call(LENGTH[kind], key))


def pieces(connection: Connection, key: bytes, kind: str, *, size: int) -> Iterator[list[bytes]]:
    """Read a value piece by piece (not of a stream). Each is flat: elements, or field and value, or member
    and score, in turn. Of hashes, sets and sorted sets elements may come twice. Raises OSError and
    ReplyError."""
    length = length_of(connection, key, kind)
    step = elements_of_a_piece(size, length)
    if kind == "string":
        for start in range(0, length, PIECE):
            yield [connection.call("GETRANGE", key, start, start + PIECE - 1)]
    elif kind == "list":
        for start in range(0, length, step):
            yield connection.call("LRANGE", key, start, start + step - 1)
    else:
        cursor = b"0"
        while True:
            scan = {"hash": "HSCAN", "set": "SSCAN", "zset": "ZSCAN"}[kind]
            cursor, flat = connection.call(scan, key, cursor, "COUNT", step)
            if flat:
                yield flat
            if cursor == b"0":
                return


def written(key: bytes, kind: str, piece: Sequence[bytes]) -> tuple[Word, ...]:
    """The command that adds a piece to `key`."""
    if kind == "zset":
        turned = [
            word for member, score in zip(piece[::2], piece[1::2], strict=True) for word in (score, member)
        ]
        return ("ZADD", key, *turned)
    return (_WRITE[kind], key, *piece)


def field_expiries(
    connection: Connection, hashes: Sequence[tuple[bytes, Sequence[bytes]]]
) -> list[dict[bytes, int]]:
    """When fields of hashes (keys with their fields) expire, of those fields that do: milliseconds since
    1970. Raises OSError, ReplyError."""
    answers = connection.pipe(
        [("HPEXPIRETIME", key, "FIELDS", len(fields), *fields) for key, fields in hashes]
    )
    want_all_right(answers)
    return [
        {field: moment for field, moment in zip(fields, moments or [], strict=False) if moment > 0}
        for (_, fields), moments in zip(hashes, answers, strict=True)
    ]


def expire_fields(key: bytes, expiries: dict[bytes, int]) -> list[tuple[Word, ...]]:
    """The commands that give fields their expiry."""
    by_moment: dict[int, list[bytes]] = {}
    for field, moment in expiries.items():
        by_moment.setdefault(moment, []).append(field)
    return [
        ("HPEXPIREAT", key, moment, "FIELDS", len(fields), *fields) for moment, fields in by_moment.items()
    ]


def same_in_pieces(
    source: Connection,
    target: Connection,
    key: bytes,
    kind: str,
    *,
    size: int,
    members: bool,
    fields: bool,
    shift: int = 0,
) -> bool:
    """Whether a value (not a stream) is equal on both sides, compared piece by piece.

    Elements of hashes, sets and sorted sets are unique: where both sides have as many, and the target has
    each of the source's, they are equal.

    Args:
        members: whether the target knows SMISMEMBER.
        fields: whether both sides know expiry of a hash's fields.
        shift: milliseconds by which the target's clock is ahead of the source's.
    """
    if length_of(source, key, kind) != length_of(target, key, kind):
        return False
    position = 0
    for piece in pieces(source, key, kind, size=size):
        if not _same_piece(target, key, kind, piece, position, members=members):
            return False
        names = piece[::2]
        if kind == "hash" and fields and not all(same_expiries(source, target, [(key, names)], shift)):
            return False
        position += len(piece[0]) if kind == "string" else len(piece)
    return True


EXPIRY_TOLERANCE = 2000
"""Milliseconds by which two moments of expiry may differ and count as the same."""


def same_expiries(
    source: Connection, target: Connection, hashes: Sequence[tuple[bytes, Sequence[bytes]]], shift: int = 0
) -> list[bool]:
    """Of each hash (key and fields) whether the same fields expire at the same moments on both sides, the
    target's clock being ahead by `shift` milliseconds. Raises OSError, ReplyError."""
    both = zip(field_expiries(source, hashes), field_expiries(target, hashes), strict=True)
    return [
        there.keys() == here.keys()
        and all(abs(moment + shift - here[name]) <= EXPIRY_TOLERANCE for name, moment in there.items())
        for there, here in both
    ]


def _same_piece(
    target: Connection, key: bytes, kind: str, piece: Sequence[bytes], position: int, *, members: bool
) -> bool:
    if kind == "string":
        return bool(target.call("GETRANGE", key, position, position + len(piece[0]) - 1) == piece[0])
    if kind == "list":
        return bool(target.call("LRANGE", key, position, position + len(piece) - 1) == piece)
    if kind == "hash":
        return bool(target.call("HMGET", key, *piece[::2]) == piece[1::2])
    if kind == "set":
        if members:
            return all(target.call("SMISMEMBER", key, *piece))
        return all(answer == 1 for answer in target.pipe(("SISMEMBER", key, member) for member in piece))
    scores = target.pipe(("ZSCORE", key, member) for member in piece[::2])
    return all(
        here is not None
        and not isinstance(here, ReplyError)
        and (here == there or float(here) == float(there))
        for here, there in zip(scores, piece[1::2], strict=True)
    )
