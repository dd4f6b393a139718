"""The screens over a slow line: what they send to a real terminal, in bytes. Time is not measured."""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
from pathlib import Path

import pytest

from screens.link import SLOWER
from screens.run import EVERY

BUDGET = 500
"""Bytes a second, which is what one look a second may send. A 56 kbit/s line carries 7,000."""

SLOW_BUDGET = 150
"""Bytes a second of the monitor where the link is slow."""

FIRST_SCREEN = 24_000
"""Bytes of a screen that comes up, the first one with all that a terminal is told at the start; of both,
where the way to it passes another one (home, run)."""


def _run(command: list[str], folder: Path) -> None:
    """Run a program in a terminal of 80x24 to its end, reading all it writes."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # Linux says so when the other end has closed
    finally:
        os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize("colours", ["", "truecolor"])
def test_a_look_at_a_copy_in_full_swing_stays_within_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, colours: str
) -> None:
    monkeypatch.setenv("COLORTERM", colours)
    out = tmp_path / "counts.json"
    _run([sys.executable, "-m", "tests.screens.wire_meter", str(out), "1"], Path(__file__).parents[2])
    counts = json.loads(out.read_text())
    print(f"bytes a look ({colours or '256 colours'}): {counts}, mean {sum(counts) / len(counts):.0f}")
    assert all(count > 0 for count in counts), "every look changed figures"
    assert sum(counts) / len(counts) < BUDGET


def test_over_a_slow_link_the_monitor_sends_less_than_a_third(tmp_path: Path) -> None:
    out = tmp_path / "counts.json"
    _run([sys.executable, "-m", "tests.screens.wire_meter", str(out), str(SLOWER)], Path(__file__).parents[2])
    counts = json.loads(out.read_text())
    mean = sum(counts) / len(counts) / (EVERY * SLOWER)
    print(f"bytes a look every {EVERY * SLOWER:g} s: {counts}, {mean:.0f} a second")
    assert all(count > 0 for count in counts) and mean < SLOW_BUDGET


def test_every_screen_is_quiet_once_it_is_drawn(tmp_path: Path) -> None:
    out = tmp_path / "counts.json"
    _run([sys.executable, "-m", "tests.screens.screen_meter", str(out)], Path(__file__).parents[2])
    found = json.loads(out.read_text())
    print(
        "bytes of the first picture, and of a second without a key:",
        {name: (drawn, idle) for name, (drawn, idle, _) in found.items()},
    )
    assert {name: idle for name, (_, idle, _) in found.items() if idle} == {}
    assert all(0 < drawn < FIRST_SCREEN for drawn, _, _ in found.values())
    assert {name: rows for name, (_, _, rows) in found.items() if rows} == {}, "as a redraw would show it"
