"""A screen whose main thread hangs: its terminal gone, or told to, it ends all the same."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from screens.hang_up import AS_BEFORE, GRACE, LAST

NEVER = 30.0
"""Seconds after which a machine under load has had its chance."""

OF_A_FRAME = (b"2026",)
"""Modes that are on while one picture is written."""

HANGS = """
import asyncio, ctypes, os
from screens.app import OfframpApp
from screens import hang_up

lock = ctypes.create_string_buffer(256)
libc = ctypes.CDLL(None)

def hang():
    # No signal ends this wait, so Python's handlers never run.
    libc.pthread_mutex_lock(lock)
    os.write(1, b"hangs")
    libc.pthread_mutex_lock(lock)

app = OfframpApp()
{more}
app.call_later(lambda: asyncio.get_running_loop().call_later(0.5, hang))
app.run()
"""


STANDS = """
hear = hang
def hang():
    import time
    os.write(1, b"hangs")
    while True:
        time.sleep(0.05)
"""
"""In place of a hang that hears no signal: the loop stands still, and Python's handlers run."""


def _hung(more: str = "") -> tuple[int, int]:
    """The process and the terminal of a screen that hangs."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(Path(__file__).parents[2])
        os.execv(sys.executable, [sys.executable, "-c", HANGS.format(more=more)])
    seen = b""
    while b"hangs" not in seen:
        assert select.select([terminal], [], [], NEVER)[0], seen
        seen += os.read(terminal, 65536)
    return pid, terminal


@pytest.mark.parametrize(
    "more",
    [
        "",
        # Not even the thread that watches over it can end it.
        pytest.param("hang_up.os._exit = lambda code: None", marks=pytest.mark.slow),
    ],
)
def test_it_ends_within_seconds_when_its_terminal_is_gone(more: str) -> None:
    pid, terminal = _hung(more)
    before = _processor_seconds(pid)
    begun = time.monotonic()
    os.close(terminal)
    ended, used = 0, None
    while not ended and time.monotonic() - begun < NEVER:
        time.sleep(0.05)
        ended, _, used = os.wait4(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, signal.SIGKILL)
        _, _, used = os.wait4(pid, 0)
    assert used is not None
    spent = used.ru_utime + used.ru_stime - before
    print(
        f"ended after {time.monotonic() - begun:.1f} s ({GRACE} and {LAST} allowed), processor {spent:.1f} s"
    )
    assert ended, "it lives on without a terminal"
    assert spent < GRACE / 2, "something read on from a terminal that is gone"


def test_told_to_end_it_gives_the_terminal_back_as_it_was() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    screen = subprocess.Popen(
        [sys.executable, "-c", HANGS.format(more=STANDS)],
        cwd=Path(__file__).parents[2],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    sent = _read_until(ours, b"hangs")
    assert termios.tcgetattr(theirs) != before, "the screen never took the line"
    screen.terminate()
    sent += _read_until(ours, AS_BEFORE)
    assert screen.wait(NEVER) == 128 + signal.SIGTERM
    assert termios.tcgetattr(theirs) == before
    switched_on = set(re.findall(rb"\x1b\[\?([0-9]+)h", sent.partition(AS_BEFORE)[0])) - {b"25", *OF_A_FRAME}
    assert {mode for mode in switched_on if b"\x1b[?%sl" % mode not in AS_BEFORE} == set()
    for end in (ours, theirs):
        os.close(end)


def _read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        assert select.select([terminal], [], [], NEVER)[0], seen[-300:]
        seen += os.read(terminal, 65536)
    return seen


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
