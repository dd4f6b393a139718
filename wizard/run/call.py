"""Calling a person by a program of theirs: `notify` of the settings, with a title and a text behind its own
arguments. No shell reads them, no terminal is given, and it has a deadline.

The worker calls, whether a screen is open or not: a screen that stands somewhere is looked at by nobody. Only
that the worker is gone is told by a screen, for nobody else is left.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping

from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.run.news import News, news_of
from wizard.session.store import Session

DEADLINE = 10.0
"""Seconds that the program may take; then it is ended with all of its children."""

EVERY = 1.0
"""Seconds between two looks at the run."""

_KEPT = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TZ",
    "LANG",
    # Where the desktop of this login is, for notify-send and the like.
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
)


def call(command: tuple[str, ...], news: News, environment: Mapping[str, str] | None = None) -> str:
    """Run `command` with the title and the text of `news` as its last arguments. Blocks up to `DEADLINE`.

    Returns why it did not work, as a sentence; "" when it did.
    """
    environment = os.environ if environment is None else environment
    kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith("LC_")}
    program = clean(command[0])
    try:
        child = subprocess.Popen(
            [*command, news.title, news.body],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=kept,
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        return f"The notify command {program} cannot be started: {error.strerror}."
    try:
        code = child.wait(DEADLINE)
    except subprocess.TimeoutExpired:
        return f"The notify command {program} took more than {DEADLINE:g} s and was ended."
    finally:
        # What it left behind is ended, too: it would outlive the run.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return "" if code == 0 else f"The notify command {program} ended with code {code}."


class Caller:
    """Looks at a run once a second and calls for what is new in it. Its failures stand among the events.

    `command` tells what to call with, asked for each time: settings change while a run is at work.
    """

    def __init__(self, session: Session, journal: Journal, command: Callable[[], tuple[str, ...]]) -> None:
        self._name, self._journal, self._command = session.name, journal, command
        self._told = ""
        plan = journal.plan()
        self._titles = {step.key: step.title for step in plan.steps} if plan else {}

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            # A full disk is met and told by the drive, too.
            with contextlib.suppress(Trouble):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self, call: Callable[[tuple[str, ...], News], str] = call) -> None:
        """Call, when there is something new to call for."""
        run = self._journal.run()
        if run is None:
            return
        step = self._titles.get(run.current or "", "")
        news = news_of(self._name, run, step, self._journal.gauges())
        told, self._told = self._told, news.key if news else ""
        if news is None or news.key == told:
            return
        command = self._command()
        if not command:
            return
        why = await asyncio.to_thread(call, command, news)
        if why:
            self._journal.event("look", why)
