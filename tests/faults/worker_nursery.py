"""Workers without the second that a new Python takes: forked from a process that has imported everything.

What runs in them is the worker's own `main`, with a session, a lock and a terminal of its own like any other;
only the start is shorter, so that a hundred of them can be killed in the time of a few.

Run as a program it is that process. Each line it reads is JSON: `log` and `folder` as `launch._spawn` has
them, `died` and `spare` as `Boundaries` has them; with no `died` the worker does not end itself.
"""

import contextlib
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.credentials import Vault
from wizard.run import launch
from wizard.session.store import Session

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """Stands in for `launch._spawn`. `died` and `spare` are for the next worker."""

    def __init__(self) -> None:
        self.died: Path | None = None
        self.spare = 0
        self.pid = 0
        """Of the worker that was forked last."""
        self.pids: dict[str, int] = {}
        """The same of each session."""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker_nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=launch.worker_environment(),
            text=True,
        )
        self._read()

    def spawn(self, log: Path, session: Session) -> None:
        """As `launch._spawn`; returns when the worker is forked."""
        assert self._process.stdin is not None
        died = str(self.died or "")
        what = {"log": str(log), "folder": str(session.folder), "died": died, "spare": self.spare}
        with self._lock:
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
            self.pid = self.pids[session.id] = int(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery is gone"
        return line

    def close(self) -> None:
        """No further workers; those that run go on."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextlib.contextmanager
def nursery(patch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    """Start workers from a nursery instead of from nothing."""
    made = Nursery()
    patch.setattr(launch, "_spawn", made.spawn)
    try:
        yield made
    finally:
        made.close()


def _import_everything() -> None:
    importlib.import_module("tests.faults.places_of_run")
    # Each worker would try the keyring out, in a child that is a new Python, until its credentials come.
    importlib.import_module("wizard.run.waits").open_vault = lambda: Vault(None)  # type: ignore[attr-defined]
    for name in ("wizard.run", "wizard.database", "providers.heroku", "providers.aptible"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def _become_worker(log: str, folder: str, died: str, spare: int) -> None:
    from tests.faults.boundaries import Boundaries
    from tests.faults.places_of_run import tell_places
    from wizard.run.worker import main

    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, descriptor in enumerate((nothing, out, out)):
        os.dup2(descriptor, number)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir("/")
    if died:
        tell_places()
        Boundaries(Path(died), spare).install()
    code = 1
    try:
        code = main([folder])
    finally:
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Fork a worker for each line."""
    _import_everything()
    # Nobody waits for the workers here: the kernel does.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while line := sys.stdin.readline():
        what = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_worker(**what)
        print(pid, flush=True)


if __name__ == "__main__":
    serve()
