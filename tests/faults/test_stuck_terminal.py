"""A terminal that takes nothing any more: the screen is stuck in its output, and still ends when told to."""

import signal
import time

import pytest

from tests.journeys.terminal import Terminal
from wizard.session.store import create


@pytest.mark.parametrize("number", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGHUP])
def test_a_screen_that_cannot_write_ends_when_told(number: int) -> None:
    create("acme-shop").close()
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.freeze()
        # Far more than the terminal and Textual's queue of writes hold.
        for step in range(60):
            terminal.resize(80 + step % 40, 24 + step % 17)
            terminal.press("down")
            time.sleep(0.03)  # each a frame of its own
        terminal.signal(number)
        assert terminal.exit_code() in (0, 128 + number)
    # Its lock is free: nobody has the session.
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("Paste a token")
        assert "Read only" not in terminal.text
