"""A worker that is killed between any two effects: the run goes on, and nothing is done twice."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.random_kills import GATES, steps_done
from tests.faults.run_world import ENDS, RunWorld, make_world
from tests.faults.trials import trials
from tests.faults.worker_nursery import Nursery, nursery
from wizard.model.trouble import Trouble
from wizard.run.control import ask
from wizard.run.view import view

BOUNDARIES = 1_200
"""Of one run, as measured, rounded up: the whole table has a run that dies at each of them."""

STRIDE = 200
"""Boundaries after which each later worker of a run dies, too; twice as many when the one before got nothing
done: one that goes on crosses many while it looks at what is there."""


def until_dead_or_done(world: RunWorld, workers: Nursery) -> bool:
    """Let a worker live, its credentials handed over and its gates passed; whether the run has come to its
    end."""
    workers.spawn(world.session.folder / "worker.log", world.session)
    end = time.monotonic() + 300
    signed_in = False
    while lives(workers.pid):
        seen = view(world.session)
        assert time.monotonic() < end, world.story(seen)
        with contextlib.suppress(Trouble):
            # It may die at any of these, too.
            if not signed_in and ask(world.session, {"do": "ping"}, timeout=1.0).get("ok"):
                world.start()
                signed_in = True
            if seen is not None and seen.gate is not None and seen.gate.key in GATES:
                world.say("answer", gate=seen.gate.key, word=world.session.name)
        time.sleep(0.02)
    seen = view(world.session)
    return seen is not None and seen.run.state in ENDS


def lives(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def killed_at(workers: Nursery, folder: Path, first: int) -> int:
    """One run whose worker dies at boundary `first`, and later ones after `STRIDE` more; how many died."""
    workers.last, kills, done = first, 0, 0
    with make_world(folder) as world:
        while not until_dead_or_done(world, workers):
            seen = view(world.session)
            before, done = done, steps_done(seen) if seen else 0
            workers.last = STRIDE if done > before else workers.last * 2
            kills += 1
            assert kills < 60, world.story(seen)
        assert world.seen.run.state == "done", world.story(world.seen)
        world.assert_moved()
        world.assert_made_once(endpoints_again=True)
        assert not world.rows_of_source_missing("public.heartbeats", "id")
    return kills


@pytest.mark.slow
def test_killed_at_every_boundary(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    needs_program: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    needs_program("ssh")
    runs = trials(1, BOUNDARIES)
    kills = 0
    with nursery(monkeypatch) as workers:
        for number in range(runs):
            # Spread over all, and in the end each of them.
            first = 1 + (number * 733 + 457) % BOUNDARIES
            kills += killed_at(workers, tmp_path, first)
    record_property("trials", runs)
    record_property("figure", f"{kills} kills in {runs} runs")
