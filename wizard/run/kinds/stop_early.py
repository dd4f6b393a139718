"""What a person had started before its time, by their own deploy, is stopped before the last copy."""

from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.serve import stop


class StopEarly(Kind):
    """Whatever runs on the target before the data is proven writes to what is copied, and reads what is half
    there: no proof would hold. The deploy in the cut-over starts it again."""

    stays = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        """Never by itself: what runs now has to be looked at each time the cut-over comes to it."""
        return None

    async def do(self, context: Context, step: Step) -> None:
        handle = str(step.args["handle"])
        # A build that is under way at a capsule which is stopped starts nothing, and is waited for later.
        self._said = await stop(context, handle, context.log(step), building=bool(context.capsules(handle)))

    async def verify(self, context: Context, step: Step) -> Evidence:
        handle = step.args["handle"]
        if self._said:
            return Evidence(summary=f"{handle} ran on the target before its time, and is stopped there")
        return Evidence(summary=f"nothing of {handle} runs on the target yet")
