"""The SSH portal of the sandbox's Aptible: asyncssh, user certificates, one ticket a connection.

A connection belongs to one operation. Its certificate carries a forced command, `tunnel <id>`, `logs <id>` or
`execute <id>`; the session must bring ACCESS_TOKEN, and only then a tunnel may forward, and only to its own
socket. The path of that socket is virtual: behind it is the database's door.
"""

import asyncio
import functools
import time
import uuid
from typing import Literal

import asyncssh

from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.portal_guest import Guest, serve
from providers.sandbox.aptible.records import App, PortalConnection
from providers.sandbox.aptible.rollout import Rollout
from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.world import World
from providers.sandbox.faults import Faults
from providers.sandbox.relay import Door

CERTIFICATE_SECONDS = 300
TUNNEL_SECONDS = 24 * 3600
"""A tunnel's life at Aptible (documentation, database tunnels)."""

ENCRYPTION = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Offered alone, because asyncssh does them about half as fast again as the client's first choice."""

Dialect = Literal["modern", "rsa", "sha1"]


@functools.cache
def _key(purpose: str, algorithm: str) -> asyncssh.SSHKey:
    """One key a process for each purpose: making an RSA key takes half a second."""
    sizes = {"key_size": 3072} if algorithm == "ssh-rsa" else {}
    return asyncssh.generate_private_key(algorithm, comment=purpose, **sizes)


class Portal:
    """The listener, and all who are connected.

    Attributes:
        refuse_certificates: while true, nobody gets in.
        tunnel_seconds: how long a tunnel lives; then it says `Tunnel timed out` and ends with 124.
        cut_after: seconds that a connection lives before a rule on `ssh:/tunnels` acts on it.
        opened: tunnels that were let through so far.
        refused: why somebody was turned away ("certificate", "token"), in order.
        sockets_refused: how often a tunnel asked for a socket and was not let through.
    """

    def __init__(self, world: World, tokens: Tokens, faults: Faults, rollout: Rollout) -> None:
        self.world = world
        self.tokens = tokens
        self.faults = faults
        self.rollout = rollout
        self.refuse_certificates = False
        self.tunnel_seconds: float = TUNNEL_SECONDS
        self.cut_after = 0.0
        self.opened = 0
        self.refused: list[str] = []
        self.sockets_refused = 0
        self.authority = _key("authority", "ssh-rsa")
        self.host_keys = {"rsa": _key("host", "ssh-rsa"), "ecdsa": _key("host", "ecdsa-sha2-nistp256")}
        self._told = dict(self.host_keys)
        self._dialect: Dialect = "modern"
        self._live: set[Guest] = set()
        self._listener: asyncssh.SSHAcceptor | None = None
        self._port = 0
        self._watch: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where it listens, or did before its door was closed."""
        return self._port

    @property
    def tunnels(self) -> int:
        """How many are open now."""
        return sum(1 for guest in self._live if guest.is_tunnel)

    def public_host_keys(self) -> dict[str, str]:
        return _public(self.host_keys)

    def told_host_keys(self) -> dict[str, str]:
        """What stacks say of it: not always what it has."""
        return _public(self._told)

    async def start(self) -> None:
        await self.open_door()
        self._watch = asyncio.create_task(self._obey_faults())

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self.drop(abort=True)
        await self.close_door()

    async def open_door(self) -> None:
        """Listen; on the same port as before, if it has listened before."""
        self._listener = await asyncssh.create_server(
            lambda: Guest(self),
            "127.0.0.1",
            self._port,
            process_factory=serve,
            encoding=None,
            encryption_algs=ENCRYPTION,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            login_timeout=20,
            **self._spoken(),
        )
        self._port = self._listener.get_port()

    async def close_door(self) -> None:
        """Refuse new connections, as a firewall does; those there are go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def speak(self, dialect: Dialect) -> None:
        """What it can do: `modern`; `rsa`: no host key but RSA; `sha1`: RSA with SHA-1 signatures only, as
        before OpenSSH 8.8, so that a client of today comes in only when it is told to take them."""
        self._dialect = dialect
        await self.close_door()
        await self.open_door()

    async def change_host_keys(self, *, told: bool = False) -> None:
        """Have other host keys from now on. `told`: stacks name the new ones; otherwise still the old ones,
        as when somebody stands in between."""
        ecdsa = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
        rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        self.host_keys = {"rsa": rsa, "ecdsa": ecdsa}
        if told:
            self._told = dict(self.host_keys)
        await self.close_door()
        await self.open_door()

    def connection(self, operation: Operation, public_key: str) -> PortalConnection:
        """Sign a key for one operation. Raises asyncssh.KeyImportError for something that is no key."""
        number = str(uuid.uuid4())
        user = f"aptible-{number[:8]}"
        tunnel = operation.type == "tunnel"
        what = operation.type if operation.type in {"tunnel", "execute"} else "logs"
        key = asyncssh.import_public_key(public_key)
        certificate = self.authority.generate_user_certificate(
            key,
            key_id=number,
            principals=[user],
            valid_after=int(time.time()) - 60,
            valid_before=int(time.time()) + CERTIFICATE_SECONDS,
            force_command=f"{what} {number}",
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

    def freeze(self, seconds: float) -> None:
        """Read nothing from anybody for that long, as a machine that hangs."""
        for guest in self._live:
            guest.freeze(seconds)

    def door(self, connection_id: str) -> Door | None:
        """What is behind the virtual socket of a tunnel."""
        operation = self.operation(connection_id)
        if operation is None or operation.resource[0] != "database_credentials":
            return None
        found = self.world.credential(operation.resource[1])
        if found is None or found[0].server is None:
            return None
        return found[0].server.doors.get(found[1].type)

    def operation(self, connection_id: str) -> Operation | None:
        connection = self.world.connections.get(connection_id)
        return self.world.operations.get(connection.operation_id) if connection else None

    def app(self, operation: Operation) -> App | None:
        """The app that an operation is about."""
        return self.world.apps.get(operation.resource[1]) if operation.resource[0] == "apps" else None

    def entered(self, guest: Guest) -> None:
        self._live.add(guest)

    def left(self, guest: Guest) -> None:
        self._live.discard(guest)

    def _spoken(self) -> dict[str, object]:
        if self._dialect == "modern":
            return {"server_host_keys": list(self.host_keys.values())}
        (rsa,) = asyncssh.load_keypairs([self.host_keys["rsa"]])
        if self._dialect == "rsa":
            return {"server_host_keys": [rsa]}
        # asyncssh offers what the key can do; this key shall do what keys of old could.
        rsa.host_key_algorithms = (b"ssh-rsa",)
        return {"server_host_keys": [rsa], "signature_algs": ["ssh-rsa"]}

    async def _obey_faults(self) -> None:
        """Rules on `ssh:/tunnels` (abort, close, time-out, freeze) act on all connections that are open, one
        rule every tenth of a second: a rule with `count=10` cuts ten times."""
        while True:
            await asyncio.sleep(0.1)
            if not any(guest.age() >= self.cut_after for guest in self._live):
                continue
            rule = self.faults.take("SSH", "ssh:/tunnels")
            if rule is None:
                continue
            if rule.kind == "time-out":
                self.time_out()
            elif rule.kind == "freeze":
                self.freeze(rule.seconds(30))
            else:
                await self.drop(abort=rule.kind == "abort")


def _public(keys: dict[str, asyncssh.SSHKey]) -> dict[str, str]:
    return {name: key.export_public_key().decode().strip() for name, key in keys.items()}
