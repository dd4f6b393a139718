"""The sandbox's Aptible: where logs and metrics go."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from providers.sandbox.tls import Certificates
from tests.providers.aptible_wire import Wire, aptible_wire, stranger
from tests.providers.local_http import served


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


async def until(seen: list[str], text: str) -> None:
    async with asyncio.timeout(10):
        while not any(text in line for line in seen):
            await asyncio.sleep(0.02)


async def test_lines_of_containers_arrive_over_https_and_syslog(wire: Wire, tmp_path: Path) -> None:
    posted: list[str] = []
    logged: list[str] = []

    async def take(request: web.Request) -> web.StreamResponse:
        posted.extend(json.loads(line)["log"] for line in (await request.text()).splitlines())
        return web.Response()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            logged.append(line.decode())
        writer.close()

    runner, url = await served(take)
    context = Certificates(tmp_path / "tls").server_context()
    assert isinstance(context, ssl.SSLContext)
    syslog = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    app = await wire.image_app(tmp_path / "image")
    account = (await wire.rows("/accounts"))[0]["id"]
    drains = f"/accounts/{account}/log_drains"
    port = syslog.sockets[0].getsockname()[1]
    for body in (
        {"handle": "web", "drain_type": "https_post", "url": url},
        {
            "handle": "old",
            "drain_type": "syslog_tls_tcp",
            "drain_host": "127.0.0.1",
            "drain_port": port,
            "logging_token": "tok123",
        },
    ):
        made = await wire.make(drains, body)
        await wire.run(f"/log_drains/{made['id']}", "provision")
    (service,) = await wire.rows(f"/apps/{app['id']}/services")
    endpoint = await wire.make(
        f"/services/{service['id']}/vhosts", {"type": "http", "default": True, "container_port": 3000}
    )
    await wire.run(f"/vhosts/{endpoint['id']}", "provision")
    shown = await wire.get(f"/vhosts/{endpoint['id']}")
    async with stranger() as client:
        await client.get(f"http://{shown['virtual_domain']}/hello-drains")
    await until(posted, "asked for /hello-drains")
    await until(logged, "asked for /hello-drains")
    assert any("shop-cmd" in line and "tok123" in line for line in logged)
    async with asyncio.timeout(5):
        while not all(wire.sandbox.facts()["drains"].values()):
            await asyncio.sleep(0.02)
    syslog.close()
    await runner.cleanup()


async def test_drains_are_checked_and_their_handles_are_everybodys(wire: Wire) -> None:
    one, two = await wire.account("one"), await wire.account("two")
    database = await wire.database("elasticsearch", "8.12", account=one)
    logs = f"/accounts/{one['id']}/log_drains"
    for body, words in (
        ({"drain_type": "pigeon"}, "not included in the list"),
        ({"drain_type": "papertrail", "drain_host": "logs.example"}, "Drain port can't be blank"),
        ({"drain_type": "https_post"}, "Url can't be blank"),
        ({"drain_type": "elasticsearch_database", "database_id": 9}, "Database is not accessible"),
    ):
        status, said = await wire.ask("POST", logs, {"handle": "x", **body})
        assert status == 422 and words in said["message"], body
    for number, body in enumerate(
        (
            {"drain_type": "papertrail", "drain_host": "logs.example", "drain_port": 514},
            {"drain_type": "solarwinds", "drain_host": "logs.example", "logging_token": "t"},
            {"drain_type": "elasticsearch_database", "database_id": database["id"]},
            {"drain_type": "https_post", "url": "https://user:secret@logs.example"},
        )
    ):
        made = await wire.make(logs, {"handle": f"drain-{number}", "drain_proxies": False, **body})
        assert (made["status"], made["drain_proxies"], made["drain_apps"]) == ("pending", False, True)
    assert "secret" not in json.dumps(await wire.bare(f"/log_drains/{made['id']}"))
    other = f"/accounts/{two['id']}/log_drains"
    status, said = await wire.ask(
        "POST", other, {"handle": "drain-0", "drain_type": "https_post", "url": "u"}
    )
    assert (status, said["message"]) == (422, "Handle has already been taken")
    await wire.run(f"/log_drains/{made['id']}", "configure")
    await wire.run(f"/log_drains/{made['id']}", "deprovision")
    assert len(await wire.rows(logs)) == 3
    metrics = f"/accounts/{one['id']}/metric_drains"
    body = {"handle": "dog", "drain_type": "datadog"}
    assert (await wire.ask("POST", metrics, body))[0] == 422
    made = await wire.make(metrics, {**body, "drain_configuration": {"api_key": "k"}})
    await wire.run(f"/metric_drains/{made['id']}", "provision")
    (shown,) = await wire.rows(metrics)
    assert (shown["status"], shown["drain_configuration"]) == ("provisioned", {"api_key": "k"})
    influx = {"handle": "flux", "drain_type": "influxdb_database", "database_id": database["id"]}
    status, said = await wire.ask("POST", metrics, influx)
    assert (status, said["message"]) == (422, "Database is not of type influxdb")
