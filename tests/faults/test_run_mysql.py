"""A whole run of a system whose app uses a MySQL besides its Postgres: copied while it is written to."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import mysql_on_heroku
from tests.faults.mysql_on_heroku import ADD_ON, APP, VARIABLE, ask_target, visits
from tests.faults.run_world import RunWorld, make_world, state_of
from tests.faults.wider_world import config_of, decide, evidence_of, store_of
from tests.wizard.stores.mysql_servers import MariaDb
from wizard.report.markdown import render
from wizard.report.report import build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def maria(needs_program: Callable[[str], str]) -> Iterator[MariaDb]:
    needs_program("ssh")
    with mysql_on_heroku.server(needs_program("mariadb-install-db"), needs_program("mariadbd")) as made:
        yield made


@pytest.fixture
def world(parent: Path, maria: MariaDb) -> Iterator[RunWorld]:
    with make_world(parent, before=lambda sandbox: mysql_on_heroku.attach(sandbox, maria)) as made:
        decide(made)
        yield made


def test_a_mysql_is_copied_while_written_to_and_its_app_goes_on_with_the_new_one(
    world: RunWorld, maria: MariaDb
) -> None:
    store = store_of(world, ADD_ON)
    assert (store.type, store.action) == ("mysql", "copy")
    world.start()
    world.wait_for_gate("gate:cut-over")
    assert "Heroku still serving" in evidence_of(world, f"copy:{store.handle}")
    first = visits(maria)
    world.pass_gate("gate:cut-over")
    world.wait_for_gate("gate:finish")
    assert "visits" in evidence_of(world, f"refresh:{store.handle}")
    assert "rows proven equal" in evidence_of(world, f"prove:{store.handle}")
    last = visits(maria)
    assert last > first, "the app wrote until it was stopped"
    url = config_of(world, APP)[VARIABLE]
    assert url.startswith("mysql://aptible:")
    end = time.monotonic() + 20
    while int(ask_target(url, "SELECT count(*) FROM visits")[0][0]) <= last:
        assert time.monotonic() < end, "the app on the target does not write to the new MySQL"
        time.sleep(0.2)
    assert visits(maria) == last, "nothing writes to Heroku's any more"
    # Numbers go on where Heroku's ended, and what fires on rows is there once.
    (numbers,) = ask_target(url, f"SELECT count(*), max(id) FROM visits WHERE id <= {last}")
    assert numbers == [str(last), str(last)]
    ask_target(url, "INSERT INTO orders VALUES (9001, 1, 1)")
    assert ask_target(url, "SELECT id, what FROM audit") == [["77", "order 9001"]]
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    assert "offramp" not in str(ask_target(url, "SHOW TABLES")).lower(), "nothing of Offramp's is left"
    assert evidence_of(world, f"back-up:{store.handle}").startswith(f"{store.handle} is backed up daily")
    world.assert_moved()
    report = build(world.session)
    moved = {one.what: one for one in report.moved}
    told = moved[f"{ADD_ON} (jawsdb:kitefin)"]
    assert told.became == f"{store.handle}, MySQL {store.version}, copied"
    assert told.proof == evidence_of(world, f"prove:{store.handle}")
    (proof,) = report.store_proofs
    assert proof.equal and f"visits: {last}" in str([f"{p.name}: {p.source}" for p in proof.parts])
    text = render(report)
    assert f"| {APP} | JAWSDB\\_URL | replaced (new database URL)" in text


def test_a_way_back_leaves_the_mysql_of_heroku_in_use_and_a_second_run_makes_the_copy_equal(
    world: RunWorld, maria: MariaDb
) -> None:
    handle = store_of(world, ADD_ON).handle
    world.to_cut_over()
    world.wait_for_gate("gate:finish")
    before = visits(maria)
    url = config_of(world, APP)[VARIABLE]
    assert world.say("back") == {"ok": True}
    assert world.wait_for_end().run.state == "taken-back", world.story(world.seen)
    world.assert_heroku_as_before()
    end = time.monotonic() + 20
    while visits(maria) == before:
        assert time.monotonic() < end, "the app on Heroku writes to its own MySQL again"
        time.sleep(0.2)
    world.start()
    seen = world.wait_for_gate("gate:cut-over")
    assert seen.gate is not None
    facts = [words for _, words in seen.gate.true_now]
    assert any(words.startswith(f"{handle} was proven before") for words in facts), facts
    world.pass_gate("gate:cut-over")
    world.wait_for_gate("gate:finish")
    assert state_of(world.seen, f"prove:{handle}") == "done"
    last = visits(maria)
    (numbers,) = ask_target(url, f"SELECT count(*), max(id) FROM visits WHERE id <= {last}")
    assert numbers == [str(last), str(last)]
    assert world.finish().run.state == "done", world.story(world.seen)
