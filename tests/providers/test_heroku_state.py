"""What of an app the cut-over asks again and again: told, not told, or not answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import App, Dyno, stable_id
from tests.providers.heroku_servers import sandbox
from tests.providers.test_heroku_client import served
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Unreachable


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(tmp_path) as heroku:
        yield heroku


async def at_once(seconds: float) -> None:
    """Waits for nothing."""


def opened(heroku: HerokuSandbox, **hosts: str) -> HerokuSource:
    token = Secret(heroku.credentials["token"])
    return HerokuSource(Client({**heroku.hosts, **hosts}, token, sleep=at_once))


@pytest.fixture
async def source(heroku: HerokuSandbox) -> AsyncIterator[HerokuSource]:
    source = opened(heroku)
    yield source
    await source.close()


def app_named(heroku: HerokuSandbox, name: str) -> App:
    app = heroku.world.app(name)
    assert app is not None
    return app


async def test_a_scheduler_that_does_not_answer_is_not_one_without_jobs(
    heroku: HerokuSandbox, source: HerokuSource
) -> None:
    app = app_named(heroku, "migrate-emailer")
    heroku.faults.add("503", path="/apps/*/jobs", count=None)
    with pytest.raises(Unreachable):
        await source.state(app.id)
    state = await source.state(app.id, jobs=False)
    assert (state.jobs, state.quantities) == (None, {"job": 0})


async def test_a_scheduler_that_does_not_take_a_good_token_does_not_tell(heroku: HerokuSandbox) -> None:
    app = app_named(heroku, "migrate-emailer")

    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"id": "unauthorized", "message": "Not with this scope."}, status=401)

    async with served(refuse) as url:
        source = opened(heroku, particleboard=url)
        assert (await source.state(app.id)).jobs is None
        await source.close()


async def test_a_token_that_has_ended_is_told_as_that(heroku: HerokuSandbox, source: HerokuSource) -> None:
    app = app_named(heroku, "migrate-emailer")
    heroku.faults.add("expire-token", path="/apps/*/jobs")
    with pytest.raises(SignInNeeded):
        await source.state(app.id)


async def test_types_of_dynos_are_heroku_s_own(heroku: HerokuSandbox, source: HerokuSource) -> None:
    app = app_named(heroku, "migrate-backend")
    for name, kind in (("my-worker-5c9f7d-x7k2p", "my-worker"), ("scheduler.4711", "scheduler")):
        app.dynos[name] = Dyno(stable_id(name), name, kind, "run", "Basic", 42, "2026-01-01T00:00:00Z")
    state = await source.state(app.id)
    assert state.running == ("my-worker-5c9f7d-x7k2p", "scheduler.4711")
    assert state.kinds == ("my-worker", "scheduler")
