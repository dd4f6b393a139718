"""The plain wizard at a terminal: ctrl+c, ctrl+z, a terminal that goes away, two people at one migration."""

import os
import signal
from pathlib import Path

import pytest

from tests.journeys.terminal import OFFRAMP, Terminal, no_traceback
from tests.journeys.test_bad_leaving import far_along
from tests.journeys.test_suspended import asks_after
from wizard.run.journal import Journal
from wizard.session.store import Session, create


def to_a_hidden_question(terminal: Terminal) -> None:
    terminal.wait_said("Which migration?")
    terminal.press("1\r")
    terminal.wait_said("How do you sign in to Heroku?")
    terminal.press("1\r")
    terminal.wait_said("(not shown): ")


def go_away(terminal: Terminal) -> None:
    """Close the terminal. As long as somebody reads at its other end it stays: what is answered to this is
    read, and nothing after it."""
    terminal.freeze()
    sent = len(terminal.sent)
    terminal.press("?\r")
    terminal.until(lambda: len(terminal.sent) > sent, "echo")
    terminal.hang_up()


def test_ctrl_c_asks_and_ctrl_c_again_leaves_a_terminal_as_it_was(private_home: Path) -> None:
    create("acme-shop").close()
    with Terminal("--plain", env={"TERM": "dumb"}) as terminal:
        to_a_hidden_question(terminal)
        terminal.press("ctrl+c")
        terminal.wait_said("Nothing was answered. ctrl+c once more leaves.")
        terminal.press("b\r")
        terminal.until(lambda: terminal.said.count("How do you sign in to Heroku?") == 2, "question again")
        # An answer in between: it is the first one again.
        terminal.press("ctrl+c")
        terminal.until(lambda: terminal.said.count("once more leaves") == 2, "question of ctrl+c")
        terminal.press("ctrl+c")
        terminal.wait_said("Left by ctrl+c. Everything is saved; a run goes on by itself.")
        assert terminal.exit_code() == 130
        assert not terminal.left_behind() and b"\x1b" not in terminal.sent
        no_traceback(terminal, private_home)


@pytest.mark.slow
def test_told_to_end_at_a_hidden_question_it_leaves_the_terminal_with_its_echo(private_home: Path) -> None:
    create("acme-shop").close()
    with Terminal("--plain") as terminal:
        to_a_hidden_question(terminal)
        terminal.signal(signal.SIGTERM)
        assert terminal.exit_code() == 128 + signal.SIGTERM
        assert not terminal.left_behind()
        no_traceback(terminal, private_home)


@pytest.mark.slow
def test_ctrl_z_at_a_hidden_question_gives_the_shell_its_echo_and_fg_asks_again(private_home: Path) -> None:
    create("acme-shop").close()
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with Terminal(command=shell, env={"PS1": "shell> ", "HISTFILE": None, "TERM": "dumb"}) as terminal:
        terminal.wait_said("shell>")
        terminal.press(f"stty -a > {private_home}/first; {OFFRAMP} --plain\r")
        to_a_hidden_question(terminal)
        before = terminal.settings()
        terminal.press("\x1a")
        terminal.until(lambda: asks_after(terminal.sent, b"Stopped"), "line of the shell")
        terminal.press(f"stty -a > {private_home}/second; echo here-$((40+2))\r")
        # What is typed before the shell asks is read by whom it was not meant for.
        terminal.until(lambda: asks_after(terminal.sent, b"here-42"), "line of the shell")
        assert (private_home / "second").read_text() == (private_home / "first").read_text()
        terminal.press("fg; echo ended-$?\r")
        terminal.until(lambda: terminal.said.count("(not shown):") == 2, "question again")
        assert terminal.settings() == before
        terminal.press("HRKU-seen-by-nobody\r")
        terminal.wait_said("Not done:")
        assert b"seen-by-nobody" not in terminal.sent
        terminal.press("q\r")
        terminal.wait_said("ended-0")
        no_traceback(terminal, private_home)


def test_a_terminal_that_goes_away_ends_it_and_lets_go_of_the_migration(private_home: Path) -> None:
    folder = far_along()
    with Terminal("--plain") as terminal:
        terminal.wait_said("Which migration?")
        terminal.press("1\r")
        terminal.wait_said("Answer 1 to 3, ?, g, b or q [1]:")
        go_away(terminal)
        assert terminal.process.wait(30) in (-signal.SIGHUP, 3)
    session = Session(folder)
    assert session.claim() is None
    session.close()
    assert not list(private_home.rglob("mistakes.log"))


@pytest.mark.slow
def test_a_terminal_that_goes_away_unnoticed_is_the_end_of_the_input(private_home: Path) -> None:
    create("acme-shop").close()
    # As under nohup, and in some containers: nobody is told that the terminal is gone.
    with Terminal(command=["sh", "-c", f"trap '' HUP; exec {OFFRAMP} --plain"]) as terminal:
        terminal.wait_said("Which migration?")
        go_away(terminal)
        assert terminal.process.wait(30) == 3
    assert not list(private_home.rglob("mistakes.log"))


@pytest.mark.slow
def test_control_passes_from_one_who_reads_lines_to_another_and_back(private_home: Path) -> None:
    folder = far_along()
    bastion = {"SSH_CONNECTION": "192.0.2.7 50022 198.51.100.1 22", "LOGNAME": "ada"}
    other = {"SSH_CONNECTION": "192.0.2.9 50023 198.51.100.1 22", "LOGNAME": "bob"}
    with Terminal("--plain", env=bastion) as ada, Terminal("--plain", env=other) as bob:
        ada.wait_said("Which migration?")
        ada.press("1\r")
        ada.wait_said("The run is stopped")
        bob.wait_said("Which migration?")
        bob.press("1\r")
        bob.wait_said("from 192.0.2.7, since")
        bob.wait_said("Ask whoever has this migration for control")
        # Its letter in the full screen.
        bob.press("c\r")
        bob.wait_said("Asked ada (pts/")
        ada.wait_said("from 192.0.2.9) asks to control this migration.")
        ada.press("no\r")
        bob.wait_said("keeps control. You go on watching.")
        bob.press("c\r")
        ada.until(lambda: ada.said.count("Type yes or no") == 2, "second question")
        bob.press("ctrl+c")
        bob.wait_said("Withdrawn.")
        ada.wait_said("asks no more. You keep control.")
        bob.press("c\r")
        ada.until(lambda: ada.said.count("Type yes or no") == 3, "third question")
        ada.press("yes\r")
        bob.wait_said("You have control: ada (pts/")
        ada.wait_said("has control now; you watch.")
        ada.press("c\r")
        bob.wait_said("asks to control this migration.")
        os.kill(bob.process.pid, signal.SIGKILL)
        ada.wait_said("You have control: bob (pts/")
        no_traceback(ada, private_home)
    session = Session(folder)
    told = [event.text for event in Journal(session).events() if event.kind == "person"]
    session.close()
    assert any(line.startswith("ada (pts/") and "kept control" in line for line in told)
