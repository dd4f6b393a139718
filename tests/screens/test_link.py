"""Whether the way to the terminal is slow: as it is said, or by how long a real terminal takes to answer."""

import os
import pty
import select
import termios
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from textual.timer import Timer

from screens import link
from screens import run as run_screen
from screens.app import OfframpApp
from screens.link import Heard, Hush, ask, decide, measure
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker, settle
from tests.screens.seen import seen
from wizard.credentials import Vault


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    near, far = pty.openpty()
    yield near, far
    os.close(near)
    os.close(far)


def answer(near: int, after: float, text: bytes = b"\x1b[0n") -> threading.Thread:
    def terminal() -> None:
        seen = b""
        while not seen.endswith(b"\x1b[5n"):
            seen += os.read(near, 100)
        time.sleep(after)
        os.write(near, text)

    thread = threading.Thread(target=terminal)
    thread.start()
    return thread


@pytest.mark.parametrize("after", [0.0, 0.4])
def test_the_time_until_the_answer_is_measured(ends: tuple[int, int], after: float) -> None:
    near, far = ends
    thread = answer(near, after)
    found = measure(far, far, deadline=10)
    thread.join()
    assert found is not None and after <= found < after + 3


def test_a_terminal_that_does_not_answer_is_left_as_it_is(ends: tuple[int, int]) -> None:
    far = ends[1]
    began = time.monotonic()
    assert measure(far, far, deadline=0.1) is None
    assert time.monotonic() - began < 5


def test_what_is_typed_before_and_meanwhile_is_kept_and_no_answer(ends: tuple[int, int]) -> None:
    near, far = ends
    os.write(near, b"n\n")
    thread = answer(near, 0.0, b"\x1b[A\r\x1b]11;rgb:0/0/0\x07\xc3\xbc\x1b[0nz")
    heard = ask(far, far, 10, first=b"\x1b]11;?\x07")
    thread.join()
    assert heard.answer is not None and heard.answer.said == b"\x1b]11;rgb:0/0/0\x07\x1b[0n"
    assert heard.typed == b"n\r\x1b[A\r\xc3\xbcz", "Enter before and in the wait is the same key"


def test_what_is_typed_is_kept_where_no_answer_comes_in_time(ends: tuple[int, int]) -> None:
    near, far = ends
    thread = answer(near, 0.0, b"secret\x1b]11;rgb:ff")
    heard = ask(far, far, 0.3)
    thread.join()
    assert heard == Heard(None, b"secret\x1b]11;rgb:ff"), "the rest of the answer is still to come"


def test_nothing_is_shown_of_what_comes_until_the_hush_ends(ends: tuple[int, int]) -> None:
    near, far = ends
    before = termios.tcgetattr(far)
    hush = Hush(far)
    os.write(near, b"hunter2\r")
    assert os.read(far, 100) == b"hunter2\r"
    assert select.select([near], [], [], 0.05)[0] == [], "no echo"
    hush.end()
    assert hush.before == before == termios.tcgetattr(far)


def test_no_terminal_is_no_error() -> None:
    read, write = os.pipe()
    assert measure(read, write) is None
    os.close(read)
    os.close(write)


def test_what_is_said_counts_and_only_a_way_over_a_network_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times: list[float | None] = []
    monkeypatch.setattr(link, "measure", lambda reads, writes: times.pop())
    over = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
    assert decide("slow") and decide("auto", slow=True) and decide("fast", slow=True, environment=over)
    assert not decide("fast", environment=over) and not decide("auto", environment={})
    for found, slow in ((0.02, False), (0.6, True), (None, False)):
        times.append(found)
        assert decide("auto", environment=over) is slow
    assert times == []


@pytest.mark.parametrize(
    ("slow", "seconds"), [(False, run_screen.EVERY), (True, run_screen.EVERY * link.SLOWER)]
)
async def test_the_monitor_looks_seldom_over_a_slow_link(
    run: ARun, vault: Vault, worker: Worker, monkeypatch: pytest.MonkeyPatch, slow: bool, seconds: float
) -> None:
    paces: dict[str, float] = {}
    original = run_screen.RunScreen.set_interval

    def noted(self: run_screen.RunScreen, interval: float, callback: Any = None, **more: Any) -> Timer:
        paces[getattr(callback, "__name__", "")] = interval
        return original(self, interval, callback, **more)

    monkeypatch.setattr(run_screen.RunScreen, "set_interval", noted)
    app = OfframpApp(session=run.copying().session, vault=vault, slow_link=slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert ("drawn every 5 s" in seen(app)) is slow
    assert paces["_tick"] == seconds
