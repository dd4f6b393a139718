"""Stores of the sandbox's Aptible through the real tunnel: Redis, MySQL, and what only answers."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from tests.providers.aptible_world import World, aptible_world
from tests.wizard.stores.mysql_servers import MariaDb
from tests.wizard.stores.redis_servers import RedisServer
from wizard.choose import stores as chosen
from wizard.database.control import Control
from wizard.database.far_end import NoAnswer
from wizard.database.tunnel import Tunnel
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.ports import DatabaseWish, TargetDatabase
from wizard.session.places import private_folder
from wizard.stores.ends import end_of
from wizard.stores.movers import COPIED, open_mover
from wizard.stores.progress import StoreChanges, StoreProof

WISH = DatabaseWish(handle="shop-store", type="redis", version="7.2", memory_mb=1024, disk_gb=10)


@pytest.fixture
async def world(short_folder: Path, needs_program: Callable[[str], str]) -> AsyncIterator[World]:
    needs_program("ssh")
    async with aptible_world(short_folder) as made:
        yield made


async def made(world: World, type_: str, version: str) -> TargetDatabase:
    wish = msgspec.structs.replace(WISH, type=type_, version=version)
    return await world.target.create_database(await world.environment(), wish, world.log)


def tunnel_to(world: World, database: TargetDatabase, folder: Path) -> Tunnel:
    loop = asyncio.get_running_loop()

    def ticket() -> SshTicket:
        return asyncio.run_coroutine_threadsafe(world.target.ticket(database), loop).result(30)

    place = private_folder(folder)
    return Tunnel(ticket, place, lambda health: None, end=end_of(database.type, place))


def copied(
    type_: str, source: Callable[[], Secret], tunnel: Tunnel, work: Path, change: Callable[[], object]
) -> tuple[StoreChanges, StoreProof]:
    """Copy a whole store, change its source, bring the copy up to date, prove it."""
    tunnel.start()
    move = open_mover(
        type_,
        name="shop",
        store="shop",
        session="s-1",
        source=source,
        target=tunnel.url,
        work=private_folder(work),
        report=lambda progress: None,
        event=lambda text: None,
        control=Control(),
    )
    assert move.inspect().target_state == "empty"
    move.copy()
    change()
    changes = move.refresh()
    proof = move.prove()
    move.tidy()
    return changes, proof


def test_what_is_proposed_to_be_copied_is_what_has_a_mover() -> None:
    assert set(COPIED) == chosen.COPIED


async def test_a_redis_is_copied_through_the_tunnel_and_proven(
    world: World, tmp_path: Path, short_folder: Path, needs_program: Callable[[str], str]
) -> None:
    tunnel = tunnel_to(world, await made(world, "redis", "7.2"), tmp_path / "t")
    source = RedisServer(needs_program("redis-server"), short_folder)

    def change() -> None:
        source.do(("SET", "new", "1"), ("DEL", "b"))

    try:
        await asyncio.to_thread(
            source.do, ("SET", "a", "5"), ("SET", "b", "6"), ("RPUSH", "queue:mailers", "x")
        )
        changes, proof = await asyncio.to_thread(
            copied, "redis", source.url, tunnel, tmp_path / "work", change
        )
        assert (changes.copied_again, changes.removed) == (1, 1)
        assert proof.equal and proof.compared == 3
    finally:
        await asyncio.to_thread(tunnel.close)
        await asyncio.to_thread(source.stop)


async def test_what_offramp_does_not_speak_to_is_only_knocked_at(world: World, tmp_path: Path) -> None:
    tunnel = tunnel_to(world, await made(world, "rabbitmq", "4.1"), tmp_path / "t")
    try:
        await asyncio.to_thread(tunnel.start)
        assert tunnel.url().reveal().startswith("amqps://aptible:")
        assert f"@127.0.0.1:{tunnel.port}" in tunnel.url().reveal()
    finally:
        await asyncio.to_thread(tunnel.close)


@pytest.mark.parametrize("type_", ["redis", "mysql", "rabbitmq"])
def test_nobody_there_is_no_answer(type_: str, tmp_path: Path, needs_program: Callable[[str], str]) -> None:
    needs_program("mariadb")
    scheme = {"redis": "redis", "mysql": "mysql", "rabbitmq": "amqps"}[type_]
    url = Secret(f"{scheme}://u:canary-pw@127.0.0.1:1/db")
    with pytest.raises(NoAnswer) as caught:
        end_of(type_, tmp_path).open(url).ask()
    assert "canary" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
async def test_a_mysql_is_copied_through_the_tunnel_and_proven(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    install, program = needs_program("mariadb-install-db"), needs_program("mariadbd")
    assert shutil.which("mariadb-dump")
    # Below pytest's own folder the server's user may not pass.
    folder = tempfile.TemporaryDirectory(prefix="or-", dir="/tmp")
    source = await asyncio.to_thread(MariaDb, install, program, Path(folder.name))
    tunnel = tunnel_to(world, await made(world, "mysql", "8.0"), tmp_path / "t")

    def change() -> None:
        source.sql("INSERT INTO goods VALUES (3, 'jar')")

    try:
        await asyncio.to_thread(source.clear)
        await asyncio.to_thread(
            source.sql,
            "CREATE TABLE goods (id int PRIMARY KEY, name text);"
            "INSERT INTO goods VALUES (1, 'nut'), (2, 'x')",
        )
        _, proof = await asyncio.to_thread(copied, "mysql", source.source, tunnel, tmp_path / "work", change)
        assert proof.equal and proof.compared == 3
    finally:
        await asyncio.to_thread(tunnel.close)
        await asyncio.to_thread(source.stop)
        folder.cleanup()
