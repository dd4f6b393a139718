"""pg_dump: which one is taken, how it gets its password, and the relay for the one without TLS."""

import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server, Told, server
from wizard.database import preparation
from wizard.database.control import Control, Stopped
from wizard.database.pgdump import Program, dump_schema, find_programs, suitable
from wizard.database.relay import Relay, without_channel_binding
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture
def source(old: Server) -> Database:
    made = old.database()
    made.sql(SMALL)
    return made


def _script(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    return program


def _over_tls(source: Database, mode: str = "require") -> Secret:
    port = source.server.open_front()
    return Secret(f"postgresql://app:{PASSWORD}@127.0.0.1:{port}/{source.name}?sslmode={mode}")


def _embedded() -> list[Program]:
    found = [program for program in find_programs("") if program.embedded]
    assert found, "the wheel with pg_dump 18 is a dependency"
    return found


def test_the_newest_on_the_path_comes_first_and_the_embedded_one_last(tmp_path: Path) -> None:
    _script(tmp_path / "a", "echo 'pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)'")
    _script(tmp_path / "b", "echo 'pg_dump (PostgreSQL) 17.6'")
    _script(tmp_path / "c", "exit 1")
    found = find_programs(f"{tmp_path / 'a'}:{tmp_path / 'b'}:{tmp_path / 'c'}:{tmp_path / 'nowhere'}")
    assert [program.major for program in found] == [17, 15, 18]
    assert [program.embedded for program in found] == [False, False, True]
    assert [program.major for program in suitable(found, 16)] == [17, 18]


def test_a_server_newer_than_every_pg_dump_is_named() -> None:
    with pytest.raises(Trouble) as refused:
        suitable([Program(path="/x", major=15), Program(path="/y", major=18, tls=False, embedded=True)], 19)
    assert refused.value.code == "pg-dump-too-old"
    assert "19" in refused.value.cause
    assert "15, 18" in refused.value.cause
    assert "postgresql-client-19" in refused.value.remedy


@pytest.mark.parametrize(
    "program", find_programs(), ids=lambda program: f"{program.major}-{program.embedded}"
)
def test_every_pg_dump_of_this_machine_gives_the_same_entries(source: Database, program: Program) -> None:
    if program.major < 16:
        pytest.skip(f"pg_dump {program.major} cannot dump the test's server")
    entries = dump_schema(source.url(), server_major=16, over_tls=False, programs=[program])
    named = {(entry.kind, entry.name) for entry in entries}
    assert named >= {
        ("TABLE", "accounts"),
        ("TABLE", "payments"),
        ("SEQUENCE", "payments_id_seq"),
        ("INDEX", "by_account"),
        ("FK CONSTRAINT", "payments payments_account_fkey"),
    }


def test_an_archive_of_an_unknown_layout_falls_to_the_next_program(source: Database, tmp_path: Path) -> None:
    strange = _script(tmp_path / "new", "printf 'PGDMP\\001\\143\\000\\004\\010\\001'")
    programs = [Program(path=str(strange), major=99), *_embedded()]
    assert dump_schema(source.url(), server_major=16, over_tls=False, programs=programs)
    with pytest.raises(Trouble) as refused:
        dump_schema(source.url(), server_major=16, over_tls=False, programs=programs[:1])
    assert refused.value.code == "pg-dump-unknown"


def test_the_embedded_one_needs_and_gets_the_relay(source: Database) -> None:
    url = _over_tls(source)
    with pytest.raises(Trouble, match="pg_dump 18"):
        dump_schema(url, server_major=16, over_tls=False, programs=_embedded())
    entries = dump_schema(url, server_major=16, over_tls=True, programs=_embedded())
    assert any(entry.name == "accounts" for entry in entries)


def test_a_wrong_password_is_said_through_the_relay(source: Database) -> None:
    url = Secret(_over_tls(source).reveal().replace(PASSWORD, "wrong-password-1"))
    with pytest.raises(Trouble, match="password authentication failed") as refused:
        dump_schema(url, server_major=16, over_tls=True, programs=_embedded())
    assert "wrong-password-1" not in refused.value.sentence()


def test_the_relay_checks_the_certificate_where_the_url_asks_for_it(source: Database) -> None:
    with (
        Relay(_over_tls(source, "verify-full")) as relay,
        pytest.raises(psycopg.OperationalError, match="TLS to the"),
    ):
        psycopg.connect(host=str(relay.folder), port=5432, user="app", password=PASSWORD, dbname=source.name)
    good = f"{_over_tls(source, 'verify-full').reveal()}&sslrootcert={source.server.ca_file}"
    with (
        Relay(Secret(good)) as relay,
        psycopg.connect(
            host=str(relay.folder), port=5432, user="app", password=PASSWORD, dbname=source.name
        ) as connection,
    ):
        assert connection.execute("SELECT count(*) FROM payments").fetchone() == (12000,)
        many = connection.execute("SELECT repeat('x', 5000000)").fetchone()
        assert many is not None
        assert len(many[0]) == 5_000_000


def test_the_relay_is_private_and_leaves_nothing(source: Database) -> None:
    with Relay(_over_tls(source)) as relay:
        folder = relay.folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / ".s.PGSQL.5432").stat().st_mode) == 0o600
    assert not folder.exists()


def test_a_server_without_tls_gets_nothing_in_clear(tmp_path: Path) -> None:
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            client, _ = plain.accept()
            with client:
                seen.append(client.recv(100))
                client.sendall(b"N")
                seen.append(client.recv(100))

        thread = threading.Thread(target=answer)
        thread.start()
        url = Secret(f"postgresql://app:{PASSWORD}@127.0.0.1:{plain.getsockname()[1]}/x?sslmode=require")
        with Relay(url) as relay, pytest.raises(psycopg.OperationalError, match="request for TLS"):
            psycopg.connect(host=str(relay.folder), port=5432, user="app", password=PASSWORD, dbname="x")
        thread.join(10)
    assert seen == [b"\0\0\0\x08\x04\xd2\x16\x2f", b""]


def test_only_the_offer_of_channel_binding_is_changed() -> None:
    offer = b"R\0\0\0\x2a\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"
    assert without_channel_binding(offer) == b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"
    for other in (b"R\0\0\0\x08\0\0\0\0", b"E\0\0\0\x0bSFATAL\0\0"):
        assert without_channel_binding(other) == other


def test_the_password_is_in_no_argument(
    source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = _script(tmp_path / "spy", f'echo "$@" > {seen}; env >> {seen}.env; exit 1')
    monkeypatch.setenv("PGPASSWORD", "not-this-one")
    with pytest.raises(Trouble) as failed:
        dump_schema(
            source.url(), server_major=16, over_tls=False, programs=[Program(path=str(program), major=16)]
        )
    assert failed.value.code == "pg-dump-failed"
    assert PASSWORD not in seen.read_text()
    assert f"PGPASSWORD={PASSWORD}" in Path(f"{seen}.env").read_text()
    assert "default_transaction_read_only=on" in Path(f"{seen}.env").read_text()


def test_a_stop_ends_pg_dump(source: Database, tmp_path: Path) -> None:
    program = _script(tmp_path / "slow", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    control = Control()

    def stop() -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        control.stop()

    threading.Thread(target=stop).start()
    with pytest.raises(Stopped):
        dump_schema(
            source.url(),
            server_major=16,
            over_tls=False,
            control=control,
            programs=[Program(path=str(program), major=16)],
        )
    pid = (tmp_path / "pid").read_text().strip()
    found = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False)
    assert found.stdout.strip() in ("", "Z")


def test_a_dump_that_breaks_off_is_made_again(source: Database, tmp_path: Path) -> None:
    """Killed in the middle by the server, as a restart or a network does it."""
    program = next(one for one in find_programs() if one.major >= 16)
    with pytest.raises(Trouble) as broken:
        dump_schema(
            source.url(),
            server_major=16,
            over_tls=False,
            snapshot="00000003-0000001B-1",
            programs=[program],
        )
    assert broken.value.retry
    killed = _script(
        tmp_path / "killed",
        "echo 'pg_dump: error: query failed: server closed the connection unexpectedly' >&2;"
        " echo '\tThis probably means the server terminated abnormally' >&2;"
        " echo 'pg_dump: detail: Query was: SELECT seqrelid FROM pg_catalog.pg_sequence' >&2; exit 1",
    )
    with pytest.raises(Trouble, match=r": server closed the connection unexpectedly\.$") as broken:
        dump_schema(
            source.url(), server_major=16, over_tls=False, programs=[Program(path=str(killed), major=16)]
        )
    assert broken.value.retry
    wrong = Secret(source.url().reveal().replace(PASSWORD, "other"))
    with pytest.raises(Trouble, match="password authentication failed") as broken:
        dump_schema(wrong, server_major=16, over_tls=False, programs=[program])
    assert not broken.value.retry


def test_a_copy_goes_on_after_a_dump_that_broke_off(
    source: Database, old: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump, broke = preparation.dump_schema, list[str]()

    def breaking(*arguments: object, **named: object) -> object:
        if not broke:
            broke.append("here")
            raise Trouble("pg_dump broke off.", remedy="", code="pg-dump-failed", retry=True)
        return dump(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(preparation, "dump_schema", breaking)
    told = Told(source, old.database(), tmp_path)
    assert all(table.equal for table in told.move.first_copy())
    assert broke
