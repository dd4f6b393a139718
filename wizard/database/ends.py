"""Both ends of a move: connections are opened and closed here, and what broken ones leave behind is ended."""

import contextlib
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import psycopg
from psycopg import pq

from wizard.database.connect import C, Connection, connect, connect_line, cut, is_passing
from wizard.database.direct_watch import DirectWatch
from wizard.database.lane_holder import Opening, Working
from wizard.database.lanes import Lanes
from wizard.database.line import Line
from wizard.database.opened_ahead import OpenedAhead
from wizard.model.secret import Secret
from wizard.model.text import clean

_ONLY_READING = {"default_transaction_read_only": "on"}

SOURCE_LOCK_LIMIT = "2s"
"""How long a reader of the source waits for a table that the app is altering. It then tries again, and lets
go meanwhile of the tables it has read: whoever alters these would wait for it, and the app behind them."""


AGAIN = 0.05
"""Seconds between two tries, where the connection before may still count as open."""

UNASKED = 5.0
"""Seconds of idleness after which a connection is asked once more before it is closed."""


class Ends:
    """Both databases of one move. URLs are asked for anew before each connection, because a vendor
    rotates credentials unasked.

    Args:
        session: names the move; it is part of each connection's `application_name`, so that what a
            broken run left behind is found and ended.
        lanes: of the tunnel to the target, which watches them: how many connections it carries at a time. Who
            opens one more waits. None where the target is reached directly.
        told: gets a sentence when a direct connection stood still.

    Attributes:
        search_path: what an app of the source begins with, once a snapshot was taken. Lines use it on both
            sides: whoever asks for a table's rows has the functions in its indexes looked at, and these may
            rely on it. Everything else sees no schema but pg_catalog, so that names come qualified.
        alone: whether each new connection to the target sees that no other run has taken the copy over.
    """

    def __init__(
        self,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        session: str,
        lanes: Lanes | None = None,
        told: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._urls = {"source": source, "target": target}
        self._urls_now = now = dict[str, Secret]()
        self.lanes = lanes or Lanes()
        self._watches: dict[str, DirectWatch | Lanes] = {
            "source": DirectWatch("source", lambda: now["source"], told),
            "target": lanes or DirectWatch("target", lambda: now["target"], told),
        }
        self._in_lanes: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._holders: weakref.WeakKeyDictionary[Connection, Working] = weakref.WeakKeyDictionary()
        self.session = clean(session)[-24:]
        self.run = secrets.token_hex(4)
        self.search_path = ""
        self.alone = False
        self._open: set[Connection] = set()
        self._backends: weakref.WeakKeyDictionary[Connection, tuple[str, int]] = weakref.WeakKeyDictionary()
        self._given_up: dict[str, list[int]] = {"source": [], "target": []}
        self._lock = threading.Lock()
        self._ahead: OpenedAhead[Connection] = OpenedAhead(self.close)
        self._lines_ahead: OpenedAhead[Line] = OpenedAhead(self.close)

    def source_url(self) -> Secret:
        """The source's URL as it is now."""
        return self._urls["source"]()

    def begin(self, *, snapshot: bool) -> None:
        """Begin to open what is asked for at the beginning of a step, which may be a snapshot too."""
        self._ahead.begin("target look", lambda: self._new_target("look"))
        self._ahead.begin("source look", lambda: self._new_source("look"))
        if snapshot:
            self._ahead.begin("source snapshot", lambda: self._new_source("snapshot"))

    def begin_lines(self, workers: int) -> None:
        """Begin to open the lines of so many workers, once a snapshot was taken; not where they would be in
        the way of what is done until then."""
        self._lines_ahead.drop()
        if self.lanes.most is not None:
            return
        self._lines_ahead.begin("source copy", lambda: self._new_source_line("copy"), workers)
        self._lines_ahead.begin("target copy", lambda: self._new_target_line("copy"), workers)

    @contextlib.contextmanager
    def dropping_begun(self) -> Iterator[None]:
        """Close at the end of the block what was begun and not asked for."""
        try:
            yield
        finally:
            self._ahead.drop()
            self._lines_ahead.drop()

    def open_source(self, role: str) -> Connection:
        """Connect to the source, read-only. Raises psycopg.Error, or Trouble from the URL's giver."""
        return self._ahead.take(f"source {role}") or self._new_source(role)

    def open_target(self, role: str) -> Connection:
        """Connect to the target. Raises psycopg.Error, or Trouble from the URL's giver."""
        return self._ahead.take(f"target {role}") or self._new_target(role)

    def open_source_line(self, role: str) -> Line:
        """The same as `open_source`, with its bytes to be had."""
        return self._lines_ahead.take(f"source {role}") or self._new_source_line(role)

    def open_target_line(self, role: str) -> Line:
        """The same as `open_target`, with its bytes to be had."""
        return self._lines_ahead.take(f"target {role}") or self._new_target_line(role)

    def _new_source(self, role: str) -> Connection:
        return self._known("source", connect(self._url("source"), self._name(role), _ONLY_READING))

    def _new_target(self, role: str) -> Connection:
        run = self.run if self.alone else None
        return self._in_a_lane(lambda: connect(self._url("target"), self._name(role), run=run))

    def _new_source_line(self, role: str) -> Line:
        settings = _ONLY_READING | {"search_path": self.search_path, "lock_timeout": SOURCE_LOCK_LIMIT}
        return self._known("source", connect_line(self._url("source"), self._name(role), settings))

    def _new_target_line(self, role: str) -> Line:
        settings, run = {"search_path": self.search_path}, self.run if self.alone else None
        return self._in_a_lane(lambda: connect_line(self._url("target"), self._name(role), settings, run))

    def _url(self, side: str) -> Secret:
        url = self._urls_now[side] = self._urls[side]()
        return url

    def _in_a_lane(self, open_one: Callable[[], C]) -> C:
        self.lanes.enter()
        try:
            with self.lanes.held_by(Opening()):
                connection = self._opened(open_one)
        except BaseException:
            self.lanes.leave()
            raise
        with self._lock:
            self._in_lanes.add(connection)
        return self._known("target", connection)

    def _opened(self, open_one: Callable[[], C]) -> C:
        while True:
            try:
                return open_one()
            except psycopg.Error as error:
                if not is_passing(error) or not self.lanes.just_left:
                    raise
            time.sleep(AGAIN)

    def _name(self, role: str) -> str:
        return f"offramp/{self.session}/{self.run}/{role}"

    def _known(self, side: str, connection: C) -> C:
        holder = Working(connection)
        self._watches[side].hold(holder)
        with self._lock:
            self._holders[connection] = holder
            self._open = {known for known in self._open if not known.closed}
            self._open.add(connection)
            # Noted now: a connection that broke cannot be asked any more.
            self._backends[connection] = (side, connection.info.backend_pid)
            pids, self._given_up[side] = self._given_up[side], []
        if pids:
            try:
                self._end(connection, pids)
            except BaseException:
                with self._lock:
                    self._given_up[side] += pids
                # It may be the network, and then this one stays there too.
                self.give_up(connection)
                raise
        return connection

    def close(self, connection: Connection, *, idle: float | None = None) -> None:
        """Close a connection that is not needed any more. One that lay idle may have broken unnoticed; in a
        transaction it would keep its server from cleaning up, for hours.

        Args:
            idle: seconds since it answered, where that is known.
        """
        try:
            resting = connection.info.transaction_status == pq.TransactionStatus.IDLE
            if idle is None or idle > UNASKED or not resting:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            self.give_up(connection)
        else:
            self._hang_up(connection)

    def _hang_up(self, connection: Connection) -> None:
        with self._lock:
            self._open.discard(connection)
            in_a_lane = connection in self._in_lanes
            self._in_lanes.discard(connection)
            holder = self._holders.pop(connection, None)
            side = self._backends[connection][0]
        if holder is not None:
            self._watches[side].let_go(holder)
        with contextlib.suppress(psycopg.Error):
            connection.close()
        if in_a_lane:
            self.lanes.leave()

    def give_up(self, connection: Connection) -> None:
        """Close a connection that broke, or may have. Its server need not have noticed: what ran there goes
        on running and may yet be committed, and its locks and its place stay taken. So the next connection
        to this side ends it, and is lent out when it is gone."""
        with self._lock:
            side, pid = self._backends[connection]
            self._given_up[side].append(pid)
        self._hang_up(connection)

    def end_given_up(self) -> None:
        """End what is left of connections that were given up, where no other was opened since. Raises
        psycopg.Error, or Trouble from the URL's giver."""
        if self._given_up["source"]:
            self.close(self.open_source("look"))
        if self._given_up["target"]:
            self.close(self.open_target("look"))

    def cancel_all(self) -> None:
        """Cancel whatever query runs on any of our connections; used when a person stops the work. All at
        once: a side that does not answer must not hold up the other. To cancel takes one connection more:
        where there is a limit the connection itself is cut, and the next one ends what still runs there."""
        with self._lock:
            running = [known for known in self._open if not known.closed]
            narrow = self._in_lanes if self.lanes.most is not None else ()
            ways = [(cut if known in narrow else _cancel, known) for known in running]
        threads = [
            threading.Thread(target=end, args=(connection,), name="offramp-cancel", daemon=True)
            for end, connection in ways
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def end_leftovers(self, connection: Connection) -> int:
        """End connections that an earlier, broken run of this session left on this server; returns how
        many there were. Returns when they are gone, or after 10 s."""
        query = (
            "SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = session_user"
            " AND datname = pg_catalog.current_database()"
            " AND pg_catalog.starts_with(application_name, %s) AND NOT"
            " pg_catalog.starts_with(application_name, %s) AND pid <> pg_catalog.pg_backend_pid()"
        )
        names = (f"offramp/{self.session}/", f"offramp/{self.session}/{self.run}/")
        pids = [row[0] for row in connection.execute(query, names).fetchall()]
        if pids:
            self._end(connection, pids)
        return len(pids)

    def _end(self, connection: Connection, pids: list[int]) -> None:
        """End those of our own connections; returns when they are gone, or after 10 s.

        They are told again and again: one whose last words do not fit into a line that takes nothing would
        wait for that, with its locks, for as long as TCP does. Told once more, it goes without them.
        """
        for _ in range(100):
            # As the role that logged in: a role may carry another one, which has no right to end these.
            connection.execute("BEGIN; SET LOCAL ROLE NONE")
            there = connection.execute(
                "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
                " WHERE pid = ANY(%s) AND pg_catalog.starts_with(application_name, %s)",
                (pids, f"offramp/{self.session}/"),
            ).fetchall()
            connection.execute("COMMIT")
            if not there:
                break
            time.sleep(0.1)


def _cancel(connection: Connection) -> None:
    # One that cannot be reached any more has nothing left to cancel.
    with contextlib.suppress(psycopg.Error):
        connection.cancel_safe(timeout=5)
