"""The log of a running operation, live: Aptible hands it out over the SSH portal only.

aptible-cli (helpers/operation.rb) attaches with the same ssh command as for a tunnel, without the
forwarding; the output is the log. What goes wrong here is not told to anybody but the log itself: the
operation goes on without a reader, and its whole log can be read when it has ended.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

from providers.aptible.answers import Operation
from providers.aptible.portal import Portal
from wizard.model.secret import Secret, redact
from wizard.model.text import clean
from wizard.model.ticket import SshTicket
from wizard.model.trouble import Trouble
from wizard.ports import Log

_LONGEST_LINE = 256 * 1024


class PortalLog:
    """Streams logs of operations in one environment through the machine's own `ssh`."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def stream(self, operation: Operation, log: Log) -> None:
        """Pass on each line until the portal closes. Returns at once when there is no `ssh`."""
        program = shutil.which("ssh")
        account = operation.linked_id("account")
        if program is None or account is None:
            return
        try:
            ticket = await self._portal.ticket(operation, account, Secret("", "no database"))
        except Trouble:
            # The operation may have ended meanwhile. Its log is read as a whole then.
            return
        folder = _write_files(ticket)
        try:
            await _run(_command(program, ticket, folder), ticket, log)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


async def _run(command: list[str], ticket: SshTicket, log: Log) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=_LONGEST_LINE,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.environ.get("HOME", "/"),
            **{name: secret.reveal() for name, secret in ticket.environment.items()},
        },
    )
    assert process.stdout is not None
    try:
        # A line longer than the limit ends the live view with a ValueError; the whole log follows later.
        with contextlib.suppress(ValueError):
            while line := await process.stdout.readline():
                log(redact(clean(line.decode("utf-8", "replace").rstrip("\r\n"))))
    finally:
        if process.returncode is None:
            # Not process.kill(): it may reap the child before asyncio's own watcher does.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()


def _write_files(ticket: SshTicket) -> Path:
    """Key, certificate (found by its name) and known_hosts, all 0600 in a 0700 folder."""
    folder = Path(tempfile.mkdtemp(prefix="offramp-log-"))
    texts = {
        "id_rsa": ticket.private_key.reveal(),
        "id_rsa-cert.pub": ticket.certificate + "\n",
        "known_hosts": "\n".join(ticket.known_hosts) + "\n",
        "config": "",
    }
    for name, text in texts.items():
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    return folder


def _command(program: str, ticket: SshTicket, folder: Path) -> list[str]:
    options = (
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        f"UserKnownHostsFile={folder / 'known_hosts'}",
        "GlobalKnownHostsFile=none",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=15",
        "ServerAliveInterval=15",
        "LogLevel=ERROR",
        "ControlMaster=no",
        "ControlPath=none",
        "SendEnv=ACCESS_TOKEN",
    )
    command = [
        program,
        "-F",
        str(folder / "config"),
        "-i",
        str(folder / "id_rsa"),
        "-p",
        str(ticket.port),
        "-T",
    ]
    for option in options:
        command += ["-o", option]
    return [*command, "-l", ticket.user, "--", ticket.host]
