"""Whatever is killed, the run goes on or is resumed with one command, and nothing is done twice."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.run_world import RunWorld, attempts_of, below, make_world, processes, state_of
from wizard.run.view import RunView

COPY = "copy:migrate-backend-db"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(parent, size="small") as made:
        yield made


def in_mid_copy(seen: RunView) -> bool:
    """Whether some tables are there and proven, and others are not."""
    return state_of(seen, COPY) == "intent" and any(
        copy.phase == "data" and 0 < copy.tables_proven < len(copy.tables) for copy in seen.copies.values()
    )


def gone(pids: set[int], seconds: float = 15) -> set[int]:
    """Those of `pids` that still live after some time for their end."""
    end = time.monotonic() + seconds
    while pids & set(processes()) and time.monotonic() < end:
        time.sleep(0.05)
    return pids & set(processes())


def make_it_long(world: RunWorld) -> None:
    """Add rows to the source, so that the copy still runs when its tunnel is up again."""
    with world._connect("source") as connection:
        connection.execute(
            "INSERT INTO events (user_id, kind, at, path, duration_ms, score, note)"
            " SELECT user_id, kind, at, path, duration_ms, score, note FROM events, generate_series(1, 3)"
        )


def test_every_kill_in_one_journey(world: RunWorld) -> None:
    make_it_long(world)
    world.start()

    world.wait(in_mid_copy)
    ssh = [pid for pid, words in below(world.worker_pid).items() if words[0].endswith("ssh")]
    assert ssh
    os.kill(ssh[0], signal.SIGKILL)
    seen = world.wait(lambda seen: any(t.reconnects >= 1 and t.state == "up" for t in seen.tunnels.values()))
    assert attempts_of(seen, COPY) == 1, "the copy went on by itself"

    world.wait(lambda seen: in_mid_copy(seen) or state_of(seen, COPY) == "done")
    in_the_middle = in_mid_copy(world.seen)
    children = set(below(world.worker_pid))
    assert children
    world.kill_worker()
    assert world.seen.worker == "dead"
    assert not gone(children), "ssh and its watch end with the worker"
    assert in_the_middle, "the copy was too quick for this test"

    world.start()
    world.pass_gate("gate:cut-over")
    assert attempts_of(world.seen, COPY) == 2

    world.wait_for_step("scale-down:migrate-backend", "intent", "done")
    world.kill_worker()
    assert world.heroku()["migrate-backend"]["maintenance"], "killed in the cut-over"
    assert world.seen.can_go_back

    world.start()
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    assert attempts_of(world.seen, "database:migrate-backend-db") == 1
    world.assert_moved()
    world.assert_made_once()
    assert not world.rows_of_source_missing("public.heartbeats", "id")
    written = world.facts["heroku"]["written"]
    assert sum("job" in str(item) for item in written) == 1, "one job was removed once, none made"
