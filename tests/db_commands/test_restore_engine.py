"""Restoring a dump into an empty database: what is chosen, what errors mean, what a break leaves behind."""

import io
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.db_commands.restore_world import HEROKUS, PG_RESTORE, Restoring, dump
from tests.wizard.database_servers import PASSWORD, SMALL, ZOO, Database, Server, Told
from wizard.database.archive import read_head
from wizard.database.control import Stopped
from wizard.database.pgdump import Program
from wizard.database.progress import Proof
from wizard.database.restore_list import choose
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def zoo(old: Server) -> tuple[Database, bytes]:
    source = old.database()
    old.background.run(old.postgres.sql(HEROKUS, database=source.name))
    source.sql(ZOO.replace("COMMIT;\n", ""))
    source.sql("SELECT lo_from_bytea(0, 'abc'), lo_from_bytea(0, 'def')")
    return source, dump(source)


@pytest.fixture(scope="module")
def small(old: Server) -> tuple[Database, bytes]:
    source = old.database()
    source.sql(SMALL)
    return source, dump(source)


def proof(source: Database, target: Database, work: Path) -> Proof:
    return Told(source, target, work, session="later").move.prove()


@pytest.mark.parametrize("major", [16, 18])
def test_the_zoo_arrives_whole_but_for_what_is_left_out_by_name(
    zoo: tuple[Database, bytes], old: Server, new: Server, major: int, tmp_path: Path
) -> None:
    source, data = zoo
    target = (old if major == 16 else new).database()
    told = Restoring(target, tmp_path)
    outcome = told.run(data)
    assert outcome.whole, outcome.lost
    assert [words.partition(":")[0] for words in outcome.left_out] == [
        "extension vector",
        "publication changes",
        "event trigger log_create_ext",
    ]
    assert target.one("SELECT to_regclass('_offramp.move') IS NULL AND to_regnamespace('_heroku') IS NULL")
    assert target.one("SELECT count(*) FROM pg_largeobject_metadata") == 2
    assert target.one("SELECT count(*) FROM pg_stats WHERE tablename = 'orders'") > 0
    compared = proof(source, target, tmp_path)
    assert all(table.equal for table in compared.tables) and len(compared.tables) == outcome.tables
    assert [one for one in compared.lost if "heroku_ext" not in one.words] == []
    assert told.reports[-1].phase == "done" and told.reports[-1].bytes == len(data)


@pytest.mark.slow
def test_an_error_that_costs_an_object_names_it_and_the_mark_stays(
    old: Server, new: Server, tmp_path: Path
) -> None:
    source = old.database()
    source.sql(SMALL)
    source.sql("CREATE FUNCTION deep() RETURNS int LANGUAGE internal AS 'pg_backend_pid'", role="postgres")
    data = dump(source)
    target = new.database()
    told = Restoring(target, tmp_path)
    outcome = told.run(data)
    assert not outcome.whole
    (lost,) = outcome.lost
    assert lost.what == "function public.deep()" and "permission denied" in lost.said
    assert all(table.equal for table in proof(source, target, tmp_path).tables)
    with pytest.raises(Trouble) as again:
        Restoring(target, tmp_path).run(data)
    assert again.value.code == "restore-unfinished"
    assert "ended with losses" in again.value.cause and "DROP SCHEMA _offramp" in again.value.remedy


def test_a_target_that_holds_something_is_left_alone(
    small: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    target = new.database()
    target.sql("CREATE TABLE mine (id int)")
    for told in (Restoring(target, tmp_path), Restoring(target, tmp_path)):
        with pytest.raises(Trouble) as refused:
            told.run(small[1])
        assert refused.value.code == "target-not-empty" and "mine" in refused.value.cause
        with pytest.raises(Trouble):
            told.restore.start_over()
    assert target.one("SELECT to_regclass('mine') IS NOT NULL AND to_regnamespace('_offramp') IS NULL")


def _killing(target: Database, stream: io.BytesIO, after: int) -> Callable[[int], bytes]:
    """Read on, and end pg_restore's connection on the server when `after` bytes are handed over."""

    def read(size: int) -> bytes:
        if stream.tell() >= after:
            target.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'offramp/db-restore-%/restore'",
                role="postgres",
            )
        return stream.read(size)

    return read


def test_a_broken_restore_is_not_run_on_top_of_itself(
    zoo: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    source, data = zoo
    target = new.database()
    told = Restoring(target, tmp_path)
    stream = io.BytesIO(data)
    head, begun = read_head(stream.read)
    chosen = told.restore.prepare(head)
    with pytest.raises(Trouble) as broken:
        told.restore.run(head, begun, lambda: _killing(target, stream, 1)(20_000), chosen, None)
    assert broken.value.code == "restore-broken" and "--start-over" in broken.value.remedy
    again = Restoring(target, tmp_path)
    with pytest.raises(Trouble) as unfinished:
        again.run(data)
    assert unfinished.value.code == "restore-unfinished"
    assert "did not come to its end" in unfinished.value.cause and source.name in unfinished.value.cause
    again.restore.start_over()
    assert target.one("SELECT count(*) FROM pg_largeobject_metadata") == 0
    assert again.run(data).whole
    assert all(table.equal for table in proof(source, target, tmp_path).tables)


def test_a_restore_that_is_under_way_elsewhere_is_known_for_it(
    small: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    target = new.database()
    stream = io.BytesIO(small[1])
    seen: list[Trouble] = []
    told = Restoring(target, tmp_path)
    head, begun = read_head(stream.read)
    chosen = told.restore.prepare(head)

    def meanwhile() -> bytes:
        at_work = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE '%/restore'"
        )
        if not seen and target.one(at_work):
            # Another machine knows nothing of this one's lock.
            with pytest.raises(Trouble) as refused:
                Restoring(target, tmp_path).restore.want_empty()
            seen.append(refused.value)
        return stream.read(20_000)

    assert told.restore.run(head, begun, meanwhile, chosen, None).whole
    assert seen[0].code == "restore-under-way" and "Wait for its end" in seen[0].remedy


@pytest.mark.slow
def test_a_stream_that_breaks_ends_the_restore_and_says_why(
    small: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    target = new.database()
    told = Restoring(target, tmp_path)

    def breaks(size: int) -> bytes:
        raise Trouble("The store is gone.", remedy="Wait.", code="backup-store")

    with pytest.raises(Trouble, match="The store is gone"):
        told.run(small[1], breaks)
    with pytest.raises(Trouble) as unfinished:
        told.restore.want_empty()
    assert unfinished.value.code == "restore-unfinished"


@pytest.mark.parametrize("part", [0.3, 0.9])
@pytest.mark.slow
def test_half_a_dump_is_no_success(
    small: tuple[Database, bytes], new: Server, tmp_path: Path, part: float
) -> None:
    target = new.database()
    with pytest.raises(Trouble) as broken:
        Restoring(target, tmp_path).run(small[1][: int(len(small[1]) * part)])
    assert broken.value.code in ("restore-broken", "dump-unreadable")


def test_a_stop_ends_pg_restore(small: tuple[Database, bytes], new: Server, tmp_path: Path) -> None:
    target = new.database()
    told = Restoring(target, tmp_path)

    def stops(size: int) -> bytes:
        told.control.stop()
        return b""

    with pytest.raises(Stopped):
        told.run(small[1], stops)
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'offramp/db-restore-%/restore'"
    for _ in range(100):
        if target.one(query, role="postgres") == 0:
            break
        threading.Event().wait(0.05)
    assert target.one(query, role="postgres") == 0


def test_the_embedded_pg_restore_gets_through_tls(
    small: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    target = new.database()
    port = new.open_front()
    url = Secret(f"postgresql://app:{PASSWORD}@127.0.0.1:{port}/{target.name}?sslmode=require")
    told = Restoring(target, tmp_path, url=lambda: url, programs=[PG_RESTORE])
    assert told.run(small[1]).whole
    assert target.one("SELECT count(*) FROM payments") == 12000


def test_an_extension_that_a_table_needs_is_named_before_anything_is_written(
    old: Server, new: Server, tmp_path: Path
) -> None:
    source = old.database()
    old.background.run(old.postgres.sql(HEROKUS, database=source.name))
    old.background.run(old.postgres.sql("GRANT USAGE ON SCHEMA heroku_ext TO app", database=source.name))
    source.sql("CREATE TABLE places (id int, place heroku_ext.vector(4))")
    target = new.database()
    with pytest.raises(Trouble) as refused:
        Restoring(target, tmp_path).run(dump(source))
    assert refused.value.code == "extension-needed"
    assert "vector" in refused.value.cause and "table public.places" in refused.value.cause
    assert target.one("SELECT to_regnamespace('_offramp') IS NULL")


def test_the_schema_of_herokus_extensions_is_made_when_the_dump_does_not(zoo: tuple[Database, bytes]) -> None:
    head, _ = read_head(io.BytesIO(zoo[1]).read)
    assert choose(head, ["vector"], ["public"]).create == ()
    without = msgspec.structs.replace(
        head, entries=tuple(entry for entry in head.entries if entry.name != "heroku_ext")
    )
    chosen = choose(without, ["vector"], ["public"])
    assert chosen.create == ("heroku_ext",)
    assert choose(without, ["vector"], ["public", "heroku_ext"]).create == ()
    assert choose(without, [], ["public"]).create == ()
    assert chosen.listing().replace("\n", "").isdigit()


@pytest.mark.slow
def test_another_encoding_is_refused(zoo: tuple[Database, bytes], old: Server, tmp_path: Path) -> None:
    name = "latin"
    old.background.run(
        old.postgres.sql(
            f"CREATE DATABASE {name} OWNER app ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
        )
    )
    with pytest.raises(Trouble) as refused:
        Restoring(Database(old, name), tmp_path).run(zoo[1])
    assert refused.value.code == "encoding-differs"


def test_a_dump_that_no_program_here_reads_is_named(
    small: tuple[Database, bytes], new: Server, tmp_path: Path
) -> None:
    with pytest.raises(Trouble) as refused:
        Restoring(new.database(), tmp_path, programs=[Program(path="/x", major=15)]).run(small[1])
    assert refused.value.code == "pg-restore-too-old"
    assert "postgresql-client-17" in refused.value.remedy


def test_a_machine_without_pg_restore_is_told_before_anything_is_asked_for(
    new: Server, tmp_path: Path
) -> None:
    with pytest.raises(Trouble) as refused:
        Restoring(new.database(), tmp_path, programs=[]).restore.want_program()
    assert refused.value.code == "pg-restore-too-old" and "none" in refused.value.cause
