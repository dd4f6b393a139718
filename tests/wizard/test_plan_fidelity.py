"""What changes between the plan and its run is told before anything begins."""

import random
from collections.abc import Callable

import msgspec

from tests.faults.trials import seeded, trials
from tests.screens.conftest import vault, world
from tests.screens.example_system import example_system
from tests.screens.fakes import FakeWorld
from tests.wizard.test_plan_steps import example_mapping
from tests.wizard.test_preflight_findings import look, plan_for, session
from wizard.credentials import Vault
from wizard.model.plan import Finding
from wizard.model.system import App, Job, System
from wizard.ports import TargetApp, TargetDatabase
from wizard.session.store import Session

__all__ = ["session", "vault", "world"]

Edit = Callable[[App, random.Random], App]


def _released(app: App, chance: random.Random) -> App:
    return msgspec.structs.replace(app, release=(app.release or 0) + chance.randint(1, 9))


def _scaled(app: App, chance: random.Random) -> App:
    processes = list(app.processes)
    place = chance.randrange(len(processes))
    quantity = processes[place].quantity + chance.randint(1, 5)
    processes[place] = msgspec.structs.replace(processes[place], quantity=quantity)
    return msgspec.structs.replace(app, processes=tuple(processes))


def _another_process(app: App, chance: random.Random) -> App:
    new = msgspec.structs.replace(app.processes[0], type=f"extra{chance.randint(1, 99)}", quantity=1)
    return msgspec.structs.replace(app, processes=(*app.processes, new))


def _stopped(app: App, chance: random.Random) -> App:
    return msgspec.structs.replace(app, maintenance=True)


def _other_jobs(app: App, chance: random.Random) -> App:
    jobs = list(app.jobs or ())
    if jobs and chance.random() < 0.5:
        jobs.pop(chance.randrange(len(jobs)))
    else:
        jobs.append(Job(id=f"job-{chance.random()}", command="rake new", every=10))
    return msgspec.structs.replace(app, jobs=tuple(jobs))


def _changed(system: System, chance: random.Random) -> tuple[System, str]:
    """A system in which one thing is otherwise, and what that is."""
    edits: list[Edit] = [_released, _scaled, _another_process, _stopped, _other_jobs]
    while True:
        edit = chance.choice(edits)
        app = chance.choice(system.apps)
        if edit is _other_jobs and not app.jobs:
            # Where there was no scheduler, none is asked: an app that gets one gets a release with it.
            continue
        if edit is not _other_jobs and not app.processes:
            continue
        apps = tuple(edit(one, chance) if one.id == app.id else one for one in system.apps)
        return msgspec.structs.replace(system, apps=apps), f"{edit.__name__} of {app.name}"


def _at_the_target(world: FakeWorld, chance: random.Random) -> str:
    """Change one thing at the target; what that is."""
    what = chance.choice(["app", "database", "environment"])
    if what == "app":
        handle = chance.choice(["migrate-backend", "migrate-emailer", "migrate-frontend"])
        world.aptible.apps[handle] = TargetApp(
            id="1", handle=handle, environment_id="env-acme-prod", state="provisioned", git_ref="main"
        )
    elif what == "database":
        (database,) = example_mapping(example_system()).moved_databases()
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
    count, chance = trials(6, 100), seeded(record_property)
    system = example_system()
    mapping = msgspec.structs.replace(
        example_mapping(system), environment="acme-prod", create_environment=False
    )
    plan_for(session, mapping)
    environments = dict(world.aptible.environments)
    before = await told(session, vault)
    for number in range(count):
        if number % 3:
            world.heroku.system, what = _changed(system, chance)
        else:
            what = _at_the_target(world, chance)
        assert [finding for finding in await told(session, vault) if finding not in before], what
        world.heroku.system = system
        world.aptible.apps.clear()
        world.aptible.databases.clear()
        world.aptible.environments.update(environments)
    assert await told(session, vault) == before, "and nothing is told where nothing changed"
    record_property("trials", count)
