"""A run whose worker is killed again and again, at random moments that are spread over all of its steps."""

import contextlib
import os
import random
import signal
import time

from tests.faults.run_world import ENDS, RunWorld, below, processes
from tests.faults.worker_nursery import Nursery
from wizard.model.trouble import Trouble
from wizard.run.launch import running
from wizard.run.view import RunView, view

EARLY = 0.16
"""Seconds in which a worker comes up and looks at what is there; it has got no credentials by then."""

MOST = 14
"""Things that a life gets done at most."""

LATER = 0.25
"""Seconds from the moment when something is done to the kill, on average."""

LONGEST = 150.0
"""Seconds in which a life must get something done."""

GATES = ("gate:cut-over", "gate:finish")


class Killer:
    """Lets the worker of a run live for a while, and kills it, `kills` times in all.

    A life ends at a random moment after it got some things done, so that the run comes to its end whatever
    the machine is busy with. The others are too short for that: a worker comes up and looks at what is there.
    They come as long as more is done than kills are used up, so that the kills meet all steps.
    """

    def __init__(self, world: RunWorld, nursery: Nursery, chance: random.Random, kills: int) -> None:
        self._world = world
        self._nursery = nursery
        self._chance = chance
        self._kills = kills
        self.killed = 0
        self.children: set[int] = set()
        self.met: set[str] = set()
        """The steps that were under way when the worker was killed."""

    def kill_to_the_end(self) -> None:
        """Kill until all kills are used up or the run is done; the worker is dead then, or the run over."""
        while self.killed < self._kills:
            seen = view(self._world.session)
            if seen is not None and seen.run.state in ENDS:
                return
            if seen is None or steps_done(seen) * self._kills > self.killed * len(seen.steps):
                # It has not even got its credentials.
                self._nursery.spawn(self._world.session.folder / "worker.log", self._world.session)
                time.sleep(self._chance.uniform(0, EARLY))
            else:
                self._world.start()
                self._live()
            self.kill()

    def kill(self) -> None:
        """Kill the worker, and wait until its lock is free."""
        pid = self._nursery.pid
        seen = view(self._world.session)
        if seen is not None:
            self.met |= {step.step.key for step in seen.steps if step.record.state == "intent"}
        self.children |= set(below(pid))
        with contextlib.suppress(ProcessLookupError):
            # It may have come to the run's end by itself.
            os.kill(pid, signal.SIGKILL)
            self.killed += 1
        end = time.monotonic() + 10
        while running(self._world.session):
            assert time.monotonic() < end
            time.sleep(0.005)

    def left_running(self, seconds: float = 15) -> set[int]:
        """Children of the killed that still run after a moment for their end."""
        end = time.monotonic() + seconds
        while (left := self.children & set(processes())) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    def _live(self) -> None:
        enough = _got_done(self._world.seen) + self._chance.randint(1, MOST)
        end: float | None = None
        limit = time.monotonic() + LONGEST
        while end is None or time.monotonic() < end:
            seen = self._world.seen
            if seen.run.state in ENDS:
                return
            if end is None and _got_done(seen) >= enough:
                end = time.monotonic() + self._chance.expovariate(1 / LATER)
            if seen.gate is not None and seen.gate.key in GATES:
                with contextlib.suppress(Trouble):
                    # Not taken, or by nobody, where the worker heard it a moment ago and went on.
                    self._world.say("answer", gate=seen.gate.key, word=self._world.session.name)
            assert time.monotonic() < limit, self._world.story(seen)
            time.sleep(0.05)


def steps_done(seen: RunView) -> int:
    """How many steps are done."""
    return sum(step.record.state == "done" for step in seen.steps)


def _got_done(seen: RunView) -> int:
    """Steps, and parts of a copy."""
    return steps_done(seen) + sum(copy.tables_proven // 10 for copy in seen.copies.values())
