"""A run in memory: kinds of steps whose world is a set, and a drive on a real journal."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest

from wizard.credentials import Vault
from wizard.database.control import Control, Stopped
from wizard.model.plan import Evidence, GateText, Plan, Step
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run import drive as drives
from wizard.run import look, waits, wayback
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.creations import JournalCreations
from wizard.run.drive import Drive
from wizard.run.journal import Journal
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.kind import Kind
from wizard.run.view import RunView, view
from wizard.session.parts import PLAN
from wizard.session.store import Session

WORD = "acme-shop"


def _step(key: str, kind: str, phase: str, *needs: str, writes: str = "target") -> Step:
    gate = GateText(word=WORD, will_happen=("it goes on",), duration="at once", way_back="b")
    return Step(
        key=key,
        kind=kind,
        title=f"Do {key}",
        phase=phase,  # type: ignore[arg-type]
        writes=writes,  # type: ignore[arg-type]
        needs=needs,
        gate=gate if kind == "gate" else None,
    )


PLAN_OF_FOUR = Plan(
    name=WORD,
    source="Heroku",
    target="Aptible",
    steps=(
        _step("environment", "fake", "prepare"),
        _step("copy", "fake", "copy", "environment"),
        _step(CUT_OVER, "gate", "cut-over", "copy", writes="nothing"),
        _step("maintenance", "fake", "cut-over", CUT_OVER, writes="heroku"),
        _step("scale-down", "fake", "cut-over", "maintenance", writes="heroku"),
        _step("refresh", "fake", "cut-over", "copy", "scale-down"),
        _step("deploy", "fake", "cut-over", "refresh"),
        _step(FINISH, "gate", "finish", "deploy", writes="nothing"),
        _step("tidy", "fake", "finish", FINISH),
    ),
)


class World:
    """`there` holds the keys of what is done; `done` and `undone` every call in order. `probing`, `doing` and
    `undoing` hold what is raised next, by key; `holding` makes a step wait, as for dynos to end; `writing` is
    a request that is under way."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.done: list[str] = []
        self.undone: list[str] = []
        self.probing: dict[str, list[Exception]] = {}
        self.doing: dict[str, list[Exception]] = {}
        self.undoing: dict[str, list[Exception]] = {}
        self.holding: dict[str, asyncio.Event] = {}
        self.writing: dict[str, asyncio.Event] = {}

    def raise_next(self, where: dict[str, list[Exception]], key: str) -> None:
        if where.get(key):
            raise where[key].pop(0)

    def kind(self) -> type[Kind]:
        world = self

        class Fake(Kind):
            async def probe(self, context: Context, step: Step) -> Evidence | None:
                world.raise_next(world.probing, step.key)
                return Evidence(summary=f"{step.key} is there") if step.key in world.there else None

            async def do(self, context: Context, step: Step) -> None:
                world.done.append(step.key)
                if step.key in world.writing:
                    await world.writing[step.key].wait()
                while step.key in world.holding and not world.holding[step.key].is_set():
                    if context.control.stopped:
                        raise Stopped
                    await asyncio.sleep(0.005)
                world.raise_next(world.doing, step.key)
                world.there.add(step.key)

            async def undo(self, context: Context, step: Step) -> str:
                world.raise_next(world.undoing, step.key)
                world.undone.append(step.key)
                world.there.discard(step.key)
                return f"{step.key} taken back"

        return Fake


class FakeContext:
    """What a drive needs of its surroundings."""

    def __init__(self, session: Session, journal: Journal, plan: Plan) -> None:
        self.session, self.journal, self.plan = session, journal, plan
        self.vault = Vault(None)
        self.creations = JournalCreations(journal)
        self.control = Control()
        self.loop = asyncio.get_running_loop()
        self.forgotten = 0
        self.hurried = 0

    def hurry(self) -> None:
        self.hurried += 1

    def hurry_tunnels(self) -> None:
        """Nothing goes by a tunnel."""

    def accept(self, key: str) -> None:
        """Nothing watches DNS here."""

    async def forget_vendors(self) -> None:
        self.forgotten += 1

    def flush_logs(self) -> None:
        """No vendor speaks here."""


class Running:
    """A drive that runs as a worker's would; make another for a worker that goes on."""

    def __init__(
        self,
        session: Session,
        plan: Plan = PLAN_OF_FOUR,
        *,
        through: Callable[[Drive], Coroutine[Any, Any, None]] = Drive.run,
    ) -> None:
        self.session = session
        if session.load(PLAN) is None:
            session.save(PLAN, plan)
        self.journal = Journal(session)
        if self.journal.run() is None:
            self.journal.start_run(plan)
        self.context = FakeContext(session, self.journal, plan)
        self.commands = Commands(self.journal, plan, self.context.vault)
        self.drive = Drive(cast(Context, self.context), self.commands)
        self.task = asyncio.create_task(through(self.drive))

    @property
    def seen(self) -> RunView:
        found = view(self.session)
        assert found is not None
        return found

    def states(self) -> dict[str, str]:
        return {key: record.state for key, record in self.journal.steps().items()}

    def events(self) -> list[str]:
        return [event.text for event in self.journal.events()]

    async def say(self, do: str, **more: Any) -> dict[str, Any]:
        return await self.commands.handle({"do": do, "who": "a test", **more})

    async def wait(self, until: Callable[[RunView], bool]) -> RunView:
        end = time.monotonic() + 10
        while not until(self.seen):
            if self.task.done():
                self.task.result()
            assert time.monotonic() < end, (self.seen.run, self.states(), self.events()[-6:])
            await asyncio.sleep(0.005)
        return self.seen

    async def pass_gate(self, key: str) -> None:
        await self.wait(lambda seen: seen.gate is not None and seen.gate.key == key)
        assert await self.say("answer", gate=key, word=WORD) == {"ok": True}

    async def end(self) -> str:
        """Until it ends by itself; the state of the run then."""
        await asyncio.wait_for(self.task, 10)
        return self.seen.run.state

    async def kill(self) -> None:
        """As kill -9: nothing more is written."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The fake kinds in place of the real ones, and no long waits."""
    made = World()
    kinds = {"fake": made.kind(), "push-branch": made.kind(), "gate": Gate}
    for module in (drives, look, wayback):
        monkeypatch.setattr(module, "KINDS", kinds)
    for module in (drives, look):
        monkeypatch.setattr(module, "PAUSES", (0.01,))
    monkeypatch.setattr(wayback, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(waits, "HAND_OVER", 0.05)
    return made
