"""Passing a session from one terminal to another: who wants it asks, who has it says yes or no.

The right to write is the session's edit lock, and there is no other. Who asks holds the turn lock meanwhile,
so only one asks at a time, a wish ends with the process that had it, and nobody else takes what is given
(`Session.claim`). Who has it sees the wish, answers, and lets go; then, and only then, can the other take it.
"""

import contextlib
import os
import secrets
import signal
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.session.lock import Holder, this_process
from wizard.session.store import Part, Session

PATIENCE = 60.0
"""Seconds without an answer after which a holder whose terminal is gone loses the session."""

_ATTEMPTS = 40
"""How often the turn is tried while others come and go, 5 ms apart."""


class Wish(Noun, frozen=True, kw_only=True):
    """Somebody wants the session. `id` is made up for each wish, so no answer is taken for another's."""

    id: str
    asker: Holder
    answer: Literal["", "yes", "no"] = ""


WISH = Part("control-wish", Wish)

Outcome = Literal["waits", "ours", "refused", "lost"]


class Asking:
    """The side that wants the session. `begin` once, then `look` about once a second until it is over;
    `withdraws` is the key that takes the wish back."""

    def __init__(
        self, session: Session, clock: Callable[[], float] = time.monotonic, *, withdraws: str = "c"
    ) -> None:
        self._session = session
        self._clock = clock
        self._withdraws = withdraws
        self._wish: Wish | None = None
        self._from: Holder | None = None
        self._since = 0.0
        self._ended = False
        self.said = ""
        """What came of it, as a sentence."""

    def begin(self) -> bool:
        """Ask. False when somebody else asks already; `said` has who.

        Raises:
            Trouble: the wish cannot be written; nothing was asked.
        """
        turn = self._session.turn_lock
        for _ in range(_ATTEMPTS):
            if turn.take():
                break
            time.sleep(0.005)
        else:
            other = turn.holder()
            self.said = f"{other.person() if other else 'Somebody'} asks for it already. Nothing was asked."
            return False
        self._from = self._session.edit_lock.holder()
        self._wish = Wish(id=secrets.token_hex(8), asker=this_process())
        self._since = self._clock()
        try:
            self._session.save(WISH, self._wish)
        except Trouble:
            turn.release()
            raise
        who = self._from.person() if self._from else "whoever has it"
        self.said = f"Asked {who}. This goes on watching meanwhile; {self._again()} withdraws it."
        return True

    def look(self) -> Outcome:
        """How it stands now; takes the session as soon as it is free."""
        if self._wish is None:
            return "lost"
        known = self._session.load(WISH)
        answer = known.answer if known is not None and known.id == self._wish.id else ""
        if self._session.edit_lock.take():
            self._taken(answer)
            return "ours"
        if answer == "no":
            self.said = f"{self._who()} keeps control. You go on watching."
            self._over()
            return "refused"
        holder = self._session.edit_lock.holder()
        if holder is not None and self._clock() - self._since >= PATIENCE:
            self._unanswered(holder)
        return "waits"

    def withdraw(self) -> None:
        """Ask no more; nothing was changed."""
        self.said = "Withdrawn. You go on watching."
        self._over()

    def _again(self) -> str:
        return f"{self._withdraws} again" if self._withdraws == "c" else self._withdraws

    def _who(self) -> str:
        return self._from.person() if self._from else "Whoever had it"

    def _taken(self, answer: str) -> None:
        if answer == "yes":
            why = f"{self._who()} agreed"
        elif self._ended:
            why = f"the terminal of {self._who()} was gone and nobody answered for {PATIENCE:.0f} s"
        else:
            why = f"{self._who()} had ended"
        with contextlib.suppress(Trouble):
            # Ours all the same on a full disk, on which nothing can be written down.
            tell(self._session, f"Control went to {this_process().person()}: {why}")
        self.said = f"You have control: {why}."
        self._over()

    def _unanswered(self, holder: Holder) -> None:
        if not terminal_is_gone(self._session, holder):
            self.said = (
                f"No answer yet from {holder.person()}, whose terminal is still there. Go there, or end "
                f"process {holder.pid}; {self._withdraws} withdraws."
            )
            return
        if not self._ended:
            self._ended = True
            with contextlib.suppress(ProcessLookupError):
                # SIGTERM makes a screen leave. CONT: one that was stopped would not notice.
                os.kill(holder.pid, signal.SIGTERM)
                os.kill(holder.pid, signal.SIGCONT)
        self.said = f"The terminal of {holder.person()} is gone: its process is being ended."

    def _over(self) -> None:
        with contextlib.suppress(Trouble):
            if (known := self._session.load(WISH)) and self._wish and known.id == self._wish.id:
                self._session.drop(WISH)
        self._session.turn_lock.release()
        self._wish = None


def wished(session: Session) -> Wish | None:
    """The wish that waits for an answer of this process, None when nobody asks. Cheap: for every second."""
    if not session.claimed:
        return None
    asker = session.turn_lock.holder()
    if asker is None:
        return None
    wish = session.load(WISH)
    return wish if wish is not None and not wish.answer and wish.asker.pid == asker.pid else None


def answer(session: Session, wish: Wish, *, yes: bool) -> bool:
    """Say yes, which lets go of the session, or no. False: the wish is over already, and nothing happened.

    Raises:
        Trouble: the answer cannot be written; this process still has the session.
    """
    if wished(session) != wish:
        return False
    if not yes:
        tell(session, f"{this_process().person()} kept control; {wish.asker.person()} had asked for it")
    session.save(WISH, msgspec.structs.replace(wish, answer="yes" if yes else "no"))
    if yes:
        session.edit_lock.release()
    return True


def tell(session: Session, text: str) -> None:
    """Write down who did what; nothing to write into before the first run."""
    journal = Journal(session)
    if journal.run() is not None:
        journal.event("person", text)


def terminal_is_gone(session: Session, holder: Holder) -> bool:
    """Whether `holder` had a terminal and has none any more, as after a lost connection. False when that
    cannot be known for sure: on another machine, in another container, on another system than Linux."""
    if sys.platform != "linux" or not holder.terminal or not _holds(session.edit_lock.path, holder.pid):
        return False
    try:
        # proc(5): after the name, which may hold anything, come state, ppid, pgrp, session, tty_nr. The
        # kernel takes the terminal from every process of a session that was hung up.
        fields = Path(f"/proc/{holder.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[4]) == 0
    except (OSError, ValueError, IndexError):
        return False


def _holds(path: Path, pid: int) -> bool:
    """Whether the process `pid` of this machine is the one with the flock, as the kernel lists it."""
    try:
        file = path.stat()
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return False
    if not stat.S_ISREG(file.st_mode):
        return False
    where = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    # "1: FLOCK  ADVISORY  WRITE 4711 fe:00:2148325 0 EOF"
    return any(
        line.split()[1:2] == ["FLOCK"] and line.split()[3:6] == ["WRITE", str(pid), where] for line in lines
    )
