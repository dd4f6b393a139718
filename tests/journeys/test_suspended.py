"""ctrl+z and `kill -TSTP`: the terminal is as before while Offramp is stopped, and when it has ended."""

import os
import re
import shlex
import signal
from pathlib import Path

import pytest

from tests.journeys.terminal import OFFRAMP, Terminal, no_traceback
from wizard.session.store import create


def offramp_below(pid: int) -> int:
    """The process of Offramp below a shell, whatever stands between."""
    while (children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()) != []:
        pid = int(children[0])
    return pid


@pytest.mark.slow
def test_without_a_shell_behind_it_ctrl_z_says_why_not(private_home: Path) -> None:
    create("acme-shop").close()
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("\x1a")
        terminal.wait("No shell waits behind this screen")
        terminal.press("n")
        terminal.wait("╭─ New migration", gone="No shell waits")
        no_traceback(terminal, private_home)


def asks_after(sent: bytes, mark: bytes) -> bool:
    """Whether the shell asks for a line after `mark` was written last."""
    _, found, after = sent.rpartition(mark)
    return bool(found) and b"shell>" in after


@pytest.mark.parametrize(
    ("wrapper", "told"),
    [
        ("", False),
        pytest.param("sh -c 'OFFRAMP; exit $?'", False, marks=pytest.mark.slow),
        pytest.param("", True, marks=pytest.mark.slow),
    ],
)
def test_a_shell_has_its_line_back_and_fg_brings_the_screen(
    private_home: Path, wrapper: str, told: bool
) -> None:
    create("acme-shop").close()
    command = wrapper.replace("OFFRAMP", shlex.quote(OFFRAMP)) or shlex.quote(OFFRAMP)
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with Terminal(command=shell, env={"PS1": "shell> ", "HISTFILE": None}) as terminal:
        terminal.wait("shell>")
        terminal.press(f"stty -a > {private_home}/first; {command}; echo ended-$?\r")
        terminal.wait("Your migrations", "acme-shop")
        if told:
            os.kill(offramp_below(terminal.process.pid), signal.SIGTSTP)
        else:
            terminal.press("\x1a")
        terminal.until(lambda: asks_after(terminal.sent, b"Stopped"), "line of the shell")
        assert not [what for what in terminal.left_behind() if what != "bracketed paste"]
        # This terminal has one screen, as mosh has: no picture is left among the shell's lines.
        assert "Your migrations" not in terminal.text
        terminal.press(f"stty -a > {private_home}/second; echo here-$((40+2))\r")
        terminal.until(lambda: b"here-42" in terminal.sent, "answer of the shell")
        assert (private_home / "second").read_text() == (private_home / "first").read_text()
        before = len(terminal.sent)
        terminal.press("fg\r")
        terminal.until(lambda: b"Your migrations" in _plain(terminal.sent[before:]), "screen again")
        terminal.press("ctrl+c")
        terminal.wait("╭─ Leave Offramp?")
        terminal.press("ctrl+c")
        # What is typed before the shell asks is lost: the end of a full screen throws it away.
        terminal.until(lambda: asks_after(terminal.sent[before:], b"\x1b[?1049l"), "line of the shell")
        assert "Your migrations" not in terminal.text
        terminal.press(f"stty -a > {private_home}/third; echo there-$((40+2))\r")
        terminal.until(lambda: b"there-42" in terminal.sent, "answer of the shell")
        assert (private_home / "third").read_text() == (private_home / "first").read_text()
        no_traceback(terminal, private_home)


def _plain(sent: bytes) -> bytes:
    return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", sent)
