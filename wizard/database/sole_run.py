"""One run at a time works on a copy, on whatever machine: who came last signs the copy, and the other stops.

Nobody can tell from here whether an earlier run is dead or its line is silent, and a lock that it held would
outlive it for hours. So a new run never waits: it signs the marker, then ends the connections that the other
one has; and the other one's next connection reads the signature before anything else (`connect.connect`).
"""

from psycopg import sql

from wizard.database import marker
from wizard.database.connect import Connection


def take_over(target: Connection, session: str, run: str) -> bool:
    """Sign a copy that is of `session`, where there is one; whether no other session's is there. Raises
    psycopg.Error."""
    owner = marker.read_owner(target)
    if owner is not None and owner.session == session:
        sign(target, run)
    return owner is None or owner.session == session


def sign(target: Connection, run: str) -> None:
    """Have the marker say that `run` works on the copy from now on. A comment, because it can be asked for
    where there is no marker, in the query that every connection begins with."""
    target.execute(sql.SQL("COMMENT ON SCHEMA _offramp IS {}").format(sql.Literal(run)))
