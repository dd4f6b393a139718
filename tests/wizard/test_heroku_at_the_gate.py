"""What came to Heroku while a run went on is told at the gate before the first write, and once more after the
yes: a gate may stand open for days."""

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.screens.example_system import BACKEND, EMAILER, FRONTEND
from tests.screens.fake_heroku import GOOD_TOKEN, FakeSourceProvider
from tests.wizard.heroku_edits import config_added, documented, domain_added, of_app, scaled
from tests.wizard.run_world import Running, World, world
from tests.wizard.test_drive import session
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.model.plan import Evidence, Step
from wizard.model.secret import Secret
from wizard.model.system import Job
from wizard.plan.plan import CUT_OVER
from wizard.run.context import Context
from wizard.run.journal import Journal
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.heroku_now import WAY_OUT
from wizard.session.store import Session, create

__all__ = ["session", "world"]


@pytest.fixture
def heroku() -> FakeSourceProvider:
    provider = FakeSourceProvider()
    provider.system = documented()
    return provider


@pytest.fixture
def context(heroku: FakeSourceProvider) -> Iterator[Context]:
    """A run whose copies are done, at the gate."""
    made = create("acme-shop")
    system = documented()
    mapping = example_mapping(system)
    plan = plan_of(system, mapping)
    journal = Journal(made)
    journal.start_run(plan)
    source = heroku.open({}, Secret(GOOD_TOKEN))
    around = SimpleNamespace(journal=journal, plan=plan, mapping=mapping, system=system, source=source)
    yield cast(Context, around)
    made.close()


async def told(context: Context) -> list[str]:
    facts = await Gate().facts(context, context.plan.step(CUT_OVER))
    return [words for state, words in facts if state == "look"]


async def test_what_nobody_decided_on_is_told_with_the_way_out(
    context: Context, heroku: FakeSourceProvider
) -> None:
    usual = await told(context)
    then = heroku.system
    now = domain_added(then, then.app(FRONTEND), random.Random(1))
    assert now is not None
    heroku.system = now
    new, way_out, *rest = await told(context)
    assert "migrate-frontend has a new domain: " in new and way_out == WAY_OUT
    assert rest == usual, "nothing else is told, and nothing twice"
    assert heroku.writes == []


async def test_a_job_that_came_since_would_run_nowhere_and_is_told(
    context: Context, heroku: FakeSourceProvider
) -> None:
    then = heroku.system
    emailer = then.app(EMAILER)
    new = Job(id="job-2", command="rake bill", every=60)
    heroku.system = of_app(then, emailer, jobs=(*(emailer.jobs or ()), new))
    jobs, way_out, *_ = await told(context)
    assert jobs.endswith("2 now: one that came since would be stopped, and run nowhere")
    assert way_out == WAY_OUT
    # Where there was none, but a scheduler for one, too.
    context.system = of_app(then, emailer, jobs=())
    heroku.system = of_app(then, emailer, jobs=(new,))
    assert "0 then, 1 now" in (await told(context))[0]
    heroku.system = of_app(then, emailer, jobs=None)
    assert not any("scheduler" in words for words in await told(context)), "a person said: none"


async def test_what_was_told_when_the_gate_opened_is_no_news(
    context: Context, heroku: FakeSourceProvider
) -> None:
    step, then = context.plan.step(CUT_OVER), heroku.system
    heroku.system = config_added(then, then.app(BACKEND), random.Random(1)) or then
    facts = await Gate().facts(context, step)
    assert await Gate().since(context, step, facts) == ()
    scaled_too = scaled(heroku.system, heroku.system.app(BACKEND), random.Random(1))
    heroku.system = scaled_too or then
    ((_, words),) = await Gate().since(context, step, facts)
    assert "migrate-backend was scaled" in words


async def test_what_the_cut_over_itself_stopped_is_not_told_as_a_change(
    context: Context, heroku: FakeSourceProvider
) -> None:
    then = heroku.system
    backend = then.app(BACKEND)
    frozen = of_app(then, backend, maintenance=True)
    heroku.system = frozen
    assert any("maintenance mode already" in words for words in await told(context))
    context.journal.end("maintenance:migrate-backend", "done", Evidence(summary="stands still"))
    assert not any("maintenance mode already" in words for words in await told(context))


async def test_a_gate_is_asked_again_when_heroku_changed_while_it_was_open(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "shop has a new domain: www.shop.example"
    known: list[tuple[str, str]] = []

    async def facts(self: Gate, context: Context, step: Step) -> tuple[tuple[str, str], ...]:
        return tuple(known)

    async def since(self: Gate, context: Context, step: Step, told: Any) -> tuple[tuple[str, str], ...]:
        return () if ("look", sentence) in told else (("look", sentence),)

    monkeypatch.setattr(Gate, "facts", facts)
    monkeypatch.setattr(Gate, "since", since)
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    known.append(("look", sentence))
    seen = await run.wait(lambda seen: seen.gate is not None and ("look", sentence) in seen.gate.true_now)
    assert seen.gate is not None and "maintenance" not in world.done
    assert f"Changed while the gate was open: {sentence}" in run.events()
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "maintenance" in world.done)
    await run.kill()
