"""`offramp db copy` and `offramp db verify`, as a person and a script call them."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from screens.headless.exit_codes import DIFFERS, DONE, TROUBLE, USAGE
from screens.main import main
from tests.db_commands.conftest import APP, OFFRAMP, Program, heroku_of
from tests.wizard.database_servers import PASSWORD, SMALL, ZOO, Database, Server

MANY = """
CREATE TABLE many (id bigint PRIMARY KEY, note text);
INSERT INTO many SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 150000) i;
CREATE INDEX ON many (note);
"""


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    return made


def marked(target: Database) -> bool:
    return bool(target.one("SELECT to_regnamespace('_offramp') IS NOT NULL"))


def test_a_database_arrives_whole_and_is_proven_later_by_a_command_of_its_own(
    old: Server, target: Database, program: Program
) -> None:
    source = old.database()
    source.sql(ZOO.replace("COMMIT;\n", ""))
    there, here = program.name("SOURCE", source), program.name("TARGET", target)
    done = program("copy", there, here, "--yes")
    assert done.code == DONE, done.said
    assert "✓ proven  public.orders, 6,000 rows" in done.out
    assert "12 of 12 tables equal" in done.out and "as it was when the copy began" in done.out
    assert not marked(target)
    assert program("verify", there, here).code == DONE

    target.sql("UPDATE orders SET total = total + 1 WHERE id = 777; DROP VIEW per_user")
    differs = program("verify", there, here)
    assert differs.code == DIFFERS
    assert "table public.orders: 6,000 rows on both sides, not the same ones" in differs.out
    assert "per_user is missing" in differs.out
    told = [json.loads(line) for line in program("verify", there, here, "--json").out.splitlines()]
    proof = next(one for one in told if one["event"] == "proof")
    assert proof["equal"] is False
    assert [table["name"] for table in proof["tables"] if not table["equal"]] == ["public.orders"]


def test_a_kill_costs_nothing_and_the_same_command_goes_on(
    old: Server, target: Database, program: Program
) -> None:
    source = old.database()
    source.sql(SMALL + MANY)
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    running = program.start(*words)
    assert running.stdout is not None
    next(line for line in running.stdout if "copying rows" in line)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert marked(target)
    done = program(*words)
    assert done.code == DONE, done.said
    assert "It goes on from what is on the target already" in done.out
    assert "compared with the source" in done.out
    assert target.one("SELECT count(*) FROM many") == 150_000
    assert not marked(target)


@pytest.mark.slow
def test_a_copy_that_was_kept_is_brought_up_to_date_and_made_final(
    source: Database, target: Database, program: Program
) -> None:
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    first = program(*words, "--keep-marker")
    assert first.code == DONE and marked(target), first.said
    source.sql("UPDATE accounts SET balance = 5 WHERE id = 9; INSERT INTO payments (account) VALUES (9)")
    final = program(*words, "--frozen")
    assert final.code == DONE, final.said
    assert "Copied again, for they had changed: public.accounts, public.payments." in final.out
    assert target.one("SELECT balance FROM accounts WHERE id = 9") == 5
    assert target.one("SELECT nextval('payments_id_seq')") == 12002
    assert not marked(target)


@pytest.mark.slow
def test_a_copy_that_no_longer_fits_is_begun_anew_only_when_asked(
    source: Database, target: Database, program: Program
) -> None:
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    assert program(*words, "--keep-marker").code == DONE
    source.sql("ALTER TABLE payments ADD COLUMN extra int")
    refused = program(*words)
    assert refused.code == TROUBLE and "no longer fits" in refused.err and "--start-over" in refused.err
    again = program(*words, "--start-over")
    assert again.code == DONE, again.said
    assert target.one("SELECT count(extra) FROM payments") == 0 and not marked(target)


@pytest.mark.slow
def test_progress_for_scripts_is_json_and_nothing_else(
    source: Database, target: Database, program: Program
) -> None:
    done = program(
        "copy",
        program.name("SOURCE", source),
        program.name("TARGET", target),
        "--yes",
        "--json",
        "--no-proof",
    )
    assert done.code == DONE and done.err == ""
    told = [json.loads(line) for line in done.out.splitlines()]
    kinds = [one["event"] for one in told]
    assert kinds[0] == "plan" and kinds[-1] == "result" and "progress" in kinds
    assert told[-1]["equal"] is True and told[0]["target_state"] == "empty"
    progress = [one for one in told if one["event"] == "progress"]
    assert len({frozenset(one) for one in progress}) == 1, "one shape"


@pytest.mark.slow
def test_heroku_is_asked_for_the_url_and_spoken_to_in_tls(
    source: Database, target: Database, program: Program, tmp_path: Path
) -> None:
    with heroku_of(source, program, tmp_path):
        here = program.name("TARGET", target)
        done = program("copy", f"heroku:{APP}", here, "--yes")
        assert done.code == DONE, done.said
        assert f"heroku:{APP}/DATABASE" in done.out and "TLS" in done.out
        assert program("verify", f"heroku:{APP}/BLUE", here).code == DONE
        strange = program("verify", f"heroku:{APP}/PINK", here)
        assert strange.code == TROUBLE and "it has DATABASE" in strange.err
        program.env["HEROKU_API_KEY"] = "HRKU-0000000000000000000000000"
        refused = program("verify", f"heroku:{APP}", here)
        assert refused.code == TROUBLE and "does not accept the token" in refused.err


@pytest.mark.slow
def test_two_runs_of_one_copy_do_not_meet(old: Server, target: Database, program: Program) -> None:
    source = old.database()
    source.sql(MANY)
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    running = program.start(*words)
    assert running.stdout is not None
    next(line for line in running.stdout if "making the tables" in line or "copying rows" in line)
    second = program(*words)
    running.stdout.read()
    assert second.code == TROUBLE and "Another process is at this very work" in second.err
    assert running.wait(60) == DONE


@pytest.mark.slow
def test_a_password_file_serves_and_nothing_else_is_needed(
    source: Database, target: Database, program: Program, private_home: Path
) -> None:
    passes = private_home / ".pgpass"
    passes.write_text(f"*:*:*:app:{PASSWORD}\n")
    passes.chmod(0o600)
    there, here = (
        f"postgresql://app@/{one.name}?host={one.server.postgres.socket_folder}" for one in (source, target)
    )
    done = program("copy", there, here, "--yes")
    passes.unlink()
    assert done.code == DONE, done.said
    refused = program("verify", there, here)
    assert refused.code == USAGE and "no terminal to ask for the password" in refused.err


@pytest.mark.parametrize(
    ("word", "code", "words"),
    [
        (f"postgresql://app:{PASSWORD}@127.0.0.1/x", USAGE, "The command line holds a password"),
        (f"host=127.0.0.1 user=app password={PASSWORD}", USAGE, "The command line holds a password"),
        (f"postgresql://app@127.0.0.1/x?password={PASSWORD}", USAGE, "The command line holds a password"),
        ("env:NOT_THERE", USAGE, "NOT_THERE is not set"),
        ("env:", USAGE, "names no variable"),
        ("my-database", USAGE, "names no database"),
        ("heroku:", USAGE, "names no database"),
        ("postgresql://app@[/x", USAGE, "no URL or conninfo"),
        ("postgresql://app@127.0.0.1:1/x", TROUBLE, "connection refused"),
    ],
)
def test_what_cannot_be_named_so_is_refused_in_words(
    word: str, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "verify", word, "env:NEVER_LOOKED_AT"]) == code
    said = capsys.readouterr().err
    assert words in said and PASSWORD not in said


@pytest.mark.slow
def test_where_nobody_can_be_asked_that_is_said(program: Program) -> None:
    for words in (["copy", "-", "env:X", "--yes"], ["verify", "env:X", "-"]):
        program.env["X"] = "postgresql://127.0.0.1:1/x"
        ran = subprocess.run(
            [*OFFRAMP, *words],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | program.env,
            start_new_session=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode in (USAGE, TROUBLE) and "Traceback" not in ran.stderr


@pytest.mark.slow
def test_nothing_is_written_without_consent_or_into_what_is_not_ours(
    source: Database, target: Database, program: Program
) -> None:
    there, here = program.name("SOURCE", source), program.name("TARGET", target)
    unasked = program("copy", there, here)
    assert unasked.code == USAGE and "--yes" in unasked.err and "12,000" not in unasked.out
    assert "into  env:TARGET" in unasked.out and "The source is only read" in unasked.out
    same = program("copy", there, program.name("AGAIN", source), "--yes")
    assert same.code == TROUBLE and "same database" in same.err
    target.sql("CREATE TABLE theirs (id int)")
    full = program("copy", there, here, "--yes")
    assert full.code == TROUBLE and "theirs" in full.err
    assert target.one("SELECT count(*) FROM theirs") == 0 and not marked(target)


@pytest.mark.slow
def test_what_comes_otherwise_is_said_and_what_cannot_come_is_refused(
    old: Server, target: Database, program: Program
) -> None:
    source = old.database()
    run = old.background.run
    run(
        old.postgres.sql("CREATE EXTENSION vector; CREATE PUBLICATION p FOR ALL TABLES", database=source.name)
    )
    there, here = program.name("SOURCE", source), program.name("TARGET", target)
    said = program("copy", there, here)
    assert "note  " in said.out and "The extension vector is left out" in said.out
    assert "The publication p is left out" in said.out
    source.sql("CREATE TABLE places (id int, place vector(3))")
    refused = program("copy", there, here, "--yes")
    assert refused.code == TROUBLE and "places.place" in refused.err, refused.said
    assert not marked(target)


@pytest.mark.slow
def test_a_service_file_and_a_checked_certificate_serve(
    source: Database, target: Database, program: Program, private_home: Path
) -> None:
    port, other = source.server.open_front(), target.server.open_front()
    service = private_home / ".pg_service.conf"
    service.write_text(
        f"[shop]\nhost=127.0.0.1\nport={port}\nuser=app\ndbname={source.name}\nsslmode=require\n"
    )
    program.env["PGPASSWORD"] = PASSWORD
    checked = f"sslmode=verify-full&sslrootcert={target.server.ca_file}"
    here = f"postgresql://app@localhost:{other}/{target.name}?{checked}"
    done = program("copy", "service=shop", here, "--yes")
    assert done.code == DONE, done.said
    assert done.out.count("TLS") == 2 and "without TLS" not in done.out


@pytest.mark.slow
def test_a_reader_that_has_enough_does_not_change_what_happens(
    source: Database, target: Database, program: Program
) -> None:
    words = [*OFFRAMP, "copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=os.environ | program.env) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == DONE
    assert target.one("SELECT count(*) FROM payments") == 12_000


@pytest.mark.parametrize("name", ["copy", "verify", "fetch", "restore"])
def test_the_help_fits_a_terminal_and_says_what_the_exit_codes_mean(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main(["db", name, "--help"])
    told = capsys.readouterr().out
    assert (ended.value.code == 0 and "exit codes: 0" in told and "--yes" in told) or name == "verify"
    assert max(map(len, told.splitlines())) <= 80
    # An option that is broken at its hyphen cannot be copied.
    assert not [line for line in told.splitlines() if line.endswith("-") and "--" in line]
