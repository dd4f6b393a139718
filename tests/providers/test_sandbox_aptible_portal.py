"""The sandbox's SSH portal, by the system's own ssh: what it forwards, and every way in which it fails."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from providers.sandbox.processes import free_port
from tests.providers.aptible_wire import Wire, aptible_wire

OLD = (
    "HostKeyAlgorithms=+ssh-rsa",
    "PubkeyAcceptedAlgorithms=+ssh-rsa,ssh-rsa-cert-v01@openssh.com",
    "CASignatureAlgorithms=+ssh-rsa",
)
"""What a client of today has to be told for a server of old."""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]) -> Path:
    needs_program("ssh")
    path = tmp_path_factory.mktemp("key") / "id_rsa"
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


@dataclass
class Ssh:
    """A running ssh: its first line on stdout is awaited by `ready`."""

    process: asyncio.subprocess.Process
    port: int

    async def ready(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 10)).decode().strip()

    async def end(self) -> tuple[int, str]:
        """Exit code and stderr."""
        _, said = await asyncio.wait_for(self.process.communicate(), 20)
        return int(self.process.returncode or 0), said.decode()

    async def echo(self) -> bytes:
        """What comes back through the tunnel; nothing when it leads nowhere."""
        with contextlib.suppress(ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"hello\n")
            said = await asyncio.wait_for(reader.readline(), 10)
            writer.close()
            return said
        return b""


class Dial:
    """Opens connections to the portal for operations, as aptible-cli does (helpers/ssh.rb)."""

    def __init__(self, wire: Wire, key: Path, folder: Path) -> None:
        self.wire = wire
        self.key = key
        self.folder = folder
        self.calls: list[Ssh] = []
        self.token = wire.client.headers["Authorization"].removeprefix("Bearer ")

    async def call(
        self, path: str, kind: str, *options: str, keys: tuple[str, ...] = ("rsa",), **body: str
    ) -> Ssh:
        operation = await self.wire.start(path, kind, status="succeeded", **body)
        return await self.connect(operation["id"], *options, keys=keys)

    async def connect(self, operation: int, *options: str, keys: tuple[str, ...] = ("rsa",)) -> Ssh:
        public = {"ssh_public_key": self.key.with_suffix(".pub").read_text()}
        made = await self.wire.make(f"/operations/{operation}/ssh_portal_connections", public)
        stack = (await self.wire.rows("/stacks"))[1]
        own = self.folder / made["id"]
        own.mkdir()
        (own / "id_rsa").write_bytes(self.key.read_bytes())
        (own / "id_rsa").chmod(0o600)
        (own / "id_rsa-cert.pub").write_text(made["ssh_certificate_body"])
        where = f"[{stack['ssh_portal_host']}]:{stack['ssh_portal_port']}"
        lines = [f"{where} {stack[f'ssh_host_{name}_public_key']}\n" for name in keys]
        (own / "hosts").write_text("".join(lines))
        port = free_port()
        words = [
            "ssh",
            "-F",
            os.devnull,
            "-T",
            "-i",
            str(own / "id_rsa"),
            "-p",
            str(stack["ssh_portal_port"]),
        ]
        usual = ("IdentitiesOnly=yes", f"UserKnownHostsFile={own / 'hosts'}", "StrictHostKeyChecking=yes")
        more = ("LogLevel=ERROR", "SendEnv=ACCESS_TOKEN", "ExitOnForwardFailure=yes")
        for option in (*options, *usual, *more):
            words += ["-o", option]
        if made["ssh_port_forward_socket"]:
            words += ["-L", f"127.0.0.1:{port}:{made['ssh_port_forward_socket']}"]
        process = await asyncio.create_subprocess_exec(
            *words,
            f"{made['ssh_user']}@{stack['ssh_portal_host']}",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "ACCESS_TOKEN": self.token},
        )
        self.calls.append(Ssh(process, port))
        return self.calls[-1]


@pytest.fixture
async def dial(wire: Wire, key: Path, tmp_path: Path) -> AsyncIterator[Dial]:
    made = Dial(wire, key, tmp_path)
    yield made
    await wire.sandbox.portal.drop(abort=True)
    for call in made.calls:
        if call.process.returncode is None:
            await call.end()


async def tunnel_path(wire: Wire) -> str:
    """A credential of a database that echoes."""
    database = await wire.database("mongodb", "7.0")
    (credential,) = await wire.rows(f"/databases/{database['id']}/database_credentials")
    return f"/database_credentials/{credential['id']}"


async def test_a_portal_of_old_wants_options_of_old(wire: Wire, dial: Dial) -> None:
    here = await tunnel_path(wire)
    portal = wire.sandbox.portal
    for keys in (("rsa",), ("ecdsa",), ("rsa", "ecdsa")):
        tunnel = await dial.call(here, "tunnel", keys=keys)
        assert await tunnel.ready() == "TUNNEL READY" and await tunnel.echo() == b"hello\n"
    await portal.drop(abort=True)
    await portal.speak("rsa")
    assert await (await dial.call(here, "tunnel")).ready() == "TUNNEL READY"
    code, said = await (await dial.call(here, "tunnel", keys=("ecdsa",))).end()
    assert code == 255 and "Host key verification failed" in said
    await portal.speak("sha1")
    assert await (await dial.call(here, "tunnel", keys=("rsa", "ecdsa"))).end() == (255, "")
    code, said = await (await dial.call(here, "tunnel", "LogLevel=INFO")).end()
    assert code == 255 and "no matching host key type found. Their offer: ssh-rsa" in said
    half = await dial.call(here, "tunnel", OLD[0])
    code, said = await half.end()
    assert code == 255 and "Permission denied (publickey)" in said
    tunnel = await dial.call(here, "tunnel", *OLD)
    assert await tunnel.ready() == "TUNNEL READY" and await tunnel.echo() == b"hello\n"


async def test_another_host_key_no_door_and_no_token(wire: Wire, dial: Dial) -> None:
    here = await tunnel_path(wire)
    portal = wire.sandbox.portal
    await portal.change_host_keys()
    code, said = await (await dial.call(here, "tunnel")).end()
    assert code == 255 and "REMOTE HOST IDENTIFICATION HAS CHANGED" in said
    await portal.change_host_keys(told=True)
    assert await (await dial.call(here, "tunnel")).ready() == "TUNNEL READY"
    await portal.close_door()
    code, said = await (await dial.call(here, "tunnel")).end()
    assert code == 255 and "Connection refused" in said
    await portal.open_door()
    operation = await wire.start(here, "tunnel", status="succeeded")
    dial.token = wire.sandbox.tokens.issue(wire.sandbox.tokens.person, seconds=-1).value
    code, said = await (await dial.connect(operation["id"])).end()
    assert (code, said) == (1, "Access denied: invalid ACCESS_TOKEN\n")
    assert portal.refused == ["token"]


async def test_a_socket_is_refused_and_the_tunnel_stays_up(wire: Wire, dial: Dial) -> None:
    wire.sandbox.faults.add("refuse", path="ssh:/forward")
    tunnel = await dial.call(await tunnel_path(wire), "tunnel")
    assert await tunnel.ready() == "TUNNEL READY"
    assert await tunnel.echo() == b"" and tunnel.process.returncode is None
    assert wire.sandbox.facts()["sockets_refused"] == 1
    assert await tunnel.echo() == b"hello\n"


async def test_a_tunnel_lives_as_long_as_it_may_and_ten_are_cut(wire: Wire, dial: Dial) -> None:
    here = await tunnel_path(wire)
    wire.sandbox.portal.tunnel_seconds = 0.1
    tunnel = await dial.call(here, "tunnel")
    assert await tunnel.ready() == "TUNNEL READY"
    assert await tunnel.end() == (124, "Tunnel timed out\n")
    wire.sandbox.portal.tunnel_seconds = 3600
    rule = wire.sandbox.faults.add("abort", path="ssh:/tunnels", count=10)
    for _ in range(10):
        code, _said = await (await dial.call(here, "tunnel")).end()
        assert code == 255
    tunnel = await dial.call(here, "tunnel")
    assert await tunnel.ready() == "TUNNEL READY" and await tunnel.echo() == b"hello\n"
    await asyncio.sleep(0.15)
    assert tunnel.process.returncode is None
    (used,) = [item["used"] for item in wire.sandbox.faults.list() if item["id"] == rule]
    assert used == 10


async def test_a_frozen_portal_is_noticed_by_a_keepalive(wire: Wire, dial: Dial) -> None:
    options = ("ServerAliveInterval=1", "ServerAliveCountMax=1")
    tunnel = await dial.call(await tunnel_path(wire), "tunnel", *options)
    assert await tunnel.ready() == "TUNNEL READY"
    wire.sandbox.faults.add("freeze", path="ssh:/tunnels", seconds=30)
    code, _ = await tunnel.end()
    assert code == 255


async def test_commands_and_logs(wire: Wire, dial: Dial, tmp_path: Path) -> None:
    app = await wire.image_app(tmp_path / "image")
    here = f"/apps/{app['id']}"
    command = 'echo "it is $GREETING"; exit 7'
    ssh = await dial.call(here, "execute", command=command)
    assert await ssh.ready() == "it is hello"
    assert (await ssh.end())[0] == 7
    wire.sandbox.world.apps[app["id"]].log.append("cmd.1: a line of the app")
    logs = await dial.call(here, "logs")
    assert await logs.ready() == "cmd.1: a line of the app"
    for line in ("cmd.1: another", "cmd.1: a line of the app", "cmd.1: the last"):
        wire.sandbox.world.apps[app["id"]].log.append(line)
        assert await logs.ready() == line
    logs.process.terminate()
    await logs.end()
