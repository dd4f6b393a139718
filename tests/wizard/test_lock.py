"""Locks: of one holder, ended by its end, not inherited, and not disturbed by who looks."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from wizard.model.noun import encode
from wizard.model.trouble import Trouble
from wizard.session.lock import Holder, Lock

HOLD = """
import subprocess, sys, time
from pathlib import Path
from wizard.session.lock import Lock
lock = Lock(Path(sys.argv[1]))
taken = lock.take("/run/here.sock")
child = subprocess.Popen([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"],
    stdout=subprocess.PIPE)
child.stdout.readline()
print(taken, child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker.lock"


def test_held_by_another_process_and_freed_by_its_kill(path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    taken, child = other.stdout.readline().split()
    try:
        assert taken == "True"
        mine = Lock(path)
        assert not mine.take() and not mine.held
        holder = mine.holder()
        assert holder is not None and holder.pid == other.pid and holder.socket == "/run/here.sock"
        assert f"process {other.pid}" in holder.words()
        other.kill()
        other.wait()
        os.kill(int(child), 0)  # its child lives, and holds nothing
        assert mine.holder() is None
        assert mine.take()
        mine.release()
        assert mine.holder() is None
    finally:
        other.kill()
        os.kill(int(child), signal.SIGKILL)


def test_taken_twice_by_the_same_object_is_one(path: Path) -> None:
    lock = Lock(path)
    assert lock.take() and lock.take() and lock.held
    assert not Lock(path).take()
    lock.release()
    lock.release()
    with Lock(path) as other:
        assert other.take()
    assert Lock(path).take()


def test_nobody_and_no_file(path: Path) -> None:
    assert Lock(path).holder() is None
    assert not path.exists(), "looking makes nothing"


def test_an_unwritten_holder_is_a_holder(path: Path) -> None:
    lock = Lock(path)
    assert lock.take()
    path.write_bytes(b"")
    holder = Lock(path).holder()
    assert holder is not None and holder.pid == 0


def test_who_only_looks_does_not_stand_in_the_way(path: Path) -> None:
    path.touch()
    end = threading.Event()

    def look() -> None:
        other = Lock(path)
        while not end.is_set():
            other.holder()

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(300):
            lock = Lock(path)
            assert lock.take()
            lock.release()
    finally:
        end.set()
        for looker in lookers:
            looker.join()


def test_of_many_takers_one_gets_it(path: Path) -> None:
    for _ in range(50):
        start = threading.Barrier(4)
        locks = [Lock(path) for _ in range(4)]

        def take(lock: Lock, start: threading.Barrier = start) -> None:
            start.wait()
            lock.take()

        takers = [threading.Thread(target=take, args=(lock,)) for lock in locks]
        for taker in takers:
            taker.start()
        for taker in takers:
            taker.join()
        assert sum(lock.held for lock in locks) == 1
        for lock in locks:
            lock.release()


ELSEWHERE = Holder(
    pid=os.getpid(), terminal="pts/3", since="2026-11-01T10:00:00", user="ada", address="192.0.2.7"
)


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(msgspec.structs.replace(ELSEWHERE, address=""), id="a process id that lives again"),
        pytest.param(ELSEWHERE, id="a holder on another machine"),
    ],
)
def test_what_a_file_says_of_a_holder_that_is_gone_is_not_believed(path: Path, left: Holder) -> None:
    path.write_text(encode(left))
    assert Lock(path).holder() is None
    lock = Lock(path)
    assert lock.take()
    now = Lock(path).holder()
    assert now is not None and now.address == "" and now.since > left.since
    lock.release()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_nobody_can_say_who_holds_it_it_is_not_taken(
    path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network disk without locks: neither free nor held is known."""
    path.write_text(encode(ELSEWHERE))

    def refusing(descriptor: int, how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refusing)
    lock = Lock(path)
    with pytest.raises(Trouble, match=os.strerror(number)) as refused:
        lock.take()
    assert not lock.held and "OFFRAMP_HOME" in refused.value.remedy
    assert Lock(path).holder() == ELSEWHERE, "somebody may hold it"
