"""Which sessions use the same account of a vendor: a credential is kept once for all of them."""

from wizard.model.trouble import Trouble
from wizard.session.parts import CONNECTIONS, Connection
from wizard.session.store import Session, infos


def others_with(session: Session, connections: list[Connection]) -> tuple[str, ...]:
    """The names of the other sessions that are signed in with one of `connections`. Blocking."""
    wanted = {(connection.provider, connection.account_id) for connection in connections}
    found = []
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
        if theirs and wanted & {(c.provider, c.account_id) for c in theirs.by_provider.values()}:
            found.append(info.name)
    return tuple(found)
