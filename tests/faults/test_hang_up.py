"""A terminal that is gone at any moment, over any screen and dialog: the screen ends, and the run goes on.

One worker runs all the time. Screens are attached to it and cut off, most by closing their terminal, some by
the signal that a login sends at its end, whose terminal must be as it was.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.screen_nursery import ROOT, Forked, ScreenNursery
from tests.faults.trials import seeded, trials
from tests.journeys.terminal import Terminal
from tests.journeys.test_bad_leaving import far_along
from wizard.run.journal import Journal
from wizard.run.launch import running
from wizard.run.view import view
from wizard.session.store import Session

PLACES = (
    (),
    ("?",),
    ("ctrl+p",),
    ("ctrl+c",),
    ("t",),
    ("l",),
    ("e",),
    ("c",),
    ("1",),
    ("1", "p"),
    ("1", "f"),
    ("2",),
    ("2", "enter"),
    ("2", "v"),
    ("2", "/"),
    ("2", "e"),
    ("2", "c"),
    ("3",),
    ("3", "?"),
    ("4",),
    ("4", "enter"),
    ("5",),
    ("6",),
    ("8",),
)
"""Keys from the monitor to where the terminal is lost."""

ENDS_WITHIN = 20.0
"""Seconds; it takes two at most where the machine has nothing else to do."""


@pytest.fixture
def session(private_home: Path) -> Iterator[Session]:
    """A migration whose run is at work."""
    made = Session(far_along())
    command = [sys.executable, "-m", "tests.faults.lasting_worker", str(made.folder)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as worker:
        try:
            end = time.monotonic() + 30
            while ticks(made) < 1:
                assert time.monotonic() < end and worker.poll() is None
                time.sleep(0.02)
            yield made
        finally:
            worker.kill()
            made.close()


@pytest.fixture
def nursery() -> Iterator[ScreenNursery]:
    made = ScreenNursery()
    yield made
    made.close()


def ticks(session: Session) -> int:
    """How often the worker has told of its copy."""
    return sum(event.kind == "copy" for event in Journal(session).events())


def attach(terminal: Terminal) -> float:
    """From the first screen to the monitor; the seconds from the key to the run's state on the screen."""
    terminal.wait("acme-shop", "Your migrations")
    began = time.monotonic()
    terminal.press("enter")
    terminal.wait("run ●", "Copy migrate-db")
    return time.monotonic() - began


@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_terminal_lost_at_any_moment_ends_the_screen_and_not_the_run(
    session: Session,
    nursery: ScreenNursery,
    private_home: Path,
    record_property: Callable[[str, object], None],
) -> None:
    chance = seeded(record_property)
    count = trials(100, 300)
    attached, ended = [], []
    for trial in range(count):
        before = ticks(session)
        with Terminal(start=nursery.start) as terminal:
            process = terminal.process
            assert isinstance(process, Forked)
            if trial % 8 == 7:
                # Before it has drawn anything, or in the middle of that.
                time.sleep(chance.uniform(0, 0.6))
            else:
                attached.append(attach(terminal))
                assert "Read only" not in terminal.text, "the one before has let go"
                terminal.press(*PLACES[(trial * 7 + trial // 8) % len(PLACES)])
                time.sleep(chance.choice((0, 0.02, 0.1, 0.3)))
            by_signal = trial % 5 == 4
            began = time.monotonic()
            if by_signal:
                terminal.signal(signal.SIGHUP)
            else:
                terminal.hang_up()
            terminal.exit_code(seconds=ENDS_WITHIN)
            ended.append(time.monotonic() - began)
            if by_signal and trial % 8 != 7:
                assert terminal.left_behind() == [], PLACES[(trial * 7 + trial // 8) % len(PLACES)]
        assert running(session)
        seen = view(session)
        assert seen is not None and seen.run.state == "running", seen
        end = time.monotonic() + 30
        while ticks(session) == before:
            assert time.monotonic() < end, "the worker stands still"
            time.sleep(0.02)
    logs = [log.read_text() for log in private_home.rglob("mistakes.log")]
    assert logs == [], logs[0][-6000:]
    attached.sort()
    record_property("trials", count)
    record_property(
        "figure",
        f"attached in {attached[len(attached) // 2]:.2f} s (median; at most {attached[-1]:.2f} s), "
        f"ended within {max(ended):.2f} s",
    )
