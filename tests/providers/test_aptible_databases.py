"""Databases of every type at the sandbox's Aptible: offered, made, adopted, refused, backed up. Stacks."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from providers.aptible.images_of_databases import order
from providers.sandbox.aptible.people import ORGANIZATION
from tests.providers.aptible_world import World, aptible_world
from wizard.model.trouble import Trouble
from wizard.ports import DatabaseWish, Stack

CACHE = DatabaseWish(
    handle="shop-cache", type="redis", version="7.2", memory_mb=512, disk_gb=10, backups=False
)


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


def test_versions_are_compared_as_numbers() -> None:
    assert sorted(["10", "8.2", "8.10", "latest", "9.6-contrib", "9.6"], key=order) == [
        *("latest", "8.2", "8.10", "9.6", "9.6-contrib", "10"),
    ]


async def test_what_is_offered_is_the_live_list(world: World) -> None:
    types = await world.target.database_types()
    assert types["redis"] == ["6.2", "7.2", "8.0", "8.2"]
    assert types["elasticsearch"] == ["7.10", "8.9", "8.12"]
    assert types["postgresql"][-1] == "18" and "12" not in types["postgresql"]


async def test_a_redis_is_made_once_with_its_backups_off_until_it_is_protected(world: World) -> None:
    environment = await world.environment()
    for _ in range(2):
        made = await world.target.create_database(environment, CACHE, world.log)
    assert (made.type, made.version, made.state, made.backups) == ("redis", "7.2", "provisioned", False)
    assert world.posts("/accounts/*/databases") == world.posts("/databases/*/operations") == 1
    assert await world.target.backed_up(made) == 0
    await world.target.back_up_daily(made)
    await world.target.back_up_daily(made)
    await world.target.back_up(made, world.log)
    again = await world.target.find_database(environment, "shop-cache")
    assert again is not None and again.backups is True
    assert await world.target.backed_up(again) == 1


async def test_each_credential_has_its_url_and_the_audit_trail_one_entry(world: World) -> None:
    made = await world.target.create_database(await world.environment(), CACHE, world.log)
    before = len(world.sandbox.world.sensitive_reads)
    plain = (await world.target.database_url(made)).reveal()
    with_tls = (await world.target.database_url(made, "redis+ssl")).reveal()
    assert plain.startswith("redis://:") and with_tls.startswith("rediss://:") and "shop" not in plain
    assert len(world.sandbox.world.sensitive_reads) == before + 1
    with pytest.raises(Trouble) as caught:
        await world.target.database_url(made, "mysql")
    assert caught.value.code == "no-credential" and "redis+ssl" in caught.value.cause


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"type": "mysql", "version": "8.0"}, "redis 7.2, not mysql 8.0"), ({"version": "8.2"}, "redis 8.2")],
)
async def test_another_database_of_that_name_is_not_adopted(
    world: World, changes: dict[str, Any], said: str
) -> None:
    environment = await world.environment()
    await world.target.create_database(environment, CACHE, world.log)
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, msgspec.structs.replace(CACHE, **changes), world.log)
    assert caught.value.code == "handle-taken" and said in caught.value.cause
    assert world.posts("/accounts/*/databases") == 1


async def test_what_is_not_offered_is_said_with_what_is(world: World) -> None:
    environment = await world.environment()
    for changes, said in (
        ({"version": "7.0"}, "does not offer Redis 7.0 (it offers 6.2, 7.2, 8.0, 8.2)"),
        ({"type": "kafka", "version": "3"}, "it offers no kafka"),
    ):
        with pytest.raises(Trouble) as caught:
            wish: DatabaseWish = msgspec.structs.replace(CACHE, **changes)
            await world.target.create_database(environment, wish, world.log)
        assert caught.value.code == "version-not-offered" and said in caught.value.cause


async def test_a_failed_provision_shows_the_end_of_its_log_and_is_gone_on_with(world: World) -> None:
    environment = await world.environment()
    world.faults.add("fail", path="operation:/provision/databases")
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, CACHE, world.log)
    assert caught.value.code == "operation-failed" and "Its log ends:" in caught.value.cause
    made = await world.target.create_database(environment, CACHE, world.log)
    assert made.state == "provisioned" and world.posts("/accounts/*/databases") == 1


async def test_a_profile_of_a_dedicated_stack_reaches_the_container(world: World) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    assert await world.target.stacks() == [
        Stack(name="acme-dedicated", region="us-east-1", dedicated=True, profiles=("m", "c", "r")),
        Stack(name="shared-eu-central-1", region="eu-central-1", profiles=("m",)),
        Stack(name="shared-us-west-1", region="us-west-1", profiles=("m",)),
    ]
    own = await world.target.create_environment("acme-own", "us-east-1", world.log, stack="acme-dedicated")
    assert (own.stack, own.region) == ("acme-dedicated", "us-east-1")
    wish = msgspec.structs.replace(CACHE, profile="r", memory_mb=4096)
    await world.target.create_database(own, wish, world.log)
    (database,) = world.sandbox.world.databases.values()
    assert (database.profile, database.container_mb) == ("r", 4096)
    (account,) = world.sandbox.world.accounts.values()
    assert account.type == "production" and account.stack.organization == ORGANIZATION


async def test_a_stack_that_is_not_there_is_not_replaced_by_another(world: World) -> None:
    for stack, region in (("acme-old", ""), ("acme-dedicated", "eu-central-1")):
        with pytest.raises(Trouble) as caught:
            await world.target.create_environment("acme-own", region, world.log, stack=stack)
        assert caught.value.code == "no-stack" and "shared-us-west-1" in caught.value.cause
    assert world.posts("/accounts") == 0
