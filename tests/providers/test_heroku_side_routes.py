"""Routes that stay broken while Heroku answers all others: told, and no reason to have no inventory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from providers.heroku.client import REFUSALS, Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import Monitor, Pipeline, Telemetry, stable_id
from tests.providers.heroku_servers import sandbox
from tests.providers.test_heroku_client import Sleeps, served
from wizard.model.noun import encode
from wizard.model.secret import Secret
from wizard.model.system import Autoscale, System
from wizard.model.trouble import Trouble, Unreachable

SCALES = "Whether Heroku scales web of 2 apps by itself is not known: migrate-backend and migrate-frontend."
OF_ALL = "of 3 apps are not known: migrate-backend, migrate-emailer and migrate-frontend."


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(tmp_path) as heroku:
        yield heroku


@pytest.fixture
async def source(heroku: HerokuSandbox) -> AsyncIterator[HerokuSource]:
    source = HerokuSource(Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=Sleeps()))
    yield source
    await source.close()


async def read(source: HerokuSource) -> System:
    return await source.read(lambda progress: None)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/apps/*/webhooks", f"The webhooks {OF_ALL}"),
        ("/apps/*/sni-endpoints", f"The certificates {OF_ALL}"),
        ("/apps/*/domains", f"The domains {OF_ALL}"),
        ("/teams", "Apps of teams that you have not joined are not in this inventory."),
        ("/dyno-sizes", "Memory and prices of Heroku's dynos are not known."),
    ],
)
async def test_a_side_route_that_stays_broken_is_a_gap(
    path: str, told: str, heroku: HerokuSandbox, source: HerokuSource
) -> None:
    heroku.faults.add("503", path=path, count=None)
    system = await read(source)
    assert len(system.apps) == 3
    assert told in [gap.question for gap in system.gaps]


async def test_a_pipeline_that_is_not_told_still_groups_its_apps(
    heroku: HerokuSandbox, source: HerokuSource
) -> None:
    pipeline = Pipeline(stable_id("pipeline"), "acme-pipeline")
    heroku.world.pipelines[pipeline.id] = pipeline
    for app in heroku.world.apps.values():
        heroku.world.couplings[app.id] = (pipeline.id, "production")
    heroku.faults.add("500", path="/pipelines*", count=None)
    system = await read(source)
    assert {app.pipeline for app in system.apps} == {pipeline.id}
    assert [(one.name, len(one.apps)) for one in system.pipelines] == [(pipeline.id, 3)]
    assert "Not all pipelines are known." in [gap.question for gap in system.gaps]


async def test_a_pipeline_that_was_linked_in_the_newer_way(
    heroku: HerokuSandbox, source: HerokuSource
) -> None:
    for name, repository in (("linked", "acme/shop"), ("alone", None)):
        mark = stable_id(name)
        heroku.world.pipelines[mark] = Pipeline(mark, name, repository=repository)
    heroku.faults.add("404", path="/pipelines/*/repository", count=None)
    system = await read(source)
    assert {one.name: one.repository for one in system.pipelines} == {"linked": "acme/shop", "alone": None}
    assert not system.gaps


async def test_a_limit_that_is_used_up_is_a_matter_of_the_account(
    heroku: HerokuSandbox, source: HerokuSource
) -> None:
    heroku.faults.add("429", path="/apps/*/webhooks", count=None, seconds=600)
    with pytest.raises(Unreachable) as caught:
        await read(source)
    assert caught.value.code == "rate-limit"


class TestWhatScalesAndListens:
    async def test_autoscaling_is_told(self, heroku: HerokuSandbox, source: HerokuSource) -> None:
        app = heroku.world.app("migrate-backend")
        assert app is not None
        app.monitors = [Monitor("m1", action="alert"), Monitor("m2", least=2, most=6)]
        other = heroku.world.app("migrate-frontend")
        assert other is not None
        other.monitors = [Monitor("m3", active=False)]
        system = await read(source)
        gaps = system.gaps
        web = {one.name: one.processes[0].autoscale for one in system.apps}
        assert web == {
            "migrate-backend": Autoscale(least=2, most=6, p95_ms=1000),
            "migrate-frontend": None,
            "migrate-emailer": None,
        }
        assert [(gap.key, gap.app_id) for gap in gaps] == [(f"autoscale:{app.id}", app.id)]
        assert "between 2 and 6 dynos" in gaps[0].question and "before the cut-over" in gaps[0].why

    @pytest.mark.parametrize("kind", ["503", "html"])
    async def test_a_service_that_does_not_tell_is_said_once(
        self, kind: str, heroku: HerokuSandbox, source: HerokuSource
    ) -> None:
        heroku.faults.add(kind, path="/apps/*/formation/web/monitors", count=None)
        assert [gap.question for gap in (await read(source)).gaps] == [SCALES]

    async def test_a_service_that_takes_no_such_token_does_not_end_the_reading(
        self, heroku: HerokuSandbox
    ) -> None:
        async def refuse(request: web.Request) -> web.Response:
            return web.json_response({"id": "unauthorized", "message": "No."}, status=401)

        async with served(refuse) as url:
            token = Secret(heroku.credentials["token"])
            source = HerokuSource(Client({**heroku.hosts, "metrics": url}, token))
            assert [gap.question for gap in (await read(source)).gaps] == [SCALES]
            await source.close()

    async def test_without_its_address_it_is_said_to_be_unread(self, heroku: HerokuSandbox) -> None:
        hosts = {name: url for name, url in heroku.hosts.items() if name != "metrics"}
        source = HerokuSource(Client(hosts, Secret(heroku.credentials["token"])))
        (gap,) = (await read(source)).gaps
        assert (gap.question, gap.why) == (SCALES, "Offramp was given no address for Heroku's metrics.")
        await source.close()

    async def test_telemetry_drains_are_told_without_their_secrets(
        self, heroku: HerokuSandbox, source: HerokuSource
    ) -> None:
        app = heroku.world.app("migrate-backend")
        assert app is not None
        app.generation = "fir"
        drain = Telemetry("t1", "https://me:hunter22@otel.example/v1?key=k-4711", ("traces", "logs"))
        app.telemetry.append(drain)
        system = await read(source)
        assert [gap.key for gap in system.gaps] == [f"fir:{app.id}", "telemetry:t1"]
        assert "traces, logs of migrate-backend to https://otel.example." in system.gaps[1].question
        told = next(one for one in system.apps if one.name == "migrate-backend").telemetry
        assert [(one.address, one.signals, one.transport) for one in told] == [
            ("https://otel.example", ("traces", "logs"), "http")
        ]
        assert "hunter22" not in encode(system) and "k-4711" not in encode(system)


class TestRanges:
    async def test_a_list_that_takes_no_range_is_asked_without(self) -> None:
        asked: list[str] = []

        async def no_range(request: web.Request) -> web.Response:
            asked.append(request.headers.get("Range", ""))
            if request.headers.get("Range", "").startswith("id .."):
                return web.json_response({"id": "range", "message": "No."}, status=416)
            if request.headers.get("Range"):
                return web.json_response([{"id": "b"}])
            return web.json_response([{"id": "a"}], status=206, headers={"Next-Range": "name ]a.."})

        async with served(no_range) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            assert await client.get_all("/apps") == [{"id": "a"}, {"id": "b"}]
            assert asked == ["id ..; max=1000", "", "name ]a.."]
            await client.close()

    async def test_a_list_that_refuses_all_is_told_once(self) -> None:
        async def never(request: web.Request) -> web.Response:
            return web.json_response({"id": "range", "message": "No."}, status=416)

        async with served(never) as url:
            client = Client({"api": url}, Secret("HRKU-0123456789"))
            with pytest.raises(Trouble) as caught:
                await client.get_all("/apps")
            assert caught.value.code == "bad-range" and client.calls == 2
            await client.close()


class TestRateLimit:
    @pytest.mark.parametrize("verb", ["GET", "PATCH"])
    async def test_retry_after_nothing_is_a_second_at_least_and_has_an_end(
        self, verb: str, heroku: HerokuSandbox
    ) -> None:
        heroku.faults.add("429", method=verb, count=None, seconds=0)
        sleeps = Sleeps()
        client = Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=sleeps)
        with pytest.raises(Unreachable) as caught:
            if verb == "GET":
                await client.get("/account")
            else:
                await client.write("PATCH", "/apps/migrate-backend", {"maintenance": True})
        assert caught.value.code == "rate-limit"
        assert client.calls == REFUSALS + 1 and set(sleeps.seconds) == {1.0}
        await client.close()
