"""Children that die with their parent, also when the parent is killed with SIGKILL.

A small process reads a pipe whose other end only this process holds. When the pipe ends, this process is
gone, and the small one ends whatever it was told to guard. It works alike on Linux and macOS.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_CODE = """
import json, os, shutil, signal, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
guarded, folders = {}, set()
for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "guard":
        guarded[order["pid"]] = order
    elif order["do"] == "release":
        guarded.pop(order["pid"], None)
    elif order["do"] == "folder":
        folders.add(order["path"])
    elif order["do"] == "keep":
        folders.discard(order["path"])

def ours(order):
    # A postmaster is known by its pid file: process ids are used again.
    if not order["pid_file"]:
        return True
    try:
        with open(order["pid_file"]) as file:
            return file.readline().strip() == str(order["pid"])
    except OSError:
        return False

def end(order, number):
    try:
        (os.killpg if order["group"] else os.kill)(order["pid"], number)
        return True
    except OSError:
        return False

left = [order for order in guarded.values() if ours(order) and end(order, order["signal"])]
until = time.monotonic() + 10
while left and time.monotonic() < until:
    time.sleep(0.02)
    left = [order for order in left if ours(order) and end(order, 0)]
for order in left:
    end(order, signal.SIGKILL)
for path in folders:
    shutil.rmtree(path, ignore_errors=True)
"""


class Watchdog:
    """Ends guarded processes and removes guarded folders when this process is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._held: tuple[int, ...] = ()

    def guard(self, pid: int, signal: int, *, group: bool = False, pid_file: Path | None = None) -> None:
        """Send `signal` to `pid` (or to its whole group) when this process ends.

        Args:
            pid_file: if given, only while its first line is `pid`.
        """
        self._tell(
            do="guard", pid=pid, signal=int(signal), group=group, pid_file=str(pid_file) if pid_file else ""
        )

    def release(self, pid: int) -> None:
        """Forget `pid`: it has ended, and its number may soon be another process's."""
        self._tell(do="release", pid=pid)

    def guard_folder(self, path: Path) -> None:
        """Remove the folder `path`, with all in it, when this process ends."""
        self._tell(do="folder", path=str(path))

    def release_folder(self, path: Path) -> None:
        """Forget the folder `path`: it is gone already."""
        self._tell(do="keep", path=str(path))

    def hold(self, descriptor: int) -> None:
        """Let the watchdog hold an open file (a lock) until all it guards is gone. Call it first of all."""
        self._held = (*self._held, descriptor)

    def _tell(self, **order: Any) -> None:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _CODE],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    cwd="/",
                    pass_fds=self._held,
                    text=True,
                )
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()


WATCHDOG = Watchdog()
"""The one watchdog of this process; it is started when the first child is guarded."""
