"""Data capsules at Code Capsules, and Spaces: made, waited for, adopted, reached; prices by plans."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from providers.code_capsules import PROVIDER, databases
from providers.code_capsules.answers import CapsuleAnswer, ClusterAnswer, PlanAnswer
from providers.code_capsules.databases import database, type_of
from providers.code_capsules.hosts import addresses
from providers.code_capsules.live_prices import live_prices
from providers.code_capsules.target import CodeCapsulesTarget
from providers.sandbox.code_capsules import creation, limits
from providers.sandbox.code_capsules.records import Products
from providers.sandbox.code_capsules.routes import capsules as capsule_routes
from tests.providers.code_capsules_world import CANARY, QUICK, World, code_capsules_world, kept
from wizard.choose.offer import OFFER, Offer, profile_of, read_offer, with_offer
from wizard.credentials import CredentialRef, Vault
from wizard.model.mapping import TargetChoice
from wizard.model.secret import redact
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import DatabaseWish
from wizard.registry import target_provider
from wizard.session.parts import CONNECTIONS, TARGET, Connection, Connections
from wizard.session.store import create

STORE = DatabaseWish(handle="shop-redis", version="current", memory_mb=512, disk_gb=1, type="redis")


def replaced(**changes: object) -> DatabaseWish:
    return msgspec.structs.replace(STORE, **changes)


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with code_capsules_world(short_folder) as made:
        yield made


async def test_one_is_made_waited_for_and_reached_by_the_vendors_program(world: World) -> None:
    space = await world.space()
    made = await world.target.create_database(space, replaced(disk_gb=3), world.log)
    assert (made.type, made.state, made.disk_gb, made.version) == ("redis", "provisioned", 3, "")
    assert await world.target.find_database(space, "shop-redis") == made
    url = await world.target.database_url(made)
    assert url.reveal().startswith("redis://default:") and url.reveal().endswith(":6379")
    ticket = await world.target.ticket(made)
    assert isinstance(ticket, ProxyTicket)
    (record,) = world.records("shop-redis")
    slug = world.sandbox.world.spaces[record.space_id].slug
    assert ticket.program[-8:] == ("proxy", "capsule", "-s", slug, "-c", record.id, "-P", "{port}")
    assert ticket.database_url == url
    assert CANARY in url.reveal() and CANARY not in redact(f"it says {url.reveal()}")
    with pytest.raises(Trouble) as caught:
        await world.target.database_url(made, "redis+ssl")
    assert caught.value.code == "no-credential"


async def test_the_words_of_the_vendors_program_are_a_setting(world: World) -> None:
    hosts = {**world.sandbox.hosts, "cli": "python -m 'my codecaps' --log-level quiet"}
    target = CodeCapsulesTarget(hosts, kept(world.sandbox), QUICK)
    made = await target.create_database(await world.space(), STORE, world.log)
    ticket = await target.ticket(made)
    await target.close()
    assert ticket.program[:6] == ("python", "-m", "my codecaps", "--log-level", "quiet", "proxy")
    assert ticket.login == "python -m 'my codecaps' --log-level quiet login -e robin@acme.example"
    assert ticket.whoami[-2:] == ("quiet", "whoami")
    assert addresses({}).cli == "npx -y @codecapsules/cli"


async def test_one_that_is_there_gets_the_size_of_a_new_plan_and_never_a_smaller_disk(world: World) -> None:
    space = await world.space()
    made = await world.target.create_database(space, STORE, world.log)
    assert (made.memory_mb, made.disk_gb) == (512, 1)
    (record,) = world.records("shop-redis")

    def patches() -> int:
        return int(world.sandbox.facts()["seen"].get("PATCH /capsules/*/products", 0))

    assert patches() == 0
    grown = await world.target.create_database(space, replaced(memory_mb=2048, disk_gb=4), world.log)
    assert (grown.id, grown.memory_mb, grown.disk_gb) == (made.id, 2048, 4)
    assert (record.products.memory_gb, record.products.cpu_m, record.products.storage_gb) == (2, 500, 4)
    assert any("it gets 2048 MB and 4 GB" in line for line in world.lines)
    smaller = await world.target.create_database(space, replaced(memory_mb=1024, disk_gb=4), world.log)
    assert (smaller.memory_mb, smaller.disk_gb, patches()) == (1024, 4, 2)
    await world.target.create_database(space, replaced(memory_mb=1024, disk_gb=4), world.log)
    assert patches() == 2, "it has that size"
    kept = await world.target.create_database(space, replaced(memory_mb=1024, disk_gb=3), world.log)
    assert (kept.disk_gb, patches()) == (4, 2), "a disk never shrinks"
    assert any("4 GB, more than the 3 GB of the plan: it stays as it is" in line for line in world.lines)
    assert world.posts("/capsules") == 1
    with pytest.raises(Trouble) as caught:
        other = replaced(type="mysql")
        await world.target.create_database(space, other, world.log)
    assert caught.value.code == "handle-taken" and "redis" in caught.value.cause
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(space, replaced(type="kafka"), world.log)
    assert caught.value.code == "no-such-type"


async def test_a_size_that_was_taken_and_is_not_there_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = await world.space()
    await world.target.create_database(space, STORE, world.log)

    async def answered_well(*args: object, **words: object) -> None:
        """And nothing is done."""

    monkeypatch.setattr(databases, "set_products", answered_well)
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(space, replaced(memory_mb=1024), world.log)
    assert caught.value.code == "size-unclear" and caught.value.retry
    assert "512 MB of memory" in caught.value.cause


@pytest.fixture
def rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor gives sizes in whole steps: 0.75 GB of memory, 8 GB of disk, 20 % of a CPU."""

    def rounded(body: Any, kind: str, before: Products | None = None) -> Products:
        made = limits.products_of(body, kind, before)
        return Products(
            cpu_m=math.ceil(made.cpu_m / 200) * 200,
            memory_gb=math.ceil(made.memory_gb / 0.75) * 0.75,
            storage_gb=math.ceil(made.storage_gb / 8) * 8,
            replicas=made.replicas,
        )

    for place in (creation, capsule_routes):
        monkeypatch.setattr(place, "products_of", rounded)


async def test_sizes_that_the_vendor_rounds_up_are_taken_as_they_are(rounding: None, world: World) -> None:
    space = await world.space()
    made = await world.target.create_database(space, STORE, world.log)
    assert (made.memory_mb, made.disk_gb) == (768, 8)
    again = await world.target.create_database(space, STORE, world.log)
    assert (again.memory_mb, again.disk_gb) == (768, 8), "by the next plan, too"
    grown = await world.target.create_database(space, replaced(memory_mb=1024, disk_gb=9), world.log)
    assert (grown.memory_mb, grown.disk_gb) == (1536, 16)
    assert any("made more of it: 1536 MB of memory and 16 GB of disk" in line for line in world.lines)
    files = await world.target.create_storage(space, "files", 3, world.log)
    files = await world.target.create_storage(space, "files", 3, world.log)
    assert files.disk_gb == 8
    capsule = await world.capsule(cpu_percent=13)
    assert (capsule.cpu_percent, capsule.memory_mb) == (20, 768)
    assert (await world.capsule(cpu_percent=13)).cpu_percent == 20


async def test_one_that_never_gets_ready_is_left_for_a_person(short_folder: Path) -> None:
    async with code_capsules_world(short_folder, patience=replace(QUICK, ready=0.2)) as world:
        world.faults.add("provisioning-never-ends", count=None)
        space = await world.space()
        for _ in range(2):
            with pytest.raises(Trouble) as caught:
                await world.target.create_database(space, STORE, world.log)
            assert caught.value.code == "still-starting" and caught.value.retry
            for word in ("Keep waiting", "dashboard", "delete", "Offramp deletes nothing"):
                assert word in caught.value.remedy
        assert world.posts("/capsules") == 1
        assert len(world.records("shop-redis")) == 1
        assert not any(seen.method == "DELETE" for seen in world.sandbox.seen)
        found = await world.target.find_database(space, "shop-redis")
        assert found is not None and found.state == "provisioning"
        with pytest.raises(Trouble) as caught:
            await world.target.ticket(found)
        assert caught.value.code == "no-credential" and caught.value.retry


async def test_a_cluster_that_is_down_for_a_moment_is_waited_for(world: World) -> None:
    space = await world.space()
    world.faults.add("provisioning-slow", seconds=0.3)
    world.faults.add("503", method="GET", path="*/status", count=6, after=1)
    made = await world.target.create_database(space, STORE, world.log)
    assert made.state == "provisioned"
    world.faults.add("cluster-down", count=None)
    with pytest.raises(Unreachable):
        await world.target.find_database(space, "shop-redis")


def test_engines_are_known_by_either_of_their_names() -> None:
    def told(**fields: object) -> str:
        return type_of(CapsuleAnswer(id="1", type="data", manifest=dict(fields)))

    assert told(dbType="PostgreSQL") == told(dataType="postgresql") == "postgresql"
    assert told(dbType="MongoDb") == told(dbType="mongo") == "mongodb"
    assert told(dbType="PersistentStorageGanesha") == told() == ""
    backing_up = CapsuleAnswer(id="1", type="data", manifest={"dbType": "mysql", "status": "Creating Backup"})
    assert database(backing_up, "2").state == "creating backup"


async def test_a_space_is_adopted_by_its_name_or_slug(world: World) -> None:
    made = await world.space()
    assert (made.handle, made.region) == ("shop", "UK (South)")
    (record,) = world.sandbox.world.spaces.values()
    by_slug = await world.target.create_environment(record.slug, "", world.log)
    assert (by_slug.id, by_slug.handle) == (made.id, record.slug)
    assert [(one.handle, one.team) for one in await world.target.environments()] == [("shop", "acme")]
    # Of another team it is another one: then a person has to say which is meant.
    other = await world.target.create_environment("shop", "Europe (North)", world.log, team="robin-personal")
    assert other.id != made.id
    assert {one.handle for one in await world.target.environments()} == {
        one.slug for one in world.sandbox.world.spaces.values()
    }
    assert {one.team for one in await world.target.environments()} == {"acme", "robin-personal"}
    with pytest.raises(Trouble) as caught:
        await world.target.create_environment("shop", "UK (South)", world.log)
    assert caught.value.code == "space-twice"
    assert world.posts("/spaces") == 2


async def test_who_pays_and_where_is_for_a_person_to_say(world: World) -> None:
    for team, region, code in (
        ("", "UK (South)", "team-unclear"),
        ("nobody", "UK (South)", "team-unclear"),
        ("acme", "", "region-unclear"),
        ("acme", "Mars", "no-region"),
    ):
        with pytest.raises(Trouble) as caught:
            await world.target.create_environment("shop", region, world.log, team=team)
        assert caught.value.code == code
    assert world.posts("/spaces") == 0
    assert world.sandbox.facts()["seen"]["GET /clusters"] == 1
    assert [(one.slug, one.personal) for one in await world.target.teams()] == [
        ("robin-personal", True),
        ("acme", False),
    ]


async def test_linked_repositories_are_those_of_the_team_or_where_that_is_not_told_all(world: World) -> None:
    wish = await world.wish()
    assert [one.url for one in await world.target.repositories()] == [wish.url]
    other = await world.target.create_environment("other", "Europe (North)", world.log, team="robin-personal")
    assert await world.target.repositories(other) == []
    world.faults.add("404", path="*/git/team-repo/*")
    assert [one.url for one in await world.target.repositories(other)] == [wish.url]


async def test_what_the_account_is_offered_takes_the_place_of_the_catalogue(world: World) -> None:
    prices = await world.target.live_prices()
    profile = PROVIDER.profile()
    offer = Offer(provider=profile.name, prices=prices, teams={"acme": "Acme"})
    live = with_offer(profile, offer, "UK (South)")
    assert "USA" in profile.capabilities.regions and "USA" not in live.capabilities.regions
    assert "us" not in live.capabilities.nearest and live.capabilities.nearest["eu"] == "Europe (North)"
    assert live.capabilities.teams == {"acme": "Acme"}
    assert live.prices.source != profile.prices.source
    assert live.prices.memory_gb_cents == profile.prices.memory_gb_cents, "the sandbox has the list prices"
    assert with_offer(profile, None) == profile


async def test_the_offer_of_a_session_is_read_with_what_it_keeps(world: World, private_home: Path) -> None:
    session, vault = create("shop", hosts={"code-capsules": world.sandbox.hosts}), Vault()
    session.save(TARGET, TargetChoice(provider="code-capsules"))
    assert await read_offer(session, vault) is None
    account = "robin@acme.example"
    signed_in = Connection(provider="code-capsules", account_id=account, email=account, kept_in="in memory")
    session.save(CONNECTIONS, Connections(by_provider={"code-capsules": signed_in}))
    vault.hold(CredentialRef(vendor="code-capsules", account=account), kept(world.sandbox))
    offer = await read_offer(session, vault)
    assert offer is not None and offer.teams == {"robin-personal": "Robin", "acme": "Acme"}
    assert set(offer.prices) >= {"UK (South)", "Europe (North)"} and offer.types["postgresql"] == ()
    session.save(OFFER, offer)
    assert "redis" in profile_of(session, "code-capsules").capabilities.store_versions
    assert profile_of(session, "aptible") == target_provider("aptible").profile()


def test_prices_follow_the_plans_of_a_region() -> None:
    known = PROVIDER.profile().prices
    clusters = [ClusterAnswer(id="za-1"), ClusterAnswer(id="aws-eu-1"), ClusterAnswer(id="x", name="Moon")]

    def plan(kind: str, ram: float, storage: float, price: float, cluster: str = "za-1") -> PlanAnswer:
        return PlanAnswer(kind=kind, cpu=ram / 4, ram=ram, storage=storage, price=price, cluster_id=cluster)

    found = live_prices(
        [
            plan("backend", 1, 0, 75),
            plan("backend", 0.5, 0, 37.5),
            plan("postgresql", 1, 10, 85),
            plan("frontend", 0.1, 0, 99),
            plan("backend", 1, 0, 75, "of no cluster"),
        ],
        clusters,
        known,
    )
    assert set(found) == {"South Africa (Cape Town)", "Europe (North)", "Moon"}
    dear = found["South Africa (Cape Town)"]
    whole = dear.memory_gb_cents + dear.cpu_percent_per_gb * dear.cpu_percent_cents
    assert (round(whole), round(dear.disk_gb_cents)) == (7500, 100)
    assert found["Europe (North)"] == found["Moon"] == known
