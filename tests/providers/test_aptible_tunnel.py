"""Tunnels to a database of the sandbox's Aptible, with the ticket and the machine's own ssh."""

import asyncio
import shlex
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from tests.providers.aptible_world import World, aptible_world
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.ports import DatabaseWish

WISH = DatabaseWish(handle="shop-db", version="16", memory_mb=1024, disk_gb=10)


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


async def test_a_tunnel_by_hand_reaches_the_database(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    ssh = needs_program("ssh")
    database = await world.target.create_database(await world.environment(), WISH, world.log)
    url = (await world.target.database_url(database)).reveal()
    assert url.startswith("postgresql://aptible:") and url.endswith("/db") and ".aptible.in:" in url
    for _ in range(2):  # each connection has an operation and a certificate of its own
        ticket = await world.target.ticket(database)
        assert len(ticket.known_hosts) == 2
        async with tunnel(ssh, ticket, tmp_path) as (port, _):
            row = await asyncio.to_thread(ask, url, port, "require")
            assert row == ("aptible", "db", True, True)
            with pytest.raises(psycopg.OperationalError, match="no encryption"):
                await asyncio.to_thread(ask, url, port, "disable")
    facts = world.sandbox.facts()
    assert facts["tunnels_opened"] == 2
    assert facts["sensitive_reads"] == ["database_credentials of shop-db"]
    assert facts["posts"]["/operations/*/ssh_portal_connections"] == 2


async def test_a_tunnel_needs_the_token_and_the_right_socket(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    ssh = needs_program("ssh")
    database = await world.target.create_database(await world.environment(), WISH, world.log)
    url = (await world.target.database_url(database)).reveal()
    ticket = await world.target.ticket(database)
    ticket.environment["ACCESS_TOKEN"] = Secret("not-a-token")
    async with tunnel(ssh, ticket, tmp_path, ready=False) as (_, process):
        assert await process.wait() == 1
    ticket = await world.target.ticket(database)
    ticket.remote_socket = "/var/run/docker.sock"
    async with tunnel(ssh, ticket, tmp_path) as (port, _):
        with pytest.raises(psycopg.OperationalError):
            await asyncio.to_thread(ask, url, port, "require")
    assert world.sandbox.facts()["portal_refused"] == ["token"]


@pytest.mark.parametrize(("kind", "code"), [("abort", 255), ("close", 255), ("time-out", 124)])
async def test_the_portal_can_be_told_to_drop_tunnels(
    world: World, tmp_path: Path, needs_program: Callable[[str], str], kind: str, code: int
) -> None:
    ssh = needs_program("ssh")
    database = await world.target.create_database(await world.environment(), WISH, world.log)
    async with tunnel(ssh, await world.target.ticket(database), tmp_path) as (_, process):
        world.faults.add(kind, path="ssh:/tunnels")
        assert await asyncio.wait_for(process.wait(), 10) == code
    world.faults.add("refuse", path="ssh:/connect")
    ticket = await world.target.ticket(database)
    async with tunnel(ssh, ticket, tmp_path, ready=False) as (_, process):
        assert await process.wait() == 255
        assert process.stderr is not None
        assert b"Permission denied" in await process.stderr.read()


def ask(url: str, port: int, sslmode: str) -> tuple[object, ...]:
    """What the database says of itself, asked through the local end of a tunnel."""
    with psycopg.connect(
        url, host="localhost", hostaddr="127.0.0.1", port=port, sslmode=sslmode
    ) as connection:
        row = connection.execute(
            "select current_user::text, current_database()::text, rolsuper from pg_roles "
            "where rolname = current_user"
        ).fetchone()
        assert row is not None
        return (*row, connection.pgconn.ssl_in_use)


class tunnel:
    """`async with tunnel(...) as (local port, process)`: the ssh command of Aptible's CLI."""

    def __init__(self, ssh: str, ticket: SshTicket, folder: Path, *, ready: bool = True) -> None:
        self.ssh, self.ticket, self.folder, self.ready = ssh, ticket, folder, ready

    async def __aenter__(self) -> tuple[int, asyncio.subprocess.Process]:
        for name, text in {
            "id_rsa": self.ticket.private_key.reveal(),
            "id_rsa-cert.pub": self.ticket.certificate + "\n",
            "hosts": "\n".join(self.ticket.known_hosts) + "\n",
            "config": "",
        }.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o600)
        port = free_port()
        command = (
            f"{self.ssh} -l {self.ticket.user} {self.ticket.host} -p {self.ticket.port} -T "
            f"-i {self.folder}/id_rsa -o IdentitiesOnly=yes "
            f"-o UserKnownHostsFile={self.folder}/hosts -o StrictHostKeyChecking=yes "
            f"-o LogLevel=ERROR -o ControlMaster=no -F {self.folder}/config -o SendEnv=ACCESS_TOKEN "
            f"-L 127.0.0.1:{port}:{self.ticket.remote_socket} -o ExitOnForwardFailure=yes"
        )
        environment = {name: value.reveal() for name, value in self.ticket.environment.items()}
        self.process = await asyncio.create_subprocess_exec(
            *shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", **environment},
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 15)
        assert line == (b"TUNNEL READY\n" if self.ready else b"")
        return port, self.process

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
