"""The log of a running operation, live: Aptible hands it out over the SSH portal only.

aptible-cli (helpers/operation.rb) attaches with the same ssh command as for a tunnel, without the
forwarding; the output is the log. What goes wrong here is not told to anybody but the log itself: the
operation goes on without a reader, and its whole log can be read when it has ended.
"""

import asyncio
import contextlib
from pathlib import Path

from providers.aptible.answers import Operation
from providers.aptible.portal import Portal
from wizard.database.ssh_command import SshChild, find_ssh, remove_old_keys
from wizard.database.ssh_failure import classify
from wizard.database.tunnel_way import Failure
from wizard.model.secret import Secret, redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Log

ENDING = 5.0
"""Seconds for `ssh` to end after it has said its last."""


class PortalLog:
    """Streams logs of operations in one environment through the machine's own `ssh`."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        # Once they were needed, all later logs begin with them.
        self._older = False

    async def stream(self, operation: Operation, folder: Path, log: Log) -> None:
        """Pass on each line until the portal closes. Returns at once when there is no `ssh`.

        Key files lie below `folder`, which nobody else uses for that, until the first line is there; `ssh`
        ends with this process, however that ends. A portal that signs with SHA-1 only refuses the first try;
        the second one, with a fresh ticket, takes its signatures, as a tunnel does.
        """
        account = operation.linked_id("account")
        if account is None:
            return
        for older in (True,) if self._older else (False, True):
            failure = await self._attach(operation, account, folder, log, older=older)
            if failure is None or failure.do != "fresh":
                # It was read, or no signature is at fault. The whole log can be read when all has ended.
                return

    async def _attach(
        self, operation: Operation, account: str, folder: Path, log: Log, *, older: bool
    ) -> Failure | None:
        """One connection to its end. Why the portal refused it, None when it did not or nothing is known."""
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[bytes] = asyncio.Queue()

        def show(line: bytes) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody reads any more
                loop.call_soon_threadsafe(lines.put_nowait, line)

        try:
            find_ssh()
            ticket = await self._portal.ticket(operation, account, Secret("", "no database"))
            await asyncio.to_thread(remove_old_keys, folder)
            # Not in a thread: whoever is cancelled while it starts would leave it running.
            child = SshChild(ticket, folder, None, legacy=older, show=show)
        except (Trouble, OSError):
            # The operation may have ended meanwhile. Its log is read as a whole then.
            return None
        let_in = ended = False
        try:
            while line := await lines.get():
                let_in, self._older = True, older
                child.forget_keys()
                log(redact(clean(line.decode("utf-8", "replace").rstrip("\r\n"))))
            ended = not let_in and await asyncio.to_thread(child.ended, ENDING)
        finally:
            await asyncio.to_thread(child.end)
        # Only now all is there that it said.
        code = child.process.returncode if ended else None
        return None if let_in else classify(let_in=False, code=code, said=child.said, host=ticket.host)
