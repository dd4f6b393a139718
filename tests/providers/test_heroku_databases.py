"""Which URL of a database is used, and that its password never goes out in clear."""

import socket
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from providers.heroku.client import Client
from providers.heroku.databases import read_database_url, with_tls
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import Attachment, stable_id
from tests.providers.heroku_servers import sandbox
from wizard.database.inspect import inspect_source
from wizard.database.pgdump import Program, dump_schema
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

PASSWORD = "canary-pass-77ab31"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(tmp_path) as heroku:
        yield heroku


@pytest.fixture
async def client(heroku: HerokuSandbox) -> AsyncIterator[Client]:
    client = Client(heroku.hosts, Secret(heroku.credentials["token"]))
    yield client
    await client.close()


def postgres_of(heroku: HerokuSandbox) -> str:
    return next(one.id for one in heroku.world.add_ons.values() if one.service == "heroku-postgresql")


def attach(heroku: HerokuSandbox, app: str, name: str, namespace: str, url: str) -> None:
    found = heroku.world.app(app)
    assert found is not None
    mark = stable_id("attachment", app, name)
    postgres = postgres_of(heroku)
    made = Attachment(mark, name, postgres, found.id, (f"{name}_URL",), namespace)
    heroku.world.attachments[mark] = made
    heroku.world.add_ons[postgres].config_vars = (f"{name}_URL", *heroku.world.add_ons[postgres].config_vars)
    found.config[f"{name}_URL"] = url


class TestWhichUrl:
    async def test_another_credential_and_a_pool_come_after_the_default_one(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        attach(heroku, "migrate-backend", "ANALYST", "credential:analyst", "postgres://analyst:p@x.example/d")
        attach(
            heroku, "migrate-backend", "A_POOL", "connection-pooling:default", "postgres://p:p@x.example/d"
        )
        url = await read_database_url(client, postgres_of(heroku))
        assert url.reveal() == f"{heroku.database.url}?sslmode=require"

    async def test_an_owner_that_may_not_be_read_is_no_reason_to_give_up(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        await heroku.act("refuse", app="migrate-backend")
        url = await read_database_url(client, postgres_of(heroku))
        assert url.reveal() == f"{heroku.database.url}?sslmode=require"

    async def test_a_database_that_is_attached_nowhere_is_told(
        self, heroku: HerokuSandbox, client: Client
    ) -> None:
        postgres = postgres_of(heroku)
        for mark in [one.id for one in heroku.world.attached(postgres)]:
            del heroku.world.attachments[mark]
        with pytest.raises(Trouble) as caught:
            await read_database_url(client, postgres)
        assert caught.value.code == "no-database-url"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgres://u:p@h:5432/d", "postgres://u:p@h:5432/d?sslmode=require"),
        ("postgres://u:p@h/d?sslmode=prefer&a=b%20c", "postgres://u:p@h/d?a=b%20c&sslmode=require"),
        ("postgres://u:p@h/d?sslmode=disable", "postgres://u:p@h/d?sslmode=require"),
        ("postgres://u:p@h/d?sslmode=verify-full&x=1", "postgres://u:p@h/d?sslmode=verify-full&x=1"),
        ("postgres://u:p@h/d?sslmode=require", "postgres://u:p@h/d?sslmode=require"),
    ],
)
def test_tls_is_demanded_where_nothing_stronger_is(given: str, wanted: str) -> None:
    assert with_tls(given) == wanted


class NoTls:
    """A server that says N to TLS, and asks whoever goes on in clear for the password."""

    def __init__(self) -> None:
        self.heard = b""
        self.asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(one,), daemon=True).start()

    def _talk(self, one: socket.socket) -> None:
        with one:
            while got := one.recv(65536):
                self.heard += got
                if got[4:8] in (struct.pack("!I", 80877103), struct.pack("!I", 80877104)):
                    self.asked += 1
                    one.sendall(b"N")
                else:
                    one.sendall(b"R" + struct.pack("!II", 8, 3))  # the password in clear, please

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def no_tls() -> Iterator[NoTls]:
    made = NoTls()
    yield made
    made.close()


def test_a_server_that_refuses_tls_gets_no_password(no_tls: NoTls) -> None:
    url = f"postgres://u4711:{PASSWORD}@127.0.0.1:{no_tls.port}/d"
    with pytest.raises(Trouble):
        inspect_source(Secret(with_tls(url)))
    assert no_tls.asked and PASSWORD.encode() not in no_tls.heard


def test_pg_dump_is_told_to_demand_tls(no_tls: NoTls, tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$PGSSLMODE" > {told}\nexit 1\n')
    program.chmod(0o755)
    url = Secret(with_tls(f"postgres://u4711:{PASSWORD}@127.0.0.1:{no_tls.port}/d"))
    with pytest.raises(Trouble):
        dump_schema(url, server_major=16, over_tls=True, programs=[Program(path=str(program), major=17)])
    assert told.read_text() == "require\n"
