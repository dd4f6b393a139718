"""The step of the first copy: what it found of broken foreign keys stands in its evidence and at the gate."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.screens.example_system import example_system
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.database.orphans import Orphans
from wizard.database.progress import Proof, TableProof
from wizard.model.mapping import Mapping
from wizard.model.plan import Evidence
from wizard.plan.plan import CUT_OVER
from wizard.run.context import Context
from wizard.run.journal import Journal
from wizard.run.kinds.data import BROKEN_KEYS, Copy
from wizard.run.kinds.gate import Gate
from wizard.session.store import create

PROOF = Proof(
    database="db",
    tables=(TableProof(name="public.t", source_rows=4, target_rows=4, source_digest="1", target_digest="1"),),
)


class Engine:
    """A move that copies, and has found `orphans`."""

    def __init__(self) -> None:
        self.orphans: tuple[Orphans, ...] | None = ()
        self.copied = 0

    def first_copy(self, *, may_start_over: bool) -> None:
        self.copied += 1

    def first_proof(self) -> Proof | None:
        return PROOF if self.copied else None


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def context(engine: Engine) -> Iterator[Context]:
    session = create("acme-shop")
    system = example_system()
    plan = plan_of(system, example_mapping(system))
    journal = Journal(session)
    journal.start_run(plan)
    tunnel = SimpleNamespace(start=lambda seconds: None)
    control = SimpleNamespace(check=lambda: None)
    yield cast(
        Context,
        SimpleNamespace(
            plan=plan,
            journal=journal,
            control=control,
            tunnel=lambda handle: tunnel,
            move=lambda step: engine,
            mapping=Mapping(),
        ),
    )
    session.close()


async def copied(context: Context) -> Evidence:
    step = next(step for step in context.plan.steps if step.kind == "copy")
    await Copy().do(context, step)
    evidence = await Copy().verify(context, step)
    context.journal.end(step.key, "done", evidence)
    return evidence


async def at_the_gate(context: Context, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    async def nothing(*more: Any) -> list[Any]:
        return []

    monkeypatch.setattr(Gate, "_heroku_now", nothing)
    monkeypatch.setattr(Gate, "_written", nothing)
    facts = await Gate().facts(context, context.plan.step(CUT_OVER))
    return [fact for fact in facts if "Heroku still serving" in fact[1]]


async def test_broken_keys_are_named_before_the_cut_over(
    context: Context, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.orphans = tuple(
        Orphans(key=f"k{i}", table="public.t", other="public.o", rows=1200 + i) for i in range(4)
    )
    evidence = await copied(context)
    said = (
        "1 of 1 tables copied, Heroku still serving, 4 rows; rows on Heroku broke the foreign keys k0 of"
        " public.t (1,200), k1 of public.t (1,201), k2 of public.t (1,202) and 1 more: unless they have"
        " been corrected there since, the cut-over will fail at that"
    )
    assert evidence.summary == said
    assert evidence.facts[BROKEN_KEYS] == 4
    assert await at_the_gate(context, monkeypatch) == [("look", said)]
    # A copy that goes on in another process cannot look at keys of tables that were there before.
    engine.orphans = None
    assert (await copied(context)).facts[BROKEN_KEYS] == 4
    # One that was begun anew, after they were corrected, has looked at all.
    engine.orphans = ()
    evidence = await copied(context)
    assert evidence.summary == "1 of 1 tables copied, Heroku still serving, 4 rows"
    assert await at_the_gate(context, monkeypatch) == [("good", evidence.summary)]
