"""Notices that a restore stands still because what leads to the target does: a tunnel, a vendor's program.

pg_restore is another process, and silent for hours where an index takes hours. So the server is asked, over
a connection of its own, whether it is at work for it. A restore cannot be taken up over another connection:
it is told first, for what is frozen may be woken, and ended late, when nothing comes of it any more.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType

import psycopg

from wizard.database.connect import Connection
from wizard.database.direct_watch import at_nothing
from wizard.database.far_end import Backend, NoAnswer
from wizard.database.restore_progress import Meter
from wizard.database.server_question import ServerQuestion, Silence
from wizard.model.trouble import Trouble

QUIET = 15.0
"""Seconds in which pg_restore has moved nothing, though it is its turn, after which the server is asked."""

EVERY = 5.0
"""Seconds between two looks at one that stands still."""

TICK = 1.0
"""Seconds between two looks at one that moves."""

LOOKS = 3
"""Looks in a row that find a server at nothing for it, before that is told: an answer may be on its way."""

LOST = 120.0
"""Seconds for which the server has had nothing under way for it, after which it is ended. A slow line may
bring a COPY its rows with long pauses."""

SILENT = 600.0
"""The same where the server gives no answer at all: whoever froze it may let it go on."""

_AT_NOTHING = "the target has nothing under way for it"
_NO_ANSWER = "a new connection to the target gets no answer either"


class RestoreWatch:
    """Watches one pg_restore, from a thread of its own while it is open.

    Args:
        application: what the connection of pg_restore is called on the server.
        tell: gets a sentence when it stands still, and when it goes on.
    """

    def __init__(
        self, meter: Meter, question: ServerQuestion, application: str, tell: Callable[[str], None]
    ) -> None:
        self._meter = meter
        self._question = question
        self._application = application
        self._tell = tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offramp-restore-watch", daemon=True)
        self._kill: Callable[[], None] = lambda: None
        self._ended = ""
        self._told = False
        self._since = 0.0
        self._idle = 0
        self._last: dict[int, Backend] = {}
        self._seen = False

    def __enter__(self) -> "RestoreWatch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # A question that is not answered is not waited for.
        self._thread.join(1.0)
        self._meter.stands_still = ""

    def begun(self, kill: Callable[[], None]) -> None:
        """It has begun; `kill` ends it."""
        self._kill = kill

    def check(self) -> None:
        """Raises Trouble where it was ended because it stood still."""
        if self._ended:
            raise Trouble(
                f"The restore stood still: {self._ended}. It was ended.",
                untouched="What it had brought by then is on the target, incomplete and marked as such.",
                remedy="Open anew what leads to the target (the tunnel, the vendor's program). Then run the "
                "command again with --start-over: it empties the target of that and begins anew.",
                code="restore-stood-still",
            )

    # The watch's thread.

    def _run(self) -> None:
        pause = TICK
        try:
            while not self._over.wait(pause):
                pause = self._look()
        finally:
            self._question.close()

    def _look(self) -> float:
        """Look once; seconds to the next look."""
        if self._meter.paused:
            return TICK
        still = self._meter.still
        if still < QUIET:
            self._question.close()
            self._idle = 0
            self._goes_on()
            return TICK
        why = self._why()
        # It took its time, and something may have moved.
        before, still = still, self._meter.still
        if not why or still < before:
            self._goes_on()
            return EVERY
        now = time.monotonic()
        self._since = self._since or now
        longest = SILENT if why == _NO_ANSWER else LOST
        self._meter.stands_still = why
        if not self._told:
            self._told = True
            self._tell(_words(still, why, longest))
        if now - self._since >= longest and not self._over.is_set():
            self._ended = f"nothing moved for {round(still)} s, and {why}"
            self._kill()
        return EVERY

    def _goes_on(self) -> None:
        self._meter.stands_still = ""
        self._since = 0.0
        if self._told:
            self._told = False
            self._tell("It goes on.")

    def _why(self) -> str:
        """Why it stands still; empty where the server is at work for it, or nobody can tell."""
        last, self._last = self._last, {}
        try:
            there = self._question.ask_named(self._application)
        except Silence:
            return _NO_ANSWER
        except NoAnswer:
            return ""
        # One that was never there is called otherwise by what lies between.
        self._seen = self._seen or bool(there)
        idle = self._seen and all(at_nothing(one, last.get(pid)) for pid, one in there.items())
        self._idle, self._last = (self._idle + 1, there) if idle else (0, there)
        return _AT_NOTHING if self._idle >= LOOKS else ""


def lets_two_in(target: Connection, question: ServerQuestion) -> bool:
    """Whether a connection beside `target` is let in and does not take its place: a tunnel may carry one."""
    try:
        question.ask([])
        target.execute("SELECT 1")
    except (NoAnswer, psycopg.Error):
        return False
    finally:
        question.close()
    return True


def _words(still: float, why: str, longest: float) -> str:
    return (
        f"Nothing has moved for {round(still)} s, and {why}: what leads there (a tunnel, a vendor's program) "
        "may stand still. Have it go on if you can. Else press ctrl+c, open it anew, and run the command "
        f"again with --start-over. If it stays so, the restore ends by itself in {round(longest / 60)} min."
    )
