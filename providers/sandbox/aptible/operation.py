"""An operation of the sandbox's Aptible: a type, what it is about, a state, and a log to follow."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.aptible.clock import now
from providers.sandbox.aptible.records import Resource


@dataclass
class Operation:
    """`resource` is what it is about. `deleted`: it is no longer shown once it has finished."""

    id: int
    type: str
    resource: Resource
    account_id: int
    body: dict[str, Any]
    user_email: str
    log_key: str
    status: str = "queued"
    lines: list[str] = field(default_factory=list)
    deleted: bool = False
    cancelled: bool = False
    code_scan_id: int | None = None
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def finished(self) -> bool:
        return self.cancelled or self.status in {"succeeded", "failed"}

    def say(self, line: str) -> None:
        """Add a line to its log, as Aptible writes them."""
        self.lines.append(f"{datetime.datetime.now(datetime.UTC):%H:%M:%S} +0000: {line}")
        self._wake()

    def become(self, status: str) -> None:
        self.status = status
        self.updated_at = now()
        self._wake()

    def cancel(self) -> None:
        """Flag it. Its status stays what it was: only the flag says so."""
        self.cancelled = True
        self.say("WARN -- : Operation was cancelled")

    async def follow(self) -> AsyncIterator[str]:
        """All lines from the first, until it has finished."""
        shown = 0
        while True:
            changed = self.changed
            while shown < len(self.lines):
                yield self.lines[shown]
                shown += 1
            if self.finished:
                return
            await changed.wait()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
