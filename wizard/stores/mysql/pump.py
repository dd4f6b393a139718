"""From the dump program on one side to the client program on the other, and what both had to say."""

import contextlib
import re
import subprocess
from collections.abc import Callable

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.stores.mysql.clients import environment
from wizard.stores.mysql.ear import Ear
from wizard.stores.mysql.errors import MysqlError
from wizard.stores.mysql.waited import Waited

CHUNK = 1 << 18

_DEFINER = re.compile(rb"DEFINER ?= ?`(?:[^`]|``)*`@`(?:[^`]|``)*`")
_STATEMENT = re.compile(rb"^(?:CREATE |/\*!)", re.IGNORECASE)
_SANDBOX = b"/*M!999999\\- enable the sandbox mode */"
"""What newer programs of MariaDB begin with, and those of MySQL take for an error."""


def without_definer(line: bytes) -> bytes:
    """A line of a dump of definitions, freed of whose they are: such a user is not on the target, and what
    is created belongs to who creates it."""
    if _STATEMENT.match(line):
        return _DEFINER.sub(b"", line)
    return line


def pump(
    dump: list[str],
    load: list[str],
    *,
    control: Control,
    passed: Callable[[int], None],
    lanes: Lanes | None = None,
    definitions: bool = False,
) -> None:
    """Run both to their end.

    Args:
        passed: hears how many bytes more went over.
        lanes: of the way to the target, one of which the loader has.
        definitions: whether it is a dump of definitions, which is rewritten line by line.

    Raises:
        MysqlError: either failed; the loader's word comes first, for the dumper then only says that nobody
            listens.
        Stopped: the person asked for it.
    """
    children: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        for child in children:
            with contextlib.suppress(OSError):
                child.kill()

    forget = control.on_stop(kill)
    waited, lanes = Waited(kill), lanes or Lanes()
    lanes.hold(waited)
    try:
        dumper = _start(dump, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        children.append(dumper)
        loader = _start(load, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        children.append(loader)
        ears = [Ear(dumper), Ear(loader)]
        broke = _carry(dumper, loader, control, passed, waited, definitions=definitions)
        if broke:
            dumper.kill()
        dumped = dumper.wait()
        if dumped != 0 and not broke:
            # What it was given so far must not be taken for the whole.
            loader.kill()
        with waited.owed():
            loaded = loader.wait()
        control.check()
        # It also failed when it ended well, and before it had heard everything.
        if broke or (loaded != 0 and dumped == 0):
            raise MysqlError(load[0].rpartition("/")[2], loaded, ears[1].heard())
        if dumped != 0:
            raise MysqlError(dump[0].rpartition("/")[2], dumped, ears[0].heard())
    finally:
        forget()
        lanes.let_go(waited)
        kill()
        for child in children:
            child.wait()


def _start(words: list[str], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )


def _carry(
    dumper: "subprocess.Popen[bytes]",
    loader: "subprocess.Popen[bytes]",
    control: Control,
    passed: Callable[[int], None],
    waited: Waited,
    *,
    definitions: bool,
) -> bool:
    """Whether the loader ended before everything was given to it."""
    assert dumper.stdout is not None and loader.stdin is not None
    first = True
    try:
        while data := dumper.stdout.readline() if definitions or first else dumper.stdout.read(CHUNK):
            control.check()
            if first and data.startswith(_SANDBOX):
                data = b"\n"
            first = False
            with waited.owed(streams=True):
                loader.stdin.write(without_definer(data) if definitions else data)
            passed(len(data))
        if dumper.wait() == 0:
            loader.stdin.close()
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            loader.stdin.close()
        return True
    return False
