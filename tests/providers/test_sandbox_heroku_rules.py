"""The sandbox's Heroku keeps the rules of tokens, teams and tags, and tells each host's part of the zoo."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.world.world import App
from providers.sandbox.tls import Certificates

ACCEPT = "application/vnd.heroku+json; version=3"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = HerokuSandbox(
        tmp_path / "heroku", faults=Faults(), certificates=Certificates(tmp_path / "tls"), world=zoo()
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def client(heroku: HerokuSandbox, host: str = "api", token: str = "") -> httpx.AsyncClient:
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {token or heroku.credentials['token']}"}
    return httpx.AsyncClient(base_url=heroku.hosts[host], headers=headers, trust_env=False, verify=False)


def named(heroku: HerokuSandbox, name: str) -> App:
    app = heroku.world.app(name)
    assert app is not None
    return app


class TestScopes:
    @pytest.mark.parametrize(
        ("scope", "codes"),
        [
            ("global", (200, 200, 200, 200, 200)),
            ("identity", (200, 403, 403, 403, 403)),
            ("read", (403, 200, 403, 403, 403)),
            ("write", (403, 200, 403, 200, 403)),
            ("read-protected", (403, 200, 200, 403, 403)),
            ("write-protected", (403, 200, 200, 200, 403)),
        ],
    )
    async def test_each_opens_its_own_part(
        self, scope: str, codes: tuple[int, ...], heroku: HerokuSandbox
    ) -> None:
        token = heroku.world.new_token(scope=[scope])
        async with client(heroku, token=token) as api, client(heroku, "kolkrabbi", token) as kolkrabbi:
            app = "/apps/acme-web"
            answers = [
                await api.get("/account"),
                await api.get(f"{app}/formation"),
                await api.get(f"{app}/config-vars"),
                await api.patch(app, json={"maintenance": False}),
                await kolkrabbi.get(f"{app}/github"),
            ]
            assert tuple(answer.status_code for answer in answers) == codes
            assert (await api.get("/account/rate-limits")).status_code == 200
            secret = (await api.get("/addons/postgresql-zoo-10001/config")).status_code
            assert secret == codes[2]

    async def test_identity_and_read_protected_together_are_what_an_inventory_wants(
        self, heroku: HerokuSandbox
    ) -> None:
        token = heroku.world.new_token(scope=["identity", "read-protected"])
        async with client(heroku, token=token) as api:
            assert (await api.get("/account")).status_code == 200
            assert (await api.get("/apps/acme-web/config-vars")).status_code == 200

    async def test_a_token_is_made_as_the_cli_asks_and_shown_in_part(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            wanted = {"description": "t", "scope": ["read-protected"]}
            made = await api.post("/oauth/authorizations", json=wanted)
            token = made.json()["access_token"]["token"]
            assert made.status_code == 201 and token.startswith("HRKU-")
            listed = (await api.get("/oauth/authorizations")).json()
            assert token not in {row["access_token"]["token"] for row in listed}
            assert (await api.post("/oauth/authorizations", json={"scope": ["all"]})).status_code == 422
        async with client(heroku, token=token) as api:
            assert (await api.get("/account")).status_code == 403


class TestRefusals:
    @pytest.mark.parametrize(
        ("app", "path", "status", "error"),
        [
            ("refused-app", "formation", 403, "forbidden"),
            ("second-factor-app", "config-vars", 403, "two_factor"),
            ("unpaid-app", "formation", 402, "delinquent"),
            ("vanishing-app", "formation", 404, "not_found"),
            ("team-secret", "config-vars", 403, "forbidden"),
            ("robins-upload", "webhooks", 403, "forbidden"),
            ("robins-upload", "formation", 200, None),
            ("locked-but-mine", "config-vars", 200, None),
        ],
    )
    async def test_what_is_closed_says_why(
        self, app: str, path: str, status: int, error: str | None, heroku: HerokuSandbox
    ) -> None:
        async with client(heroku) as api:
            answer = await api.get(f"/apps/{named(heroku, app).id}/{path}")
            body = answer.json()
        assert (answer.status_code, body.get("id") if isinstance(body, dict) else None) == (status, error)

    async def test_spaces_and_teams_that_are_closed_tell_their_row_only(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            for row, inside in (
                ("/spaces/acme-no-entry", "/spaces/acme-no-entry/nat"),
                ("/teams/closed-shop", "/teams/closed-shop/members"),
            ):
                assert (await api.get(row)).status_code == 200
                assert (await api.get(inside)).status_code == 403


class TestTags:
    async def test_what_is_known_is_not_sent_again(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            first = await api.get("/apps/acme-web/formation")
            known = {"If-None-Match": first.headers["ETag"]}
            again = await api.get("/apps/acme-web/formation", headers=known)
            assert (again.status_code, again.content) == (304, b"")
            named(heroku, "acme-web").processes["web"].quantity = 9
            assert (await api.get("/apps/acme-web/formation", headers=known)).status_code == 200
            stale = {"If-Match": first.headers["ETag"]}
            assert (await api.get("/apps/acme-web/formation", headers=stale)).status_code == 412

    async def test_warnings_come_as_a_header(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            told = await api.get("/apps/acme-api-staging/dynos")
            assert "stack will be upgraded" in told.headers["X-Heroku-Warning"]
            assert "X-Heroku-Warning" not in (await api.get("/apps/acme-web/dynos")).headers


class TestLists:
    async def test_own_apps_are_without_those_of_teams_and_all_without_the_unjoined(
        self, heroku: HerokuSandbox
    ) -> None:
        async with client(heroku) as api:
            every = {row["name"] for row in (await api.get("/apps")).json()}
            own = {row["name"] for row in (await api.get("/users/~/apps")).json()}
            team = {row["name"]: row for row in (await api.get("/teams/acme/apps")).json()}
        assert {"robins-blog", "friends-app"} <= own < every and "acme-web" not in own
        assert "team-secret" not in every
        assert (team["team-secret"]["joined"], team["team-secret"]["locked"]) == (False, False)
        assert (team["team-locked"]["joined"], team["team-locked"]["locked"]) == (False, True)

    async def test_filters_and_names_choose(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            wanted = [named(heroku, "acme-web").id, named(heroku, "robins-blog").id]
            found = await api.post("/filters/apps", json={"in": {"id": wanted}})
            assert {row["name"] for row in found.json()} == {"acme-web", "robins-blog"}
            assert (await api.post("/filters/apps", json={"in": 7})).status_code == 422
            lines = await api.get("/pipelines?eq[name]=robins-own")
            assert [row["name"] for row in lines.json()] == ["robins-own"]
            assert heroku.world.written == []

    async def test_lists_without_ids_are_whole_for_who_asks_by_id(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            path = "/apps/acme-web/buildpack-installations"
            rows = (await api.get(path, headers={"Range": "id ..; ;"})).json()
        assert [row["buildpack"]["name"] for row in rows] == list(named(heroku, "acme-web").buildpacks)

    async def test_builds_come_in_pages_by_when_they_started(self, heroku: HerokuSandbox) -> None:
        """The schema offers `started_at` for ranges, and shows no such field."""
        async with client(heroku) as api:
            path = "/apps/acme-web/builds"
            first = await api.get(path, headers={"Range": "started_at ..; order=desc,max=1"})
            whole = (await api.get(path)).json()
        assert first.status_code == 206 and len(first.json()) == 1
        assert first.json()[0]["created_at"] == max(row["created_at"] for row in whole)
        assert first.headers["Next-Range"].startswith(f"started_at ]{first.json()[0]['created_at']}")

    @pytest.mark.parametrize("order", ["", "order=desc,"])
    async def test_no_row_is_lost_between_rows_of_one_second(self, order: str, heroku: HerokuSandbox) -> None:
        builds = named(heroku, "acme-web").builds
        builds += [replace(builds[0], id=f"{digit}{builds[0].id[1:]}") for digit in "05f"]
        for build in builds:
            build.created_at = "2026-11-01T10:00:00Z"
        found, wanted = [], f"started_at ..; {order}max=1"
        async with client(heroku) as api:
            while wanted:
                answer = await api.get("/apps/acme-web/builds", headers={"Range": wanted})
                found += [row["id"] for row in answer.json()]
                wanted = answer.headers.get("Next-Range", "")
            whole = (await api.get("/apps/acme-web/builds")).json()
        rows = sorted(((row["created_at"], row["id"]) for row in whole), reverse=bool(order))
        assert found == [mark for _, mark in rows]

    async def test_variants_show_what_they_add(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            plain = (await api.get("/apps/acme-fir-api")).json()
            sdk = (await api.get("/apps/acme-fir-api", headers={"Accept": f"{ACCEPT}.sdk"})).json()
            assert plain["generation"]["name"] == sdk["generation"] == "fir"
            assert [one["id"] for one in sdk["buildpacks"]] == ["heroku/nodejs", "heroku/procfile"]
            image = named(heroku, "acme-fir-api").images
            shown = (await api.get(f"/apps/acme-fir-api/oci-images/{next(iter(image))}")).json()
            assert [one["process_types"]["web"]["display_cmd"] for one in shown] == ["npm start"]
            docker = {"Accept": f"{ACCEPT}.docker-releases"}
            lines = (await api.get("/apps/acme-images/formation", headers=docker)).json()
            assert all(line["docker_image"]["id"] for line in lines)

    async def test_dynos_are_named_as_their_generation_names_them(self, heroku: HerokuSandbox) -> None:
        async with client(heroku) as api:
            cedar = [row["name"] for row in (await api.get("/apps/acme-api/dynos")).json()]
            fir = [row["name"] for row in (await api.get("/apps/acme-fir-api/dynos")).json()]
            eco = (await api.get("/apps/robins-blog/dynos")).json()
        assert sorted(cedar) == ["clock.1", "run.4821", "web.1", "web.2"]
        assert len(fir) == 2 and all(name.startswith("web-") and len(name) == 20 for name in fir)
        assert [row["state"] for row in eco] == ["idle"]


class TestOtherHosts:
    async def test_github_links(self, heroku: HerokuSandbox) -> None:
        async with client(heroku, "kolkrabbi") as http:
            link = (await http.get(f"/apps/{named(heroku, 'acme-web').id}/github")).json()
            assert (link["repo"], link["branch"], link["auto_deploy"]) == ("acme/shop", "main", True)
            assert (await http.get(f"/apps/{named(heroku, 'acme-api').id}/github")).status_code == 404
            line = next(one for one in heroku.world.pipelines.values() if one.name == "acme-shop")
            told = (await http.get(f"/pipelines/{line.id}/repository")).json()
            assert told["repository"]["name"] == "acme/shop"

    async def test_release_output_needs_no_token_and_is_404_before_it_begins(
        self, heroku: HerokuSandbox
    ) -> None:
        async with client(heroku) as api, httpx.AsyncClient(trust_env=False, verify=False) as anyone:
            wanted = {"Range": "version ..; order=desc,max=10"}
            rows = (await api.get("/apps/acme-web/releases", headers=wanted)).json()
            failed = next(row for row in rows if row["status"] == "failed")
            assert "does not exist" in (await anyone.get(failed["output_stream_url"])).text
            waiting = next(row for row in rows if row["status"] == "pending")
            assert (await anyone.get(f"{heroku.world.outputs}/streams/{waiting['id']}")).status_code == 404
            session = (await api.post("/apps/acme-web/log-sessions", json={"lines": 100})).json()
            assert (await anyone.get(session["logplex_url"])).status_code == 200

    async def test_code_is_cloned_with_the_token(self, heroku: HerokuSandbox, tmp_path: Path) -> None:
        def clone(app: str, token: str) -> subprocess.CompletedProcess[str]:
            url = f"{heroku.hosts['git'].replace('://', f'://x:{token}@')}/{app}.git"
            environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
            command = ["git", "clone", "-q", "--depth", "1", url, str(tmp_path / app)]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

        token = heroku.credentials["token"]
        cloned = await asyncio.to_thread(clone, "acme-api", token)
        assert cloned.returncode == 0, cloned.stderr
        assert (tmp_path / "acme-api" / "config" / "database.yml").exists()
        assert (tmp_path / "acme-api" / "bin" / "release").stat().st_mode & 0o100
        assert "empty repository" in (await asyncio.to_thread(clone, "robins-blog", token)).stderr
        assert (await asyncio.to_thread(clone, "friends-app", "wrong")).returncode != 0
        assert (await asyncio.to_thread(clone, "team-secret", token)).returncode != 0
