"""What is typed at Offramp's prompts for secrets comes neither into a shell's history nor onto its terminal:
not the second line of a paste, not what is typed while a prompt or a screen ends.

An interactive bash writes each line down as soon as it has it (`history -a`); whatever falls to it is found.
"""

import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.leaks import leaks_in, number
from tests.journeys.terminal import OFFRAMP, Terminal
from tests.journeys.test_suspended import offramp_below
from wizard.session.store import create

SHELL = ("bash", "--norc", "--noprofile", "-i")
COMMAND = shlex.quote(OFFRAMP)
COPY = f"T=postgres://u@127.0.0.1:1/x {COMMAND} db copy - env:T"
PIECES = (f"postgres://u:{number(1)}@127.0.0.1:1/x\r", f"{number(2)}\r", f"q\r{number(3)}\r{number(4)}")


class Person:
    """Somebody at a shell that keeps a history in `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        env = {"PS1": "shell> ", "HISTFILE": str(home / ".bash_history"), "PROMPT_COMMAND": "history -a"}
        self.terminal = Terminal(command=SHELL, env=env)
        self.wait, self.press = self.terminal.wait, self.terminal.press
        self._begun = 0

    def start(self, command: str) -> None:
        """Have the shell run it."""
        self.at_shell()
        self._begun = len(self.terminal.sent)
        self.press(f"clear; {command}\r")

    def at_shell(self) -> None:
        """Wait until the shell asks."""
        self.terminal.until(lambda: b"shell> " in self.terminal.sent[self._begun :], "line of the shell")

    def paste(self, *, pause: float = 0) -> None:
        """To a program that is told nothing of pasting; with a pause in between, as a network hands it on."""
        for piece in PIECES if pause else ("".join(PIECES),):
            self.press(piece)
            time.sleep(pause)

    def offramp(self) -> int:
        """Its process."""
        return offramp_below(self.terminal.process.pid)

    def has_told_nobody(self) -> None:
        """Back at the shell: no canary is in its history, in any file, or anywhere on the terminal."""
        self.at_shell()
        history = self._home / ".bash_history"
        self.press("true last\r")
        self.terminal.until(lambda: "true last" in history.read_text(), "line in the history")
        files = {str(file): file.read_bytes() for file in self._home.rglob("*") if file.is_file()}
        assert leaks_in({**files, "the terminal": self.terminal.sent}) == []


@pytest.fixture
def person(private_home: Path, needs_program: Callable[[str], str]) -> Iterator[Person]:
    needs_program("bash")
    create("acme-shop").close()
    somebody = Person(private_home)
    yield somebody
    somebody.terminal.close()


def to_url(person: Person) -> None:
    person.start(COPY)
    person.wait("not shown")


def to_token_in_lines(person: Person) -> None:
    person.start(f"{COMMAND} --plain")
    for question in ("Which migration?", "How do you sign in"):
        person.wait(question, ", b or q [1]:")
        person.press("1\r")
    person.wait("not shown")


def to_token_on_screen(person: Person) -> None:
    person.start(COMMAND)
    person.wait("Your migrations", "acme-shop")
    person.press("enter")
    person.wait("Paste a token")
    person.press("p")
    person.wait("╭─ Heroku token")


@pytest.mark.parametrize("pause", [0, pytest.param(0.02, marks=pytest.mark.slow)])
def test_the_rest_of_a_paste_is_for_nobody(person: Person, pause: float) -> None:
    to_url(person)
    person.paste(pause=pause)
    person.wait("came in more than one line")
    person.has_told_nobody()


@pytest.mark.slow
def test_nor_is_it_an_answer_to_the_next_question(person: Person) -> None:
    to_token_in_lines(person)
    person.paste(pause=0.02)
    person.wait("more than one line, and nothing of it was taken")
    person.press("q\r")
    person.has_told_nobody()


def test_nor_are_its_letters_keys_of_the_next_screen(person: Person) -> None:
    to_token_on_screen(person)
    person.paste()
    person.wait("Paste a token", gone="╭─")
    person.press("ctrl+c")
    person.wait("╭─ Leave Offramp?")
    person.press("ctrl+c")
    person.has_told_nobody()


@pytest.mark.parametrize(
    "begin", [to_url, pytest.param(to_token_in_lines, marks=pytest.mark.slow)], ids=["command", "in lines"]
)
def test_half_of_a_line_is_for_nobody(person: Person, begin: Callable[[Person], object]) -> None:
    begin(person)
    person.press(number(1))
    time.sleep(0.3)
    os.kill(person.offramp(), signal.SIGTERM)
    person.has_told_nobody()


@pytest.mark.slow
def test_what_is_typed_while_the_screen_ends_is_for_nobody(person: Person) -> None:
    to_token_on_screen(person)
    person.press(number(1))
    person.wait("••••")
    os.kill(person.offramp(), signal.SIGTERM)
    # The one who types sees it end only now.
    person.press(f"{number(2)}\r")
    person.has_told_nobody()


@pytest.mark.slow
def test_nothing_is_shown_after_the_shell_had_the_terminal(person: Person) -> None:
    to_url(person)
    person.press(number(1), "\x1a")
    person.wait("Stopped")
    said = len(person.terminal.sent)
    person.press("fg\r")
    person.terminal.until(lambda: b"not shown" in person.terminal.sent[said:], "question again")
    person.press(f"postgres://u:{number(2)}@127.0.0.1:1/x\r")
    person.wait("cannot be reached")
    person.has_told_nobody()
