"""`offramp db fetch` used wrongly, or served badly: what is whose, what is whole, what is said meanwhile."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.headless.db_part import Part
from screens.headless.exit_codes import DONE, TROUBLE, USAGE
from tests.db_commands.conftest import APP, OFFRAMP, Heroku, Program, heroku_of
from tests.wizard.database_servers import SMALL, Server
from wizard.backups import AttachedDatabase


@pytest.fixture
def heroku(old: Server, program: Program, tmp_path: Path) -> Iterator[Heroku]:
    source = old.database()
    source.sql(SMALL)
    with heroku_of(source, program, tmp_path) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dumps"
    made.mkdir()
    return made


@pytest.mark.slow
def test_half_a_dump_gets_no_name_though_the_store_says_that_it_is_all(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    heroku.fault("short", path="backup:/download", method="GET")
    cut = program("fetch", APP, "--yes", "-o", "it.dump", cwd=folder)
    assert cut.code == TROUBLE and "not a whole dump: it ends too early" in cut.err
    assert "--start-over" in cut.err and not (folder / "it.dump").exists()
    again = program("fetch", APP, "--yes", "-o", "it.dump", "--start-over", cwd=folder)
    assert again.code == DONE, again.said
    assert heroku.sandbox.backups.captures == 2
    assert [path.name for path in folder.iterdir()] == ["it.dump"]


@pytest.mark.slow
def test_what_is_waited_for_is_told(heroku: Heroku, program: Program, folder: Path) -> None:
    heroku.fault("slow", path="*/backups", method="POST", seconds=7)
    heroku.fault("503", path="backup:/download", method="GET", count=4)
    done = program("fetch", APP, "--yes", cwd=folder)
    assert done.code == DONE and "asking Heroku for a backup · no answer for" in done.out
    assert "downloading · 0 B · nothing for" in done.out
    assert "waits for Heroku's store: it answers with status 503, so it is asked again" in done.out


def test_an_old_backup_is_gone_on_with_by_its_age_and_a_new_one_made_when_asked(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    assert program("fetch", APP, "--yes", "-o", "first.dump", cwd=folder).code == DONE
    (known,) = heroku.sandbox.backups.transfers
    note = {"format": 1, "add_on_id": known.add_on_id, "after": 0, "transfer": known.uuid}
    for name in ("second.dump", "third.dump"):
        (folder / f"{name}.part.json").write_text(json.dumps(note))
    done = program("fetch", APP, "-o", "second.dump", cwd=folder)
    assert done.code == DONE and "b001 (made " in done.out and "old): it goes on" in done.out
    # Nobody is told that Heroku makes a backup which it has made.
    assert "Heroku makes the backup" not in done.out and heroku.sandbox.backups.captures == 1
    assert program("fetch", APP, "--yes", "-o", "third.dump", "--start-over", cwd=folder).code == DONE
    assert heroku.sandbox.backups.captures == 2


@pytest.mark.slow
def test_nothing_is_left_of_a_backup_that_heroku_refused(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    heroku.fault("403", path="*/backups", method="POST")
    assert program("fetch", APP, "--yes", "-o", "it.dump", cwd=folder).code == TROUBLE
    heroku.fault("fail", path="backup:/capture", method="POST")
    assert program("fetch", APP, "--yes", "-o", "it.dump", cwd=folder).code == TROUBLE
    assert list(folder.iterdir()) == []


@pytest.mark.slow
def test_what_stands_in_the_place_of_the_unfinished_file_is_left_alone(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    for name in ("it.dump.part", "that.dump.part.json"):
        (folder / name).write_text("mine")
        refused = program("fetch", APP, "--yes", "-o", name.partition(".part")[0], cwd=folder)
        assert refused.code == TROUBLE and f"{name} is there already" in refused.err
        assert (folder / name).read_text() == "mine"
    other = '{"format":1,"add_on_id":"of-another","after":3,"transfer":"t"}'
    (folder / "its.dump.part.json").write_text(other)
    refused = program("fetch", APP, "--yes", "-o", "its.dump", cwd=folder)
    assert refused.code == TROUBLE and "unfinished download of another database" in refused.err
    assert (folder / "its.dump.part.json").read_text() == other
    assert heroku.sandbox.backups.captures == 0
    assert program("fetch", APP, "--yes", "-o", "its.dump", "--start-over", cwd=folder).code == DONE


def test_where_nothing_can_be_written_that_is_said_in_words(
    heroku: Heroku, program: Program, folder: Path
) -> None:
    # The file itself could be made, and nothing beside it.
    refused = program("fetch", APP, "--yes", "-o", "x" * 250, cwd=folder)
    assert refused.code == TROUBLE and "cannot be written" in refused.err
    assert heroku.sandbox.backups.captures == 0
    folder.chmod(0o500)
    if not os.access(folder, os.W_OK):
        closed = program("fetch", APP, "--yes", cwd=folder)
        assert closed.code == TROUBLE and f"The folder {folder} cannot be written to" in closed.err
    folder.chmod(0o700)


@pytest.mark.slow
def test_a_standard_output_that_takes_nothing_is_no_success(heroku: Heroku, program: Program) -> None:
    words = ["fetch", APP, "--yes", "-o", "-"]
    for where, code, said in (
        (">&-", USAGE, "The standard output is closed"),
        (">/dev/full", TROUBLE, "The standard output cannot be written to"),
    ):
        if where.endswith("full") and not Path("/dev/full").exists():
            continue
        ran = subprocess.run(
            ["sh", "-c", f'"$@" {where}', "sh", *OFFRAMP, *words],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | program.env,
            check=False,
        )
        assert ran.returncode == code and said in ran.stderr.decode(), ran.stderr


@pytest.mark.slow
def test_options_may_stand_between_the_names(heroku: Heroku, program: Program, folder: Path) -> None:
    done = program("fetch", APP, "--yes", "DATABASE", "-o", "it.dump", cwd=folder)
    assert done.code == DONE, done.said
    assert "DATABASE" not in program("fetch", "--yes").err.rpartition("required")[2]
    number = program("copy", "env:A", "env:B", "--workers", "two")
    assert number.code == USAGE and "must be a number from 1 to 64" in number.err


def test_a_name_that_comes_from_outside_leads_out_of_no_folder(folder: Path) -> None:
    database = AttachedDatabase(
        app="../../up",
        name="DATABASE/..",
        names=(),
        add_on_id="1",
        add_on="it",
        plan="essential-0",
        owner_id="2",
        owner="up",
    )
    assert Part(database, str(folder)).part == folder / "______up-DATABASE___.dump.part"
