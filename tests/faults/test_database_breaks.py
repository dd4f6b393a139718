"""What breaks in the middle of a move: our process, single connections, the snapshot, whole servers."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.boundaries import by_kind, names
from tests.faults.trials import trials
from tests.faults.worker_nursery import ROOT
from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database.progress import CopyProgress
from wizard.database.snapshot import Snapshot

PROGRAM = Path(__file__).with_name("dying_move.py")

KEYLESS = """
CREATE TABLE log (at int, what text);
INSERT INTO log SELECT i, repeat(md5(i::text), 3) FROM generate_series(1, 9000) i;
CREATE MATERIALIZED VIEW sums AS SELECT account, sum(amount) s FROM payments GROUP BY account;
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    made.sql(KEYLESS)
    return made


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


def _run(
    source: Database, target: Database, work: Path, number: int, when: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), str(work), str(number), when],
        env={**os.environ, "SOURCE": source.url().reveal(), "TARGET": target.url().reveal()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_killed_at_seeded_moments_it_goes_on(
    old: Server, new: Server, source: Database, tmp_path: Path, rounds: int
) -> None:
    whole = _run(source, new.database(), tmp_path, 0, "")
    assert whole.returncode == 0, whole.stderr
    statements = int(whole.stdout.rpartition("statements ")[2])
    assert statements > 100
    chance = random.Random(2)
    for _ in range(rounds):
        target = new.database()
        moments = [(chance.randrange(1, statements), chance.choice(["before", "after"])) for _ in range(2)]
        for number, when in moments:
            died = _run(source, target, tmp_path, number, when)
            # A resumed run has less to do and may be through before its moment comes.
            assert died.returncode in (-signal.SIGKILL, 0), (moments, died.stderr)
        done = _run(source, target, tmp_path, 0, "")
        assert done.returncode == 0, (moments, done.stderr)
        assert "equal" in done.stdout.splitlines(), (moments, done.stdout)
        assert "is not as on the source" not in done.stdout
        assert target.one("SELECT count(*) FROM log") == 9000, moments
        assert target.one("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'") == 3, moments


STATEMENTS = 900
"""Moments around the statements of a copy, as measured, rounded down."""


@pytest.mark.slow
def test_killed_before_and_after_every_statement(
    old: Server,
    new: Server,
    source: Database,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Copy after copy, until in one of them nobody died: one had died around each of its statements."""
    source.sql(
        "SELECT lo_from_bytea(0, decode(repeat(md5(i::text), 500), 'hex')) FROM generate_series(1, 20) i"
    )
    spare, died = STATEMENTS // trials(4, 10_000), tmp_path / "died"
    copies = list[int]()
    while not copies or (copies[-1] and not spare):
        assert len(copies) < 30, copies
        before = len(names(died))
        target = new.database()
        done = _lives(source, target, tmp_path, died, spare)
        copies.append(len(names(died)) - before)
        assert done.returncode == 0, (names(died)[-1:], done.stdout, done.stderr)
        assert "equal" in done.stdout.splitlines(), (names(died)[-1:], done.stdout)
        assert target.one("SELECT count(*) FROM payments") == 12_000
        assert target.one("SELECT count(*) FROM log") == 9_000
        assert target.one("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'") == 3
        assert target.one("SELECT count(*) FROM pg_largeobject_metadata") == 20
    record_property("trials", len(names(died)))
    record_property(
        "figure", f"{by_kind(names(died))}, in {len(copies)} copies: {', '.join(map(str, copies))}"
    )


def _lives(
    source: Database, target: Database, work: Path, died: Path, spare: int
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.move_of_many_lives", str(work), str(died), str(spare)],
        env={**os.environ, "SOURCE": source.url().reveal(), "TARGET": target.url().reveal()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


class Cutter:
    """Does something harmful as soon as the progress allows, a few times."""

    def __init__(self, harm: Callable[[], object], times: int) -> None:
        self.left = times
        self._harm = harm
        self._bytes = 0

    def __call__(self, progress: CopyProgress) -> None:
        if self.left and progress.phase == "data" and progress.bytes > self._bytes:
            self._bytes = progress.bytes
            self.left -= 1
            self._harm()


def _slowed(source: Database, target: Database, work: Path, cut: Callable[[CopyProgress], None]) -> Told:
    """A move whose progress is told after every block, so that harm comes in the middle."""
    told = Told(source, target, work, part_bytes=1 << 17)
    board = told.move._board
    flow = board.flow

    def flow_and_tell(key: str, part: int, size: int) -> None:
        flow(key, part, size)
        cut(board.snapshot())

    board.flow = flow_and_tell  # type: ignore[method-assign]
    # A wait may be over before the next report: each is written down.
    wait, told.waits = board.wait, []

    def wait_and_note(worker: int, why: str, seconds: float) -> None:
        told.waits.append(why)
        wait(worker, why, seconds)

    board.wait = wait_and_note  # type: ignore[method-assign]
    return told


def _terminate(server_: Server, role: str) -> None:
    server_.background.run(
        server_.postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE application_name LIKE 'offramp/s-1/%/{role}'"
        )
    )


@pytest.mark.parametrize("side", ["source", "target"])
def test_cut_connections_are_opened_again(
    source: Database, target: Database, tmp_path: Path, side: str
) -> None:
    hurt = source.server if side == "source" else target.server
    cutter = Cutter(lambda: _terminate(hurt, "copy"), 3)
    told = _slowed(source, target, tmp_path, cutter)
    told.whole_way()
    assert cutter.left == 0
    assert any(f"the {side}" in why for why in told.waits)
    assert target.one("SELECT count(*) FROM log") == 9000


def test_a_lost_snapshot_means_a_new_one(source: Database, target: Database, tmp_path: Path) -> None:
    def harm() -> None:
        source.sql("UPDATE accounts SET balance = -1; UPDATE log SET what = what || '.' WHERE at < 100")
        _terminate(source.server, "%")

    cutter = Cutter(harm, 2)
    told = _slowed(source, target, tmp_path, cutter)
    first = told.move.first_copy()
    assert cutter.left == 0
    assert all(table.equal for table in first)
    assert any("snapshot broke" in event for event in told.events)
    told.whole_way()
    assert target.one("SELECT count(*) FROM log WHERE what LIKE '%.'") == 99


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_restarted_server_is_waited_for(
    source: Database, target: Database, tmp_path: Path, side: str
) -> None:
    hurt = source.server if side == "source" else target.server
    cutter = Cutter(hurt.restart, 1)
    told = _slowed(source, target, tmp_path, cutter)
    told.whole_way()
    assert cutter.left == 0
    assert target.one("SELECT count(*) FROM log") == 9000


def test_a_server_that_is_away_is_named_and_retried_at_once(
    source: Database, target: Database, tmp_path: Path
) -> None:
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    target.server.background.run(target.server.postgres.stop())
    failure: list[BaseException] = []

    def go_on() -> None:
        try:
            told.move.refresh()
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        while not any("the target:" in report.waiting_for for report in told.reports):
            thread.join(0.05)
            assert thread.is_alive(), failure
        assert any("trying again in" in report.waiting_for for report in told.reports)
    finally:
        target.server.background.run(target.server.postgres.start())
    while thread.is_alive():
        told.control.retry()
        thread.join(0.1)
    assert not failure


def test_a_commit_whose_answer_is_lost_is_not_done_again(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    execute = psycopg.Connection.execute
    lost: list[int] = []

    def losing(self: psycopg.Connection, query: object, *arguments: object, **named: object) -> object:
        answer = execute(self, query, *arguments, **named)  # type: ignore[call-overload]
        if (
            isinstance(query, bytes)
            and query.endswith(b"COMMIT")
            and len(lost) < 4
            and self.info.parameter_status(
                "application_name",
            ).endswith("copy")
        ):
            lost.append(1)
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return answer

    monkeypatch.setattr(psycopg.Connection, "execute", losing)
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert len(lost) == 4
    assert target.one("SELECT count(*) FROM log") == 9000


def test_leftovers_of_a_frozen_run_are_ended(source: Database, target: Database, tmp_path: Path) -> None:
    """A run that hangs with a part's row locked must not hold up the next one."""
    Told(source, target, tmp_path).move.first_copy()
    import psycopg

    name = "offramp/s-1/00000000/copy"
    with psycopg.connect(target.url().reveal(), application_name=name) as old:
        old.execute("SELECT FROM _offramp.part FOR UPDATE")
        source.sql("UPDATE log SET what = 'x'; UPDATE payments SET amount = 1")
        told = Told(source, target, tmp_path)
        began = time.monotonic()
        told.move.refresh()
        assert time.monotonic() - began < 60
        assert any("left behind" in event for event in told.events)
        with pytest.raises(psycopg.OperationalError):
            old.execute("SELECT 1")


def test_a_source_whose_url_leads_to_another_server_meanwhile_is_begun_anew(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change-over to a follower, while the old server still answers for some time."""
    share, shared, times = Snapshot.share, list[str](), list[float]()

    def elsewhere(self: Snapshot, connection: Any) -> None:
        if self.name not in shared:
            shared.append(self.name)
            times.append(time.monotonic())
        if len(shared) <= 3:
            # No server has it under this name.
            self.name = shared[-1] = f"00000FFF-0000000{len(shared)}-1"
        share(self, connection)

    monkeypatch.setattr(Snapshot, "share", elsewhere)
    told = Told(source, target, tmp_path, workers=1)
    assert all(table.equal for table in told.move.first_copy())
    assert told.move.moments == 4
    assert sum("snapshot" in event for event in told.events) == 3
    assert times[3] - times[0] >= 1.5, "it was asked again and again without a pause"
    told.whole_way()
