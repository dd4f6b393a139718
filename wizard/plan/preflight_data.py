"""Can this database be copied whole, and is the target fit to take it? Reads only."""

import asyncio
import tempfile
from pathlib import Path
from typing import Literal

from wizard.choose.disk import GROWS, recommended_disk
from wizard.database.index_sizes import IndexSizes, measure_indexes
from wizard.database.inspect import SourceFacts, TargetFacts, inspect_source, inspect_target
from wizard.database.pgdump import find_programs, suitable
from wizard.database.progress import TunnelHealth
from wizard.database.refusals import few_connections, what_cannot_move
from wizard.database.tunnel import Tunnel
from wizard.model.mapping import DatabaseChoice
from wizard.model.plan import Finding
from wizard.model.secret import Secret
from wizard.model.ticket import Ticket
from wizard.model.trouble import Trouble, joined, tag
from wizard.plan.answer import answer_of
from wizard.plan.preflight_fit import findings_of, fit_findings
from wizard.ports import CapsuleTarget, Environment, Source, Target
from wizard.session.own_tunnels import by_own_tunnel
from wizard.session.places import run_folder
from wizard.session.store import Session

GB = 1_000_000_000

VENDOR_LIMIT = 60.0
"""Seconds that the look waits for one answer of the target's API."""


def source_findings(url: Secret, choice: DatabaseChoice) -> list[Finding]:
    """What stands in the way of copying the source behind `url`. Blocks while it connects."""
    facts = inspect_source(url)
    to = _major(choice)
    findings = [
        Finding(
            state="good",
            what=f"{choice.handle}: the source answers, PostgreSQL {facts.version}, "
            f"{facts.size / GB:.2f} GB, {facts.tables} tables",
        ),
        *findings_of([*what_cannot_move(facts, None, to=to), *few_connections(facts)]),
    ]
    if facts.extensions:
        names = ", ".join(extension.name for extension in facts.extensions)
        findings.append(
            Finding(
                state="good",
                what=f"Extensions of the source: {names}",
                detail="one that the target lacks stops the copy and is named; Heroku serves meanwhile",
            )
        )
    try:
        suitable(find_programs(), facts.version)
    except Trouble as trouble:
        remedy = joined(trouble.remedy, tag(trouble.code))
        findings.append(Finding(state="blocks", what=trouble.cause, remedy=remedy))
    if to is not None and to < facts.version:
        findings.append(
            Finding(
                state="look",
                what=f"{choice.handle} is to be older than its source",
                detail=f"PostgreSQL {to} after {facts.version}: what only that one knows is refused",
                remedy="Choose a version that is not older, on the map.",
            )
        )
    return [*findings, disk_finding(choice, facts.size, measure_indexes(url))]


def disk_finding(choice: DatabaseChoice, size: int, indexes: IndexSizes) -> Finding:
    """Whether the disk that was chosen holds what was measured of the source."""
    disk = recommended_disk(size, largest_index=indexes.largest)
    state: Literal["good", "look", "blocks"] = "good"
    if choice.disk_gb < disk.needed_gb:
        state = "blocks"
    elif choice.disk_gb < disk.gb:
        state = "look"
    words = {"good": "holds the copy", "look": "is tight", "blocks": "is too small"}
    return Finding(
        state=state,
        what=f"The disk of {choice.handle} {words[state]}: {choice.disk_gb} GB",
        detail=f"measured: {disk.words}" + (f" ({indexes.largest_name})" if indexes.largest_name else ""),
        remedy="" if state == "good" else f"Give it {disk.gb} GB on the map: {GROWS}.",
    )


def _major(choice: DatabaseChoice) -> int | None:
    """None where the target does not let the version be chosen."""
    return int(choice.version.partition(".")[0]) if choice.version else None


async def target_findings(
    target: Target,
    session: Session,
    source: Source,
    environment: Environment | None,
    choice: DatabaseChoice,
) -> list[Finding]:
    """Whether the database is free to be written to. One that is not there yet will be made."""
    known = await target.find_database(environment, choice.handle) if environment else None
    if known is None:
        return [Finding(state="good", what=f"{choice.handle} is not there yet and will be created")]
    if known.state != "provisioned":
        what = f"{choice.handle} is there, but {known.state}"
        return [Finding(state="look", what=what, detail="it is waited for")]
    source_url = await source.database_url(choice.add_on_id)
    there = await asyncio.to_thread(inspect_source, source_url)
    facts = await _inspect(target, session, known.handle, environment, there)
    if facts.state.state == "foreign":
        return [
            Finding(
                state="blocks",
                what=f"{choice.handle} is not empty",
                detail=f"it holds what Offramp did not make: {', '.join(facts.state.objects)}",
                remedy="Choose another name on the map, or empty it yourself and look again.",
            )
        ]
    disk = known.disk_gb or 0
    if disk and isinstance(target, CapsuleTarget):
        disk = max(disk, choice.disk_gb)  # it gets the map's when the run comes to it
    findings = fit_findings(choice.handle, there, facts, disk, _major(choice))
    words = "is empty" if facts.state.state == "empty" else "holds the beginnings of this very copy"
    return [Finding(state="good", what=f"{choice.handle} answers through the tunnel and {words}"), *findings]


async def _inspect(
    target: Target, session: Session, handle: str, environment: Environment | None, there: SourceFacts
) -> TargetFacts:
    loop = asyncio.get_running_loop()

    async def fresh() -> Ticket:
        database = await target.find_database(environment, handle) if environment else None
        if database is None:
            raise Trouble(f"{handle} is gone.", remedy="Look again.", code="database-missing")
        return by_own_tunnel(session, handle, await target.ticket(database))

    def ticket() -> Ticket:
        return answer_of(fresh(), loop, vendor="The target", seconds=VENDOR_LIMIT)

    def health(now: TunnelHealth) -> None:
        """Nobody watches a tunnel that is open for a second."""

    def in_thread() -> TargetFacts:
        with tempfile.TemporaryDirectory(dir=run_folder(), prefix="look-") as folder:
            tunnel = Tunnel(ticket, Path(folder), health)
            try:
                tunnel.start()
                with tunnel.lanes.entered():
                    return inspect_target(tunnel.url(), session=session.id, there=there)
            finally:
                tunnel.close()

    return await asyncio.to_thread(in_thread)
