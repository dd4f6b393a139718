"""What must be known of a key before its value is read: its type, when it expires, how large it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from wizard.stores.redis.server import Abilities, milliseconds
from wizard.stores.redis.wire import Connection, Reply, ReplyError, want_all_right

NEVER, GONE = -1, -2
"""In place of a moment of expiry."""

UNKNOWN_ELEMENT = 256
"""Bytes an element is taken for where MEMORY USAGE is not allowed."""

LENGTH = {
    "string": "STRLEN",
    "list": "LLEN",
    "hash": "HLEN",
    "set": "SCARD",
    "zset": "ZCARD",
    "stream": "XLEN",
}
"""The command that says how long a value of each type is. Other types are modules'."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """Of a key at one moment. `expires` is milliseconds since 1970 by that server's clock, `NEVER` or `GONE`;
    `size` bytes in memory, about."""

    kind: str
    expires: int
    size: int

    @property
    def gone(self) -> bool:
        """Whether the key is not there."""
        return self.kind == "none" or self.expires == GONE


_NAMES = {name.encode(): name for name in (*LENGTH, "none")}


def facts_of(
    connection: Connection, keys: Sequence[bytes], able: Abilities, *, sizes: bool = True
) -> list[Facts]:
    """Ask for the facts of keys, in one go where the server knows and allows all that it takes. Raises
    OSError, ReplyError."""
    moment = "PEXPIRETIME" if able.expiry_time else "PTTL"
    measure = sizes and able.memory_usage
    commands = [("TYPE",), (moment,)] + ([("MEMORY", "USAGE")] if measure else [])
    # Asked first: a moment is taken for sooner than it is by as long as the next answers take.
    now = 0 if able.expiry_time else milliseconds(connection.call("TIME"))
    answers = connection.each(commands, keys)
    for some in answers:
        want_all_right(some)
    kinds = [_NAMES.get(kind) or kind.decode(errors="replace") for kind in answers[0]]
    expiries = [value + now if value > 0 and now else value for value in answers[1]]
    if measure:
        measured = [size or 0 for size in answers[2]]
    elif sizes:
        measured = _by_length(connection, keys, kinds)
    else:
        measured = [0] * len(keys)
    return [
        Facts(kind=kind, expires=expires, size=size)
        for kind, expires, size in zip(kinds, expiries, measured, strict=True)
    ]


def _by_length(connection: Connection, keys: Sequence[bytes], kinds: Sequence[str]) -> list[int]:
    asked = [(LENGTH.get(kind, "EXISTS"), key) for key, kind in zip(keys, kinds, strict=True)]
    answers: list[Reply] = connection.pipe(asked)
    return [
        0 if isinstance(answer, ReplyError) else answer * (1 if kind == "string" else UNKNOWN_ELEMENT)
        for answer, kind in zip(answers, kinds, strict=True)
    ]
