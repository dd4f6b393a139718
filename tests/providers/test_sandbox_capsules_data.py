"""The sandbox's Code Capsules: data capsules, the proxy's doors, domains, and what only a person can do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import psycopg
import pytest

from tests.providers.capsules_wire import CODE, URL, Wire, bare_repository, capsules_wire, until


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with capsules_wire(short_folder) as made:
        yield made


async def ready(wire: Wire, engine: str, name: str = "store") -> dict[str, Any]:
    """A data capsule that is Ready; its manifest with its id."""
    capsule = await wire.make_data(engine, name)
    assert capsule["jsonManifest"]["status"] == "Starting"
    assert "privateConnectionString" not in capsule["jsonManifest"]

    async def done() -> bool:
        said = await wire.cluster("GET", f"/data-capsule/{capsule['id']}/status")
        return bool(said["jsonManifest"]["status"] == "Ready")

    await until(done)
    said = await wire.cluster("GET", f"/data-capsule/{capsule['id']}/status")
    return {**said["jsonManifest"], "id": capsule["id"], "slug": capsule["slug"]}


async def door(wire: Wire, capsule: str) -> dict[str, Any]:
    said: dict[str, Any] = await wire.cluster("GET", f"/sandbox/proxy/{wire.space['slug']}/{capsule}")
    return said


async def test_postgres_is_real_and_reached_through_the_proxys_door_only(wire: Wire, tmp_path: Path) -> None:
    store = await ready(wire, "PostgreSQL")
    url = urlsplit(store["privateConnectionString"])
    assert (url.username, url.hostname, url.port, url.path) == (
        "postgres",
        f"{store['slug']}-rw",
        5432,
        "/app",
    )
    where = await door(wire, store["id"])
    words = {"host": where["host"], "port": where["port"], "user": url.username, "password": url.password}
    for mode in ("disable", "require"):
        async with await psycopg.AsyncConnection.connect(dbname="app", sslmode=mode, **words) as connection:
            assert connection.info.server_version // 10000 == 18
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    with pytest.raises(psycopg.OperationalError):
        await psycopg.AsyncConnection.connect(dbname="app", **{**words, "password": "wrong"})
    connection = await psycopg.AsyncConnection.connect(dbname="app", **words)
    assert wire.sandbox.facts()["tunnels_open"] == 1
    assert wire.sandbox.dashboard.do("cut-tunnels") == 1
    with pytest.raises(psycopg.OperationalError):
        await connection.execute("SELECT 1")
    await connection.close()
    other = wire.space
    await wire.make_space("another")
    await door(wire, store["id"])
    assert wire.status == 404, "the space has to be the right one"
    wire.space = other
    wire.sandbox.faults.add("proxy-refuses")
    await door(wire, store["id"])
    assert wire.status == 503
    await wire.cluster("DELETE", f"/namespaces/{{ns}}/capsules/{store['id']}")
    with pytest.raises(OSError):
        await asyncio.open_connection(where["host"], where["port"])


PROBE = """\
import os, pathlib, socket, time
def reached(host, port):
    try:
        socket.create_connection((host, int(port)), 2).close()
        return "yes"
    except OSError:
        return "no"
url = os.environ["SHOP_URL"].partition("@")[2].partition("/")[0].split(":")
print("whole", reached(*url), flush=True)
print("parts", reached(os.environ["DATABASE_HOST"], os.environ["DATABASE_PORT"]), flush=True)
time.sleep(600)
"""


async def test_a_private_host_leads_somewhere_in_its_own_space_only(wire: Wire, tmp_path: Path) -> None:
    wire.sandbox.dashboard.publish(URL, bare_repository(tmp_path, {"main.py": PROBE}))
    wire.sandbox.dashboard.link(URL, "acme")
    store = await ready(wire, "PostgreSQL")
    values = {
        "SHOP_URL": store["privateConnectionString"],
        "DATABASE_HOST": store["privateHostname"],
        "DATABASE_PORT": str(store["privatePort"]),
    }
    configs = {"configs": [{"key": key, "value": value} for key, value in values.items()]}
    for space, said in ((wire.space, "yes"), (await wire.make_space("another"), "no")):
        wire.space = space
        capsule = (await wire.make_app(replicas=1))["id"]
        await wire.cluster("PUT", f"/capsules/{capsule}/configs", configs)
        assert (await wire.build(capsule))[0] == "Succeeded"

        async def probed(capsule: str = capsule, said: str = said) -> bool:
            log = await wire.log(f"/capsules/{capsule}/logs")
            return f"whole {said}" in log and f"parts {said}" in log

        await until(probed)


async def test_redis_is_real(wire: Wire, needs_program: Callable[[str], str]) -> None:
    needs_program("redis-server")
    store = await ready(wire, "Redis")
    url = urlsplit(store["privateConnectionString"])
    assert (url.scheme, url.hostname, url.port) == ("redis", store["slug"], 6379)
    where = await door(wire, store["id"])
    reader, writer = await asyncio.open_connection(where["host"], where["port"])
    writer.write(f"AUTH {url.username} {url.password}\r\nPING\r\n".encode())
    assert await reader.readexactly(12) == b"+OK\r\n+PONG\r\n"
    writer.close()


@pytest.mark.slow
async def test_mysql_is_real_and_takes_clients_without_tls(
    wire: Wire, needs_program: Callable[[str], str]
) -> None:
    needs_program("mariadb-install-db")
    client = needs_program("mariadb")
    store = await ready(wire, "mysql")
    url = urlsplit(store["privateConnectionString"])
    assert store["privatePort"] == "3306"
    where = await door(wire, store["id"])
    command = [
        client,
        "--no-defaults",
        "-h",
        where["host"],
        "-P",
        str(where["port"]),
        "-u",
        url.username or "",
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--skip-ssl",
        "-e",
        "SELECT 7*6",
        "app",
        env={"MYSQL_PWD": url.password or "", "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert b"42" in (await process.communicate())[0]


async def test_a_database_that_is_a_record_only_says_so_at_the_proxy(wire: Wire) -> None:
    store = await ready(wire, "MongoDb")
    assert store["privateConnectionString"].startswith("mongodb+srv://")
    await door(wire, store["id"])
    assert wire.status == 409


async def test_provisioning_may_never_end_and_nothing_says_so(wire: Wire) -> None:
    wire.sandbox.faults.add("provisioning-never-ends")
    capsule = await wire.make_data("PostgreSQL")
    await asyncio.sleep(0.3)
    said = await wire.cluster("GET", f"/data-capsule/{capsule['id']}/status")
    assert (wire.status, said["jsonManifest"]["status"]) == (200, "Starting")
    await wire.cluster("DELETE", f"/namespaces/{{ns}}/capsules/{capsule['id']}")
    assert wire.status == 204


async def test_a_cluster_may_be_down_while_the_main_hosts_answer(wire: Wire) -> None:
    wire.sandbox.faults.add("cluster-down", count=None)
    with pytest.raises(aiohttp.ClientError):
        await wire.list()
    await wire.main("GET", "/spaces")
    assert wire.status == 200


async def test_domains_are_judged_by_dns(wire: Wire, tmp_path: Path) -> None:
    wire.sandbox.dashboard.publish(URL, bare_repository(tmp_path, CODE))
    wire.sandbox.dashboard.link(URL, "acme")
    capsule = await wire.make_app()
    here, names = f"/capsules/{capsule['id']}/domains", wire.sandbox.dns

    async def add(hostname: str) -> int:
        await wire.cluster("POST", here, {"hostname": hostname})
        return wire.status

    async def states() -> dict[str, str]:
        said = await wire.cluster("GET", here)
        return {item["hostname"]: item["status"] for item in said["domains"]}

    assert await add("*.acme.example") == 422
    assert await add("acme.example") == 200
    assert await add("acme.co.uk") == 400, "one root domain"
    assert [await add(f"{name}.acme.example") for name in "abcdef"] == [200] * 5 + [400]
    assert await add("a.acme.example") == 409
    assert set((await states()).values()) == {"Pending"}
    said = await wire.cluster("GET", here)
    assert [item["isMain"] for item in said["domains"]] == [True] + [False] * 5
    names.set("acme.example", "A", *said["ingressAddresses"])
    names.set("a.acme.example", "CNAME", said["capsuleHostName"])
    names.set("b.acme.example", "CNAME", "acme.example")
    names.set("c.acme.example", "CNAME", "elsewhere.example")
    names.set("d.acme.example", "A", "192.0.2.1")

    async def active() -> bool:
        found = await states()
        return [found[f"{name}acme.example"] for name in ("", "a.", "b.")] == ["Active"] * 3

    await until(active)
    found = await states()
    assert [found[f"{name}.acme.example"] for name in "cde"] == ["Pending"] * 3
    main = said["domains"][0]["id"]
    await wire.cluster("DELETE", f"{here}/{main}")
    assert wire.status == 204 and "acme.example" not in await states()


async def test_backups_and_deleting_are_a_persons(wire: Wire) -> None:
    store = await wire.make_data("PersistentStorage", "main")
    dashboard = wire.sandbox.dashboard
    dashboard.do("enable-backups", capsule="main", schedule="weekly")
    (facts,) = wire.sandbox.facts()["capsules"]
    assert facts["backups"] == "weekly"
    with pytest.raises(ValueError, match="no capsule"):
        dashboard.do("enable-backups", capsule="other")
    with pytest.raises(ValueError, match="nothing called"):
        dashboard.do("pay")
    folder = wire.sandbox.databases.stores[store["id"]].folder
    assert folder is not None and folder.is_dir()
    dashboard.do("delete", capsule="main")
    await wire.sandbox.life.settled()
    assert await wire.list() == [] and not folder.exists()


async def test_metrics_have_an_instance_for_each_replica(wire: Wire, tmp_path: Path) -> None:
    wire.sandbox.dashboard.publish(URL, bare_repository(tmp_path, CODE))
    wire.sandbox.dashboard.link(URL, "acme")
    capsule = await wire.make_app(replicas=1)
    await wire.build(capsule["id"])
    here = f"/capsules/{capsule['id']}/metrics"
    window = "start=2026-03-11T09:00:00.000Z&end=2026-03-11T09:10:00.000Z"
    said = await wire.cluster("GET", f"{here}?{window}&intervalSeconds=60")
    (instance,) = said["data"]["cpuUsage"]["instances"]
    assert len(instance["values"]) == 11
    await wire.cluster("GET", f"{here}?start=0&end=1&intervalSeconds=60")
    assert wire.status == 500
