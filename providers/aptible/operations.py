"""Operations: everything that takes time at Aptible. Started once, followed to their end."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from providers.aptible.answers import Operation
from providers.aptible.client import Api, created
from providers.aptible.failures import Missing
from wizard.model.secret import redact
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import Log

TAIL = 25
"""Lines of a failed operation's log that are shown: the API has no other error message."""


class LiveLog(Protocol):
    """Shows the log of a running operation line by line; returns when it ends or cannot be shown."""

    async def stream(self, operation: Operation, folder: Path, log: Log) -> None: ...


class Operations:
    """Operations of any resource. A resource is named by its path ("apps/12", "databases/7")."""

    def __init__(self, api: Api, live: LiveLog | None = None) -> None:
        self._api = api
        self._live = live

    async def listed(self, resource: str) -> list[Operation]:
        """All operations of a resource, newest first."""
        found = await self._api.listed(
            f"/{resource}/operations", "operations", Operation, what=f"the operations of {resource}"
        )
        return sorted(found, key=lambda operation: operation.id, reverse=True)

    async def start(self, resource: str, body: Mapping[str, Any], *, what: str) -> Operation:
        """Start one operation. If the answer is lost, the one that appeared meanwhile is adopted."""
        before = max((operation.id for operation in await self.listed(resource)), default=0)

        async def post() -> Operation:
            return await self._api.post(f"/{resource}/operations", body, Operation, what=what)

        async def look() -> Operation | None:
            for operation in await self.listed(resource):
                if operation.id > before and operation.type == body["type"]:
                    return operation
            return None

        return await created(self._api.patience, post, look)

    async def run(
        self,
        resource: str,
        body: Mapping[str, Any],
        log: Log,
        *,
        what: str,
        untouched: str = "",
        live: Path | None = None,
    ) -> Operation:
        """Start an operation and follow it to its end."""
        operation = await self.start(resource, body, what=what)
        return await self.follow(operation, log, what=what, untouched=untouched, live=live)

    async def run_once(
        self,
        resource: str,
        body: Mapping[str, Any],
        log: Log,
        *,
        what: str,
        untouched: str = "",
        live: Path | None = None,
        same: Callable[[Operation], bool] = lambda _: True,
    ) -> Operation:
        """Like `run`; but the newest operation of that type that has not ended is followed instead, when it
        is the `same` as the one that is wanted."""
        for operation in await self.listed(resource):
            if operation.type == body["type"] and not operation.finished:
                if not same(operation):
                    break
                log("This is under way already.")
                return await self.follow(operation, log, what=what, untouched=untouched, live=live)
        return await self.run(resource, body, log, what=what, untouched=untouched, live=live)

    async def follow(
        self, operation: Operation, log: Log, *, what: str, untouched: str = "", live: Path | None = None
    ) -> Operation:
        """Wait until it has succeeded; every line of its log goes to `log` once.

        Args:
            live: show the log while it runs (over the SSH portal), not only afterwards, with the key files
                that this needs below this private folder.

        Raises:
            Trouble: it failed; the message has the tail of its log. Or the account may not see it.
        """
        shown: list[str] = []

        def show(line: str) -> None:
            shown.append(line)
            log(line)

        log(f"Operation {operation.id} ({operation.type}) is {operation.status}.")
        stream = None
        if live is not None and self._live is not None and not operation.finished:
            stream = asyncio.create_task(self._live.stream(operation, live, show))
        try:
            done = await self._until_finished(operation)
            if stream is not None:
                # The portal closes the stream itself when the operation ends; it may lag behind the API.
                await asyncio.wait([stream], timeout=5)
        finally:
            if stream is not None:
                stream.cancel()
                await asyncio.gather(stream, return_exceptions=True)
        lines = await self._log_lines(done)
        for line in _not_shown(shown, lines):
            log(line)
        if done.status != "succeeded":
            raise _failed(done, lines or shown, what=what, untouched=untouched)
        return done

    async def _until_finished(self, operation: Operation) -> Operation:
        patience = self._api.patience
        began = answered = time.monotonic()
        wait = patience.poll_first
        while not operation.finished:
            await asyncio.sleep(wait)
            wait = min(wait * 1.4, patience.poll_most)
            now = time.monotonic()
            try:
                operation = await self._api.get(
                    f"/operations/{operation.id}", Operation, what=f"operation {operation.id}"
                )
                answered = now
            except Missing:
                if operation.type != "deprovision":
                    raise
                # A deprovision that succeeded is deleted with its resource (aptible-cli, go-deploy).
                return Operation(id=operation.id, type=operation.type, status="succeeded")
            except Unreachable:
                if now - answered > patience.outage:
                    raise
            if now - began > patience.operation:
                raise Trouble(
                    f"Operation {operation.id} ({operation.type}) has not ended after "
                    f"{patience.operation / 3600:.0f} hours.",
                    remedy=f"Look at https://app.aptible.com/operations/{operation.id}, then try again.",
                    untouched="It may still end by itself; Offramp will find it then.",
                    code="operation-endless",
                    retry=True,
                )
        return operation

    async def _log_lines(self, operation: Operation) -> list[str]:
        """The log of a finished operation, clean and without secrets; empty when there is none to have.

        Raises:
            SignInNeeded: it would be there with a good token.
        """
        # A log may come a moment after the end. Of a failure it is the only reason there is, so that one is
        # waited for; a success stands without it.
        waits = iter(self._api.patience.log if operation.status != "succeeded" else ())
        while True:
            try:
                return await self._log_text(operation)
            except SignInNeeded:
                raise
            except (Missing, Unreachable):
                wait = next(waits, None)
                if wait is None:
                    return []
                await asyncio.sleep(wait)
            except Trouble:
                # Who may deploy need not be allowed to read; waiting does not change that.
                return []

    async def _log_text(self, operation: Operation) -> list[str]:
        what = f"the log of operation {operation.id}"
        url = (await self._api.text(f"/operations/{operation.id}/logs", what=what)).strip()
        text = await self._api.foreign_text(url, what=what)
        return [redact(clean(line)) for line in text.splitlines()]


def _not_shown(shown: list[str], lines: list[str]) -> list[str]:
    """What of `lines` a live stream has not shown: the stream may have begun late or ended early."""
    if not shown:
        return lines
    if lines[: len(shown)] == shown:
        return lines[len(shown) :]
    last = shown[-1]
    for index in range(len(lines) - 1, -1, -1):
        if lines[index] == last:
            return lines[index + 1 :]
    return []


def _failed(operation: Operation, lines: list[str], *, what: str, untouched: str) -> Trouble:
    tail = [line for line in lines if line.strip()][-TAIL:]
    said = "Its log ends:\n" + "\n".join(tail) if tail else "Aptible gave no log for it."
    became = "was cancelled" if operation.called_off else "failed"
    return Trouble(
        f"Aptible could not {what}: operation {operation.id} ({operation.type}) {became}. {said}",
        untouched=untouched or "What it was about stays as it was before.",
        remedy="Correct what the log names and try again, or look at "
        f"https://app.aptible.com/operations/{operation.id}.",
        code="operation-failed",
    )
