"""The inventory of a Heroku account, read over real HTTP: whole, and with parts that cannot be had."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from providers.heroku import PROVIDER
from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import (
    App,
    Certificate,
    Drain,
    Pipeline,
    Process,
    Team,
    Webhook,
    stable_id,
)
from tests.providers.heroku_servers import sandbox
from wizard.model.noun import encode
from wizard.model.secret import Secret
from wizard.model.system import App as AppNoun
from wizard.model.system import System
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import ReadProgress, Source, SourceProvider

CANARY = "CaNaRy4711"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(tmp_path, canary=CANARY) as heroku:
        yield heroku


async def at_once(seconds: float) -> None:
    """Waits for nothing."""


@pytest.fixture
async def source(heroku: HerokuSandbox) -> AsyncIterator[Source]:
    source = HerokuSource(Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=at_once))
    yield source
    await source.close()


async def read(source: Source) -> System:
    return await source.read(lambda progress: None)


def named(system: System, name: str) -> AppNoun:
    return next(app for app in system.apps if app.name == name)


def sandbox_app(heroku: HerokuSandbox, name: str) -> App:
    app = heroku.world.app(name)
    assert app is not None
    return app


def test_the_provider_is_one() -> None:
    assert isinstance(PROVIDER, SourceProvider)
    assert (PROVIDER.name, PROVIDER.role) == ("heroku", "source")


class TestExample:
    async def test_apps_and_processes(self, heroku: HerokuSandbox, source: Source) -> None:
        system = await read(source)
        assert [app.name for app in system.apps] == [
            "migrate-backend",
            "migrate-emailer",
            "migrate-frontend",
        ]
        backend = named(system, "migrate-backend")
        assert [(one.type, one.command, one.quantity) for one in backend.processes] == [
            ("web", "python server.py", 1),
            ("worker", "python worker.py", 1),
            ("release", "python migrate.py", 0),
        ]
        web = backend.processes[0]
        assert (web.size, web.memory_mb, web.monthly_cents) == ("Standard-1X", 512, 2_500)
        assert (backend.region, backend.stack, backend.generation) == ("eu", "heroku-24", "cedar")
        assert (backend.release, backend.buildpacks) == (42, ("heroku/python",))
        assert backend.slug_commit is not None and len(backend.slug_commit) == 40
        assert system.gaps == ()
        assert system.account.two_factor

    async def test_the_database_is_owned_once_and_seen_twice(self, source: Source) -> None:
        system = await read(source)
        postgres = next(one for one in system.add_ons if one.service == "heroku-postgresql")
        assert postgres.app_id == named(system, "migrate-backend").id
        assert postgres.plan == "heroku-postgresql:essential-1"
        assert postgres.monthly_cents == 900
        assert postgres.postgres is not None
        assert postgres.postgres.version == "16.4"
        assert postgres.postgres.bytes == 3_145_728
        assert (postgres.postgres.tables, postgres.postgres.connections) == (34, 2)
        assert postgres.postgres.connection_limit == 20
        foreign = [one for one in named(system, "migrate-emailer").attachments if one.name == "DATABASE"]
        assert [one.add_on_id for one in foreign] == [postgres.id]
        assert foreign[0].config_vars == ("DATABASE_URL",)

    async def test_config_has_its_origins_and_no_values(self, heroku: HerokuSandbox, source: Source) -> None:
        system = await read(source)
        backend, frontend = named(system, "migrate-backend"), named(system, "migrate-frontend")
        config = {one.name: one for one in backend.config}
        assert config["DATABASE_URL"].origin.kind == "add-on"
        assert (
            config["HEROKU_POSTGRESQL_BLUE_URL"].origin.add_on_id == config["DATABASE_URL"].origin.add_on_id
        )
        assert config["WEB_CONCURRENCY"].origin.kind == "platform"
        assert config["SECRET_KEY"].secret and config["SECRET_KEY"].origin.kind == "person"
        assert not config["LOG_LEVEL"].secret
        assert config["EMPTY_FLAG"].empty
        assert config["FRONTEND_URL"].refers_to_apps == (frontend.id,)
        told = encode(system)
        assert CANARY not in told
        assert heroku.database.password not in told

    async def test_domains_drains_and_jobs(self, source: Source) -> None:
        system = await read(source)
        custom = [one for one in named(system, "migrate-frontend").domains if one.kind == "custom"]
        assert [(one.hostname, one.cname) for one in custom] == [
            ("www.acme.example", "polar-reef-4711.herokudns.com")
        ]
        emailer = named(system, "migrate-emailer")
        assert [system.add_on(drain.add_on_id or "").name for drain in emailer.drains] == [
            "papertrail-shaped-77240"
        ]
        assert emailer.jobs is not None
        assert [(job.command, job.every, job.at) for job in emailer.jobs] == [
            ("python send_emails.py", 10, 0)
        ]
        assert named(system, "migrate-backend").jobs == ()

    async def test_progress_goes_up_to_the_end(self, source: Source) -> None:
        seen: list[ReadProgress] = []
        system = await source.read(seen.append)
        assert [one.done for one in seen] == sorted(one.done for one in seen)
        assert (seen[-1].done, seen[-1].calls) == (seen[-1].total, system.calls)
        assert any(one.doing == "config vars of migrate-backend" for one in seen)

    async def test_pages_of_two_give_the_same_system(self, heroku: HerokuSandbox, source: Source) -> None:
        whole = await read(source)
        heroku.pages.largest = 2
        paged = await read(source)
        assert paged.calls > whole.calls
        assert (paged.apps, paged.add_ons, paged.gaps) == (whole.apps, whole.add_ons, whole.gaps)

    async def test_config_comes_byte_for_byte(self, heroku: HerokuSandbox, source: Source) -> None:
        app = sandbox_app(heroku, "migrate-backend")
        app.config["ODD"] = " \x1b[2J'\"\\\n\u202e\U0001f600 "
        values = await source.config(app.id)
        assert {name: value.reveal() for name, value in values.items()} == app.config

    async def test_the_database_url_is_read_anew(self, heroku: HerokuSandbox, source: Source) -> None:
        system = await read(source)
        postgres = next(one for one in system.add_ons if one.postgres)
        app = sandbox_app(heroku, "migrate-backend")
        given = (await source.database_url(postgres.id)).reveal()
        assert given == f"{heroku.database.url}?sslmode=require"
        await heroku.database.rotate()
        app.config["DATABASE_URL"] = app.config["HEROKU_POSTGRESQL_BLUE_URL"] = heroku.database.url
        given = (await source.database_url(postgres.id)).reveal()
        assert given == f"{heroku.database.url}?sslmode=require"


class TestHoles:
    async def test_an_app_that_vanishes_in_mid_read_is_a_gap(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        await heroku.act("vanish", app="migrate-frontend")
        system = await read(source)
        assert [app.name for app in system.apps] == ["migrate-backend", "migrate-emailer"]
        assert [gap.question for gap in system.gaps] == [
            "The app migrate-frontend is left out of this migration."
        ]
        assert "vanished" in system.gaps[0].why

    @pytest.mark.parametrize("how", ["forbidden", "two_factor"])
    async def test_an_app_that_is_refused_is_a_gap(
        self, how: str, heroku: HerokuSandbox, source: Source
    ) -> None:
        await heroku.act("refuse", app="migrate-frontend", how=how)
        seen: list[ReadProgress] = []
        system = await source.read(seen.append)
        assert [app.name for app in system.apps] == ["migrate-backend", "migrate-emailer"]
        assert len(system.gaps) == 1 and "migrate-frontend" in system.gaps[0].question
        assert seen[-1].done == seen[-1].total

    async def test_a_token_that_may_read_no_app_is_told(self, heroku: HerokuSandbox, source: Source) -> None:
        for name in ("migrate-frontend", "migrate-backend", "migrate-emailer"):
            await heroku.act("refuse", app=name)
        with pytest.raises(Trouble) as caught:
            await read(source)
        assert caught.value.code == "refused"

    async def test_an_add_on_of_an_app_that_is_out_of_reach(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        await heroku.act("refuse", app="migrate-backend")
        system = await read(source)
        postgres = next(one for one in system.add_ons if one.service == "heroku-postgresql")
        assert postgres.name == "postgresql-cubed-52817"
        assert any(gap.key == f"foreign:{postgres.id}" for gap in system.gaps)

    async def test_an_app_that_was_never_deployed(self, heroku: HerokuSandbox, source: Source) -> None:
        mark = stable_id("bare")
        heroku.world.apps[mark] = App(mark, "bare", "https://bare.herokuapp.com/", "2024-01-01T00:00:00Z")
        bare = named(await read(source), "bare")
        assert (bare.processes, bare.config, bare.release, bare.slug_commit) == ((), (), None, None)
        state = await source.state(mark)
        assert (state.quantities, state.release, state.jobs, state.running) == ({}, None, (), ())

    async def test_an_app_that_is_there_has_lists_that_are_not(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        mark = sandbox_app(heroku, "migrate-frontend").id
        for part in ("formation", "builds"):
            heroku.faults.add("404", path=f"/apps/{mark}/{part}", count=None)
        system = await read(source)
        assert named(system, "migrate-frontend").unread == ("process types", "builds")
        assert [gap.app_id for gap in system.gaps] == [mark]
        with pytest.raises(Trouble):
            await source.state(mark)  # it is not known to have stopped

    async def test_process_types_that_only_the_slug_knows(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        app = sandbox_app(heroku, "migrate-backend")
        del app.processes["release"], app.processes["worker"]
        kinds = {one.type: one for one in named(await read(source), "migrate-backend").processes}
        assert kinds["release"].command == "python migrate.py"
        assert (kinds["worker"].quantity, kinds["worker"].size) == (0, "")

    async def test_which_part_of_a_repository_an_app_is(self, heroku: HerokuSandbox, source: Source) -> None:
        app = sandbox_app(heroku, "migrate-backend")
        app.buildpacks = ("https://github.com/lstoll/heroku-buildpack-monorepo", "heroku/nodejs")
        app.config |= {"APP_BASE": "apps/backend", "PROCFILE": "other/Procfile"}
        for slug in app.slugs.values():
            slug.process_types["web"] = "npm start"
        backend = named(await read(source), "migrate-backend")
        assert (backend.folder, backend.procfile) == ("apps/backend", "")
        assert [one.added_by for one in backend.processes] == ["heroku/nodejs", "", ""]

    async def test_a_slug_that_heroku_has_thrown_away(self, heroku: HerokuSandbox, source: Source) -> None:
        sandbox_app(heroku, "migrate-backend").slugs.clear()
        backend = named(await read(source), "migrate-backend")
        assert (backend.release, backend.slug_commit) == (42, None)
        assert [one.command for one in backend.processes][:2] == ["python server.py", "python worker.py"]

    async def test_jobs_that_cannot_be_read_are_asked_for(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        heroku.faults.add("html", path="/apps/*/jobs", count=None)
        system = await read(source)
        emailer = named(system, "migrate-emailer")
        assert emailer.jobs is None
        assert [(gap.kind, gap.app_id) for gap in system.gaps] == [("jobs", emailer.id)]
        assert (await source.state(emailer.id)).jobs is None

    async def test_jobs_of_another_scheduler_are_asked_for(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        scheduler = next(one for one in heroku.world.add_ons.values() if one.service == "scheduler")
        scheduler.service, scheduler.plan = "advanced-scheduler", "advanced-scheduler:standard-0"
        system = await read(source)
        assert [gap.kind for gap in system.gaps] == ["jobs"]
        assert "advanced-scheduler" in system.gaps[0].why

    async def test_a_database_that_the_data_api_does_not_tell(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        heroku.faults.add("500", path="/client/v11/*", count=None)
        system = await read(source)
        postgres = next(one for one in system.add_ons if one.service == "heroku-postgresql")
        assert postgres.postgres is not None and postgres.postgres.version == ""
        assert {gap.group for gap in system.gaps} == {"backups", "databases", "backup schedules"}
        assert postgres.postgres.backups is None and postgres.postgres.schedules is None

    async def test_a_side_part_that_answers_nonsense_is_a_gap(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        heroku.faults.add("html", path="/apps/*/webhooks")
        system = await read(source)
        assert len(system.apps) == 3
        assert [gap.key.rpartition(":")[2] for gap in system.gaps] == ["webhooks"]

    @pytest.mark.parametrize("path", ["/apps/*/config-vars", "/apps", "/apps/*/formation", "/account"])
    async def test_a_heroku_that_is_down_is_no_inventory(
        self, path: str, heroku: HerokuSandbox, source: Source
    ) -> None:
        heroku.faults.add("503", path=path, count=None)
        with pytest.raises(Unreachable):
            await read(source)

    async def test_a_token_that_expires_in_mid_read(self, heroku: HerokuSandbox, source: Source) -> None:
        heroku.faults.add("expire-token", path="/apps/*/domains", after=1)
        with pytest.raises(SignInNeeded):
            await read(source)

    async def test_an_app_of_a_team_that_was_not_joined(self, heroku: HerokuSandbox, source: Source) -> None:
        team = Team(stable_id("team"), "acme")
        heroku.world.teams[team.id] = team
        sandbox_app(heroku, "migrate-frontend").team_id = team.id
        other = App(
            stable_id("other"),
            "other",
            "https://other.herokuapp.com/",
            "2024-01-01T00:00:00Z",
            team_id=team.id,
            joined=False,
        )
        heroku.world.apps[other.id] = other
        system = await read(source)
        assert len(system.apps) == 3
        assert named(system, "migrate-frontend").team == "acme"
        assert [(gap.key, gap.app_id) for gap in system.gaps] == [(f"unreadable:{other.id}", None)]


class TestOddThings:
    async def test_names_with_escape_sequences(self, heroku: HerokuSandbox, source: Source) -> None:
        evil = "evil\x1b]0;owned\x07\x9b2J\u202e[/x]"
        app = sandbox_app(heroku, "migrate-backend")
        app.name = evil
        app.processes[evil] = Process(stable_id("evil"), evil, f"echo {evil}", 0, "Basic")
        told = encode(await read(source))
        assert "evil␛]0;owned␇<U+009B>2J<U+202E>[/x]" in told
        for sign in ("\x1b", "\\u001b", "\x07", "\\u0007", "\x9b", "\u202e"):
            assert sign not in told

    async def test_pipelines_certificates_and_webhooks(self, heroku: HerokuSandbox, source: Source) -> None:
        app = sandbox_app(heroku, "migrate-frontend")
        pipeline = Pipeline(stable_id("pipeline"), "acme-pipeline")
        heroku.world.pipelines[pipeline.id] = pipeline
        heroku.world.couplings[app.id] = (pipeline.id, "production")
        app.certificates.append(Certificate(stable_id("cert"), "tyrannosaurus-1", ("www.acme.example",)))
        hook = Webhook(stable_id("hook"), "https://ci.example/hook?token=hunter22", ("api:release",))
        app.webhooks.append(hook)
        system = await read(source)
        frontend = named(system, "migrate-frontend")
        assert (frontend.pipeline, frontend.pipeline_stage) == ("acme-pipeline", "production")
        assert [gap.key.partition(":")[0] for gap in system.gaps] == ["certificate", "webhook"]
        assert "hunter22" not in encode(system)

    async def test_addresses_of_drains_hold_secrets(self, heroku: HerokuSandbox, source: Source) -> None:
        app = sandbox_app(heroku, "migrate-backend")
        address = "https://me:hunter22@logs.example/in/token-4711?dd-api-key=k-4711"
        app.drains.append(Drain(stable_id("drain"), address, "d.1"))
        drains = named(await read(source), "migrate-backend").drains
        assert [drain.address for drain in drains] == ["https://logs.example"]

    async def test_a_plan_s_price_counts_where_none_is_billed(
        self, heroku: HerokuSandbox, source: Source
    ) -> None:
        for one in heroku.world.add_ons.values():
            one.cents = None
        postgres = next(one for one in (await read(source)).add_ons if one.postgres)
        assert postgres.monthly_cents == 900

    async def test_the_newest_release_may_have_failed(self, heroku: HerokuSandbox, source: Source) -> None:
        app = sandbox_app(heroku, "migrate-backend")
        good = app.releases[-1]
        app.releases.append(replace(good, id=stable_id("bad"), version=43, status="failed"))
        backend = named(await read(source), "migrate-backend")
        assert backend.release == 42
        assert backend.slug_commit is not None


class TestWhoseToken:
    async def test_one_for_apps_only_is_known_by_itself(self, heroku: HerokuSandbox) -> None:
        found = []
        for scope in (["read-protected"], ["read-protected"], ["read-protected", "identity"]):
            token = heroku.world.new_token(scope=scope)
            source = HerokuSource(Client(heroku.hosts, Secret(token), sleep=at_once))
            account = await source.account()
            system = await read(source)
            assert account.id == system.account.id
            assert all(app.config and "config vars" not in app.unread for app in system.apps)
            assert token not in encode(account)
            found.append(account)
            await source.close()
        assert len({account.id for account in found}) == 3
        assert found[2].email == heroku.world.email

    async def test_one_that_reads_nothing_is_refused(self, heroku: HerokuSandbox) -> None:
        heroku.world.scopes[heroku.credentials["token"]] = frozenset()
        source = HerokuSource(Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=at_once))
        with pytest.raises(Trouble):
            await source.account()
        await source.close()
