"""The way back: the target's services stopped, then Heroku as it was. Heroku comes back in any case."""

from wizard.model.plan import Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.kinds import KINDS
from wizard.run.kinds.serve import BUSY
from wizard.run.waits import Waits

TARGET_TRIES = 3
"""Failures of the target that are waited for, in all, before Heroku is started all the same; and as many
for each of its steps afterwards."""

BUSY_TRIES = 240
"""Looks, once Heroku serves, whether a deploy on the target has ended: 40 minutes, a build may take 30."""

LONGEST_PAUSE = 10
"""Seconds between tries to reach Heroku."""


class WayBack:
    """Undoes the cut-over in reverse order. What is undone already is found so, and left alone."""

    def __init__(self, context: Context, waits: Waits) -> None:
        self._context = context
        self._journal = context.journal
        self._waits = waits
        self._patience = TARGET_TRIES

    async def go(self) -> list[str] | None:
        """Take everything back; sentences about what could not be, for a person to do by hand. None when
        the run is left before the end: the next worker goes on."""
        self._journal.set_run("going-back")
        left: list[str] = []
        later: list[Step] = []
        for step in self._begun():
            if step.writes == "heroku":
                trouble = await self._undo(step, tries=None)
            elif later:
                later.append(step)
                continue
            else:
                trouble = await self._undo(step, tries=0)
                while trouble is not None and _passes_soon(trouble) and self._patience > 0:
                    self._patience -= 1
                    await self._pause(trouble, TARGET_TRIES - self._patience)
                    trouble = await self._undo(step, tries=0)
                if trouble is not None and (trouble.retry or isinstance(trouble, SignInNeeded)):
                    # The target does not let us stop it now. Heroku must not wait for that.
                    later.append(step)
                    continue
            if self._waits.left() is not None:
                return None
            self._note(step, trouble, left)
        for step in later:
            trouble = await self._undo(step, tries=TARGET_TRIES)
            if self._waits.left() is not None:
                return None
            self._note(step, trouble, left)
        if not left:
            self._journal.event("back", "Heroku serves as before.")
        return left

    def _begun(self) -> list[Step]:
        records = self._journal.steps()
        return [
            step
            for step in reversed(self._context.plan.steps)
            if step.phase in ("cut-over", "finish")
            # A gate changes nothing but where a person did, whom it then tells what to put back.
            and (step.kind != "gate" or step.writes == "heroku")
            and records[step.key].state in ("intent", "done", "failed", "lost")
        ]

    def _note(self, step: Step, trouble: Trouble | None, left: list[str]) -> None:
        if trouble is not None:
            left.append(f"{step.title} could not be taken back: {trouble.cause} {trouble.remedy}")
            self._journal.event("back", left[-1], step=step.key)

    async def _undo(self, step: Step, *, tries: int | None) -> Trouble | None:
        """Undo a step; the Trouble that stood in the way after `tries` more tries (None: without end)."""
        kind = KINDS[step.kind]()
        failures = 0
        while True:
            try:
                said = await self._waits.attempt(kind.undo(self._context, step))
            except SignInNeeded as needed:
                if tries == 0:
                    if await self._waits.soon(needed):
                        continue
                    return needed
                if await self._waits.for_secret(needed) != "done":
                    return needed
                self._journal.set_run("going-back")
            except Trouble as trouble:
                failures += 1
                # After Heroku serves, what is under way on the target is waited for: it would start there.
                most = BUSY_TRIES if trouble.code == BUSY and tries else tries
                if not trouble.retry or (most is not None and failures > most):
                    return trouble
                await self._pause(trouble, failures)
                if self._waits.left() is not None:
                    return trouble
            else:
                self._undone(step, said)
                return None

    async def _pause(self, trouble: Trouble, failures: int) -> None:
        pause = min(2**failures, LONGEST_PAUSE)
        self._journal.set_run("going-back", waiting_for=f"{trouble.cause} Trying again in {pause} s")
        await self._waits.pause(pause)

    def _undone(self, step: Step, said: str) -> None:
        # A failed step keeps its trouble: it is the reason for all of this.
        if self._journal.steps()[step.key].state != "failed":
            self._journal.end(step.key, "undone", None)
        if said:
            self._journal.event("back", said, step=step.key)


def _passes_soon(trouble: Trouble) -> bool:
    """Whether Heroku may wait a moment for it; a build can take half an hour."""
    return trouble.retry and trouble.code != BUSY
