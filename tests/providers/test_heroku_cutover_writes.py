"""What the cut-over writes to Heroku, against the example system really running in the sandbox."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from providers.heroku import PROVIDER
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import App
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret
from wizard.model.system import Job
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import Source

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = HerokuSandbox(
        tmp_path / "heroku", size="tiny", faults=Faults(), certificates=Certificates(tmp_path / "tls")
    )
    try:
        await sandbox.start()
        yield sandbox
    finally:
        await sandbox.stop()


@pytest.fixture
async def answers(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    """Nothing of it runs: for what only its answers and its state tell."""
    sandbox = HerokuSandbox(
        tmp_path / "heroku",
        size="tiny",
        alive=False,
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
    )
    try:
        await sandbox.start()
        yield sandbox
    finally:
        await sandbox.stop()


@pytest.fixture
async def asked(answers: HerokuSandbox) -> AsyncIterator[Source]:
    source = PROVIDER.open(answers.hosts, Secret(answers.credentials["token"]))
    yield source
    await source.close()


@pytest.fixture
async def source(heroku: HerokuSandbox) -> AsyncIterator[Source]:
    source = PROVIDER.open(heroku.hosts, Secret(heroku.credentials["token"]))
    yield source
    await source.close()


def sandbox_app(heroku: HerokuSandbox, name: str) -> App:
    app = heroku.world.app(name)
    assert app is not None
    return app


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(600):
        if await true():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"did not happen in 30 s: {what}")


async def rows(heroku: HerokuSandbox, table: str) -> int:
    """Count as a person would: through the URL that Heroku gives."""
    connection = await psycopg.AsyncConnection.connect(heroku.database.url, connect_timeout=5)
    async with connection:
        row = await (await connection.execute(f"select count(*) from {table}")).fetchone()
    assert row is not None
    return int(row[0])


async def status(url: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(url)).status_code


async def test_maintenance_stops_the_web_only_and_scaling_to_zero_stops_the_worker(
    heroku: HerokuSandbox, source: Source
) -> None:
    app = sandbox_app(heroku, "migrate-backend")
    assert await status(app.web_url) == 200
    before = await source.state(app.id)
    assert (before.maintenance, before.running) == (False, ("web.1", "worker.1"))

    await source.set_maintenance(app.id, True)
    assert await status(app.web_url) == 503
    assert (await source.state(app.id)).maintenance
    written = await rows(heroku, "heartbeats")

    async def goes_on() -> bool:
        return await rows(heroku, "heartbeats") > written

    await until(goes_on, "the worker goes on writing in maintenance mode")

    pids = [dyno.running.pid for dyno in app.dynos.values() if dyno.running]
    await source.scale(app.id, {"web": 0, "worker": 0})

    async def stopped() -> bool:
        return (await source.state(app.id)).running == ()

    await until(stopped, "no dyno runs any more")
    assert len(pids) == 2 and not any(lives(pid) for pid in pids)
    quiet = await rows(heroku, "heartbeats")
    await asyncio.sleep(1.5)
    assert await rows(heroku, "heartbeats") == quiet

    after = await source.state(app.id)
    assert after.quantities == {"web": 0, "worker": 0, "release": 0}
    assert after.release == before.release, "neither maintenance nor scaling makes a release"

    await source.scale(app.id, {"web": 1, "worker": 1})
    await source.set_maintenance(app.id, False)

    async def back() -> bool:
        return await status(app.web_url) == 200 and await rows(heroku, "heartbeats") > quiet

    await until(back, "everything runs as before")
    assert (await source.state(app.id)).quantities == before.quantities


async def test_the_scheduler_runs_until_its_job_is_removed(heroku: HerokuSandbox, source: Source) -> None:
    app = sandbox_app(heroku, "migrate-emailer")
    await source.set_maintenance(app.id, True)
    await heroku.act("speed", speed=3_000)

    async def ran() -> bool:
        return heroku.facts()["cron_runs"].get("migrate-emailer: python send_emails.py", 0) >= 1

    await until(ran, "the scheduler runs its job, in maintenance mode too")
    assert await rows(heroku, "emails_sent") > 0

    jobs = (await source.state(app.id)).jobs
    assert jobs is not None
    (job,) = jobs
    await source.remove_job(app.id, job.id)
    await source.remove_job(app.id, job.id)
    assert (await source.state(app.id)).jobs == ()

    async def idle() -> bool:
        return (await source.state(app.id)).running == ()

    await until(idle, "the last run ends")
    runs = heroku.facts()["cron_runs"]
    await asyncio.sleep(0.8)
    assert heroku.facts()["cron_runs"] == runs

    await source.add_job(app.id, job)
    again = (await source.state(app.id)).jobs
    assert again is not None
    assert [(one.command, one.every, one.at, one.dyno_size) for one in again] == [
        (job.command, job.every, job.at, job.dyno_size)
    ]


class TestLostAnswers:
    async def test_maintenance(self, answers: HerokuSandbox, asked: Source) -> None:
        app = sandbox_app(answers, "migrate-backend")
        answers.faults.add("drop", method="PATCH")
        await asked.set_maintenance(app.id, True)
        assert app.maintenance
        answers.faults.add("refuse", method="PATCH")
        with pytest.raises(Unreachable):
            await asked.set_maintenance(app.id, False)
        assert app.maintenance
        assert answers.world.written == [f"PATCH /apps/{app.id}"]

    async def test_scaling(self, answers: HerokuSandbox, asked: Source) -> None:
        app = sandbox_app(answers, "migrate-backend")
        answers.faults.add("truncate", method="PATCH")
        await asked.scale(app.id, {"worker": 0})
        assert app.processes["worker"].quantity == 0
        answers.faults.add("500", method="PATCH")
        with pytest.raises(Unreachable):
            await asked.scale(app.id, {"worker": 1})
        assert app.processes["worker"].quantity == 0

    async def test_jobs(self, answers: HerokuSandbox, asked: Source) -> None:
        app = sandbox_app(answers, "migrate-emailer")
        wish = Job(id="", command="python send_emails.py", every=1440, at=90)
        answers.faults.add("drop", method="POST")
        await asked.add_job(app.id, wish)
        assert [(job.every, job.at) for job in app.jobs.values()] == [(10, 0), (1440, 90)]
        answers.faults.add("refuse", method="POST")
        with pytest.raises(Unreachable):
            await asked.add_job(app.id, wish)
        assert len(app.jobs) == 2
        answers.faults.add("drop", method="DELETE")
        await asked.remove_job(app.id, "881234")
        assert len(app.jobs) == 1
        (left,) = app.jobs
        answers.faults.add("503", method="DELETE")
        with pytest.raises(Unreachable):
            await asked.remove_job(app.id, left)
        assert len(app.jobs) == 1


async def test_what_heroku_does_not_take_is_told(answers: HerokuSandbox, asked: Source) -> None:
    app = sandbox_app(answers, "migrate-backend")
    with pytest.raises(Trouble) as caught:
        await asked.scale(app.id, {"worker": 0, "no-such-type": 1})
    assert "Couldn't find that process type." in caught.value.cause
    assert app.processes["worker"].quantity == 1, "all or nothing"
    with pytest.raises(Trouble) as caught:
        await asked.add_job(app.id, Job(id="", command="x", every=10))
    assert caught.value.code == "not-found"


async def test_the_database_is_real_and_wants_tls(heroku: HerokuSandbox, source: Source) -> None:
    system = await source.read(lambda progress: None)
    postgres = next(one for one in system.add_ons if one.postgres)
    url = (await source.database_url(postgres.id)).reveal()
    assert url.startswith("postgres://u") and url.endswith("?sslmode=require")
    assert postgres.postgres is not None
    assert postgres.postgres.version.startswith("16.")
    assert postgres.postgres.tables is not None and postgres.postgres.tables >= 30
    connection = await psycopg.AsyncConnection.connect(url, connect_timeout=5)
    async with connection:
        assert connection.pgconn.ssl_in_use
        role = "select current_user, rolsuper from pg_roles where rolname = current_user"
        assert await (await connection.execute(role)).fetchone() == (heroku.database.role, False)
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        await psycopg.AsyncConnection.connect(url, sslmode="disable", connect_timeout=5)
