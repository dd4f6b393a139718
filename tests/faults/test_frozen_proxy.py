"""A vendor's program that is frozen while the work has the one connection that it carries."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.faults.test_proxy_tunnel import Vendor
from tests.wizard.database_servers import SMALL, Database, Server, Told, server
from wizard.database import breadth, far_end, group_child, second_look, stalls, tunnel_watch, ways
from wizard.database import tunnel as tunnel_module
from wizard.database.connect import Connection
from wizard.database.control import Control
from wizard.database.ends import Ends
from wizard.database.splice import splice


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        made.open_front()
        yield made


@pytest.fixture
def database(new: Server) -> Database:
    return new.database()


@pytest.fixture
def vendor(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """A tunnel of one connection, up; what is a minute elsewhere is a second."""
    monkeypatch.setattr(breadth, "SHORT", 1.0)
    monkeypatch.setattr(breadth, "LEAVING", 0.2)
    monkeypatch.setattr(tunnel_watch, "PING", 0.2)
    monkeypatch.setattr(stalls, "STALL", 1.0)
    monkeypatch.setattr(stalls, "BLIND_ROWS", 4.0)
    monkeypatch.setattr(far_end, "TAKING", 0.5)
    monkeypatch.setattr(group_child, "POLITELY", 0.1)
    monkeypatch.setattr(second_look, "BETWEEN", 0.1)
    monkeypatch.setattr(tunnel_module, "STEADY", 0.0)
    made = Vendor(tmp_path, database)
    made.options += ["--most", "1", "--freezes", str(made.freezes)]
    made.tunnel.start(30)
    assert made.tunnel.lanes.most == 1
    yield made
    made.tunnel.close()


@pytest.fixture
def ends(vendor: Vendor, database: Database) -> Ends:
    return Ends(database.url, vendor.tunnel.url, "frozen", vendor.tunnel.lanes)


def freeze(vendor: Vendor) -> int:
    pid = vendor.tunnel.pid
    assert pid is not None
    os.killpg(pid, signal.SIGSTOP)
    return pid


def behind(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    met: list[object] = []

    def run() -> None:
        try:
            met.append(work())
        except psycopg.Error as error:
            met.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, met


def opened_anew(vendor: Vendor, ends: Ends, old: int) -> Connection:
    vendor.wait(lambda: vendor.tunnel.health.state == "up" and vendor.tunnel.pid != old)
    assert any("stands still: no byte for" in now.reason for now in vendor.health)
    connection = ends.open_target("look")
    assert connection.execute("SELECT 1").fetchone() == (1,)
    return connection


@pytest.mark.parametrize("takes", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_query_that_never_arrives_is_noticed(vendor: Vendor, ends: Ends, takes: bool) -> None:
    connection = ends.open_target("look")
    old = vendor.tunnel.pid or 0
    if takes:
        # It takes every byte, and none leaves it.
        vendor.freezes.touch()
    else:
        freeze(vendor)
    thread, met = behind(lambda: connection.execute("SELECT 2"))
    thread.join(20)
    assert met and isinstance(met[0], psycopg.OperationalError), met
    ends.give_up(connection)
    ends.close(opened_anew(vendor, ends, old))


@pytest.mark.slow
def test_a_query_that_the_server_is_at_is_waited_for(
    vendor: Vendor, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool | None] = []

    def noted(*words: Any, **more: Any) -> bool | None:
        looks.append(second_look.second_look(*words, **more))
        return looks[-1]

    monkeypatch.setattr(ways, "second_look", noted)
    connection, pid = ends.open_target("look"), vendor.tunnel.pid
    assert connection.execute("SELECT 3 FROM pg_sleep(3)").fetchone() == (3,)
    assert looks and set(looks) == {True}
    assert vendor.tunnel.pid == pid and vendor.tunnel.health.state == "up"
    ends.close(connection)


def test_rows_that_get_stuck_cost_one_part(vendor: Vendor, ends: Ends) -> None:
    setup = ends.open_target("look")
    setup.execute("CREATE TABLE public.there (n integer, filled text)")
    ends.close(setup)
    source, target = ends.open_source_line("copy"), ends.open_target_line("copy")
    out = b"COPY (SELECT n, repeat('x', 900) FROM generate_series(1, 20000) n) TO STDOUT"
    frozen: list[int] = []

    def moved(at: int, count: int) -> None:
        if not frozen:
            frozen.append(freeze(vendor))

    copies = [(out, b"COPY public.there FROM STDIN")]
    thread, met = behind(lambda: splice(source, target, copies, control=Control(), moved=moved))
    thread.join(20)
    assert met and isinstance(met[0], psycopg.OperationalError), met
    ends.give_up(target)
    ends.close(opened_anew(vendor, ends, frozen[0]))
    again = ends.open_target_line("copy")
    done = splice(
        ends.open_source_line("copy"), again, copies, control=Control(), moved=lambda at, count: None
    )
    assert done[0][0] == 20_000
    ends.close(again)


@pytest.mark.slow
def test_a_whole_move_goes_on_after_the_program_froze(
    vendor: Vendor, database: Database, tmp_path: Path
) -> None:
    with server(tmp_path / "pg16", 16) as old:
        source = old.database()
        source.sql(SMALL)
        rows = "SELECT 1, repeat('x', 900) FROM generate_series(1, 20000)"
        source.sql(f"INSERT INTO payments (account, note) {rows}")
        told = Told(source, database, tmp_path, lanes=vendor.tunnel.lanes)
        told.move._ends._urls["target"] = vendor.tunnel.url
        frozen: list[int] = []

        def once() -> None:
            while not any(report.bytes for report in told.reports):
                time.sleep(0.005)
            frozen.append(freeze(vendor))

        threading.Thread(target=once, daemon=True).start()
        told.whole_way()
    assert frozen and vendor.tunnel.pid != frozen[0]
    assert vendor.tunnel.health.reconnects == 1
    assert any("stands still" in now.reason for now in vendor.health)
    assert database.one("SELECT count(*) FROM payments") == 32_000


def test_a_slow_line_still_brings_rows(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program may hold what has left us long ago: no byte of ours moves, and the server waits for the next
    row whenever it is looked at."""
    monkeypatch.setattr(far_end, "TAKING", 2.0)
    ping = far_end.ProxiedPostgres().open(database.url())
    with psycopg.connect(database.url().reveal(), autocommit=True) as connection:
        backend = [connection.info.backend_pid]
        connection.execute("CREATE TABLE public.slow (n integer)")
        with connection.cursor().copy("COPY public.slow FROM STDIN") as copy:
            over = threading.Event()

            def bring() -> None:
                while not over.wait(0.2):
                    copy.write("1\n" * 20_000)

            brings = threading.Thread(target=bring)
            brings.start()
            try:
                assert {far_end.at_work(ping, backend) for _ in range(8)} == {True}
            finally:
                over.set()
                brings.join()
            time.sleep(0.5)
            assert far_end.at_work(ping, backend) is False
        assert far_end.at_work(ping, backend) is False
    ping.close()


def test_a_server_that_does_not_tell_is_not_said_to_be_idle(database: Database) -> None:
    database.sql(f"ALTER DATABASE {database.name} SET track_activities = off", "postgres")
    ping = far_end.ProxiedPostgres().open(database.url())
    with psycopg.connect(database.url().reveal(), autocommit=True) as connection:
        backend = [connection.info.backend_pid]
        assert far_end.at_work(ping, backend) is None
    end = time.monotonic() + 10
    while far_end.at_work(ping, backend) is None and time.monotonic() < end:
        time.sleep(0.05)  # its process takes a moment to end
    assert far_end.at_work(ping, backend) is False
    ping.close()
