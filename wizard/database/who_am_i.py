"""Asks a vendor's own program who is signed in to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wizard.database.group_child import GroupChild
from wizard.database.proxy_failure import KEYRING, NOBODY, NOT_THERE, last_words
from wizard.model.ticket import ProxyTicket

SLOW = 4.0
"""Seconds after which a person is told why nothing seems to happen."""

LIMIT = 90.0
"""Seconds for the answer: npx may have to fetch the program first."""


@dataclass(frozen=True)
class Found:
    """What was found. `unknown`: it could not be asked, which says nothing about who is signed in.
    `not there`: npx does not get it, and `said` is all that it said."""

    state: Literal["signed in", "nobody", "unknown", "not there"]
    said: str = ""


class WhoAmI:
    """Asks the program, in a child that can be ended from another thread. Raises OSError."""

    def __init__(self, ticket: ProxyTicket) -> None:
        self._child = GroupChild(ticket.whoami, ticket.environment)

    def answer(self, slow: Callable[[], None] = lambda: None) -> Found:
        """Wait for its answer. By exit code first; some versions may end well and say it in words. `slow` is
        called once where it lets itself be waited for."""
        over = self._child.ended(SLOW)
        if not over:
            slow()
            over = self._child.ended(LIMIT - SLOW)
        code = self._child.process.returncode if over else None
        self._child.end()
        said = self._child.said
        if code is None:
            return Found("unknown", "no answer in time")
        if NOT_THERE.search(said):
            return Found("not there", said)
        if NOBODY.search(said) or KEYRING.search(said):
            return Found("nobody", last_words(said))
        return Found("signed in" if code == 0 else "unknown", last_words(said))

    def end(self) -> None:
        """Do not wait any longer."""
        self._child.hang_up()
