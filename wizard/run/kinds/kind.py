"""The four verbs of a step: is it there already, do it, what proves it, take it back."""

from abc import ABC, abstractmethod

from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.run.context import Context


class Kind(ABC):
    """One kind of step. A kind holds no state: after a crash another process goes on with another object."""

    stays = False
    """Whether the journal's word is enough after a restart: a gate was passed, a row was proven. All other
    kinds ask the world again."""

    in_thread = False
    """Whether its work runs in a thread that heeds `Context.control`; others are cancelled when stopped."""

    serves_without = False
    """Whether the apps on the target serve without it, so that its failing is no reason to take a cut-over
    back by itself: it is waited for, and a person decides."""

    @abstractmethod
    async def probe(self, context: Context, step: Step) -> Evidence | None:
        """Ask the world whether the step is done; evidence if so. Changes nothing."""

    @abstractmethod
    async def do(self, context: Context, step: Step) -> None:
        """Do it. Only called after `probe` said that it is not done; may find a half-done attempt."""

    async def verify(self, context: Context, step: Step) -> Evidence:
        """Evidence that it worked; by default what `probe` says now.

        Raises:
            Trouble: it did not work after all.
        """
        evidence = await self.probe(context, step)
        if evidence is None:
            raise not_verified(step)
        return evidence

    async def undo(self, context: Context, step: Step) -> str:
        """Take it back and say in a sentence what was done; empty when there was nothing to take back."""
        return ""


def not_verified(step: Step) -> Trouble:
    """What is said of a step that met no error and did nothing."""
    return Trouble(
        f"{step.title}: it ended without an error, but it is not there.",
        remedy="Press r to try again; the log (l) has what was said.",
        code="not-verified",
    )


def was_done(context: Context, step: Step) -> bool:
    """Whether a step was done already, by this run or by an earlier one of it."""
    record = context.journal.steps().get(step.key)
    return record is not None and record.state == "done"
