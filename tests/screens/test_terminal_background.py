"""The terminal's background, asked of terminals that answer, do not, or answer too late; all of them real."""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events
from textual.message import Message

from screens.late_answers import HELD, AnswersApart
from screens.terminal_background import is_light, wants_to_know

QUESTION = b"\x1b]11;?\x07"
SCREEN = b"\x1b[?1049h"
WHITE = b"\x1b]11;rgb:ffff/ffff/fffe\x1b\\"
THERE = b"\x1b[0n"
NEVER = 60.0

CHILD = """
import json, sys
from textual import events
from textual.message import Message
from screens import app, full_screen

class Noted(app.OfframpApp):
    keys = []

    async def on_event(self, event):
        # One that nobody has a use for comes by again from the screen.
        if isinstance(event, events.Key) and event not in self.keys:
            self.keys.append(event)
            if event.key == "f9":
                json.dump([self.theme, [one.key for one in self.keys]], open(sys.argv[1], "w"))
                self.exit()
        await super().on_event(event)

app.OfframpApp = Noted
full_screen.show()
"""


class Person:
    """What sits before the child's terminal."""

    def __init__(self, terminal: int) -> None:
        self.terminal = terminal
        self.seen = b""

    def until(self, wanted: bytes) -> None:
        """Read until something was shown."""
        while wanted not in self.seen:
            self.read(NEVER)

    def read(self, seconds: float) -> None:
        """Read what comes next."""
        assert select.select([self.terminal], [], [], seconds)[0], self.seen[-300:]
        self.seen += os.read(self.terminal, 65536)

    def type(self, keys: bytes) -> None:
        """Send."""
        os.write(self.terminal, keys)


def at_once(person: Person) -> None:
    person.type(WHITE + THERE)


def never(person: Person) -> None:
    pass


def knows_one_question(person: Person) -> None:
    person.type(THERE)


def before_there_is_a_screen(person: Person) -> None:
    time.sleep(0.4)
    assert SCREEN not in person.seen
    person.type(WHITE + THERE)


def in_pieces(person: Person) -> None:
    person.until(SCREEN)
    time.sleep(0.3)
    for piece in (WHITE[:5], WHITE[5:-1], WHITE[-1:] + THERE):
        person.type(piece)
        time.sleep(2 * HELD)


@pytest.mark.parametrize(
    ("answers", "theme"),
    [
        (at_once, "offramp-light"),
        pytest.param(never, "offramp-dark", marks=pytest.mark.slow),
        pytest.param(knows_one_question, "offramp-dark", marks=pytest.mark.slow),
        pytest.param(before_there_is_a_screen, "offramp-dark", marks=pytest.mark.slow),
        (in_pieces, "offramp-dark"),
    ],
)
def test_an_answer_sets_the_colours_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: Callable[[Person], None], theme: str
) -> None:
    for name in ("COLORFGBG", "OFFRAMP_THEME", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    out = tmp_path / "noted.json"
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).parents[2])
        os.execv(sys.executable, [sys.executable, "-c", CHILD, str(out)])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    person = Person(terminal)
    try:
        person.until(QUESTION)
        person.type(b"z")
        answers(person)
        person.type(b"\x1b[B")
        person.until(SCREEN)
        time.sleep(0.3)
        person.type(b"\x1b[20~")  # f9
        while not out.exists():
            person.read(NEVER)
    finally:
        os.close(terminal)
    os.waitpid(pid, 0)
    assert json.loads(out.read_text()) == [theme, ["z", "down", "f9"]]
    asked = person.seen.partition(SCREEN)[0]
    assert asked == QUESTION + b"\x1b[5n", "nothing of what came is shown"


def test_keys_that_begin_like_an_answer_are_keys() -> None:
    parser = AnswersApart()
    found = [*parser.feed("a\x1b"), *parser.tick()]
    assert [one.key for one in found if isinstance(one, events.Key)] == ["a"]
    end = time.monotonic() + NEVER
    while "escape" not in (keys := [one.key for one in found if isinstance(one, events.Key)]):
        assert time.monotonic() < end
        found += parser.tick()
    found += [*parser.feed("\x1b[A"), *parser.feed("\x1b[0n]"), *parser.feed("\x1b]11;rgb:0/0/0\x07z")]
    keys = [one.key for one in found if isinstance(one, events.Key)]
    assert keys == ["a", "escape", "up", "right_square_bracket", "z"]


def test_an_answer_that_a_slow_link_brings_in_pieces_is_no_typing() -> None:
    parser = AnswersApart()
    found: list[Message] = []
    for piece in (WHITE[:3], WHITE[3:9], WHITE[9:-1], WHITE[-1:] + THERE, b"z"):
        found += parser.feed(piece.decode())
        end = time.monotonic() + 2 * HELD
        while time.monotonic() < end:
            found += parser.tick()
            time.sleep(HELD / 5)
    assert [one.key for one in found if isinstance(one, events.Key)] == ["z"]
    # A beginning alone, in one read with what stands before it.
    found = [*parser.feed("y" + WHITE[:1].decode()), *parser.feed(WHITE[1:].decode()), *parser.feed("x")]
    assert [one.key for one in found if isinstance(one, events.Key)] == ["y", "x"]


@pytest.mark.parametrize(
    ("reply", "light"),
    [
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", True),
        (b"\x1b]11;rgb:fd/f6/e3\x07", True),
        (b"\x1b]11;rgba:0000/0000/0000/ffff\x07", False),
        (b"\x1b]11;rgb:28/2c/34\x07", False),
        (b"\x1b[0n", None),
        (b"", None),
    ],
)
def test_a_colour_is_light_or_dark(reply: bytes, light: bool | None) -> None:
    assert is_light(reply) is light


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, True),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts-0.host"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "linux"}, False),
        ({}, False),
        ({"TERM": "xterm", "COLORFGBG": "15;0"}, False),
        ({"TERM": "xterm", "OFFRAMP_THEME": "dark"}, False),
        ({"TERM": "xterm", "OFFRAMP_THEME": "ansi"}, True),
    ],
)
def test_only_a_terminal_that_can_be_asked_is_asked(environment: dict[str, str], asked: bool) -> None:
    assert wants_to_know("auto", environment) is asked
    assert not wants_to_know("light", environment) or "OFFRAMP_THEME" in environment
