"""What a run has to do with a target where each process is a capsule of its own."""

from typing import TYPE_CHECKING

from wizard.mapping.spaces import space_of_capsule
from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, CapsuleTarget

if TYPE_CHECKING:
    from wizard.run.context import Context


def capsule_target(context: "Context") -> CapsuleTarget:
    """The target, as one of that layout; raises Trouble when it is none."""
    target = context.target
    if not isinstance(target, CapsuleTarget):
        raise Trouble(
            f"{context.plan.target} has no capsules.",
            untouched="Nothing was changed.",
            remedy="Make the plan again for the target that is chosen now.",
            code="target-differs",
        )
    return target


def space_of(step: Step) -> str:
    """The name of the environment that a step is about, "" for the mapping's own."""
    return str(step.args.get("space", ""))


async def capsule(context: "Context", name: str) -> Capsule:
    """The capsule of that name; raises Trouble when it is not there."""
    environment = await context.environment(space_of_capsule(context.mapping, name))
    found = await capsule_target(context).find_capsule(environment, name)
    if found is None:
        raise Trouble(
            f"The capsule {name} is not there.",
            remedy="Press s to stop, then r: Offramp looks at everything anew, and makes what is gone.",
            code="app-missing",
        )
    return found


def builds_begun(context: "Context") -> bool:
    """Whether the cut-over has come to its first build."""
    records = context.journal.steps()
    return any(
        step.kind == "build" and records[step.key].state not in ("pending", "undone")
        for step in context.plan.steps
    )
