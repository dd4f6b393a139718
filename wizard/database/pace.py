"""How many workers a copy has: begun by the link and the servers' limits, then by what more of them bring."""

import threading
import time

from wizard.database.connect import Connection

MOST = 8
"""Workers, at most: one ssh is the tunnel of all of them."""

FAR = 0.010
"""Seconds of a round trip above which the waiting, not the work, sets the pace."""

BEGIN, BEGIN_FAR = 4, 6
"""Workers at first. With source, target and tunnel on the same two cores, four took 0.8 to 0.9 of the time of
two, at the same work of the processors: each waits in turn for a disk, or for the other side."""

LEFT_TO_THE_APP = 5
"""Connections of the source that stay free: the app shares them, and asks for more at any time."""

STRETCH = 10.0
"""Seconds after which another worker is tried, or the last one judged."""

WORTH = 1.10
"""How many times the bytes of before another worker must bring, to stay."""


class Pace:
    """The number of workers that there should be.

    Args:
        begin: at first.
        most: at any time.
        fixed: whether a person chose the number; then it is not tried out.
    """

    def __init__(self, begin: int, most: int, *, fixed: bool = False) -> None:
        self._lock = threading.Lock()
        self.most = max(most, 1)
        self._wanted = min(max(begin, 1), self.most)
        self._fixed = fixed
        self._began: float | None = None
        self._moved = 0
        self._rate_before: float | None = None

    @property
    def wanted(self) -> int:
        """Workers that there should be now."""
        return self._wanted

    def fix(self, number: int) -> None:
        """A person chose: no more trying."""
        with self._lock:
            self._fixed = True
            self._wanted = min(max(number, 1), self.most)

    def refused(self) -> None:
        """A server gave a worker no connection: one worker fewer, for good."""
        with self._lock:
            self.most = max(self.most - 1, 1)
            self._wanted = min(self._wanted, self.most)

    def tell(self, moved: int, *, busy: bool) -> None:
        """Told about once a second how many bytes were moved in all, and whether every worker has work."""
        now = time.monotonic()
        with self._lock:
            if self._fixed:
                return
            if self._began is None or not busy:
                self._began, self._moved = now, moved
                return
            if now - self._began < STRETCH:
                return
            if moved == self._moved:
                # Every worker builds or compares: that says nothing about the rows of more of them.
                self._began = now
                return
            rate = (moved - self._moved) / (now - self._began)
            self._began, self._moved = now, moved
            self._judge(rate)

    def _judge(self, rate: float) -> None:
        before, self._rate_before = self._rate_before, rate
        if before is not None and rate < before * WORTH:
            # The last one did not bring enough. Here it stays.
            self._fixed = True
            self._wanted = max(self._wanted - 1, 1)
        elif self._wanted < self.most:
            self._wanted += 1
        else:
            self._fixed = True


_ROOM = """
WITH taken AS (
    SELECT datid, usesysid FROM pg_catalog.pg_stat_activity
    WHERE datid IS NOT NULL AND usesysid IS NOT NULL
    AND coalesce(backend_type, 'client backend') = 'client backend'
    AND NOT pg_catalog.starts_with(coalesce(application_name, ''), %s)
)
SELECT pg_catalog.min(l.most - l.used) FROM pg_catalog.pg_database d, pg_catalog.pg_roles r, LATERAL (VALUES
    (pg_catalog.current_setting('max_connections')::int
        - pg_catalog.current_setting('superuser_reserved_connections')::int
        - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0),
        (SELECT pg_catalog.count(*) FROM taken)),
    (nullif(d.datconnlimit, -1), (SELECT pg_catalog.count(*) FROM taken WHERE datid = d.oid)),
    (nullif(r.rolconnlimit, -1), (SELECT pg_catalog.count(*) FROM taken WHERE usesysid = r.oid))
) AS l(most, used)
WHERE d.datname = pg_catalog.current_database() AND r.rolname = session_user
"""
"""Each limit counts other connections. What another role's process is, an ordinary role is not told."""


def room(connection: Connection, own: str, kept: int) -> int:
    """How many more connections a server has for us, with `kept` of them left free.

    Args:
        own: how the names of our own connections begin; they do not count as taken.
    """
    row = connection.execute(_ROOM.encode(), (own,)).fetchone()
    assert row is not None
    return int(row[0]) - kept


def room_and_round_trip(connection: Connection, own: str, kept: int) -> tuple[int, float]:
    """`room`, and seconds of the shorter of two round trips."""
    began = time.monotonic()
    free = room(connection, own, kept)
    then = time.monotonic()
    connection.execute("SELECT 1")
    return free, min(then - began, time.monotonic() - then)
