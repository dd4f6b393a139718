"""A value of each type read in one answer and written in one go: for values that are small, and whose DUMP
the other side does not understand."""

from typing import Any

from wizard.stores.redis.pieces import MOST_ELEMENTS, written
from wizard.stores.redis.wire import ReplyError, Word

READ: dict[str, tuple[str, ...]] = {
    "string": ("GET",),
    "list": ("LRANGE", "0", "-1"),
    "hash": ("HGETALL",),
    "set": ("SMEMBERS",),
    "zset": ("ZRANGE", "0", "-1", "WITHSCORES"),
}
"""Types that one command reads as a whole, and that command without the key."""


def reading(key: bytes, kind: str) -> tuple[Word, ...]:
    """The command that reads a value."""
    command, *more = READ[kind]
    return (command, key, *more)


def writing(key: bytes, kind: str, value: Any, expires: int) -> list[tuple[Word, ...]]:
    """The commands that put a value that was read in place of what is under `key`. `expires` is milliseconds
    since 1970, not positive for never."""
    commands: list[tuple[Word, ...]] = [("DEL", key)]
    if kind == "string":
        commands = [("SET", key, value)]
    else:
        # An even number: fields and values, members and scores stay together.
        commands += [
            written(key, kind, value[start : start + 2 * MOST_ELEMENTS])
            for start in range(0, len(value), 2 * MOST_ELEMENTS)
        ]
    if expires > 0:
        commands.append(("PEXPIREAT", key, expires))
    return commands


def canonical(kind: str, value: Any) -> Any:
    """A value that was read, so that equal ones compare equal. Raises ReplyError in place of an answer."""
    if isinstance(value, ReplyError):
        raise value
    if kind == "hash":
        return dict(zip(value[::2], value[1::2], strict=True))
    if kind == "zset":
        return [(member, float(score)) for member, score in zip(value[::2], value[1::2], strict=True)]
    return frozenset(value) if kind == "set" else value
