"""The head of a dump that comes as a stream, and what pg_restore's errors mean."""

import io
import signal

import pytest

from tests.db_commands.restore_world import HEROKUS, dump
from tests.wizard.database_servers import ZOO, Database, Server
from wizard.database.archive import EndsTooEarly, Head, UnknownArchive, read_head
from wizard.database.restore_errors import Listener, judgement


@pytest.fixture(scope="module")
def zoo(old: Server) -> tuple[Database, bytes]:
    source = old.database()
    old.background.run(old.postgres.sql(HEROKUS, database=source.name))
    source.sql(ZOO.replace("COMMIT;\n", ""))
    return source, dump(source)


# -- the head of a stream -----------------------------------------------------------------------------------


def test_the_head_is_read_from_a_stream_that_trickles(zoo: tuple[Database, bytes]) -> None:
    stream = io.BytesIO(zoo[1])
    head, taken = read_head(lambda size: stream.read(min(size, 7)))
    assert (head.database, head.program, head.compression) == (zoo[0].name, "18.4", "gzip")
    assert head.encoding == "UTF8" and head.made.startswith("20") and head.server.startswith("16.")
    assert taken + stream.read() == zoo[1]


@pytest.mark.slow
def test_a_long_table_of_contents_is_read_whole(old: Server) -> None:
    source = old.database()
    source.sql(
        "DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format('CREATE TABLE t%s (id int)', i); END LOOP; END $$"
    )
    data = dump(source)
    head, taken = read_head(io.BytesIO(data).read)
    assert len(taken) > 64 * 1024 and sum(entry.kind == "TABLE" for entry in head.entries) == 600
    assert data.startswith(taken)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", EndsTooEarly),
        (b"PGDMP\x01\x10\x00\x04\x08\x01\x01", EndsTooEarly),
        (b"-- PostgreSQL database dump\n" * 9000, UnknownArchive),
        (b"PGDMP\x01\x63" + b"\0" * 100, UnknownArchive),
    ],
)
def test_what_is_no_archive_is_not_read_to_its_end(data: bytes, kind: type[Exception]) -> None:
    stream = io.BytesIO(data)
    with pytest.raises(UnknownArchive) as refused:
        read_head(stream.read)
    assert type(refused.value) is kind
    assert stream.tell() <= 64 * 1024


# -- what pg_restore says -----------------------------------------------------------------------------------


@pytest.fixture
def head(zoo: tuple[Database, bytes]) -> Head:
    return read_head(io.BytesIO(zoo[1]).read)[0]


def heard(head: Head, lines: str) -> Listener:
    listener = Listener(head.entries)
    for line in lines.splitlines():
        listener.line(line)
    listener.end()
    return listener


def entry_id(head: Head, kind: str, name: str) -> int:
    return next(entry.id for entry in head.entries if (entry.kind, entry.name) == (kind, name))


def test_rows_that_were_refused_are_a_loss_without_the_rows(head: Head) -> None:
    number = entry_id(head, "TABLE DATA", "orders")
    listener = heard(
        head,
        f"""pg_restore: processing data for table "public.orders"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry {number}; 0 16385 TABLE DATA orders app
pg_restore: error: COPY failed for table "orders": ERROR:  invalid byte sequence for encoding "UTF8": 0xff
CONTEXT:  COPY orders, line 3, column mail: "robin@acme.example"
pg_restore: warning: errors ignored on restore: 1""",
    )
    (lost,) = listener.complaints
    assert (lost.judgement, lost.what) == ("lost", "rows of table public.orders")
    assert lost.said == 'invalid byte sequence for encoding "UTF8": 0xff'
    assert listener.whole(1) and not listener.whole(0) and not listener.whole(-signal.SIGKILL)


def test_a_setting_that_the_target_does_not_know_is_no_loss(head: Head) -> None:
    listener = heard(
        head,
        """pg_restore: while INITIALIZING:
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
pg_restore: warning: errors ignored on restore: 1""",
    )
    assert [one.judgement for one in listener.complaints] == ["harmless"]
    assert listener.whole(1)


def test_a_count_that_does_not_agree_is_no_success(head: Head) -> None:
    said = """pg_restore: error: could not execute query: ERROR:  relation "x" does not exist
Command was: CREATE INDEX ON x (y);"""
    assert not heard(head, said).whole(1)
    assert not heard(head, said + "\npg_restore: warning: errors ignored on restore: 2").whole(1)
    assert heard(head, said + "\npg_restore: warning: errors ignored on restore: 1").whole(1)
    assert not heard(head, "pg_restore: error: could not open input file").whole(1)


@pytest.mark.parametrize(
    "said",
    [
        "could not execute query: server closed the connection unexpectedly",
        "error returned by PQputCopyData: server closed the connection unexpectedly",
        "could not execute query: FATAL:  terminating connection due to administrator command",
        "could not read from input file: end of file",
        "could not execute query: no connection to the server",
    ],
)
def test_what_can_only_be_a_break_is_one(head: Head, said: str) -> None:
    listener = heard(head, f"pg_restore: error: {said}\npg_restore: warning: errors ignored on restore: 1")
    assert listener.complaints[0].judgement == "broken" and not listener.whole(1)


def test_an_unknown_error_is_a_loss(head: Head) -> None:
    table = next(entry for entry in head.entries if entry.kind == "TABLE")
    assert judgement("something new", "CREATE TABLE x", table, False)[0] == "lost"
    assert judgement("something new", "", None, False)[0] == "lost"
    trigger = next(entry for entry in head.entries if entry.kind == "EVENT TRIGGER")
    assert judgement("permission denied", "CREATE EVENT TRIGGER x", trigger, False)[0] == "harmless"
