"""The key `offramp:move` in database 0 of the target: whose copy this is, and how far it came.

Everything else in a target that has it is this copy's: it was empty when the marker was written. A copy goes
on from it alone, on another machine if need be. It is removed at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.model.noun import decode, encode
from wizard.model.text import clean
from wizard.stores.redis.wire import Connection

KEY = b"offramp:move"
PART = b"offramp:part:"
"""What a value is called while it is carried over in pieces."""

FORMAT = b"1"

MAY_LOSE = "may-lose"
"""The field by which a person allows that a refresh removes what a source has lost."""


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A marker. `source` names the store it is a copy of; `server` is the run of the source's server that the
    cursors are good for; `cursors` say from where each logical database is scanned on, `done` which are
    whole; `keys` how many keys the source had when the copy was whole, None before; `may_lose`: a person
    allows that the loss of most keys is taken over."""

    format: bytes
    session: str
    source: str
    run: str
    server: str
    cursors: dict[int, int]
    done: frozenset[int]
    keys: int | None
    may_lose: bool

    @property
    def whole(self) -> bool:
        """Whether every database has been copied once."""
        return self.keys is not None


def is_ours(key: bytes) -> bool:
    """Whether a key is the copy's own, and no part of what is copied."""
    return key == KEY or key.startswith(PART)


def read(target: Connection) -> Marker | None:
    """The target's marker, None where there is none. Raises OSError, ReplyError."""
    fields = _fields(target)
    if fields is None:
        return None

    def text(name: bytes) -> str:
        return clean(fields.get(name, b"").decode(errors="replace"), limit=300)

    cursors = {int(name[7:]): value for name, value in fields.items() if name.startswith(b"cursor:")}
    keys = fields.get(b"keys", b"")
    return Marker(
        format=fields.get(b"format", b""),
        session=text(b"session"),
        source=text(b"source"),
        run=text(b"run"),
        server=text(b"server"),
        cursors={number: int(value) for number, value in cursors.items() if value != b"done"},
        done=frozenset(number for number, value in cursors.items() if value == b"done"),
        keys=int(keys) if keys else None,
        may_lose=fields.get(MAY_LOSE.encode()) == b"yes",
    )


def _fields(target: Connection) -> dict[bytes, bytes] | None:
    target.select(0)
    if target.call("TYPE", KEY) != b"hash":
        return None
    flat = target.call("HGETALL", KEY)
    return dict(zip(flat[::2], flat[1::2], strict=True))


def make(target: Connection, *, session: str, source: str, run: str) -> None:
    """Make the marker of a copy that begins."""
    target.select(0)
    target.call("HSET", KEY, "format", FORMAT, "session", session, "source", source, "run", run)


def sign(target: Connection, run: str) -> None:
    """Have it say that `run` works on the copy from now on."""
    target.select(0)
    target.call("HSET", KEY, "run", run)


def signed_by(target: Connection) -> str:
    """Who works on the copy, "" where there is no marker."""
    target.select(0)
    return (target.call("HGET", KEY, "run") or b"").decode(errors="replace")


def begin_pass(target: Connection, server: str) -> None:
    """Say that the cursors from here on are of that run of the source's server, and forget older ones that
    are not whole."""
    target.select(0)
    stale = [name for name in target.call("HKEYS", KEY) if name.startswith(b"cursor:")]
    if stale:
        target.call("HDEL", KEY, *stale)
    target.call("HSET", KEY, "server", server)


def keep_cursor(target: Connection, database: int, cursor: int | None) -> None:
    """Say from where `database` is to be scanned on; None: it is whole."""
    target.select(0)
    target.call("HSET", KEY, f"cursor:{database}", "done" if cursor is None else cursor)


def keep_whole(target: Connection, keys: int) -> None:
    """Say that everything has been copied once, and how many keys there were."""
    target.select(0)
    target.call("HSET", KEY, "keys", keys)


def forget_loss(target: Connection) -> None:
    """Take back what `MAY_LOSE` allowed: it was for one refresh."""
    target.select(0)
    target.call("HDEL", KEY, MAY_LOSE)


def remove(target: Connection) -> None:
    """Remove the marker; done already is no error."""
    target.select(0)
    target.call("DEL", KEY)


def keep_left(target: Connection, during: str, words: Iterable[str], kinds: Iterable[str]) -> None:
    """Keep for the proof what `during` (a pass of one run) could not be copied as it is, and the modules'
    types that the target does not know; over what was kept of the same pass."""
    target.select(0)
    known = [word for kind in kinds for word in (f"kind:{kind}", "1")]
    target.call("HSET", KEY, f"left:{during}", encode(list(words)), *known)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What all passes together could not copy: in words, and modules' types."""

    words: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


def read_left(target: Connection) -> LeftOut:
    """What `keep_left` kept; nothing where there is no marker. Raises OSError, ReplyError."""
    fields = _fields(target) or {}
    told = [
        clean(words)
        for name, value in sorted(fields.items())
        if name.startswith(b"left:")
        for words in decode(value, list[str], what="the marker")
    ]
    kinds = {name[5:].decode(errors="replace") for name in fields if name.startswith(b"kind:")}
    return LeftOut(words=tuple(dict.fromkeys(told)), kinds=frozenset(kinds))
