"""Whole moves under everything at once: connections dropped without a word, stops, pauses, workers that come
and go, and an app that goes on writing. What luck is had, a seed says."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.silent_net import Net
from tests.wizard.database_servers import ZOO, Database, Server, Told, server
from wizard.database.control import Stopped

LOG = """
CREATE TABLE log (at int, what text);
INSERT INTO log SELECT i, repeat(md5(i::text), 3) FROM generate_series(1, 9000) i;
"""
WRITES = (
    "UPDATE log SET what = what || '.' WHERE at % 97 = {}",
    "DELETE FROM log WHERE at % 991 = {}",
    "INSERT INTO log SELECT i, 'new' FROM generate_series(1, 50) i",
    "UPDATE orders SET total = total + 1 WHERE total > 100 AND id % 53 = {}",
)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


class Luck:
    """What happens beside a move, in threads, until `end`."""

    def __init__(self, seed: int, source: Database, target: Database, work: Path) -> None:
        self.chance = random.Random(seed)
        self._source, self._target = source, target
        self._work = work
        self.nets = Net(source), Net(target)
        self.told = self._fresh()
        self.end = threading.Event()
        self._quiet = threading.Event()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._cut, self._hurry, self._stop)
        ]
        for thread in (self._writer, *self._threads):
            thread.start()

    def _fresh(self) -> Told:
        with pytest.MonkeyPatch.context() as patch:
            for net in self.nets:
                patch.setattr(net.there, "url", net.url)
            workers = self.chance.choice([1, 2, 3])
            return Told(self._source, self._target, self._work, part_bytes=1 << 16, workers=workers)

    def stage(self, call: Callable[[Any], Any]) -> Any:
        """Do it, again by another object whenever it was stopped."""
        while True:
            try:
                return call(self.told.move)
            except Stopped:
                self.told = self._fresh()

    def quiet(self) -> None:
        """The app writes no more."""
        self._quiet.set()
        self._writer.join()

    def over(self) -> None:
        self.end.set()
        self._quiet.set()
        for thread in (self._writer, *self._threads):
            thread.join()
        for net in self.nets:
            net.close()

    def _write(self) -> None:
        number = 0
        with psycopg.connect(self._source.url().reveal(), autocommit=True) as app:
            while not self._quiet.wait(0.03):
                number += 1
                app.execute(self.chance.choice(WRITES).format(number % 53).encode())

    def _cut(self) -> None:
        for _ in range(self.chance.randint(5, 25)):
            if self.end.wait(self.chance.choice([0.02, 0.1, 0.3, 0.6]) * self.chance.random() * 2):
                return
            for net in self.chance.choice([self.nets[:1], self.nets[1:], self.nets]):
                net.drop()

    def _hurry(self) -> None:
        while not self.end.wait(0.2):
            control = self.told.control
            control.retry()
            if self.chance.random() < 0.1:
                control.add_workers(self.chance.choice([-2, -1, 1, 2]))
            if self.chance.random() < 0.05:
                control.pause()
                self.end.wait(0.3)
                control.resume()

    def _stop(self) -> None:
        for _ in range(self.chance.randint(0, 6)):
            if self.end.wait(self.chance.random() * 2):
                return
            self.told.control.stop()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_all_bad_luck_at_once_ends_in_an_equal_copy(
    old: Server, new: Server, tmp_path: Path, seed: int
) -> None:
    source, target = old.database(), new.database()
    source.sql(ZOO + LOG)
    luck = Luck(seed, source, target, tmp_path)
    try:
        luck.stage(lambda move: move.first_copy())
        luck.quiet()
        luck.stage(lambda move: move.refresh())
        luck.stage(lambda move: move.finish())
        if seed % 2:
            source.sql("UPDATE log SET what = 'again' WHERE at < 100; DELETE FROM orders WHERE id < 20")
            luck.stage(lambda move: move.refresh())
            luck.stage(lambda move: move.finish())
        proof = luck.stage(lambda move: move.prove())
        assert proof.equal, (proof.differences, [table for table in proof.tables if not table.equal])
        luck.stage(lambda move: move.remove_marker())
    finally:
        luck.over()
    assert target.one("SELECT count(*) FROM log") == source.one("SELECT count(*) FROM log")
