"""What changes between the plan and its run is told before anything begins."""

import random
from collections.abc import Callable

import msgspec

from tests.faults.trials import seeded, trials
from tests.screens.conftest import vault, world
from tests.screens.fakes import FakeWorld
from tests.wizard.heroku_edits import EDITS, documented, edited
from tests.wizard.test_plan_steps import example_mapping, plan_of
from tests.wizard.test_preflight_findings import look, session
from wizard.credentials import Vault
from wizard.model.plan import Finding
from wizard.ports import TargetApp, TargetDatabase
from wizard.session.parts import MAPPING, PLAN, SYSTEM
from wizard.session.store import Session

__all__ = ["session", "vault", "world"]


def _at_the_target(world: FakeWorld, chance: random.Random) -> str:
    """Change one thing at the target; what that is."""
    what = chance.choice(["app", "database", "environment"])
    if what == "app":
        handle = chance.choice(["migrate-backend", "migrate-emailer", "migrate-frontend"])
        world.aptible.apps[handle] = TargetApp(
            id="1", handle=handle, environment_id="env-acme-prod", state="provisioned", git_ref="main"
        )
    elif what == "database":
        (database,) = example_mapping(documented()).moved_databases()
        world.aptible.databases[database.handle] = TargetDatabase(
            id="2", handle=database.handle, environment_id="env-acme-prod", version="16", state="provisioning"
        )
    else:
        world.aptible.environments.clear()
    return what


async def told(session: Session, vault: Vault) -> list[Finding]:
    """What is to be looked at, or blocks."""
    return [finding for finding in await look(session, vault) if finding.state != "good"]


async def test_any_one_change_since_the_plan_is_told(
    session: Session, world: FakeWorld, vault: Vault, record_property: Callable[[str, object], None]
) -> None:
    chance = seeded(record_property)
    # Each kind once, and then any.
    edits = [*EDITS, *chance.choices(EDITS, k=trials(0, 100))]
    system = world.heroku.system = documented()
    mapping = msgspec.structs.replace(
        example_mapping(system), environment="acme-prod", create_environment=False
    )
    session.save(SYSTEM, system)
    session.save(MAPPING, mapping)
    session.save(PLAN, plan_of(system, mapping))
    environments = dict(world.aptible.environments)
    before = await told(session, vault)
    for edit in edits:
        world.heroku.system, what = edited(system, edit, chance)
        assert [finding for finding in await told(session, vault) if finding not in before], what
    world.heroku.system = system
    count = trials(3, 30)
    for _ in range(count):
        what = _at_the_target(world, chance)
        assert [finding for finding in await told(session, vault) if finding not in before], what
        world.aptible.apps.clear()
        world.aptible.databases.clear()
        world.aptible.environments.update(environments)
    assert await told(session, vault) == before, "and nothing is told where nothing changed"
    record_property("trials", len(edits) + count)
