"""The task of a copy's workers that brings the large objects over, beside the tables."""

from wizard.database.connect import Connection
from wizard.database.crew import Hands, Task
from wizard.database.large_objects import copy_large_objects
from wizard.database.table_state import Job

KEY = "large objects"
"""Their line on the board; a table's is quoted, so no table has it."""

_MEASURE = (
    "SELECT pg_catalog.count(*), coalesce((SELECT relpages FROM pg_catalog.pg_class WHERE oid ="
    " 'pg_catalog.pg_largeobject'::pg_catalog.regclass), 0)::bigint * 8192"
    " FROM pg_catalog.pg_largeobject_metadata"
)


Measure = tuple[int, int]
"""How many large objects there are, and about how many bytes of them."""


def measure(connection: Connection) -> Measure:
    """Those of one side. Raises psycopg.Error."""
    row = connection.execute(_MEASURE).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def large_object_tasks(there: Measure, here: Measure, job: Job) -> list[Task]:
    """One task, or none where neither side has large objects."""
    if not there[0] and not here[0]:
        return []
    job.board.add(KEY, KEY, rows=there[0], size=there[1], parts=1, indexes=0)

    def copy(hands: Hands) -> list[Task]:
        job.board.state(KEY, "copying")
        done = copy_large_objects(hands.source, hands.target, control=job.control, event=job.event)
        job.board.committed(KEY, 0, done.objects, done.bytes)
        # What is there was compared with the source by digest, or written from it just now.
        job.board.state(KEY, "copied")
        return []

    return [Task("The large objects cannot be copied", copy)]
