"""What lies in the way of a copy that is no matter of the schema: poolers, limits, other people's work."""

import contextlib
import threading
from pathlib import Path

import psycopg
import pytest

from tests.conformance.postgres.cases import FOLDER, read
from tests.conformance.postgres.servers import DebianServer, pooler
from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server, Told
from tests.wizard.test_database_move import wait_until
from wizard.database.control import Stopped
from wizard.database.inspect import inspect_source, inspect_target
from wizard.database.refusals import few_connections, what_cannot_move
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


@pytest.fixture
def source(new: Server) -> Database:
    made = new.database()
    made.sql(SMALL)
    return made


@pytest.fixture
def target(new: Server) -> Database:
    return new.database()


def test_a_pooler_is_refused_and_none_of_its_connections_is_changed(
    debian: DebianServer,
    target: Database,
    short_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = debian.database()
    source.sql("CREATE TABLE t (id int)")
    with pooler(debian, short_folder) as where:
        url = Secret(f"postgresql://app:{PASSWORD}@{where}/{source.name}")
        direct = source.url()
        monkeypatch.setattr(source, "url", lambda role="app": url)
        facts = inspect_source(url)
        assert facts.pooler
        assert [one.what for one in what_cannot_move(facts, None)] == [
            "The source is behind a connection pooler"
        ]
        with pytest.raises(Trouble) as refused:
            Told(source, target, tmp_path).move.first_copy()
        assert refused.value.code == "pooler"
        # As a target it is refused too, before anything is set or written.
        with pytest.raises(Trouble) as refused:
            inspect_target(url, session="s-1")
        assert refused.value.code == "pooler"
        # The app that gets the same server connection next finds it as it was.
        with psycopg.connect(url.reveal(), autocommit=True) as app:
            for name, value in (("default_transaction_read_only", "off"), ("row_security", "on")):
                assert app.execute(f"SHOW {name}").fetchone() == (value,)
            assert app.execute("SHOW search_path").fetchone() == ('"$user", public',)
            app.execute("INSERT INTO t VALUES (1)")
    assert inspect_target(target.url(), session="s-1").state.state == "empty"
    assert not inspect_source(direct).pooler


def test_settings_of_a_role_that_are_meant_for_requests(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(
        "INSERT INTO payments (account, amount, note) SELECT 1, i, 'x' FROM generate_series(1, 90000) i"
    )
    for database in (source, target):
        for setting in (
            "statement_timeout = '40ms'",
            "lock_timeout = '10ms'",
            "idle_in_transaction_session_timeout = '40ms'",
            "transaction_timeout = '60ms'",
            "default_transaction_isolation = 'serializable'",
            "datestyle = 'German'",
            "client_min_messages = 'debug1'",
            "search_path = 'nowhere'",
        ):
            database.sql(f"ALTER ROLE app IN DATABASE {database.name} SET {setting}", "postgres")
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert target.one("SELECT count(*) FROM public.payments", "postgres") == 102000
    assert any("statement_timeout of the role" in event for event in told.events)


@pytest.mark.parametrize("limit", [3, pytest.param(5, marks=pytest.mark.slow)])
def test_a_source_with_few_connections(
    source: Database, target: Database, tmp_path: Path, limit: int
) -> None:
    source.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT {limit}", "postgres")
    Told(source, target, tmp_path).whole_way()


def test_a_source_with_no_free_connection_is_waited_for(
    source: Database, target: Database, tmp_path: Path
) -> None:
    source.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 4", "postgres")
    app = [psycopg.connect(source.url().reveal()) for _ in range(4)]
    told = Told(source, target, tmp_path)
    outcome: list[BaseException] = []

    def copy() -> None:
        try:
            told.move.first_copy()
        except BaseException as error:
            outcome.append(error)

    copying = threading.Thread(target=copy)
    copying.start()
    try:
        wait_until(lambda: any("no free connection" in report.waiting_for for report in told.reports))
    finally:
        for connection in app:
            connection.close()
        told.control.retry()
        copying.join(60)
    assert outcome == [], outcome
    told.whole_way()


def test_few_free_connections_are_told_before(source: Database) -> None:
    source.sql(f"ALTER DATABASE {source.name} CONNECTION LIMIT 4", "postgres")
    with psycopg.connect(source.url().reveal()):
        facts = inspect_source(source.url())
    assert facts.connection_limit == 4
    (told,) = few_connections(facts)
    assert "connections to the source are free" in told.what


def test_temporary_tables_of_others_are_none_of_our_business(
    source: Database, target: Database, tmp_path: Path
) -> None:
    with psycopg.connect(source.url().reveal(), autocommit=True) as other:
        other.execute("CREATE TEMP TABLE mine (id int PRIMARY KEY)")
        other.execute("CREATE TEMP SEQUENCE its_own")
        other.execute("CREATE TEMP VIEW v AS SELECT * FROM mine")
        Told(source, target, tmp_path).whole_way()


def test_an_invalid_index_is_left_out_and_said(source: Database, target: Database, tmp_path: Path) -> None:
    with psycopg.connect(source.url().reveal(), autocommit=True) as owner, pytest.raises(psycopg.Error):
        owner.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON payments (account)")
    before = what_cannot_move(inspect_source(source.url()), None)
    assert [one.what for one in before] == ["Invalid indexes are left out: public.broken"]
    told = Told(source, target, tmp_path)
    told.whole_way()
    assert any("public.broken" in event for event in told.events)
    assert target.one("SELECT count(*) FROM pg_class WHERE relname = 'broken'") == 0


def test_a_database_without_tables(new: Server, target: Database, tmp_path: Path) -> None:
    empty = new.database()
    Told(empty, target, tmp_path).whole_way()
    empty.sql("CREATE VIEW v AS SELECT 1 AS one; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    target.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    Told(empty, target, tmp_path).whole_way()


def test_a_database_without_the_schema_public(new: Server, target: Database, tmp_path: Path) -> None:
    source = new.database()
    source.sql("DROP SCHEMA public; CREATE SCHEMA app; CREATE TABLE app.t (id int)")
    Told(source, target, tmp_path).whole_way()


def test_parts_of_a_table_with_percent_signs_are_copied_again(
    new: Server, target: Database, tmp_path: Path
) -> None:
    source = new.database()
    name = '"100 % %s %(x)s"'
    source.sql(
        f'CREATE TABLE {name} (id int, "%s" text); INSERT INTO {name}'
        " SELECT i, repeat('x', 200) FROM generate_series(1, 6000) i"
    )
    told = Told(source, target, tmp_path, part_bytes=1 << 17)
    told.move.first_copy()
    before = {row[0] for row in target.sql(f"SELECT xmin::text FROM {name}")}
    source.sql(f"INSERT INTO {name} SELECT i, 'y' FROM generate_series(1, 50) i")
    assert told.move.refresh() == ("public.100 % %s %(x)s",)
    assert before & {row[0] for row in target.sql(f"SELECT xmin::text FROM {name}")}, "all was copied again"
    told.whole_way()


@pytest.mark.parametrize("case", ["partitions_by_enum", "constraints"])
def test_what_takes_a_way_of_its_own_goes_it_again(
    new: Server, target: Database, tmp_path: Path, case: str
) -> None:
    source = new.database()
    made = read(FOLDER / "moved" / f"{case}.sql")
    made.make(source)
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    told.move.finish()
    if case == "constraints":
        source.sql(
            "SET search_path = constraints; INSERT INTO zz_asked SELECT generate_series(11, 20); COMMIT;"
            "INSERT INTO asks SELECT generate_series(11, 20); DELETE FROM asks WHERE id < 3;"
            "INSERT INTO asks_in_pieces SELECT generate_series(11, 20)"
        )
    else:
        source.sql(
            "SET search_path = partitions_by_enum; INSERT INTO by_mood SELECT i, 'good', 'late'"
            " FROM generate_series(1001, 1100) i; DELETE FROM deep WHERE id % 3 = 0"
        )
    told.whole_way()
    assert not made.differences(source, target)


def test_a_bloated_table_and_one_that_grows_after_the_plan(
    new: Server, target: Database, tmp_path: Path
) -> None:
    source = new.database()
    source.sql(
        "CREATE TABLE bloated (id int, t text) WITH (autovacuum_enabled = false);"
        "INSERT INTO bloated SELECT i, repeat('x', 300) FROM generate_series(1, 20000) i;"
        "DELETE FROM bloated WHERE id % 500 <> 0;"
        "CREATE TABLE growing (id int, t text);"
        "INSERT INTO growing SELECT i, repeat('y', 300) FROM generate_series(1, 3000) i"
    )
    told = Told(source, target, tmp_path, part_bytes=1 << 17)

    def stop_early() -> None:
        wait_until(lambda: bool(told.reports) and any(t.part > 1 for t in told.reports[-1].tables))
        told.control.stop()

    stopping = threading.Thread(target=stop_early)
    stopping.start()
    with contextlib.suppress(Stopped):
        told.move.first_copy()
    stopping.join()
    source.sql("INSERT INTO growing SELECT i, repeat('z', 300) FROM generate_series(3001, 9000) i")
    again = Told(source, target, tmp_path, part_bytes=1 << 17)
    assert all(table.equal for table in again.move.first_copy())
    again.whole_way()
    assert target.one("SELECT count(*) FROM growing") == 9000
    assert target.one("SELECT count(*) FROM bloated") == 40


def test_rows_that_break_a_key_on_the_source_already_are_named(
    source: Database, target: Database, tmp_path: Path
) -> None:
    # As a load with session_replication_role = replica leaves them behind.
    source.sql("SET session_replication_role = replica; DELETE FROM accounts WHERE id = 7", "postgres")
    told = Told(source, target, tmp_path)
    told.move.first_copy()
    told.move.refresh()
    with pytest.raises(Trouble) as refused:
        told.move.finish()
    assert "payments_account_fkey" in refused.value.cause
