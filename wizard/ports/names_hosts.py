"""A vendor that may be reached elsewhere than at its own address, as the environment says."""

from typing import Protocol, runtime_checkable

from wizard.ports.signing_in import Hosts


@runtime_checkable
class NamesHosts(Protocol):
    """What a provider may have beside what it must have."""

    def environment_hosts(self) -> Hosts:
        """Where the environment says that the vendor is, as its own programs read it; empty when it says
        nothing. Raises Trouble when it names a host that a token must not be sent to."""
        ...
