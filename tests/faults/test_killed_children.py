"""Children of ours that are killed, as the kernel does where memory runs out: told apart from errors of the
server, and done again."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.run_world import below
from tests.faults.trials import seeded, trials
from tests.providers.aptible_world import World, aptible_world, git
from tests.providers.test_aptible_push import prepared, push_step
from tests.wizard.database_servers import SMALL, Server, Told, server
from wizard.database.control import Control
from wizard.model.trouble import Trouble
from wizard.run.kinds.push import Push
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.errors import trouble as mysql_trouble
from wizard.stores.mysql.pump import pump

Record = Callable[[str, object], None]


class Assassin:
    """Kills a program that this process has started, some seconds after it was seen. `word` is one of its
    arguments."""

    def __init__(self, program: str, word: str, seconds: float) -> None:
        self.killed = False
        self._program = program
        self._word = word
        self._seconds = seconds
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """It has killed by now, or never will."""
        self._end.set()
        self._thread.join()

    def _wait(self) -> None:
        while not self._end.is_set():
            for pid, words in below(os.getpid()).items():
                if words[0].rpartition("/")[2] == self._program and self._word in words:
                    time.sleep(self._seconds)
                    with contextlib.suppress(ProcessLookupError):
                        # It may be through before its moment comes.
                        os.kill(pid, signal.SIGKILL)
                        self.killed = True
                    return
            self._end.wait(0.002)


@pytest.fixture
async def world(short_folder: Path, needs_program: Callable[[str], str]) -> AsyncIterator[World]:
    needs_program("git")
    needs_program("ssh")
    async with aptible_world(short_folder) as made:
        yield made


@pytest.mark.parametrize(("program", "word"), [("git", "push"), ("ssh", "-F")])
async def test_git(world: World, tmp_path: Path, record_property: Record, program: str, word: str) -> None:
    count, chance, killed = trials(1, 50), seeded(record_property), 0
    context, step, checkout = await prepared(world, tmp_path)
    tries = 0
    while killed < count:
        tries += 1
        assert tries < count * 20, "the moments never met it"
        git(checkout, "commit", "--allow-empty", "-m", f"change {tries}")
        step = push_step(checkout, git(checkout, "rev-parse", "HEAD"))
        assassin = Assassin(program, word, chance.uniform(0, 0.4))
        try:
            await Push().do(context, step)
        except Trouble as trouble:
            assassin.leave()
            assert assassin.killed, trouble.cause
            assert trouble.retry, (trouble.cause, trouble.code)
            assert program != "git" or trouble.code == "git-killed"
            assert trouble.untouched
        assassin.leave()
        killed += assassin.killed
        await Push().do(context, step)
        assert await Push().probe(context, step) is not None
    record_property("trials", killed)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def test_pg_dump(old: Server, tmp_path: Path, record_property: Record) -> None:
    count, chance, killed = trials(1, 50), seeded(record_property), 0
    source = old.database()
    source.sql(SMALL)
    tries = 0
    while killed < count:
        tries += 1
        assert tries < count * 20, "the moments never met it"
        told = Told(source, old.database(), tmp_path)
        assassin = Assassin("pg_dump", "--schema-only", chance.uniform(0, 0.1))
        assert all(table.equal for table in told.move.first_copy()), "it goes on by itself"
        assassin.leave()
        killed += assassin.killed
    record_property("trials", killed)


@pytest.mark.parametrize("which", ["dumper", "loader"])
def test_mysql_s_programs(tmp_path: Path, record_property: Record, which: str) -> None:
    count, chance = trials(2, 50), seeded(record_property)
    for _ in range(count):
        # Stand-ins: what counts is how they end.
        dump, load = ["yes", "a line of a dump"], ["tail", "-n1"]
        program, word = ("yes", "yes") if which == "dumper" else ("tail", "-n1")
        assassin = Assassin(program, word, chance.uniform(0, 0.05))
        with pytest.raises(MysqlError) as caught:
            pump(dump, load, control=Control(), passed=lambda size: None)
        assassin.leave()
        assert assassin.killed
        error = caught.value
        assert error.passing and "ended from outside (SIGKILL" in error.said, error.said
        assert mysql_trouble(error, "The table x cannot be copied").code == "store-killed"
    record_property("trials", count)
