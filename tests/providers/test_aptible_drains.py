"""Log drains: what becomes of Heroku's addresses at Aptible, each made once, none of them told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.aptible.drain_address import destination
from tests.providers.aptible_world import World, aptible_world
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import TargetDrain

TOKEN = "drainCANARY81"


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder, pace=0.005) as made:
        yield made


@pytest.mark.parametrize(
    ("heroku", "kind", "there"),
    [
        ("syslog+tls://logs7.papertrailapp.com:41234", "syslog_tls_tcp", "logs7.papertrailapp.com 41234"),
        (f"https://logs.acme.example/drain?token={TOKEN}", "https_post", None),
        (f"https://u:{TOKEN}@logs.acme.example:8443/drain", "https_post", None),
        (f"https://collectors.sumologic.com/receiver/v1/http/{TOKEN}==", "https_post", None),
        (
            f"https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key={TOKEN}&ddsource=heroku&service=a",
            "https_post",
            f"https://http-intake.logs.datadoghq.com/v1/input/{TOKEN}",
        ),
        (
            f"https://http-intake.logs.us5.datadoghq.com/v1/input/{TOKEN}?ddsource=heroku",
            "https_post",
            f"https://http-intake.logs.us5.datadoghq.com/v1/input/{TOKEN}",
        ),
        (
            f"https://heroku.logdna.com/heroku/ingest/{TOKEN}",
            "https_post",
            f"https://logs.logdna.com/aptible/ingest/{TOKEN}",
        ),
        (f"https://not-datadoghq.com.evil.example/v1/input/{TOKEN}", "https_post", None),
    ],
)
def test_what_becomes_of_an_address(heroku: str, kind: str, there: str | None) -> None:
    found = destination(Secret(heroku))
    assert found.kind == kind
    if kind == "syslog_tls_tcp":
        assert f"{found.host} {found.port}" == there
    else:
        assert found.url is not None and found.url.reveal() == (there or heroku)


@pytest.mark.parametrize(
    "heroku",
    [
        "syslog://logs.acme.example:514",
        "syslog+tls://logs.acme.example",
        "http://logs.acme.example/x",
        "https://",
        "syslog+tls://[broken",
        "",
    ],
)
def test_what_has_no_counterpart_is_said_without_its_address(heroku: str) -> None:
    with pytest.raises(Trouble) as caught:
        destination(Secret(heroku or " "))
    assert caught.value.code == "no-such-drain" and "acme" not in caught.value.sentence()


async def made(world: World, address: str, handle: str = "acme-production-logs") -> TargetDrain:
    return await world.target.create_drain(
        await world.environment(), handle, Secret(address), databases=False, log=world.log
    )


@pytest.mark.parametrize("path", ["/accounts/*/log_drains", "/log_drains/*/operations", ""])
async def test_a_drain_is_made_once(world: World, path: str) -> None:
    if path:
        world.faults.add("drop", path=path, method="POST")
    address = f"https://logs.acme.example/drain?token={TOKEN}"
    first = await made(world, address)
    again = await made(world, address)
    assert first.id == again.id and first.state == "provisioned" and first.kind == "https_post"
    assert world.posts("/accounts/*/log_drains") == 1 and world.posts("/log_drains/*/operations") == 1
    (drain,) = world.sandbox.world.drains.values()
    assert drain.fields == {
        "url": address,
        "drain_apps": True,
        "drain_databases": False,
        "drain_ephemeral_sessions": True,
        "drain_proxies": True,
    }
    assert not any(TOKEN in line for line in world.lines)


async def test_a_name_that_leads_elsewhere_or_is_taken_is_not_touched(world: World) -> None:
    await made(world, "syslog+tls://logs7.papertrailapp.com:41234")
    for other in ("syslog+tls://logs8.papertrailapp.com:41234", "https://logs.acme.example/x"):
        with pytest.raises(Trouble) as caught:
            await made(world, other)
        assert caught.value.code == "drain-elsewhere"
    elsewhere = await world.target.create_environment("acme-other", "eu-central-1", world.log)
    with pytest.raises(Trouble) as caught:
        await world.target.create_drain(
            elsewhere,
            "acme-production-logs",
            Secret(f"https://logs.acme.example/?t={TOKEN}"),
            databases=True,
            log=world.log,
        )
    assert caught.value.code == "drain-refused" and TOKEN not in caught.value.sentence()
    assert world.posts("/accounts/*/log_drains") == 2, "one made, one refused"
