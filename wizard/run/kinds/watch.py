"""Watching DNS until it is right, or until a person says that it is to stay as it is."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec

from wizard.database.control import Stopped
from wizard.model.plan import Evidence, Step
from wizard.run.context import Context
from wizard.run.dns_lookup import Names
from wizard.run.watched import ACCEPTED, GAUGE, DnsWatch

Look = Callable[[Names], Awaitable[DnsWatch]]
"""One look; `since` and `looked_at` are filled in here."""

Act = Callable[[], Awaitable[str]]
"""What is done once DNS is right; says why it was refused, "" when it is done."""


class Watch:
    """Looks, shows what it sees, and waits. It raises nothing for what DNS says: a person changes it in their
    own time, and nothing is taken back for it."""

    every = 15.0
    """Seconds between two looks."""

    steady = 3
    """So many looks in a row must find it right: the servers of a zone learn of a change one after the other,
    and an authority that asks the wrong one counts a failure."""

    steady_pause = 2.0

    def __init__(self, context: Context, step: Step) -> None:
        self._context = context
        self._step = step
        self._names = context.names()
        self._since = ""
        self._seen: tuple[str, ...] | None = None

    async def until_right(self, look: Look, act: Act | None = None) -> Literal["right", "accepted"]:
        """Watch; `act` is done once when DNS is right, and again whenever a person asks for it (r)."""
        right, refused, asked = 0, "", False
        self._context.look_again.clear()
        while True:
            if self._context.control.stopped:
                # A cancellation can get lost in Python 3.11, where an answer of DNS comes in at that moment.
                raise Stopped
            if self._step.key in self._context.accepted:
                return "accepted"
            watch = self.show(msgspec.structs.replace(await look(self._names), refused=refused))
            right = right + 1 if watch.right else 0
            if right >= self.steady:
                if act is None:
                    return "right"
                if not refused or asked:
                    refused = await act()
                    if not refused:
                        return "right"
                    self._context.look_again.clear()
                    self._context.journal.event("look", refused, step=self._step.key)
                    self.show(msgspec.structs.replace(watch, refused=refused))
            asked = await self._pause(self.steady_pause if 0 < right < self.steady else self.every)

    def show(self, watch: DnsWatch) -> DnsWatch:
        """Put what is seen where the monitor reads it."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        seen = tuple(f"{record.state} {record.name} {record.seen}" for record in watch.records)
        if seen != self._seen:
            for record in watch.records:
                self._context.journal.event(
                    "look", f"{record.kind} {record.name}: {record.seen}", step=self._step.key
                )
            self._seen, self._since = seen, now
        shown = msgspec.structs.replace(watch, since=self._since, looked_at=now)
        self._context.journal.gauge(f"{GAUGE}{self._step.key}", shown)
        words = shown.waits_for()
        self._context.journal.set_run(
            "running", waiting_for=f"your DNS. {words}" if words else "", current=self._step.key
        )
        return shown

    async def _pause(self, seconds: float) -> bool:
        """Wait for the next look; whether a person asked for it, now or during the last one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._context.look_again.wait()
            self._context.look_again.clear()
            return True
        return False


def accepted_before(context: Context, step: Step) -> Evidence | None:
    """The evidence of a watch that a person ended; what they said holds until the step is made anew."""
    record = context.journal.steps().get(step.key)
    if record is None or record.state != "done" or record.evidence is None:
        return None
    return record.evidence if ACCEPTED in record.evidence.facts else None
