"""What a user may do at Aptible is known before anything is tried, and no secret is read for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.aptible.target import AptibleTarget
from tests.providers.aptible_world import QUICK, World, aptible_world
from wizard.model.mapping import Mapping
from wizard.model.secret import Secret
from wizard.model.trouble import Unreachable
from wizard.plan.preflight_rights import rights_findings
from wizard.ports import Environment
from wizard.ports.rights import Rights, TellsRights


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


def signed_in(world: World, name: str) -> AptibleTarget:
    token = world.sandbox.tokens.issue(world.sandbox.tokens.people.by_name[name])
    return AptibleTarget(world.sandbox.hosts, Secret(token.value), QUICK)


async def test_what_each_role_lacks(world: World) -> None:
    there = await world.environment()
    lacks: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in ("person", "robot", "sso", "deployer", "tunneller", "reader"):
        target = signed_in(world, name)
        assert isinstance(target, TellsRights)
        lacks[name] = ((await target.rights(there)).lacks, (await target.rights(None)).lacks)
        await target.close()
    owner, no_owner = ((), ()), ("the role of an owner",)
    assert lacks == {
        "person": owner,
        "robot": owner,
        "sso": owner,
        "deployer": (("sensitive", "tunnel"), no_owner),
        "tunneller": (("deploy", "sensitive"), no_owner),
        "reader": (("deploy", "sensitive", "tunnel"), no_owner),
    }
    assert world.sandbox.facts()["sensitive_reads"] == []


async def test_permissions_that_are_only_embedded_are_found_too(world: World) -> None:
    there = await world.environment()
    world.faults.add("404", path="/accounts/*/permissions", count=None)
    target = signed_in(world, "deployer")
    assert (await target.rights(there)).lacks == ("sensitive", "tunnel")
    await target.close()


async def test_the_findings_name_what_lacks_and_who_gives_it(world: World) -> None:
    there = await world.environment()
    mapping = Mapping(environment=there.handle)
    target = signed_in(world, "tunneller")
    (found,) = await rights_findings(target, await target.account(), there, mapping)
    assert found.state == "blocks"
    assert found.what == "tam@acme.example lacks permissions in acme-production: deploy, sensitive"
    assert found.detail == "roles: Tunnellers"
    assert "Ask an owner of the organisation" in found.remedy and "(or admin)" in found.remedy
    new = Mapping(environment="acme-new", create_environment=True)
    (found,) = await rights_findings(target, await target.account(), None, new)
    assert found.state == "look" and "make the environment acme-new" in found.what
    # An environment that is not there and shall not be made is another finding's matter.
    assert await rights_findings(target, await target.account(), None, mapping) == []
    (found,) = await rights_findings(world.target, await world.target.account(), there, mapping)
    assert (found.state, found.detail) == ("good", "roles: Account Owners")
    await target.close()


async def test_what_is_not_told_is_no_reason_to_stop(world: World) -> None:
    class Mute(AptibleTarget):
        async def rights(self, environment: Environment | None) -> Rights:
            raise Unreachable("Aptible does not answer.", remedy="")

    there = await world.environment()
    target = Mute(world.sandbox.hosts, Secret(world.sandbox.credentials["token"]), QUICK)
    (found,) = await rights_findings(target, await target.account(), there, Mapping())
    assert found.state == "look" and "is not known" in found.what
    await target.close()
