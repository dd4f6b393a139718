"""One run of pg_restore, fed from a stream: nothing of the dump touches the disk."""

import contextlib
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wizard.database.control import Control
from wizard.database.keep_alive import KEEP_ALIVE
from wizard.database.pgdump import Program, child_environment
from wizard.database.restore_errors import Listener
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

_LONGEST_LINE: Final = 1 << 16

_READS: Final = (((1, 16), 17), ((1, 15), 16), ((1, 0), 12))
"""From which layout of the archive on which version of pg_restore is needed."""


def suitable_restore(programs: list[Program], layout: tuple[int, int], made_by: str) -> Program:
    """The first of `programs` that reads an archive of that layout.

    Raises:
        Trouble: there is none.
    """
    least = next(major for known, major in _READS if layout >= known)
    for program in programs:
        if program.major >= least:
            return program
    have = ", ".join(str(program.major) for program in programs) or "none"
    raise Trouble(
        f"The dump was made by pg_dump {made_by}, and no pg_restore on this machine reads it ({have}).",
        remedy=f"Install postgresql-client-{least} or newer, then try again.",
        code="pg-restore-too-old",
    )


def run_pg_restore(
    program: Program,
    url: Secret,
    *,
    relay: str | None,
    application: str,
    listing: Path,
    pieces: Callable[[], bytes],
    listener: Listener,
    control: Control,
    begun: Callable[[Callable[[], None]], None] = lambda kill: None,
) -> int:
    """Restore the stream that `pieces` gives, piece by piece until an empty one; pg_restore's exit code.

    Args:
        relay: the folder of the relay's socket, None to go to the server itself.
        application: names the connection on the server.
        listing: the file with the numbers of the entries to restore.
        begun: gets what ends it, once it runs.

    Raises:
        Stopped: a stop was asked for; pg_restore is ended. The same for whatever `pieces` raises.
    """
    child = subprocess.Popen(
        _arguments(program, url, listing),
        env=child_environment(url, relay, application),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )
    assert child.stdin is not None and child.stderr is not None
    listening = threading.Thread(
        target=_listen, args=(child.stderr, listener), name="offramp-restore", daemon=True
    )
    listening.start()
    forget = control.on_stop(child.kill)
    try:
        begun(child.kill)
        _feed(child.stdin, pieces, control)
    except BaseException:
        child.kill()
        raise
    finally:
        with contextlib.suppress(OSError):
            child.stdin.close()
        code = child.wait()
        forget()
        listening.join()
        child.stderr.close()
    control.check()
    return code


def _feed(pipe: IO[bytes], pieces: Callable[[], bytes], control: Control) -> None:
    while True:
        control.check()
        piece = pieces()
        if not piece:
            return
        try:
            pipe.write(piece)
            pipe.flush()
        except BrokenPipeError:
            # It has ended, or needs no more of the stream; its last words and its exit code tell which.
            return


def _listen(pipe: IO[bytes], listener: Listener) -> None:
    """Read to the end, whatever comes: a full pipe would hold pg_restore up."""
    begins = True
    while raw := pipe.readline(_LONGEST_LINE):
        # What comes behind the limit is the rest of an endless line, a function's text.
        if begins:
            listener.line(raw.decode("utf-8", "replace").rstrip("\r\n"))
        begins = raw.endswith(b"\n")
    listener.end()


def _arguments(program: Program, url: Secret, listing: Path) -> list[str]:
    # Everything else about the server stands in the environment, where no other user reads it.
    database = str(conninfo_to_dict(url.reveal()).get("dbname") or "")
    return [
        program.path,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--no-publications",
        "--no-subscriptions",
        "--no-security-labels",
        "--no-tablespaces",
        "--no-password",
        "--verbose",
        f"--use-list={listing}",
        f"--dbname={make_conninfo('', dbname=database, **KEEP_ALIVE)}",
    ]
