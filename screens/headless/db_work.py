"""One long piece of work of a `db` command: in a thread, with keys, and with ctrl+c in two stages."""

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, Final, TypeVar

from screens.headless.exit_codes import INTERRUPTED
from wizard.database.control import Control, Stopped

T = TypeVar("T")

LOOK: Final = 0.1
"""Seconds between looks whether the work is done; a signal is heeded at once."""


class Broken(Exception):
    """The person ended it by ctrl+c, and it has stopped cleanly."""


def run_watched(
    work: Callable[[], T],
    control: Control,
    *,
    say: Callable[[str], None],
    keys: Mapping[str, Callable[[], None]],
) -> T:
    """Do `work` in a thread and wait for it.

    The first ctrl+c (or SIGTERM, or the end of the terminal) asks it to stop cleanly; the second ends the
    process at once.

    Args:
        say: tells the person what happens on the first.
        keys: what single keys do, on a terminal.

    Raises:
        Broken: it was ended by a person. And whatever `work` raises.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def in_thread() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=in_thread, name="offramp-work", daemon=True)
    with contextlib.ExitStack() as stack:
        put_back: list[Callable[[], None]] = []
        # Outermost: a ctrl+c while the terminal is put back must not end that.
        stack.enter_context(_signals(control, say, lambda: [one() for one in put_back]))
        put_back.append(stack.enter_context(_keyboard(keys)))
        thread.start()
        while thread.is_alive():
            thread.join(LOOK)
    if errors:
        if control.stopped and isinstance(errors[0], Stopped):
            raise Broken from errors[0]
        raise errors[0]
    return results[0]


@contextlib.contextmanager
def _signals(control: Control, say: Callable[[str], None], restore: Callable[[], object]) -> Iterator[None]:
    def asked(number: int, frame: FrameType | None) -> None:
        if control.stopped:
            restore()
            _show_cursor()
            os._exit(INTERRUPTED)
        control.stop()
        say("Stopping cleanly. Once more ctrl+c ends it at once.")

    before: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before[number] = signal.signal(number, asked)
    try:
        yield
    finally:
        for one, handler in before.items():
            # Who was obeyed once may press it again at any moment, and wants no traceback for it.
            signal.signal(one, asked if control.stopped else handler)


def _show_cursor() -> None:
    """It is hidden while lines are rewritten in place."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            if stream.isatty() and os.environ.get("TERM") != "dumb":
                os.write(stream.fileno(), b"\x1b[?25h")
                return


@contextlib.contextmanager
def _keyboard(keys: Mapping[str, Callable[[], None]]) -> Iterator[Callable[[], None]]:
    """Heed single keys while the block runs, on a terminal only; gives what puts the terminal back."""
    if not keys or not keys_are_heard():
        yield lambda: None
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    end = threading.Event()

    def listen() -> None:
        while not end.is_set():
            if select.select([descriptor], [], [], LOOK)[0]:
                try:
                    pressed = os.read(descriptor, 64)
                except OSError:
                    return
                if not pressed:
                    return
                for key in pressed.decode("utf-8", "replace"):
                    keys.get(key, lambda: None)()

    def restore() -> None:
        # A terminal that is gone has nothing to be put back.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

    # Keys one by one, and ctrl+c still a signal.
    tty.setcbreak(descriptor)
    thread = threading.Thread(target=listen, name="offramp-keys", daemon=True)
    thread.start()
    try:
        yield restore
    finally:
        end.set()
        thread.join()
        restore()


def keys_are_heard() -> bool:
    """Whether a person's keys reach this process: a job in the background would be stopped by asking."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:
        return False
