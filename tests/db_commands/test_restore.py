"""`offramp db restore`: from a file, a pipe or straight from Heroku, into an empty database, never twice."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from screens.headless.exit_codes import DIFFERS, DONE, INTERRUPTED, TROUBLE, USAGE
from tests.db_commands.conftest import APP, Program, heroku_of
from tests.db_commands.restore_world import HEROKUS, dump
from tests.wizard.database_servers import SMALL, ZOO, Database, Server

MUCH = """
CREATE TABLE much (id bigint, note text);
INSERT INTO much SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 200000) i;
"""


def begun(running: "subprocess.Popen[str]", target: Database) -> None:
    """Return when rows of `much` are on their way."""
    copying = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY public.much%' AND state = 'active'"
    )
    while target.one(copying, role="postgres") == 0:
        assert running.poll() is None, running.communicate()


@pytest.fixture(scope="module")
def zoo(old: Server) -> Database:
    source = old.database()
    old.background.run(old.postgres.sql(HEROKUS, database=source.name))
    source.sql(ZOO.replace("COMMIT;\n", ""))
    return source


def test_a_backup_goes_straight_from_heroku_into_the_target_and_is_proven(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    with heroku_of(source, program, tmp_path) as heroku:
        heroku.fault("cut", path="backup:/download", method="GET", bytes=50_000)
        here = program.name("TARGET", target)
        done = program("restore", f"heroku:{APP}", here, "--verify", f"heroku:{APP}", "--yes")
        assert done.code == DONE, done.said
        assert "without touching this disk" in done.out
        assert "2 of 2 tables equal, 12,300 rows" in done.out
        assert heroku.sandbox.backups.captures == 1
        refused = program("restore", f"heroku:{APP}", here, "--latest", "--yes")
        assert refused.code == TROUBLE and "not empty" in refused.err
    assert target.one("SELECT to_regnamespace('_offramp') IS NULL")


@pytest.mark.slow
def test_what_is_left_out_is_named_and_every_error_judged(
    zoo: Database, old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "zoo.dump"
    file.write_bytes(dump(zoo))
    words = ("restore", str(file), program.name("TARGET", target), "--yes")
    done = program(*words)
    assert done.code == DONE, done.said
    assert "left  extension vector: the target does not have it" in done.out
    assert "event trigger log_create_ext" in done.out and "publication changes" in done.out
    assert "offramp db verify" in done.out

    zoo.sql("CREATE FUNCTION deep() RETURNS int LANGUAGE internal AS 'pg_backend_pid'", role="postgres")
    file.write_bytes(dump(zoo))
    zoo.sql("DROP FUNCTION deep", role="postgres")
    other = target.server.database()
    lossy = program("restore", str(file), program.name("OTHER", other), "--yes", "--json")
    assert lossy.code == DIFFERS, lossy.said
    told = [json.loads(line) for line in lossy.out.splitlines()]
    assert [one["what"] for one in told[-1]["lost"]] == ["function public.deep()"]
    assert told[-1]["event"] == "result" and told[-1]["whole"] is False
    again = program("restore", str(file), "env:OTHER", "--yes")
    assert again.code == TROUBLE and "ended with losses" in again.err


def test_a_killed_restore_is_known_for_what_it_is_and_begun_anew_when_asked(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL + MUCH)
    file = tmp_path / "much.dump"
    file.write_bytes(dump(source))
    there = program.name("SOURCE", source)
    words = ("restore", str(file), program.name("TARGET", target), "--yes")
    running = program.start(*words)
    begun(running, target)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    refused = program(*words)
    assert refused.code == TROUBLE, refused.said
    assert "did not come to its end" in refused.err and "would double their rows" in refused.err
    done = program(*words, "--start-over", "--verify", there)
    assert done.code == DONE, done.said
    assert "emptied of what the earlier restore had brought" in done.out
    assert target.one("SELECT count(*) FROM much") == 200_000


@pytest.mark.slow
def test_the_proof_after_a_restore_finds_what_was_written_since(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    file = tmp_path / "it.dump"
    file.write_bytes(dump(source))
    source.sql("DELETE FROM payments WHERE id = 1")
    there, here = program.name("SOURCE", source), program.name("TARGET", target)
    done = program("restore", str(file), here, "--verify", there, "--yes")
    assert done.code == DIFFERS
    assert "table public.payments: 11,999 rows on the source, 12,000 on the target" in done.out


@pytest.mark.slow
def test_what_is_no_dump_or_has_no_consent_touches_nothing(
    target: Database, program: Program, tmp_path: Path
) -> None:
    here = program.name("TARGET", target)
    text = tmp_path / "dump.sql"
    text.write_text("-- PostgreSQL database dump\n")
    for words, code, said in (
        ([str(text), here, "--yes"], TROUBLE, "no dump that can be restored"),
        ([str(text), here], USAGE, "--yes"),
        ([str(tmp_path / "none"), here, "--yes"], TROUBLE, "There is no file"),
        ([str(text), here, "--yes", "--latest"], USAGE, "--latest"),
        (["-", "-", "--yes"], USAGE, "named with -"),
    ):
        refused = program("restore", *words)
        assert refused.code == code and said in refused.err, refused.said
    cut = program("restore", "-", here, "--yes", given=b"PGDMP\x01\x10\x00\x04\x08\x01\x01")
    assert cut.code == TROUBLE and "ends too early" in cut.err
    assert target.one("SELECT to_regnamespace('_offramp') IS NULL")


@pytest.mark.slow
def test_ctrl_c_ends_pg_restore_and_says_how_to_begin_anew(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(MUCH)
    file = tmp_path / "much.dump"
    file.write_bytes(dump(source))
    running = program.start("restore", str(file), program.name("TARGET", target), "--yes")
    begun(running, target)
    os.kill(running.pid, signal.SIGINT)
    rest = running.communicate()[0]
    assert running.wait(60) == INTERRUPTED and "--start-over" in rest, rest
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'offramp/db-restore-%/restore'"
    for _ in range(100):
        if target.one(query, role="postgres") == 0:
            break
        time.sleep(0.05)
    assert target.one(query, role="postgres") == 0


@pytest.mark.slow
def test_memory_does_not_grow_with_the_dump(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql("CREATE TABLE big (id int, raw bytea)")
    # 2 MB a row, and nothing that can be compressed.
    block = "(SELECT string_agg(sha512((i::text || j)::bytea), NULL) FROM generate_series(1, 32000) j)"
    source.sql(f"INSERT INTO big SELECT i, {block} FROM generate_series(1, 60) i")
    file = tmp_path / "big.dump"
    file.write_bytes(dump(source))
    assert file.stat().st_size > 100_000_000
    code, most = program.measured("restore", str(file), program.name("TARGET", target), "--yes")
    assert code == DONE and most < 90
    assert target.one("SELECT sum(length(raw)) FROM big") == 60 * 32_000 * 64
