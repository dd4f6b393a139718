"""How many workers a copy has, and what they share out: few connections, other numbers, many tables, keys."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import pace as pace_module
from wizard.database.foreign import in_two_steps
from wizard.database.marker import Build
from wizard.database.pace import Pace

MANY = "".join(
    f"CREATE TABLE t{i} (id int PRIMARY KEY, a int, b text);"
    f" INSERT INTO t{i} SELECT n, n % 7, md5(n::text) FROM generate_series(1, {i}) n;"
    f" CREATE INDEX ON t{i} (a);"
    + (f" ALTER TABLE t{i} ADD CONSTRAINT up FOREIGN KEY (id) REFERENCES t{i + 1};" if i < 60 else "")
    for i in range(60, 0, -1)
)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


# -- how many -----------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(pace_module.time, "monotonic", lambda: now[0])
    return now


def _after(pace: Pace, clock: list[float], moved: int) -> int:
    clock[0] += pace_module.STRETCH
    pace.tell(moved, busy=True)
    return pace.wanted


def test_workers_are_added_while_they_bring_more(clock: list[float]) -> None:
    pace = Pace(2, 8)
    pace.tell(0, busy=True)
    assert _after(pace, clock, 100) == 3
    assert _after(pace, clock, 250) == 4
    # 155 after 150 is not worth a worker: it goes, and nothing more is tried.
    assert _after(pace, clock, 405) == 3
    assert _after(pace, clock, 1000) == 3


def test_a_stretch_without_work_for_all_says_nothing(clock: list[float]) -> None:
    pace = Pace(2, 8)
    pace.tell(0, busy=True)
    clock[0] += 60
    pace.tell(10, busy=False)
    assert pace.wanted == 2
    assert _after(pace, clock, 100) == 3


def test_a_person_and_the_servers_have_the_last_word(clock: list[float]) -> None:
    pace = Pace(2, 4)
    pace.fix(9)
    assert pace.wanted == 4
    assert _after(pace, clock, 100) == 4
    pace.refused()
    pace.refused()
    assert pace.wanted == 2
    pace.fix(4)
    assert pace.wanted == 2
    pace.fix(-3)
    assert pace.wanted == 1
    assert Pace(4, 0).wanted == 1


class Counting:
    """Does `harm` at the first bytes, and knows how many workers there were afterwards."""

    def __init__(self, told: Told) -> None:
        self.names: set[str] = set()
        self.most = 0
        board = told.move._board
        flow = board.flow

        def noting(key: str, part: int, size: int) -> None:
            flow(key, part, size)
            self.names.add(threading.current_thread().name)
            self.most = max(self.most, board.workers)

        board.flow = noting  # type: ignore[method-assign]


def test_a_source_with_few_connections_keeps_some_for_the_app(
    old: Server, target: Database, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    # 8 in all, 1 taken by the app: 5 stay free, and the snapshot and a question take 2.
    old.background.run(old.postgres.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 8"))
    with psycopg.connect(source.url().reveal(), application_name="web.1"):
        told = Told(source, target, tmp_path)
        counting = Counting(told)
        told.whole_way()
    assert counting.most == 1
    assert any("few connections free: 1 worker instead of 4" in event for event in told.events)


@pytest.mark.slow  # eight seconds
def test_a_worker_that_finds_no_connection_leaves_its_work_to_the_others(
    old: Server, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = old.database()
    source.sql(SMALL + MANY)
    told = Told(source, target, tmp_path, workers=6)
    # The snapshot and two more: what the limits said has changed meanwhile.
    paced = told.move._staff._paced

    def then_few() -> Pace:
        monkeypatch.undo()
        pace = paced()
        old.background.run(old.postgres.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 3"))
        return pace

    monkeypatch.setattr(told.move._staff, "_paced", then_few)
    told.move.first_copy()
    assert any("no connection free for one more" in event for event in told.events)
    assert target.one("SELECT count(*) FROM payments") == 12000


def test_workers_come_and_go_while_it_runs(old: Server, target: Database, tmp_path: Path) -> None:
    source = old.database()
    source.sql(
        SMALL
        + "INSERT INTO payments (account, note) SELECT 1, repeat('x', 3000) FROM generate_series(1, 9000)"
    )
    told = Told(source, target, tmp_path, part_bytes=1 << 16, workers=2)
    asked: list[int] = []
    board = told.move._board
    committed = board.committed
    seen: list[int] = []

    def noting(key: str, part: int, rows: int, size: int) -> None:
        committed(key, part, rows, size)
        seen.append(board.workers)
        if board.workers == 2 and not asked:
            asked.append(3)
            told.control.add_workers(3)
        elif board.workers == 5 and len(asked) == 1:
            asked.append(-4)
            told.control.add_workers(-4)

    board.committed = noting  # type: ignore[method-assign]
    told.move.first_copy()
    assert asked == [3, -4], seen
    assert 1 in seen[seen.index(5) :], seen


# -- many tables, many keys ---------------------------------------------------------------------------------


def test_many_small_tables_need_few_statements(
    old: Server, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = old.database()
    source.sql(MANY)
    told = Told(source, target, tmp_path, part_bytes=1 << 20)
    counted: list[str] = []
    execute = psycopg.Connection.execute

    def counting(self: psycopg.Connection, *arguments: object, **named: object) -> object:
        counted.append(threading.current_thread().name)
        return execute(self, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(psycopg.Connection, "execute", counting)
    told.move.first_copy()
    told.move.finish()
    # 60 tables with 120 indexes and 59 foreign keys: one statement each would be several hundred.
    assert len(counted) < 200, len(counted)
    proof = told.move.prove()
    assert proof.equal, proof.lost
    assert target.one("SELECT count(*) FROM pg_constraint WHERE conname = 'up' AND convalidated") == 59


def test_a_table_that_is_refused_is_named_and_the_others_stay(
    old: Server, target: Database, tmp_path: Path
) -> None:
    from wizard.model.trouble import Trouble

    source = old.database()
    source.sql(MANY)
    # A unique index that the data violates: made by hand, as a broken server may have it.
    source.sql(
        "CREATE TABLE twins (id int); INSERT INTO twins VALUES (1), (2);"
        " CREATE FUNCTION often(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i';"
        " CREATE UNIQUE INDEX broken ON twins (often(id));"
        " CREATE OR REPLACE FUNCTION often(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'"
    )
    told = Told(source, target, tmp_path, part_bytes=1 << 20)
    with pytest.raises(Trouble, match=r"index.*(broken|twins)"):
        told.move.first_copy()
    assert target.one("SELECT count(*) FROM twins") == 2
    source.sql(
        "DROP INDEX broken; CREATE OR REPLACE FUNCTION often(i int) RETURNS int LANGUAGE sql IMMUTABLE AS"
        " 'SELECT i'"
    )
    Told(source, target, tmp_path, part_bytes=1 << 20).whole_way()


def test_a_foreign_key_that_does_not_hold_is_named(old: Server, target: Database, tmp_path: Path) -> None:
    from wizard.model.trouble import Trouble

    source = old.database()
    source.sql(MANY)
    source.sql("SET session_replication_role = replica; DELETE FROM t2 WHERE id = 1", role="postgres")
    told = Told(source, target, tmp_path, part_bytes=1 << 20)
    told.move.first_copy()
    with pytest.raises(Trouble, match=r"fk constraint.*up.*cannot be made"):
        told.move.finish()
    unchecked = "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = 'up' AND NOT convalidated"
    assert ("t1",) in target.sql(unchecked)
    source.sql("INSERT INTO t2 VALUES (1)")
    Told(source, target, tmp_path, part_bytes=1 << 20).whole_way()


@pytest.mark.parametrize(
    ("text", "table", "name", "other"),
    [
        (
            "ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT fk FOREIGN KEY (a)"
            " REFERENCES public.users(id);",
            "public.orders",
            "fk",
            "public.users",
        ),
        (
            'ALTER TABLE ONLY "Other s"."a ""b"".c"\n    ADD CONSTRAINT "f k" FOREIGN KEY ("x y", z)'
            ' REFERENCES "Other s"."REFERENCES"(a, b) MATCH FULL ON DELETE SET NULL DEFERRABLE;',
            '"Other s"."a ""b"".c"',
            '"f k"',
            '"Other s"."REFERENCES"',
        ),
    ],
)
def test_a_foreign_key_is_taken_apart(text: str, table: str, name: str, other: str) -> None:
    key = in_two_steps(_build(text))
    assert key is not None
    assert (key.table, key.name, key.other) == (table, name, other)


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE public.parted\n    ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES public.users(id);",
        "ALTER TABLE ONLY public.o\n    ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES public.u(id) NOT VALID;",
        "CREATE INDEX i ON public.o (a);",
    ],
)
def test_others_are_made_in_one_go(text: str) -> None:
    assert in_two_steps(_build(text)) is None


def _build(text: str) -> Build:
    return Build(
        position=1, stage="foreign", name="fk constraint x", table="", create=text, drop="", done=False
    )
