"""Back to Heroku after the new side was written to: what that loses was said before, with a count.

The promise: nothing that stands on Heroku is touched; what was written on the target stays there, unused; and
the last gate, and the question before going back, say how many rows that are.
"""

import re
from collections.abc import Callable

import pytest

from screens.monitor.words import back_lines
from tests.faults.run_world import RunWorld, make_world
from tests.faults.trials import seeded, trials
from wizard.run.view import RunView

pytestmark = pytest.mark.slow
"""A cut-over for each: `python -m tests.faults.table 21`."""

COUNT = re.compile(r"([\d,]+) rows? (?:was|were) written to migrate-backend-db since the proof; ([\w' ]+)")


def said(seen: RunView) -> tuple[int, str]:
    """How many rows the open gate tells of, and what becomes of them."""
    assert seen.gate is not None
    found = next(filter(None, (COUNT.fullmatch(words) for _, words in seen.gate.true_now)), None)
    assert found is not None, seen.gate.true_now
    return int(found[1].replace(",", "")), found[2]


def write(world: RunWorld, rows: int) -> None:
    """As the apps on the target would."""
    with world._connect("target") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written_there (id serial PRIMARY KEY, words text)")
        connection.execute(
            "INSERT INTO written_there (words) SELECT 'x' || n FROM generate_series(1, %s) n", (rows,)
        )
        # The server counts when a session has ended or a second has passed.
        connection.execute("SELECT pg_stat_force_next_flush()")


def rows_there(world: RunWorld) -> int:
    with world._connect("target") as connection:
        found = connection.execute("SELECT count(*) FROM written_there").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.timeout(3600)
def test_what_going_back_loses_is_said_before_with_a_count(
    tmp_path_factory: pytest.TempPathFactory,
    needs_program: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    needs_program("ssh")
    chance, count = seeded(record_property), trials(1, 20)
    with make_world(tmp_path_factory.mktemp("worlds")) as world:
        once(world, count, chance.choice)
    record_property("trials", count)


def once(world: RunWorld, count: int, choose: Callable[[tuple[int, ...]], int]) -> None:
    """Cut over and go back, `count` times."""
    for _ in range(count):
        world.to_cut_over()
        world.wait_for_gate("gate:finish")
        before = world.tables("source")
        rows = choose((1, 7, 400, 12_000))
        write(world, rows)
        # Who comes back to it sees what is true then: the gate opens anew.
        world.kill_worker()
        world.start()
        seen = world.wait_for_gate("gate:finish")
        told, then = said(seen)
        # The moved apps write, too.
        assert rows <= told < rows + 2_000 and then == "going back leaves them there"
        assert any(f"{told:,}" in line for line in back_lines(seen, "Aptible"))
        assert world.say("back") == {"ok": True}
        ended = world.wait_for_end()
        assert ended.run.state == "taken-back", world.story(ended)
        world.assert_heroku_as_before()
        world.assert_target_stopped()
        assert world.tables("source") == before, "Heroku's rows are as they were"
        assert rows_there(world) == rows, "what was written there stays there"
        with world._connect("target") as connection:
            connection.execute("DROP TABLE written_there")
