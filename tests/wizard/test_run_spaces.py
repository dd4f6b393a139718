"""Steps of a run into several Spaces: each looks, makes and asks in the Space that it is about."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from tests.wizard.capsule_world import SPACE, Capsules, FakeContext
from wizard.mapping.edit_spaces import put_app
from wizard.model.mapping import Mapping
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, CapsuleWish, Environment, Repository
from wizard.run.capsules import capsule
from wizard.run.context import Context
from wizard.run.journal import StepRecord
from wizard.run.kinds.capsule import CapsuleSettings, CapsuleStep
from wizard.run.kinds.capsule_health import untold
from wizard.run.kinds.linked import LinkRepository
from wizard.run.kinds.provision import DatabaseKind, EnvironmentKind

ADDRESS = "https://github.com/acme/shop"


class Elsewhere(Capsules):
    """Notes in which Space it is asked for what."""

    def __init__(self) -> None:
        super().__init__()
        self.where: list[str] = []

    async def repositories(self, environment: Environment | None = None) -> list[Repository]:
        self.where.append(f"repositories {environment.handle if environment else ''}")
        return await super().repositories(environment)

    async def find_capsule(self, environment: Environment, name: str) -> Capsule | None:
        self.where.append(f"find {name} {environment.handle}")
        return await super().find_capsule(environment, name)

    async def create_capsule(
        self, environment: Environment, wish: CapsuleWish, log: Callable[[str], None]
    ) -> Capsule:
        self.where.append(f"create {wish.name} {environment.handle}")
        return await super().create_capsule(environment, wish, log)

    async def find_database(self, environment: Environment, handle: str) -> None:
        self.where.append(f"database {handle} {environment.handle}")

    async def environments(self) -> list[Environment]:
        return [SPACE]

    async def create_environment(
        self, handle: str, region: str, log: Any, *, stack: str = "", team: str = ""
    ) -> Environment:
        self.where.append(f"make {handle} {region} {team}")
        return Environment(id="2", handle=handle)


def of(kind: str, /, **args: Any) -> Step:
    return Step(key=f"{kind}:x", kind=kind, title=kind, phase="prepare", args=args)  # type: ignore[arg-type]


CAPSULE = of(
    "capsule",
    app="a",
    handle="shop",
    service="web",
    name="shop",
    kind="backend",
    repository=ADDRESS,
    branch="main",
    port=3000,
    memory_mb=512,
    space="live",
)


def there(name: str) -> Capsule:
    return Capsule(
        id="1",
        name=name,
        kind="backend",
        environment_id="2",
        state="x",
        replicas=1,
        memory_mb=512,
        cpu_percent=10,
        url=ADDRESS,
    )


@pytest.fixture
def target() -> Elsewhere:
    return Elsewhere()


def context_of(folder: Path, target: Elsewhere, step: Step) -> FakeContext:
    made = FakeContext(folder, [step], target)
    made.mapping = put_app(made.mapping, "a", "live")
    return made


async def test_a_capsule_is_made_in_its_space(tmp_path: Path, target: Elsewhere) -> None:
    context = context_of(tmp_path, target, CAPSULE)
    target.linked.append(Repository(id="7", name="acme/shop", url=ADDRESS))
    await CapsuleStep().do(context.as_context, CAPSULE)
    assert await CapsuleStep().probe(context.as_context, CAPSULE) is not None
    assert target.where == ["repositories live", "find shop live", "create shop live", "find shop live"]


async def test_by_its_name_a_capsule_is_looked_for_in_its_space(tmp_path: Path, target: Elsewhere) -> None:
    context = context_of(tmp_path, target, CAPSULE)
    target.there["shop-worker"] = there("shop-worker")
    assert (await capsule(context.as_context, "shop-worker")).id == "1"
    assert await untold(context.as_context, "shop") == ["shop-worker"]
    assert set(target.where) == {"find shop-worker live"}


async def test_a_person_is_led_to_the_right_space_and_team(tmp_path: Path, target: Elsewhere) -> None:
    target.there["shop"] = there("shop")
    settings = of("capsule-settings", name="shop", page="https://app.example", folder="web", space="live")
    told = await CapsuleSettings().guide(context_of(tmp_path, target, settings).as_context, settings)
    assert "Spaces, live, the capsule shop" in str(told.lines)
    link = of("link-repository", repository=ADDRESS, page="https://app.example", team="", space="live")
    context = context_of(tmp_path, target, link)
    assert "the Space live belongs to" in str((await LinkRepository().guide(context.as_context, link)).lines)
    assert await LinkRepository().probe(context.as_context, link) is None
    assert target.where[-1] == "repositories live"


async def test_a_database_is_looked_for_in_its_space(tmp_path: Path, target: Elsewhere) -> None:
    step = of("database", add_on="pg", handle="shop-db", space="live")
    assert await DatabaseKind().probe(context_of(tmp_path, target, step).as_context, step) is None
    assert target.where == ["database shop-db live"]


async def test_each_space_is_made_for_its_own_team(tmp_path: Path, target: Elsewhere) -> None:
    step = of("environment", handle="live", create=True, region="eu", team="shop")
    context = context_of(tmp_path, target, step)
    context.mapping = msgspec.structs.replace(context.mapping, team="acme")
    assert await EnvironmentKind().probe(context.as_context, step) is None
    await EnvironmentKind().do(context.as_context, step)
    assert target.where == ["make live eu shop"]


async def test_each_space_is_found_by_what_its_own_step_noted() -> None:
    """Another one has got its name since: the target tells both by other handles."""
    notes = {
        f"environment{more}": StepRecord(
            key="x", state="done", evidence=Evidence(summary="it is there", facts={"id": id_})
        )
        for more, id_ in (("", "7"), (":live", "8"))
    }
    there = [Environment(id=one, handle=f"{one}-x") for one in ("6", "7", "8")]

    async def environments() -> list[Environment]:
        return there

    around = SimpleNamespace(
        target=SimpleNamespace(environments=environments),
        mapping=Mapping(environment="acme"),
        journal=SimpleNamespace(steps=lambda: notes),
    )
    assert (await Context.environment(cast(Context, around))).id == "7"
    assert (await Context.environment(cast(Context, around), "live")).id == "8"
    with pytest.raises(Trouble) as caught:
        await Context.environment(cast(Context, around), "mail")
    assert "The environment mail is not there" in caught.value.cause
