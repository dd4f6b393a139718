"""Custom domains at Aptible: one endpoint each, never a second, and a certificate when DNS is right."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.providers.aptible_wire import IMAGE, write_image
from tests.providers.aptible_world import World, aptible_world
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint, TargetService

NAME = "www.acme.example"


@pytest.fixture
async def world(short_folder: Path, tmp_path: Path) -> AsyncIterator[World]:
    """An app of an image runs; its service is `cmd`."""
    async with aptible_world(short_folder, pace=0.005) as made:
        write_image(tmp_path / "image", IMAGE)
        made.sandbox.images.publish("acme/shop:v1", tmp_path / "image")
        made.sandbox.rollout.settle = 0.05
        app = await made.app()
        operations = made.target._apps._operations
        body = {
            "type": "deploy",
            "settings": {"APTIBLE_DOCKER_IMAGE": "acme/shop:v1"},
            "env": {"PORT": "3000"},
        }
        await operations.run(f"apps/{app.id}", body, made.log, what="deploy")
        yield made


async def service(world: World) -> TargetService:
    return (await world.target.services(await world.app()))[0]


async def made(world: World, hostname: str = NAME) -> DomainEndpoint:
    return await world.target.create_domain(
        await world.environment(), await service(world), hostname, 3000, world.log
    )


def point(world: World, domain: DomainEndpoint) -> None:
    world.sandbox.dns.set(domain.challenge_name, "CNAME", domain.challenge_target)


async def test_a_domain_says_which_records_it_wants_and_gets_its_certificate(world: World) -> None:
    domain = await made(world)
    assert domain.hostname == NAME and domain.state == "provisioned" and domain.port == 3000
    assert domain.challenge_name == f"_acme-challenge.{NAME}"
    assert domain.challenge_target == f"acme.{domain.dns_target}" and domain.dns_target
    assert domain.certificate == "pending"
    point(world, domain)
    ready = await world.target.renew_certificate(domain, world.log)
    assert ready.certificate == "ready"
    await world.target.renew_certificate(domain, world.log)
    kinds = [one.type for one in await world.target._apps._operations.listed(f"vhosts/{domain.id}")]
    assert kinds == ["renew", "provision"], "a certificate that is there is not asked for again"


async def test_a_refusal_says_what_the_authority_said(world: World) -> None:
    domain = await made(world)
    with pytest.raises(Trouble) as caught:
        await world.target.renew_certificate(domain, world.log)
    assert caught.value.code == "operation-failed"
    assert "has no CNAME" in caught.value.cause


@pytest.mark.parametrize("path", ["/services/*/vhosts", "/vhosts/*/operations"])
async def test_an_answer_that_is_lost_makes_no_second_endpoint(world: World, path: str) -> None:
    world.faults.add("drop", path=path, method="POST")
    first = await made(world)
    again = await made(world, NAME.upper())
    assert again.id == first.id
    assert world.posts("/services/*/vhosts") == 1
    assert world.posts("/vhosts/*/operations") == 2, "each time that it is asked for, its operation is begun"
    found = await world.target.find_domain(await world.environment(), NAME)
    assert found is not None and found.id == first.id


async def test_an_endpoint_that_leads_to_another_port_is_pointed_at_the_right_one(world: World) -> None:
    first = await made(world)
    world.sandbox.world.vhosts[int(first.id)].container_port = 8080
    again = await made(world)
    assert (again.id, again.port) == (first.id, 3000) and world.posts("/services/*/vhosts") == 1


async def test_the_address_of_the_app_is_never_that_of_a_domain(world: World) -> None:
    await made(world)
    web = await service(world)
    assert await world.target.find_endpoint(web) is None
    endpoint = await world.target.create_endpoint(web, 3000, world.log)
    assert NAME not in endpoint.url


async def test_a_domain_of_another_app_or_with_its_own_certificate_is_left_alone(world: World) -> None:
    domain = await made(world)
    vhost = world.sandbox.world.vhosts[int(domain.id)]
    vhost.acme = False
    with pytest.raises(Trouble) as caught:
        await made(world)
    assert caught.value.code == "domain-own-certificate"
    vhost.acme, other = True, (await service(world)).id
    web = TargetService(id=str(int(other) + 1000), app_id="0", type="web", command="", count=1, memory_mb=1)
    with pytest.raises(Trouble) as caught:
        await world.target.create_domain(await world.environment(), web, NAME, 3000, world.log)
    assert caught.value.code == "domain-elsewhere"
    assert world.posts("/services/*/vhosts") == 1


async def test_names_that_are_none_are_not_handed_to_a_person(world: World, monkeypatch: Any) -> None:
    real = world.sandbox._shapes.vhost

    def poisoned(vhost: Any) -> Any:
        shown = real(vhost)
        for challenge in (shown["acme_configuration"] or {}).get("challenges", ()):
            challenge["to"] = [{"name": "evil example; rm", "legacy": False}]
        return {**shown, "acme_dns_challenge_host": None}

    monkeypatch.setattr(world.sandbox._shapes, "vhost", poisoned)
    with pytest.raises(Trouble) as caught:
        await made(world)
    assert caught.value.code == "endpoint-unclear"
