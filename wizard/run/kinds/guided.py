"""Steps that a person does elsewhere: what to do is shown, whether it is done is looked up."""

import asyncio
import time
from abc import abstractmethod

import msgspec

from wizard.database.control import Stopped
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.guide import Guide
from wizard.run.kinds.handed_over import say, shown
from wizard.run.kinds.kind import Kind
from wizard.run.watched import ACCEPTED

SELDOM = ((2 * 3600.0, 60.0), (600.0, 20.0))
"""After so many seconds of waiting, so many between two looks: a person may take days, and each look is a
request to somebody's server. Whoever comes back has it look at once by trying again."""


def pause_after(waited: float, every: float) -> float:
    """Seconds until the next look, `waited` seconds after the first."""
    return max(every, next((pause for since, pause in SELDOM if waited >= since), 0.0))


async def looked_again(context: Context, seconds: float) -> bool:
    """Wait for the next look; whether a person asked for it."""
    try:
        async with asyncio.timeout(seconds):
            await context.look_again.wait()
    except TimeoutError:
        return False
    context.look_again.clear()
    return True


class Guided(Kind):
    """What only a person can do, in the vendor's dashboard or on this machine.

    Nothing is raised for what is not done yet: a person takes days where they need them, and a worker that is
    ended meanwhile begins to look again. Where the vendor does not tell, a person's word is enough
    (`by_word`): they say it with the same key and command as at a DNS record that stays as it is.
    """

    every = 3.0
    """Seconds between two looks, at the beginning; see `SELDOM`."""

    by_word = False
    """Whether a person's word is enough."""

    @abstractmethod
    async def guide(self, context: Context, step: Step) -> Guide:
        """What the person does."""

    @abstractmethod
    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        """Evidence when it is done; what was seen, in half a sentence, when it is not."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if (said := self._said(context, step)) is not None:
            return said
        try:
            return (await self.look(context, step))[0]
        except SignInNeeded:
            raise
        except Trouble as trouble:
            if not trouble.retry:
                raise
            # The person is shown what stands in the way, and may say that it is done. What was done before is
            # not undone because nobody can look now.
            record = context.journal.steps().get(step.key)
            return record.evidence if record and record.state == "done" else None

    async def do(self, context: Context, step: Step) -> None:
        guide = msgspec.structs.replace(await self.guide(context, step), by_word=self.by_word)
        context.look_again.clear()
        begun = time.monotonic()
        with shown(context, step, guide):
            while True:
                if context.control.stopped:
                    # A cancellation can get lost in Python 3.11, where an answer comes in at that moment.
                    raise Stopped
                if self._said(context, step) is not None:
                    return
                try:
                    done, seen = await self.look(context, step)
                except SignInNeeded:
                    raise
                except Trouble as trouble:
                    if not trouble.retry:
                        raise
                    done, seen = None, f"could not look: {trouble.cause}"
                if done is not None:
                    return
                say(context, guide, seen)
                await looked_again(context, pause_after(time.monotonic() - begun, self.every))

    async def verify(self, context: Context, step: Step) -> Evidence:
        if (said := self._said(context, step)) is not None:
            return said
        done, seen = await self.look(context, step)
        if done is not None:
            return done
        raise Trouble(
            f"{step.title}: it was done a moment ago, and is not any more ({seen}).",
            remedy="Offramp looks again by itself.",
            code="not-verified",
            retry=True,
        )

    def _said(self, context: Context, step: Step) -> Evidence | None:
        """The evidence of a person's word, given now or before."""
        if not self.by_word:
            return None
        record = context.journal.steps().get(step.key)
        if record and record.state == "done" and record.evidence and ACCEPTED in record.evidence.facts:
            return record.evidence
        if step.key not in context.accepted:
            return None
        return Evidence(summary=f"a person said that it is done: {step.title}", facts={ACCEPTED: True})
