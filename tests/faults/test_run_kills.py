"""Whatever is killed, the run goes on or is resumed with one command, and nothing is done twice."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.random_kills import Killer
from tests.faults.run_world import RunWorld, attempts_of, below, make_world, state_of
from tests.faults.trials import seeded, trials
from tests.faults.worker_nursery import nursery
from wizard.run.journal import Journal
from wizard.run.view import RunView

COPY = "copy:migrate-backend-db"

KILLS = 100
"""Of one journey: as many as the suite makes."""


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


def in_mid_copy(seen: RunView) -> bool:
    """Whether some tables are there and proven, and others are not."""
    return state_of(seen, COPY) == "intent" and any(
        copy.phase == "data" and 0 < copy.tables_proven < len(copy.tables) for copy in seen.copies.values()
    )


def make_it_long(world: RunWorld) -> None:
    """Add rows to the source, so that the copy still runs when its tunnel is up again."""
    with world._connect("source") as connection:
        connection.execute(
            "INSERT INTO events (user_id, kind, at, path, duration_ms, score, note)"
            " SELECT user_id, kind, at, path, duration_ms, score, note FROM events, generate_series(1, 3)"
        )


@pytest.mark.timeout(3600)
def test_every_kill_in_one_journey(
    parent: Path,
    needs_program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    needs_program("ssh")
    wanted, chance = trials(KILLS, 3_000), seeded(record_property)
    killed, seconds, met = 0, list[float](), set[str]()
    with nursery(monkeypatch) as workers:
        while killed < wanted:
            began = time.monotonic()
            with make_world(parent, size="small") as world:
                killer = Killer(world, workers, chance, min(KILLS, wanted - killed))
                journey(world, killer)
            killed += killer.killed
            met |= killer.met
            seconds.append(time.monotonic() - began)
    record_property("trials", killed)
    record_property(
        "figure", f"{len(seconds)} runs of {max(seconds):.0f} s at most, killed in {len(met)} different steps"
    )


def journey(world: RunWorld, killer: Killer) -> None:
    """A run whose tunnel is killed once and whose worker is killed ever again; it ends well all the same."""
    make_it_long(world)
    world.start()
    world.wait(in_mid_copy)
    ssh = [pid for pid, words in below(world.worker_pid).items() if words[0].endswith("ssh")]
    assert ssh
    os.kill(ssh[0], signal.SIGKILL)
    seen = world.wait(lambda seen: any(t.reconnects >= 1 and t.state == "up" for t in seen.tunnels.values()))
    assert attempts_of(seen, COPY) == 1, "the copy went on by itself"
    world.wait(lambda seen: in_mid_copy(seen) or state_of(seen, COPY) == "done")
    assert in_mid_copy(world.seen), "the copy was too quick for this test"
    killer.kill()
    assert world.seen.worker == "dead"
    assert not killer.left_running(), "ssh and its watch end with the worker"

    killer.kill_to_the_end()
    if world.seen.run.state != "done":
        world.start()
        world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    world.assert_moved()
    world.assert_made_once(endpoints_again=True)
    assert not world.rows_of_source_missing("public.heartbeats", "id")
    written = world.facts["heroku"]["written"]
    assert sum("job" in str(item) for item in written) == 1, "one job was removed once, none made"
    asked = [event.text for event in Journal(world.session).events() if event.kind == "person"]
    assert asked == [], "it goes on without a question"
    log = (world.session.folder / "worker.log").read_text()
    assert "Traceback" not in log, log[-4000:]
    assert not killer.left_running()
