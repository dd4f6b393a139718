"""PyPI's heroku3 against the sandbox: another client of the Platform API, made by others and long before.

It signs in by Basic with the token as password, asks for `version=3.cedar-acm`, and always sends a range
("id ..; ;"), with an option too few. What it says of a system must be what
Offramp's inventory says.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret
from wizard.model.system import App, System

heroku3 = pytest.importorskip("heroku3", reason="needs heroku3, which the extra `test` brings")

WORLDS: dict[str, Callable[[], World | None]] = {
    "example": lambda: None,
    "zoo": zoo,
    "generated": lambda: generated(seed=5, apps=12, pipelines=2, teams=1, add_ons=30, config_vars=200),
}


@pytest.fixture
def world(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def sandbox(world: str, tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    made = HerokuSandbox(
        tmp_path / "heroku",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        alive=False,
        world=WORLDS[world](),
    )
    await made.start()
    yield made
    await made.stop()


def connected(sandbox: HerokuSandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("heroku3.api.HEROKU_URL", sandbox.hosts["api"])
    session = requests.session()
    session.trust_env = False
    return heroku3.from_key(sandbox.credentials["token"], session=session)


async def read(sandbox: HerokuSandbox) -> tuple[System, dict[str, dict[str, str]]]:
    """Offramp's inventory, and the config vars of each app that it could read."""
    source = HerokuSource(Client(sandbox.hosts, Secret(sandbox.credentials["token"])))
    try:
        system = await source.read(lambda _: None)
        config = {
            app.name: {name: value.reveal() for name, value in (await source.config(app.id)).items()}
            for app in system.apps
        }
    finally:
        await source.close()
    return system, config


def as_offramp_says(app: App, system: System, config: dict[str, str]) -> dict[str, Any]:
    return {
        "stack and region": (app.stack, app.region),
        "address": app.web_url,
        "maintenance": app.maintenance,
        "processes": {one.type: (one.command, one.quantity, one.size.lower()) for one in app.processes},
        "config": config,
        "add-ons": {one.name: one.plan for one in system.add_ons if one.app_id == app.id},
        "domains": {one.hostname: (one.kind, one.cname) for one in app.domains},
        "releases": [(one.version, one.description, one.status, one.current) for one in app.releases],
        "collaborators": sorted(one.email for one in app.collaborators),
        "buildpacks": sorted(app.buildpacks),
        "drains": None if "log drains" in app.unread else sorted(one.id for one in app.drains),
    }


def as_heroku3_says(app: Any) -> dict[str, Any]:
    official = "urn:buildpack:"
    return {
        "stack and region": (app.stack.name, app.region.name),
        "address": app.web_url,
        "maintenance": app.maintenance,
        "processes": {
            one.type: (one.command, one.quantity, one.size.lower()) for one in app.process_formation()
        },
        "config": dict(app.config().to_dict()),
        "add-ons": {one.name: one.plan.name for one in app.addons()},
        # By itself it sorts domains by a field that they no longer have.
        "domains": {one.hostname: (one.kind, one.cname) for one in app.domains(order_by="id")},
        "releases": [
            (one.version, one.description, one.status, one.current) for one in app.releases(sort="desc")
        ],
        "collaborators": sorted(one.user.email for one in app.collaborators()),
        "buildpacks": sorted(one.buildpack.url.removeprefix(official) for one in app.buildpacks()),
        "drains": drains_of(app),
    }


def drains_of(app: Any) -> list[str] | None:
    """None where the account may not see them."""
    try:
        return sorted(one.id for one in app.logdrains())
    except requests.HTTPError as error:
        assert error.response is not None and error.response.status_code == 403
        return None


def everything(heroku: Any, wanted: set[str]) -> tuple[set[str], dict[str, Any]]:
    apps = list(heroku.apps())
    return {app.name for app in apps}, {app.name: as_heroku3_says(app) for app in apps if app.name in wanted}


@pytest.mark.parametrize(
    "world", ["example", "zoo", pytest.param("generated", marks=pytest.mark.slow)], indirect=True
)
async def test_it_says_the_same_as_the_inventory(
    sandbox: HerokuSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, config = await read(sandbox)
    heroku = await asyncio.to_thread(connected, sandbox, monkeypatch)
    assert heroku.is_authenticated
    account = await asyncio.to_thread(heroku.account)
    assert (account.email, account.id) == (system.account.email, system.account.id)
    names, said = await asyncio.to_thread(everything, heroku, {app.name for app in system.apps})
    assert {app.name for app in system.apps} <= names
    assert names <= {one.name for one in (*system.apps, *system.unread_apps)}
    for app in system.apps:
        ours, theirs = as_offramp_says(app, system, config[app.name]), said[app.name]
        # Offramp keeps the latest releases of an app, not all, and says which buildpack really builds it.
        theirs["releases"] = theirs["releases"][: len(ours["releases"])]
        if override := config[app.name].get("BUILDPACK_URL"):
            theirs["buildpacks"] = [override]
        assert theirs == ours, app.name


@pytest.mark.parametrize("world", ["zoo"], indirect=True)
async def test_it_follows_pages_to_the_end(
    sandbox: HerokuSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.pages.default = sandbox.pages.largest = 3
    heroku = await asyncio.to_thread(connected, sandbox, monkeypatch)
    apps = await asyncio.to_thread(lambda: [app.name for app in heroku.apps(order_by="name")])
    assert len(apps) == len(set(apps)) == sum(app.joined for app in sandbox.world.apps.values())
    assert "was chunked" in capsys.readouterr().out


@pytest.mark.parametrize("world", ["example"], indirect=True)
async def test_what_it_writes_is_what_offramp_reads(
    sandbox: HerokuSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    heroku = await asyncio.to_thread(connected, sandbox, monkeypatch)

    def write() -> None:
        app = heroku.app("migrate-backend")
        app.process_formation()["worker"].scale(4)
        app.config()["NEW_FLAG"] = "on"
        app.enable_maintenance_mode()

    await asyncio.to_thread(write)
    system, config = await read(sandbox)
    app = next(one for one in system.apps if one.name == "migrate-backend")
    assert {one.type: one.quantity for one in app.processes}["worker"] == 4
    assert config["migrate-backend"]["NEW_FLAG"] == "on"
    assert app.maintenance


@pytest.mark.parametrize("world", ["example"], indirect=True)
async def test_a_wrong_token_is_no_sign_in(sandbox: HerokuSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.expire_tokens()
    monkeypatch.setattr("heroku3.api.HEROKU_URL", sandbox.hosts["api"])
    heroku = await asyncio.to_thread(heroku3.from_key, "HRKU-of-nobody")
    assert not heroku.is_authenticated
