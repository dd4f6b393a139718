"""Rows that break a foreign key on the source already, found as soon as the target has them.

Postgres calls a key valid though rows break it: what was loaded with session_replication_role = replica or
with triggers off is never looked at. The target would refuse the key at the end, when the app stands still.
Nothing is made for this, and nothing locked: a key's tables are compared by a query, if they are of one
moment.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import psycopg
from psycopg import sql

from wizard.database.catalogue import NOT_OURS
from wizard.database.connect import Connection, is_passing
from wizard.database.crew import Hands, Task
from wizard.database.parts import PAGE
from wizard.database.table_state import Job, State
from wizard.model.noun import Noun
from wizard.model.text import clean

TOGETHER = 50
TOGETHER_BYTES = 2_000 * PAGE
"""Keys that are checked in one round trip, and bytes of their tables, at most."""

LEAST_MEMORY = 4
"""Megabytes in which a query sorts and hashes, as by Postgres' own default."""


class Orphans(Noun, frozen=True, kw_only=True):
    """A foreign key that `rows` rows of `table` break: what they refer to is not in `other`. Clean names."""

    key: str
    table: str
    other: str
    rows: int

    @property
    def sentence(self) -> str:
        """What is so, and what it means."""
        one = self.rows == 1
        return (
            f"{self.rows:,} row{'s' * (not one)} of {self.table} refer{'s' * one} to what is not in"
            f" {self.other}: the target will refuse the foreign key {self.key}. Correct"
            f" {'it' if one else 'them'} on the source before the keys are made."
        )


class Pair(Noun, frozen=True, kw_only=True):
    """One column of a key and the one it refers to, with the operator that compares them. `left` and `right`
    are types that the columns are taken as, `collation` (schema and name) what the right one is compared by;
    empty where nothing is to be said."""

    column: str
    refers_to: str
    operator: tuple[str, str]
    left: str
    right: str
    collation: tuple[str, ...]


class Checked(Noun, frozen=True, kw_only=True):
    """A foreign key that is valid on the source. A `whole` side is partitioned. `sides` are the OID of each
    table, and those of the tables that hold its rows. `bytes` of both."""

    name: str
    table: tuple[str, str]
    other: tuple[str, str]
    whole: tuple[bool, bool]
    full: bool
    pairs: tuple[Pair, ...]
    sides: tuple[tuple[int, tuple[int, ...]], tuple[int, tuple[int, ...]]]
    bytes: int


_LEAVES = (
    "coalesce(array_agg(t.oid::bigint), '{{}}') AS leaves,"
    " coalesce(pg_catalog.sum(pg_catalog.pg_relation_size(t.oid)), 0) AS bytes"
    " FROM (SELECT {0}.oid WHERE {0}.relkind = 'r' UNION ALL SELECT p.relid::oid"
    " FROM pg_catalog.pg_partition_tree({0}.oid) p WHERE {0}.relkind = 'p' AND p.isleaf) t"
)

_KEYS = f"""
SELECT k.conname, n.nspname, c.relname, m.nspname, r.relname, c.relkind = 'p', r.relkind = 'p',
    k.confmatchtype = 'f', (
        SELECT array_agg(ARRAY[a.attname, b.attname, s.nspname, o.oprname,
            CASE WHEN o.oprleft <> b.atttypid AND x.typtype <> 'p'
                THEN pg_catalog.format_type(o.oprleft, NULL) ELSE '' END,
            CASE WHEN o.oprright <> a.atttypid AND y.typtype <> 'p'
                THEN pg_catalog.format_type(o.oprright, NULL) ELSE '' END,
            coalesce(w.nspname, ''), coalesce(l.collname, '')]::text[] ORDER BY u.i)
        FROM unnest(k.conkey, k.confkey, k.conpfeqop::oid[]) WITH ORDINALITY u(own, far, op, i)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
        JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.far
        JOIN pg_catalog.pg_operator o ON o.oid = u.op
        JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
        JOIN pg_catalog.pg_type x ON x.oid = o.oprleft
        JOIN pg_catalog.pg_type y ON y.oid = o.oprright
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = b.attcollation AND a.attcollation <> b.attcollation
        LEFT JOIN pg_catalog.pg_namespace w ON w.oid = l.collnamespace),
    c.oid, own.leaves, r.oid, far.leaves, (own.bytes + far.bytes)::bigint
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace m ON m.oid = r.relnamespace,
LATERAL (SELECT {_LEAVES.format("c")}) own, LATERAL (SELECT {_LEAVES.format("r")}) far
WHERE k.contype = 'f' AND k.convalidated AND k.conparentid = 0
AND coalesce(pg_catalog.to_jsonb(k) ->> 'conenforced', 'true') = 'true'
AND coalesce(pg_catalog.to_jsonb(k) ->> 'conperiod', 'false') = 'false'
AND n.nspname NOT IN {NOT_OURS} AND m.nspname NOT IN {NOT_OURS}
ORDER BY 2, 3, 1
"""  # noqa: S608 - built from constants of this file
"""Keys of partitions belong to those of their tables. What an earlier version does not have is NULL."""


def read_keys(source: Connection) -> list[Checked]:
    """The foreign keys of a source that its rows are said to keep. Raises psycopg.Error."""
    return [
        Checked(
            name=row[0],
            table=(row[1], row[2]),
            other=(row[3], row[4]),
            whole=(row[5], row[6]),
            full=row[7],
            pairs=tuple(
                Pair(
                    column=one[0],
                    refers_to=one[1],
                    operator=(one[2], one[3]),
                    left=one[4],
                    right=one[5],
                    collation=(one[6], one[7]) if one[7] else (),
                )
                for one in row[8]
            ),
            sides=((row[9], tuple(row[10])), (row[11], tuple(row[12]))),
            bytes=row[13],
        )
        for row in source.execute(_KEYS.encode()).fetchall()
    ]


def of_one_moment(keys: Iterable[Checked], fresh: Collection[int]) -> list[Checked]:
    """Those of `keys` whose tables are all in `fresh` (OIDs of tables, none of which had a row on the target
    before its snapshot). Between two moments rows may refer to what is not there yet."""
    return [
        key
        for key in keys
        if all(table in fresh or all(one in fresh for one in leaves) for table, leaves in key.sides)
    ]


class KeyCheck:
    """Looks for orphans when a first copy has its rows.

    Args:
        event: is told of each key that they break, from any thread.

    Attributes:
        all_of_them: whether one pass had every key to look at.
    """

    def __init__(self, event: Callable[[str], None]) -> None:
        self._event = event
        self.all_of_them = False
        self._found: dict[tuple[str, str], Orphans] = {}

    @property
    def found(self) -> tuple[Orphans, ...]:
        """What was found so far, by table and key."""
        return tuple(found for _, found in sorted(self._found.items()))

    def tasks(self, source: Connection, states: Iterable[State], job: Job) -> list[Task]:
        """The tasks that do it on the target, for keys between tables that have not begun; the largest tables
        first. Raises psycopg.Error."""
        fresh = {state.table.oid for state in states if not state.done}
        bundles: list[list[Checked]] = []
        size = 0
        known = read_keys(source) if fresh else []
        keys = of_one_moment(known, fresh)
        self.all_of_them = self.all_of_them or (bool(fresh) and len(keys) == len(known))
        for key in sorted(keys, key=lambda key: -key.bytes):
            if not bundles or size + key.bytes > TOGETHER_BYTES or len(bundles[-1]) >= TOGETHER:
                bundles.append([])
                size = 0
            bundles[-1].append(key)
            size += key.bytes
        return [self._task(bundle, job) for bundle in bundles]

    def _task(self, bundle: Sequence[Checked], job: Job) -> Task:
        what = f"The foreign key {clean(bundle[0].name)} cannot be checked"
        return Task(what, lambda hands: self._check(bundle, job, hands))

    def _check(self, bundle: Sequence[Checked], job: Job, hands: Hands) -> list[Task]:
        job.board.phase("keys")
        try:
            counts = _count(hands.target, bundle, job.work_memory())
        except psycopg.Error as error:
            if is_passing(error):
                raise
            # One that cannot be asked so is left to the target, which is asked at the end.
            hands.target.execute("ROLLBACK")
            return [self._task([key], job) for key in bundle] if bundle[1:] else []
        for key, rows in zip(bundle, counts, strict=True):
            if rows:
                found = _named(key, rows)
                with job.lock:
                    self._found[found.table, found.key] = found
                self._event(found.sentence)
        return []


def _count(target: Connection, keys: Sequence[Checked], memory: int) -> list[int]:
    """The rows that break each of `keys`, in one round trip."""
    # Twice as much goes into a hash (hash_mem_multiplier).
    work_memory = sql.Literal(f"{max(LEAST_MEMORY, memory // 2)}MB")
    script = sql.SQL(
        "BEGIN READ ONLY; SELECT pg_catalog.set_config('work_mem', {}, true); {}; COMMIT"
    ).format(work_memory, sql.SQL("; ").join(broken_rows(key) for key in keys))
    cursor = target.execute(script)
    counts: list[int] = []
    while cursor.nextset():
        if cursor.description:
            counts += [row[0] for row in cursor.fetchall() if isinstance(row[0], int)]
    return counts


def broken_rows(key: Checked) -> sql.Composed:
    """The query that counts the rows which break `key`, as Postgres itself looks for them. Of a key that is
    MATCH FULL a row must have all of its columns or none."""
    some = sql.SQL(" OR " if key.full else " AND ").join(
        sql.SQL("f.{} IS NOT NULL").format(sql.Identifier(pair.column)) for pair in key.pairs
    )
    table, other = (
        sql.SQL("{}" if whole else "ONLY {}").format(sql.Identifier(*name))
        for name, whole in zip((key.table, key.other), key.whole, strict=True)
    )
    return sql.SQL(
        "SELECT pg_catalog.count(*) FROM {} AS f LEFT JOIN {} AS p ON {} WHERE p.{} IS NULL AND ({})"
    ).format(
        table,
        other,
        sql.SQL(" AND ").join(_equal(pair) for pair in key.pairs),
        sql.Identifier(key.pairs[0].refers_to),
        some,
    )


def _equal(pair: Pair) -> sql.Composed:
    left = sql.SQL("p.{}{}").format(sql.Identifier(pair.refers_to), _as(pair.left))
    right = sql.SQL("f.{}{}").format(sql.Identifier(pair.column), _as(pair.right))
    if pair.collation:
        right += sql.SQL(" COLLATE {}").format(sql.Identifier(*pair.collation))
    schema, operator = pair.operator
    return sql.SQL("{} OPERATOR({}.{}) {}").format(left, sql.Identifier(schema), sql.SQL(operator), right)


def _as(kind: str) -> sql.SQL:
    return sql.SQL(f"::{kind}" if kind else "")


def _named(key: Checked, rows: int) -> Orphans:
    return Orphans(
        key=clean(key.name), table=clean(".".join(key.table)), other=clean(".".join(key.other)), rows=rows
    )
