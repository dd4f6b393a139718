"""Ends a pg_dump that waits for an answer which does not come, because something in between carries nothing.

It is another process, so no byte of it is seen here. But the server tells whether it has anything under way
for it, and since when not, and the system whether it works by itself.
"""

import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from wizard.database.direct_watch import at_nothing
from wizard.database.far_end import Backend, NoAnswer
from wizard.database.server_question import ServerQuestion, Silence

QUIET = 15.0
"""Seconds after which one that is not through is looked at."""

EVERY = 5.0
"""Seconds between two looks."""

LOOKS = 3
"""Looks in a row that find everything as at the one before, after which it is ended; one is enough where the
server does not answer anybody."""

_AT_NOTHING = "the server has nothing under way for it"
_SILENT = "a new connection to the server gets no answer either"

_Seen = tuple[dict[int, Backend] | None, str]


class DumpWatch:
    """Watches one while it is open. `stood_still` says why it was ended; empty where it was not.

    Args:
        application: what its connection is called on the server.
    """

    def __init__(self, child: "subprocess.Popen[bytes]", question: ServerQuestion, application: str) -> None:
        self._child = child
        self._question = question
        self._application = application
        self._over = threading.Event()
        self.stood_still = ""

    def __enter__(self) -> "DumpWatch":
        threading.Thread(target=self._run, name="offramp-dump-watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A question that is not answered is not waited for.
        self._over.set()

    def _run(self) -> None:
        looks, last = 0, None
        pause = QUIET
        try:
            while not self._over.wait(pause):
                pause = EVERY
                now = self._standing()
                looks = looks + 1 if now is not None and now == last else 0
                last = now
                if now is not None and looks >= (1 if now[0] is None else LOOKS) and not self._over.is_set():
                    self.stood_still = _SILENT if now[0] is None else _AT_NOTHING
                    self._child.kill()
                    return
        finally:
            self._question.close()

    def _standing(self) -> _Seen | None:
        """What is the same at two looks where it stands still; None where the server is at work for it, or
        nobody can tell."""
        try:
            there = self._question.ask_named(self._application)
        except Silence:
            return None, _used(self._child.pid)
        except NoAnswer:
            return None
        if not all(at_nothing(one, None) for one in there.values()):
            return None
        return there, _used(self._child.pid)


def _used(pid: int) -> str:
    """The processor's time that a process has used, in some unit; empty where the system does not tell."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return " ".join(words[11:13])  # utime and stime, proc(5)
    with suppress(OSError):
        asked = ["ps", "-o", "time=", "-p", str(pid)]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return ""
