"""The sandbox's Aptible: databases of every kind, their sizes, disks, backups, the order of operations."""

import asyncio
import shutil
import ssl
import subprocess
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.redis import RedisServer
from tests.providers.aptible_wire import Wire, aptible_wire

KINDS = {
    *("couchdb", "elasticsearch", "influxdb", "mongodb", "mysql", "postgresql", "rabbitmq", "redis", "sftp")
}


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


async def credentials(wire: Wire, database: Any) -> dict[str, str]:
    rows = await wire.rows(f"/databases/{database['id']}/database_credentials")
    return {row["type"]: row["connection_url"] for row in rows}


async def redis_says(url: str, *lines: str, tls: ssl.SSLContext | None = None) -> list[str]:
    """What a Redis inside the stack answers, after AUTH with the password of the URL."""
    at = urllib.parse.urlsplit(url)
    reader, writer = await asyncio.open_connection("127.0.0.1", at.port, ssl=tls)
    said = []
    for line in (f"AUTH {at.password}", *lines):
        writer.write(f"{line}\r\n".encode())
        answer = (await reader.readline()).decode().strip()
        if answer.startswith("$") and answer != "$-1":
            answer = (await reader.readline()).decode().strip()
        said.append(answer)
    writer.close()
    return said


async def test_versions_of_every_kind_in_no_useful_order(wire: Wire) -> None:
    images = await wire.rows("/database_images", per_page=5000)
    assert {item["type"] for item in images} == KINDS
    postgres = [item for item in images if item["type"] == "postgresql"]
    assert {"8", "10", "12"} <= {item["version"] for item in postgres if not item["visible"]}
    visible = [item["version"] for item in postgres if item["visible"]]
    assert sorted(visible, key=int) == ["14", "15", "16", "17", "18"] != visible
    assert next(item for item in postgres if item["version"] == "14")["eol_at"] == "2027-02-28"
    account = await wire.account()
    hidden = next(item for item in postgres if item["version"] == "12")
    for number, kind in ((hidden["id"], "postgresql"), (postgres[-1]["id"], "redis"), (9999, "redis")):
        body = {"handle": "x", "type": kind, "database_image_id": number}
        status, said = await wire.ask("POST", f"/accounts/{account['id']}/databases", body)
        assert (status, said["message"]) == (422, "Database image is not available")


async def test_redis_is_real_and_has_two_credentials(wire: Wire) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    database = await wire.database("redis", "7.2")
    urls = await credentials(wire, database)
    assert list(urls) == ["redis", "redis+ssl"]
    assert urls["redis+ssl"].startswith("rediss://:") and urls["redis"] != urls["redis+ssl"]
    assert await redis_says(urls["redis"], "SET a 5") == ["+OK", "+OK"]
    context = ssl.create_default_context(cadata=(await wire.rows("/accounts"))[0]["ca_body"])
    context.check_hostname = False
    assert await redis_says(urls["redis+ssl"], "GET a", tls=context) == ["+OK", "5"]
    assert (await redis_says(urls["redis"].replace(":pw", ":no"), "GET a"))[0].startswith("-WRONGPASS")
    (server,) = [item.server for item in wire.sandbox.world.databases.values()]
    assert isinstance(server, RedisServer)
    pid = server.process.pid
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists():
        assert b"pw-" not in command.read_bytes()
    await wire.run(f"/databases/{database['id']}", "deprovision")
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.slow
async def test_mysql_is_real_and_wants_tls(wire: Wire) -> None:
    client = shutil.which("mariadb")
    if shutil.which("mariadbd") is None or client is None:
        pytest.skip("needs mariadb-server and mariadb-client")
    url = urllib.parse.urlsplit((await credentials(wire, await wire.database("mysql", "8.0")))["mysql"])
    words = [client, "--no-defaults", "--host=127.0.0.1", f"--port={url.port}", f"--user={url.username}"]

    def query(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *options, url.path[1:], "-Nse", "SELECT 6*7"],
            env={"MYSQL_PWD": url.password or ""},
            capture_output=True,
            text=True,
        )

    assert (await asyncio.to_thread(query, "--ssl")).stdout == "42\n"
    refused = await asyncio.to_thread(query, "--skip-ssl")
    assert refused.returncode != 0, refused.stdout


async def test_other_kinds_answer_with_an_echo(wire: Wire) -> None:
    urls = await credentials(wire, await wire.database("rabbitmq", "3.13"))
    assert list(urls) == ["rabbitmq", "management"] and urls["rabbitmq"].startswith("amqps://aptible:")
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", urllib.parse.urlsplit(urls["management"]).port
    )
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.close()


async def test_every_way_to_a_url_is_in_the_audit_trail(wire: Wire) -> None:
    database = await wire.database("sftp", "latest")
    (credential,) = await wire.rows(f"/databases/{database['id']}/database_credentials")
    here = f"/database_credentials/{credential['id']}"
    before = wire.sandbox.facts()["sensitive_reads"]
    assert "connection_url" not in await wire.bare(here)
    assert wire.sandbox.facts()["sensitive_reads"] == before
    assert "connection_url" in await wire.get(here)
    assert wire.sandbox.facts()["sensitive_reads"] == [*before, "database_credential of db"]


async def test_sizes_are_checked(wire: Wire) -> None:
    account = await wire.account()
    database = await wire.database("mongodb", "7.0", account=account)
    here = f"/databases/{database['id']}/operations"
    for body, words in (
        ({"container_size": 700}, "Container size must be one of"),
        ({"disk_size": 9}, "between 10 and 16384"),
        ({"disk_size": 16385}, "between 10 and 16384"),
        ({"instance_profile": "r"}, "not available on this stack"),
        ({"provisioned_iops": 100}, "between 3000 and 16000"),
    ):
        status, said = await wire.ask("POST", here, {"type": "restart", **body})
        assert status == 422 and words in said["message"], body
    own = await wire.account("acme-own", stack=3)
    big = await wire.database("elasticsearch", "8.12", account=own)
    there = f"/databases/{big['id']}"
    status, said = await wire.ask("POST", f"{there}/operations", {"type": "restart", "container_size": 512})
    assert status == 422 and "1024, 2048" in said["message"]
    await wire.run(there, "restart", instance_profile="r", container_size=4096, provisioned_iops=6000)
    assert (await wire.get(there))["_embedded"]["disk"]["provisioned_iops"] == 6000


async def test_a_disk_grows_only_and_once_a_day(wire: Wire) -> None:
    database = await wire.database("couchdb", "3.3")
    here = f"/databases/{database['id']}"
    assert "Growing disk from 10 GB to 20 GB" in await wire.run(here, "restart", disk_size=20)
    assert "maximum modification rate" in await wire.run(here, "restart", fails=True, disk_size=30)
    assert "can't be shrunk" in await wire.run(here, "restart", fails=True, disk_size=10)
    wire.sandbox.world.clock.ahead += 24 * 3600
    await wire.run(here, "modify", disk_size=30)
    assert (await wire.get(here))["_embedded"]["disk"]["size"] == 30
    assert wire.sandbox.facts()["databases"]["db"]["disk_gb"] == 30


async def test_backups_are_listed_restored_and_purged(wire: Wire) -> None:
    database = await wire.database("influxdb", "2.7")
    await wire.run(f"/databases/{database['id']}", "backup")
    (backup,) = await wire.rows(f"/databases/{database['id']}/backups")
    assert (backup["database_handle"], backup["manual"], backup["size"]) == ("db", True, 10)
    await wire.run(f"/backups/{backup['id']}", "restore", handle="db-again")
    again = await wire.get("/find/database", handle="db-again")
    assert again["status"] == "provisioned"
    await wire.run(f"/backups/{backup['id']}", "purge")
    assert await wire.rows("/backups") == []


async def test_a_provision_fails_with_a_log(wire: Wire) -> None:
    wire.sandbox.faults.add("fail", path="operation:/provision/databases", message="No capacity left")
    account = await wire.account()
    image = next(
        item for item in await wire.rows("/database_images", per_page=5000) if item["type"] == "sftp"
    )
    body = {"handle": "files", "type": "sftp", "database_image_id": image["id"]}
    made = await wire.make(f"/accounts/{account['id']}/databases", body)
    here = f"/databases/{made['id']}"
    assert "ERROR -- : No capacity left" in await wire.run(here, "provision", fails=True)
    assert (await wire.get(here))["status"] == "provision_failed"
    await wire.run(here, "provision")
    assert (await wire.get(here))["status"] == "provisioned"


async def test_operations_wait_for_each_other_and_can_be_cancelled(wire: Wire) -> None:
    database = await wire.database("sftp", "latest")
    here = f"/databases/{database['id']}"
    wire.sandbox.faults.add("slow", path="operation:/restart/databases", seconds=30)
    first = await wire.start(here, "restart")
    second = await wire.start(here, "backup")
    third = await wire.start(here, "reload")
    async with asyncio.timeout(5):
        while (await wire.get(f"/operations/{first['id']}"))["status"] != "running":
            await asyncio.sleep(0.01)
    assert (await wire.get(f"/operations/{second['id']}"))["status"] == "queued"
    status, _ = await wire.ask("PUT", f"/operations/{second['id']}", {"cancelled": True})
    assert status == 200
    status, shown = await wire.ask("PATCH", f"/operations/{first['id']}", {"cancelled": True})
    assert (status, shown["cancelled"], shown["status"]) == (200, True, "running")
    async with asyncio.timeout(5):
        while (await wire.get(f"/operations/{third['id']}"))["status"] != "succeeded":
            await asyncio.sleep(0.01)
    assert (await wire.ask("PUT", f"/operations/{third['id']}", {"cancelled": True}))[0] == 422
    assert await wire.rows("/backups") == []
    assert "Operation was cancelled" in await wire.log(first["id"])
    account = wire.sandbox.world.databases[database["id"]].account_id
    listed = f"/accounts/{account}/operations"
    assert [item["type"] for item in await wire.rows(listed, status="succeeded")] == ["reload", "provision"]
    page = await wire.get(listed, per_page=1, page=2)
    assert (page["total_count"], len(page["_embedded"]["operations"])) == (4, 1)
    assert {"next", "prev"} <= set(page["_links"])
    assert await wire.rows(listed, resource_type="app") == []
    assert len(await wire.rows(listed, resource_type="database", type="backup")) == 1
