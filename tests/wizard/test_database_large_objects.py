"""Large objects arrive under their numbers, byte for byte, and only what differs is written again."""

import resource
from collections.abc import Iterator

import psycopg
import pytest

from tests.wizard.database_servers import Database, Server, server
from wizard.database import large_objects
from wizard.database.connect import connect
from wizard.database.control import Control, Stopped
from wizard.database.large_objects import (
    CHUNK,
    Copied,
    copy_large_objects,
    digest_large_objects,
    large_object_differences,
    remove_large_objects,
    unreadable_large_objects,
)
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def there(old: Server) -> Iterator[Database]:
    database = old.database()
    database.sql(MANY)
    yield database


@pytest.fixture
def here(new: Server) -> Database:
    return new.database()


MANY = f"""
SELECT lo_from_bytea(i * 3, decode(repeat(md5(i::text), i % 40), 'hex')) FROM generate_series(1, 1100) i;
SELECT lo_from_bytea(4294967295, 'the last number'), lo_create(10001);
SELECT lo_from_bytea(10002, decode(repeat('ab', {CHUNK}), 'hex'));
SELECT lo_from_bytea(10003, decode(repeat('cd', {CHUNK} + 1), 'hex'));
SELECT lo_from_bytea(10004, decode(repeat(md5('x'), {CHUNK} * 5 / 16), 'hex') || 'end');
-- Holes: at the beginning, in the middle, at the end.
SELECT lo_create(10005), lo_put(10005, {CHUNK} * 12, 'far out'), lo_put(10005, {CHUNK} * 7 + 5, 'between');
SELECT lo_truncate64(lo_open(10005, 393216), {CHUNK} * 20 + 1);
COMMENT ON LARGE OBJECT 10005 IS 'has holes; it''s %s \\ "so"';
COMMENT ON LARGE OBJECT 3 IS 'the first';
"""


def copied(there: Database, here: Database, control: Control | None = None) -> tuple[Copied, list[str]]:
    events: list[str] = []
    with connect(there.url(), "test") as source, connect(here.url(), "test") as target:
        source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        done = copy_large_objects(source, target, control=control or Control(), event=events.append)
        assert source.execute("SELECT 1").fetchone() == (1,), "the snapshot's transaction is not usable"
        assert digest_large_objects(source) == digest_large_objects(target)
        assert large_object_differences(source, target) == []
    return done, events


def contents(database: Database, number: int) -> bytes:
    return bytes(database.one(f"SELECT lo_get({number})"))


def test_all_of_them_arrive(there: Database, here: Database) -> None:
    done, events = copied(there, here)
    assert (done.objects, done.written, done.removed) == (1106, 1106, 0)
    assert done.bytes > 27 * CHUNK
    assert len(events) == 1 and "1106" in events[0]
    for number in (3, 6, 30, 10001, 10002, 10003, 10004, 10005, 4294967295):
        assert contents(here, number) == contents(there, number)
    comments = (
        "SELECT objoid::text, description FROM pg_description WHERE classoid = 'pg_largeobject'::regclass"
    )
    assert here.sql(f"{comments} ORDER BY 1") == there.sql(f"{comments} ORDER BY 1") != []
    held = "SELECT count(*) FROM pg_largeobject WHERE loid = 10005"
    assert here.one(held, "postgres") <= there.one(held, "postgres") + 1500, "the holes were filled"
    # And what is there already is not written again.
    before = here.sql("SELECT xmin::text FROM pg_largeobject ORDER BY loid, pageno", "postgres")
    done, events = copied(there, here)
    assert (done.objects, done.written, events) == (1106, 0, [])
    assert here.sql("SELECT xmin::text FROM pg_largeobject ORDER BY loid, pageno", "postgres") == before


def test_what_has_changed_is_brought_over_and_nothing_else(there: Database, here: Database) -> None:
    copied(there, here)
    there.sql(
        f"SELECT lo_put(10003, {CHUNK}, 'x'); SELECT lo_unlink(10005); SELECT lo_create(10005);"
        f"SELECT lo_put(10005, {CHUNK} * 20, 'y'); SELECT lo_put(6, 0, 'new'); SELECT lo_unlink(9);"
        "SELECT lo_truncate64(lo_open(60, 393216), 3); SELECT lo_from_bytea(20000, 'late');"
        "COMMENT ON LARGE OBJECT 3 IS NULL; COMMENT ON LARGE OBJECT 12 IS 'commented'"
    )
    here.sql(
        "SELECT lo_from_bytea(7, 'not on the source'), lo_from_bytea(30000, 'nor this'), lo_put(15, 0, 'z')"
    )
    done, _ = copied(there, here)
    assert (done.objects, done.written, done.removed) == (1106, 6, 3)
    assert contents(here, 10005) == contents(there, 10005), "old contents show through the holes"
    assert here.sql(
        "SELECT objoid::int, description FROM pg_description WHERE classoid = 'pg_largeobject'::regclass"
    ) == [(12, "commented")]


class Breaking(Control):
    """Breaks the target's connections at the n-th look."""

    def __init__(self, database: Database, after: int) -> None:
        super().__init__()
        self._database = database
        self._left = after

    def check(self) -> None:
        super().check()
        self._left -= 1
        if self._left == 0:
            name = self._database.name
            self._database.sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                " AND pid <> pg_backend_pid()",
                "postgres",
            )


def test_it_goes_on_after_a_break(there: Database, here: Database) -> None:
    had = 0
    for after in (3, 6, 9):
        with (
            connect(there.url(), "test") as source,
            connect(here.url(), "test") as target,
            pytest.raises(psycopg.OperationalError),
        ):
            copy_large_objects(source, target, control=Breaking(here, after), event=print)
        has = here.one("SELECT count(*) FROM pg_largeobject_metadata")
        assert has >= had
        had = has
    assert 0 < had < 1106
    done, _ = copied(there, here)
    assert done.written == 1106 - had


def test_a_stop_is_heeded_and_leaves_no_transaction(there: Database, here: Database) -> None:
    control = Control()
    control.stop()
    with connect(there.url(), "test") as source, connect(here.url(), "test") as target:
        with pytest.raises(Stopped):
            copy_large_objects(source, target, control=control, event=print)
        assert target.execute("SELECT count(*) FROM pg_largeobject_metadata").fetchone() == (0,)


def test_differences_are_named(there: Database, here: Database) -> None:
    copied(there, here)
    here.sql("SELECT lo_unlink(3); SELECT lo_put(10004, 100, 'x'); SELECT lo_create(5)")
    with connect(there.url(), "test") as source, connect(here.url(), "test") as target:
        assert digest_large_objects(source).digest != digest_large_objects(target).digest
        assert large_object_differences(source, target) == [
            "large object 3 is missing",
            "large object 5 is not on the source",
            "large object 10004 differs",
        ]
        assert large_object_differences(source, target, 1)[1:] == ["2 more large objects differ"]


def test_none_at_all(old: Server, here: Database) -> None:
    empty = old.database()
    here.sql("SELECT lo_from_bytea(77, 'x')")
    done, events = copied(empty, here)
    assert (done.objects, done.removed) == (0, 1)
    assert len(events) == 1
    assert copied(empty, here) == (Copied(), [])


def test_one_that_may_not_be_read_is_named_and_nothing_is_written(there: Database, here: Database) -> None:
    there.sql("SELECT lo_create(50001), lo_create(50002), lo_create(50003)", "postgres")
    there.sql(
        "GRANT SELECT ON LARGE OBJECT 50002 TO app; GRANT SELECT ON LARGE OBJECT 50003 TO PUBLIC", "postgres"
    )
    with connect(there.url(), "test") as source, connect(here.url(), "test") as target:
        assert unreadable_large_objects(source) == [50001]
        with pytest.raises(Trouble, match="50001") as refused:
            copy_large_objects(source, target, control=Control(), event=print)
    assert refused.value.code == "database-rights"
    assert here.one("SELECT count(*) FROM pg_largeobject_metadata") == 0
    with connect(there.url("postgres"), "test") as source:
        assert unreadable_large_objects(source) == []


def test_all_can_be_removed(there: Database) -> None:
    with connect(there.url(), "test") as connection:
        assert remove_large_objects(connection) == 1106
        assert digest_large_objects(connection).count == 0


def test_pages_are_of_one_mind_at_their_borders(
    there: Database, here: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_objects, "PAGE", 7)
    there.sql(
        "SELECT lo_unlink(m.oid) FROM (SELECT oid FROM pg_largeobject_metadata ORDER BY oid OFFSET 21) m"
    )
    here.sql("SELECT lo_from_bytea(i, 'x') FROM generate_series(1, 60) i")
    done, _ = copied(there, here)
    assert (done.objects, done.written, done.removed) == (21, 21, 40)


@pytest.mark.slow
def test_an_object_larger_than_memory_may_be(old: Server, here: Database) -> None:
    there = old.database()
    gigabyte = 1 << 30
    there.sql(
        f"SELECT lo_create(1), lo_put(1, 2 * {gigabyte}::bigint, 'beyond 2 GB');"
        "SELECT lo_create(2);"
        "SELECT lo_put(2, i * 1048576::bigint, decode(repeat(md5(i::text), 65536), 'hex'))"
        " FROM generate_series(0, 299) i"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done, _ = copied(there, here)
    assert done.bytes == 2 * gigabyte + 11 + 300 * CHUNK
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024, (
        "memory grows with the object"
    )
