"""Runs one way once, and measures it: wall, CPU by group of processes, memory, bytes, disk."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from providers.sandbox.watchdog import WATCHDOG
from tests.benchmarks.postgres import processes
from tests.benchmarks.postgres.roads import Roads
from tests.benchmarks.postgres.servers import Server
from tests.benchmarks.postgres.ways import Step
from wizard.model.noun import Noun

SAMPLE = 0.2
"""Seconds between two looks at memory and disk."""

OFF_THE_PATH = "preflight"
"""A phase that a migration does before the clock that people watch is started."""

AFTERWARDS = "proof"
"""A phase that is no part of a copy."""


class Measure(Noun, frozen=True, kw_only=True):
    """One run. Seconds, and bytes.

    `wall` is from the start of the first program to the end of the last one, without a `proof` that was
    asked for afterwards; `critical` is the same without `preflight`. `memory` is the peak of the sum over
    all processes of the tool, what they share counted once (PSS), sampled; `disk` the peak of its folder.
    `steps` are the programs, and the phases that the program told. `wrong` is empty when the copy is the
    same as its source.
    """

    way: str
    wall: float
    critical: float
    cpu_tool: float
    cpu_source: float
    cpu_target: float
    cpu_ssh: float
    tunnel: int
    memory: int
    disk: int
    steps: dict[str, float]
    inside: dict[str, float]
    events: list[str]
    wrong: list[str]


class Watch:
    """Looks at the tool while it runs. `pid` is the program at this moment, 0 for none."""

    def __init__(self, folder: Path) -> None:
        self.memory = self.disk = self.pid = 0
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.disk = max(self.disk, processes.disk(self._folder))

    def _look(self) -> None:
        while not self._over.wait(SAMPLE):
            if self.pid:
                self.memory = max(self.memory, processes.memory(self.pid))
            self.disk = max(self.disk, processes.disk(self._folder))


class Ended(Noun, frozen=True, kw_only=True):
    """How a program ended: its code (negative: the signal), its CPU seconds with those of its children,
    what it printed, and the end of what it complained of."""

    code: int
    cpu: float
    said: str
    complaint: str


def run(step: Step, folder: Path, started: Callable[[int], None]) -> Ended:
    """Run one program to its end. `started` gets its process id.

    What it prints goes to files beside `folder`, which is the program's own.
    """
    out, err = folder.with_suffix(".out"), folder.with_suffix(".err")
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = subprocess.Popen(
            step.command,
            env=step.environment,
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
            cwd=folder,
            start_new_session=True,
        )
        WATCHDOG.guard(process.pid, signal.SIGKILL, group=True)
        started(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            WATCHDOG.release(process.pid)
            started(0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        code=process.returncode,
        cpu=usage.ru_utime + usage.ru_stime,
        said=out.read_text(errors="replace"),
        complaint=err.read_text(errors="replace").strip()[-2000:],
    )


def told(said: str) -> list[dict[str, Any]]:
    """The lines that are JSON objects; only Offramp's driver prints any."""
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def measure(
    way: str, steps: list[Step], folder: Path, source: Server, target: Server, roads: Roads
) -> Measure:
    """Run all of `steps`, one after the other, until one fails. `wrong` has no comparison yet."""

    def counters() -> tuple[float, float, float, int]:
        servers = [processes.cpu_seconds([server.pid]) for server in (source, target)]
        return servers[0], servers[1], roads.cpu_of_ssh(), roads.tunnel.carried()

    taken: dict[str, float] = {}
    inside: dict[str, float] = {}
    events: list[str] = []
    wrong: list[str] = []
    cpu = 0.0
    before = counters()
    with Watch(folder) as watch:
        begun = time.monotonic()
        for step in steps:
            since = time.monotonic()
            ended = run(step, folder, lambda pid: setattr(watch, "pid", pid))
            taken[step.name] = time.monotonic() - since
            cpu += ended.cpu
            for line in told(ended.said):
                if "phase" in line:
                    taken[line["phase"]] = line["seconds"]
                inside |= line.get("inside", {})
                events += [line["event"]] if "event" in line else []
                wrong += [line["trouble"]] if "trouble" in line else []
            if ended.code != 0:
                wrong.append(f"{step.name} ended with {ended.code}: {ended.complaint[-600:]}")
                break
        wall = time.monotonic() - begun - taken.get(AFTERWARDS, 0.0)
    if not roads.tunnel.alive:
        wrong.append("the tunnel broke meanwhile")
        return _nothing(way, wall, wrong)
    after = counters()
    return Measure(
        way=way,
        wall=wall,
        critical=wall - taken.get(OFF_THE_PATH, 0.0),
        cpu_tool=cpu,
        cpu_source=after[0] - before[0],
        cpu_target=after[1] - before[1],
        cpu_ssh=after[2] - before[2],
        tunnel=after[3] - before[3],
        memory=watch.memory,
        disk=watch.disk,
        steps=taken,
        inside=inside,
        events=events,
        wrong=wrong,
    )


def _nothing(way: str, wall: float, wrong: list[str]) -> Measure:
    return Measure(
        way=way,
        wall=wall,
        critical=wall,
        cpu_tool=0,
        cpu_source=0,
        cpu_target=0,
        cpu_ssh=0,
        tunnel=0,
        memory=0,
        disk=0,
        steps={},
        inside={},
        events=[],
        wrong=wrong,
    )
