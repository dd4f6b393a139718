"""What a run has to do with stores that are no Postgres: their movers, tunnels and the URLs that apps get."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from wizard.database.control import Control
from wizard.database.far_end import FarEnd
from wizard.database.proxy_sign_in import SIGN_IN, SignInWanted
from wizard.database.tunnel import Tunnel
from wizard.mapping.store_config import part_of, wants_tls
from wizard.mapping.stores import moved_stores, plain_source
from wizard.model.mapping import ConfigChoice, Mapping, StoreChoice
from wizard.model.plan import Step
from wizard.model.secret import Secret, config_value
from wizard.model.trouble import Trouble
from wizard.run.sign_in_guide import SignInGuide
from wizard.session.places import private_folder
from wizard.stores.ends import end_of
from wizard.stores.guided.check import GuidedStore
from wizard.stores.move import StoreMove
from wizard.stores.movers import open_mover
from wizard.stores.progress import StoreProgress

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.run.context import Context

T = TypeVar("T")

PROGRESS, PROOF = "store:", "store-proof:"
"""Gauges of a store's copy and of its proof, each followed by the handle."""

TUNNEL_LIMIT = 120.0
"""Seconds for a tunnel to come up before that is told as a failure; it goes on trying meanwhile."""

TLS_CREDENTIAL = {"redis": "redis+ssl"}
"""The target's word for the credential with TLS, where it has two."""


def store_by_handle(mapping: Mapping, handle: str) -> StoreChoice | None:
    """The store of that name on the target, None where it is no such store."""
    return next((one for one in moved_stores(mapping) if one.handle == handle), None)


def far_end(mapping: Mapping, handle: str, work: "Path") -> FarEnd | None:
    """What a tunnel to a database of the target leads to; None for a Postgres."""
    store = store_by_handle(mapping, handle)
    return end_of(store.type, work) if store else None


def mover(context: "Context", step: Step) -> StoreMove:
    """What copies the store that a step is about; it resumes from the target's own marker.

    Raises:
        Trouble: Offramp does not copy this type, or a program is missing.
    """
    add_on = context.system.add_on(str(step.args["add_on"]))
    handle, type_ = str(step.args["handle"]), str(step.args["type"])

    def report(progress: StoreProgress) -> None:
        context.show(f"{PROGRESS}{handle}", progress)

    def event(text: str) -> None:
        context.journal.event("copy", text, step=step.key)

    return open_mover(
        type_,
        name=add_on.name,
        store=add_on.name,
        session=context.session.id,
        source=lambda: context.ask_source(context.source.store_url(add_on.id, type_)),
        target=context.tunnel(handle).url,
        work=private_folder(context.folder / handle),
        report=report,
        event=event,
        control=context.control,
        target_memory=int(str(step.args["memory_mb"])) * 1_048_576,
        # That it is read in clear was said before the run.
        plain_source=plain_source(add_on, type_),
        lanes=context.tunnel(handle).lanes,
    )


def guided(context: "Context", step: Step) -> GuidedStore:
    """What checks the store that a person moved. Raises Trouble."""
    add_on = context.system.add_on(str(step.args["add_on"]))
    type_ = str(step.args["type"])
    return GuidedStore(
        add_on.name,
        type_,
        lambda: context.ask_source(context.source.store_url(add_on.id, type_)),
        context.tunnel(str(step.args["handle"])).url,
    )


async def through_tunnel(context: "Context", handle: str, work: Callable[[], T]) -> T:
    """Do `work` in a thread, with the tunnel up. Raises Trouble, Stopped."""
    # The one of this moment: a stop is for this attempt, and the next one gets another.
    control = context.control

    def in_thread() -> T:
        with SignInGuide(context, handle) as guide:
            open_tunnel(context.tunnel(handle), control, guide=guide.show)
        return work()

    return await asyncio.to_thread(in_thread)


def open_tunnel(
    tunnel: Tunnel,
    control: Control,
    limit: float = TUNNEL_LIMIT,
    guide: Callable[[SignInWanted | None], None] | None = None,
) -> None:
    """Open it, heeding a stop. Raises Trouble when it is not up within `limit` seconds. A person who is to
    sign in first may take as long as they want, where there is a `guide` that shows it."""
    end = time.monotonic() + limit
    while True:
        try:
            tunnel.start(2)
            return
        except Trouble as trouble:
            if trouble.code == SIGN_IN and guide is not None:
                guide(tunnel.sign_in)
                end = time.monotonic() + limit
            elif not trouble.retry or time.monotonic() > end:
                raise
            elif guide is not None:
                # It is no person that it waits for now.
                guide(tunnel.sign_in)
            if trouble.code == SIGN_IN:
                control.sleep(1)
        control.check()


async def value_for_app(context: "Context", choice: ConfigChoice, store: StoreChoice, old: str) -> Secret:
    """The new value of a config var that names a store: its URL inside the target, with TLS where the app
    speaks it now, or the part of it that the var's name tells."""
    credential = TLS_CREDENTIAL.get(store.type, "") if wants_tls(choice.name, old) else ""
    url = await context.target.database_url(await context.database(store.handle), credential)
    part = part_of(choice.name)
    if part in ("", "url"):
        return url
    parts = urlsplit(url.reveal())
    found = {
        "host": parts.hostname or "",
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.removeprefix("/")),
    }[part]
    if not found:
        raise Trouble(
            f"{choice.name} is to hold the {part} of {store.handle}, and its new URL has none.",
            remedy="Drop the config var on the map and say why, or give it the whole URL; then make the plan "
            "again.",
            code="no-such-part",
        )
    return config_value(found, choice.name)
