"""`offramp db restore` given what is no whole dump, what comes slowly, and databases that do not answer."""

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from screens.headless.exit_codes import DONE, TROUBLE
from tests.db_commands.conftest import OFFRAMP, Program, heroku_of
from tests.db_commands.restore_world import dump
from tests.journeys.terminal import Terminal, no_traceback
from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server
from wizard.database.archive import EndsTooEarly, UnknownArchive, read_head
from wizard.database.restore_whole import want_whole

LARGE_OBJECTS = """
SELECT lo_from_bytea(0, decode(repeat(md5(i::text), 2000), 'hex')) FROM generate_series(1, 5) i;
"""


def walk(data: bytes) -> None:
    head, _ = read_head(io.BytesIO(data).read)
    want_whole(io.BytesIO(data), head, lambda at: None)


def dump_of(database: Database, *words: str) -> bytes:
    """By the pg_dump of the server's own version."""
    postgres = database.server.postgres
    return subprocess.run(
        [
            postgres.program("pg_dump"),
            "-Fc",
            *words,
            "-h",
            postgres.socket_folder,
            "-U",
            "app",
            database.name,
        ],
        env=os.environ | {"PGPASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


def test_a_dump_that_was_cut_anywhere_is_known_for_it(old: Server, new: Server) -> None:
    for made in (old.database(), new.database()):
        made.sql(SMALL + LARGE_OBJECTS)
        for words in ((), ("-Z", "0")):
            whole = dump_of(made, *words)
            walk(whole)
            begins = read_head(io.BytesIO(whole).read)[0].length
            for end in {begins, begins + 1, len(whole) // 2, *range(len(whole) - 30, len(whole))}:
                with pytest.raises(EndsTooEarly):
                    walk(whole[:end])
            with pytest.raises(UnknownArchive):
                walk(whole[:begins] + b"\x07" * 1000)
        walk(dump_of(made, "--schema-only"))


@pytest.mark.slow
def test_what_is_no_whole_dump_is_refused_with_what_to_do(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    whole = dump(source)
    here = program.name("TARGET", target)
    for data, said in (
        (whole[:-20], "it ends too early. Nothing was written to the target. Get it whole"),
        (whole[:3000], "it ends too early. Nothing was written to the target. Get it whole"),
        (gzip.compress(whole), "gunzip -c FILE | offramp db restore -"),
        (b"--\n-- PostgreSQL database dump\n--\n", "a script of SQL, which psql runs"),
        (b"<!DOCTYPE html><html>", "a page of the web"),
        (b"PGDMP\x01\x63\x00" + whole[8:], "Install a newer Offramp"),
    ):
        (tmp_path / "it.dump").write_bytes(data)
        refused = program("restore", str(tmp_path / "it.dump"), here, "--yes")
        assert refused.code == TROUBLE and said in refused.err, refused.err
    folder = program("restore", str(tmp_path), here, "--yes")
    assert folder.code == TROUBLE and "is a folder" in folder.err
    assert target.one("SELECT to_regnamespace('_offramp') IS NULL")
    # Of a stream nobody knows before it has come to its end.
    cut = program("restore", "-", here, "--yes", given=whole[:-2000])
    assert cut.code == TROUBLE and "The dump itself is not whole: get it again" in cut.err


def slowly(pipe: Path, data: bytes) -> "subprocess.Popen[bytes]":
    """Writes half of `data` into a named pipe, and the other half when it is given a line."""
    code = (
        "import sys; data = sys.stdin.buffer.read(int(sys.argv[2])); pipe = open(sys.argv[1], 'wb');"
        "half = len(data) // 2; pipe.write(data[:half]); pipe.flush(); sys.stdin.buffer.readline();"
        "pipe.write(data[half:])"
    )
    child = subprocess.Popen([sys.executable, "-c", code, pipe, str(len(data))], stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.write(data)
    child.stdin.flush()
    return child


@pytest.mark.slow
def test_a_pipe_in_place_of_a_file_serves_and_a_wait_and_a_pause_are_shown(
    old: Server, new: Server, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    data = dump(source)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for keys in (True, False):
        target = new.database()
        here = program.name("TARGET", target)
        words = [*OFFRAMP, "restore", str(pipe), here, "--yes"]
        if not keys:
            words = ["sh", "-c", f'cat {pipe} | "$@"', "sh", *OFFRAMP, "restore", "-", here, "--yes"]
        with slowly(pipe, data) as giver, Terminal(command=words, env=program.env) as terminal:
            assert giver.stdin is not None
            terminal.wait("waits for more of the dump, for")
            # Where no key is heard none is offered.
            assert ("p pause" in terminal.words) == keys
            if keys:
                terminal.press("p")
            giver.stdin.write(b"\n")
            giver.stdin.close()
            if keys:
                terminal.wait("⏸ paused", "p goes on", gone="waits for")
                assert target.one("SELECT to_regclass('public.by_account') IS NULL")
                terminal.press("p")
            assert terminal.exit_code() == DONE
            no_traceback(terminal)
        assert target.one("SELECT count(*) FROM payments") == 12_000


@pytest.mark.slow
def test_a_database_that_lets_nobody_in_is_said_in_the_words_of_a_command(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    (tmp_path / "it.dump").write_bytes(dump(source))
    there = program.name("SOURCE", source)
    nowhere = Database(target.server, "no_such_database")
    program.name("NOWHERE", nowhere)
    program.env["REFUSED"] = target.url().reveal().replace(PASSWORD, "canary-wrong-5a1")
    program.env["SILENT"] = "postgresql://app:canary-wrong-5a1@127.0.0.1:1/it"
    program.secrets.append("canary-wrong-5a1")
    for words in (("copy", there), ("verify", there), ("restore", str(tmp_path / "it.dump"))):
        for name, said in (
            ("NOWHERE", "Look at role, password, database"),
            ("REFUSED", "Look at role, password, database"),
            ("SILENT", "Look whether it runs"),
        ):
            refused = program(*words, f"env:{name}", *([] if words[0] == "verify" else ["--yes"]))
            assert refused.code == TROUBLE and said in refused.err
            assert "esume" not in refused.err and "Nothing was " in refused.err


@pytest.mark.slow
def test_a_token_that_heroku_refuses_is_named(old: Server, program: Program, tmp_path: Path) -> None:
    with heroku_of(old.database(), program, tmp_path):
        program.env["HEROKU_API_KEY"] = "not-a-token-of-anybody"
        refused = program("fetch", "migrate-backend", "--yes")
    assert refused.code == TROUBLE and "that of HEROKU_API_KEY" in refused.err


@pytest.mark.slow
def test_a_target_that_cannot_be_written_to_is_refused_before_heroku_is_asked(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    target.server.background.run(
        target.server.postgres.sql(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    )
    program.env["READER"] = target.url("reader").reveal()
    with heroku_of(old.database(), program, tmp_path) as heroku:
        refused = program("restore", "heroku:migrate-backend", "env:READER", "--yes")
        assert refused.code == TROUBLE and "may not create schemas" in refused.err
        assert heroku.sandbox.backups.captures == 0


@pytest.mark.slow
def test_what_another_command_began_there_is_said_by_its_name(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    there, here = program.name("SOURCE", source), program.name("TARGET", target)
    data = dump(source)
    assert program("restore", "-", here, "--yes", given=data[:-2000]).code == TROUBLE
    refused = program("copy", there, here, "--yes")
    assert refused.code == TROUBLE and "what an `offramp db restore` brought" in refused.err
    told = program("verify", there, here)
    assert "holds a copy or a restore of Offramp's that is not over" in told.out


@pytest.mark.slow
def test_a_backup_that_was_made_for_nothing_is_not_made_again(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    here = program.name("TARGET", target)
    with heroku_of(source, program, tmp_path) as heroku:
        heroku.fault("404", path="*/actions/public-url", method="POST")
        broken = program("restore", "heroku:migrate-backend", here, "--yes")
        assert broken.code == TROUBLE and "Heroku has the backup b001" in broken.out
        assert "--latest" in broken.out
        assert program("restore", "heroku:migrate-backend", here, "--latest", "--yes").code == DONE
        assert heroku.sandbox.backups.captures == 1
