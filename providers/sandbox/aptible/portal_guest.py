"""One connection to the SSH portal: who gets in, what is forwarded, what a session shows."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncssh

from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import PortalConnection

if TYPE_CHECKING:
    from providers.sandbox.aptible.portal import Portal

_LOOK = 0.1
"""Seconds between looks at an app's log."""


class Guest(asyncssh.SSHServer):
    """Attributes:
    life_over: set when a tunnel has lived long enough.
    """

    def __init__(self, portal: "Portal") -> None:
        self.portal = portal
        self.life_over = asyncio.Event()
        self.is_tunnel = False
        self._since: float | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._ticket: asyncio.Future[PortalConnection] = asyncio.get_running_loop().create_future()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self.portal.entered(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ticket.cancel()
        self.portal.left(self)

    def age(self) -> float:
        """Seconds since its session began; below zero before that."""
        return -1.0 if self._since is None else time.monotonic() - self._since

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
        door = self.portal.door(ticket.id)
        refused = self.portal.faults.take("SSH", "ssh:/forward") is not None
        if path != ticket.socket or door is None or refused:
            self.portal.sockets_refused += 1
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "not your socket")
        assert self._connection is not None
        if isinstance(door, Path):
            return await self._connection.forward_unix_connection(str(door))
        return await self._connection.forward_connection("127.0.0.1", door)

    def admit(self, process: "asyncssh.SSHServerProcess[bytes]") -> PortalConnection | None:
        """The ticket of the forced command, if the token is good."""
        _, _, number = (process.command or "").partition(" ")
        ticket = self.portal.world.connections.get(number)
        token = process.env.get("ACCESS_TOKEN", "")
        if ticket is None or self.portal.tokens.check(token) is None:
            self.portal.refused.append("token")
            return None
        self._since = time.monotonic()
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

    def freeze(self, seconds: float) -> None:
        """Read nothing for a while; so no question whether it is still alive is answered either."""
        # asyncssh has no way to pause a connection as a whole; its transport is an ordinary one of asyncio's.
        transport = getattr(self._connection, "_transport", None)
        if transport is None:
            return
        transport.pause_reading()

        def go_on() -> None:
            if not transport.is_closing():
                transport.resume_reading()

        asyncio.get_running_loop().call_later(seconds, go_on)


async def serve(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    """A session: a tunnel that waits, a log, or a command."""
    connection = process.get_extra_info("connection")
    guest: Guest = connection.get_owner()
    ticket = guest.admit(process)
    operation = guest.portal.operation(ticket.id) if ticket else None
    code = 1
    if ticket is None or operation is None:
        process.stderr.write(b"Access denied: invalid ACCESS_TOKEN\n")
    elif ticket.socket is not None:
        code = await _tunnel(process, guest)
    elif operation.type == "execute":
        code = await _execute(process, guest.portal, operation)
    elif operation.type == "logs":
        code = await _app_log(process, guest.portal, operation)
    else:
        code = await _log(process, operation)
    with contextlib.suppress(OSError, asyncssh.Error):
        process.exit(code)
        # Without a pause the exit status may get lost.
        await asyncio.sleep(0.2)
        connection.close()


async def _tunnel(process: "asyncssh.SSHServerProcess[bytes]", guest: Guest) -> int:
    guest.is_tunnel = True
    guest.portal.opened += 1
    process.stdout.write(b"TUNNEL READY\n")
    gone = asyncio.create_task(process.wait_closed())
    over = asyncio.create_task(guest.life_over.wait())
    try:
        done, _ = await asyncio.wait(
            {gone, over}, timeout=guest.portal.tunnel_seconds, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        gone.cancel()
        over.cancel()
    if gone in done:
        return 0
    process.stderr.write(b"Tunnel timed out\n")
    return 124


async def _log(process: "asyncssh.SSHServerProcess[bytes]", operation: Operation) -> int:
    async for line in operation.follow():
        process.stdout.write(line.encode() + b"\n")
    return 0 if operation.status == "succeeded" else 1


async def _app_log(
    process: "asyncssh.SSHServerProcess[bytes]", portal: "Portal", operation: Operation
) -> int:
    """What the app's containers wrote, and write, until the client goes."""
    app = portal.app(operation)
    gone = asyncio.create_task(process.wait_closed())
    shown: list[str] = []
    try:
        while app is not None and not gone.done():
            lines = list(app.log)
            for line in fresh(lines, shown):
                process.stdout.write(line.encode() + b"\n")
            shown = lines
            await asyncio.sleep(_LOOK)
    finally:
        gone.cancel()
    return 0


def fresh(lines: list[str], shown: list[str]) -> list[str]:
    """What came after `shown` in a log that loses its head when it is long."""
    lost = next(at for at in range(len(shown) + 1) if lines[: len(shown) - at] == shown[at:])
    return lines[len(shown) - lost :]


async def _execute(
    process: "asyncssh.SSHServerProcess[bytes]", portal: "Portal", operation: Operation
) -> int:
    """A command in a one-off container; its output, and its exit code."""
    app = portal.app(operation)
    command = str(operation.body.get("command") or "/bin/bash")
    if app is None:
        return 1

    def show(line: str) -> None:
        with contextlib.suppress(OSError, asyncssh.Error):
            process.stdout.write(line.encode() + b"\n")

    try:
        running = await portal.rollout.run_once(app, command, show)
    except ReleaseFailed as error:
        process.stderr.write(f"{error}\n".encode())
        return 1
    ended = asyncio.create_task(running.wait())
    gone = asyncio.create_task(process.wait_closed())
    await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if not ended.done():
        await running.stop(1.0)
    code = await ended
    return code if code >= 0 else 128 - code
