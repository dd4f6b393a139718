"""A worker that is killed between any two effects: the run goes on, and nothing is done twice."""

import contextlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.boundaries import by_kind, names
from tests.faults.random_kills import GATES
from tests.faults.run_world import ENDS, RunWorld, make_world, now
from tests.faults.trials import trials
from tests.faults.worker_nursery import Nursery, nursery
from wizard.model.trouble import Trouble
from wizard.run.control import ask
from wizard.run.view import view

BOUNDARIES = 2_400
"""Of all runs together, about."""

EARLY = 900
"""Of those, as many as the first worker of a run crosses when it is left alone, about."""

AT_ONCE = 2
"""Runs that go on beside each other and die for each other."""

RUNS = 20
"""Runs until one has no boundary that is new, at most."""


def until_dead_or_done(world: RunWorld, workers: Nursery) -> bool:
    """Let a worker live, its credentials handed over and its gates passed; whether the run has come to its
    end."""
    workers.spawn(world.session.folder / "worker.log", world.session)
    end = time.monotonic() + 300
    signed_in = False
    while lives(workers.pids[world.session.id]):
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


def assert_as_if_undisturbed(world: RunWorld) -> None:
    """Everything came over, once, whatever the deaths were."""
    assert world.seen.run.state == "done", world.story(world.seen)
    world.assert_moved()
    world.assert_made_once(endpoints_again=True)
    assert not world.rows_of_source_missing("public.heartbeats", "id")


def die_to_the_end(folder: Path, workers: Nursery) -> int:
    """One run in which each worker dies at the first boundary at which none has; how many died before it was
    done."""
    assert workers.died is not None
    deaths = -1
    with make_world(folder) as world:
        done = False
        while not done:
            done = until_dead_or_done(world, workers)
            deaths += 1
            # There is an end to the names.
            assert deaths < 2 * BOUNDARIES, names(workers.died)[-3:]
            now(world.sandbox.fill_bucket())
        assert_as_if_undisturbed(world)
    return deaths


@pytest.mark.slow
def test_killed_at_every_boundary(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    needs_program: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    """Run after run, until in one of them nobody died: at each of its boundaries one had died before."""
    needs_program("ssh")
    most = trials(20, 100_000)
    at_once = AT_ONCE if most > BOUNDARIES else 1
    runs = list[int]()
    with nursery(monkeypatch) as workers, ThreadPoolExecutor(at_once) as threads:
        workers.died, workers.spare = tmp_path / "died", BOUNDARIES // most

        def die_in_runs() -> None:
            while not runs or (all(runs) and not workers.spare):
                assert len(runs) < RUNS, runs
                runs.append(die_to_the_end(tmp_path, workers))

        for going in [threads.submit(die_in_runs) for _ in range(at_once)]:
            going.result()
    met = names(tmp_path / "died")
    record_property("trials", len(met))
    record_property("figure", f"{by_kind(met)}, in {len(runs)} runs: {', '.join(map(str, runs))}")


@pytest.mark.slow
def test_after_one_kill_the_next_worker_does_it_all(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    needs_program: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    """Where each worker dies soon, none has had all the rest to do at once."""
    needs_program("ssh")
    runs = trials(1, 20)
    with nursery(monkeypatch) as workers:
        for number in range(runs):
            workers.died = tmp_path / f"died-{number}"
            # Spread over all.
            workers.spare = (number * 577 + 457) % EARLY
            with make_world(tmp_path) as world:
                assert not until_dead_or_done(world, workers)
                workers.died = None
                assert until_dead_or_done(world, workers)
                assert_as_if_undisturbed(world)
    record_property("trials", runs)
