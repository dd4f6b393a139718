"""Driving a plan: probe, intent, do, verify, evidence; waits that say why; gates; and the way back."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from wizard.database.control import Control, Stopped
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble, joined, tag
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.guide import GUIDE
from wizard.run.kinds import KINDS
from wizard.run.kinds.capsule import stop_what_runs
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.kind import Kind
from wizard.run.look import Look
from wizard.run.own_tunnels import OwnTunnels
from wizard.run.program_sign_in import ProgramSignIn
from wizard.run.view import WAY_BACK, OpenGate, WayBackOpen, can_go_back
from wizard.run.waits import PAUSES, Outcome, Waits
from wizard.run.wayback import WayBack
from wizard.session.database import DISK_FULL

Facts = tuple[tuple[str, str], ...]

CUT_OVER_PATIENCE = 180.0
"""Seconds that one step of the cut-over may fail and be tried again before Heroku is started again. A try
that lasts longer than this got somewhere: what breaks it is a new story."""

STORIES = 5
"""So many of them a step of the cut-over may have."""


class Patience:
    """How long one step has been failing, and how long to wait before its next try."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._stories = 0
        self._tries = 0

    def over(self, began: float, failed: float) -> bool:
        """Whether it has been failing for too long, after a try from `began` to `failed`."""
        if self._since is None or failed - began > CUT_OVER_PATIENCE:
            self._since, self._tries = failed, 0
            self._stories += 1
        return failed - self._since > CUT_OVER_PATIENCE or self._stories > STORIES

    def pause(self) -> int:
        """Seconds before the next try."""
        self._tries += 1
        return PAUSES[min(self._tries, len(PAUSES)) - 1]


class Drive:
    """Carries a plan out, one step after the other, in the order in which it was shown."""

    def __init__(self, context: Context, commands: Commands) -> None:
        self.context = context
        self.journal = context.journal
        self.plan = context.plan
        self.commands = commands
        self.waits = Waits(context, commands)
        self._attempt_task: asyncio.Task[None] | None = None
        self._cancellable = False
        commands.may_go_back = self._may_go_back
        commands.interrupt = self._interrupt
        commands.hold = self._hold
        commands.hurry = context.hurry
        commands.hurry_tunnels = context.hurry_tunnels
        commands.hire = self._hire
        commands.accept = context.accept
        commands.own_tunnel = OwnTunnels(context).told
        commands.program_sign_in = ProgramSignIn(context).done

    def _hire(self, number: int) -> None:
        # The control of this moment: each attempt of a step has its own.
        self.context.control.add_workers(number)

    def _may_go_back(self) -> bool:
        return can_go_back(self.plan, self.journal.steps())

    def _goes_back_by_itself(self, kind: Kind | None = None) -> bool:
        if kind is not None and kind.serves_without:
            return False
        # Once the last gate has opened, the system serves on the target and takes writes there: to give
        # those up is a person's decision.
        records = self.journal.steps()
        last = records.get(FINISH)
        return can_go_back(self.plan, records) and (last is None or last.state == "pending")

    def _interrupt(self) -> None:
        self.context.control.stop()
        if self._attempt_task is not None and self._cancellable:
            self._attempt_task.cancel()

    def _hold(self, paused: bool) -> None:
        (self.context.control.pause if paused else self.context.control.resume)()
        if paused:
            self.journal.set_run("paused", waiting_for="you: press r to go on")
        elif (run := self.journal.run()) and run.state == "paused":
            self.journal.set_run("running")

    def yield_to_system(self) -> None:
        """The system ends us (SIGTERM): leave at once, the run is found again and resumed."""
        self.waits.leaving = True
        self._interrupt()
        self.commands.changed.set()

    # -- the whole ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run to the end, or until a person or the system ends it. May be called again after a Trouble."""
        run = self.journal.run()
        if run and run.state == "done":
            return
        self._forget_old_gauges()
        if (run and run.state == "going-back") or WAY_BACK in self.journal.gauges():
            # Killed on the way back: Heroku comes first.
            await self.go_back()
            return
        if run and run.state == "taken-back":
            self._reset_cut_over()
        elif run and run.state == "stopped" and not self._may_go_back():
            # The yes at the gate was for then, not for whenever somebody goes on.
            self.journal.reset([key for key in (CUT_OVER,) if key in self.journal.steps()])
        self.journal.set_run("running")
        outcome = await self._stop_what_runs()
        if outcome == "done":
            outcome = await Look(self.context, self.waits).again()
        if outcome == "done":
            outcome = await self._steps()
        if outcome == "done":
            self.journal.set_run("done")
            self.journal.event("step", "Everything is done.")
        elif outcome == "stop":
            self.journal.set_run("stopped")
        elif outcome == "back":
            await self.go_back()

    async def _stop_what_runs(self) -> Outcome:
        """Stop what runs on the target before its time, whoever started it: the source serves, and jobs
        would be done on both sides."""
        while True:
            try:
                await self.waits.attempt(stop_what_runs(self.context))
            except SignInNeeded as needed:
                if (outcome := await self.waits.for_secret(needed)) != "done":
                    return outcome
                continue
            except Trouble as trouble:
                # The look that follows finds the capsule otherwise than it was left, and has it made so.
                self.journal.event("look", f"Could not be looked at: {trouble.cause}")
            finally:
                self.context.flush_logs()
            return "done"

    async def full_disk(
        self, trouble: Trouble, has_room: Callable[[], bool]
    ) -> Callable[[], Awaitable[None]]:
        """What to do after the session's disk was full: wait until there is room and go on, or, in the
        cut-over, go back to Heroku at once. The little room that was kept for it has been freed."""
        if self.commands.going_back or self._goes_back_by_itself():
            with contextlib.suppress(Trouble):
                # Heroku first; what cannot be written down does not hold it up.
                self.journal.event("back", f"{trouble.cause} The cut-over does not wait for that.")
            if not self.commands.going_back:
                return self.go_back
        with contextlib.suppress(Trouble):
            self.journal.set_run("running", waiting_for=f"room on the disk. {trouble.cause}")
            self.journal.event("look", trouble.sentence())
        while self.waits.left() is None:
            await self.waits.pause(2)
            if has_room():
                break
        return self.run

    async def _steps(self) -> Outcome:
        while (outcome := await self._each()) == "again":
            continue
        return outcome

    async def _each(self) -> Outcome:
        for step in self.plan.steps:
            if self.journal.steps()[step.key].state == "done":
                continue
            outcome = await self._one(step)
            if outcome != "done":
                return outcome
        return "done"

    def _reset_cut_over(self) -> None:
        self.journal.reset([step.key for step in self.plan.steps if step.phase in ("cut-over", "finish")])

    def _forget_old_gauges(self) -> None:
        """What a worker that was killed had to say about its own moment."""
        for name in self.journal.gauges():
            if name in ("gate", "secret", GUIDE) or name.startswith("tunnel:"):
                self.journal.drop_gauge(name)

    # -- one step ---------------------------------------------------------------------------------------

    async def _one(self, step: Step) -> Outcome:
        kind = KINDS[step.kind]()
        if isinstance(kind, Gate):
            return await self._gate(kind, step)
        patience = Patience()
        while True:
            left = await self._left_or_paused()
            if left is not None:
                return left
            began = self.context.loop.time()
            try:
                await self._interruptible(kind, step)
            except Stopped:
                self.context.control = Control()
                continue
            except SignInNeeded as needed:
                outcome = await self.waits.for_secret(needed)
                if outcome != "done":
                    return outcome
                patience = Patience()
            except Trouble as trouble:
                if trouble.code == DISK_FULL:
                    # Of our own disk: nothing can be noted of it here. The worker makes room first.
                    raise
                over = patience.over(began, self.context.loop.time())
                if trouble.retry and not (self._goes_back_by_itself(kind) and over):
                    await self._pause_before_retry(step, trouble, patience.pause())
                    continue
                outcome = await self._failed(kind, step, trouble)
                if outcome != "done":
                    return outcome
                patience = Patience()
            else:
                return "done"

    async def _interruptible(self, kind: Kind, step: Step) -> None:
        """One attempt that a stop ends: what runs in a thread is told, everything else is cancelled."""
        self._attempt_task = asyncio.create_task(self._attempt(kind, step))
        # A write to Heroku that is cut off may still arrive, after the way back has looked.
        self._cancellable = not kind.in_thread and step.writes != "heroku"
        try:
            await self._attempt_task
        except asyncio.CancelledError:
            if self.waits.left() is None:
                raise
            raise Stopped from None
        finally:
            self._attempt_task = None

    async def _attempt(self, kind: Kind, step: Step) -> None:
        self.context.creations.at(step.key)
        try:
            found = await self.waits.attempt(kind.probe(self.context, step))
            done = found is None
            if found is None:
                if self.waits.left() is not None:
                    # Asked for while the world was asked: a write to Heroku is not even begun any more.
                    raise Stopped
                self.journal.intend(step)
                self.journal.event("step", step.title, step=step.key)
                found = await self.waits.attempt(self._do(kind, step))
        finally:
            self.context.flush_logs()
        self.journal.end(step.key, "done", found)
        self.context.creations.forget(step.key)
        self.journal.event("step" if done else "look", found.summary, step=step.key)

    async def _do(self, kind: Kind, step: Step) -> Evidence:
        await kind.do(self.context, step)
        return await kind.verify(self.context, step)

    async def _pause_before_retry(self, step: Step, trouble: Trouble, seconds: int) -> None:
        self.journal.end(step.key, self.journal.steps()[step.key].state, None, trouble)
        self.journal.set_run(
            "running", waiting_for=f"{trouble.cause} Trying again in {seconds} s", current=step.key
        )
        await self.waits.pause(seconds)

    async def _failed(self, kind: Kind, step: Step, trouble: Trouble) -> Outcome:
        self.journal.end(step.key, "failed", None, trouble)
        # The first line: the rest is the end of a log, which stands in the log and in the step's trouble.
        first = trouble.cause.partition("\n")[0]
        words = joined(first, trouble.untouched, trouble.remedy, tag(trouble.code))
        self.journal.event("step", words, step=step.key)
        if self._goes_back_by_itself(kind):
            self.journal.event("back", "The cut-over did not succeed, so it did not happen: back to Heroku.")
            return "back"
        self.journal.set_run("failed", waiting_for="you: press r to try again", current=step.key)
        if (outcome := await self.waits.for_retry()) == "done" and self.commands.asked_again:
            self.context.creations.again(step.key)
        return outcome

    async def _left_or_paused(self) -> Outcome | None:
        while self.commands.paused and self.waits.left() is None:
            self.journal.set_run("paused", waiting_for="you: press r to go on")
            await self.waits.pause(None)
        return self.waits.left()

    # -- gates ------------------------------------------------------------------------------------------

    async def _gate(self, kind: Gate, step: Step) -> Outcome:
        self.journal.intend(step)
        known = await self._known(step, lambda: kind.facts(self.context, step))
        if isinstance(known, str):
            return known
        facts = known or (("good", "nothing else to say"),)
        self.commands.open(step.key)
        self.journal.gauge("gate", OpenGate(key=step.key, true_now=facts))
        word = step.gate.word if step.gate else ""
        self.journal.set_run("waiting", waiting_for=f"you: type {word} to go on", current=step.key)
        self.journal.event("gate", f"{step.title} is open", step=step.key)
        for _, sentence in facts:
            # What the person saw when they said yes belongs to the evidence.
            self.journal.event("gate", f"True then: {sentence}", step=step.key)
        try:
            while not (by := self.commands.passed()):
                if (left := self.waits.left()) is not None:
                    return left
                await self.waits.pause(None)
        finally:
            self.commands.open(None)
            self.journal.drop_gauge("gate")
        self.journal.event("gate", f"{step.title}: confirmed by {by}", step=step.key)
        self.journal.set_run("running")
        if step.key == CUT_OVER and (outcome := await self._still_so(kind, step, facts)) != "done":
            return outcome
        self.journal.end(step.key, "done", Evidence(summary=f"confirmed by {by}"))
        if step.key == CUT_OVER:
            return await Look(self.context, self.waits).at_the_cut_over()
        return "done"

    async def _known(self, step: Step, ask: Callable[[], Awaitable[Facts]]) -> Facts | Outcome:
        """What is true at a gate, asked until it is answered; or why the run is to be left."""
        while True:
            try:
                return await self.waits.attempt(ask())
            except Stopped:
                self.context.control = Control()
                if (left := self.waits.left()) is not None:
                    return left
            except SignInNeeded as needed:
                if (outcome := await self.waits.for_secret(needed)) != "done":
                    return outcome
            except Trouble as trouble:
                # A gate is not opened on half the facts.
                await self._pause_before_retry(step, trouble, 5)
                if (left := self.waits.left()) is not None:
                    return left

    async def _still_so(self, kind: Gate, step: Step, told: Facts) -> Outcome:
        """Look once more between the yes and the first write to Heroku: the gate may have been open for days.
        "again" when something differs that was not told: then it is asked another time."""
        news = await self._known(step, lambda: kind.since(self.context, step, told))
        if isinstance(news, str):
            return news
        if not news:
            return "done"
        for _, sentence in news:
            self.journal.event("gate", f"Changed while the gate was open: {sentence}", step=step.key)
        words = "Nothing on Heroku was touched; the gate is asked again."
        self.journal.event("gate", words, step=step.key)
        return "again"

    # -- the way back -----------------------------------------------------------------------------------

    async def go_back(self) -> None:
        """Take the cut-over back. What cannot be is tried again when a person asks for it, by a later
        worker too: from here on nothing leads forward but the end of the way back."""
        self.context.control = Control()
        self.commands.leave = None
        self.commands.paused = False
        self.commands.going_back = True
        self.journal.gauge(WAY_BACK, WayBackOpen())
        while True:
            undone = await WayBack(self.context, self.waits).go()
            if undone is None:
                return
            if not undone:
                break
            self.journal.gauge(WAY_BACK, WayBackOpen(left=tuple(undone)))
            self.journal.set_run("failed", waiting_for="you: " + " ".join(undone))
            outcome = await self.waits.for_retry()
            if outcome != "done":
                if outcome == "stop":
                    self.journal.set_run("stopped")
                return
        self.journal.drop_gauge(WAY_BACK)
        self.journal.set_run("taken-back")
        self.commands.going_back = False
