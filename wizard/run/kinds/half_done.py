"""Steps whose work is two calls, where the world looks right after the first.

A record that says where an endpoint leads is changed before the operation that has it lead there. Whoever is
killed between the two leaves a world that looks as it should. So what was begun is noted beside the journal's
steps, where it outlives a way back and a plan that is made anew, until it is proven.
"""

from abc import abstractmethod

from wizard.model.noun import Noun
from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.journal import BEGUN
from wizard.run.kinds.kind import Kind, not_verified


class Begun(Noun, frozen=True, kw_only=True):
    """That a step was begun and has not been proven since."""

    step: str


class HalfDone(Kind):
    """A kind that believes the world only where nothing was left half done."""

    @abstractmethod
    async def look(self, context: Context, step: Step) -> Evidence | None:
        """Whether the world is as the step wants it, as far as can be seen. Changes nothing."""

    @abstractmethod
    async def make(self, context: Context, step: Step) -> None:
        """Do it, both calls, whatever the world looks like."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if f"{BEGUN}{step.key}" in context.journal.gauges():
            return None
        return await self.look(context, step)

    async def do(self, context: Context, step: Step) -> None:
        context.journal.gauge(f"{BEGUN}{step.key}", Begun(step=step.key))
        await self.make(context, step)

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = await self.look(context, step)
        if found is None:
            raise not_verified(step)
        context.journal.drop_gauge(f"{BEGUN}{step.key}")
        return found
