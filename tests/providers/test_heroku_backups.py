"""Heroku's backups through the data API of the sandbox: begun once, followed, downloaded over bad lines."""

import asyncio
import json
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from providers.heroku import PROVIDER
from providers.heroku.backups import HerokuBackups
from providers.heroku.client import Client
from providers.heroku.dump_download import ATTEMPTS, DumpDownload
from providers.heroku.hosts import environment_hosts
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.world.world import AddOn, Attachment, stable_id
from providers.sandbox.tls import Certificates
from wizard.backups import AttachedDatabase, Backup, BackupProvider, Backups
from wizard.model.secret import Secret, redact
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

CONTENT = bytes(range(256)) * 2000
BACKEND, EMAILER = "migrate-backend", "migrate-emailer"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = HerokuSandbox(
        tmp_path / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        canary="canary-9c41",
        alive=False,
    )
    await sandbox.start()
    sandbox.backups.content = CONTENT
    yield sandbox
    await sandbox.stop()


async def nap(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture
async def backups(heroku: HerokuSandbox) -> AsyncIterator[HerokuBackups]:
    client = Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=nap)
    made = HerokuBackups(client, sleep=nap)
    yield made
    await made.close()


@pytest.fixture
async def database(backups: HerokuBackups) -> AttachedDatabase:
    (found,) = await backups.databases(BACKEND)
    return found


def quiet(backup: Backup) -> None:
    """Nobody watches."""


async def done(backups: HerokuBackups, database: AttachedDatabase) -> Backup:
    begun = await backups.capture(database, await backups.last_number(database))
    return await backups.follow(database, begun.id, quiet)


async def everything(dump: DumpDownload, start: int = 0) -> bytes:
    return b"".join([piece async for piece in dump.pieces(start)])


def second_database(heroku: HerokuSandbox) -> AddOn:
    """Another Postgres of the backend, which only a colour names."""
    app = heroku.world.app(BACKEND)
    assert app is not None
    add_on = AddOn(
        stable_id("addon", "second"),
        "postgresql-flat-1",
        "heroku-postgresql",
        "heroku-postgresql:basic",
        app.id,
        0,
    )
    heroku.world.add_ons[add_on.id] = add_on
    for name, namespace in (("HEROKU_POSTGRESQL_PINK", None), ("READER", "credential:reader")):
        mark = stable_id("attachment", name)
        heroku.world.attachments[mark] = Attachment(
            mark, name, add_on.id, app.id, (f"{name}_URL",), namespace
        )
    heroku.databases[add_on.id] = Database(Path("/nowhere"), "")
    return add_on


class TestDatabases:
    async def test_each_database_comes_once_and_the_main_one_first(
        self, heroku: HerokuSandbox, backups: HerokuBackups
    ) -> None:
        second_database(heroku)
        main, other = await backups.databases(BACKEND)
        assert (main.name, main.plan, main.owner, main.app) == ("DATABASE", "essential-1", BACKEND, BACKEND)
        assert {"DATABASE", "DATABASE_URL", "HEROKU_POSTGRESQL_BLUE"} <= set(main.names)
        assert other.name == "HEROKU_POSTGRESQL_PINK" and "READER" not in other.names

    async def test_the_owner_of_a_shared_database_is_another_app(self, backups: HerokuBackups) -> None:
        (shared,) = await backups.databases(EMAILER)
        assert (shared.app, shared.owner) == (EMAILER, BACKEND)

    async def test_url_and_size_are_told(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        url = (await backups.database_url(database.add_on_id)).reveal()
        assert url == f"{heroku.database.url}?sslmode=require"
        assert await backups.size(database) == 3_145_728
        assert await backups.cautions(database) == ()

    async def test_what_a_backup_may_lack_is_said_before(
        self, backups: HerokuBackups, database: AttachedDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def large(_: AttachedDatabase) -> dict[str, int]:
            return {"num_bytes": 21 * 10**9, "credentials": 3}

        monkeypatch.setattr(backups, "_info", large)
        long, credentials = await backups.cautions(database)
        assert "may not come to its end" in long and "has 3 credentials" in credentials


class TestCapture:
    async def test_a_backup_is_begun_and_followed_to_its_end(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        heroku.backups.hold = 0.05
        seen: list[Backup] = []
        begun = await backups.capture(database, 0)
        over = await backups.follow(database, begun.id, seen.append)
        assert (over.name, over.state, over.bytes) == ("b001", "done", len(CONTENT))
        assert {one.state for one in seen} == {"running", "done"}
        assert heroku.backups.captures == 1

    async def test_a_lost_answer_is_not_asked_for_again_but_looked_for(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        await done(backups, database)
        heroku.faults.add("drop", method="POST", path="*/backups")
        over = await done(backups, database)
        assert over.number == 2
        assert heroku.backups.captures == 2

    async def test_what_a_schedule_or_another_database_began_is_not_adopted(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        other = second_database(heroku)
        before = await backups.last_number(database)
        add_on = heroku.world.add_ons[database.add_on_id]
        heroku.backups.capture(add_on, schedule=stable_id("schedule"))
        heroku.backups.capture(other)
        assert await backups.begun_after(database, before) is None
        heroku.faults.add("drop", method="POST", path="*/backups")
        adopted = await backups.capture(database, before)
        assert adopted.number == 3

    async def test_a_request_that_never_arrived_is_sent_a_second_time_and_no_third(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        heroku.faults.add("refuse", method="POST", path="*/backups")
        await done(backups, database)
        assert heroku.backups.captures == 1
        heroku.faults.add("503", method="POST", path="*/backups", count=None)
        with pytest.raises(Unreachable):
            await backups.capture(database, await backups.last_number(database))
        assert heroku.faults.list()[-1]["used"] == 2

    async def test_a_failed_one_says_what_its_log_says(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        heroku.faults.add("fail", path="backup:/capture", method="POST")
        with pytest.raises(Trouble, match="out of shared memory") as failed:
            await done(backups, database)
        assert failed.value.code == "backup-failed"

    async def test_following_bears_a_busy_api(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        begun = await backups.capture(database, 0)
        heroku.faults.add("503", method="GET", path="*/transfers/*", count=30)
        assert (await backups.follow(database, begun.id, quiet)).state == "done"

    async def test_a_token_that_ends_is_said(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        begun = await backups.capture(database, 0)
        heroku.expire_tokens()
        with pytest.raises(SignInNeeded):
            await backups.follow(database, begun.id, quiet)

    async def test_the_newest_that_is_done_is_found(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        assert await backups.newest(database) is None
        await done(backups, database)
        second = await done(backups, database)
        heroku.faults.add("fail", path="backup:/capture", method="POST")
        with pytest.raises(Trouble):
            await done(backups, database)
        heroku.backups.capture(second_database(heroku))
        newest = await backups.newest(database)
        assert newest is not None and newest.id == second.id

    async def test_an_advanced_plan_is_sent_another_way(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        heroku.world.add_ons[database.add_on_id].plan = "heroku-postgresql:advanced-4g"
        (advanced,) = await backups.databases(BACKEND)
        with pytest.raises(Trouble) as refused:
            await backups.capture(advanced, 0)
        assert refused.value.code == "backup-plan" and "db copy" in refused.value.remedy
        assert heroku.backups.captures == 0


class TestDownload:
    async def test_the_bytes_come_without_the_token(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        assert await everything(dump) == CONTENT
        assert dump.total == len(CONTENT) and dump.mark
        assert "authorization" not in heroku.store.asked[0]

    @pytest.mark.parametrize("start", [1, 70_000, len(CONTENT) - 1])
    async def test_a_beginning_that_is_there_is_not_loaded_again(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase, start: int
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        assert await everything(dump, start) == CONTENT[start:]
        assert heroku.store.asked[0]["range"] == f"bytes={start}-"

    async def test_broken_lines_cost_no_byte_twice(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        heroku.faults.add("cut", path="backup:/download", count=3, bytes=100_000)
        heroku.faults.add("503", path="backup:/download", count=2)
        assert await everything(dump) == CONTENT
        begun = [asked.get("range", "") for asked in heroku.store.asked]
        assert begun[0] == "" and begun[1] != "bytes=0-" and len(begun) == 6
        assert all(asked["if-range"] == dump.mark for asked in heroku.store.asked[1:])

    async def test_a_store_without_ranges_is_read_again_and_the_beginning_thrown_away(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        heroku.faults.add("cut", path="backup:/download", bytes=200_000)
        heroku.faults.add("no-range", path="backup:/download")
        assert await everything(dump) == CONTENT

    async def test_an_address_that_has_ended_is_asked_for_anew(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        heroku.faults.add("cut", path="backup:/download", bytes=200_000)
        heroku.faults.add("expire", path="backup:/download")
        assert await everything(dump) == CONTENT
        asked = [one for one in heroku.world.written if one.endswith("public-url")]
        assert len(asked) == 2

    async def test_other_bytes_are_not_put_behind_the_first_ones(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        heroku.faults.add("cut", path="backup:/download", bytes=200_000)
        heroku.faults.add("changed", path="backup:/download")
        with pytest.raises(Trouble) as changed:
            await everything(dump)
        assert changed.value.code == "backup-changed"

    async def test_a_store_that_gives_nothing_is_given_up(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        heroku.faults.add("503", path="backup:/download", count=None)
        with pytest.raises(Unreachable) as given_up:
            await everything(dump)
        assert given_up.value.code == "backup-store"
        assert len(heroku.store.asked) == ATTEMPTS

    async def test_the_signed_address_is_known_as_a_secret(
        self, heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
    ) -> None:
        dump = backups.dump(database, await done(backups, database))
        await everything(dump)
        (signature,) = heroku.backups._links
        assert "canary-9c41" in signature
        assert signature not in redact(f"GET https://x?X-Amz-Signature={signature}&y")

    @pytest.mark.parametrize(
        "url", ["http://s3.example/x", "ftp://127.0.0.1/x", "https://[", "file:///etc/passwd"]
    )
    async def test_only_https_is_asked_for_the_data(self, url: str) -> None:
        async def ask() -> Secret:
            return Secret(url)

        with pytest.raises(Trouble) as refused:
            await everything(DumpDownload(ask, sleep=nap))
        assert refused.value.code == "plain-http"


class TestEnvironment:
    def test_the_provider_keeps_backups(self) -> None:
        assert isinstance(PROVIDER, BackupProvider)
        given: Backups = HerokuBackups(Client({}, Secret("HRKU-1234567890")))
        assert given

    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ({}, {}),
            ({"HEROKU_HOST": "heroku.com"}, {"api": "https://api.heroku.com"}),
            (
                {"HEROKU_HOST": "http://127.0.0.1:81", "HEROKU_DATA_HOST": "localhost"},
                {"api": "http://127.0.0.1:81", "data": "http://localhost:81"},
            ),
            (
                {"HEROKU_HOST": "http://127.0.0.1:81", "HEROKU_DATA_HOST": "http://127.0.0.1:82"},
                {"api": "http://127.0.0.1:81", "data": "http://127.0.0.1:82"},
            ),
            (
                {"HEROKU_PARTICLEBOARD_URL": "https://particleboard.heroku.com"},
                {"particleboard": "https://particleboard.heroku.com"},
            ),
        ],
    )
    def test_hosts_are_read_as_the_cli_reads_them(self, given: dict[str, str], found: dict[str, str]) -> None:
        assert environment_hosts(given) == found

    @pytest.mark.parametrize(
        "given",
        [
            {"HEROKU_HOST": "https://api.heroku.com.evil.example"},
            {"HEROKU_HOST": "https://evilheroku.com"},
            {"HEROKU_HOST": "http://127.0.0.1:81"},
            {"HEROKU_DATA_HOST": "http://127.0.0.1:82"},
            {"HEROKU_HOST": "https://["},
            {"HEROKU_PARTICLEBOARD_URL": "http://127.0.0.1:83"},
            {"HEROKU_PARTICLEBOARD_URL": "https://jobs.example"},
            {
                "HEROKU_HOST": "http://127.0.0.1:81",
                "HEROKU_DATA_HOST": "localhost",
                "HEROKU_PARTICLEBOARD_URL": "https://particleboard.heroku.com",
            },
        ],
    )
    def test_a_token_goes_to_no_strange_host(self, given: dict[str, str]) -> None:
        with pytest.raises(Trouble) as refused:
            environment_hosts(given)
        assert refused.value.code == "bad-address"


async def test_what_the_data_api_shows_fits_herokus_own_schema(
    heroku: HerokuSandbox, backups: HerokuBackups, database: AttachedDatabase
) -> None:
    """The password in `from_url` is Heroku's doing; nothing of ours keeps it."""
    await done(backups, database)
    rows = await backups._transfers(database)
    schemas = Path(__file__).resolve().parents[2].parent / "shared" / "schemas" / "heroku-data.json"
    if not schemas.exists():
        pytest.skip("Heroku's schemas are not beside this checkout")
    schema = json.loads(schemas.read_text())["GET /client/v11/apps/:name/transfers"]["responses"]["200"]
    assert set(schema["items"]["properties"]) - {"from_uuid", "to_uuid", "logs"} <= set(rows[0])
    assert urllib.parse.urlsplit(str(rows[0]["from_url"])).path.strip("/") == heroku.database.name
