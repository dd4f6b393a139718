"""How long Offramp takes to its first painted screen, beside what it cannot be faster than.

    python tests/benchmarks/start_up.py [ROUNDS]

In each round, one after the other: `python -c pass`, `offramp --help`, a Textual application with one label,
and `offramp`. The last two run in a pseudo terminal of 80x24 and count until their text stands on the screen
(read by a terminal emulator, as a person would see it). Prints medians, the spread, and ratios. Nothing
here is asserted: the figures are for people.
"""

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

BARE = """
from textual.app import App
from textual.widgets import Label
class Bare(App):
    def compose(self):
        yield Label("here it is")
Bare().run()
"""

LIMIT = 30.0
"""Seconds after which a program that has not painted is given up."""


def until_painted(command: list[str], text: str, environment: Mapping[str, str]) -> float:
    """Seconds from the start of `command` until `text` stands on its screen."""
    begun = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, dict(environment))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)
    try:
        while time.monotonic() - begun < LIMIT:
            if not select.select([terminal], [], [], 0.5)[0]:
                continue
            stream.feed(os.read(terminal, 65536))
            if any(text in line for line in screen.display):
                return time.monotonic() - begun
        raise SystemExit(f"{command[0]} painted no {text!r} within {LIMIT:.0f} s")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def until_ended(command: list[str], environment: Mapping[str, str]) -> float:
    """Seconds that `command` takes."""
    begun = time.monotonic()
    subprocess.run(command, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    offramp = str(Path(sys.executable).with_name("offramp"))
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "OFFRAMP_HOME": home,
            "XDG_RUNTIME_DIR": home,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        bare = Path(home) / "bare.py"
        bare.write_text(BARE)
        measures: dict[str, Callable[[], float]] = {
            "python -c pass": lambda: until_ended([sys.executable, "-c", "pass"], environment),
            "offramp --help": lambda: until_ended([offramp, "--help"], environment),
            "bare Textual app": lambda: until_painted([sys.executable, str(bare)], "here it is", environment),
            "offramp": lambda: until_painted([offramp], "Your migrations", environment),
        }
        taken: dict[str, list[float]] = {name: [] for name in measures}
        for measure in measures.values():
            measure()  # the first of each fills the caches
        for _ in range(rounds):
            for name, measure in measures.items():
                taken[name].append(measure())
    floor = statistics.median(taken["python -c pass"])
    bare_median = statistics.median(taken["bare Textual app"])
    print(f"medians of {rounds}, seconds (least to most)")
    for name, times in taken.items():
        median = statistics.median(times)
        print(
            f"{name:<18} {median:6.3f} ({min(times):.3f} to {max(times):.3f})"
            f"   {median / floor:5.1f} x python -c pass   {median / bare_median:5.2f} x bare Textual"
        )


if __name__ == "__main__":
    main()
