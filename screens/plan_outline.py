"""A plan in one line, for every screen that speaks of it."""

from screens.quantities import span
from wizard.model.plan import Plan


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
