"""The example's data, and the example apps that live on it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from providers.sandbox.checkouts import make_checkouts
from providers.sandbox.postgres import PORT, Postgres
from providers.sandbox.processes import Running, free_port, port_answers
from providers.sandbox.seed import SIZES, heroku_owner, seeded_cluster
from providers.sandbox.tls import Certificates, serve_front
from wizard.model.trouble import Trouble

ROLE, PASSWORD, DATABASE = "u1example2role", "p-of-the-owner", "d3example4db"

KINDS = """
    select relkind::text, count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where nspname in ('public', 'reporting') group by 1
"""
NOT_THE_OWNERS = """
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where nspname in ('public', 'reporting') and pg_get_userbyid(relowner) <> %s
    union all
    select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where nspname in ('public', 'reporting') and pg_get_userbyid(proowner) <> %s
    union all
    select typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where nspname in ('public', 'reporting') and pg_get_userbyid(typowner) <> %s
    union all
    select nspname from pg_namespace where nspname = 'reporting' and pg_get_userbyid(nspowner) <> %s
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> AsyncIterator[Postgres]:
    """A cluster for tests that leave no trace in it."""
    server = await seeded_cluster(tmp_path_factory.mktemp("shared"), "tiny", cache, lambda doing: None)
    await heroku_owner(server, ROLE, PASSWORD, DATABASE)
    yield server
    await server.remove()


@pytest.fixture
async def postgres(tmp_path: Path, cache: Path) -> AsyncIterator[Postgres]:
    server = await seeded_cluster(tmp_path / "pg", "tiny", cache, lambda doing: None)
    await heroku_owner(server, ROLE, PASSWORD, DATABASE)
    yield server
    await server.remove()


def owner(postgres: Postgres) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(postgres.socket_folder), port=PORT, user=ROLE, password=PASSWORD, dbname=DATABASE
    )


async def test_all_objects_are_there_and_the_owners(shared: Postgres) -> None:
    with owner(shared) as connection:
        kinds = dict(connection.execute(KINDS).fetchall())
        assert kinds["r"] == 36
        assert kinds["v"] == 2
        assert kinds["m"] == 1
        assert kinds["S"] == 7
        assert connection.execute(NOT_THE_OWNERS, (ROLE,) * 4).fetchall() == []
        counts = "select (select count(*) from events), (select count(*) from users)"
        assert connection.execute(counts).fetchone() == (SIZES["tiny"]["events"], SIZES["tiny"]["users"])
        foreign = connection.execute(
            "select count(*), bool_and(convalidated) from pg_constraint where contype = 'f'"
        )
        assert foreign.fetchone() == (9, True)
        domains = connection.execute(
            "select count(*) from pg_type where typtype = 'd' and typowner = %s::regrole", (ROLE,)
        )
        assert domains.fetchone() == (2,)
        assert connection.execute("select count(*) > 0 from reporting.monthly_sales").fetchone() == (True,)


async def test_the_function_the_trigger_and_the_generated_columns_work(shared: Postgres) -> None:
    with owner(shared) as connection:
        before = connection.execute("select count(*) from audit_log").fetchone()
        connection.execute("update orders set state = 'cancelled' where id = 7 and state <> 'cancelled'")
        after = connection.execute("select count(*) from audit_log").fetchone()
        assert before is not None
        assert after == (before[0] + 1,)
        total = connection.execute("select order_total(7)").fetchone()
        assert total is not None
        assert total[0] > 0
        assert connection.execute("select bool_and(title = body ->> 'title') from documents").fetchone() == (
            True,
        )
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("update users set email = 'No At Sign' where id = 1")
        connection.rollback()


async def test_sequences_go_on_behind_the_last_row(shared: Postgres) -> None:
    with owner(shared) as connection:
        for table in ("users", "orders", "events", "products", "attachments", "heartbeats", "emails_sent"):
            next_id = f"select nextval(pg_get_serial_sequence('{table}', 'id')) > max(id) from {table}"
            assert connection.execute(next_id).fetchone() == (True,), table


async def test_the_owner_is_what_heroku_gives(shared: Postgres) -> None:
    with owner(shared) as connection:
        role = "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolconnlimit from pg_roles"
        assert connection.execute(f"{role} where rolname = current_user").fetchone() == (
            False,
            False,
            False,
            False,
            20,
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create role another")


async def test_herokus_own_schema_is_there_and_does_not_disturb(shared: Postgres) -> None:
    with owner(shared) as connection:
        triggers = connection.execute("select evtname, evtevent from pg_event_trigger order by 1").fetchall()
        assert triggers == [
            ("extension_before_drop", "ddl_command_start"),
            ("log_create_ext", "ddl_command_end"),
            ("log_drop_ext", "sql_drop"),
            ("validate_extension", "ddl_command_end"),
        ]
        functions = (
            "select proname from pg_proc p join pg_namespace n on n.oid = pronamespace "
            "where nspname = '_heroku' and pg_get_userbyid(proowner) = 'heroku_admin' order by 1"
        )
        assert [name for (name,) in connection.execute(functions)] == [
            "create_ext",
            "drop_ext",
            "extension_before_drop",
            "postgis_after_create",
            "validate_extension",
        ]
        connection.execute("create table of_the_app (id int); drop table of_the_app")
    without = "begin; drop extension vector cascade;"
    with pytest.raises(psycopg.errors.RaiseException, match="_heroku schema is not allowed"):
        await shared.sql(f"{without} create extension vector schema _heroku", database=DATABASE)
    in_public = "create extension vector schema public; drop extension vector; rollback"
    await shared.sql(f"{without} {in_public}", database=DATABASE)


async def test_an_extension_lives_in_herokus_schema_for_them(shared: Postgres) -> None:
    with owner(shared) as connection:
        place = "select n.nspname from pg_extension e join pg_namespace n on n.oid = extnamespace"
        assert connection.execute(f"{place} where extname = 'vector'").fetchone() == ("heroku_ext",)
        nearest = "select place operator(heroku_ext.<->) '[0,0,0,0]' from document_places order by 1 limit 1"
        row = connection.execute(nearest).fetchone()
        assert row is not None and row[0] > 0


async def test_values_that_are_easily_lost(shared: Postgres) -> None:
    with owner(shared) as connection:
        rows = connection.execute(
            'select "Order No", "group", amount::text, "when"::text from "Legacy Import"'
        )
        assert rows.fetchall()[:2] == [(1, None, "NaN", "infinity"), (2, "", "-Infinity", "-infinity")]


async def test_the_second_cluster_is_a_copy_with_another_password(tmp_path: Path, cache: Path) -> None:
    said: list[str] = []
    first = await seeded_cluster(tmp_path / "one", "tiny", cache, said.append)
    said.clear()
    second = await seeded_cluster(tmp_path / "two", "tiny", cache, said.append)
    digest = "select count(*), sum(hashtextextended(t::text, 0)::numeric) from documents t"
    assert await first.sql(digest, database="seed") == await second.sql(digest, database="seed")
    assert said == ["Copying the example database (tiny)"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=str(second.socket_folder),
            user=first.superuser,
            password=first._password.reveal(),
            dbname="seed",
        )
    await first.remove()
    await second.remove()


async def test_a_cluster_that_was_half_made_is_not_used(tmp_path: Path) -> None:
    async def interrupted() -> None:
        def say(doing: str) -> None:
            if "foreign keys" in doing:
                raise asyncio.CancelledError

        await seeded_cluster(tmp_path / "pg", "tiny", tmp_path / "cache", say)

    with pytest.raises(asyncio.CancelledError):
        await interrupted()
    assert list((tmp_path / "cache").iterdir()) == []


async def test_an_unknown_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="enormous"):
        await seeded_cluster(tmp_path / "pg", "enormous", tmp_path / "cache", print)


@pytest.mark.slow
async def test_standard_is_no_toy(tmp_path: Path) -> None:
    server = await seeded_cluster(tmp_path / "pg", "standard", tmp_path / "cache", lambda doing: None)
    size = await server.sql("select pg_database_size('seed')")
    rows = await server.sql("select count(*) from events", database="seed")
    await server.remove()
    assert size[0][0] >= 300_000_000
    assert rows == [(SIZES["standard"]["events"],)]
    assert SIZES["standard"]["events"] >= 2_500_000


# --- The example apps ---------------------------------------------------------------------------------


class Apps:
    """The example system, run by hand: as dynos would be, against the tiny database."""

    def __init__(self, code: dict[str, Path], database_url: str) -> None:
        self.code = code
        self.database_url = database_url
        self.lines: list[str] = []
        self.running: list[Running] = []

    async def run(self, app: str, program: str, **env: str) -> Running:
        running = await Running.start(f"python {program}", self.code[app], env, self.lines.append)
        self.running.append(running)
        return running

    async def serve(self, app: str, **env: str) -> str:
        """Start the app's web process; returns its address."""
        port = free_port()
        running = await self.run(app, "server.py", PORT=str(port), **env)
        assert await port_answers(port, running, seconds=20), self.lines
        return f"http://127.0.0.1:{port}/"

    def backend_config(self, **more: str) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "s",
            "MAIL_API_KEY": "m",
            "FRONTEND_URL": "https://www.acme.example/",
            "LOG_LEVEL": "info",
            "EMPTY_FLAG": "",
            "WEB_CONCURRENCY": "2",
            **more,
        }


@pytest.fixture
async def apps(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Apps]:
    certificates = Certificates(tmp_path / "tls")
    front = await serve_front(None, postgres.socket, certificates.server_context())
    code = await asyncio.to_thread(make_checkouts, tmp_path / "code")
    apps = Apps(code, f"postgres://{ROLE}:{PASSWORD}@127.0.0.1:{front.port}/{DATABASE}")
    yield apps
    for running in apps.running:
        await running.stop(grace=5)
    front.close()
    await front.wait_closed()


async def get(url: str, **headers: str) -> tuple[int, str, Any]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_backend_and_frontend_answer_with_the_users(apps: Apps, postgres: Postgres) -> None:
    backend = await apps.serve("migrate-backend", **apps.backend_config())
    status, page, _ = await get(backend)
    assert status == 200
    assert "200 users" in page
    assert DATABASE in page
    assert PASSWORD not in page
    status, body, headers = await get(backend + "api/users?limit=3")
    told = json.loads(body)
    assert [user["id"] for user in told["users"]] == [1, 2, 3]
    assert told["count"] == SIZES["tiny"]["users"]
    assert headers["Access-Control-Allow-Origin"] == "https://www.acme.example"
    assert (await get(backend + "healthcheck"))[:2] == (200, "ok\n")
    assert (await get(backend + "nothing"))[0] == 404

    frontend = await apps.serve("migrate-frontend", BACKEND_URL=backend, SESSION_SECRET="s")
    status, page, headers = await get(frontend)
    assert status == 200
    assert "200 people use Acme" in page
    assert told["users"][0]["name"] in page
    cookie = headers["Set-Cookie"].split(";")[0]
    assert "Set-Cookie" not in (await get(frontend, Cookie=cookie))[2]
    assert "Set-Cookie" in (await get(frontend, Cookie="visitor=1.forged"))[2]

    await postgres.stop()
    assert (await get(backend + "healthcheck"))[0] == 503
    assert (await get(frontend))[0] == 502
    await postgres.start()
    assert (await get(frontend))[0] == 200


async def test_sigterm_ends_the_web_process_cleanly(apps: Apps) -> None:
    await apps.serve("migrate-backend", **apps.backend_config())
    await apps.running[0].stop(grace=10)
    assert apps.running[0].exit_code == 0
    assert apps.lines[-1] == "migrate-backend has stopped"


async def test_the_worker_writes_and_comes_back_after_a_loss(apps: Apps, postgres: Postgres) -> None:
    beats = "select count(*)::int from heartbeats"
    start = (await postgres.sql(beats, database=DATABASE))[0][0]
    worker = await apps.run("migrate-backend", "worker.py", **apps.backend_config(DYNO="worker.1"))

    async def grows_beyond(count: int) -> int:
        for _ in range(1000):
            now: int = (await postgres.sql(beats, database=DATABASE))[0][0]
            if now > count:
                return now
            await asyncio.sleep(0.02)
        raise AssertionError(f"no heartbeat came: {apps.lines}")

    seen = await grows_beyond(start)
    await postgres.stop()
    await postgres.start()
    await grows_beyond(seen)
    await worker.stop(grace=10)
    assert worker.exit_code == 0


async def test_migrations_are_repeatable_and_make_what_is_missing(apps: Apps, postgres: Postgres) -> None:
    for expected in ("The database is up to date", "The database is up to date"):
        release = await apps.run("migrate-backend", "migrate.py", **apps.backend_config())
        assert await release.wait() == 0
        assert apps.lines[-1].startswith(expected)
    assert not any(line.startswith("Applied") for line in apps.lines)
    await postgres.sql("drop table emails_sent; delete from schema_migrations", database=DATABASE)
    release = await apps.run("migrate-backend", "migrate.py", **apps.backend_config())
    assert await release.wait() == 0
    assert [line for line in apps.lines if line.startswith("Applied")] == [
        "Applied 0001_heartbeats",
        "Applied 0002_emails_sent",
        "Applied 0003_heartbeats_by_time",
    ]


async def test_the_job_sends_each_mail_once(apps: Apps, postgres: Postgres) -> None:
    unsent = (
        "select count(*)::int from users u where not exists (select from emails_sent where user_id = u.id)"
    )
    before = (await postgres.sql(unsent, database=DATABASE))[0][0]
    config = {"DATABASE_URL": apps.database_url, "MAIL_API_KEY": "m", "FROM_ADDRESS": "hello@acme.example"}
    jobs = [await apps.run("migrate-emailer", "send_emails.py", **config) for _ in range(2)]
    assert [await job.wait() for job in jobs] == [0, 0], apps.lines
    assert (await postgres.sql(unsent, database=DATABASE))[0][0] == before - 40


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 without being asked")
@pytest.mark.parametrize(("host", "reached"), [("", True), ("127.0.0.1", False)])
async def test_an_app_listens_everywhere_unless_told(apps: Apps, host: str, reached: bool) -> None:
    address = await apps.serve("migrate-frontend", BACKEND_URL="http://none", SESSION_SECRET="s", HOST=host)
    try:
        status, _, _ = await get(address.replace("127.0.0.1", "127.0.0.2") + "healthcheck")
    except aiohttp.ClientConnectionError:
        status = 0
    assert (status == 200) is reached
