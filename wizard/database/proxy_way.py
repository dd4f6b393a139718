"""A tunnel by a vendor's own program: see `wizard.database.tunnel_way`."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wizard.database.group_child import GroupChild
from wizard.database.loopback_only import loopback_only
from wizard.database.proxy_failure import NO_TERMINAL, classify
from wizard.database.tunnel_way import Failure
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

SLOW_START = 90.0
"""Seconds from its start to its first answer: npx may have to fetch the program first."""


class ProxyWay:
    """The running program. Whether it works only a query tells; its words are kept for the case that it ends.

    Args:
        folder: a private one, for what Node is told before the program.
        typed_at: give it a terminal, at which nobody types.

    Raises:
        Trouble: the program is not on this machine.
        OSError: it cannot be started.
    """

    slow_start = SLOW_START
    unknown = True

    def __init__(self, ticket: ProxyTicket, folder: Path, port: int, *, typed_at: bool = False) -> None:
        self.port = port
        self.name = name_of(ticket.program)
        self._ticket = ticket
        environment = dict(ticket.environment)
        if "NODE_OPTIONS" in os.environ:
            environment.setdefault("NODE_OPTIONS", os.environ["NODE_OPTIONS"])
        words = [word.replace("{port}", str(port)) for word in ticket.program]
        try:
            self._child = GroupChild(words, loopback_only(environment, folder), typed_at=typed_at)
        except FileNotFoundError as error:
            if shutil.which(words[0]):
                raise
            raise missing(words[0]) from error

    @property
    def pid(self) -> int:
        """Of the program, and of its group."""
        return self._child.pid

    @property
    def wants_terminal(self) -> bool:
        """Whether it ended because nobody can type at it."""
        return bool(NO_TERMINAL.search(self._child.said))

    def let_in(self, seconds: float) -> bool:
        """Nothing but a query tells that it is ready."""
        return not self._child.ended(0)

    def settled(self) -> None:
        """Nothing to do."""

    def ended(self, seconds: float) -> bool:
        """Whether it has ended."""
        return self._child.ended(seconds)

    def failure(self, *, let_in: bool, why: str = "") -> Failure:
        """By whether it ever carried a query, and by its last words."""
        code = self._child.process.returncode if self._child.ended(0) else None
        self._child.end()
        said = self._child.said
        if let_in:
            last = said.rpartition("\n")[2]
            return Failure("retry", why or last or f"{self.name} ended")
        found = classify(self.name, said, code, login=self._ticket.login, title=self._ticket.title)
        return replace(found, why=why) if why and not said else found

    def hang_up(self) -> None:
        """Ask it to end."""
        self._child.hang_up()

    def end(self) -> None:
        """End it, with all that it has started."""
        self._child.end()


def name_of(words: Sequence[str]) -> str:
    """What a program is called: of `npx -y @codecapsules/cli proxy` "@codecapsules/cli"."""
    runners = ("npx", "node", "python", "python3", "pnpm", "yarn", "bunx", "env", "dlx", "exec")
    for word in words:
        plain = word.rpartition("/")[2] if not word.startswith("@") else word
        if plain and not word.startswith("-") and plain.partition(".")[0] not in runners:
            plain = re.sub(r"\.(c?js|mjs|py)$", "", plain)
            return plain.rpartition(".")[2] if plain.count(".") > 1 else plain
    return words[0] if words else "the program"


def missing(program: str) -> Trouble:
    """Told where the program is not on this machine."""
    node = program in ("npx", "npm", "node")
    return Trouble(
        f"The program {program} is not on this machine; the tunnel to the target needs it.",
        untouched="Nothing was opened.",
        remedy=("Install Node (it brings npx)" if node else "Install it")
        + ", then press r. Or open a tunnel yourself and tell Offramp its port: "
        "`offramp tell SESSION port N`.",
        code="proxy-missing",
    )
