"""The `db` commands at a terminal: what is asked, what is shown while they work, and how they end."""

import os
from pathlib import Path

import pytest

from screens.headless.exit_codes import DONE, INTERRUPTED, TROUBLE, USAGE
from tests.db_commands.conftest import APP, OFFRAMP, Program, heroku_of
from tests.journeys.terminal import Terminal, no_traceback
from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server

MANY = """
CREATE TABLE many (id bigint PRIMARY KEY, note text);
INSERT INTO many SELECT i, repeat(md5(i::text), 6) FROM generate_series(1, 250000) i;
CREATE INDEX ON many (note);
"""


def ended(terminal: Terminal, program: Program) -> int:
    code = terminal.exit_code()
    no_traceback(terminal)
    program.want_none(terminal.sent.decode("utf-8", "replace"))
    assert terminal.left_behind() == []
    return code


@pytest.mark.slow
def test_a_copy_asks_shows_pauses_and_stops(old: Server, target: Database, program: Program) -> None:
    source = old.database()
    source.sql(MANY)
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target))
    with Terminal(*words, command=OFFRAMP, env=program.env) as terminal:
        terminal.wait("The source is only read", f"Type {target.name} to begin")
        terminal.press("yes", "enter")
        assert ended(terminal, program) == TROUBLE
        assert f"“yes” is not {target.name}" in terminal.words
    assert target.one("SELECT to_regnamespace('_offramp') IS NULL")

    with Terminal(*words, command=OFFRAMP, env=program.env) as terminal:
        terminal.wait(f"Type {target.name} to begin")
        terminal.press(target.name, "enter")
        terminal.wait("p pause", "public.many")
        terminal.press("p")
        terminal.wait("⏸ paused", "p goes on")
        terminal.press("+", "p")
        terminal.wait("p pause", gone="paused")
        terminal.press("ctrl+c")
        assert ended(terminal, program) == INTERRUPTED
        assert "run the same command again" in terminal.words and "copying rows" not in terminal.words

    with Terminal(*words, command=OFFRAMP, env=program.env) as terminal:
        # It is known, so nothing is asked.
        assert ended(terminal, program) == DONE
        assert "goes on from what is on the target" in terminal.words
        assert "1 of 1 tables equal, 250,000 rows" in terminal.words


@pytest.mark.slow
def test_what_is_secret_is_asked_for_and_not_shown(old: Server, target: Database, program: Program) -> None:
    source = old.database()
    source.sql(SMALL)
    there = f"postgresql://app@/{source.name}?host={old.postgres.socket_folder}"
    with Terminal("copy", there, "-", command=OFFRAMP, env=program.env) as terminal:
        terminal.wait("password of the source (not shown):")
        terminal.press(PASSWORD, "enter")
        terminal.wait("URL of the target (not shown):")
        terminal.press(target.url().reveal(), "enter")
        terminal.wait("into the target that was typed in", f"Type {target.name}")
        terminal.press(target.name, "enter")
        assert ended(terminal, program) == DONE
        assert "2 of 2 tables equal" in terminal.words


def test_what_is_in_the_way_is_broken_between_words(program: Program) -> None:
    with Terminal("copy", "env:NO_SUCH_NAME", "env:NO_SUCH_NAME", command=OFFRAMP) as terminal:
        assert ended(terminal, program) == USAGE
        sentence = "The environment variable NO_SUCH_NAME is not set. Nothing was done. Set it to the URL of"
        assert f"{sentence} the database, then run the command again." in terminal.words


@pytest.mark.slow
def test_the_second_ctrl_c_obeys_at_once(old: Server, target: Database, program: Program) -> None:
    source = old.database()
    source.sql(MANY)
    source.sql("CREATE TABLE held (id int)")
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    with Terminal(*words, command=OFFRAMP, env=program.env) as terminal:
        terminal.wait("p pause")
        # The server does not answer any more, so a clean stop has to wait for it.
        os.kill(target.server.postgres.pid or 0, 19)
        try:
            terminal.press("ctrl+c")
            terminal.wait("Once more ctrl+c ends it at once")
            if terminal.process.poll() is None:
                terminal.press("ctrl+c")
            assert terminal.exit_code() == INTERRUPTED
            assert terminal.left_behind() == []
            no_traceback(terminal)
        finally:
            os.kill(target.server.postgres.pid or 0, 18)


@pytest.mark.slow
def test_fetch_and_restore_ask_and_show(
    old: Server, target: Database, program: Program, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    with heroku_of(source, program, tmp_path):
        with Terminal(
            "fetch", APP, "-o", str(tmp_path / "it.dump"), command=OFFRAMP, env=program.env
        ) as terminal:
            terminal.wait("Heroku makes a backup of it now", f"Type {APP} to begin")
            terminal.press(APP, "enter")
            assert ended(terminal, program) == DONE
            assert (tmp_path / "it.dump").exists() and "the backup b001" in terminal.words
        here = program.name("TARGET", target)
        with Terminal(
            "restore", str(tmp_path / "it.dump"), here, command=OFFRAMP, env=program.env
        ) as terminal:
            terminal.wait(f"Type {target.name} to begin")
            terminal.press(target.name, "enter")
            assert ended(terminal, program) == DONE
            assert "All of the dump that was wanted is there: 2 tables" in terminal.words
        with Terminal("fetch", APP, "-o", "-", command=OFFRAMP, env=program.env) as terminal:
            assert ended(terminal, program) == 2
            assert "a dump is no text" in terminal.words


@pytest.mark.slow
def test_a_terminal_that_closes_stops_it_cleanly_and_the_same_command_goes_on(
    old: Server, target: Database, program: Program, private_home: Path
) -> None:
    source = old.database()
    source.sql(MANY)
    words = ("copy", program.name("SOURCE", source), program.name("TARGET", target), "--yes")
    with Terminal(*words, command=OFFRAMP, env=program.env) as terminal:
        terminal.wait("p pause")
        terminal.hang_up()
        assert terminal.process.wait(30) == INTERRUPTED
    assert not list(private_home.rglob("mistakes.log"))
    done = program(*words)
    assert done.code == DONE and "goes on from what is on the target" in done.out, done.said
