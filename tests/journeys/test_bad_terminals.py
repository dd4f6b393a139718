"""Terminals of every kind: too small, resized without end, without colours, without UTF-8, gone."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.journeys.terminal import OFFRAMP, Terminal, no_traceback
from wizard.session.store import create

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""

HOME = "Your migrations"
GRACE = 20.0


def begun(name: str = "acme-shop") -> Path:
    """A migration that was begun; its folder."""
    session = create(name)
    session.close()
    return session.folder


def test_a_terminal_that_is_too_small_says_so_and_comes_back() -> None:
    begun()
    with Terminal(size=(50, 12)) as terminal:
        terminal.wait("This terminal is 50x12; Offramp needs 60x15. A run goes on.")
        assert "acme-shop" not in terminal.text
        terminal.press("n", "q")  # what cannot be seen is not pressed
        terminal.resize(60, 15)
        terminal.wait(HOME, "acme-shop", gone="Offramp needs")
        assert "Leave Offramp?" not in terminal.text and "New migration ─" not in terminal.text
        terminal.resize(50, 12)
        terminal.wait("This terminal is 50x12")
        terminal.press("ctrl+c", "ctrl+c")
        assert terminal.exit_code() == 0
        no_traceback(terminal)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40), (250, 80)])
def test_every_size_from_the_smallest_on_shows_the_first_stage(size: tuple[int, int]) -> None:
    begun()
    with Terminal(size=size) as terminal:
        terminal.wait(HOME, "acme-shop", "open")
        terminal.press("enter")
        terminal.wait("connect", "report", "Sign in to Heroku.", "Paste a token", "quit")
        terminal.press("?")
        terminal.wait("╭", "connect")
        terminal.press("esc")
        terminal.wait("connect", gone="╭")
        terminal.press("ctrl+c")
        terminal.wait("Leave Offramp?", "enter leaves")
        terminal.press("enter")
        assert terminal.exit_code() == 0
        no_traceback(terminal)


def test_a_storm_of_resizes_leaves_the_screen_whole(private_home: Path) -> None:
    begun()
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("Paste a token")
        for step in range(40):
            terminal.resize(20 + (step * 37) % 180, 3 + (step * 11) % 60)
        terminal.resize(1, 1)
        terminal.resize(80, 24)
        terminal.wait("connect ●", "Sign in to Heroku.", "Paste a token", "q quit")
        no_traceback(terminal, private_home)


@pytest.mark.parametrize(
    "env",
    [
        {"TERM": "dumb"},
        {"TERM": "xterm"},
        {"TERM": "linux", "COLORTERM": None},
        {"TERM": None},
        {"TERM": "no-such-terminal"},
        {"NO_COLOR": "1"},
    ],
    ids=lambda env: " ".join(f"{name}={value}" for name, value in env.items()),
)
def test_a_plain_terminal_is_readable(env: dict[str, str | None], private_home: Path) -> None:
    begun()
    with Terminal(env=env) as terminal:
        terminal.wait(HOME, "acme-shop", "enter open")
        terminal.press("ctrl+c")
        terminal.wait("Leave Offramp?")
        terminal.press("ctrl+c")
        assert terminal.exit_code() == 0
        no_traceback(terminal, private_home)
        if "NO_COLOR" in env:
            # Textual's way of having none: shades of grey.
            colours = set(re.findall(rb"[34]8;5;(\d+)", terminal.sent))
            assert colours <= {b"%d" % shade for shade in (0, 7, 8, 15, 16, 231, *range(232, 256))}
            assert b"8;2;" not in terminal.sent


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"OFFRAMP_ASCII": "1"},
    ],
    ids=lambda env: " ".join(f"{name}={value}" for name, value in env.items()),
)
def test_a_terminal_without_utf8_gets_ascii(env: dict[str, str | None], private_home: Path) -> None:
    begun("café ✓")
    with Terminal(env={"LANG": None, **env}) as terminal:
        terminal.wait(HOME, "caf? v", "Heroku > ?", "o connect")
        terminal.press("enter")
        terminal.wait("connect *", "Sign in to Heroku.")
        terminal.press("ctrl+c", "ctrl+c")
        assert terminal.exit_code() == 0
        no_traceback(terminal, private_home)
        assert terminal.sent.isascii()


@pytest.mark.parametrize("arguments", [("sessions",), ("doctor",), ("--help",), ("status", "caf-ü")])
def test_commands_write_what_an_ascii_pipe_can_take(arguments: tuple[str, ...]) -> None:
    begun("café ✓")
    done = subprocess.run(
        [OFFRAMP, *arguments],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.isascii() and done.stderr.isascii()
    assert b"Traceback" not in done.stderr and b"made a mistake" not in done.stderr
    assert done.stdout or done.stderr


def test_commands_write_ascii_to_a_terminal_of_the_locale_c_and_utf8_to_its_files(tmp_path: Path) -> None:
    begun("café ✓")
    file = tmp_path / "sessions"
    line = f"{OFFRAMP} sessions; {OFFRAMP} sessions > {file}"
    with Terminal(command=["sh", "-c", line], env={"LC_ALL": "C", "LANG": None}) as terminal:
        assert terminal.exit_code() == 0
        assert terminal.sent.isascii() and "Heroku > ?" in terminal.said
    assert "Heroku → ?" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_terminal_is_as_before(number: int, private_home: Path) -> None:
    begun()
    with Terminal() as terminal:
        terminal.wait(HOME, "acme-shop")
        terminal.signal(number)
        assert terminal.exit_code() in (0, 128 + number)
        assert terminal.left_behind() == []
        no_traceback(terminal, private_home)


def test_a_terminal_that_is_closed_ends_it_in_order(private_home: Path) -> None:
    folder = begun()
    with Terminal() as terminal:
        terminal.wait(HOME, "acme-shop")
        terminal.press("enter")
        terminal.wait("Paste a token")
        terminal.hang_up()
        terminal.exit_code(seconds=GRACE)
    assert not list(private_home.rglob("mistakes.log"))
    # Nobody holds the session any more.
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("Paste a token")
        assert "Read only" not in terminal.text
    assert folder.is_dir()


def test_leaving_gives_the_terminal_back() -> None:
    begun()
    with Terminal() as terminal:
        terminal.wait(HOME)
        assert "the other screen" in terminal.left_behind()
        terminal.press("q")
        terminal.wait("Leave Offramp?")
        terminal.press("esc")
        terminal.wait(gone="Leave Offramp?")
        terminal.press("q")
        terminal.wait("Leave Offramp?")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.left_behind() == []


def test_kill_9_of_the_screen_loses_no_answer() -> None:
    with Terminal() as terminal:
        terminal.wait(HOME, "None yet")
        terminal.press("n")
        terminal.wait("╭─ New migration")
        terminal.press("Night shop", "enter")
        terminal.wait("Night shop", "Paste a token")
        terminal.signal(signal.SIGKILL)
        assert terminal.exit_code() == -signal.SIGKILL
    with Terminal() as terminal:
        terminal.wait("Night shop", "connect")
        terminal.press("enter")
        terminal.wait("Night shop", "Paste a token")
        assert "Read only" not in terminal.text
    told = subprocess.run([OFFRAMP, "sessions", "--json"], capture_output=True, check=True, timeout=60)
    assert [one["name"] for one in json.loads(told.stdout)] == ["Night shop"]
