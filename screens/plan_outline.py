"""A plan in one line, and who carries it out, for every screen that speaks of them."""

from screens.quantities import span
from wizard.machine import LOGGING_OUT
from wizard.model.plan import Plan
from wizard.session.parts import Preflight


def outline(plan: Plan) -> str:
    """How many steps, how long without the waits for a person, and how often it waits for one: "46 steps,
    ~7 min to 2 h of work, 2 gates and 8 steps that are yours". Below 80 characters."""
    low = sum(step.seconds[0] for step in plan.steps)
    high = sum(step.seconds[1] for step in plan.steps)
    gates = sum(step.kind == "gate" for step in plan.steps)
    yours = sum(step.by == "person" and step.kind != "gate" for step in plan.steps)
    waits = f"{gates} gate{'' if gates == 1 else 's'}"
    waits += (
        f" and {yours} step{'' if yours == 1 else 's'} that are yours" if yours else " where it waits for you"
    )
    return f"{len(plan.steps)} steps, {span(low, high)} of work, {waits}"


def who_works(preflight: Preflight | None) -> str:
    """Who carries a plan out, and what of the person's leaving that bears: what the checks found of it."""
    worker = "A worker carries it out, a process of its own: it goes on when this"
    found = preflight.findings if preflight is not None else ()
    said = next((one for one in found if one.what.startswith(LOGGING_OUT)), None)
    if said is None:
        return f"{worker} screen or this terminal is closed."
    return f"{worker} screen is closed. {said.what} {said.detail}"
