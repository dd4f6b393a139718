"""The SSH portal of the sandbox's Aptible: asyncssh, user certificates, one ticket a connection.

A connection belongs to one operation. Its certificate carries a forced command, `tunnel <id>` or
`logs <id>`; the session must bring ACCESS_TOKEN, and only then a tunnel may forward, and only to its own
socket. The path of that socket is virtual: behind it is the TLS front of the database.
"""

import asyncio
import contextlib
import functools
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh

from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.world import Operation, PortalConnection, World
from providers.sandbox.faults import Faults

CERTIFICATE_SECONDS = 300
TUNNEL_SECONDS = 24 * 3600
"""A tunnel's life at Aptible (documentation, database tunnels)."""

ENCRYPTION = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Offered alone, because asyncssh does them about half as fast again as the client's first choice."""


@functools.cache
def _key(purpose: str, algorithm: str) -> asyncssh.SSHKey:
    """One key a process for each purpose: making an RSA key takes half a second."""
    sizes = {"key_size": 3072} if algorithm == "ssh-rsa" else {}
    return asyncssh.generate_private_key(algorithm, comment=purpose, **sizes)


class Portal:
    """The listener, and all who are connected.

    Attributes:
        refuse_certificates: while true, nobody gets in.
        opened: tunnels that were let through so far.
        refused: why somebody was turned away ("certificate", "token"), in order.
    """

    def __init__(self, world: World, tokens: Tokens, faults: Faults) -> None:
        self.world = world
        self.tokens = tokens
        self.faults = faults
        self.refuse_certificates = False
        self.opened = 0
        self.refused: list[str] = []
        self.authority = _key("authority", "ssh-rsa")
        self.host_keys = {"rsa": _key("host", "ssh-rsa"), "ecdsa": _key("host", "ecdsa-sha2-nistp256")}
        self._live: set[_Guest] = set()
        self._listener: asyncssh.SSHAcceptor | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return self._listener.get_port() if self._listener else 0

    @property
    def tunnels(self) -> int:
        """How many are open now."""
        return sum(1 for guest in self._live if guest.is_tunnel)

    def public_host_keys(self) -> dict[str, str]:
        return {name: key.export_public_key().decode().strip() for name, key in self.host_keys.items()}

    async def start(self) -> None:
        self._listener = await asyncssh.create_server(
            lambda: _Guest(self),
            "127.0.0.1",
            0,
            server_host_keys=list(self.host_keys.values()),
            process_factory=_serve,
            encoding=None,
            encryption_algs=ENCRYPTION,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            login_timeout=20,
        )
        self._watch = asyncio.create_task(self._obey_faults())

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self.drop(abort=True)
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()

    def connection(self, operation: Operation, public_key: str) -> PortalConnection:
        """Sign a key for one operation. Raises asyncssh.KeyImportError for something that is no key."""
        number = str(uuid.uuid4())
        user = f"aptible-{number[:8]}"
        tunnel = operation.type == "tunnel"
        key = asyncssh.import_public_key(public_key)
        certificate = self.authority.generate_user_certificate(
            key,
            key_id=number,
            principals=[user],
            valid_after=int(time.time()) - 60,
            valid_before=int(time.time()) + CERTIFICATE_SECONDS,
            force_command=f"{'tunnel' if tunnel else 'logs'} {number}",
            permit_x11_forwarding=False,
            permit_agent_forwarding=False,
            permit_port_forwarding=tunnel,
            permit_pty=False,
            permit_user_rc=False,
        )
        made = PortalConnection(
            id=number,
            operation_id=operation.id,
            user=user,
            certificate=certificate.export_certificate().decode().strip(),
            socket=f"/var/run/aptible/tunnels/{number}/.s.PGSQL.5432" if tunnel else None,
        )
        self.world.connections[number] = made
        return made

    async def drop(self, *, abort: bool) -> None:
        """End every connection: like a cut cable, or politely."""
        for guest in tuple(self._live):
            guest.end(abort=abort)

    def time_out(self) -> None:
        """Let every tunnel reach the end of its life now (`Tunnel timed out`, exit code 124)."""
        for guest in self._live:
            guest.life_over.set()

    def database_socket(self, number: str) -> Path | None:
        """What is behind the virtual socket of a tunnel."""
        connection = self.world.connections.get(number)
        operation = self.world.operations.get(connection.operation_id) if connection else None
        if operation is None:
            return None
        for database in self.world.databases.values():
            if ("database_credentials", database.credential_id) == operation.resource and database.server:
                return database.server.socket
        return None

    def entered(self, guest: "_Guest") -> None:
        self._live.add(guest)

    def left(self, guest: "_Guest") -> None:
        self._live.discard(guest)

    async def _obey_faults(self) -> None:
        """Rules on `ssh:/tunnels` (abort, close, time-out) act on all connections that are open."""
        while True:
            await asyncio.sleep(0.1)
            if not self._live:
                continue
            rule = self.faults.take("SSH", "ssh:/tunnels")
            if rule is not None and rule.kind == "time-out":
                self.time_out()
            elif rule is not None:
                await self.drop(abort=rule.kind == "abort")


class _Guest(asyncssh.SSHServer):
    """One SSH connection."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.life_over = asyncio.Event()
        self.is_tunnel = False
        self._connection: asyncssh.SSHServerConnection | None = None
        self._ticket: asyncio.Future[PortalConnection] = asyncio.get_running_loop().create_future()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self.portal.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ticket.cancel()
        self.portal.left(self)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        # The client offers the bare key too. It is good for nothing here.
        return False

    def validate_ca_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        rule = self.portal.faults.take("SSH", "ssh:/connect")
        good = key == self.portal.authority.convert_to_public()
        if not good or rule is not None or self.portal.refuse_certificates:
            self.portal.refused.append("certificate")
            return False
        return True

    def unix_connection_requested(self, dest_path: str) -> Any:
        return self._forward(dest_path)

    async def _forward(self, path: str) -> Any:
        # The client listens before its session is up, so a program may come before the token does.
        try:
            ticket = await asyncio.wait_for(asyncio.shield(self._ticket), 10)
        except (TimeoutError, asyncio.CancelledError) as error:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "token first"
            ) from error
        real = self.portal.database_socket(ticket.id)
        if path != ticket.socket or real is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "not your socket")
        assert self._connection is not None
        return await self._connection.forward_unix_connection(str(real))

    def admit(self, process: "asyncssh.SSHServerProcess[bytes]") -> PortalConnection | None:
        """The ticket of the forced command, if the token is good."""
        _, _, number = (process.command or "").partition(" ")
        ticket = self.portal.world.connections.get(number)
        token = process.env.get("ACCESS_TOKEN", "")
        if ticket is None or self.portal.tokens.check(token) is None:
            self.portal.refused.append("token")
            return None
        if not self._ticket.done():
            self._ticket.set_result(ticket)
        return ticket

    def end(self, *, abort: bool) -> None:
        if self._connection is None:
            return
        if abort:
            self._connection.abort()
        else:
            self._connection.close()


async def _serve(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    connection = process.get_extra_info("connection")
    guest: _Guest = connection.get_owner()
    ticket = guest.admit(process)
    code = 1
    if ticket is None:
        process.stderr.write(b"Access denied: invalid ACCESS_TOKEN\n")
    elif ticket.socket is not None:
        code = await _tunnel(process, guest)
    else:
        code = await _logs(process, guest.portal.world.operations[ticket.operation_id])
    with contextlib.suppress(OSError, asyncssh.Error):
        process.exit(code)
        # Without a pause the exit status may get lost.
        await asyncio.sleep(0.2)
        connection.close()


async def _tunnel(process: "asyncssh.SSHServerProcess[bytes]", guest: _Guest) -> int:
    guest.is_tunnel = True
    guest.portal.opened += 1
    process.stdout.write(b"TUNNEL READY\n")
    gone = asyncio.create_task(process.wait_closed())
    over = asyncio.create_task(guest.life_over.wait())
    try:
        done, _ = await asyncio.wait(
            {gone, over}, timeout=TUNNEL_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        gone.cancel()
        over.cancel()
    if gone in done:
        return 0
    process.stderr.write(b"Tunnel timed out\n")
    return 124


async def _logs(process: "asyncssh.SSHServerProcess[bytes]", operation: Operation) -> int:
    write: Callable[[bytes], Any] = process.stdout.write
    async for line in operation.follow():
        write(line.encode() + b"\n")
    return 0 if operation.status == "succeeded" else 1
