"""What a worker that goes on finds of the work of the one before: the world is asked, not the journal."""

from collections.abc import Iterable

from wizard.database.control import Control, Stopped
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run.context import Context
from wizard.run.journal import StepRecord
from wizard.run.kinds import KINDS
from wizard.run.kinds.freeze import CHANGED
from wizard.run.kinds.kind import Kind
from wizard.run.waits import PAUSES, Outcome, Waits

GONE = ("environment-missing", "database-missing", "app-missing", "service-missing", "endpoint-missing")
"""Codes of a probe that say that what was made is not there any more."""


AT_THE_GATE = ("push-branch",)
"""Kinds that are looked at once more at the gate: what another person may have changed while it was open, and
what would have the cut-over end with code that was not prepared."""


class Look:
    """Asks for every step that is done whether it still is, and makes those undone that are not."""

    def __init__(self, context: Context, waits: Waits) -> None:
        self._context = context
        self._journal = context.journal
        self._plan = context.plan
        self._waits = waits

    async def again(self) -> Outcome:
        """Look at everything; "done", or why the run is to be left."""
        records = self._journal.steps()
        last = records.get(FINISH)
        if last is not None and last.state != "pending":
            # The target serves since this gate opened, and takes writes: nothing of the cut-over is done
            # a second time without a person.
            return "done"
        # From the first deploy on the target's own apps may write. Whoever is connected to the source now
        # must not be a reason to copy over that.
        deployed = any(
            step.key.startswith("deploy:") and records[step.key].state != "pending"
            for step in self._plan.steps
        )
        steps = [step for step in self._plan.steps if not (deployed and step.kind == "quiet")]
        lost = await self._lost(steps, records)
        if isinstance(lost, str):
            return lost
        self._undo(lost, records)
        return "done"

    async def at_the_cut_over(self) -> Outcome:
        """Look at the copies and branches once more, between the yes at the gate and the first write to
        Heroku: "again" when one does not fit any more, which is then made anew before the gate opens another
        time."""
        records = self._journal.steps()
        steps = [step for step in self._plan.steps if step.phase == "copy" or step.kind in AT_THE_GATE]
        lost = await self._lost(steps, records)
        if isinstance(lost, str):
            return lost
        if not lost:
            return "done"
        self._undo(lost | {CUT_OVER}, self._journal.steps())
        words = "That is done anew before anything on Heroku is changed; the gate is asked again then."
        self._journal.event("gate", words)
        return "again"

    async def _lost(self, steps: Iterable[Step], records: dict[str, StepRecord]) -> set[str] | Outcome:
        """Keys of those of `steps` that were done and are not any more, or why the run is to be left."""
        lost: set[str] = set()
        for step in steps:
            kind = KINDS[step.kind]()
            if records[step.key].state != "done" or kind.stays:
                continue
            # What a title explains in brackets was true when the step was at work.
            what = step.title.partition(" (")[0]
            self._journal.set_run("running", waiting_for=f"a look whether this is still so: {what}")
            found = await self._still_there(kind, step)
            if isinstance(found, str):
                return found
            if not found:
                lost.add(step.key)
                self._journal.event("look", f"Was done, is not there any more: {step.title}", step=step.key)
        return lost

    def _undo(self, lost: set[str], records: dict[str, StepRecord]) -> None:
        """Make what is lost undone in the journal, and all that was built upon it."""
        heroku = [step for step in self._plan.steps if step.key in lost and step.writes == "heroku"]
        if heroku:
            # The yes at the gate was for a Heroku that stands still from then on. It may have served since.
            lost |= {step.key for step in self._plan.steps if step.phase == "cut-over"}
            lost -= {step.key for step in self._plan.steps if step.writes == "heroku" and step not in heroku}
            self._journal.event(
                "gate", "Heroku was changed since the cut-over began: the gate is asked again."
            )
        for step in self._plan.steps:
            if step.kind == "gate" or step.writes == "heroku" or records[step.key].state != "done":
                continue
            if lost & set(step.needs):
                lost.add(step.key)
        remembered = {step.key for step in self._plan.steps if step.writes == "heroku"} & lost
        self._journal.reset([key for key in lost - remembered if records[key].state != "pending"])
        for key in remembered:
            # What stood before the first write is kept: the way back needs it.
            before = records[key].evidence
            facts = {**(before.facts if before else {}), CHANGED: True}
            self._journal.end(key, "lost", Evidence(summary="undone by somebody else", facts=facts))

    async def _still_there(self, kind: Kind, step: Step) -> bool | Outcome:
        tries = 0
        while True:
            if (left := self._waits.left()) is not None:
                return left
            try:
                return await self._waits.attempt(kind.probe(self._context, step)) is not None
            except Stopped:
                self._context.control = Control()
            except SignInNeeded as needed:
                if (outcome := await self._waits.for_secret(needed)) != "done":
                    return outcome
            except Trouble as trouble:
                if trouble.code in GONE:
                    return False
                if not trouble.retry:
                    # Not known is not gone: the journal's word stands.
                    self._journal.event("look", f"Could not be looked at: {trouble.cause}", step=step.key)
                    return True
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                tries += 1
                self._journal.set_run("running", waiting_for=f"{trouble.cause} Trying again in {pause} s")
                await self._waits.pause(pause)
