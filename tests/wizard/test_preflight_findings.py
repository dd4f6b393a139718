"""The checks before a run, against vendors in memory: what blocks, what is to be looked at, and why."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.screens.conftest import vault, world
from tests.screens.example_system import BACKEND, example_system
from tests.screens.fake_heroku import ADA
from tests.screens.fakes import FakeWorld
from tests.wizard.test_plan_steps import PREPARED, example_mapping, plan_of
from wizard.credentials import Vault
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.plan import Finding
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.plan import preflight
from wizard.ports import TargetApp, TargetDatabase
from wizard.session.parts import (
    CONNECTIONS,
    MAPPING,
    PLAN,
    PREFLIGHT,
    SYSTEM,
    TARGET,
    Connection,
    Connections,
)
from wizard.session.parts import (
    PREPARED as PREPARED_PART,
)
from wizard.session.store import Session, create

__all__ = ["vault", "world"]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """At the plan. The source database is not asked here: the sandbox's tests do that."""
    monkeypatch.setattr(preflight, "source_findings", lambda url, database: [])
    made = create("acme-shop")
    system = example_system()
    plan_for(made, example_mapping(system))
    made.save(SYSTEM, system)
    made.save(TARGET, TargetChoice(provider="aptible"))
    made.save(PREPARED_PART, PREPARED)
    connections = {
        name: Connection(provider=name, account_id=account, email=ADA.email, kept_in="memory")
        for name, account in (("heroku", "user-1"), ("aptible", "t-1"))
    }
    made.save(CONNECTIONS, Connections(by_provider=connections))
    yield made
    made.close()


def plan_for(session: Session, mapping: Mapping) -> None:
    session.save(MAPPING, mapping)
    session.save(PLAN, plan_of(example_system(), mapping))


async def look(session: Session, vault: Vault) -> list[Finding]:
    doing: list[str] = []
    found = await preflight.look(session, vault, doing.append)
    assert doing and session.load(PREFLIGHT) == found
    plan = session.load(PLAN)
    assert plan is not None and found.plan_digest == plan.digest()
    return list(found.findings)


def of(findings: list[Finding], state: str) -> list[str]:
    return [finding.what for finding in findings if finding.state == state]


async def test_both_sides_answer(session: Session, world: FakeWorld, vault: Vault) -> None:
    findings = await look(session, vault)
    good = of(findings, "good")
    assert "Heroku answers" in good and "Aptible answers" in good
    assert any("is not there yet and will be created" in what for what in good)
    # The folders of the code are not on this machine.
    blocks = of(findings, "blocks")
    assert len(blocks) == 3 and all("There is no folder" in what for what in blocks)
    assert world.heroku.writes == [] and world.aptible.databases == {} and world.aptible.apps == {}
    assert world.heroku.closed == world.aptible.closed == 1


async def test_an_environment_that_is_not_there_blocks(
    session: Session, world: FakeWorld, vault: Vault
) -> None:
    mapping = example_mapping(example_system())
    plan_for(session, msgspec.structs.replace(mapping, environment="nowhere", create_environment=False))
    blocks = [f for f in await look(session, vault) if f.what == "The environment nowhere is not there"]
    assert [f.state for f in blocks] == ["blocks"] and "acme-prod" in blocks[0].detail and blocks[0].remedy


async def test_a_version_that_is_not_offered_blocks(session: Session, world: FakeWorld, vault: Vault) -> None:
    mapping = example_mapping(example_system())
    databases = tuple(msgspec.structs.replace(one, version="9") for one in mapping.databases)
    plan_for(session, msgspec.structs.replace(mapping, databases=databases))
    assert "PostgreSQL 9 is not offered now" in of(await look(session, vault), "blocks")


async def test_a_release_since_and_an_app_that_is_there_are_shown(
    session: Session, world: FakeWorld, vault: Vault
) -> None:
    system = example_system()
    apps = tuple(msgspec.structs.replace(app, release=8) if app.id == BACKEND else app for app in system.apps)
    world.heroku.system = msgspec.structs.replace(system, apps=apps)
    mapping = example_mapping(system)
    plan_for(session, msgspec.structs.replace(mapping, environment="acme-prod", create_environment=False))
    world.aptible.apps["migrate-backend"] = TargetApp(
        id="1", handle="migrate-backend", environment_id="env-acme-prod", state="provisioned", git_ref="main"
    )
    (database,) = mapping.moved_databases()
    world.aptible.databases[database.handle] = TargetDatabase(
        id="2", handle=database.handle, environment_id="env-acme-prod", version="16", state="provisioning"
    )
    looks = of(await look(session, vault), "look")
    assert "migrate-backend has had a release since it was documented" in looks
    assert any("is there already, and something was deployed to it" in what for what in looks)
    assert f"{database.handle} is there, but provisioning" in looks


async def test_a_vendor_that_is_away_blocks_and_the_other_is_looked_at(
    session: Session, world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: object) -> None:
        raise Unreachable("Aptible does not answer.", remedy="Look at its status page.")

    monkeypatch.setattr("tests.screens.fakes.FakeTarget.account", away)
    findings = await look(session, vault)
    assert "Aptible does not answer." in of(findings, "blocks") and "Heroku answers" in of(findings, "good")


async def test_a_missing_token_is_a_persons_matter(session: Session, world: FakeWorld) -> None:
    with pytest.raises(SignInNeeded):
        await preflight.look(session, Vault(None), lambda doing: None)


async def test_without_a_plan_there_is_nothing_to_look_at(
    session: Session, world: FakeWorld, vault: Vault
) -> None:
    session.drop(PLAN)
    with pytest.raises(Trouble) as refused:
        await preflight.look(session, vault, lambda doing: None)
    assert refused.value.code == "not-ready"


async def test_a_domain_that_is_to_change_is_said_before_the_run(
    session: Session, world: FakeWorld, vault: Vault
) -> None:
    (domain,) = (found for found in await look(session, vault) if "www.acme.example" in found.what)
    assert domain.state == "look" and "TTL" in domain.remedy
