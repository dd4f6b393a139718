"""A target whose databases are reached by a program of the vendor's, started on this machine."""

from typing import Protocol, runtime_checkable

from wizard.model.ticket import ProxyTicket


@runtime_checkable
class GoesByProgram(Protocol):
    """What such a target offers beside `Target`."""

    def tunnel_program(self) -> ProxyTicket:
        """How that program is asked who is signed in to it, and how one signs in. It is about no database:
        its `program` is not to be started. Raises Trouble."""
        ...
