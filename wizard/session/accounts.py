"""Which sessions use the same account of a vendor: a credential is kept once for all of them."""

from collections.abc import Iterator

from wizard.model.trouble import Trouble
from wizard.session.parts import CONNECTIONS, Connection, Connections
from wizard.session.store import Session, SessionInfo, infos


def others_with(session: Session, connections: list[Connection]) -> tuple[str, ...]:
    """The names of the other sessions that are or were signed in with one of `connections`. Blocking."""
    wanted = {(connection.provider, connection.account_id) for connection in connections}
    return tuple(
        info.name
        for info, theirs in _others(session)
        if wanted & {(c.provider, c.account_id) for c in (*theirs.by_provider.values(), *theirs.others)}
    )


def known_accounts(session: Session, vendor: str) -> tuple[Connection, ...]:
    """The accounts of a vendor that other sessions are or were signed in with, newest first, each once.
    Blocking.

    Only those of the same addresses: a token must not be sent to another host than the one that gave it.
    """
    found: dict[str, Connection] = {}
    for info, theirs in _others(session):
        if info.hosts.get(vendor, {}) != session.info.hosts.get(vendor, {}):
            continue
        for connection in (*theirs.by_provider.values(), *theirs.others):
            if connection.provider == vendor:
                found.setdefault(connection.account_id, connection)
    return tuple(found.values())


def _others(session: Session) -> Iterator[tuple[SessionInfo, Connections]]:
    for folder, info in infos():
        if isinstance(info, Trouble) or info.id == session.id:
            continue
        try:
            other = Session(folder)
        except Trouble:
            # It was deleted a moment ago, or cannot be read: it uses nothing then.
            continue
        try:
            theirs = other.load(CONNECTIONS)
        except Trouble:
            continue
        finally:
            other.close()
        if theirs:
            yield info, theirs
