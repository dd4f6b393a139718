"""Tunnels that a person keeps open themselves: the session knows their ports, and no secret of them."""

from msgspec import field
from msgspec.structs import replace

from wizard.model.noun import Noun
from wizard.model.ticket import PortTicket, Ticket
from wizard.session.store import Part, Session


class OwnTunnels(Noun, frozen=True, kw_only=True):
    """The local port of each, by the handle of the target's database."""

    ports: dict[str, int] = field(default_factory=dict)


OWN_TUNNELS = Part("own-tunnels", OwnTunnels)


def own_port(session: Session, handle: str) -> int | None:
    """The port of a person's own tunnel to a database; None where Offramp opens it."""
    return (session.load(OWN_TUNNELS) or OwnTunnels()).ports.get(handle)


def keep_port(session: Session, handle: str, port: int | None) -> None:
    """Keep it from now on; None: Offramp opens the tunnel again."""
    known = session.load(OWN_TUNNELS) or OwnTunnels()
    ports = {name: number for name, number in known.ports.items() if name != handle}
    if port is not None:
        ports[handle] = port
    session.save(OWN_TUNNELS, replace(known, ports=ports))


def by_own_tunnel(session: Session, handle: str, ticket: Ticket) -> Ticket:
    """`ticket`, or the one of the tunnel that a person keeps open instead."""
    port = own_port(session, handle)
    return ticket if port is None else PortTicket(port=port, database_url=ticket.database_url)
