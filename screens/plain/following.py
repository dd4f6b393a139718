"""Following a run in lines, until it ends or waits for a person."""

import time
from collections.abc import Callable
from typing import Literal

from screens.headless.copies import copy_sentences
from screens.headless.follow import ENDS, LOOK, about_to_go_on
from screens.headless.quiet import Progress
from screens.monitor.dns import COLLEAGUE, open_watch
from screens.monitor.guide import open_guide
from screens.monitor.status import open_gate, wanted_secret
from screens.plain.desk import Desk
from screens.plain.plainly import aloud, without_keys
from screens.quantities import clock
from wizard.run.guide import Guide
from wizard.run.journal import Journal
from wizard.run.view import RunView, view
from wizard.run.watched import DnsWatch

Why = Literal["ended", "dead", "gate", "secret", "person", "paused", "asked", "wished"]
"""Why following ended: the run did, its worker is gone, it waits for a person, ctrl+c was pressed, or
somebody asks for control."""

ANSWERED: tuple[Why, ...] = ("gate", "secret", "person", "paused")
"""What only whoever has control can end."""

CALLED = 5.0
"""Seconds of following after which the person may be elsewhere, and is called."""

READ_OUT = "True then: "
"""What the journal says of what was true at a gate begins with it."""

RECENT = 5
"""What happened last, as many as are told to whoever comes later."""

WAITS_FOR: dict[Why, str] = {
    "gate": "A gate is open",
    "secret": "A sign-in is wanted",
    "paused": "The run is paused",
}

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
        self._progress = Progress()
        self._since = 0.0

    def passed(self, gate: str) -> None:
        """A gate was passed; the worker takes a moment to shut it."""
        self._passed.add(gate)

    def tried_again(self, seconds: float) -> None:
        """The worker was asked to try again: that the run failed, or stands, is old for some seconds."""
        self._old_failure_until = time.monotonic() + seconds

    def follow(self) -> Why:
        """Tell what happens until there is something for a person to do."""
        begun = time.monotonic()
        try:
            why = self._follow()
            if time.monotonic() - begun > CALLED:
                self._desk.console.ring()
            return why
        except KeyboardInterrupt:
            self._desk.console.broken_off("The run goes on; only following it has ended.")
            return "asked"

    def _follow(self) -> Why:
        self._since = time.monotonic()
        self._progress.heard()
        while True:
            if self.tell_events():
                self._progress.heard()
            seen = view(self._desk.session)
            why = self._waits(seen) if seen is not None else None
            if why is not None and not (why in ANSWERED and self._only_watches(why)):
                return why
            if said := self._desk.door.look():
                # It can be answered at a question only.
                self._desk.console.say(said)
                return "wished"
            for line in self._progress.due(self._desk.session, seen) if seen is not None else ():
                self._desk.console.say(without_keys(aloud(line)))
            time.sleep(LOOK)

    def _only_watches(self, why: Why) -> bool:
        """Whether somebody else has control, so that this is theirs to answer; said once."""
        if not self._desk.held():
            return False
        if why not in self._told:
            self._told.add(why)
            self._desk.console.say(
                f"{WAITS_FOR.get(why, 'It waits for a person')}; that is for whoever has control. "
                "This goes on watching; ctrl+c ends that, and control can be asked for then."
            )
        return True

    def tell_events(self) -> bool:
        """What happened since it was told last; what a gate knows is read out with the gate. Of what happened
        before anything was told only the end: the rest can be read, and is not read aloud unasked. Whether
        there was anything."""
        fresh = Journal(self._desk.session).events(after=self._last_event)
        if not fresh:
            return False
        first, self._last_event = not self._last_event, fresh[-1].seq
        told = [one for one in fresh if one.kind != "gate" or not one.text.startswith(READ_OUT)]
        if first and len(told) > 2 * RECENT:
            self._desk.console.say(f"{len(told):,} things happened so far; e reads them. The last {RECENT}:")
            told = told[-RECENT:]
        for event in told:
            self._desk.console.say(f"{clock(event.at)} {without_keys(aloud(event.text))}")
        return bool(told)

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
        watch, key = open_watch(seen), seen.run.current
        if watch is not None and key is not None and key not in self._told:
            self._told.add(key)
            tell_dns(watch, self._desk, demo=self._desk.session.info.demo)
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
            self._desk.console.say(f"Seen so far: {without_keys(guide.seen)}.")
        # It may be that only the person can say that it is done.
        return asks or (guide.by_word and time.monotonic() - self._since > ASKED_AGAIN)


def tell_guide(guide: Guide, say: Callable[[str], None], verbatim: Callable[[str], None]) -> None:
    """What a person does at a step, in order; what is to be typed elsewhere stands on a line of its own."""
    say(f"Waiting for you: {guide.waits}.")
    number = 0
    for one in guide.lines:
        if one.kind == "copy":
            verbatim(one.text)
        else:
            number += 1
            say(f"{number}. {without_keys(one.text)}")


def tell_dns(watch: DnsWatch, desk: Desk, *, demo: bool) -> None:
    """The records that are waited for. What is typed into a DNS provider's page has a line of its own."""
    say, verbatim = desk.console.say, desk.console.verbatim
    say(f"Waiting for your DNS of {watch.hostname}; it is looked at until it is so.")
    for record in (*watch.records, *watch.others):
        if record.state == "right":
            continue
        say(f"A {record.kind} record. Its name:")
        verbatim(record.name)
        if record.value:
            say("Its value:")
            verbatim(record.value)
        if record.todo and (record.kind == "CAA" or not record.value):
            # Of the others name and value say it all.
            say(record.todo)
        say(f"Now: {record.seen}.")
    for words in (watch.refused, watch.note, COLLEAGUE if demo else ""):
        if words:
            say(without_keys(aloud(words)))


def progress(seen: RunView) -> list[str]:
    """A sentence about each copy that is at work."""
    return [aloud(one) for one in copy_sentences(seen)]
