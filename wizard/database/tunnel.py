"""A supervised tunnel to one store: opened anew as often as it takes, on the same local port.

By what it goes its ticket says: an `ssh`, a vendor's own program, or a port that somebody else keeps open.
Nothing above it cares how often that happened: a connection through it fails, and the next one works.
"""

import math
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wizard.database.connect import reason
from wizard.database.far_end import FarEnd, PostgresEnd, ProxiedPostgres
from wizard.database.free_port import free_port, port_taken
from wizard.database.lanes import Lanes
from wizard.database.progress import TunnelHealth
from wizard.database.proxy_sign_in import SignInWanted
from wizard.database.ssh_command import remove_old_keys
from wizard.database.stalls import Stalls
from wizard.database.tunnel_watch import Watch
from wizard.database.tunnel_way import Failure, Way
from wizard.database.ways import Ways, exposed
from wizard.model.secret import Secret
from wizard.model.ticket import Ticket
from wizard.model.trouble import SignInNeeded, Trouble

FIRST_LINE = 30.0
"""Seconds the portal may take to let us in."""

LONGEST_WAIT = 15.0
"""Seconds between two attempts, at most."""

MOST_DOUBLINGS = 5
"""Of the wait between two attempts: through a night there are more of these than a number has room for."""

AGAIN = ", trying again"

STEADY = 10.0
"""Seconds after which a connection that breaks is a new story, and is opened again without a long wait."""

ASK_AGAIN = 5.0
"""Seconds between two looks whether a person has signed in to the vendor's program."""


class Tunnel:
    """A tunnel that keeps itself open from `start` to `close`.

    Args:
        open_ticket: gives fresh credentials; called anew for every connect, from the tunnel's own thread.
            May raise Trouble; with `retry` set it is asked again later, without it the tunnel stops.
        folder: an existing folder (0700) for the key files.
        report: gets the tunnel's health when it changes and every few seconds, from the tunnel's thread.
        end: what it leads to.
        port: the local port; 0 for any that is free.
    """

    def __init__(
        self,
        open_ticket: Callable[[], Ticket],
        folder: Path,
        report: Callable[[TunnelHealth], None],
        *,
        end: FarEnd | None = None,
        port: int = 0,
    ) -> None:
        self._open_ticket = open_ticket
        self._folder = folder
        self._report = report
        self._end = end or PostgresEnd()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._anew = threading.Event()
        self._failure: Trouble | None = None
        self._ways = Ways(folder)
        self._way: Way | None = None
        self._wanted_port = port
        self._own_port = self._port = 0
        self._store_url: Secret | None = None
        self._measured: dict[str, int | None] = {}
        self._warning = ""
        self._up_since: float | None = None
        self._worked_at = -math.inf
        self._connects = 0
        self._attempt = 0
        self._refusals = 0
        self._health = TunnelHealth(state="down")
        self.lanes = Lanes()
        self._stalls = Stalls(self.lanes)

    @property
    def health(self) -> TunnelHealth:
        """How it is now."""
        return self._health

    @property
    def pid(self) -> int | None:
        """Process id of what runs for it, None while nothing does."""
        way = self._way
        return way.pid if way is not None else None

    @property
    def port(self) -> int:
        """The local port; 0 before the first connect."""
        return self._port

    @property
    def failure(self) -> Trouble | None:
        """Why it was given up, None while it is open or goes on trying."""
        with self._change:
            return self._failure

    @property
    def sign_in(self) -> SignInWanted | None:
        """Where a person is to sign in before it can be opened, None where nobody is waited for."""
        return self._ways.sign_in

    def start(self, seconds: float = 120.0) -> None:
        """Open it, and return once a query went through. Called again it only waits for that.

        Raises:
            Trouble: a person is needed, or it was not up within `seconds` (it goes on trying then, and also
                with the code `proxy-sign-in`).
        """
        with self._change:
            if self._thread is None or not self._thread.is_alive():
                remove_old_keys(self._folder)
                self._closing.clear()
                self._failure, self._refusals, self._attempt = None, 0, 0
                self._thread = threading.Thread(target=self._supervise, name="offramp-tunnel", daemon=True)
                self._thread.start()
            self._change.wait_for(
                lambda: (
                    self._up_since is not None
                    or self._failure is not None
                    or self._closing.is_set()
                    or self._ways.sign_in is not None
                ),
                seconds,
            )
            if self._failure is not None:
                raise self._failure
            if self._up_since is None:
                raise self._not_up()

    def url(self) -> Secret:
        """The store's URL through the tunnel: 127.0.0.1 and the local port.

        Raises:
            Trouble: a person is needed; or, with `retry` set, it is not up just now.
        """
        with self._change:
            if self._failure is not None:
                raise self._failure
            if self._store_url is None or self._up_since is None:
                raise self._not_up()
            return self._store_url

    def _not_up(self) -> Trouble:
        if self._ways.sign_in is not None:
            return self._ways.sign_in.trouble
        # When the next attempt is due is on its own line, and is another moment by the time this is read.
        why = self._health.reason.partition(AGAIN)[0] or self._health.state
        return Trouble(
            f"The tunnel is not up: {why}",
            remedy="It goes on trying by itself.",
            code="tunnel-down",
            retry=True,
        )

    def retry(self) -> None:
        """Cut short the wait for the next attempt."""
        with self._change:
            self._attempt = 0
            self._ways.try_anyway()
            self._change.notify_all()

    def sign_in_there(self) -> str:
        """Sign in to the vendor's program, in the place of the person. Raises Trouble."""
        return self._ways.sign_in_there(self._closing.is_set)

    def renew(self) -> None:
        """Open it anew, by whatever the next ticket says; one that was given up, with the next start."""
        with self._change:
            self._anew.set()
            way = self._way
            self._change.notify_all()
        self._ways.hurry()
        if way is not None:
            way.hang_up()

    def close(self) -> None:
        """End what runs for it by its process id and remove its files. Done already is no error."""
        with self._change:
            self._closing.set()
            self._change.notify_all()
            thread, way = self._thread, self._way
        self._ways.hurry()
        if way is not None:
            way.hang_up()
        if thread is not None:
            thread.join(30)
        self._set("closed")

    # The tunnel's own thread.

    def _supervise(self) -> None:
        try:
            while not self._closing.is_set():
                failure = self._once()
                if failure is None or self._closing.is_set():
                    break
                if not self._go_on(failure):
                    break
        except Trouble as trouble:
            self._stop(trouble)
        except Exception as error:  # noqa: BLE001 - whoever waits for the tunnel must hear of it
            self._stop(
                Trouble(
                    f"The tunnel broke for a reason of its own: {type(error).__name__}: {error}",
                    untouched="What was copied stays.",
                    remedy="Retry; if it comes back, report it with this text.",
                    code="tunnel-broke",
                )
            )
        finally:
            self._end_way()

    def _left(self) -> bool:
        return self._closing.is_set() or self._anew.is_set()

    def _once(self) -> Failure | None:
        """One connection from its ticket to its end; None when it was closed by us."""
        self._anew.clear()
        self._set("connecting", self._health.reason)
        try:
            ticket = self._open_ticket()
        except Trouble as trouble:
            if isinstance(trouble, SignInNeeded) or not trouble.retry:
                raise
            return Failure("retry", trouble.cause)
        except (TimeoutError, OSError) as error:
            return Failure("retry", f"no credentials for the tunnel: {reason(error)}")
        if (waiting := self._ways.nobody_signed_in(ticket, self.waits)) is not None:
            return waiting
        if not self._own_port:
            self._own_port = self._wanted_port or free_port()
        try:
            way = self._ways.open(ticket, self._own_port, refused=self._refusals > 0)
        except OSError as error:
            # No process or file to be had just now, or no room on the disk.
            name = self._ways.name(ticket)
            return Failure("retry", f"{name} cannot be started: {error.strerror or type(error).__name__}")
        self._way, self._warning = way, ""
        let_in = not self._left() and way.let_in(FIRST_LINE)
        if self._left():
            return self._leaving()
        if not let_in:
            failure = way.failure(let_in=False)
            self._end_way()
            return self._ways.seen(failure)
        way.settled()
        return self._carried(way, ticket)

    def _carried(self, way: Way, ticket: Ticket) -> Failure | None:
        """Stay while it is good."""
        end: FarEnd = self._end
        if way.unknown and isinstance(end, PostgresEnd):
            end = ProxiedPostgres()
        url = end.local_url(ticket.database_url, way.port)
        with self._change:
            self._port, self._store_url = way.port, url
            self.lanes.limit(self._measured.get(way.name))
        measure = way.unknown and way.name not in self._measured
        watch = Watch(
            way,
            end,
            url,
            lanes=self.lanes,
            listener=self,
            over=self._left,
            measure=measure,
            stalls=self._stalls,
            look=partial(self._ways.second_look, ticket, end, self._left),
        )
        why = watch.run()
        if self._left():
            return self._leaving()
        failure = way.failure(let_in=watch.answered or not way.unknown, why=why)
        self._end_way()
        return failure if watch.answered else self._ways.seen(failure)

    def _leaving(self) -> Failure | None:
        self._end_way()
        return None if self._closing.is_set() else Failure("retry", "it is opened another way")

    # What the watch hears.

    def up(self, round_trip_ms: float | None) -> None:
        """It works."""
        with self._change:
            self._worked_at = time.monotonic()
            if self._up_since is None:
                self._up_since = time.monotonic()
                self._connects += 1
                self._refusals = 0
                way = self._way
                if way is not None and way.unknown:
                    self._warning = exposed(way)
                self._change.notify_all()
            elif time.monotonic() - self._up_since > STEADY:
                self._attempt = 0
            self._tell("up", "", self._health.round_trip_ms if round_trip_ms is None else round_trip_ms)

    def measured(self, most: int | None) -> None:
        """How many connections it carries at a time."""
        if self._way is not None:
            self._measured[self._way.name] = most
        self.lanes.limit(most)

    def waits(self, why: str) -> None:
        """It is being started."""
        self._set("connecting", why)

    def broken(self, why: str) -> None:
        """It does not answer now."""
        self._set("broken", why)

    def _go_on(self, failure: Failure) -> bool:
        """Wait before the next attempt; False when there is to be none."""
        if failure.do == "stop" and failure.trouble is not None:
            self._stop(failure.trouble)
            return False
        if failure.do == "fresh":
            self._refusals += 1
            lately = time.monotonic() - self._worked_at < failure.lately
            if self._refusals >= failure.tries and failure.trouble is not None and not lately:
                self._stop(failure.trouble)
                return False
        seconds = 0.0
        if self._anew.is_set():
            self._refusals = self._attempt = 0
        elif failure.do == "person":
            seconds = ASK_AGAIN
        elif failure.do == "port":
            if self._wanted_port:
                self._stop(port_taken(self._wanted_port))
                return False
            self._own_port = 0
        else:
            seconds = 0.5 * 2 ** min(self._attempt, MOST_DOUBLINGS)
            seconds = min(seconds, LONGEST_WAIT if self._up_since is None else 4.0)
            self._attempt += 1
        again = f"{failure.why}{AGAIN} in {round(seconds)} s" if seconds >= 1 else failure.why
        self._set("connecting" if failure.do == "person" else "broken", again)
        with self._change:
            seen = self._attempt
            self._change.wait_for(
                lambda: self._left() or self._attempt != seen or self._ways.tries_anyway, seconds
            )
        return not self._closing.is_set()

    def _stop(self, trouble: Trouble) -> None:
        with self._change:
            self._failure = trouble
            self._set("broken", trouble.cause)
            self._change.notify_all()

    def _set(self, state: str, why: str = "") -> None:
        with self._change:
            if state != "up":
                self._up_since = None
            self._tell(state, why, None)
            self._change.notify_all()

    def _tell(self, state: str, why: str, round_trip_ms: float | None) -> None:
        up = 0.0 if self._up_since is None else time.monotonic() - self._up_since
        self._health = TunnelHealth(
            state=state,  # type: ignore[arg-type]
            up_seconds=up,
            reconnects=max(self._connects - 1, 0),
            round_trip_ms=round_trip_ms,
            reason=why,
            older_algorithms=self._ways.older and state == "up",
            way=self._way.name if self._way is not None else self._health.way,
            most_connections=self.lanes.most,
            warning=self._warning if state == "up" else "",
            waits_for_you=self._ways.sign_in is not None and state == "connecting",
        )
        self._report(self._health)

    def _end_way(self) -> None:
        way, self._way = self._way, None
        if way is not None:
            way.end()
