"""Following a run in lines, until it ends or waits for a person."""

import time
from collections.abc import Callable
from typing import Literal

from screens.headless.dns import tell_records
from screens.headless.follow import ENDS, LOOK, PROGRESS, about_to_go_on, tell_progress
from screens.monitor.dns import open_watch
from screens.monitor.guide import open_guide
from screens.monitor.status import open_gate, wanted_secret
from screens.plain.desk import Desk
from wizard.run.guide import Guide
from wizard.run.journal import Journal
from wizard.run.view import RunView, view

Why = Literal["ended", "dead", "gate", "secret", "person", "paused", "asked"]
"""Why following ended: the run did, its worker is gone, it waits for a person, or ctrl+c was pressed."""


ASKED_AGAIN = 60.0
"""Seconds after which a person who waits is asked again where their word is wanted."""


class Following:
    """What was told so far: nothing is told twice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last_event = 0
        self._told: set[str] = set()
        self._passed: set[str] = set()
        self._old_failure_until = 0.0
        self._since = 0.0

    def passed(self, gate: str) -> None:
        """A gate was passed; the worker takes a moment to shut it."""
        self._passed.add(gate)

    def tried_again(self, seconds: float) -> None:
        """The worker was asked to try again: that the run failed, or stands, is old for some seconds."""
        self._old_failure_until = time.monotonic() + seconds

    def follow(self) -> Why:
        """Tell what happens until there is something for a person to do."""
        try:
            return self._follow()
        except KeyboardInterrupt:
            self._desk.console.say()
            self._desk.console.say("The run goes on; only following it has ended.")
            return "asked"

    def _follow(self) -> Why:
        journal = Journal(self._desk.session)
        self._since = time.monotonic()
        last_progress = 0.0
        while True:
            for event in journal.events(after=self._last_event):
                self._last_event = event.seq
                self._desk.console.say(f"{event.at[11:19]} {event.text}")
            seen = view(self._desk.session)
            why = self._waits(seen) if seen is not None else None
            if why is not None:
                return why
            if seen is not None and time.monotonic() - last_progress > PROGRESS:
                last_progress = time.monotonic()
                tell_progress(seen)
            time.sleep(LOOK)

    def _waits(self, seen: RunView) -> Why | None:
        old = seen.worker == "alive" and time.monotonic() < self._old_failure_until
        if old and seen.run.state in ("failed", "paused", "stopped", "taken-back"):
            return None
        if seen.run.state in ENDS and not about_to_go_on(seen):
            return "ended"
        if seen.worker != "alive":
            return "dead"
        if wanted_secret(seen) is not None:
            return "secret"
        if seen.run.state == "paused":
            return "paused"
        gate = open_gate(seen)
        if gate is not None and gate.key not in self._passed:
            return "gate"
        return "person" if self._tell_person(seen) else None

    def _tell_person(self, seen: RunView) -> bool:
        """Say once what a person is to do; whether that is new, so that the person is asked."""
        before = len(self._told)
        if open_watch(seen) is not None:
            tell_records(seen, self._desk.session.info, self._told)
        asks = len(self._told) > before
        guide = open_guide(seen)
        if guide is None:
            return asks
        if guide.step not in self._told:
            self._told.add(guide.step)
            tell_guide(guide, self._desk.console.say, self._desk.console.verbatim)
            asks = True
        words = guide.seen.partition("; looked at ")[0]
        if words and (mark := f"{guide.step} {words}") not in self._told:
            self._told.add(mark)
            self._desk.console.say(f"Seen so far: {guide.seen}.")
        # It may be that only the person can say that it is done.
        return asks or (guide.by_word and time.monotonic() - self._since > ASKED_AGAIN)


def tell_guide(guide: Guide, say: Callable[[str], None], verbatim: Callable[[str], None]) -> None:
    """What a person does at a step, in order; what is to be typed elsewhere stands on a line of its own."""
    say(f"Waiting for you: {guide.waits}.")
    number = 0
    for one in guide.lines:
        if one.kind == "copy":
            verbatim(f"    {one.text}")
        else:
            number += 1
            say(f"{number}. {one.text}")
