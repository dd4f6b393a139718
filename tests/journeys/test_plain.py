"""The plain wizard as a person meets it: through pipes, and in a terminal of 80x24."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.plain_pipe import PlainPipe
from tests.journeys.tmux_terminal import TmuxTerminal
from wizard.run.view import view
from wizard.session.store import find, infos

OFFRAMP = str(Path(sys.executable).with_name("offramp"))


@pytest.fixture
def plain() -> Iterator[Callable[..., PlainPipe]]:
    made: list[PlainPipe] = []

    def start(*words: str) -> PlainPipe:
        made.append(PlainPipe(*words))
        return made[-1]

    yield start
    for pipe in made:
        pipe.close()


def test_in_a_terminal_lines_break_between_words_and_nothing_moves_the_cursor(
    needs_program: Callable[[str], str], short_folder: Path, private_home: Path
) -> None:
    needs_program("tmux")
    terminal = TmuxTerminal(short_folder)
    # A dumb terminal and no UTF-8: the least there is.
    raw = short_folder / "said"
    line = f"script -qec '{OFFRAMP} --plain' {raw}"
    settings = {"OFFRAMP_HOME": str(private_home / "data"), "TERM": "dumb", "LC_ALL": "C"}
    try:
        terminal.start(["sh", "-c", line], settings)
        terminal.wait_for("Which migration?")
        terminal.type("?")
        terminal.press("Enter")
        terminal.wait_for("n: Begin a new migration")
        terminal.type("1")
        terminal.press("Enter")
        terminal.wait_for("A name for this migration")
        terminal.type("acme-shop")
        terminal.press("Enter")
        terminal.wait_for("How do you sign in to Heroku?")
        terminal.type("1")
        terminal.press("Enter")
        terminal.wait_for("(not shown)")
        terminal.type("b")
        terminal.press("Enter")
        # What comes at once behind a hidden answer would be the rest of a paste.
        while not (screen := terminal.screen()).rstrip().endswith("[1]:"):
            time.sleep(0.05)
        assert all(len(one) < 80 for one in screen.splitlines())
        terminal.type("q")
        terminal.press("Enter")
        terminal.wait_for("Everything is saved")
    finally:
        terminal.close()
    told = raw.read_bytes()
    assert b"\x1b" not in told and told.isascii()


def _prompted(pipe: PlainPipe) -> str:
    """What stands before the prompt that is open now."""
    return pipe.wait_until(re.compile(r"(\]|back): $"))


@pytest.mark.slow
def test_the_whole_demo_journey_by_questions_and_lines(
    needs_program: Callable[[str], str], plain: Callable[..., PlainPipe], private_home: Path
) -> None:
    needs_program("ssh")
    needs_program("git")
    first = plain("demo", "--plain", "--size", "tiny")
    first.answer("How do you sign in to Heroku?", "1")
    first.answer("Signed in. What next?", "")
    first.answer("Nothing is read from Heroku yet.", "1")
    heard = first.answer("What now?", "")
    assert "3 apps, 5 processes" in heard
    first.answer("Which target?", "1")
    # The input may end anywhere: what was answered is there for whoever goes on.
    assert first.end() == 3
    assert "`offramp demo --plain --size tiny` asks on from here" in first.said

    pipe = plain("demo", "--plain", "--size", "tiny")
    pipe.answer("How do you sign in to Aptible?", "1")
    pipe.answer("E-mail at Aptible", "")
    pipe.answer("Signed in. What next?", "")
    pipe.answer("26 of 28 decided. What now?", "1")
    pipe.answer("What becomes of migrate-backend EMPTY_FLAG?", "")
    pipe.answer("Why is it dropped", "nobody reads it")
    assert "papertrail" in pipe.answer("What becomes of papertrail", "1")
    pipe.answer("Why is it left behind?", "logs go elsewhere")
    pipe.answer("28 of 28 decided. What now?", "")
    pipe.answer("0 of 3 apps ready. What now?", "2")
    pipe.answer("Which diff?", "1")
    assert "+FROM " in pipe.answer("0 of 3 apps ready. What now?", "1")
    assert "Gate: cut-over" in pipe.answer("What now?", "")
    pipe.answer("Start it?", "")
    while "Back to the list of migrations" not in (asked := _prompted(pipe)):
        if "Type example to pass the gate" in asked.splitlines()[-1]:
            pipe.answer("Type example", "example")
        else:
            # What the run waits for is the first answer.
            pipe.answer("What now?", "1")
    assert "The system runs on Aptible" in asked and " tables equal, " in asked
    pipe.answer("What now?", "8")
    assert pipe.end() == 0
    assert "\x1b" not in first.said + pipe.said and "Traceback" not in pipe.said
    ((folder, _),) = infos()
    session = find(folder.name)
    seen = view(session)
    session.close()
    assert seen is not None and seen.run.state == "done"
    ended = plain("demo", "--stop")
    assert ended.end() == 0 and not list(infos())
