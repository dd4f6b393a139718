"""What a tunnel is made of, seen by its supervisor: `ssh`, a vendor's own program, somebody's open port."""

from dataclasses import dataclass
from typing import Literal, Protocol

from wizard.model.trouble import Trouble

Do = Literal["retry", "fresh", "port", "stop", "person"]
"""retry: wait, then again. fresh: again with a new ticket, but not for ever. port: another local port.
stop: a person is needed. person: a person is doing something elsewhere, which is looked at again soon."""


@dataclass(frozen=True)
class Failure:
    """`why` is for the screen; `trouble` is set where a person is needed, now or after so many `tries` in a
    row. For `lately` seconds after it last worked no person is called: a network that is away comes back, and
    a cut-over would be taken back for it."""

    do: Do
    why: str
    trouble: Trouble | None = None
    tries: int = 3
    lately: float = 0.0


LATELY = 150.0
"""Seconds, for what needs no credentials of ours."""


class Way(Protocol):
    """One connection of a tunnel, from its start to its end.

    Attributes:
        name: what it is called on the screen ("ssh", "codecaps").
        port: where it is reached on 127.0.0.1.
        slow_start: seconds in which no answer means nothing.
        unknown: whether it has to be found out how many connections it carries and who can reach it.
        warning: what a person has to know of it, empty for nothing.
    """

    name: str
    port: int
    slow_start: float
    unknown: bool

    @property
    def pid(self) -> int | None:
        """Of its process, None where it is not ours."""
        ...

    def let_in(self, seconds: float) -> bool:
        """Wait up to `seconds` until it may be tried; False: it ended before that, or took too long."""
        ...

    def settled(self) -> None:
        """It was let in."""
        ...

    def ended(self, seconds: float) -> bool:
        """Whether it is over, waiting up to `seconds` for that."""
        ...

    def failure(self, *, let_in: bool, why: str = "") -> Failure:
        """What its end means. `let_in`: it may have worked; `why`: what was seen at its other end, empty
        where it ended by itself."""
        ...

    def hang_up(self) -> None:
        """Ask it to end; from any thread."""
        ...

    def end(self) -> None:
        """End it. Done already is no error."""
        ...
