"""A tunnel by `ssh`: see `wizard.database.tunnel_way`."""

from pathlib import Path

from wizard.database.ssh_command import SshChild
from wizard.database.ssh_failure import classify
from wizard.database.tunnel_way import Failure
from wizard.model.ticket import SshTicket


class SshWay:
    """An `ssh` child. Raises Trouble where there is no `ssh`, and OSError where it cannot be started."""

    name = "ssh"
    slow_start = 0.0
    unknown = False

    def __init__(self, ticket: SshTicket, folder: Path, port: int, *, older: bool) -> None:
        self.port = port
        self._host = ticket.host
        self._child = SshChild(ticket, folder, port, legacy=older)

    @property
    def pid(self) -> int:
        """Of the `ssh` process."""
        return self._child.pid

    def let_in(self, seconds: float) -> bool:
        """Wait for its first line, which says that the portal let us in."""
        return self._child.first_line(seconds)

    def settled(self) -> None:
        """Its keys are needed no more."""
        self._child.forget_keys()

    def ended(self, seconds: float) -> bool:
        """Whether it has ended."""
        return self._child.ended(seconds)

    def failure(self, *, let_in: bool, why: str = "") -> Failure:
        """By its exit code and its last words."""
        if why:
            return Failure("retry", why)
        code = self._child.process.returncode if self.ended(0.5 if let_in else 2) else None
        self._child.end()
        return classify(let_in=let_in, code=code, said=self._child.said, host=self._host)

    def hang_up(self) -> None:
        """Ask it to end."""
        self._child.hang_up()

    def end(self) -> None:
        """End it, and remove its keys."""
        self._child.end()
