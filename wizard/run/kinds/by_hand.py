"""What a person does in a dashboard that tells Offramp nothing of it: their word is what there is."""

from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.guide import Guide, guide_lines
from wizard.run.kinds.guided import Guided


class ByHand(Guided):
    """Done when a person says so. `lines` of the step are what they do, `waits` completes "Waiting for
    you"."""

    by_word = True
    every = 30.0

    async def guide(self, context: Context, step: Step) -> Guide:
        lines = step.args["lines"]
        texts = lines if isinstance(lines, tuple) else (str(lines),)
        return Guide(step=step.key, waits=str(step.args["waits"]), lines=guide_lines(*texts), blind=True)

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        return None, f"{context.plan.target} does not tell whether it is done: say so when it is"
