"""Function libraries (Redis 7): Lua that an app has loaded for good. Scripts that it only runs (EVALSHA) live
in a server's cache; every client loads them again where they are unknown."""

from wizard.stores.progress import StoreDifference
from wizard.stores.redis.ends import Pair
from wizard.stores.redis.names import shown
from wizard.stores.redis.server import Abilities
from wizard.stores.redis.wire import Connection


def carry_functions(pair: Pair, source: Abilities, target: Abilities) -> None:
    """Copy all libraries, where both sides know them: what is only on the target goes. Raises OSError,
    ReplyError."""
    if not (source.functions and target.functions):
        return
    if libraries(pair.source):
        pair.target.call("FUNCTION", "RESTORE", pair.source.call("FUNCTION", "DUMP"), "FLUSH")
    elif libraries(pair.target):
        pair.target.call("FUNCTION", "FLUSH")


def libraries(connection: Connection) -> dict[bytes, bytes]:
    """The code of each library by its name; empty where functions are not known or not allowed. Raises
    OSError, ReplyError."""
    answer = connection.ask("FUNCTION", "LIST", "WITHCODE") or []
    tables = [dict(zip(one[::2], one[1::2], strict=True)) for one in answer]
    return {table[b"library_name"]: table[b"library_code"] for table in tables}


def same_functions(pair: Pair) -> tuple[StoreDifference, ...]:
    """The libraries that differ. Raises OSError, ReplyError."""
    there, here = libraries(pair.source), libraries(pair.target)
    names = sorted(name for name in {*there, *here} if there.get(name) != here.get(name))
    if not names:
        return ()
    return (
        StoreDifference(
            kind="definition",
            words=f"{len(names)} function librar{'y' if len(names) == 1 else 'ies'} not as on the source",
            count=len(names),
            samples=tuple(shown(name) for name in names[:10]),
        ),
    )
