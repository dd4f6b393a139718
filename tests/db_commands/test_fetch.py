"""`offramp db fetch`: the backup that was just made, whole, once, and into no file that is somebody's."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.sandbox.heroku.running.database import Database as HerokuDatabase
from providers.sandbox.heroku.world.world import AddOn, Attachment, stable_id
from screens.headless.exit_codes import DONE, TROUBLE, USAGE
from tests.db_commands.conftest import APP, OFFRAMP, Heroku, Program, heroku_of
from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    return made


@pytest.fixture
def heroku(source: Database, program: Program, tmp_path: Path) -> Iterator[Heroku]:
    with heroku_of(source, program, tmp_path) as made:
        yield made


def content(heroku: Heroku, number: int = 1) -> bytes:
    file = heroku.sandbox.backups.transfers[number - 1].file
    assert file is not None
    return file.read_bytes()


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dumps"
    made.mkdir()
    return made


def test_the_very_backup_comes_whole_and_private(heroku: Heroku, program: Program, folder: Path) -> None:
    heroku.fault("cut", path="backup:/download", method="GET", count=2, bytes=30_000)
    done = program("fetch", APP, "--yes", cwd=folder)
    assert done.code == DONE, done.said
    file = only(folder)
    assert file.name == f"{APP}-DATABASE-b001.dump" and "b001" in done.out
    assert file.read_bytes() == content(heroku)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert heroku.sandbox.backups.captures == 1


@pytest.mark.slow
def test_the_newest_backup_is_taken_with_its_age_and_no_file_is_replaced(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    assert program("fetch", APP, "--yes", cwd=folder).code == DONE
    again = program("fetch", APP, "--latest", "--json", cwd=folder)
    assert again.code == TROUBLE and "is there already" in again.err
    newest = program("fetch", APP, "--latest", "-o", "mine.dump", cwd=folder)
    assert newest.code == DONE and "newest backup of postgresql-cubed-52817 is b001" in newest.out
    assert "s old" in newest.out and heroku.sandbox.backups.captures == 1
    taken = program("fetch", APP, "--yes", "-o", "mine.dump", cwd=folder)
    assert taken.code == TROUBLE and heroku.sandbox.backups.captures == 1


def test_a_killed_download_goes_on_with_the_same_backup(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    heroku.source.sql("INSERT INTO payments (note) SELECT md5(random()::text) FROM generate_series(1, 20000)")
    heroku.fault("drip", path="backup:/download", method="GET", seconds=0.4)
    running = program.start("fetch", APP, "--yes", "-o", "it.dump", cwd=folder)
    part = folder / "it.dump.part"
    while not (part.exists() and part.stat().st_size > 100_000):
        assert running.poll() is None, running.communicate()
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    held = part.stat().st_size
    done = program("fetch", APP, "-o", "it.dump", cwd=folder)
    assert done.code == DONE, done.said
    assert "it goes on with that" in done.out
    assert only(folder).read_bytes() == content(heroku)
    assert heroku.sandbox.backups.captures == 1
    assert heroku.sandbox.store.asked[-1]["range"] == f"bytes={held}-"


@pytest.mark.slow
def test_a_command_killed_while_heroku_works_adopts_what_it_began(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    heroku.sandbox.backups.hold = 2.0
    heroku.fault("slow", method="POST", path="*/backups", seconds=60)
    running = program.start("fetch", APP, "--yes", cwd=folder)
    while not (folder / f"{APP}-DATABASE.dump.part.json").exists():
        assert running.poll() is None, running.communicate()
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    # The request that nobody waits for any more gets through.
    heroku.source.server.background.run(_capture(heroku))
    done = program("fetch", APP, cwd=folder)
    assert done.code == DONE, done.said
    assert heroku.sandbox.backups.captures == 1 and only(folder).read_bytes() == content(heroku)


async def _capture(heroku: Heroku) -> None:
    world = heroku.sandbox.world
    heroku.sandbox.backups.capture(next(one for one in world.add_ons.values() if "postgresql" in one.name))


@pytest.mark.slow
def test_a_dump_goes_through_a_pipe_into_another_database(
    heroku: Heroku, program: Program, target: Database, tmp_path: Path
) -> None:
    heroku.fault("cut", path="backup:/download", method="GET", bytes=30_000)
    heroku.fault("no-range", path="backup:/download", method="GET")
    here = program.name("TARGET", target)
    fetch = [*OFFRAMP, "fetch", APP, "-o", "-", "--yes"]
    restore = [*OFFRAMP, "restore", "-", here, "--yes"]
    environment = os.environ | program.env
    with (
        subprocess.Popen(fetch, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as giver,
        subprocess.Popen(restore, stdin=giver.stdout, stdout=subprocess.PIPE, env=environment) as taker,
    ):
        assert giver.stdout is not None and giver.stderr is not None
        giver.stdout.close()
        said = taker.communicate(timeout=60)[0].decode() + giver.stderr.read().decode()
    program.want_none(said)
    assert (giver.returncode, taker.returncode) == (DONE, DONE), said
    assert target.one("SELECT count(*) FROM payments") == 12_000
    assert "All of the dump that was wanted is there" in said


@pytest.mark.slow
def test_what_heroku_says_of_a_failed_backup_is_said(heroku: Heroku, program: Program, folder: Path) -> None:
    heroku.fault("fail", path="backup:/capture", method="POST")
    failed = program("fetch", APP, "--yes", cwd=folder)
    assert failed.code == TROUBLE and "out of shared memory" in failed.err
    # The failed one is not gone on with.
    assert program("fetch", APP, "--yes", cwd=folder).code == DONE
    assert only(folder).name.endswith("-b002.dump")


@pytest.mark.slow
def test_nothing_is_begun_without_consent_or_sense(heroku: Heroku, program: Program, folder: Path) -> None:
    unasked = program("fetch", APP, cwd=folder)
    assert unasked.code == USAGE and "--yes" in unasked.err
    assert "postgresql-cubed-52817, essential-1" in unasked.out
    for words in (["-o", "-", "--json"], ["DATABASE", "BLUE", "-o", "-"]):
        assert program("fetch", APP, *words, "--yes").code == USAGE
    for words, said in (
        (["PINK"], "it has DATABASE"),
        (["-o", "no/such/x.dump"], "is not there"),
        (["--latest"], "no finished backup"),
    ):
        refused = program("fetch", APP, *words, "--yes", cwd=folder)
        assert refused.code == TROUBLE and said in refused.err
    unknown = program("fetch", "no-such-app", "--yes", cwd=folder)
    assert unknown.code == TROUBLE and "shows no app no-such-app to this token" in unknown.err
    assert heroku.sandbox.backups.captures == 0 and list(folder.iterdir()) == []


@pytest.mark.slow
def test_a_page_in_place_of_the_dump_gets_no_name(heroku: Heroku, program: Program, folder: Path) -> None:
    heroku.sandbox.database.postgres, kept = None, heroku.sandbox.database.postgres
    heroku.sandbox.backups.content = b"<html>please sign in</html>" * 100
    try:
        refused = program("fetch", APP, "--yes", "-o", "it.dump", cwd=folder)
        piped = program("fetch", APP, "--yes", "-o", "-")
    finally:
        heroku.sandbox.database.postgres = kept
    assert refused.code == TROUBLE and "no dump that is known" in refused.err
    assert not (folder / "it.dump").exists()
    assert piped.code == TROUBLE and piped.out == ""


@pytest.mark.slow
def test_several_databases_come_by_name_each_once(
    heroku: Heroku, program: Program, folder: Path, old: Server
) -> None:
    other = old.database()
    other.sql("CREATE TABLE other (id int)")
    world = heroku.sandbox.world
    app = world.app(APP)
    assert app is not None
    add_on = AddOn(
        stable_id("second"), "postgresql-flat-1", "heroku-postgresql", "heroku-postgresql:basic", app.id, 0
    )
    world.add_ons[add_on.id] = add_on
    mark = stable_id("attachment", "second")
    world.attachments[mark] = Attachment(
        mark, "HEROKU_POSTGRESQL_PINK", add_on.id, app.id, ("HEROKU_POSTGRESQL_PINK_URL",)
    )
    database = HerokuDatabase(Path("/nowhere"), "")
    database.role, database.name, database.password = "app", other.name, PASSWORD
    database.postgres, database.front = old.postgres, old.front
    heroku.sandbox.databases[add_on.id] = database
    done = program("fetch", APP, "DATABASE", "pink", "BLUE", "--yes", "--json", "-o", str(folder))
    assert done.code == DONE, done.said
    files = [json.loads(line) for line in done.out.splitlines()]
    assert [Path(one["path"]).name for one in files if one["event"] == "file"] == [
        f"{APP}-DATABASE-b001.dump",
        f"{APP}-HEROKU_POSTGRESQL_PINK-b002.dump",
    ]
    assert heroku.sandbox.backups.captures == 2
    one = program("fetch", APP, "DATABASE", "pink", "--yes", "-o", str(folder / "both.dump"))
    assert one.code == USAGE and "do not go into one file" in one.err
    assert heroku.sandbox.backups.captures == 2
    database.postgres = database.front = None


@pytest.mark.slow
def test_memory_does_not_grow_with_the_dump(heroku: Heroku, program: Program, folder: Path) -> None:
    heroku.sandbox.database.postgres, kept = None, heroku.sandbox.database.postgres
    heroku.sandbox.backups.content = b"PGDMP" + os.urandom(1 << 20) * 400
    try:
        code, most = program.measured("fetch", APP, "-o", "-", "--yes")
    finally:
        heroku.sandbox.database.postgres = kept
    assert code == DONE and most < 90
