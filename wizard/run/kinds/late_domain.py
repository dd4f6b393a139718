"""An endpoint of a domain, which may have to be made late: once the apps serve on the target."""

from abc import abstractmethod

from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.kinds.half_done import HalfDone
from wizard.run.kinds.refused_domain import Asking, ask_until_had, done_without, known


class LateDomain(HalfDone):
    """Made before the cut-over, and raising what is refused; or late, within it. Then the apps serve at their
    own addresses already: a person may go on without it."""

    serves_without = True
    every = 5.0
    """Seconds between two looks whether somebody has made it."""

    _refused = ""

    @abstractmethod
    async def ask(self, context: Context, step: Step) -> None:
        """Have it made. Raises Trouble where it cannot be."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if step.phase != "cut-over":
            return await super().probe(context, step)
        return await known(context, step, lambda: super(LateDomain, self).probe(context, step))

    async def make(self, context: Context, step: Step) -> None:
        if step.phase != "cut-over":
            await self.ask(context, step)
            return
        asking = Asking(
            ask=lambda: self.ask(context, step),
            look=lambda: self.look(context, step),
            absent=f"{step.args['hostname']} has no endpoint",
            by_hand=f"Put it right, or make it yourself: the app {step.args['handle']} in the dashboard, its "
            "Endpoints.",
            every=self.every,
        )
        self._refused = await ask_until_had(context, step, asking)

    async def verify(self, context: Context, step: Step) -> Evidence:
        if step.phase == "cut-over" and step.key in context.accepted:
            return done_without(step, self._refused)
        return await super().verify(context, step)
