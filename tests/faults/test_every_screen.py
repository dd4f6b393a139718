"""Every screen, dialog and action by keys, in terminals of every kind; and what a key costs beside a torrent
of log lines."""

import fcntl
import json
import os
import pty
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import pytest

from tests.faults.trials import trials

ROOT = Path(__file__).resolve().parent.parent.parent
TOUR = "tests.faults.injected_tour"
PLAIN = {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

Size = tuple[int, int]
TERMINALS: dict[str, tuple[dict[str, str], tuple[Size, ...], tuple[str, ...]]] = {
    "everything at once": (
        {"TERM": "dumb", "NO_COLOR": "1", **PLAIN},
        ((80, 24), (40, 10), (60, 15), (199, 61), (1, 1), (80, 24)),
        ("--no-mouse",),
    ),
    "80x24": ({}, ((80, 24),), ()),
    "40x10": ({}, ((40, 10),), ()),
    "60x15": ({}, ((60, 15),), ()),
    "200x60": ({"COLORTERM": "truecolor"}, ((200, 60),), ()),
    "a storm of sizes": ({}, tuple((20 + n * 37 % 180, 3 + n * 11 % 60) for n in range(23)), ()),
    "NO_COLOR": ({"NO_COLOR": "1"}, ((80, 24),), ()),
    "TERM=dumb": ({"TERM": "dumb"}, ((80, 24),), ()),
    "the C locale": (PLAIN, ((80, 24),), ()),
    "no mouse": ({}, ((80, 24),), ("--no-mouse",)),
}
"""By name: variables, the sizes that the window has one after the other, options. The first has most."""


def run(
    module: str, out: Path, sizes: tuple[Size, ...], more: Mapping[str, str], *arguments: str
) -> tuple[bytes, int]:
    """Run a module in a terminal to its end; all that it wrote, and how it ended."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        environment = {**os.environ, **more}
        os.execve(sys.executable, [sys.executable, "-m", module, str(out), *arguments], environment)
    ended = threading.Event()

    def resize() -> None:
        number = 0
        while not ended.is_set():
            columns, lines = sizes[number % len(sizes)]
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            number += 1
            ended.wait(0.35 if len(sizes) > 1 else 1)

    columns, lines = sizes[0]
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    resizer = threading.Thread(target=resize)
    resizer.start()
    sent = b""
    try:
        while part := os.read(master, 65536):
            sent += part
    except OSError:
        pass  # Linux says so when the other end has closed
    finally:
        ended.set()
        resizer.join()
        os.close(master)
    _, status = os.waitpid(pid, 0)
    return sent, os.waitstatus_to_exitcode(status)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_terminal_breaks_a_screen(
    tmp_path: Path, private_home: Path, record_property: Callable[[str, object], None]
) -> None:
    names = list(TERMINALS)[: trials(1, len(TERMINALS))]
    shown = 0
    for name in names:
        more, sizes, arguments = TERMINALS[name]
        out = tmp_path / "tour.json"
        sent, status = run(TOUR, out, sizes, more, "0", *arguments)
        found = json.loads(out.read_text())
        shown += found["screens"]
        assert not found["broke"], (name, found["broke"])
        assert status == 1 and b"The server said" in sent, (name, "it ended by what the tour ends with")
        assert not list(private_home.rglob("mistakes.log")), name
        assert found["screens"] > 60, name
        # What is too small to be seen is not pressed.
        assert found["dialogs"] > (8 if sizes == ((80, 24),) else -1), name
        if more.items() >= PLAIN.items():
            assert sent.isascii(), name
        if "--no-mouse" in arguments:
            assert b"\x1b[?1000h" not in sent and b"\x1b[?1003h" not in sent, name
    record_property("trials", len(names))
    record_property("figure", f"{shown} screens and dialogs in {len(names)} kinds of terminals")


@pytest.mark.slow
def test_a_key_beside_a_thousand_lines_a_second(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A figure, not a limit: it depends on the machine."""
    out = tmp_path / "keys.json"
    began = time.monotonic()
    run("tests.faults.keys_under_load", out, ((120, 40),), {})
    found = json.loads(out.read_text())
    keys = sorted(found["took"])
    words = (
        f"a key takes {median(keys):.0f} ms of processor (median; {keys[-1]:.0f} ms at most) beside"
        f" {found['lines']:.0f} lines/s; as long without a key: {median(found['idle']):.0f} ms"
    )
    print(words, f"{time.monotonic() - began:.0f} s")
    record_property("figure", words)
    assert len(keys) > 30 and found["lines"] > 0
