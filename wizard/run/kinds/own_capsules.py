"""Which capsules are this migration's own: it asked for them where none of that name was, or took over one
that stood still.

That is noted beside the journal's steps, where it outlives a plan that is made anew: a capsule which such a
plan finds running may be the migration's own, started by a push, or somebody else's, which people use.
"""

from wizard.model.noun import Noun, decode
from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.ports import Capsule
from wizard.run.context import Context
from wizard.run.journal import BEGUN

_NOTED = f"{BEGUN}own:"


class OwnCapsule(Noun, frozen=True, kw_only=True):
    """`id` is empty from before it is asked for until it was seen."""

    id: str = ""


def note_own(context: Context, step: Step, id_: str = "") -> None:
    """Note that the capsule of a step is the migration's own; without an id, that it is asked for next."""
    context.journal.gauge(f"{_NOTED}{step.key}", OwnCapsule(id=id_))


def is_own(context: Context, step: Step, found: Capsule) -> bool:
    """Whether what has the name of the step's capsule is the migration's own."""
    record = context.journal.steps().get(step.key)
    if record and record.evidence and record.evidence.facts.get("id") == found.id:
        return True
    text = context.journal.gauges().get(f"{_NOTED}{step.key}")
    return text is not None and decode(text, OwnCapsule, what="the journal").id in ("", found.id)


def refuse_strange(context: Context, step: Step, found: Capsule) -> None:
    """Raises Trouble for one that runs and is not the migration's own: to take it over would stop it."""
    if is_own(context, step, found):
        return
    raise Trouble(
        f"There is a capsule {found.name} already, and it runs ({found.replicas} x). This migration did not "
        "make it, and people may use it.",
        untouched="It was left as it is, and runs on.",
        remedy="If it is yours to give up, stop it in the dashboard and press r: it is taken over then. Else "
        "choose another name on the map, and make the plan again.",
        code="capsule-serves",
    )
