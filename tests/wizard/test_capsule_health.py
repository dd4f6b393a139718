"""A capsule that ends after its start is told with its last words, not taken for one that runs."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.wizard.capsule_world import SPACE, Capsules, FakeContext
from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, CapsuleWish
from wizard.run.kinds.capsule_health import UNTOLD
from wizard.run.kinds.health import Health

STEP = Step(
    key="health:shop",
    kind="health",
    title="Check that shop runs and answers",
    phase="cut-over",
    needs=(),
    args={"app": "a", "handle": "shop"},
    seconds=(1, 60),
    way_back="",
)
WISH = CapsuleWish(name="shop", kind="backend", repository="7", url="u", branch="b")


class Told(Capsules):
    """Each look tells the next of `states`, the last one ever after."""

    states: tuple[str, ...] = ("running",)

    async def find_capsule(self, environment: object, name: str) -> Capsule | None:
        first, *rest = self.states
        self.states = tuple(rest) or (first,)
        return msgspec.structs.replace(self.there[name], state=first, replicas=1)

    async def run_log(self, capsule: Capsule, lines: int = 50) -> list[str]:
        return ["Error: Cannot find module 'pg'", "", "Container exited with status 1"]


class Clock(FakeContext):
    """An app of one capsule without a web address."""

    def capsules(self, handle: str) -> dict[str, str]:
        return {"clock": "shop"}

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()


@pytest.fixture
async def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(Health, "stays_up", 0.05)
    monkeypatch.setattr(Health, "down", 0.05)
    sleep = asyncio.sleep
    monkeypatch.setattr("wizard.run.kinds.health.asyncio.sleep", lambda seconds: sleep(0.01))
    made = Clock(tmp_path, [STEP], Told())
    await made.target.create_capsule(SPACE, WISH, made.lines.append)
    return made


async def test_one_that_ends_after_its_start_is_told_with_its_last_words(context: Clock) -> None:
    context.target.states = ("Running", "Failed")  # type: ignore[attr-defined]
    kind = Health()
    assert await kind.probe(context.as_context, STEP) is None, "one look says nothing of a fresh process"
    with pytest.raises(Trouble) as told:
        await kind.do(context.as_context, STEP)
    assert told.value.code == "unhealthy"
    assert "The capsule shop does not stay up: it is Failed." in told.value.cause
    assert "Cannot find module 'pg'" in told.value.cause
    assert any("Cannot find module 'pg'" in line for line in context.lines)


async def test_one_that_comes_up_at_the_second_start_is_good(context: Clock) -> None:
    context.target.states = ("Running", "Crash loop back off", "Failed", "Running")  # type: ignore[attr-defined]
    kind = Health()
    await kind.do(context.as_context, STEP)
    assert "shop runs: clock" in (await kind.verify(context.as_context, STEP)).summary


async def test_what_nobody_tells_of_is_not_said_to_run(context: Clock) -> None:
    context.target.states = ("",)  # type: ignore[attr-defined]
    kind = Health()
    await kind.do(context.as_context, STEP)
    found = await kind.verify(context.as_context, STEP)
    assert found.summary == "shop was started: clock 0; whether shop runs, its log says: see it there"
    assert UNTOLD in found.facts
    context.target.states = ("Running",)  # type: ignore[attr-defined]
    assert UNTOLD not in (await kind.verify(context.as_context, STEP)).facts
