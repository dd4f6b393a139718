"""What a schema is made of, as texts that are equal on both sides when the objects are.

Members of extensions, `_heroku` and the marker are left out. Grants, extensions, settings and rows are
compared elsewhere: they may change while a copy runs without making it unfit.
"""

from collections import Counter

from psycopg import errors, pq

from wizard.database.connect import Connection
from wizard.database.definitions import BORDER, DEFINITIONS
from wizard.database.deparse import settled

ATTEMPTS = 5
"""How often it is read, at most, while objects go away in the middle of it."""

Fingerprint = dict[str, Counter[tuple[str, str]]]
"""For each kind of object: how often a (name, definition) occurs."""


def fingerprint(connection: Connection) -> Fingerprint:
    """Read it. Raises psycopg.Error."""
    attempts = ATTEMPTS
    while True:
        attempts -= 1
        try:
            return _read(connection)
        except errors.InternalError_:
            # "could not open relation with OID 17858": listed a moment ago, and dropped since.
            if not attempts or connection.info.transaction_status != pq.TransactionStatus.IDLE:
                raise


def _read(connection: Connection) -> Fingerprint:
    # All at once: at 30 ms a round trip, one each would cost half a second.
    with connection.pipeline():
        cursors = {kind: connection.execute(query.encode()) for kind, query in DEFINITIONS.items()}
    return {
        kind: Counter((str(name), _settled(str(definition))) for name, definition in cursor.fetchall())
        for kind, cursor in cursors.items()
    }


def parts(definition: str) -> dict[str, str]:
    """A definition's values by their labels."""
    labelled = (part.partition("=") for part in definition.split(BORDER) if part)
    return {label: value for label, _, value in labelled}


def _settled(definition: str) -> str:
    return BORDER.join(map(settled, definition.split(BORDER)))
