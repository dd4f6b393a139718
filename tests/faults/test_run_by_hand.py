"""A whole run with a store that a person moves: guided, left, killed, gone on with, and checked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screens.headless import follow, tell
from screens.headless.exit_codes import DONE, WAITS
from tests.faults import documents_on_heroku
from tests.faults.documents_on_heroku import ADD_ON, APP, VARIABLE, carry
from tests.faults.run_world import RunWorld, make_world, now, state_of
from tests.faults.wider_world import config_of, decide, evidence_of, store_of
from wizard.mapping import edit_stores
from wizard.model.mapping import Mapping
from wizard.registry import open_target
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.view import RunView

COUNTS = {"orders": 40, "people": 12}

pytestmark = pytest.mark.slow


@pytest.fixture
def source() -> Iterator[str]:
    with documents_on_heroku.server(COUNTS) as url:
        yield url


@pytest.fixture
def world(tmp_path: Path, source: str, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(
        tmp_path,
        before=lambda sandbox: documents_on_heroku.attach(sandbox, source),
        decide=_by_hand,
    ) as made:
        decide(made)
        yield made


def _by_hand(mapping: Mapping) -> Mapping:
    (store,) = mapping.stores
    return edit_stores.decide_store(mapping, store.add_on_id, "by-hand", "with elasticdump")


def port_of(seen: RunView) -> int:
    """Where the open gate says that the new store is reached."""
    assert seen.gate is not None
    (words,) = (words for _, words in seen.gate.true_now if "127.0.0.1 port" in words)
    found = re.search(r"127\.0\.0\.1 port (\d+)", words)
    assert found is not None
    return int(found[1])


def target_url(world: RunWorld, handle: str) -> str:
    """What Aptible's dashboard shows to the person."""

    async def ask() -> str:
        target = open_target(world.session, world.vault, "aptible")
        try:
            (environment,) = await target.environments()
            database = await target.find_database(environment, handle)
            assert database is not None
            return (await target.database_url(database)).reveal()
        finally:
            await target.close()

    return now(ask())


def test_a_store_is_moved_by_a_person_who_is_left_in_the_middle(
    world: RunWorld, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store_of(world, ADD_ON)
    gate, name, mark = f"gate:store:{store.handle}", world.session.name, world.session.id
    world.start()
    world.pass_gate("gate:cut-over")
    first = port_of(world.wait_for_gate(gate))
    assert all(app["maintenance"] for app in world.heroku().values()), "nobody writes meanwhile"
    assert carry(source, target_url(world, store.handle), first, leave=1) == sum(COUNTS.values()) - 2

    # The person goes away, and the worker dies: Heroku stands still, and that is said.
    world.kill_worker()
    assert tell.status(mark, as_json=False) == WAITS
    said = capsys.readouterr().out
    assert "Its worker is gone." in said and f"Gate: you move {ADD_ON} into {store.handle}" in said
    assert tell.status(mark, as_json=True) == WAITS
    assert '"state":"waiting"' in capsys.readouterr().out.replace(" ", "")

    # Gone on with: the same gate, with a tunnel that is up again, and what is to be typed.
    world.start()
    second = port_of(world.wait_for_gate(gate))
    assert follow.run(mark, [], detach=False) == WAITS
    said = capsys.readouterr().out
    assert f"--confirm store:{store.handle}={name}` passes it" in said and f"port {second}" in said
    assert "multielasticdump" in said and source not in said

    # Typed too early: what is missing is said, and counted again until it is there.
    world.pass_gate(gate)
    seen = world.wait(lambda seen: "The proof" in seen.run.waiting_for or seen.run.state == "taken-back")
    assert "2 with another count (orders, people)" in seen.run.waiting_for, world.story(seen)
    assert tell.status(mark, as_json=False) == DONE
    assert "Trying again" in capsys.readouterr().out
    assert carry(source, target_url(world, store.handle), second) == sum(COUNTS.values())
    assert follow.tell(mark, "retry") == DONE
    world.wait_for_step(f"prove:{store.handle}", "done")
    assert evidence_of(world, f"prove:{store.handle}") == "52 documents counted on both sides"

    capsys.readouterr()
    assert follow.run(mark, [f"finish={name}"], detach=False) == DONE
    assert tell.status(mark, as_json=False) == DONE
    assert f"{name}: done" in capsys.readouterr().out
    assert state_of(world.seen, gate) == "done"
    assert config_of(world, APP)[VARIABLE] == target_url(world, store.handle)
    world.assert_moved()
    assert tell.report(mark, None) == DONE
    _report_is_true(world, capsys.readouterr().out)


def _report_is_true(world: RunWorld, printed: str) -> None:
    store, report = store_of(world, ADD_ON), build(world.session)
    assert printed == render(report)
    moved = {one.what: one for one in report.moved}
    told = moved[f"{ADD_ON} (bonsai:sandbox-10)"]
    assert told.became == f"{store.handle}, Elasticsearch {store.version}, moved by a person"
    assert told.proof == "52 documents counted on both sides"
    (proof,) = report.store_proofs
    assert [(part.name, part.source, part.target) for part in proof.parts] == [
        ("orders", 40, 40),
        ("people", 12, 12),
    ]
    assert f"## Proof of {escaped(ADD_ON)}: every count equal" in printed
    assert "Counted on both sides, not compared" in printed
    assert not any(left.what.startswith(ADD_ON) for left in report.left)


def escaped(text: str) -> str:
    """As the report writes text from outside: signs of Markdown behind a backslash."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#&~" else sign for sign in text)
