"""Vendors that misbehave during a run, a token that ends in its middle, a target that is not empty."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from screens.headless import follow
from tests.faults.run_world import RunWorld, make_world, now, state_of
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.plan.preflight import look
from wizard.ports import DatabaseWish
from wizard.registry import credential, open_target
from wizard.run.control import hand_over
from wizard.run.journal import Journal
from wizard.session.parts import MAPPING


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(parent) as made:
        yield made


def faults(world: RunWorld, vendor: str, *rules: dict[str, Any]) -> None:
    async def add() -> None:
        for rule in rules:
            await world.sandbox.fault(vendor, **rule)

    now(add())


@pytest.mark.slow
def test_misbehaving_vendors(world: RunWorld) -> None:
    faults(
        world,
        "aptible",
        {"kind": "drop", "method": "POST", "path": "*/databases"},
        {"kind": "drop", "method": "POST", "path": "*/apps"},
        {"kind": "drop", "method": "POST", "path": "*/operations", "count": 3, "after": 1},
        {"kind": "500", "method": "GET", "count": 3, "after": 12},
        {"kind": "html", "method": "GET", "count": 2, "after": 20},
        {"kind": "429", "method": "GET", "count": 2, "after": 25},
        {"kind": "truncate", "method": "GET", "count": 2, "after": 30},
        {"kind": "drop", "method": "POST", "path": "*/vhosts"},
    )
    faults(
        world,
        "heroku",
        {"kind": "429", "count": 2, "after": 2},
        {"kind": "500", "count": 2, "after": 6},
        {"kind": "drop", "method": "PATCH", "count": 2},
        {"kind": "html", "count": 1, "after": 12},
        {"kind": "drop", "method": "DELETE", "count": 1},
    )
    world.start()
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    used = [rule for rules in now(world.sandbox.faults()).values() for rule in rules if rule["used"]]
    assert len(used) >= 10, used
    world.assert_moved()
    world.assert_made_once()


def test_a_token_that_ends_in_the_middle(world: RunWorld) -> None:
    world.start()
    world.wait_for_gate("gate:cut-over")
    faults(world, "heroku", {"kind": "expire-token"})
    world.say("answer", gate="gate:cut-over", word=world.session.name)
    seen = world.wait(lambda seen: seen.secret is not None)
    assert seen.secret is not None and seen.secret.vendor == "heroku"
    assert seen.run.state == "waiting"

    async def fresh() -> str:
        await world.sandbox.read()
        return world.sandbox.credentials["heroku"]["token"]

    ref = credential(world.session, "heroku")
    assert ref is not None
    token = Secret(now(fresh()))
    world.vault.hold(ref, token)
    hand_over(world.session, ref, token)
    world.wait_for_step("scale-down:migrate-backend", "done")
    assert world.say("back") == {"ok": True}
    assert world.wait_for_end().run.state == "taken-back"
    assert world.seen.secret is None
    world.assert_heroku_as_before()


@pytest.mark.slow  # a whole run; the preflight and the engine have tests of it
def test_a_target_that_is_not_empty_is_refused_before_any_write(world: RunWorld) -> None:
    mapping = world.session.load(MAPPING)
    assert mapping is not None
    choice = mapping.moved_databases()[0]

    async def occupy() -> None:
        target = open_target(world.session, world.vault, "aptible")
        environment = await target.create_environment(mapping.environment, mapping.region, lambda line: None)
        wish = DatabaseWish(
            handle=choice.handle, version=choice.version, memory_mb=choice.memory_mb, disk_gb=choice.disk_gb
        )
        await target.create_database(environment, wish, lambda line: None)
        await target.close()

    now(occupy())
    with world._connect("target") as connection:
        connection.execute("CREATE TABLE theirs (id int); INSERT INTO theirs VALUES (1)")

    found = now(look(world.session, world.vault, lambda doing: None))
    blocking = [finding for finding in found.findings if finding.state == "blocks"]
    assert [finding.what for finding in blocking] == [f"{choice.handle} is not empty"]
    with pytest.raises(Trouble) as refused:
        follow.ready(world.session)
    assert refused.value.code == "blocked" and choice.handle in refused.value.cause
    assert Journal(world.session).run() is None

    # Somebody who starts it all the same is refused by the engine, too.
    world.start()
    seen = world.wait(lambda seen: seen.run.state == "failed")
    assert seen.trouble is not None and state_of(seen, f"copy:{choice.handle}") == "failed"
    with world._connect("target") as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname = '_offramp'").fetchall()
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert (schemas, tables) == ([], [("theirs",)])
    assert world.heroku() == world.before
    assert world.say("stop") == {"ok": True}
    world.wait(lambda seen: seen.run.state == "stopped")
