"""Control passes by consent, to one, and is written down; whoever dies in between leaves it to others."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.model.trouble import Trouble
from wizard.run import handover
from wizard.run.handover import WISH, Asking, answer, wished
from wizard.run.journal import Journal
from wizard.session.store import Session, create


@pytest.fixture
def holder() -> Iterator[Session]:
    """A session with a run; this object has it."""
    made = create("acme-shop")
    Journal(made).start_run(PLAN_OF_FOUR)
    assert made.claim() is None
    yield made
    made.close()


@pytest.fixture
def watcher(holder: Session) -> Iterator[Session]:
    """The same session, as another terminal has it open."""
    made = Session(holder.folder)
    assert made.claim() is not None
    yield made
    made.close()


def told(session: Session) -> list[str]:
    return [event.text for event in Journal(session).events() if event.kind == "person"]


def test_yes_passes_it_and_both_are_named(
    holder: Session, watcher: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50022 198.51.100.1 22")
    monkeypatch.setenv("LOGNAME", "bob")
    asking = Asking(watcher)
    assert wished(holder) is None
    assert asking.begin() and asking.look() == "waits"
    wish = wished(holder)
    assert wish is not None and wish.asker.person() == "bob (from 192.0.2.7)"
    assert not watcher.claimed and watcher.claim() is not None, "asking is not having"
    assert answer(holder, wish, yes=True) and not holder.claimed
    assert not watcher.claimed
    assert asking.look() == "ours" and watcher.claimed
    assert holder.claim() is not None, "it comes back by asking only"
    (line,) = told(watcher)
    assert line.startswith("Control went to bob (from 192.0.2.7): ") and line.endswith(" agreed")
    assert watcher.load(WISH) is None and holder.turn_lock.holder() is None


def test_no_keeps_it_and_is_written_down(holder: Session, watcher: Session) -> None:
    asking = Asking(watcher)
    asking.begin()
    wish = wished(holder)
    assert wish is not None and answer(holder, wish, yes=False)
    assert asking.look() == "refused" and "keeps control" in asking.said
    assert holder.claimed and not watcher.claimed and wished(holder) is None
    assert "kept control" in told(holder)[0]


def test_of_two_who_ask_at_once_one_is_heard(holder: Session, watcher: Session) -> None:
    third = Session(holder.folder)
    first, second = Asking(watcher), Asking(third)
    assert first.begin() and not second.begin()
    assert "asks for it already" in second.said
    first.withdraw()
    assert wished(holder) is None
    assert second.begin()
    assert second.look() == "waits"
    second.withdraw()
    third.close()


def test_nobody_takes_what_was_given_to_another(holder: Session, watcher: Session) -> None:
    third = Session(holder.folder)
    asking = Asking(watcher)
    asking.begin()
    wish = wished(holder)
    assert wish is not None and answer(holder, wish, yes=True)
    for other in (third, holder):
        assert other.claim() is not None and not other.claimed
    assert asking.look() == "ours"
    third.close()


def test_an_answer_to_a_wish_that_is_over_changes_nothing(holder: Session, watcher: Session) -> None:
    asking = Asking(watcher)
    asking.begin()
    old = wished(holder)
    assert old is not None
    asking.withdraw()
    assert not answer(holder, old, yes=True) and holder.claimed
    again = Asking(watcher)
    again.begin()
    assert not answer(holder, old, yes=True) and holder.claimed, "an earlier wish's answer is not this one's"
    again.withdraw()


def test_a_holder_who_ends_without_a_word_leaves_it_to_the_asker(holder: Session, watcher: Session) -> None:
    asking = Asking(watcher)
    asking.begin()
    holder.edit_lock.release()
    assert asking.look() == "ours" and "had ended" in told(watcher)[0]


ASKER = """
import sys; from pathlib import Path
from wizard.run.handover import Asking; from wizard.session.store import Session
asking = Asking(Session(Path(sys.argv[1]))); assert asking.begin()
print("asked", flush=True); sys.stdin.read()
"""


def test_an_asker_that_is_killed_asks_no_more(holder: Session) -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER, str(holder.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert asker.stdout is not None and asker.stdout.readline() == "asked\n"
    wish = wished(holder)
    assert wish is not None and wish.asker.pid == asker.pid
    asker.kill()
    asker.wait(10)
    assert wished(holder) is None
    assert not answer(holder, wish, yes=True) and holder.claimed
    other = Session(holder.folder)
    assert Asking(other).begin()
    other.close()


def test_a_wish_that_cannot_be_written_holds_nobody_up(
    holder: Session, watcher: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Trouble("The disk is full.", remedy="Make room.", code="disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(watcher, "save", full)
        with pytest.raises(Trouble):
            Asking(watcher).begin()
    assert holder.turn_lock.holder() is None


HOLDER = """
import os, signal, sys, time; from pathlib import Path
from wizard.session.store import Session
signal.signal(signal.SIGHUP, signal.SIG_IGN)
session = Session(Path(sys.argv[1])); assert session.claim() is None
os.write(1, b"has it")
while True: time.sleep(1)
"""


@contextmanager
def another_terminal(session: Session) -> Iterator[tuple[int, int]]:
    """A process with a terminal of its own that has the session and outlives a hang-up: (pid, terminal)."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", HOLDER, str(session.folder)])
    try:
        assert os.read(master, 100) == b"has it"
        yield pid, master
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_a_holder_whose_terminal_is_gone_loses_it_after_a_minute(holder: Session) -> None:
    holder.edit_lock.release()
    now = [0.0]
    other = Session(holder.folder)
    with another_terminal(other) as (pid, master):
        asking = Asking(other, clock=lambda: now[0])
        assert asking.begin() and asking.look() == "waits"
        now[0] = 61.0
        assert asking.look() == "waits" and "whose terminal is still there" in asking.said
        os.kill(pid, 0)
        os.close(master)
        if sys.platform != "linux":
            return
        end = time.monotonic() + 20
        while (outcome := asking.look()) == "waits" and time.monotonic() < end:
            time.sleep(0.02)
        assert outcome == "ours"
    assert "was gone and nobody answered for 60 s" in told(other)[0]
    other.close()


def test_before_the_minute_is_over_nobody_is_ended(holder: Session) -> None:
    holder.edit_lock.release()
    now = [0.0]
    other = Session(holder.folder)
    with another_terminal(other) as (_, master):
        asking = Asking(other, clock=lambda: now[0])
        asking.begin()
        os.close(master)
        now[0] = 59.0
        assert asking.look() == "waits" and "being ended" not in asking.said
        asking.withdraw()
    other.close()


def test_a_process_that_has_not_the_lock_is_never_taken_for_its_holder(holder: Session) -> None:
    found = holder.edit_lock.holder()
    assert found is not None
    here = handover.msgspec.structs.replace(found, terminal="pts/77")
    assert handover._holds(holder.edit_lock.path, os.getpid()) == (sys.platform == "linux")
    assert not handover._holds(holder.turn_lock.path, os.getpid())
    assert not handover.terminal_is_gone(holder, handover.msgspec.structs.replace(here, pid=os.getppid()))


def test_whoever_asks_and_gives_at_once_there_are_never_two(holder: Session) -> None:
    holder.edit_lock.release()
    writers: list[int] = []
    most, turns = [0], [0] * 4
    end = time.monotonic() + 1.5

    def person(number: int) -> None:
        session = Session(holder.folder)
        asking = Asking(session)
        while time.monotonic() < end:
            if session.claimed:
                writers.append(number)
                most[0] = max(most[0], len(writers))
                turns[number] += 1
                wish = wished(session)
                writers.remove(number)
                if wish is None or not answer(session, wish, yes=True):
                    session.edit_lock.release()
            elif session.claim() is None or not asking.begin():
                continue
            else:
                for _ in range(20):
                    if asking.look() != "waits":
                        break
                else:
                    asking.withdraw()
        session.close()

    people = [threading.Thread(target=person, args=(number,)) for number in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert most[0] == 1 and sum(turns) > 10
    assert holder.claim() is None, "nobody is left with it, nor next"
