"""Waiting for a person, a credential or the next try, and leaving when somebody asks for it."""

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Awaitable
from typing import Literal, TypeVar

from wizard.credentials import open_vault
from wizard.credentials.fetch import fetch
from wizard.database.control import Stopped
from wizard.model.secret import redact
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.registry import command_for, credential
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.view import SecretWanted
from wizard.session.image_login import login_ref, wanted_registry

T = TypeVar("T")

Outcome = Literal["done", "again", "stop", "back", "yield"]
"""`again`: what stood before has to be done once more first."""

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds before the next try of something that may pass by itself; the last goes on for ever."""

AGAIN = 300.0
"""Seconds after which a person's own command is tried again for a token: its vault may be open by then."""

HAND_OVER = 3.0
"""Seconds that a missing credential may take to arrive by itself."""


class Waits:
    """What a run waits for, and why it may be left."""

    def __init__(self, context: Context, commands: Commands) -> None:
        self._context = context
        self._journal = context.journal
        self._commands = commands
        self._known = 0
        self.leaving = False
        """The system ends us; the run is found again and resumed."""

    def left(self) -> Outcome | None:
        """Why the run is to be left now, None when it is not."""
        if self.leaving:
            return "yield"
        return self._commands.leave

    async def attempt(self, work: Awaitable[T]) -> T:
        """Await `work` that asks a vendor. A mistake of ours in it is written down and told in words.

        Raises:
            Trouble, Stopped: as `work` does; anything else becomes a Trouble.
        """
        # What is handed over from here on is newer than what `work` is about to use.
        self._known = self._commands.secrets
        try:
            return await work
        except (Trouble, Stopped):
            raise
        except Exception as error:
            with contextlib.suppress(OSError):
                # The log may be on the disk that is full.
                sys.stderr.write(redact(traceback.format_exc()) + "\n")
                sys.stderr.flush()
            raise Trouble(
                f"Offramp made a mistake in this step ({type(error).__name__}).",
                untouched="What was done before stays done.",
                remedy="worker.log in the session's folder has the details. Press r to try again.",
                code="internal",
            ) from error

    async def pause(self, seconds: float | None) -> None:
        """Wait for anything that a person asks, at most `seconds`."""
        self._commands.changed.clear()
        if self.left() is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._commands.changed.wait(), seconds)

    async def for_retry(self) -> Outcome:
        """Wait until a person asks for another try ("done"), or leaves."""
        self._commands.retry = self._commands.asked_again = False
        while not self._commands.retry:
            if (left := self.left()) is not None:
                return left
            await self.pause(None)
        self._commands.retry = False
        return "done"

    async def soon(self, needed: SignInNeeded) -> bool:
        """Whether the credential is in the keyring or comes from a person's own command, or is handed over
        within moments."""
        if not await self._fetch(needed):
            # Whoever started us hands credentials over in the first moments: only then is a person asked.
            end = self._context.loop.time() + HAND_OVER
            while self._commands.secrets == self._known and self._context.loop.time() < end:
                if self.left() is not None:
                    return False
                await self.pause(0.2)
            if self._commands.secrets == self._known:
                return False
        await self._context.forget_vendors()
        return True

    async def for_secret(self, needed: SignInNeeded) -> Outcome:
        """Wait until a credential was handed over ("done"), or somebody leaves."""
        if await self.soon(needed):
            return "done"
        self._journal.gauge("secret", SecretWanted(vendor=needed.vendor, reason=needed.cause))
        self._journal.set_run("waiting", waiting_for=f"you: {needed.remedy}")
        self._journal.event("person", f"{needed.cause} {needed.remedy}")
        command = command_for(self._context.session, needed.vendor)
        tried = self._context.loop.time()
        try:
            while self._commands.secrets == self._known:
                if (left := self.left()) is not None:
                    return left
                await self.pause(AGAIN if command else None)
                if command and (self._commands.retry or self._context.loop.time() - tried >= AGAIN):
                    self._commands.retry = False
                    tried = self._context.loop.time()
                    if await self._fetch(needed):
                        break
        finally:
            self._journal.drop_gauge("secret")
        await self._context.forget_vendors()
        self._journal.set_run("running")
        return "done"

    async def _fetch(self, needed: SignInNeeded) -> bool:
        """Whether a token could be got without a person, and is held now."""
        command = command_for(self._context.session, needed.vendor)
        if command is None:
            return await self._fetch_from_keyring(needed)
        ref = credential(self._context.session, needed.vendor)
        assert ref is not None
        try:
            secret = await asyncio.to_thread(fetch, command, f"{ref.vendor} {ref.kind}")
            if secret is None or secret == self._context.vault.get(ref):
                return False  # the one that was just refused
            if why := await self._commands.whose(ref, secret):
                self._journal.event("look", why)
                return False
        except Trouble as trouble:
            self._journal.event("look", trouble.sentence())
            return False
        self._context.vault.hold(ref, secret)
        self._journal.event("note", f"A token was fetched with {command.words}.")
        return True

    async def _fetch_from_keyring(self, needed: SignInNeeded) -> bool:
        """A token that is merely not in this process's memory may be in the keyring."""
        registry = wanted_registry(needed.vendor)
        ref = login_ref(registry) if registry else credential(self._context.session, needed.vendor)
        if needed.code != "token-missing" or ref is None:
            return False
        vault = await asyncio.to_thread(open_vault)
        try:
            secret = await asyncio.to_thread(vault.get, ref)
        except Trouble as trouble:
            self._journal.event("look", trouble.sentence())
            return False
        if secret is None:
            return False
        self._context.vault.hold(ref, secret)
        return True
