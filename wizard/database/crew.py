"""Workers that take tasks off one list, each with a connection to either side, and go on after breaks."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import pq

from wizard.database.board import Board
from wizard.database.connect import (
    NO_FREE_CONNECTION,
    is_passing,
    is_refused,
    is_wrong_password,
    reason,
    trouble,
)
from wizard.database.control import Control, Paused, Stopped
from wizard.database.ends import Ends
from wizard.database.line import Line
from wizard.database.pace import Pace
from wizard.database.snapshot import Snapshot
from wizard.model.trouble import Trouble

LONGEST_WAIT = 30.0
"""Seconds between two attempts, at most."""

LOCKS = 2.0
"""Seconds after which a worker lets go of the source's tables it has read: whoever alters one waits for that,
and all queries of that table wait behind it."""

LOGIN_ATTEMPTS = 3
"""A refused password may be one that was rotated a moment ago: it is read again this often."""

DOOR_ATTEMPTS = 7
"""Who is not let in for another reason (no such role, no such database) asks this often, for about a minute:
the server may just be set up."""

FULL_ATTEMPTS = 3
"""How often a worker that finds no free connection tries again, before it leaves its work to the others."""

MOST_DOUBLINGS = 10


class Hands:
    """The two connections of one worker: opened when first needed, given up when one breaks.

    The source's is in a transaction that sees the shared snapshot. The target's is in autocommit.
    """

    def __init__(self, ends: Ends, snapshot: Snapshot | None) -> None:
        self._ends = ends
        self._snapshot = snapshot
        self._source: Line | None = None
        self._shared_at: float | None = None
        self._target: Line | None = None
        self._reaching = "the source"
        # The source's is also looked after by another thread, while the worker does not use it.
        self._lock = threading.Lock()
        self._reads = False
        self._rested_at = time.monotonic()

    @property
    def source(self) -> Line:
        """Raises psycopg.Error, SnapshotLost, Trouble."""
        with self._lock:
            self._reaching = "the source"
            self._reads = True
            if self._source is None:
                self._source = self._ends.open_source_line("copy")
            if self._snapshot is not None and self._shared_at is None:
                self._snapshot.share(self._source)
                self._shared_at = time.monotonic()
            return self._source

    def rest(self) -> None:
        """What was done with the source is over, until the next use of it."""
        with self._lock:
            self._reads = False
            self._rested_at = time.monotonic()

    def let_go(self, *, at_once: bool) -> None:
        """End the transaction on the source, and with it the locks on the tables that were read, `at_once`
        or after a while; not while it is in use. The next use sees the same snapshot. From any thread."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._reads or self._source is None or self._shared_at is None:
                return
            if at_once or time.monotonic() - self._shared_at > LOCKS:
                self._shared_at = None
                try:
                    self._source.execute("COMMIT")
                except psycopg.Error:
                    # It broke meanwhile; the next use opens another.
                    self._ends.give_up(self._source)
                    self._source = None
        finally:
            self._lock.release()

    @property
    def target(self) -> Line:
        """Raises psycopg.Error, Trouble."""
        self._reaching = "the target"
        if self._target is None:
            self._target = self._ends.open_target_line("copy")
        return self._target

    def blame(self) -> str:
        """Which side broke, for a person: the one whose connection is bad, or the one last reached for."""
        for name, connection in (("the source", self._source), ("the target", self._target)):
            if connection is not None and (connection.broke or connection.pgconn.status != pq.ConnStatus.OK):
                return name
        return self._reaching

    def drop(self, *, broken: bool = False) -> None:
        """Close both; whatever was not committed is given up. `broken`: a server may not notice."""
        with self._lock:
            for connection in (self._source, self._target):
                if connection is None:
                    continue
                if broken:
                    self._ends.give_up(connection)
                else:
                    self._ends.close(connection, idle=time.monotonic() - self._rested_at)
            self._source = self._target = self._shared_at = None
            self._reads = False


@dataclass(frozen=True)
class Task:
    """A piece of work that can be done again from its beginning. `what` names it for an error ("Table
    public.orders cannot be copied"); `do` returns the tasks that follow from it."""

    what: str
    do: Callable[[Hands], Iterable["Task"]]


class Crew:
    """Runs tasks on several threads until none is left; how many, `pace` says, and may change its mind."""

    def __init__(
        self,
        ends: Ends,
        snapshot: Snapshot | None,
        *,
        control: Control,
        board: Board,
        pace: Pace,
        event: Callable[[str], None],
    ) -> None:
        self._ends = ends
        self._snapshot = snapshot
        self._control = control
        self._board = board
        self._pace = pace
        self._event = event
        self._tasks: deque[Task] = deque()
        self._last: Sequence[Task] = ()
        self._busy = self._alive = self._numbered = 0
        self._sent_away: set[int] = set()
        self._hands: list[Hands] = []
        self._failure: BaseException | None = None
        self._change = threading.Condition()

    def run(self, tasks: Sequence[Task], last: Sequence[Task] = ()) -> None:
        """Do `tasks` and all that follow from them. What follows is done before what waits.

        Args:
            last: done when all else has been, on the same connections.

        Raises:
            Trouble: a task failed for good; the others are brought to their end first.
            SnapshotLost: the shared snapshot is gone and a worker needs it.
            Stopped: the person asked for it.
        """
        self._tasks.extend(tasks)
        self._last = last
        forget = self._control.on_stop(self._ends.cancel_all)
        threads: list[threading.Thread] = []
        over = threading.Event()
        threading.Thread(target=self._look_after, args=(over,), name="offramp-locks", daemon=True).start()
        try:
            with self._change:
                self._come_to_the_last()
                while self._alive or (self._failure is None and (self._tasks or self._busy)):
                    threads += self._hired()
                    self._change.wait(1.0)
                    self._consider()
            for thread in threads:
                thread.join()
        finally:
            over.set()
            forget()
            self._board.workers = 0
        if self._failure is not None:
            raise self._failure

    def _look_after(self, over: threading.Event) -> None:
        """See that a worker which waits, or builds an index for an hour, keeps no table of the source locked.
        A thread of its own, because a source that does not answer holds it up."""
        while not over.wait(1.0):
            with self._change:
                all_hands = list(self._hands)
            for hands in all_hands:
                hands.let_go(at_once=False)

    def _come_to_the_last(self) -> None:
        if not self._tasks and not self._busy:
            self._tasks.extend(self._last)
            self._last = ()

    def _hired(self) -> list[threading.Thread]:
        """Start as many workers as there should be and have something to do."""
        started = []
        wanted = min(self._pace.wanted, self._busy + len(self._tasks)) if self._failure is None else 0
        while self._alive < wanted:
            self._alive += 1
            thread = threading.Thread(
                target=self._work, args=(self._numbered,), name=f"offramp-copy-{self._numbered}", daemon=True
            )
            self._numbered += 1
            thread.start()
            started.append(thread)
        self._board.workers = self._alive
        return started

    def _consider(self) -> None:
        more = self._control.take_more_workers()
        if more:
            asked = self._pace.wanted + more
            self._pace.fix(asked)
            if asked > self._pace.most:
                self._event(f"The servers have connections for {self._pace.most} workers, not for more.")
        busy = self._busy >= self._pace.wanted and not self._control.paused
        self._pace.tell(self._board.moved, busy=busy)

    def _work(self, number: int) -> None:
        hands = Hands(self._ends, self._snapshot)
        with self._change:
            self._hands.append(hands)
        try:
            while (task := self._next(number)) is not None:
                self._finished(self._attempt(task, hands, number))
                hands.let_go(at_once=False)
        except _NotNeeded as spared:
            with self._change:
                self._tasks.appendleft(spared.task)
                self._busy -= 1
        except BaseException as error:  # noqa: BLE001 - handed to the thread that called run()
            self._fail(error)
        finally:
            try:
                hands.drop(broken=self._failure is not None)
            finally:
                with self._change:
                    self._hands.remove(hands)
                    self._alive -= number not in self._sent_away
                    self._change.notify_all()

    def _next(self, number: int) -> Task | None:
        """The next task; None when there is none, or when there are more workers than there should be."""
        with self._change:
            self._change.wait_for(
                lambda: self._tasks or not self._busy or self._failure or self._alive > self._pace.wanted
            )
            self._come_to_the_last()
            if self._failure is not None or not self._tasks:
                return None
            if self._alive > self._pace.wanted:
                self._sent_away.add(number)
                self._alive -= 1
                return None
            self._busy += 1
            return self._tasks.popleft()

    def _finished(self, following: Sequence[Task]) -> None:
        with self._change:
            self._tasks.extendleft(reversed(following))
            self._busy -= 1
            self._change.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._change:
            # The first failure is the cause; what others say after it mostly follows from it.
            if self._failure is None:
                self._failure = error
            self._busy -= 1
            self._change.notify_all()

    def _attempt(self, task: Task, hands: Hands, number: int) -> list[Task]:
        attempt = refused = 0
        while True:
            hands.rest()
            if self._control.paused:
                hands.let_go(at_once=True)
            self._control.check()
            try:
                following = list(task.do(hands))
            except Paused:
                # Begun again when the pause ends. In the middle of rows no query can be sent.
                hands.drop(broken=True)
            except (psycopg.Error, Trouble) as error:
                side = hands.blame()
                hands.drop(broken=True)
                if self._control.stopped:
                    raise Stopped from error
                # At first the places may be held by what a break left, which the first who gets in ends.
                full = reason(error) == NO_FREE_CONNECTION
                if full and attempt >= FULL_ATTEMPTS and self._spared(side):
                    raise _NotNeeded(task) from error
                # Where another has failed for good, nobody waits any more.
                if self._failure is not None or not may_pass(error, refused):
                    raise error if isinstance(error, Trouble) else trouble(error, task.what) from error
                refused += is_refused(error)
                wait_to_retry(error, side, attempt, self._control, self._board, number=number)
                attempt += 1
            else:
                hands.rest()
                return following

    def _spared(self, side: str) -> bool:
        """Whether others go on when this worker finds no connection any more."""
        with self._change:
            if self._alive <= 1:
                return False
            self._pace.refused()
        named = side[:1].upper() + side[1:]
        self._event(f"{named} has no connection free for one more: a worker less from here on.")
        return True


class _NotNeeded(Exception):
    """A worker leaves; its task is for the others."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.what)
        self.task = task


def may_pass(error: psycopg.Error | Trouble, refused: int) -> bool:
    """Whether another attempt makes sense, after the server has not let us in `refused` times."""
    if not is_refused(error):
        return is_passing(error)
    return refused < (LOGIN_ATTEMPTS if is_wrong_password(error) else DOOR_ATTEMPTS)


def wait_to_retry(
    error: psycopg.Error | Trouble, side: str, attempt: int, control: Control, board: Board, *, number: int
) -> None:
    """Wait before the next attempt, longer each time, and say so on the board. Raises Stopped."""
    seconds = min(0.5 * 2 ** min(attempt, MOST_DOUBLINGS), LONGEST_WAIT)
    board.wait(number, f"{side}: {reason(error)}", seconds)
    try:
        control.sleep(seconds)
    finally:
        board.wait(number, "", 0)
