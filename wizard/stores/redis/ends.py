"""Both ends of a copy: how their connections are opened, lost and opened again."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from wizard.database.control import Control, Stopped
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.gauge import Gauge
from wizard.stores.insist import insist, reason
from wizard.stores.redis import marker
from wizard.stores.redis.address import address_of
from wizard.stores.redis.wire import Connection, ReplyError

T = TypeVar("T")

_ONE_WORD = (
    "AUTH SELECT INFO TIME DBSIZE SCAN TYPE EXISTS PTTL PEXPIRETIME DUMP STRLEN GETRANGE GET LLEN LRANGE",
    "HLEN HMGET HGETALL HSCAN HPEXPIRETIME SCARD SMEMBERS SSCAN SISMEMBER SMISMEMBER ZCARD ZRANGE ZSCAN",
    "ZSCORE XLEN XRANGE XPENDING",
)
_TWO_WORDS = (
    "CLIENT SETNAME",
    "CLIENT NO-TOUCH",
    "MEMORY USAGE",
    "XINFO STREAM",
    "FUNCTION LIST",
    "FUNCTION DUMP",
)
READS = frozenset(word for line in _ONE_WORD for word in line.split()) | frozenset(_TWO_WORDS)
"""All that is ever sent to a source."""


ROOM = 8
"""Connections to the target from which on every thread has its own; with fewer all share one, in turn."""


class Pair:
    """A connection to each side, opened when it is first used; for one thread."""

    def __init__(self, ends: "Ends") -> None:
        self._ends = ends
        self._source: Connection | None = None
        self._target: Connection | None = None

    @property
    def source(self) -> Connection:
        """The source's; it refuses everything but `READS`."""
        if self._source is None:
            self._source = self._ends.open_source()
        return self._source

    @property
    def target(self) -> Connection:
        """The target's; opening it fails with Trouble when another run has taken the copy over."""
        if self._ends.narrow:
            return self._ends.shared_target()
        if self._target is None:
            self._target = self._ends.open_target()
        return self._target

    def drop(self) -> None:
        """Close both; the next use opens them anew."""
        for one in (self._source, self._target):
            if one is not None:
                self._ends.forget(one)
        self._source = self._target = None


class Ends:
    """Args as of `RedisMove`. `run` is set once this run has signed the marker."""

    def __init__(
        self,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        control: Control,
        gauge: Gauge,
        *,
        plain_source: bool,
        lanes: Lanes | None = None,
    ) -> None:
        self._lanes = lanes or Lanes()
        self._in_lanes: set[Connection] = set()
        self._shared: Connection | None = None
        self._turn = threading.RLock()
        self._source = source
        self._target = target
        self._control = control
        self._gauge = gauge
        self._plain_source = plain_source
        self._open: set[Connection] = set()
        self._lock = threading.Lock()
        self.run = ""

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Have a stop close every connection, so that nobody waits for an answer."""
        forget = self._control.on_stop(self._close_all)
        try:
            yield
        finally:
            forget()
            self._close_all()

    def pair(self) -> Pair:
        """Connections for one thread."""
        return Pair(self)

    def open_source(self) -> Connection:
        """A connection to the source. Raises OSError, ReplyError, Trouble."""
        address = address_of(self._source(), plain_allowed=self._plain_source)
        connection = Connection(address, READS, self._keep)
        # That reading a key does not make it look used (Redis 7.2 on): it may be evicted by that.
        connection.pipe([("CLIENT", "SETNAME", "offramp"), ("CLIENT", "NO-TOUCH", "ON")])
        return connection

    @property
    def narrow(self) -> bool:
        """Whether the way to the target carries too few connections for one each."""
        return self._lanes.most is not None and self._lanes.most < ROOM

    def shared_target(self) -> Connection:
        """The one that all share; only within `insist`. Raises OSError, ReplyError, Trouble."""
        if self._shared is None:
            self._shared = self.open_target()
        return self._shared

    def open_target(self) -> Connection:
        """A connection to the target. Raises OSError, ReplyError, Trouble."""
        self._lanes.enter()
        try:
            connection = Connection(address_of(self._target()), None, self._keep)
        except BaseException:
            self._lanes.leave()
            raise
        with self._lock:
            self._in_lanes.add(connection)
        try:
            return self._introduced(connection)
        except BaseException:
            self.forget(connection)
            raise

    def _introduced(self, connection: Connection) -> Connection:
        connection.pipe([("CLIENT", "SETNAME", "offramp")])
        if self.run:
            self.want_signature(connection)
        return connection

    def want_signature(self, target: Connection) -> None:
        """Raise Trouble unless this run is still the one that works on the copy."""
        if marker.signed_by(target) != self.run:
            raise Trouble(
                "Another run has taken this copy over, or its marker was removed.",
                untouched="This run writes nothing more to the target. What it has copied stays.",
                remedy="Let the other run go on; or end it, and resume here.",
                code="taken-over",
            )

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            self._open.add(connection)
        if self._control.stopped:
            raise Stopped

    def forget(self, connection: Connection) -> None:
        """Close a connection for good."""
        with self._lock:
            self._open.discard(connection)
            in_a_lane = connection in self._in_lanes
            self._in_lanes.discard(connection)
        connection.close()
        if in_a_lane:
            self._lanes.leave()

    def _close_all(self) -> None:
        with self._lock:
            gone = self._open | self._in_lanes
        self._shared = None
        for connection in gone:
            self.forget(connection)

    def _in_turn(self, work: Callable[[Pair], T], pair: Pair) -> T:
        if not self.narrow:
            return work(pair)
        with self._turn:
            try:
                return work(pair)
            except BaseException:
                # Before anybody else has it: it may be what broke.
                shared, self._shared = self._shared, None
                if shared is not None:
                    self.forget(shared)
                raise

    def insist(self, pair: Pair, work: Callable[[Pair], T]) -> T:
        """Do something that may be done again while waiting may help. Raises Trouble, Stopped; see
        `wizard.stores.insist`."""
        errors: tuple[type[OSError | ReplyError], ...] = (OSError, ReplyError)
        return insist(
            lambda: self._in_turn(work, pair),
            errors=errors,
            told=trouble,
            control=self._control,
            gauge=self._gauge,
            broke=pair.drop,
        )


def trouble(error: OSError | ReplyError) -> Trouble:
    """`error` as a Trouble."""
    kept = "What was copied stays and is not copied again; the source was only read."
    said = reason(error)
    if isinstance(error, ReplyError):
        if error.code in ("WRONGPASS", "NOAUTH") or "invalid password" in said:
            return Trouble(
                f"A store refuses the password: {said}.",
                untouched=kept,
                remedy="Sign in again so that fresh credentials are read, then resume.",
                code="store-login",
            )
        if error.code == "OOM":
            return Trouble(
                "The target's memory is full.",
                untouched=kept,
                remedy="Give the target's container more memory, then resume.",
                code="store-full",
            )
        if error.code == "NOPERM" or error.refused:
            return Trouble(
                f"A store does not allow what the copy needs: {said}.",
                untouched=kept,
                remedy="Use a user that may SCAN, DUMP, TYPE and PTTL on the source, and all on the target.",
                code="store-rights",
            )
        if error.passing:
            return Trouble(
                f"A store cannot answer: {said}.",
                untouched=kept,
                remedy="Resume when it can.",
                code="store-gone",
                retry=True,
            )
        return Trouble(
            f"A store refuses a step: {said}.",
            untouched=kept,
            remedy="Look what it means by that on the store named, then resume.",
            code="store-refused",
        )
    return Trouble(
        f"A store cannot be reached: {said}.",
        untouched=kept,
        remedy="Resume when it answers again.",
        code="store-gone",
        retry=True,
    )
