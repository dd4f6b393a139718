"""Connections whose bytes can be taken: what they leave behind, and where their sockets may stand."""

import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.wizard.database_servers import Database, Server, server
from wizard.database.connect import connect_line, is_passing
from wizard.model.secret import Secret


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    return old.database()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def _lines() -> int:
    return sum(thread.name == "offramp-line" for thread in threading.enumerate())


def _files() -> int:
    folder = Path("/proc/self/fd")
    return sum(1 for _ in folder.iterdir()) if folder.exists() else 0


def test_many_connections_leave_nothing_behind(
    source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = source.url()
    wrong = Secret(url.reveal().replace("canary-pass", "other-pass"))
    gone = Secret("postgresql://app:x@127.0.0.1:1/d")
    connect_line(url, "test").close()
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    wait_until(lambda: _lines() == 0)
    before = _files()
    for _ in range(30):
        line = connect_line(url, "test")
        with line.taken():
            pass
        assert line.execute("SELECT 1").fetchone() == (1,)
        line.close()
        # The server goes first.
        line = connect_line(url, "test")
        with pytest.raises(psycopg.OperationalError):
            line.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        line.close()
        for bad in (wrong, gone):
            with pytest.raises(psycopg.OperationalError):
                connect_line(bad, "test")
    wait_until(lambda: _lines() == 0)
    assert _files() == before
    assert list(folder.iterdir()) == []


def test_a_folder_whose_path_is_too_long_for_a_socket_is_not_used(
    source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    line = connect_line(source.url(), "test")
    assert line.execute("SELECT 1").fetchone() == (1,)
    line.close()


def test_no_more_files_is_said_as_a_failure_to_connect(
    source: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*arguments: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "socketpair", none)
    with pytest.raises(psycopg.OperationalError, match="Too many open files") as raised:
        connect_line(source.url(), "test")
    assert is_passing(raised.value)


def test_a_cancellation_is_over_before_the_next_query(source: Database) -> None:
    with connect_line(source.url(), "test") as line:
        for _ in range(5):
            with pytest.raises(errors.DivisionByZero):
                # psycopg cancels what broke off in the middle of its rows.
                list(line.cursor().stream("SELECT 1 / (2 - g) FROM generate_series(1, 9) g"))
            assert line.execute("SELECT 1 FROM pg_sleep(0.1)").fetchone() == (1,)


def test_a_cancellation_that_is_not_answered_does_not_hold_up(source: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, connect_line(source.url(), "test") as line:
        port = silent.getsockname()[1]
        line.carrier._url = Secret(f"postgresql://app@127.0.0.1:{port}/d?sslmode=disable")
        with pytest.raises(psycopg.OperationalError, match="not answer in time"):
            line.cancel_safe(timeout=0.3)
        assert line.execute("SELECT 1").fetchone() == (1,)
