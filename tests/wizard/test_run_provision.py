"""The step that makes the environment, against a target in memory."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wizard.model.mapping import Mapping
from wizard.model.plan import Evidence, Step
from wizard.model.system import Account, System
from wizard.model.trouble import Trouble
from wizard.plan.plan import make_plan
from wizard.ports import Capabilities, Environment, Prices, Profile
from wizard.run.context import Context
from wizard.run.journal import StepRecord
from wizard.run.kinds.provision import EnvironmentKind
from wizard.session.parts import Prepared

PROFILE = Profile(
    name="t", title="T", capabilities=Capabilities(works=True), prices=Prices(source="s", date="d")
)


class FakeTarget:
    """Keeps what it was asked; `there` is what it has already."""

    def __init__(self, *there: Environment) -> None:
        self.there = list(there)

    async def environments(self) -> list[Environment]:
        return self.there

    async def create_environment(
        self, handle: str, region: str, log: Callable[[str], None], *, stack: str = ""
    ) -> Environment:
        self.there.append(Environment(id="2", handle=handle, region=region, stack=stack))
        return self.there[-1]


class FakeContext:
    """What the kind needs of a run's surroundings."""

    def __init__(self, *there: Environment) -> None:
        self.target = FakeTarget(*there)

    def log(self, step: Step) -> Callable[[str], None]:
        return lambda line: None


def planned(**mapping: Any) -> Step:
    return make_plan(
        "acme",
        System(taken_at="2026-11-01T00:00:00Z", account=Account(id="1", email="a@b"), apps=(), add_ons=()),
        Mapping(environment="migrate", **mapping),
        Prepared(apps=()),
        source_title="S",
        profile=PROFILE,
    ).steps[0]


async def test_the_plan_names_the_region_and_the_step_makes_it_there() -> None:
    step = planned(create_environment=True, region="eu-central-1")
    assert step.title == "Create the environment migrate in eu-central-1"
    context = FakeContext()
    around = cast(Context, context)
    assert await EnvironmentKind().probe(around, step) is None
    await EnvironmentKind().do(around, step)
    found = await EnvironmentKind().probe(around, step)
    assert found is not None and found.summary == "migrate is there in eu-central-1"


async def test_an_environment_elsewhere_is_not_taken_for_the_one_that_is_wanted() -> None:
    around = cast(Context, FakeContext(Environment(id="1", handle="migrate", region="us-west-1")))
    with pytest.raises(Trouble) as caught:
        await EnvironmentKind().probe(around, planned(create_environment=True, region="eu-central-1"))
    assert caught.value.code == "environment-elsewhere"
    assert "us-west-1" in caught.value.cause and "eu-central-1" in caught.value.cause
    chosen = planned(create_environment=False, region="eu-central-1")
    assert chosen.title == "Find the environment migrate"
    assert await EnvironmentKind().probe(around, chosen) is not None


async def test_the_stack_that_was_chosen_is_the_one_it_is_made_on() -> None:
    step = planned(create_environment=True, region="eu-central-1", stack="acme-own")
    assert step.title == "Create the environment migrate in eu-central-1, on acme-own"
    around = cast(Context, FakeContext())
    await EnvironmentKind().do(around, step)
    found = await EnvironmentKind().probe(around, step)
    assert found is not None and found.summary == "migrate is there in eu-central-1, on acme-own"
    shared = Environment(id="1", handle="migrate", region="eu-central-1", stack="shared-eu")
    with pytest.raises(Trouble) as caught:
        await EnvironmentKind().probe(cast(Context, FakeContext(shared)), step)
    assert caught.value.code == "environment-elsewhere" and "shared-eu" in caught.value.cause


async def test_an_environment_of_another_team_is_not_taken_for_the_one_that_is_wanted() -> None:
    step = planned(create_environment=True, team="acme")
    theirs = Environment(id="1", handle="migrate", team="others")
    with pytest.raises(Trouble) as caught:
        await EnvironmentKind().probe(cast(Context, FakeContext(theirs)), step)
    assert caught.value.code == "environment-elsewhere" and "the team others" in caught.value.cause
    for ours in ("acme", ""):
        there = Environment(id="1", handle="migrate", team=ours)
        assert await EnvironmentKind().probe(cast(Context, FakeContext(there)), step) is not None


async def test_an_environment_that_was_made_is_found_by_its_id_when_another_gets_its_name() -> None:
    """Then the target tells both by other handles."""
    made = StepRecord(
        key="environment", state="done", evidence=Evidence(summary="it is there", facts={"id": "7"})
    )
    there = [Environment(id="6", handle="migrate-x1"), Environment(id="7", handle="migrate-y2")]
    around = SimpleNamespace(
        target=FakeTarget(*there),
        mapping=Mapping(environment="migrate"),
        journal=SimpleNamespace(steps=lambda: {"environment": made}),
    )
    assert (await Context.environment(cast(Context, around))).id == "7"
    around.journal = SimpleNamespace(steps=dict)
    with pytest.raises(Trouble) as caught:
        await Context.environment(cast(Context, around))
    assert caught.value.code == "environment-missing"
