"""Does things again while waiting may help, on connections that are opened when they are needed."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg
from psycopg import pq

from wizard.database.board import Board
from wizard.database.connect import Connection, is_passing, is_refused, trouble
from wizard.database.control import Control, Stopped
from wizard.database.crew import DOOR_ATTEMPTS, may_pass, wait_to_retry
from wizard.database.ends import Ends
from wizard.database.snapshot import Snapshot, SnapshotLost
from wizard.model.trouble import Trouble

T = TypeVar("T")

SOON = 60.0
"""Seconds below which a snapshot was lost soon: after two such the next one is not taken at once."""


class Patience:
    """What has not to do with rows: questions to both sides, and objects made on the target."""

    def __init__(self, ends: Ends, control: Control, board: Board) -> None:
        self._ends = ends
        self._control = control
        self._board = board
        self._kept: dict[str, tuple[Connection, float]] = {}
        self._keeper: int | None = None

    @contextlib.contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep the connections that this thread opens for the length of the block: at 30 ms a round trip each
        costs a quarter of a second."""
        outermost = self._keeper is None
        if outermost:
            self._keeper = threading.get_ident()
        try:
            yield
            if outermost:
                # A server that cannot be reached now ends them by itself some day.
                with contextlib.suppress(psycopg.Error, Trouble):
                    self._ends.end_given_up()
        except Stopped:
            if outermost and self._ends.lanes.most is not None:
                # What ran there could not be cancelled, only be hung up on.
                self.let_go()
                with contextlib.suppress(psycopg.Error, Trouble):
                    self._ends.end_given_up()
            raise
        finally:
            if outermost:
                self._keeper = None
                self.let_go()

    def let_go(self) -> None:
        """Close what is kept; a source has few connections, and the app needs them."""
        for connection, answered in self._kept.values():
            self._ends.close(connection, idle=time.monotonic() - answered)
        self._kept.clear()

    def with_source(self, do: Callable[[Connection], T]) -> T:
        """Call `do` with a connection to the source, again while waiting may help.

        Raises:
            Trouble: waiting does not help.
            Stopped: the person asked for it.
        """
        return self.patiently(
            "The source cannot be reached",
            "the source",
            lambda: self._lent("source", lambda: self._ends.open_source("look"), do),
        )

    def with_target(self, do: Callable[[Connection], T]) -> T:
        """The same for the target."""
        return self.patiently(
            "The target cannot be reached",
            "the target",
            lambda: self._lent("target", lambda: self._ends.open_target("look"), do),
        )

    def _lent(self, side: str, open_one: Callable[[], Connection], do: Callable[[Connection], T]) -> T:
        keeps = self._keeper == threading.get_ident()
        connection = self._kept.pop(side)[0] if keeps and side in self._kept else open_one()
        try:
            answer = do(connection)
        except BaseException:
            self._ends.give_up(connection)
            raise
        if keeps and connection.info.transaction_status == pq.TransactionStatus.IDLE:
            self._kept[side] = (connection, time.monotonic())
        else:
            self._ends.close(connection, idle=0)
        return answer

    def patiently(self, what: str, side: str, do: Callable[[], T]) -> T:
        """Do something that may be done again, as often as it takes while waiting may help."""
        attempt = refused = 0
        while True:
            self._control.check()
            forget = self._control.on_stop(self._ends.cancel_all)
            try:
                return do()
            except (psycopg.Error, Trouble) as error:
                if self._control.stopped:
                    raise Stopped from error
                if not may_pass(error, refused):
                    said = what if is_refused(error) else f"{side[:1].upper()}{side[1:]} refuses a step"
                    raise error if isinstance(error, Trouble) else trouble(error, said) from error
                refused += is_refused(error)
                wait_to_retry(error, side, attempt, self._control, self._board, number=-1)
                attempt += 1
            finally:
                forget()

    def under_a_snapshot(self, do: Callable[[Snapshot], T], lost: str, event: Callable[[str], None]) -> T:
        """Call `do` with a new snapshot of the source, and with another one as often as one is lost; then
        `event` is told `lost`.

        Raises:
            Trouble: the source cannot be read.
            Stopped: the person asked for it.
        """
        attempt = quick = 0
        while True:
            snapshot = self.patiently(
                "The source's state cannot be held", "the source", lambda: Snapshot(self._ends)
            )
            began = time.monotonic()
            with contextlib.suppress(_Again), snapshot:
                try:
                    return do(snapshot)
                except (SnapshotLost, psycopg.Error) as error:
                    if self._control.stopped:
                        raise Stopped from error
                    if isinstance(error, psycopg.Error) and not is_passing(error):
                        raise trouble(error, "The source cannot be read") from error
                    event(lost)
                    quick = quick + 1 if time.monotonic() - began < SOON else 0
                    why = error.__cause__ if isinstance(error, SnapshotLost) else error
                    if quick > 1 and isinstance(why, psycopg.Error):
                        wait_to_retry(why, "the source", quick - 2, self._control, self._board, number=-1)
                    raise _Again from error
                except Trouble as error:
                    # A program that reads the source by itself broke off.
                    if not error.retry or attempt >= DOOR_ATTEMPTS:
                        raise
                    wait_to_retry(error, "the source", attempt, self._control, self._board, number=-1)
                    attempt += 1
                    raise _Again from error


class _Again(Exception):
    """Another snapshot, please."""
