"""The schema `_offramp` on the target: whose copy this is, and what of it is committed.

It is written in the same transactions as the data, so it is never ahead of them and never behind. A copy
goes on from it alone, on another machine if need be. It is removed at the end.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from msgspec.structs import astuple
from psycopg import sql

from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.digest import Digest
from wizard.database.large_objects import remove_large_objects
from wizard.database.parts import Part
from wizard.database.schema import Stage, Statement
from wizard.model.noun import Noun
from wizard.model.text import clean

FORMAT, HALF = 3, "half "
"""Of the marker; and how `schema_state` begins while a schema is made in several transactions."""

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

    @property
    def half(self) -> bool:
        """Whether its schema was being made when something broke; nothing was copied then."""
        return self.schema_state.startswith(HALF)


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
    whose = [list(value) if isinstance(value, tuple) else value for value in astuple(owner)]
    names = "format, session, name, source, search_path, left_out, schema_state"
    entries = enumerate(statements)
    # In one script: each statement of its own costs a round trip, each COPY two.
    script = [
        _MAKE,
        _insert("move", names, [whose]),
        _insert(
            "tab",
            "tab, label, columns, types",
            [(table.key, table.label, list(table.columns), list(table.types)) for table in tables],
        ),
        _insert_parts(parts),
        _insert(
            "entry",
            "pos, stage, name, tab, make, remove",
            [(position, one.stage, one.name, one.table, one.create, one.drop) for position, one in entries],
        ),
    ]
    connection.execute("".join(script).encode("utf-8", "surrogateescape"))


def _insert(table: str, columns: str, rows: Sequence[Sequence[Any]]) -> str:
    """The statement that writes `rows`, empty for none."""
    if not rows:
        return ""
    values = ", ".join(f"({', '.join(sql.Literal(value).as_string(None) for value in row)})" for row in rows)
    return f"INSERT INTO _offramp.{table} ({columns}) VALUES {values};"  # noqa: S608 - literals


def _insert_parts(parts: Iterable[Part]) -> str:
    rows = [(part.table, part.number, part.first, part.end) for part in parts]
    return _insert("part", "tab, number, first, last", rows)


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


def begin_parts(connection: Connection, parts: Sequence[Part], settings: sql.Composed) -> list[Part]:
    """Open a transaction under `settings` (a query) and lock the rows of `parts`; those that are still to be
    copied.

    The lock waits for a transaction of a broken connection that may still be about to commit, so a part
    is never written twice.
    """
    query = sql.SQL(
        "BEGIN; {settings} SELECT tab, number, done FROM _offramp.part WHERE (tab, number) IN ({keys})"
        " ORDER BY tab, number FOR UPDATE"
    ).format(
        settings=settings,
        keys=sql.SQL(", ").join(
            sql.SQL("({}, {})").format(sql.Literal(part.table), sql.Literal(part.number)) for part in parts
        ),
    )
    done = {(row[0], row[1]): row[2] for row in last_rows(connection, query.as_bytes(None))}
    if len(done) != len(parts):
        raise _gone()
    return [part for part in parts if not done[part.table, part.number]]


def last_rows(connection: Connection, script: bytes) -> list[tuple[Any, ...]]:
    """Run a script in one round trip; the rows of its last query."""
    cursor = connection.execute(script)
    while cursor.nextset():
        pass
    return cursor.fetchall() if cursor.description else []


def _gone() -> psycopg.Error:
    # Two runs would have to work on one marker for that.
    return psycopg.DataError("the record of this piece of work is gone from the schema _offramp")


def parts_done(parts: Iterable[tuple[Part, Digest, int]]) -> sql.Composed:
    """The statement that records parts in the transaction that wrote their rows; bytes of COPY text last."""
    rows = sql.SQL(", ").join(
        sql.SQL("({}, {}, {}::bigint, {}::bigint, {}::numeric, {}::numeric)").format(
            *map(sql.Literal, (part.table, part.number, what.rows, size, what.sum, what.second))
        )
        for part, what, size in parts
    )
    return sql.SQL(
        "UPDATE _offramp.part p SET done = true, rows = v.rows, bytes = v.bytes, sum = v.sum,"
        " second = v.second, transaction = (pg_catalog.txid_current() % 4294967296)::text"
        " FROM (VALUES {}) AS v (tab, number, rows, bytes, sum, second)"
        " WHERE p.tab = v.tab AND p.number = v.number;"
    ).format(rows)


def take_build(connection: Connection, build: Build) -> bool:
    """Lock the record of an object that is made after the data; whether it is still to be made."""
    return bool(take_builds(connection, [build]))


def take_builds(connection: Connection, builds: Sequence[Build]) -> list[Build]:
    """The same for many; those still to be made, in order."""
    done: dict[int, bool] = dict(
        connection.execute(
            "SELECT pos, done FROM _offramp.entry WHERE pos = ANY(%s) ORDER BY pos FOR UPDATE",
            ([build.position for build in builds],),
        ).fetchall()
    )
    if len(done) != len(builds):
        raise _gone()
    return [build for build in builds if not done[build.position]]


def builds_done(builds: Iterable[Build], done: bool = True) -> sql.Composed:
    """The statement that records objects in the transaction that made (or removed) them."""
    return sql.SQL("UPDATE _offramp.entry SET done = {} WHERE pos = ANY({}::int[])").format(
        sql.Literal(done), sql.Literal([build.position for build in builds])
    )


def record_proofs(proofs: Iterable[tuple[str, Digest, Digest]]) -> sql.Composed:
    """The statement that records the comparison of tables: key, source, target."""
    rows = sql.SQL(", ").join(
        sql.SQL(
            "({}, {}, {}::bigint, {}::numeric, {}::numeric, {}::bigint, {}::numeric, {}::numeric)"
        ).format(
            *map(
                sql.Literal,
                (key, there == here, there.rows, there.sum, there.second, here.rows, here.sum, here.second),
            )
        )
        for key, there, here in proofs
    )
    return sql.SQL(
        "UPDATE _offramp.tab t SET proven = v.proven, source_rows = v.r1, source_sum = v.s1,"
        " source_second = v.t1, target_rows = v.r2, target_sum = v.s2, target_second = v.t2"
        " FROM (VALUES {}) AS v (tab, proven, r1, s1, t1, r2, s2, t2) WHERE t.tab = v.tab"
    ).format(rows)


def recorded(connection: Connection, key: str) -> Digest:
    """What was copied of a table: the sum over its parts."""
    row = connection.execute(
        "SELECT coalesce(sum(rows), 0)::bigint, coalesce(sum(sum), 0), coalesce(sum(second), 0)"
        " FROM _offramp.part WHERE tab = %s",
        (key,),
    ).fetchone()
    assert row is not None
    return Digest(rows=row[0], sum=row[1], second=row[2])


def replan(connection: Connection, key: str, drop: Sequence[Part] | None, plan: Sequence[Part]) -> None:
    """Replace the parts `drop` of a table (None: all of them) by `plan`, and take its proof back; inside
    one transaction. Done before already, it is done again."""
    numbers = None if drop is None else [part.number for part in (*drop, *plan)]
    connection.execute(
        "DELETE FROM _offramp.part WHERE tab = %s AND (%s::int[] IS NULL OR number = ANY(%s))",
        (key, numbers, numbers),
    )
    connection.execute("UPDATE _offramp.tab SET proven = false WHERE tab = %s", (key,))
    connection.execute(_insert_parts(plan).encode("utf-8", "surrogateescape"))


def begin_again(tables: Sequence[Table], plan: Sequence[Part]) -> sql.Composed:
    """The script, a transaction of its own, that empties `tables` and has all of their rows copied again, by
    `plan`."""
    keys = sql.Literal([table.key for table in tables])
    return sql.SQL(
        "BEGIN; SELECT FROM _offramp.part WHERE tab = ANY({keys}) ORDER BY tab, number FOR UPDATE;"
        " TRUNCATE {tables}; DELETE FROM _offramp.part WHERE tab = ANY({keys});"
        " UPDATE _offramp.tab SET proven = false WHERE tab = ANY({keys}); {parts} COMMIT"
    ).format(
        keys=keys,
        tables=sql.SQL(", ").join(table.rows_of for table in tables),
        parts=sql.SQL(_insert_parts(plan)),
    )


def delete_rows(connection: Connection, table: Table, parts: Sequence[Part]) -> int:
    """Delete the rows of `parts` on the target, found by the transactions that wrote them; how many."""
    # As a literal: beside parameters, a table called "100 %" would be taken for a placeholder.
    query = sql.SQL("DELETE FROM {} WHERE xmin::text = ANY({}::text[])").format(
        table.rows_of, sql.Literal([part.transaction for part in parts])
    )
    return connection.execute(query).rowcount


def remove(connection: Connection) -> None:
    """Remove the marker; no error where there is none."""
    connection.execute("DROP SCHEMA IF EXISTS _offramp CASCADE")


MANY = 1_000
"""Tables that can be dropped in one transaction: each takes locks, for which a server has little room."""

_TABLES = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
AND n.nspname NOT IN ('information_schema', '_offramp')
AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass
    AND e.objid = c.oid AND e.deptype = 'e')
"""


def empty_target(connection: Connection) -> None:
    """Remove all large objects of a target that is ours; then drop every schema and make `public` anew, in
    one transaction. Of very many tables some are dropped before that, some at a time."""
    remove_large_objects(connection)
    while len(tables := connection.execute(_TABLES.encode()).fetchall()) > MANY:
        some = sql.SQL(", ").join(sql.Identifier(*name) for name in tables[: MANY // 4])
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(some))
    names = connection.execute(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%'"
        " AND nspname <> 'information_schema'"
    ).fetchall()
    connection.execute("BEGIN")
    for (name,) in names:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
    connection.execute("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; COMMIT")
