"""Which types of store Offramp copies by itself, and by what."""

from collections.abc import Callable
from pathlib import Path

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.move import StoreMove
from wizard.stores.mysql.move import MysqlMove
from wizard.stores.progress import StoreProgress
from wizard.stores.redis.move import RedisMove

COPIED = ("redis", "mysql")
"""The target's words for them; of all others there are guides (`wizard.stores.guided`)."""


def open_mover(
    type_: str,
    *,
    name: str,
    store: str,
    session: str,
    source: Callable[[], Secret],
    target: Callable[[], Secret],
    work: Path,
    report: Callable[[StoreProgress], None],
    event: Callable[[str], None],
    control: Control,
    target_memory: int | None = None,
    plain_source: bool = False,
    lanes: Lanes | None = None,
) -> StoreMove:
    """What moves a store of that type; its arguments are `RedisMove`'s and `MysqlMove`'s.

    Raises:
        Trouble: Offramp does not copy this type, or a program that it takes is not on this machine.
    """
    if type_ == "redis":
        return RedisMove(
            name=name,
            store=store,
            session=session,
            source=source,
            target=target,
            report=report,
            event=event,
            control=control,
            target_memory=target_memory,
            plain_source=plain_source,
            lanes=lanes,
        )
    if type_ == "mysql":
        return MysqlMove(
            name=name,
            store=store,
            session=session,
            source=source,
            target=target,
            work=work,
            report=report,
            event=event,
            control=control,
            plain_source=plain_source,
            lanes=lanes,
        )
    raise Trouble(
        f"Offramp does not copy a store of the type {type_}.",
        remedy="Choose on the map that it is moved by hand, or starts empty.",
        code="store-not-copied",
    )
