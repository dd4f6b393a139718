"""Can these stores be copied, and are there such stores at the target? Reads only."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from wizard.choose.stores import COPIED, type_name
from wizard.database.control import Control
from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.mapping.stores import moved_stores, plain_source
from wizard.model.mapping import Mapping, StoreChoice
from wizard.model.plan import Finding
from wizard.model.secret import Secret
from wizard.model.system import AddOn, System
from wizard.model.ticket import Ticket
from wizard.model.trouble import SignInNeeded, Trouble, joined, tag
from wizard.plan.answer import answer_of
from wizard.ports import Environment, Source, Target
from wizard.session.own_tunnels import by_own_tunnel
from wizard.session.places import run_folder
from wizard.session.store import Session
from wizard.stores.ends import end_of
from wizard.stores.insist import reason
from wizard.stores.movers import open_mover
from wizard.stores.mysql.clients import find_clients
from wizard.stores.progress import StoreInspection
from wizard.stores.redis.address import address_of
from wizard.stores.redis.ends import READS
from wizard.stores.redis.fit import ROOM
from wizard.stores.redis.server import look
from wizard.stores.redis.wire import Connection, ReplyError

VENDOR_LIMIT = 60.0
"""Seconds that the look waits for one answer of an API."""

MB = 1_048_576


async def source_store_findings(
    source: Source, system: System, mapping: Mapping, report: Callable[[str], None]
) -> list[Finding]:
    """Whether each store that is copied answers, and fits."""
    findings: list[Finding] = []
    for choice in moved_stores(mapping):
        if choice.action != "copy":
            continue
        add_on = system.add_on(choice.add_on_id)
        report(f"Heroku: the store {add_on.name}")
        try:
            url = await source.store_url(add_on.id, choice.type)
            findings += await asyncio.to_thread(_source, url, add_on, choice)
        except SignInNeeded:
            raise
        except Trouble as trouble:
            findings.append(
                Finding(
                    state="blocks",
                    what=trouble.cause,
                    detail=trouble.untouched,
                    remedy=joined(trouble.remedy, tag(trouble.code)),
                )
            )
    return findings


def _source(url: Secret, add_on: AddOn, choice: StoreChoice) -> list[Finding]:
    if choice.type == "mysql":
        find_clients()
        return [Finding(state="good", what=f"{add_on.name} is copied by MySQL's own client programs")]
    address = address_of(url, plain_allowed=plain_source(add_on, choice.type))
    try:
        connection = Connection(address, READS)
        try:
            server = look(connection)
        finally:
            connection.close()
    except (OSError, ReplyError) as error:
        return [
            Finding(
                state="blocks",
                what=f"{add_on.name} does not answer: {reason(error)}",
                remedy="Look whether it runs, and may be reached from this machine.",
            )
        ]
    keys = sum(server.keys.values())
    used = -(-server.memory // MB)
    found = [
        Finding(
            state="good",
            what=f"{choice.handle}: the source answers, {server.words}, {keys:,} keys in {used} MB",
        )
    ]
    if used > choice.memory_mb * ROOM:
        found.append(
            Finding(
                state="blocks",
                what=f"The memory of {choice.handle} is too small",
                detail=f"{choice.memory_mb} MB, of which four fifths are for data; the source uses {used} MB",
                remedy=f"Give it at least {-(-used * 10 // 8)} MB on the map.",
            )
        )
    if not address.tls and address.host not in ("127.0.0.1", "localhost", "::1"):
        found.append(
            Finding(
                state="look",
                what=f"{add_on.name} is read without TLS, as its app reads it",
                detail="its password and its data cross the net between it and this machine in clear",
                remedy="Have its maker turn TLS on, or run Offramp on a machine near it.",
            )
        )
    return found


async def target_store_findings(
    target: Target,
    session: Session,
    source: Source,
    *,
    mapping: Mapping,
    system: System,
    environment: Environment | None,
) -> list[Finding]:
    """Whether each store can be made, or is there and free to be written to."""
    stores = moved_stores(mapping)
    findings: list[Finding] = []
    types = await target.database_types() if stores else {}
    for choice in stores:
        offered = types.get(choice.type, [])
        if choice.version not in offered:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"{type_name(choice.type)} {choice.version} is not offered now",
                    detail=f"offered: {', '.join(offered) or 'none'}",
                    remedy="Choose another version on the map.",
                )
            )
        known = await target.find_database(environment, choice.handle) if environment else None
        if known is None or environment is None:
            words = f"{choice.handle} is not there yet and will be created"
            findings.append(Finding(state="good", what=words))
        elif known.state != "provisioned":
            words = f"{choice.handle} is there, but {known.state}"
            findings.append(Finding(state="look", what=words, detail="it is waited for"))
        elif known.type != choice.type:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"{choice.handle} is there, and is a {known.type}, not a {choice.type}",
                    remedy="Choose another name on the map.",
                )
            )
        elif choice.type in COPIED and choice.action == "copy":
            add_on = system.add_on(choice.add_on_id)
            findings += await _both(
                target, session, source, add_on=add_on, choice=choice, environment=environment
            )
    return findings


async def machine_findings(
    target: Target, mapping: Mapping, environment: Environment | None
) -> list[Finding]:
    """Whether the stack of an environment that is there already has the machines that were chosen. Of a new
    one the map has told."""
    wanted: dict[str, str] = {}
    wanted |= {one.handle: one.profile for one in mapping.moved_databases() if one.profile}
    wanted |= {one.handle: one.profile for one in moved_stores(mapping) if one.profile}
    for process in mapping.processes:
        if process.action == "service" and process.profile:
            wanted[process.service] = process.profile
    if environment is None or not environment.stack or not wanted:
        return []
    stack = next((one for one in await target.stacks() if one.name == environment.stack), None)
    if stack is None:
        return []
    return [
        Finding(
            state="blocks",
            what=f"{name} is to run on a machine {machine}, which the stack {stack.name} does not have",
            detail=f"it has {', '.join(stack.profiles)}",
            remedy="Choose another kind of machine on the map, or another environment.",
        )
        for name, machine in wanted.items()
        if machine not in stack.profiles
    ]


async def _both(
    target: Target,
    session: Session,
    source: Source,
    *,
    add_on: AddOn,
    choice: StoreChoice,
    environment: Environment,
) -> list[Finding]:
    loop = asyncio.get_running_loop()

    async def fresh() -> Ticket:
        database = await target.find_database(environment, choice.handle)
        if database is None:
            raise Trouble(f"{choice.handle} is gone.", remedy="Look again.", code="database-missing")
        return by_own_tunnel(session, choice.handle, await target.ticket(database))

    def asked() -> StoreInspection:
        with tempfile.TemporaryDirectory(dir=run_folder(), prefix="look-") as folder:
            place = Path(folder)
            tunnel = Tunnel(
                lambda: answer_of(fresh(), loop, vendor="The target", seconds=VENDOR_LIMIT),
                place,
                _unseen,
                end=end_of(choice.type, place),
            )
            try:
                tunnel.start()
                return open_mover(
                    choice.type,
                    name=add_on.name,
                    store=add_on.name,
                    session=session.id,
                    source=lambda: answer_of(
                        source.store_url(add_on.id, choice.type),
                        loop,
                        vendor="Heroku",
                        seconds=VENDOR_LIMIT,
                    ),
                    target=tunnel.url,
                    work=place,
                    report=lambda progress: None,
                    event=lambda text: None,
                    control=Control(),
                    target_memory=choice.memory_mb * MB,
                    plain_source=plain_source(add_on, choice.type),
                    lanes=tunnel.lanes,
                ).inspect()
            finally:
                tunnel.close()

    found = await asyncio.to_thread(asked)
    if found.target_state == "foreign":
        return [
            Finding(
                state="blocks",
                what=f"{choice.handle} is not empty",
                detail=f"it holds what Offramp did not make: {', '.join(found.target_holds)}",
                remedy="Choose another name on the map, or empty it yourself and look again.",
            )
        ]
    words = "is empty" if found.target_state == "empty" else "holds the beginnings of this very copy"
    return [
        Finding(state="good", what=f"{choice.handle} answers through the tunnel and {words}"),
        *(
            Finding(state="blocks" if one.stops else "look", what=one.words, remedy=one.remedy)
            for one in found.findings
        ),
    ]


def _unseen(health: TunnelHealth) -> None:
    """Nobody watches a tunnel that is open for a second."""
