"""The sandbox's Heroku keeps Heroku's manners, and does what it is told."""

import asyncio
import base64
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.running.scheduler import _is_due
from providers.sandbox.heroku.world.world import App, Job
from providers.sandbox.tls import Certificates

ACCEPT = "application/vnd.heroku+json; version=3"


async def opened(tmp_path: Path, **named: Any) -> HerokuSandbox:
    faults, certificates = Faults(), Certificates(tmp_path / "tls")
    sandbox = HerokuSandbox(
        tmp_path / "heroku", size="tiny", faults=faults, certificates=certificates, **named
    )
    await sandbox.start()
    return sandbox


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = await opened(tmp_path, alive=False)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def api(heroku: HerokuSandbox) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {heroku.credentials['token']}"}
    async with httpx.AsyncClient(base_url=heroku.hosts["api"], headers=headers, trust_env=False) as http:
        yield http


class TestManners:
    async def test_without_a_version_it_is_406_and_variants_are_accepted(
        self, api: httpx.AsyncClient
    ) -> None:
        for accept in ("*/*", "application/json", "application/vnd.heroku+json"):
            answer = await api.get("/account", headers={"Accept": accept})
            assert (answer.status_code, answer.json()["id"]) == (406, "not_acceptable"), accept
        for variant in ("", ".sdk", ".webhooks", ".cedar-acm"):
            answer = await api.get("/account", headers={"Accept": f"{ACCEPT}{variant}"})
            assert answer.status_code == 200, variant

    async def test_basic_with_an_empty_user_is_a_token_too(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        coded = base64.b64encode(f":{heroku.credentials['token']}".encode()).decode()
        answer = await api.get("/account", headers={"Authorization": f"Basic {coded}"})
        assert answer.status_code == 200

    async def test_another_token_is_401(self, api: httpx.AsyncClient) -> None:
        for given in ("", "Bearer", "Bearer wrong", "Basic !!!", "Basic Og=="):
            answer = await api.get("/account", headers={"Authorization": given})
            assert (answer.status_code, answer.json()["id"]) == (401, "unauthorized"), given

    async def test_each_answer_tells_the_limit_and_the_request(self, api: httpx.AsyncClient) -> None:
        first = await api.get("/account", headers={"Request-Id": "mine"})
        second = await api.get("/apps/none")
        assert first.headers["Request-Id"] == "mine"
        assert second.headers["Request-Id"]
        before, after = (int(answer.headers["RateLimit-Remaining"]) for answer in (first, second))
        assert after < before

    async def test_the_bucket_runs_dry_but_for_the_question_about_it(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        heroku.bucket.size, heroku.bucket.per_minute = 2, 0
        heroku.bucket.look()
        codes = [(await api.get("/account")).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        limited = await api.get("/account")
        assert limited.json()["id"] == "rate_limit" and limited.json()["url"].startswith("https://")
        assert (await api.get("/account/rate-limits")).json() == {"remaining": 0}

    async def test_what_is_not_there(self, api: httpx.AsyncClient) -> None:
        app = await api.get("/apps/none")
        assert (app.status_code, app.json()["resource"], app.json()["id"]) == (404, "app", "not_found")
        route = await api.get("/no/such/route")
        assert (route.status_code, route.json()["id"]) == (404, "not_found")

    async def test_apps_answer_to_their_names(self, api: httpx.AsyncClient) -> None:
        by_name = (await api.get("/apps/migrate-backend")).json()
        assert (await api.get(f"/apps/{by_name['id']}")).json() == by_name


class TestSecondFactor:
    async def test_an_app_is_open_to_whoever_brings_the_code(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        await heroku.act("refuse", app="migrate-backend", how="two_factor")
        code = {"Heroku-Two-Factor-Code": heroku.world.two_factor_code}
        for given, status in (({}, 403), ({"Heroku-Two-Factor-Code": "000000"}, 403), (code, 200), ({}, 403)):
            answer = await api.get("/apps/migrate-backend/config-vars", headers=given)
            assert answer.status_code == status
            assert status == 200 or answer.json()["id"] == "two_factor"

    async def test_an_app_that_was_pre_authorised_stays_open(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        await heroku.act("refuse", app="migrate-backend", how="two_factor")
        path = "/apps/migrate-backend/pre-authorizations"
        assert (await api.put(path)).status_code == 403
        code = {"Heroku-Two-Factor-Code": heroku.world.two_factor_code}
        assert (await api.put(path, headers=code)).status_code == 200
        assert (await api.get("/apps/migrate-backend/config-vars")).status_code == 200


class TestRanges:
    async def walk(self, api: httpx.AsyncClient, path: str, wanted: str) -> list[list[Any]]:
        pages = []
        while wanted:
            answer = await api.get(path, headers={"Range": wanted})
            pages.append(answer.json())
            assert answer.status_code == (206 if "Next-Range" in answer.headers else 200)
            wanted = answer.headers.get("Next-Range", "")
        return pages

    async def test_pages_join_without_a_hole(self, api: httpx.AsyncClient) -> None:
        pages = await self.walk(api, "/apps/migrate-backend/releases", "version ..; max=10")
        assert [len(page) for page in pages] == [10, 10, 10, 10, 2]
        assert [row["version"] for page in pages for row in page] == list(range(1, 43))

    async def test_downwards(self, api: httpx.AsyncClient) -> None:
        pages = await self.walk(api, "/apps/migrate-backend/releases", "version ..; order=desc,max=30")
        assert [row["version"] for page in pages for row in page] == list(range(42, 0, -1))

    async def test_a_start_and_an_end(self, api: httpx.AsyncClient) -> None:
        answer = await api.get("/apps/migrate-backend/releases", headers={"Range": "version 5..7"})
        assert [row["version"] for row in answer.json()] == [5, 6, 7]
        answer = await api.get("/apps", headers={"Range": "name ]migrate-backend..; max=1"})
        assert [row["name"] for row in answer.json()] == ["migrate-emailer"]
        assert answer.headers["Next-Range"] == "name ]migrate-emailer..; max=1"
        assert answer.headers["Content-Range"] == "name migrate-emailer..migrate-emailer"

    async def test_a_bad_range_is_416_and_what_other_clients_send_is_understood(
        self, api: httpx.AsyncClient
    ) -> None:
        for wanted in ("command ..", "nonsense", "id"):
            assert (await api.get("/apps", headers={"Range": wanted})).status_code == 416, wanted
        for wanted in ("id ..; ;", "id ..; max=1000;", "id ..; max=1000"):
            assert len((await api.get("/apps", headers={"Range": wanted})).json()) == 3


class TestWrites:
    async def test_the_cli_sends_quantities_as_texts(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        body = {"updates": [{"quantity": "0", "type": "web"}]}
        answer = await api.patch("/apps/migrate-backend/formation", json=body)
        assert [(row["type"], row["quantity"]) for row in answer.json()] == [("web", 0)]

    async def test_a_bad_formation_changes_nothing(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        for bad in ({"quantity": -1}, {"quantity": True}, {"quantity": "many"}, {"size": "Colossal"}):
            body = {"updates": [{"type": "worker", "quantity": 0}, {"type": "web", **bad}]}
            assert (await api.patch("/apps/migrate-backend/formation", json=body)).status_code == 422, bad
        app = heroku.world.app("migrate-backend")
        assert app is not None and app.processes["worker"].quantity == 1

    async def test_the_database_url_cannot_be_overwritten(self, api: httpx.AsyncClient) -> None:
        answer = await api.patch("/apps/migrate-backend/config-vars", json={"DATABASE_URL": "postgres://x"})
        assert answer.status_code == 422
        assert answer.json()["message"] == "Cannot overwrite attachment values DATABASE_URL."

    async def test_config_makes_a_release_maintenance_does_not(self, api: httpx.AsyncClient) -> None:
        async def version() -> int:
            wanted = {"Range": "version ..; order=desc,max=1"}
            rows = (await api.get("/apps/migrate-backend/releases", headers=wanted)).json()
            return int(rows[0]["version"])

        assert await version() == 42
        await api.patch("/apps/migrate-backend", json={"maintenance": True})
        assert await version() == 42
        set_it = await api.patch("/apps/migrate-backend/config-vars", json={"NEW": "1", "EMPTY_FLAG": None})
        assert set_it.json()["NEW"] == "1" and "EMPTY_FLAG" not in set_it.json()
        assert await version() == 43
        await api.patch("/apps/migrate-backend/config-vars", json={"NEW": "1"})
        assert await version() == 43

    async def test_bodies_that_are_none(self, api: httpx.AsyncClient) -> None:
        for body in (b"", b"[]", b"{", b'{"name": "x"}', b'{"maintenance": "on"}'):
            answer = await api.patch("/apps/migrate-backend", content=body)
            assert answer.status_code in (400, 422), body


def test_when_a_job_is_due() -> None:
    day = 1_772_323_200  # a midnight, UTC

    def job(every: int, at: int) -> Job:
        return Job("1", "x", every, at, "Basic", "")

    assert _is_due(job(10, 0), day + 599, day + 600)
    assert not _is_due(job(10, 0), day + 600, day + 1_199)
    assert _is_due(job(60, 20), day + 1_199, day + 1_200)
    assert not _is_due(job(60, 20), day + 3_599, day + 3_601)
    assert _is_due(job(1440, 90), day + 5_399, day + 5_401)
    assert not _is_due(job(1440, 90), day, day + 5_399)


async def until(true: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if true():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"did not happen in 30 s: {what}")


class TestAlive:
    """One start for all of it: a start costs more than everything that is looked at."""

    async def test_it_runs_restarts_and_leaves_nothing(self, tmp_path: Path) -> None:
        heroku = await opened(tmp_path)
        try:
            headers = {"Accept": ACCEPT, "Authorization": f"Bearer {heroku.credentials['token']}"}
            async with httpx.AsyncClient(
                base_url=heroku.hosts["api"], headers=headers, trust_env=False
            ) as api:
                await self.pages_show_the_data_through_both_apps(heroku)
                await self.a_dyno_that_crashes_starts_again(heroku)
                await self.a_config_change_releases_and_restarts(heroku, api)
                await self.a_failed_release_command_leaves_the_old_release(heroku, api)
            pids = [pid for app in heroku.facts()["apps"].values() for pid in app["pids"].values()]
            assert len(pids) == 3
        finally:
            await heroku.stop()
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert heroku.facts()["database_connections"] == 0

    def backend(self, heroku: HerokuSandbox) -> App:
        app = heroku.world.app("migrate-backend")
        assert app is not None
        return app

    async def pages_show_the_data_through_both_apps(self, heroku: HerokuSandbox) -> None:
        frontend = heroku.world.app("migrate-frontend")
        assert frontend is not None
        async with httpx.AsyncClient(trust_env=False) as http:
            page = (await http.get(frontend.web_url)).text
        assert "200 people use Acme." in page

    async def a_config_change_releases_and_restarts(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        app = self.backend(heroku)
        before = heroku.facts()["apps"]["migrate-backend"]["pids"]
        await api.patch("/apps/migrate-backend/config-vars", json={"LOG_LEVEL": "debug"})
        await until(lambda: app.current_version == 43, "the release is through")
        assert app.releases[-1].output[-1].startswith("The database is up to date")

        def restarted() -> bool:
            now = heroku.facts()["apps"]["migrate-backend"]["pids"]
            up = all(dyno.state == "up" for dyno in app.dynos.values())
            return set(now) == set(before) and up and not set(now.values()) & set(before.values())

        await until(restarted, "other processes run")
        assert {dyno.version for dyno in app.dynos.values()} == {43}

    async def a_failed_release_command_leaves_the_old_release(
        self, heroku: HerokuSandbox, api: httpx.AsyncClient
    ) -> None:
        app = self.backend(heroku)
        next(iter(app.slugs.values())).process_types["release"] = "sh -c 'echo no; exit 3'"
        before = heroku.facts()["apps"]["migrate-backend"]["pids"]
        await api.patch("/apps/migrate-backend/config-vars", json={"LOG_LEVEL": "warn"})
        await until(lambda: app.releases[-1].status == "failed", "the release fails")
        assert app.releases[-1].output == ["no"]
        assert app.current_version == 43
        assert heroku.facts()["apps"]["migrate-backend"]["pids"] == before

    async def a_dyno_that_crashes_starts_again(self, heroku: HerokuSandbox) -> None:
        app = self.backend(heroku)
        running = app.dynos["worker.1"].running
        assert running is not None
        os.kill(running.pid, signal.SIGKILL)
        await until(lambda: app.dynos["worker.1"].state == "crashed", "the crash is seen")
        await until(lambda: app.dynos["worker.1"].state == "up", "it starts again")
