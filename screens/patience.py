"""What is being waited for, and from ten seconds on for how long."""

import time
from collections.abc import Callable

from screens.quantities import duration

TOLD_FROM = 10.0
"""Seconds after which a wait says how long it lasts."""


class Patience:
    """A wait that has just begun. `doing` may be asked each time, where what is done goes on."""

    def __init__(self, doing: str | Callable[[], str]) -> None:
        self._asked = doing
        self._since = time.monotonic()

    @property
    def _doing(self) -> str:
        return self._asked if isinstance(self._asked, str) else self._asked()

    def words(self) -> str:
        """ "Asking Heroku …", later "Asking Heroku … 14 s"."""
        lasted = self.lasted()
        return f"{self._doing} … {lasted}" if lasted else f"{self._doing} …"

    def sentence(self) -> str:
        """ "Reading the code of shop.", later "Reading the code of shop, for 14 s; esc leaves." """
        lasted = self.lasted()
        return f"{self._doing}, for {lasted}; esc leaves." if lasted else f"{self._doing}."

    def lasted(self) -> str:
        """How long it lasts, "" while it is not worth a word."""
        seconds = time.monotonic() - self._since
        return duration(seconds) if seconds >= TOLD_FROM else ""
