"""Two runs of one session on one target, as two machines may begin them: one goes on, the other stops."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import move, sole_run
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    return made


@pytest.fixture
def target(old: Server) -> Database:
    return old.database()


def wait_until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


class Running:
    """A first copy in a thread, and what it raised."""

    def __init__(self, told: Told) -> None:
        self.raised: list[BaseException] = []

        def run() -> None:
            try:
                told.move.first_copy()
            except BaseException as error:
                self.raised.append(error)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()


def taken_over(error: BaseException) -> bool:
    return isinstance(error, Trouble) and error.code == "taken-over"


def test_a_run_stops_when_another_one_has_taken_its_copy_over(
    source: Database, target: Database, tmp_path: Path
) -> None:
    first = Told(source, target, tmp_path, workers=2)
    board = first.move._board
    state, paused = board.state, list[str]()

    def pausing(key: str, what: Any) -> None:
        state(key, what)
        if "payments" in key and not paused:
            paused.append(key)
            first.control.pause()

    board.state = pausing  # type: ignore[method-assign]
    copying = Running(first)
    wait_until(lambda: first.control.paused)
    second = Told(source, target, tmp_path, workers=2)
    second.move.first_copy()
    first.control.resume()
    copying.end()
    assert len(copying.raised) == 1 and taken_over(copying.raised[0]), copying.raised
    with pytest.raises(Trouble, match="Another run"):
        first.move.refresh()
    with pytest.raises(Trouble, match="Another run"):
        first.move.finish()
    second.whole_way()


def test_a_run_that_lay_idle_between_two_passes_is_told_too(
    source: Database, target: Database, tmp_path: Path
) -> None:
    first, second = Told(source, target, tmp_path), Told(source, target, tmp_path)
    first.move.first_copy()
    second.move.refresh()
    with pytest.raises(Trouble, match="Another run"):
        first.move.refresh()
    # Who begins anew takes over in turn.
    Told(source, target, tmp_path).whole_way()
    with pytest.raises(Trouble):
        second.move.finish()


@pytest.mark.parametrize("late", [0, 1])
def test_of_two_runs_that_begin_at_once_one_goes_on(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    meeting = threading.Barrier(2)
    clear = move.Move._clear_leftovers
    signed = sole_run.sign

    def meet(self: move.Move) -> None:
        clear(self)
        if meeting.n_waiting or not meeting.broken:
            meeting.wait(30)

    def slowly(*arguments: Any) -> None:
        time.sleep(0.3 * late)
        signed(*arguments)

    monkeypatch.setattr(move.Move, "_clear_leftovers", meet)
    monkeypatch.setattr(move, "sign", slowly)
    told = [Told(source, target, tmp_path, workers=2) for _ in range(2)]
    runs = [Running(one) for one in told]
    for run in runs:
        run.end()
    raised = [error for run in runs for error in run.raised]
    assert len(raised) == 1 and taken_over(raised[0]), raised
    monkeypatch.undo()
    (winner,) = [one for one, run in zip(told, runs, strict=True) if not run.raised]
    winner.whole_way()
    assert target.one("SELECT count(*) FROM payments") == 12000
