"""A run whose worker dies at any moment and whose person asks for anything, against a model of what may be.

Everything of the drive is real, the journal on a real file included; the world is a set of what is there, and
answers well, late, wrongly or not at all. Time is counted in turns of the event loop, so that a sequence that
fails does so again.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.wizard.run_world import PLAN_OF_FOUR, WORD, FakeContext
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.drive import Drive
from wizard.run.journal import Journal
from wizard.run.kinds.kind import Kind
from wizard.run.view import RunView, view
from wizard.session.parts import PLAN
from wizard.session.store import Session, create

STEPS = {step.key: step for step in PLAN_OF_FOUR.steps if step.kind != "gate"}
ON_HEROKU = {key for key, step in STEPS.items() if step.writes == "heroku"}
CUT = {key for key, step in STEPS.items() if step.phase in ("cut-over", "finish")}
SHM = Path("/dev/shm")
"""Where a disk's time is not waited for: what is tried here is the order of things."""

FAULTS = {
    "away": lambda: Unreachable("Nobody answers.", remedy="Press r."),
    "broken": lambda: Trouble("It is broken.", remedy="Press r.", code="broken"),
    "refused": lambda: SignInNeeded("heroku", "The token is refused.", remedy="Sign in again."),
    "mistake": lambda: KeyError("a mistake of ours"),
}


async def turns(number: int) -> None:
    """Let everything else run for that many turns of the loop."""
    for _ in range(number):
        await asyncio.sleep(0)


class ModelWorld:
    """What is there, what is under way, and what goes wrong next. Notes whatever must never happen."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.under_way: set[str] = set()
        self.faults: dict[tuple[str, str], list[str]] = {}
        self.consent = False
        """Whether a person has said yes to the cut-over, and not taken it back."""
        self.going_back = False
        """Whether a person was told that it goes back, and it is not back yet."""
        self.final = False
        """Whether a person has said that the move is final."""
        self.wrong: list[str] = []

    def fail(self, verb: str, key: str) -> None:
        """Raise what is to go wrong next, if anything is."""
        if waiting := self.faults.get((verb, key)):
            raise FAULTS[waiting.pop(0)]()

    def kind(self) -> type[Kind]:
        world = self

        class InTheModel(Kind):
            async def probe(self, context: Context, step: Step) -> Evidence | None:
                await turns(2)
                world.fail("probe", step.key)
                return Evidence(summary=f"{step.key} is there") if step.key in world.there else None

            async def do(self, context: Context, step: Step) -> None:
                world.may_be_done(step)
                world.under_way.add(step.key)
                try:
                    await turns(2)
                    world.fail("do", step.key)
                    world.there.add(step.key)
                    await turns(2)
                    world.fail("answer", step.key)
                finally:
                    world.under_way.discard(step.key)

            async def undo(self, context: Context, step: Step) -> str:
                if world.final and not world.going_back:
                    world.wrong.append(f"{step.key} was taken back though the move was final")
                await turns(2)
                world.fail("undo", step.key)
                world.there.discard(step.key)
                await turns(1)
                return f"{step.key} taken back"

        return InTheModel

    def may_be_done(self, step: Step) -> None:
        """Note what speaks against doing this now."""
        if step.key in self.there:
            self.wrong.append(f"{step.key} was made twice")
        if self.going_back:
            self.wrong.append(f"{step.key} led forward after a person was told that it goes back")
        if step.key in ON_HEROKU and not self.consent:
            self.wrong.append(f"{step.key} was written to Heroku without a yes")
        missing = {need for need in step.needs if need in STEPS} - self.there
        if missing:
            self.wrong.append(f"{step.key} was begun without {missing}")


class Worker:
    """A worker's life: a drive on a session that it has open by itself."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(folder)
        self.journal = Journal(self.session)
        self.context = FakeContext(self.session, self.journal, PLAN_OF_FOUR)
        self.commands = Commands(self.journal, PLAN_OF_FOUR, self.context.vault)
        self.drive = Drive(cast(Context, self.context), self.commands)
        self.task = asyncio.ensure_future(self.drive.run())

    async def say(self, do: str, **more: Any) -> bool:
        """Ask for something; whether it was taken."""
        answer = await self.commands.handle({"do": do, "who": "ada", **more})
        return bool(answer["ok"])

    async def kill(self) -> None:
        """As kill -9: nothing more is written, not even by what runs when a task is cancelled."""
        self.session.database.close()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.session.close()


class RunMachine(RuleBasedStateMachine):
    """Steps, crashes, and what a person asks, in any order."""

    world: ModelWorld
    """Made anew by `test_run_model.py` for each sequence, which puts its kinds in place of the real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.parent = Path(tempfile.mkdtemp(prefix="or-model-", dir=SHM if SHM.is_dir() else None))
        self.session = create(WORD, parent=self.parent)
        self.session.save(PLAN, PLAN_OF_FOUR)
        Journal(self.session).start_run(PLAN_OF_FOUR)
        self.worker: Worker | None = None
        self.end = ""
        type(self).world.__init__()  # type: ignore[misc]

    @property
    def seen(self) -> RunView:
        found = view(self.session)
        assert found is not None
        return found

    def go(self, number: int) -> None:
        """Let time pass, and see whether the worker has ended."""
        self.loop.run_until_complete(turns(number))
        if self.worker is not None and self.worker.task.done():
            self.worker.task.result()
            self.worker.session.close()
            self.worker = None

    def say(self, do: str, **more: Any) -> bool:
        assert self.worker is not None
        return self.loop.run_until_complete(self.worker.say(do, **more))

    # -- what may happen ------------------------------------------------------------------------------------

    @initialize(rounds=st.integers(0, 7))
    def it_has_come_some_way(self, rounds: int) -> None:
        """Undisturbed: before the first gate, in the cut-over, before the last gate, or done."""
        self.somebody_starts_a_worker()
        for _ in range(rounds):
            self.go(25)
            self.help_it_on()

    @rule(number=st.integers(1, 60))
    def time_passes(self, number: int) -> None:
        self.go(number)

    @rule(number=st.integers(1, 60))
    def a_person_does_what_is_asked(self, number: int) -> None:
        self.help_it_on()
        self.go(number)

    @precondition(lambda self: self.worker is None)
    @rule()
    def somebody_starts_a_worker(self) -> None:
        async def start() -> Worker:
            return Worker(self.session.folder)

        self.worker = self.loop.run_until_complete(start())

    @precondition(lambda self: self.worker is not None)
    @rule(lands=st.booleans())
    def the_worker_is_killed(self, lands: bool) -> None:
        assert self.worker is not None
        under_way = set(self.world.under_way)
        self.loop.run_until_complete(self.worker.kill())
        self.worker = None
        if lands:
            self.world.there |= under_way

    @precondition(lambda self: self.worker is not None)
    @rule()
    def the_system_ends_it(self) -> None:
        assert self.worker is not None
        self.worker.drive.yield_to_system()
        self.go(50)

    @rule(
        verb=st.sampled_from(("probe", "do", "answer", "undo")),
        key=st.sampled_from(sorted(STEPS)),
        what=st.sampled_from(sorted(FAULTS)),
        often=st.integers(1, 3),
    )
    def the_world_will_fail(self, verb: str, key: str, what: str, often: int) -> None:
        self.world.faults.setdefault((verb, key), []).extend([what] * often)

    @precondition(lambda self: self.worker is not None)
    @rule(do=st.sampled_from(("pause", "resume", "retry")))
    def a_person_asks(self, do: str) -> None:
        self.say(do)

    @precondition(lambda self: self.worker is not None)
    @rule()
    def a_person_stops_it(self) -> None:
        before = set(self.world.there) & ON_HEROKU
        failed = self.seen.run.state == "failed" and self.seen.way_back is not None
        if self.say("stop") and not failed:
            assert not before or self.world.final, "stopped with Heroku changed"

    @precondition(lambda self: self.worker is not None)
    @rule()
    def a_person_goes_back(self) -> None:
        if self.say("back"):
            self.world.going_back = True

    @precondition(lambda self: self.worker is not None)
    @rule(gate=st.sampled_from((CUT_OVER, FINISH)), right=st.booleans())
    def a_person_answers(self, gate: str, right: bool) -> None:
        if self.say("answer", gate=gate, word=WORD if right else "acme"):
            assert right, "a wrong word opened a gate"
            if gate == CUT_OVER:
                self.world.consent = True

    @precondition(lambda self: self.worker is not None)
    @rule()
    def a_person_signs_in(self) -> None:
        self.say("secret", vendor="heroku", account="user-1", kind="token", value="t-0123456789")

    # -- what must hold -------------------------------------------------------------------------------------

    @invariant()
    def nothing_went_wrong(self) -> None:
        assert not self.world.wrong, self.world.wrong

    @invariant()
    def what_is_said_is_so(self) -> None:
        seen, there = self.seen, self.world.there
        states = {step.step.key: step.record.state for step in seen.steps}
        self.world.final = self.world.final or states[FINISH] == "done"
        if seen.run.state == "done":
            assert set(STEPS) <= there
        if seen.run.state == "taken-back":
            assert not there & CUT, "something of ours was left"
            self.world.going_back = self.world.consent = False
        if there & ON_HEROKU:
            # Whatever happened, the way back is known and offered.
            assert seen.can_go_back or seen.way_back is not None or states[FINISH] == "done"

    def teardown(self) -> None:
        """The world is well again, and a person does what is asked: it comes to its end."""
        try:
            self.world.faults.clear()
            self.nothing_went_wrong()
            for _ in range(60):
                if self.worker is None:
                    if self.seen.run.state in ("done", "taken-back"):
                        break
                    self.somebody_starts_a_worker()
                self.go(400)
                self.help_it_on()
                self.what_is_said_is_so()
                self.nothing_went_wrong()
            self.end = self.seen.run.state
            assert self.end in ("done", "taken-back"), self.seen.run
        finally:
            if self.worker is not None:
                self.loop.run_until_complete(self.worker.kill())
            self.session.close()
            self.loop.close()
            shutil.rmtree(self.parent)

    def help_it_on(self) -> None:
        """Do what the monitor says that it waits for."""
        if self.worker is None:
            return
        seen = self.seen
        if seen.secret is not None:
            self.a_person_signs_in()
        elif seen.gate is not None:
            self.a_person_answers(seen.gate.key, True)
        elif seen.run.state == "failed":
            self.say("retry")
        elif seen.run.state == "paused":
            self.say("resume")
