"""Whether all that was copied is there: by the marker, and by a look at unlogged tables, which a crash of the
target empties after they were copied and proven."""

from collections.abc import Callable

from wizard.database import marker
from wizard.database.connect import Connection


def is_whole(connection: Connection, session: str) -> bool:
    """Whether every table was copied by `session`, has its indexes, and was compared. Raises
    psycopg.Error."""
    owner = marker.read_owner(connection)
    if owner is None or owner.session != session:
        return False
    parts = [part for some in marker.read_parts(connection).values() for part in some]
    builds = [build for build in marker.read_builds(connection) if build.stage == "index"]
    return (
        all(part.done for part in parts)
        and all(build.done for build in builds)
        and all(table.source is not None for table in marker.read_tables(connection).values())
        and not emptied(connection)
    )


_EMPTIED = """
SELECT t.tab, t.label FROM _offramp.tab t
JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(t.tab)
WHERE EXISTS (SELECT FROM _offramp.part p WHERE p.tab = t.tab AND p.done AND p.rows > 0)
AND CASE c.relkind WHEN 'p' THEN (
    SELECT coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(l.relid)), 0) = 0
    FROM pg_catalog.pg_partition_tree(c.oid) l)
    ELSE c.relpersistence = 'u' AND pg_catalog.pg_relation_size(c.oid) = 0 END
ORDER BY t.label
"""


def emptied(connection: Connection) -> list[tuple[str, str]]:
    """Key and label of each: its rows are on record, and nothing of them is there. Raises psycopg.Error."""
    return [(key, label) for key, label in connection.execute(_EMPTIED.encode()).fetchall()]


def fell_back(connection: Connection) -> bool:
    """Whether a copy that had come to its end is not whole any more: a crash emptied tables, or a server took
    over that had not got all of it. Raises psycopg.Error."""
    row = connection.execute(
        f"SELECT EXISTS ({_EMPTIED}) OR EXISTS (SELECT FROM _offramp.part WHERE NOT done)"  # noqa: S608
        " OR EXISTS (SELECT FROM _offramp.entry WHERE stage = 'index' AND NOT done)".encode()
    ).fetchone()
    return row is not None and bool(row[0])


def forget_emptied(connection: Connection, event: Callable[[str], None]) -> None:
    """Have them copied again, and say so. Raises psycopg.Error."""
    found = emptied(connection)
    if found:
        keys = [key for key, _ in found]
        connection.execute("BEGIN")
        connection.execute(
            "UPDATE _offramp.part SET done = false, rows = 0, bytes = 0, sum = 0, second = 0,"
            " transaction = '' WHERE tab = ANY(%s)",
            (keys,),
        )
        connection.execute("UPDATE _offramp.tab SET proven = false WHERE tab = ANY(%s)", (keys,))
        connection.execute("COMMIT")
    for _, label in found:
        event(f"Unlogged table {label} was emptied by a crash of the target; it is copied again.")
