"""Makes objects on the target, each with its record in one transaction: one by one, or many in one script."""

from collections.abc import Callable, Iterable, Sequence

from psycopg import errors, sql

from wizard.database import marker
from wizard.database.connect import Connection
from wizard.database.marker import Build

LEAST_WORK_MEMORY, MOST_WORK_MEMORY = 16, 1024
"""Megabytes that the building of one index may sort in."""

LEAST_IN_ALL = 128
"""Megabytes that all who build at a time may sort in, at least: what two would take by Postgres' own default.
The smallest targets have 512 MB for everything, and whose memory runs out is killed, and killed again."""


def settings(search_path: str, work_memory: int) -> sql.Composed:
    """A query that gives the transaction the source's own search path (functions in defaults, checks and
    indexes may rely on it) and the memory in which an index is sorted, in megabytes."""
    return sql.SQL(
        "SELECT pg_catalog.set_config('search_path', {}, true),"
        " pg_catalog.set_config('maintenance_work_mem', {}, true);"
    ).format(sql.Literal(search_path), sql.Literal(f"{work_memory}MB"))


def memory_in_all(connection: Connection) -> int:
    """Megabytes for all who build at a time: a quarter of what the server has for its own buffers, which is
    the only measure of its size that it tells."""
    row = connection.execute(
        "SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers')) / 1048576"
    ).fetchone()
    return max(LEAST_IN_ALL, (int(row[0]) if row else 0) // 4)


def work_memory(in_all: int, workers: int) -> int:
    """Megabytes for each of `workers` that build at a time."""
    return max(LEAST_WORK_MEMORY, min(in_all // max(workers, 1), MOST_WORK_MEMORY))


def script(builds: Iterable[Build]) -> bytes:
    """What makes `builds`, and their records, for the transaction that is open."""
    chosen = list(builds)
    if not chosen:
        return b""
    made = b"\n".join(build.create.encode("utf-8", "surrogateescape") for build in chosen)
    return made + b"\n" + marker.builds_done(chosen).as_bytes(None)


def make_build(
    target: Connection, build: Build, search_path: str, memory: int, event: Callable[[str], None]
) -> bool:
    """Make one object and its record in one transaction; False: it was there already.

    What stands there half done, without its record, is removed and made again.

    Raises:
        psycopg.Error: the target refuses it.
    """
    for again in (False, True):
        target.execute("BEGIN")
        if not marker.take_build(target, build):
            target.execute("ROLLBACK")
            return False
        remove = build.drop.encode("utf-8", "surrogateescape") + b"\n" if again and build.drop else b""
        try:
            target.execute(
                settings(search_path, memory).as_bytes(None) + remove + script([build]) + b";COMMIT"
            )
            return True
        except (errors.DuplicateTable, errors.DuplicateObject, errors.InvalidTableDefinition):
            target.execute("ROLLBACK")
            if again or not build.drop:
                raise
            event(f"{build.name} was half done; it is removed and made again.")
    return False


def make_together(target: Connection, builds: Sequence[Build], search_path: str, memory: int) -> None:
    """Make many objects and their records in one transaction and two round trips; those of which the record
    is there are left out.

    Raises:
        psycopg.Error: the target refuses one of them; nothing of it stays.
    """
    target.execute("BEGIN")
    missing = marker.take_builds(target, builds)
    target.execute(settings(search_path, memory).as_bytes(None) + script(missing) + b";COMMIT")
