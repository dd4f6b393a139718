"""COPY carried from wire to wire, in whatever pieces it arrives, and whatever is said in between."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.wizard.database_servers import Database, Server, server
from wizard.database import splice as splice_module
from wizard.database.connect import connect_line
from wizard.database.control import Control
from wizard.database.far import Far
from wizard.database.line import Line
from wizard.database.splice import splice

ODD = r"""
CREATE TABLE a (i int, t text);
INSERT INTO a SELECT i, E'c\n\\.\td\\c \x01\x04' || repeat('é', i % 40) FROM generate_series(1, 3000) i;
INSERT INTO a VALUES (-1, NULL), (-2, ''), (-3, E'\nE'), (-4, E'\\N'), (-5, repeat('cE', 300000));
CREATE TABLE b (i int PRIMARY KEY);
INSERT INTO b SELECT generate_series(1, 500);
CREATE TABLE none (i int);
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def pair(old: Server) -> tuple[Database, Database]:
    source, target = old.database(), old.database()
    source.sql(ODD)
    target.sql(
        "CREATE TABLE a (i int, t text); CREATE TABLE b (i int PRIMARY KEY); CREATE TABLE none (i int)"
    )
    return source, target


@pytest.fixture
def lines(pair: tuple[Database, Database]) -> Iterator[tuple[Line, Line]]:
    source, target = (connect_line(one.url(), "test") for one in pair)
    yield source, target
    source.close()
    target.close()


def _copies(*tables: str) -> list[tuple[bytes, bytes]]:
    return [
        (f"COPY public.{name} TO STDOUT".encode(), f"COPY public.{name} FROM STDIN".encode())
        for name in tables
    ]


def _splice(lines: tuple[Line, Line], copies: list[tuple[bytes, bytes]]) -> list[tuple[int, int]]:
    return splice(*lines, copies, control=Control(), moved=lambda at, size: None)


def _same(pair: tuple[Database, Database], table: str) -> bool:
    query = f"SELECT count(*), sum(hashtextextended({table}::text, 0)) FROM {table}"
    return pair[0].sql(query) == pair[1].sql(query)


@pytest.mark.parametrize("most", [1, 2, 7, 4096])
def test_rows_arrive_in_whatever_pieces_they_are_read(
    pair: tuple[Database, Database],
    lines: tuple[Line, Line],
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    if most < 8:
        pair[0].sql("DELETE FROM a WHERE i > 150 OR i = -5")
    read, chance = Far.read_into, random.Random(most)
    monkeypatch.setattr(Far, "read_into", lambda self, buffer: read(self, buffer[: chance.randint(1, most)]))
    results = _splice(lines, _copies("none", "a", "none", "b"))
    assert [rows for rows, _ in results] == [0, pair[0].one("SELECT count(*) FROM a"), 0, 500]
    assert _same(pair, "a")
    assert _same(pair, "b")


def test_bytes_are_those_of_the_text(pair: tuple[Database, Database], lines: tuple[Line, Line]) -> None:
    moved: list[tuple[int, int]] = []
    results = splice(
        *lines, _copies("b", "a"), control=Control(), moved=lambda at, size: moved.append((at, size))
    )
    with psycopg.connect(pair[0].url().reveal()) as plain, plain.cursor().copy("COPY a TO STDOUT") as rows:
        size = sum(len(row) for row in rows)
    assert results[1] == (3005, size)
    assert {at for at, _ in moved} == {0, 1}
    assert max(size for _, size in moved) <= splice_module.BLOCK + 8


def test_the_connections_go_on_afterwards(lines: tuple[Line, Line]) -> None:
    source, target = lines
    source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    target.execute("BEGIN")
    _splice(lines, _copies("b"))
    assert target.execute("SELECT count(*) FROM public.b").fetchone() == (500,)
    _splice(lines, _copies("a"))
    assert source.execute("SELECT count(*) FROM public.a").fetchone() == (3005,)
    target.execute("ROLLBACK")
    assert target.execute("SELECT count(*) FROM public.b").fetchone() == (0,)


def test_what_else_a_server_says_is_no_row(pair: tuple[Database, Database], lines: tuple[Line, Line]) -> None:
    pair[0].sql(
        "CREATE FUNCTION loud(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE NOTICE 'row % \nE says c', i; PERFORM set_config('application_name', 'n' || i, false);"
        " RETURN i; END $$"
    )
    lines[0].execute("SET client_min_messages = notice")
    copies = [(b"COPY (SELECT public.loud(i) FROM public.b) TO STDOUT", b"COPY public.b FROM STDIN")]
    assert _splice(lines, copies)[0][0] == 500
    assert _same(pair, "b")


def test_a_source_that_fails_in_the_middle_is_quoted(lines: tuple[Line, Line]) -> None:
    copies = [(b"COPY (SELECT 1 / (400 - i) FROM public.b) TO STDOUT", b"COPY public.b FROM STDIN")]
    with pytest.raises(errors.DivisionByZero, match="division by zero"):
        _splice(lines, copies)


def test_a_source_that_refuses_is_quoted(lines: tuple[Line, Line]) -> None:
    with pytest.raises(errors.UndefinedTable, match="nowhere"):
        _splice(lines, _copies("b", "nowhere"))


def test_a_target_that_refuses_a_row_is_quoted(
    pair: tuple[Database, Database], lines: tuple[Line, Line]
) -> None:
    pair[1].sql("INSERT INTO b VALUES (77)")
    with pytest.raises(errors.UniqueViolation, match="b_pkey"):
        _splice(lines, _copies("b", "a"))
    assert pair[1].one("SELECT count(*) FROM a") == 0


@pytest.mark.parametrize("side", [0, 1])
def test_a_server_that_goes_is_a_lost_connection(
    old: Server, pair: tuple[Database, Database], lines: tuple[Line, Line], side: int
) -> None:
    pid = lines[side].info.backend_pid
    ended: list[int] = []

    def end(at: int, size: int) -> None:
        if not ended:
            ended.append(pid)
            old.background.run(old.postgres.sql(f"SELECT pg_terminate_backend({pid})"))

    pair[0].sql("INSERT INTO a SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i")
    with pytest.raises(psycopg.OperationalError):
        splice(*lines, _copies("a"), control=Control(), moved=end)
    assert ended


def test_a_query_over_a_line_can_be_cancelled(lines: tuple[Line, Line]) -> None:
    import threading

    threading.Timer(0.3, lines[0].cancel_safe).start()
    with pytest.raises(errors.QueryCanceled):
        lines[0].execute("SELECT pg_sleep(30)")


def test_a_refused_login_is_told_as_libpq_tells_it(pair: tuple[Database, Database]) -> None:
    from wizard.model.secret import Secret

    wrong = Secret(pair[0].url().reveal().replace("canary-pass", "other-pass"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect_line(wrong, "test")
    nowhere = Secret("postgresql://app:x@127.0.0.1:1/d")
    with pytest.raises(psycopg.OperationalError, match="Connection refused"):
        connect_line(nowhere, "test")


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_tls_is_made_and_checked(old: Server, pair: tuple[Database, Database], mode: str) -> None:
    from wizard.model.secret import Secret

    port = old.open_front()
    base = pair[0].url().reveal().partition("@")[0]
    good = f"{base}@127.0.0.1:{port}/{pair[0].name}?sslmode={mode}"
    if mode == "verify-full":
        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            connect_line(Secret(good), "test")
        good += f"&sslrootcert={old.ca_file}"
    line = connect_line(Secret(good), "test")
    target = connect_line(pair[1].url(), "test")
    assert splice(line, target, _copies("a"), control=Control(), moved=lambda at, size: None)[0][0] == 3005
    line.close()
    target.close()
    assert _same(pair, "a")


HUGE = """
import os, resource, sys
from wizard.database.connect import connect_line
from wizard.database.control import Control
from wizard.database.splice import splice
from wizard.model.secret import Secret
source, target = (connect_line(Secret(os.environ[name]), "test") for name in ("SOURCE", "TARGET"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
copies = [(b"COPY public.a TO STDOUT", b"COPY public.a FROM STDIN")]
rows = splice(source, target, copies, control=Control(), moved=lambda at, size: None)
print(rows[0][0], rows[0][1], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
def test_a_value_of_two_hundred_megabytes_needs_no_memory_of_ours(
    pair: tuple[Database, Database],
) -> None:
    import os

    pair[0].sql("INSERT INTO a SELECT 0, string_agg(md5(i::text), '') FROM generate_series(1, 6400000) i")
    said = subprocess.run(
        [sys.executable, "-c", HUGE],
        env={**os.environ, "SOURCE": pair[0].url().reveal(), "TARGET": pair[1].url().reveal()},
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout
    rows, size, kilobytes = map(int, said.split())
    assert rows == 3006
    assert size > 200_000_000
    assert kilobytes < 16_000
    assert _same(pair, "a")
