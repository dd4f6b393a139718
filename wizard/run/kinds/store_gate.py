"""What is true of stores when a gate opens: what waits in them, and where a person reaches a new one."""

import asyncio

from wizard.choose.stores import COPIED
from wizard.model.plan import Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.kinds.store import NOT_BACKED_UP
from wizard.run.stores import PROOF, mover, open_tunnel, through_tunnel
from wizard.stores.start_empty import waiting_words

Fact = tuple[str, str]
"""A state ("good" or "look") and a sentence."""

GATE_TUNNEL = 30.0
"""Seconds that a gate waits for a tunnel before it opens without."""


async def store_facts(context: Context) -> list[Fact]:
    """At the cut-over's gate: what would be lost of stores that start empty, or were moved before."""
    facts: list[Fact] = []
    gauges = context.journal.gauges()
    # Of the plan, which is what runs: the map may say other things by now.
    for step in context.plan.steps:
        if step.kind == "store-copy" and f"{PROOF}{step.args['handle']}" in gauges:
            name = context.system.add_on(str(step.args["add_on"])).name
            facts.append(
                (
                    "look",
                    f"{step.args['handle']} was proven before: what was written to it since, the last copy "
                    f"replaces by what {name} has",
                )
            )
        elif step.kind == "store-left":
            facts.append(await _left_behind(context, step))
    return facts


async def _left_behind(context: Context, step: Step) -> Fact:
    handle = str(step.args["handle"])
    name = context.system.add_on(str(step.args["add_on"])).name
    if step.args["type"] not in COPIED:
        return "look", f"{handle} starts empty: what is in {name} stays there"
    try:
        found = await through_tunnel(context, handle, lambda: mover(context, step).inspect())
    except SignInNeeded:
        raise
    except Trouble as trouble:
        return "look", f"{handle} starts empty; what is in {name} could not be looked at: {trouble.cause}"
    waiting = ", ".join(waiting_words(one) for one in found.waiting)
    count = sum(part.estimated for part in found.parts)
    words = f"{handle} starts empty: about {count:,} {found.unit} of {name} stay behind"
    return "look" if count else "good", f"{words} ({waiting})" if waiting else words


def backup_facts(context: Context) -> list[Fact]:
    """At the last gate: databases whose daily backups could not be turned on."""
    records = context.journal.steps()
    evidence = [
        records[step.key].evidence
        for step in context.plan.steps
        if step.kind == "daily-backups" and step.key in records
    ]
    return [
        ("look", f"{one.summary} It is tried again after this gate.")
        for one in evidence
        if one is not None and NOT_BACKED_UP in one.facts
    ]


async def by_hand_facts(context: Context, step: Step) -> list[Fact]:
    """At the gate of a store that a person moves: where the new one is reached from this machine."""
    handle = str(step.args["handle"])
    tunnel = context.tunnel(handle)
    try:
        await asyncio.to_thread(open_tunnel, tunnel, context.control, GATE_TUNNEL)
        port = tunnel.port
    except SignInNeeded:
        raise
    except Trouble as trouble:
        return [("look", f"the tunnel to {handle} is not up: {trouble.cause}")]
    return [
        ("good", f"{handle} is reached at 127.0.0.1 port {port} from this machine while this gate is open")
    ]
