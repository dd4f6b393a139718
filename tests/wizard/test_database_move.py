"""A database moved from end to end between real servers."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import HEROKUS, SMALL, ZOO, Database, Server, Told, server
from wizard.database import crew
from wizard.database.control import Stopped
from wizard.database.inspect import inspect_source, inspect_target
from wizard.model.trouble import Trouble


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    return old.database()


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


@pytest.fixture
def small(source: Database) -> Database:
    source.sql(SMALL)
    return source


@pytest.mark.parametrize("major", [16, 18])
def test_a_zoo_of_objects_arrives(
    old: Server, new: Server, source: Database, tmp_path: Path, major: int
) -> None:
    source.sql(ZOO)
    source.sql(HEROKUS, role="postgres")
    target = (old if major == 16 else new).database()
    told = Told(source, target, tmp_path)
    first = told.move.first_copy()
    assert all(table.equal for table in first)
    assert {table.name for table in first} >= {"public.users", 'public.Odd "name" %s', "public.no_columns"}
    assert target.one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 1  # the marker's own
    told.whole_way()
    assert target.one("SELECT count(*) FROM no_columns") == 7
    assert target.one("SELECT count(*) FROM only_generated") == 3
    assert target.one("SELECT s FROM all_moods") == 4000
    assert target.one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 3
    assert target.one("SELECT count(*) FROM users WHERE full_name LIKE '%!'") == 0, (
        "a trigger fired in the copy"
    )
    assert target.one("SELECT count(*) FROM pg_event_trigger") == 0
    assert target.one("SELECT count(*) FROM pg_namespace WHERE nspname IN ('_heroku', '_offramp')") == 0
    # The sequences go on where the source's would.
    for query in (
        "SELECT nextval('downwards')",
        "SELECT nextval('unused')",
        "SELECT nextval('orders_id_seq')",
    ):
        assert target.one(query) == source.one(query)
    assert any("log_create_ext" in event for event in told.events)
    again = told.move.prove()
    assert again.equal
    assert again.left_out == ("extension vector: not on the target",)


def test_an_app_writes_during_the_first_copy(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    end = threading.Event()
    written = []

    def write() -> None:
        with psycopg.connect(small.url().reveal(), autocommit=True) as connection:
            while not end.is_set():
                number = len(written)
                connection.execute(
                    "INSERT INTO payments (account, amount, note) VALUES (%s, %s, 'new')",
                    (1 + number % 300, number),
                )
                connection.execute(
                    "UPDATE accounts SET balance = balance + 1 WHERE id = %s", (1 + number % 300,)
                )
                connection.execute("DELETE FROM payments WHERE id = %s", (number * 3,))
                written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(table.equal for table in told.move.first_copy())
    finally:
        end.set()
        writer.join()
    small.sql("INSERT INTO payments (account, amount) VALUES (1, 99)")
    first = told.move.first_proof()
    assert first is not None
    assert first.equal
    assert set(told.move.refresh()) == {"public.accounts", "public.payments"}
    assert told.move.refresh() == (), "a second look must find nothing more"
    told.move.finish()
    proof = told.move.prove()
    assert proof.equal
    assert target.one("SELECT count(*) FROM payments") == small.one("SELECT count(*) FROM payments")


def test_only_changed_parts_are_copied_again(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    before = dict(target.sql("SELECT id, xmin::text FROM payments"))
    small.sql(
        "INSERT INTO payments (account, amount, note)"
        " SELECT 1, i, repeat('x', 128) FROM generate_series(1, 9000) i"
    )
    assert told.move.refresh() == ("public.payments",)
    after = dict(target.sql("SELECT id, xmin::text FROM payments"))
    assert len(after) == 21000
    kept = sum(after[number] == transaction for number, transaction in before.items())
    assert kept > len(before) / 2, told.events
    told.whole_way()


def test_a_target_that_was_written_to_is_repaired(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    target.sql("DELETE FROM payments WHERE id < 50; UPDATE accounts SET owner = 'x' WHERE id = 7")
    assert set(told.move.refresh()) == {"public.accounts", "public.payments"}
    told.whole_way()


def test_every_pass_may_be_repeated_after_the_end(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    told.move.finish()
    told.move.finish()
    small.sql("UPDATE accounts SET balance = 0 WHERE id = 1; INSERT INTO payments (account) VALUES (2)")
    # Back to Heroku, and over again: the foreign keys are in the way now and must come and go.
    told.whole_way()
    assert target.one("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 1


def test_a_foreign_target_is_refused_by_name(small: Database, target: Database, tmp_path: Path) -> None:
    target.sql("CREATE TABLE somebody_elses (id int)")
    target.sql("CREATE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(Trouble) as refused:
        Told(small, target, tmp_path).move.first_copy()
    assert refused.value.code == "target-not-empty"
    assert "somebody_elses" in refused.value.cause
    assert "theirs" in refused.value.cause
    assert target.one("SELECT count(*) FROM pg_namespace WHERE nspname = '_offramp'") == 0


def test_another_sessions_copy_is_refused(small: Database, target: Database, tmp_path: Path) -> None:
    Told(small, target, tmp_path, session="theirs").move.first_copy()
    mine = Told(small, target, tmp_path, session="mine")
    assert mine.move.state().state == "foreign"
    for call in (mine.move.first_copy, mine.move.refresh, mine.move.finish, mine.move.remove_marker):
        with pytest.raises(Trouble, match="theirs") as refused:
            call()
        assert refused.value.code == "target-not-empty"
    assert target.one("SELECT count(*) FROM payments") == 12000


def test_a_later_pass_without_a_copy_says_so(small: Database, target: Database, tmp_path: Path) -> None:
    with pytest.raises(Trouble) as refused:
        Told(small, target, tmp_path).move.refresh()
    assert refused.value.code == "no-copy"


def test_a_schema_that_changed_is_named(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    small.sql("ALTER TABLE accounts ADD COLUMN late int; CREATE TABLE later (id int)")
    with pytest.raises(Trouble) as refused:
        told.move.refresh()
    assert refused.value.code == "schema-changed"
    assert "public.accounts" in refused.value.cause
    assert "public.later" in refused.value.cause
    told.move.start_over()
    assert told.move.state().state == "empty"
    told.whole_way()


@pytest.mark.parametrize(
    ("side", "change", "named"),
    [
        ("source", "ALTER TABLE accounts ADD COLUMN late int", "column public.accounts.late"),
        ("source", "ALTER TABLE accounts ALTER balance SET DEFAULT 1", "column public.accounts.balance"),
        ("source", "CREATE VIEW v AS SELECT 1 AS one", "column public.v.one"),
        ("source", "CREATE INDEX late ON payments (note)", "an object of the source"),
        ("target", "ALTER TABLE accounts ADD COLUMN extra int", "column public.accounts.extra"),
        ("target", "CREATE TABLE migrated (id int)", "table public.migrated"),
        ("target", "ALTER TABLE payments DROP COLUMN note", "column public.payments.note"),
    ],
)
def test_a_copy_that_no_longer_fits_is_made_anew_before_the_cut_over(
    small: Database, target: Database, tmp_path: Path, side: str, change: str, named: str
) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    assert told.move.first_proof() is not None and told.move.misfits() == []
    (small if side == "source" else target).sql(change)
    assert named in told.move.misfits()
    assert told.move.first_proof() is None, "the step would count as done"
    with pytest.raises(Trouble) as refused:
        told.move.first_copy(may_start_over=False)
    assert refused.value.code == "schema-changed" and named in refused.value.cause
    assert told.move.misfits()
    told.whole_way()
    assert any("copied anew" in words for words in told.events)


def test_a_copy_fits_after_a_whole_ending_too(small: Database, target: Database, tmp_path: Path) -> None:
    small.sql(ZOO)
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    assert told.move.misfits() == []
    told.move.refresh()
    told.move.finish()
    assert told.move.misfits() == []
    told.move.refresh()
    assert told.move.misfits() == []


def test_a_finished_table_is_not_kept_locked_on_the_source(
    small: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LOCKS", 0.0)
    small.sql("CREATE TABLE wide AS SELECT i, repeat('x', 900) AS t FROM generate_series(1, 40000) i")
    told = Told(small, target, tmp_path, part_bytes=1 << 18)
    copy = threading.Thread(target=told.move.first_copy)
    locked = (
        "SELECT relation::regclass::text FROM pg_locks WHERE mode = 'AccessShareLock' AND relation > 16000"
    )
    held = 0
    copy.start()
    while copy.is_alive():
        told.control.pause()
        time.sleep(0.05)
        proven = {table.name for table in told.reports[-1].tables if table.state == "proven"}
        held = max(held, len(proven & {f"public.{name}" for (name,) in small.sql(locked)}))
        told.control.resume()
        time.sleep(0.05)
    assert held == 0, "an ALTER of a table that is copied would wait, and all of its queries behind it"
    assert told.move.first_proof() is not None


def test_a_stop_reaches_a_wait_for_somebodys_lock(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    told.move.finish()
    with psycopg.connect(target.url().reveal()) as other:
        other.execute("SELECT 1 FROM payments")  # idle in transaction, with its lock
        outcome: list[BaseException] = []

        def refresh() -> None:
            try:
                told.move.refresh()
            except Stopped as stopped:
                outcome.append(stopped)

        waiting = threading.Thread(target=refresh)
        waiting.start()
        wait_until(
            lambda: target.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0
        )
        told.control.stop()
        waiting.join(20)
        assert not waiting.is_alive() and len(outcome) == 1


def test_extensions_come_along_where_the_role_may_install_them(
    small: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.sql(
        "CREATE SCHEMA heroku_ext; CREATE EXTENSION vector WITH SCHEMA heroku_ext;"
        "GRANT USAGE ON SCHEMA heroku_ext TO app; COMMENT ON EXTENSION vector IS 'ours';"
        "CREATE TABLE places (id int, v heroku_ext.vector(3)); GRANT SELECT ON places TO app;"
        "INSERT INTO places VALUES (1, '[1,2,3]'), (2, NULL)",
        role="postgres",
    )
    # As at Aptible, whose role is a superuser.
    superuser = target.url("postgres")
    monkeypatch.setattr(target, "url", lambda role="postgres": superuser)
    Told(small, target, tmp_path).whole_way()
    assert target.sql("SELECT id, v::text FROM places ORDER BY id") == [(1, "[1,2,3]"), (2, None)]
    assert target.one(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
    ) == ("heroku_ext")


def test_what_a_dump_does_not_carry_is_named(small: Database, target: Database, tmp_path: Path) -> None:
    role = f"reporting_{small.name}"
    small.sql(f"CREATE ROLE {role}", role="postgres")
    small.sql(
        f"GRANT SELECT ON accounts, payments TO {role}; GRANT UPDATE (owner) ON accounts TO {role};"
        "CREATE FUNCTION hidden(i int) RETURNS int LANGUAGE sql RETURN i;"
        "REVOKE EXECUTE ON FUNCTION hidden(int) FROM PUBLIC;"
    )
    small.sql(f"ALTER DATABASE {small.name} SET app.key = 'canary-value'", role="postgres")
    told = Told(small, target, tmp_path)
    told.whole_way()
    left_out = told.events
    assert (
        f"Left out: grants to the role {role} (1 on a column, 2 on tables): roles are not taken along; it"
        " gets them if the target has one of this name." in left_out
    )
    assert (
        f"Not carried: grants to the role {role} (1 on a column, 2 on tables): the target has no role of this"
        " name." in left_out
    )
    assert target.one("SELECT has_function_privilege('pg_monitor', 'hidden(int)', 'EXECUTE')") is False
    assert any("setting app.key of the database" in words for words in left_out)
    assert not any("canary-value" in words for words in left_out)


def test_a_refused_object_is_named_and_nothing_stays(
    small: Database, target: Database, tmp_path: Path
) -> None:
    small.sql("CREATE EXTENSION vector; CREATE TABLE embedded (v vector(3))", role="postgres")
    small.sql("GRANT SELECT ON embedded TO app", role="postgres")
    # The target's role may not install an extension: what needs its type is refused.
    with pytest.raises(Trouble) as refused:
        Told(small, target, tmp_path).move.first_copy()
    assert "extension vector" in refused.value.cause
    assert target.one("SELECT count(*) FROM pg_class WHERE relname = 'accounts'") == 0


def test_the_source_is_only_read(small: Database, target: Database, tmp_path: Path) -> None:
    # What the server does by itself counts too.
    small.sql("ALTER SYSTEM SET autovacuum = off", role="postgres")
    small.sql("SELECT pg_reload_conf()", role="postgres")
    wait_until(lambda: small.one("SHOW autovacuum") == "off")
    before = small.one("SELECT pg_current_snapshot()::text")
    Told(small, target, tmp_path).whole_way()
    assert small.one("SELECT pg_current_snapshot()::text") == before, "a transaction of the source wrote"


def test_pause_holds_and_stop_ends(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path, part_bytes=8192)
    told.control.pause()
    failure: list[BaseException] = []

    def run() -> None:
        try:
            told.move.first_copy()
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not any(report.waiting_for == "paused" for report in told.reports):
        thread.join(0.05)
        assert thread.is_alive(), failure
    told.control.stop()
    thread.join(20)
    assert [type(error) for error in failure] == [Stopped]
    Told(small, target, tmp_path).whole_way()


def test_progress_is_true(small: Database, target: Database, tmp_path: Path) -> None:
    told = Told(small, target, tmp_path)
    told.move.first_copy()
    last = told.reports[-1]
    payments = next(table for table in last.tables if table.name == "public.payments")
    assert (payments.state, payments.rows, payments.part) == ("proven", 12000, payments.parts)
    assert payments.parts > 3
    assert (payments.indexes_done, payments.indexes) == (2, 2)
    assert payments.bytes == len(_copy_text(small, "payments"))
    assert last.rows == 12300
    assert last.tables_proven == len(last.tables)


def _copy_text(database: Database, table: str) -> bytes:
    with (
        psycopg.connect(database.url().reveal()) as connection,
        connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy,
    ):
        return b"".join(bytes(piece) for piece in copy)


def test_facts_for_the_plan(source: Database, target: Database) -> None:
    source.sql(ZOO)
    source.sql(HEROKUS, role="postgres")
    source.sql("CREATE TABLE hidden (id int); SELECT lo_create(4711)", role="postgres")
    facts = inspect_source(source.url())
    assert (facts.version, facts.encoding, facts.pooler, facts.large_objects) == (16, "UTF8", False, 1)
    assert facts.unreadable == ("public.hidden", "large object 4711")
    assert [extension.name for extension in facts.extensions] == ["vector"]
    assert facts.connections_used < facts.connection_limit
    assert facts.largest[0][0] == "public.orders"
    there = inspect_target(target.url(), session="s-1")
    assert (there.version, there.state.state, there.missing_rights) == (18, "empty", ())
    assert "vector" in there.available
    target.sql("CREATE VIEW seen AS SELECT 1 AS one")
    there = inspect_target(target.url(), session="s-1")
    assert there.state.state == "foreign"
    assert there.state.objects == ("view public.seen",)


def test_other_clients_of_the_source_are_named(small: Database, target: Database, tmp_path: Path) -> None:
    move = Told(small, target, tmp_path).move
    assert move.other_writers() == []
    with psycopg.connect(small.url().reveal(), application_name="web.1\x1b]0;evil"):
        names = move.other_writers()
    assert len(names) == 1
    assert names[0].startswith("web.1")
    assert "\x1b" not in names[0]
