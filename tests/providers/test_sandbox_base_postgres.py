"""The sandbox's Postgres: made, started, refused, killed; the TLS front before it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from providers.sandbox import embedded
from providers.sandbox.embedded import Way
from providers.sandbox.postgres import PORT, Postgres
from providers.sandbox.tls import Certificates, Front, serve_front
from tests.wizard.database_servers import Background
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

PASSWORD = "pass'word \" of \\ the superuser"
ROOT = Path(__file__).parents[2]


def ways() -> list[Way]:
    """Every way that this user can be served by here."""
    found = [embedded.way()]
    if os.geteuid() == 0 and Way.NOBODY not in found:
        found.append(Way.NOBODY)
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of a new cluster, to be copied: a tenth of what initdb takes."""
    made = Postgres(tmp_path_factory.mktemp("empty"))
    asyncio.run(made.init("boss", "another password"))
    yield made.data
    asyncio.run(made.remove())


@pytest.fixture
async def postgres(empty: Path, tmp_path: Path) -> AsyncIterator[Postgres]:
    server = Postgres(tmp_path / "pg")
    await server.adopt(empty, "boss", Secret(PASSWORD))
    await server.start()
    yield server
    await server.remove()


@pytest.fixture(scope="module")
def standing(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One for all tests that only ask: to bring one up takes a second of work."""
    background = Background()
    server = Postgres(tmp_path_factory.mktemp("standing") / "pg")
    background.run(server.adopt(empty, "boss", Secret(PASSWORD)))
    background.run(server.start())
    yield server
    background.run(server.remove())
    background.close()


@pytest.fixture
async def front(standing: Postgres, certificates: Certificates) -> AsyncIterator[Front]:
    front = await serve_front(None, standing.socket, certificates.server_context())
    yield front
    front.close()
    await front.wait_closed()


@pytest.fixture
def certificates(tmp_path: Path) -> Iterator[Certificates]:
    yield Certificates(tmp_path / "tls")


def gone(pid: int | None) -> bool:
    """Whether the process has ended; one that waits to be reaped has."""
    if pid is None:
        # Asked after it had ended already.
        return True
    try:
        os.kill(pid, 0)
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True
    return False


def wait_gone(pid: int | None) -> bool:
    for _ in range(500):
        if gone(pid):
            return True
        time.sleep(0.02)
    return False


def reach(front: Front, sslmode: str, **more: str) -> psycopg.Connection[tuple[object, ...]]:
    given = {"user": "boss", "password": PASSWORD, "dbname": "postgres", "connect_timeout": "10", **more}
    return psycopg.connect(host="localhost", port=front.port, sslmode=sslmode, **given)


@pytest.mark.parametrize("how", ways(), ids=lambda how: how.name.lower())
@pytest.mark.parametrize("major", [16, 18])
async def test_starts_answers_stops_and_starts_again(tmp_path: Path, how: Way, major: int) -> None:
    server = Postgres(tmp_path / "pg", major, how=how)
    await server.init("boss", PASSWORD)
    await server.start()
    first = server.pid
    assert first is not None
    await server.sql("create table kept (word text); insert into kept values ('here')")
    assert (await server.sql("show server_version"))[0][0].startswith(f"{major}.")
    assert (await server.sql("show server_encoding")) == [("UTF8",)]
    await server.stop()
    assert server.pid is None
    assert gone(first)
    await server.start()
    assert await server.sql("select * from kept") == [("here",)]
    data = server.data
    await server.remove()
    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has nobody run its Postgres")
async def test_nobody_gets_a_copy_of_what_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "open_to_nobody", lambda path: False)
    server = Postgres(tmp_path / "pg", how=Way.NOBODY)
    await server.init("boss", PASSWORD)
    await server.start()
    copy = server.program("postgres").parents[3]
    assert copy.name.startswith("offramp-tree-")
    assert await server.sql("select 1") == [(1,)]
    await server.remove()
    embedded.remove_private_folder(copy)
    embedded._copied.cache_clear()


async def test_the_socket_is_private_and_asks_for_the_password(standing: Postgres) -> None:
    assert standing.socket_folder.stat().st_mode & 0o777 == 0o700
    assert len(str(standing.socket)) < 100
    for password in ("wrong", None):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                host=str(standing.socket_folder), port=PORT, user="boss", password=password, dbname="postgres"
            )


async def test_no_tcp_port_is_opened(standing: Postgres) -> None:
    assert await standing.sql("show listen_addresses") == [("",)]


async def test_no_file_of_the_cluster_holds_the_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.Error):
        await postgres.sql(f"create role boss password 'topsecret-{PASSWORD.replace(chr(39), '')}'")
    await postgres.stop()
    for file in postgres.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert PASSWORD.encode() not in content, file
            assert b"topsecret-" not in content, file


async def test_a_killed_server_keeps_what_was_committed(postgres: Postgres) -> None:
    await postgres.sql("create table kept (number int)")
    connection = await postgres.connect()
    for number in range(100):
        await connection.execute("insert into kept values (%s)", (number,))
    await connection.close()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    await asyncio.to_thread(wait_gone, postgres.pid)
    await postgres.stop()
    await postgres.start()
    assert await postgres.sql("select count(*) from kept") == [(100,)]


async def test_a_broken_setting_is_told_in_the_servers_words(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg")
    await server.init("boss", PASSWORD)
    with pytest.raises(Trouble, match="shared_buffers"):
        await server.start({"shared_buffers": "plenty"})
    assert server.pid is None
    await server.remove()


async def test_a_version_that_the_wheel_has_not(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="Postgres 12"):
        await Postgres(tmp_path / "pg", 12).init("boss", PASSWORD)


def test_it_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys
        from pathlib import Path
        from providers.sandbox.postgres import Postgres
        from providers.sandbox.processes import Running
        async def main():
            server = Postgres(Path(sys.argv[1]))
            await server.init("boss", "password")
            await server.start()
            app = await Running.start("sleep 600", Path("/"), {}, print)
            print(server.pid, app.pid, server.socket_folder, flush=True)
            await asyncio.sleep(600)
        asyncio.run(main())
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "pg")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    server, app, sockets = parent.stdout.readline().split()
    assert not gone(int(server))
    assert not gone(int(app))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_gone(int(server))
    assert wait_gone(int(app))
    assert not (tmp_path / "pg/data/postmaster.pid").exists(), "it was stopped cleanly"
    for _ in range(200):
        if not Path(sockets).exists():
            break
        time.sleep(0.02)
    assert not Path(sockets).exists()


async def test_the_front_refuses_plain_connections_in_the_servers_words(front: Front) -> None:
    with pytest.raises(psycopg.OperationalError) as error:
        await asyncio.to_thread(reach, front, "disable", dbname="shop")
    assert 'no pg_hba.conf entry for host "127.0.0.1", user "boss", database "shop", no encryption' in str(
        error.value
    )


@pytest.mark.parametrize("sslmode", ["prefer", "require", "verify-ca", "verify-full"])
async def test_the_front_does_tls(front: Front, certificates: Certificates, sslmode: str) -> None:
    def look() -> tuple[object, bool]:
        with reach(front, sslmode, sslrootcert=str(certificates.ca_file)) as connection:
            row = connection.execute("select 40 + 2").fetchone()
            assert row is not None
            return row[0], connection.pgconn.ssl_in_use

    assert await asyncio.to_thread(look) == (42, True)


async def test_another_authority_is_refused(front: Front, tmp_path: Path) -> None:
    other = Certificates(tmp_path / "other")
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        await asyncio.to_thread(reach, front, "verify-full", sslrootcert=str(other.ca_file))


async def test_a_wrong_password_is_refused_by_the_server(front: Front) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await asyncio.to_thread(reach, front, "require", password="wrong")


async def test_direct_tls_is_closed(front: Front) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 32)
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


# In a process of its own: PQcancel holds the interpreter's lock while it waits for the front.
CANCEL = """
import sys, threading, psycopg
connection = psycopg.connect(sys.stdin.read(), autocommit=True)
cancel = connection.cancel if sys.argv[1] == "plain" else connection.cancel_safe
threading.Timer(0.3, cancel).start()
try:
    connection.execute("select pg_sleep(60)")
except psycopg.errors.QueryCanceled as error:
    print(error)
print(connection.execute("select 'still there'").fetchone()[0])
"""


@pytest.mark.parametrize("how", ["plain", "encrypted"])
async def test_a_query_is_cancelled_through_the_front(front: Front, how: str) -> None:
    address = psycopg.conninfo.make_conninfo(
        "", host="localhost", port=front.port, user="boss", password=PASSWORD, dbname="postgres"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CANCEL, how, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(child.communicate(address.encode()), 30)
    assert output.decode().split("\n")[:2] == ["canceling statement due to user request", "still there"]


async def test_much_data_passes_both_ways_unchanged(front: Front) -> None:
    def copied() -> tuple[object, ...] | None:
        with reach(front, "require") as connection:
            connection.execute("create temp table big (body text)")
            with connection.cursor().copy("copy big from stdin") as copy:
                for number in range(200):
                    copy.write(f"{number:06d}{'x' * 50_000}\n")
            with connection.cursor().copy("copy big to stdout") as copy:
                size = sum(len(bytes(piece)) for piece in copy)
            assert size == 200 * 50_007
            return connection.execute("select count(*), sum(length(body)) from big").fetchone()

    assert await asyncio.to_thread(copied) == (200, 200 * 50_006)


async def test_the_front_can_cut_and_refuse(front: Front) -> None:
    connection = await asyncio.to_thread(reach, front, "require")
    assert front.open_connections == 1
    front.drop()
    with pytest.raises(psycopg.OperationalError):
        await asyncio.to_thread(connection.execute, "select 1")
    front.refuse = True
    with pytest.raises(psycopg.OperationalError):
        await asyncio.to_thread(reach, front, "require")
    front.refuse = False
    (await asyncio.to_thread(reach, front, "require")).close()


async def test_the_front_on_a_unix_socket(
    standing: Postgres, certificates: Certificates, short_folder: Path
) -> None:
    path = short_folder / ".s.PGSQL.5432"
    front = await serve_front(path, standing.socket, certificates.server_context())
    assert path.stat().st_mode & 0o777 == 0o600

    def first_byte() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(bytes.fromhex("0000000804d2162f"))
            return client.recv(1)

    assert await asyncio.to_thread(first_byte) == b"S"
    front.close()
    await front.wait_closed()


def test_no_private_key_stays_on_disk(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    assert certificates.ca_file.read_text() == certificates.ca_pem
    for file in tmp_path.rglob("*"):
        assert "PRIVATE KEY" not in file.read_text()
