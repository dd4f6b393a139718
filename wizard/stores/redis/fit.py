"""Whether one Redis can become the copy of another: what stops it, and what a person should know."""

from collections.abc import Iterator

from wizard.stores.progress import StoreFinding
from wizard.stores.redis.server import Abilities, Server
from wizard.stores.redis.wire import Connection, ReplyError

ROOM = 0.8
"""Part of the target's memory that the copy may take: the rest is for buffers, and for the pages that a
background save holds twice."""

OLDEST = (5, 0)
"""Below, RESTORE knows no absolute moment of expiry."""


def _mib(size: float) -> str:
    return f"{size / (1 << 20):,.0f} MB"


def judge(
    source: Server, target: Server, *, memory: int | None, able: tuple[Abilities, Abilities]
) -> Iterator[StoreFinding]:
    """What speaks against the copy, and what to know.

    Args:
        memory: bytes of the target's container, None where that is not known.
        able: what the source and the target know.
    """
    for side, server in (("source", source), ("target", target)):
        if server.cluster:
            yield StoreFinding(
                words=f"The {side} is a cluster, whose keys lie on several servers. Offramp copies only one.",
                remedy="Move it with a tool for clusters (RedisShake, redis-cli --cluster import).",
                stops=True,
            )
    if target.version and target.release < OLDEST:
        yield StoreFinding(
            words=f"The target is {target.words}, which is too old to be given keys with their expiry.",
            remedy="Create the target with a newer version.",
            stops=True,
        )
    yield from _about_memory(source, target, memory)
    if source.eviction and target.eviction and source.eviction != target.eviction:
        yield StoreFinding(
            words=f"When memory is full, the source does {source.eviction}, the target {target.eviction}.",
            remedy=f"Set maxmemory-policy to {source.eviction} on the target if the app counts on it.",
        )
    more = [name for name in source.modules if name not in target.modules]
    if more:
        yield StoreFinding(
            words=f"The source has the modules {', '.join(more)}, the target does not: keys of their types"
            " cannot be copied.",
            remedy="See whether the app uses them; their keys are counted in the proof.",
        )
    if able[0].field_expiry and not able[1].field_expiry:
        yield StoreFinding(
            words="The source knows hashes whose fields expire, the target does not: such fields would stay.",
            remedy="Create the target with Redis 7.4 or later if the app uses HEXPIRE.",
        )


def _about_memory(source: Server, target: Server, memory: int | None) -> Iterator[StoreFinding]:
    limits = [size for size in (target.most_memory, memory or 0) if size]
    if not limits or not source.memory:
        return
    room = min(limits) * ROOM
    if source.memory > room:
        yield StoreFinding(
            words=f"The source uses {_mib(source.memory)} of memory; of the target's {_mib(min(limits))},"
            f" {_mib(room)} are for data.",
            remedy=f"Give the target's container at least {_mib(source.memory / ROOM)}.",
            stops=True,
        )


def lacks_databases(target: Connection, wanted: int) -> StoreFinding | None:
    """What to say where the target has no logical database of that number. Raises OSError, ReplyError."""
    try:
        target.select(wanted)
        target.select(0)
    except ReplyError as error:
        return StoreFinding(
            words=f"The source has keys in its database {wanted}, the target has no such: {error.said}.",
            remedy=f"Set `databases` to at least {wanted + 1} on the target.",
            stops=True,
        )
    return None
