"""Kinds whose target may give more than it was asked for."""

from abc import abstractmethod

from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind, not_verified, was_done


class RoundedUp(Kind):
    """More than was asked for counts as done once it was asked for, and not before."""

    @abstractmethod
    async def look(self, context: Context, step: Step, *, applied: bool) -> Evidence | None:
        """As `probe`. `applied`: the target was asked, and may have rounded up."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return await self.look(context, step, applied=was_done(context, step))

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = await self.look(context, step, applied=True)
        if found is None:
            raise not_verified(step)
        return found
