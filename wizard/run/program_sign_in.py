"""A person has Offramp sign in to the vendor's own program, by which a tunnel goes, in their place."""

import asyncio
from typing import TYPE_CHECKING

from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from wizard.run.context import Context


LIMIT = 240.0
"""Seconds for whoever asks: npx may fetch the program first, and it is asked twice."""


class ProgramSignIn:
    """What a run does when it is asked to."""

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._busy = False

    async def done(self) -> str:
        """Sign in, once for all tunnels by that program; a sentence of who is signed in now.

        Raises:
            Trouble: nobody is waited for, it is under way already, or it did not work.
        """
        waiting = next((one for one in self._context.opened_tunnels() if one.sign_in is not None), None)
        if waiting is None or self._busy:
            why = "It is being signed in already." if self._busy else "No tunnel waits for a sign-in now."
            raise Trouble(
                why, untouched="Nothing was handed over.", remedy="It goes on by itself.", code="not-taken"
            )
        self._busy = True
        try:
            return await asyncio.to_thread(waiting.sign_in_there)
        finally:
            self._busy = False
