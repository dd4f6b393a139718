"""A tunnel whose own question gets no answer: it is opened anew, but not under work that goes on."""

import threading
from collections.abc import Sequence

import pytest

from wizard.database import tunnel_watch
from wizard.database.far_end import NoAnswer, Ping
from wizard.database.lanes import Lanes
from wizard.database.stalls import Stalls
from wizard.database.tunnel_watch import Watch
from wizard.database.tunnel_way import Failure
from wizard.model.secret import Secret

URL = Secret("postgresql://h/d")


class Program:
    """A vendor's program that runs on, and keeps our questions waiting."""

    name, port, slow_start, unknown, pid = "codecaps", 1, 0.0, True, None

    def ended(self, seconds: float) -> bool:
        return False

    def let_in(self, seconds: float) -> bool:
        return True

    def settled(self) -> None: ...

    def failure(self, *, let_in: bool, why: str = "") -> Failure:
        return Failure("retry", why)

    def hang_up(self) -> None: ...

    def end(self) -> None: ...


class Silent:
    """What is behind it, of which nothing is heard."""

    def local_url(self, store: Secret, port: int) -> Secret:
        return store

    def open(self, url: Secret) -> Ping:
        raise NoAnswer("no answer in time")


class Told:
    def up(self, round_trip_ms: float | None) -> None: ...

    def measured(self, most: int | None) -> None: ...

    def waits(self, why: str) -> None: ...

    def broken(self, why: str) -> None: ...


class Copying:
    """Work that waits for an answer."""

    streams, backend = True, 4711
    owing: float | None = 5.0

    def cut(self) -> None: ...


@pytest.mark.parametrize("answers", [[True, True, False], [None]])
def test_it_is_not_opened_anew_under_work_that_goes_on(answers: list[bool | None]) -> None:
    lanes, looks = Lanes(), list(answers)
    lanes.hold(Copying())

    def look(backends: Sequence[int]) -> bool | None:
        assert backends == [4711]
        return looks.pop(0)

    watch = Watch(
        Program(),
        Silent(),
        URL,
        lanes=lanes,
        listener=Told(),
        over=lambda: False,
        measure=False,
        stalls=Stalls(lanes),
        look=look,
    )
    assert "no answer in time" in watch.run()
    assert looks == [], "it was looked at until the server was not at work"


class Deaf(Silent):
    """Takes a connection, and says nothing for as long as it is given."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def open(self, url: Secret) -> Ping:
        self.over.wait(20)
        raise NoAnswer("it is over")


def test_a_sign_in_that_gets_no_answer_does_not_hold_up_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel_watch, "PATIENT", 0.05)
    lanes, end = Lanes(), Deaf()
    watch = Watch(
        Program(),
        end,
        URL,
        lanes=lanes,
        listener=Told(),
        over=lambda: False,
        measure=False,
        stalls=Stalls(lanes),
        look=lambda backends: None,
    )
    assert "no answer in time" in watch.run()
    end.over.set()


def test_without_work_nobody_is_looked_for() -> None:
    lanes = Lanes()
    watch = Watch(
        Program(),
        Silent(),
        URL,
        lanes=lanes,
        listener=Told(),
        over=lambda: False,
        measure=False,
        stalls=Stalls(lanes),
        look=lambda backends: pytest.fail("a program was started for nothing"),
    )
    assert "no answer in time" in watch.run()
    assert tunnel_watch.MISSES == 3
