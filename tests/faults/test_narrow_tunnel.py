"""A whole move through a tunnel that carries one connection at a time."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.db_commands.restore_world import dump
from tests.faults.narrow_net import NarrowNet
from tests.wizard.database_servers import SMALL, ZOO, Database, Server, Told, server
from wizard.database.archive import read_head
from wizard.database.control import Control, Stopped
from wizard.database.lanes import Lanes
from wizard.database.restore import Restore

PROGRAM = Path(__file__).with_name("dying_move.py")


MORE = {
    "refuse": "INSERT INTO orders (user_id, total) VALUES (1, 500); DELETE FROM dropped",
    "hang": "INSERT INTO accounts VALUES (301, 'late')",
}


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


def narrow(target: Database, beyond: Literal["refuse", "hang"] = "refuse", lag: float = 0.0) -> NarrowNet:
    return NarrowNet(str(target.server.postgres.socket), beyond, lag=lag)


def through(told: Told, net: NarrowNet, target: Database) -> Told:
    """`told`'s move, its target being reached through `net` only."""
    told.move._ends._urls["target"] = lambda: net.url(target.url())
    return told


@pytest.mark.parametrize(("beyond", "lag"), [("refuse", 0.15), ("hang", 0.0)])
def test_a_whole_move_has_one_connection_at_a_time(
    old: Server, new: Server, tmp_path: Path, beyond: Literal["refuse", "hang"], lag: float
) -> None:
    source, target = old.database(), new.database()
    # The second mode is about connections, not about what goes over them.
    source.sql(ZOO if beyond == "refuse" else SMALL)
    net = narrow(target, beyond, lag)
    told = through(Told(source, target, tmp_path, lanes=Lanes(1)), net, target)
    try:
        told.move.first_copy()
        source.sql(MORE[beyond])
        told.whole_way()
    finally:
        net.close()
    assert net.at_once == 1
    assert net.turned_away == 0 or lag, "somebody asked for a second connection"
    assert target.one(f"SELECT count(*) FROM {'orders' if beyond == 'refuse' else 'accounts'}") in (6001, 301)
    assert max(report.workers for report in told.reports) == 1


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(SMALL)
    net = narrow(target, lag=0.1)

    def run(number: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(PROGRAM), str(tmp_path), str(number), "after"],
            env=os.environ
            | {"SOURCE": source.url().reveal(), "TARGET": net.url(target.url()).reveal(), "LANES": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    try:
        # In the middle of the rows, and once more while the end is made.
        for number in (34, 60):
            assert run(number).returncode == -9
        last = run(0)
    finally:
        net.close()
    assert "equal" in last.stdout.splitlines(), last.stdout + last.stderr
    assert target.one("SELECT count(*) FROM payments") == 12000
    assert net.at_once == 1


def test_cut_in_the_middle_it_goes_on_by_itself(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(SMALL + "INSERT INTO payments (account, amount) SELECT 1, i FROM generate_series(1, 20000) i")
    net = narrow(target, lag=0.1)
    told = through(Told(source, target, tmp_path, lanes=Lanes(1)), net, target)
    board, flow, cuts = told.move._board, told.move._board.flow, [2, 6]
    flowed: list[int] = []

    def flow_and_cut(key: str, part: int, size: int) -> None:
        flow(key, part, size)
        if cuts and len(flowed) >= cuts[0]:
            cuts.pop(0)
            net.cut()
        flowed.append(size)

    board.flow = flow_and_cut  # type: ignore[method-assign]
    try:
        told.whole_way()
    finally:
        net.close()
    assert not cuts
    assert net.at_once == 1
    assert target.one("SELECT count(*) FROM payments") == 32000


def test_a_stop_takes_no_connection_and_leaves_nothing_running(
    old: Server, new: Server, tmp_path: Path
) -> None:
    source, target = old.database(), new.database()
    source.sql(SMALL)
    net = narrow(target, "hang")
    told = through(Told(source, target, tmp_path, lanes=Lanes(1)), net, target)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            with told.move._at_work():
                told.move._with_target(lambda one: one.execute("SELECT pg_catalog.pg_sleep(30)"))
        except BaseException as error:
            raised.append(error)

    ours = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'offramp/%'"
        " AND datname = current_database()"
    )
    thread = threading.Thread(target=work)
    thread.start()
    end = time.monotonic() + 10
    while not target.one(f"{ours} AND query LIKE '%pg_sleep%'"):
        assert time.monotonic() < end
        time.sleep(0.02)
    told.control.stop()
    thread.join(15)
    net.close()
    assert isinstance(raised[0], Stopped)
    # Whose client has hung up is gone a moment later; what sleeps would be there for half a minute.
    end = time.monotonic() + 5
    while target.one(ours):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert net.turned_away == 0


def test_a_dump_is_restored_over_one_connection(old: Server, new: Server, tmp_path: Path) -> None:
    source, target = old.database(), new.database()
    source.sql(SMALL)
    net = narrow(target, lag=0.1)
    data = io.BytesIO(dump(source))
    try:
        restore = Restore(
            target=lambda: net.url(target.url()),
            work=tmp_path,
            report=lambda progress: None,
            event=lambda text: None,
            control=Control(),
            lanes=Lanes(1),
        )
        head, begun = read_head(data.read)
        restore.want_empty()
        chosen = restore.prepare(head)
        outcome = restore.run(head, begun, lambda: data.read(100_000), chosen, None)
    finally:
        net.close()
    assert outcome.whole, outcome
    assert net.at_once == 1
    assert target.one("SELECT count(*) FROM payments") == 12000
