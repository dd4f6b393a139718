"""The schema `_offramp` on the target: whose copy this is, and what of it is committed.

It is written in the same transactions as the data, so it is never ahead of them and never behind. A copy
goes on from it alone, on another machine if need be. It is removed at the end.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.digest import Digest
from wizard.database.parts import Part
from wizard.database.schema import Stage, Statement
from wizard.model.noun import Noun
from wizard.model.text import clean

FORMAT = 2

_MAKE = """
CREATE SCHEMA _offramp;
CREATE TABLE _offramp.move (
    format int NOT NULL, session text NOT NULL, name text NOT NULL, source text NOT NULL,
    search_path text NOT NULL, left_out text[] NOT NULL, schema_state text NOT NULL,
    made timestamptz NOT NULL DEFAULT now());
CREATE TABLE _offramp.tab (
    tab text PRIMARY KEY, label text NOT NULL, columns text[] NOT NULL, types text[] NOT NULL,
    proven boolean NOT NULL DEFAULT false, source_rows bigint, source_sum numeric,
    source_second numeric, target_rows bigint, target_sum numeric, target_second numeric);
CREATE TABLE _offramp.part (
    tab text NOT NULL REFERENCES _offramp.tab, number int NOT NULL, first bigint NOT NULL, last bigint,
    done boolean NOT NULL DEFAULT false, rows bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0,
    sum numeric NOT NULL DEFAULT 0, second numeric NOT NULL DEFAULT 0,
    transaction text NOT NULL DEFAULT '', PRIMARY KEY (tab, number));
CREATE TABLE _offramp.entry (
    pos int PRIMARY KEY, stage text NOT NULL, name text NOT NULL, tab text NOT NULL,
    make text NOT NULL, remove text NOT NULL, done boolean NOT NULL DEFAULT false);
"""


class Owner(Noun, frozen=True, kw_only=True):
    """Whose copy a target holds. `source` is the identity of the source (`identity`), `schema_state` what its
    schema was (`fit.state_of`)."""

    format: int
    session: str
    name: str
    source: str
    search_path: str
    left_out: tuple[str, ...]
    schema_state: str


class Build(Noun, frozen=True, kw_only=True):
    """An object that is made after the data, as the marker holds it."""

    position: int
    stage: Stage
    name: str
    table: str
    create: str
    drop: str
    done: bool


class Known(Noun, frozen=True, kw_only=True):
    """A table as the marker holds it. `source` and `target` are None before its first proof."""

    key: str
    label: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    proven: bool
    source: Digest | None
    target: Digest | None


def identity(connection: Connection) -> str:
    """What stays the same for a database over changes of host, role and password: the cluster's own
    number, and the database's in it."""
    row = connection.execute(
        "SELECT d.oid,"
        " CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
        " THEN (SELECT system_identifier FROM pg_catalog.pg_control_system())::text ELSE d.datname END"
        " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()"
    ).fetchone()
    assert row is not None
    return f"{row[1]}/{row[0]}"


def read_owner(connection: Connection) -> Owner | None:
    """The marker's owner, None where there is no marker."""
    if connection.execute("SELECT pg_catalog.to_regclass('_offramp.move')").fetchone() == (None,):
        return None
    row = connection.execute(
        "SELECT format, session, name, source, search_path, left_out, schema_state FROM _offramp.move"
    ).fetchone()
    if row is None:
        return None
    return Owner(
        format=row[0],
        session=row[1],
        name=clean(row[2]),
        source=row[3],
        search_path=row[4],
        left_out=tuple(row[5]),
        schema_state=row[6],
    )


def make(
    connection: Connection,
    owner: Owner,
    tables: Sequence[Table],
    parts: Iterable[Part],
    statements: Iterable[Statement],
) -> None:
    """Write the marker; call it inside the transaction that makes the schema."""
    connection.execute(_MAKE.encode())
    connection.execute(
        "INSERT INTO _offramp.move (format, session, name, source, search_path, left_out, schema_state)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            owner.format,
            owner.session,
            owner.name,
            owner.source,
            owner.search_path,
            list(owner.left_out),
            owner.schema_state,
        ),
    )
    with connection.cursor() as cursor:
        with cursor.copy("COPY _offramp.tab (tab, label, columns, types) FROM STDIN") as rows:
            for table in tables:
                rows.write_row((table.key, table.label, list(table.columns), list(table.types)))
        _write_parts(connection, parts)
        with cursor.copy("COPY _offramp.entry (pos, stage, name, tab, make, remove) FROM STDIN") as rows:
            for position, one in enumerate(statements):
                rows.write_row((position, one.stage, one.name, one.table, one.create, one.drop))


def _write_parts(connection: Connection, parts: Iterable[Part]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY _offramp.part (tab, number, first, last) FROM STDIN") as rows,
    ):
        for part in parts:
            rows.write_row((part.table, part.number, part.first, part.end))


def read_tables(connection: Connection) -> dict[str, Known]:
    """All tables of the copy by key."""
    return {
        row[0]: Known(
            key=row[0],
            label=row[1],
            columns=tuple(row[2]),
            types=tuple(row[3]),
            proven=row[4],
            source=None if row[5] is None else Digest(rows=row[5], sum=row[6], second=row[7]),
            target=None if row[8] is None else Digest(rows=row[8], sum=row[9], second=row[10]),
        )
        for row in connection.execute(
            "SELECT tab, label, columns, types, proven, source_rows, source_sum, source_second,"
            " target_rows, target_sum, target_second FROM _offramp.tab ORDER BY label"
        ).fetchall()
    }


def read_parts(connection: Connection) -> dict[str, list[Part]]:
    """All parts by table's key, in order."""
    found: dict[str, list[Part]] = {}
    for row in connection.execute(
        "SELECT tab, number, first, last, done, rows, bytes, sum, second, transaction FROM _offramp.part"
        " ORDER BY tab, first"
    ).fetchall():
        found.setdefault(row[0], []).append(
            Part(
                table=row[0],
                number=row[1],
                first=row[2],
                end=row[3],
                done=row[4],
                rows=row[5],
                bytes=row[6],
                sum=row[7],
                second=row[8],
                transaction=row[9],
            )
        )
    return found


def read_builds(connection: Connection) -> list[Build]:
    """All that is made after the data, in order."""
    return [
        Build(
            position=row[0], stage=row[1], name=row[2], table=row[3], create=row[4], drop=row[5], done=row[6]
        )
        for row in connection.execute(
            "SELECT pos, stage, name, tab, make, remove, done FROM _offramp.entry ORDER BY pos"
        ).fetchall()
    ]


def take_part(connection: Connection, part: Part) -> bool:
    """Lock a part's row inside a transaction; whether it is still to be copied.

    The lock waits for a transaction of a broken connection that may still be about to commit, so a part
    is never written twice.
    """
    row = connection.execute(
        "SELECT done FROM _offramp.part WHERE tab = %s AND number = %s FOR UPDATE", (part.table, part.number)
    ).fetchone()
    return not _found(row)


def _found(row: tuple[Any, ...] | None) -> bool:
    if row is None:
        # Two runs would have to work on one marker for that.
        raise psycopg.DataError("the record of this piece of work is gone from the schema _offramp")
    return bool(row[0])


def part_done(connection: Connection, part: Part, what: Digest, copied_bytes: int) -> None:
    """Record a part in the transaction that wrote its rows."""
    connection.execute(
        "UPDATE _offramp.part SET done = true, rows = %s, bytes = %s, sum = %s, second = %s, transaction ="
        " (pg_catalog.txid_current() %% 4294967296)::text WHERE tab = %s AND number = %s",
        (what.rows, copied_bytes, what.sum, what.second, part.table, part.number),
    )


def take_build(connection: Connection, build: Build) -> bool:
    """Like `take_part`, for an object that is made after the data."""
    row = connection.execute(
        "SELECT done FROM _offramp.entry WHERE pos = %s FOR UPDATE", (build.position,)
    ).fetchone()
    return not _found(row)


def build_done(connection: Connection, build: Build, done: bool = True) -> None:
    """Record an object in the transaction that made (or removed) it."""
    connection.execute("UPDATE _offramp.entry SET done = %s WHERE pos = %s", (done, build.position))


def record_proof(connection: Connection, key: str, source: Digest, target: Digest) -> None:
    """Record the comparison of one table."""
    connection.execute(
        "UPDATE _offramp.tab SET proven = %s, source_rows = %s, source_sum = %s, source_second = %s,"
        " target_rows = %s, target_sum = %s, target_second = %s WHERE tab = %s",
        (
            source == target,
            source.rows,
            source.sum,
            source.second,
            target.rows,
            target.sum,
            target.second,
            key,
        ),
    )


def replan(connection: Connection, key: str, drop: Sequence[Part] | None, plan: Sequence[Part]) -> None:
    """Replace the parts `drop` of a table (None: all of them) by `plan`, and take its proof back; inside a
    transaction."""
    connection.execute("UPDATE _offramp.tab SET proven = false WHERE tab = %s", (key,))
    numbers = None if drop is None else [part.number for part in drop]
    connection.execute(
        "DELETE FROM _offramp.part WHERE tab = %s AND (%s::int[] IS NULL OR number = ANY(%s))",
        (key, numbers, numbers),
    )
    _write_parts(connection, plan)


def delete_rows(connection: Connection, table: Table, parts: Sequence[Part]) -> int:
    """Delete the rows of `parts` on the target, found by the transactions that wrote them; how many."""
    query = sql.SQL("DELETE FROM ONLY {} WHERE xmin::text = ANY(%s)").format(table.ident)
    return connection.execute(query, ([part.transaction for part in parts],)).rowcount


def remove(connection: Connection) -> None:
    """Remove the marker; no error where there is none."""
    connection.execute("DROP SCHEMA IF EXISTS _offramp CASCADE")


def empty_target(connection: Connection) -> None:
    """Drop every schema of a target that is ours, make `public` anew, all in one transaction."""
    names = connection.execute(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"
        " AND nspname <> 'information_schema'"
    ).fetchall()
    connection.execute("BEGIN")
    for (name,) in names:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    connection.execute("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; COMMIT")
