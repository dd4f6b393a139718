"""Screens without the second that a new Python takes: forked from a process that has imported them all.

What runs in them is `offramp` as it is, with a terminal of its own; only the start is shorter, so that a
hundred of them can be cut off in the time of a few.

Run as a program it is that process. Each line it reads is JSON: `terminal`, `arguments`, `env`.
"""

import atexit
import fcntl
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import termios
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Forked:
    """A screen that was forked; what `Terminal` asks of a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it runs. How it ended is known to the nursery only."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return 0
        return 0 if state in "ZX" else None

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended."""
        end = time.monotonic() + (timeout or 3600)
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.005)
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def cpu(self) -> float:
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ScreenNursery:
    """Starts screens; `start` stands in for `subprocess.Popen`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.screen_nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery is gone"
        return line

    def start(self, command: Sequence[str], *, stdin: int, env: Mapping[str, str], **_: Any) -> Forked:
        """A screen on the terminal whose other end `stdin` is."""
        assert self._process.stdin is not None
        what = {"terminal": os.ttyname(stdin), "arguments": list(command[1:]), "env": dict(env)}
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._read()))

    def close(self) -> None:
        """No further screens."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def screen(what: dict[str, Any]) -> int:
    """In the forked child: take the terminal, and be `offramp`."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    terminal = os.open(what["terminal"], os.O_RDWR)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(terminal, number)
    os.close(terminal)
    # The nursery's own were made for its pipes.
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (
        os.fdopen(number, "w", buffering=1, encoding="utf-8", closefd=False) for number in (1, 2)
    )
    os.environ.clear()
    os.environ.update(what["env"])
    sys.argv = ["offramp", *what["arguments"]]
    from screens.main import main as offramp

    return offramp()


def main() -> None:
    """See the module's own words."""
    for package in ("screens", "screens.widgets", "screens.monitor", "wizard", "wizard.run"):
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if found.name not in ("__main__", "worker"):
                importlib.import_module(f"{package}.{found.name}")
    # Nobody waits for the children: the system shall bury them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = screen(json.loads(line))
            except BaseException:  # it must not go on as a second nursery
                traceback.print_exc()
            finally:
                # What a process does at its end, which a forked one leaves out.
                atexit._run_exitfuncs()
                os._exit(code)
        print(child, flush=True)


if __name__ == "__main__":
    main()
