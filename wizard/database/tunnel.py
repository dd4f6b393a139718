"""A supervised tunnel to one store: opened anew as often as it takes, on the same local port.

Nothing above it cares how often that happened: a connection through it fails, and the next one works.
"""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from wizard.database.connect import reason
from wizard.database.far_end import FarEnd, NoAnswer, Ping, PostgresEnd
from wizard.database.progress import TunnelHealth
from wizard.database.ssh_command import SshChild, find_ssh, remove_old_keys
from wizard.database.ssh_failure import Failure, classify
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket, Ticket
from wizard.model.trouble import SignInNeeded, Trouble

FIRST_LINE = 30.0
"""Seconds the portal may take to let us in."""

PING = 5.0
"""Seconds between two measurements of the round trip."""

LONGEST_WAIT = 15.0
"""Seconds between two attempts, at most."""

MOST_DOUBLINGS = 5
"""Of the wait between two attempts: through a night there are more of these than a number has room for."""

AGAIN = ", trying again"

STEADY = 10.0
"""Seconds after which a connection that breaks is a new story, and is opened again without a long wait."""

FRESH_TICKETS = 3
"""Attempts with a fresh ticket each, before a refused certificate or token is a person's matter; from the
second on with the older algorithms allowed."""


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
        self._failure: Trouble | None = None
        self._child: SshChild | None = None
        self._wanted_port = port
        self._port = 0
        self._store_url: Secret | None = None
        # Once they were needed, all later connections begin with them.
        self._older = False
        self._up_since: float | None = None
        self._connects = 0
        self._attempt = 0
        self._refusals = 0
        self._health = TunnelHealth(state="down")

    @property
    def health(self) -> TunnelHealth:
        """How it is now."""
        return self._health

    @property
    def pid(self) -> int | None:
        """Process id of the running `ssh`, None while there is none."""
        child = self._child
        return child.pid if child is not None else None

    @property
    def port(self) -> int:
        """The local port; 0 before the first connect."""
        return self._port

    @property
    def failure(self) -> Trouble | None:
        """Why it was given up, None while it is open or goes on trying."""
        with self._change:
            return self._failure

    def start(self, seconds: float = 120.0) -> None:
        """Open it, and return once a query went through. Called again it only waits for that.

        Raises:
            Trouble: a person is needed, or it was not up within `seconds` (it goes on trying then).
        """
        with self._change:
            if self._thread is None or not self._thread.is_alive():
                find_ssh()
                remove_old_keys(self._folder)
                self._closing.clear()
                self._failure, self._refusals, self._attempt = None, 0, 0
                self._thread = threading.Thread(target=self._supervise, name="offramp-tunnel", daemon=True)
                self._thread.start()
            self._change.wait_for(
                lambda: self._up_since is not None or self._failure is not None or self._closing.is_set(),
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
            return self._end.local_url(self._store_url, self._port)

    def _not_up(self) -> Trouble:
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
            self._change.notify_all()

    def close(self) -> None:
        """End `ssh` by its process id and remove its files. Done already is no error."""
        with self._change:
            self._closing.set()
            self._change.notify_all()
            thread, child = self._thread, self._child
        if child is not None:
            child.hang_up()
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
            self._end_child()

    def _once(self) -> Failure | None:
        """One connection from its ticket to its end; None when it was closed by us."""
        self._set("connecting", self._health.reason)
        try:
            ticket = self._open_ticket()
        except Trouble as trouble:
            if isinstance(trouble, SignInNeeded) or not trouble.retry:
                raise
            return Failure("retry", trouble.cause)
        except (TimeoutError, OSError) as error:
            return Failure("retry", f"no credentials for the tunnel: {reason(error)}")
        if not isinstance(ticket, SshTicket):
            raise Trouble(
                "This database is not reached by ssh, and Offramp knows no other way to it yet.",
                untouched="Nothing was opened.",
                remedy="Choose another target.",
                code="no-way-in",
            )
        if not self._port:
            self._port = self._wanted_port or free_port()
        self._older = self._older or self._refusals > 0
        try:
            child = SshChild(ticket, self._folder, self._port, legacy=self._older)
        except OSError as error:
            # No process or file to be had just now, or no room on the disk.
            return Failure("retry", f"ssh cannot be started: {error.strerror or type(error).__name__}")
        self._child = child
        let_in = not self._closing.is_set() and child.first_line(FIRST_LINE)
        if self._closing.is_set():
            return None
        if not let_in:
            code = child.process.returncode if child.ended(2) else None
            self._end_child()
            return classify(let_in=False, code=code, said=child.said, host=ticket.host)
        child.forget_keys()
        with self._change:
            self._store_url = ticket.database_url
        why = self._watch(child)
        if self._closing.is_set():
            return None
        code = child.process.returncode if child.ended(0.5) else None
        self._end_child()
        return (
            Failure("retry", why)
            if why
            else classify(let_in=True, code=code, said=child.said, host=ticket.host)
        )

    def _watch(self, child: SshChild) -> str:
        """Stay while the connection is good. Returns why it is not, empty when `ssh` ended."""
        misses = 0
        ping: Ping | None = None
        try:
            while not self._closing.is_set():
                try:
                    if ping is None:
                        assert self._store_url is not None
                        ping = self._end.open(self._end.local_url(self._store_url, self._port))
                    began = time.monotonic()
                    ping.ask()
                    self._is_up((time.monotonic() - began) * 1000)
                    misses = 0
                except NoAnswer as error:
                    if ping is not None:
                        ping.close()
                        ping = None
                    # ssh says READY also when it may not forward, or the store behind it is down.
                    misses += 1
                    if child.process.poll() is None:
                        self._set("broken", f"the database behind the tunnel: {error}")
                    if misses >= 3 and child.process.poll() is None:
                        return f"the database behind the tunnel: {error}"
                if child.ended(PING if misses == 0 else 1.0):
                    return ""
        finally:
            if ping is not None:
                ping.close()
        return ""

    def _is_up(self, round_trip_ms: float) -> None:
        with self._change:
            if self._up_since is None:
                self._up_since = time.monotonic()
                self._connects += 1
                self._refusals = 0
                self._change.notify_all()
            elif time.monotonic() - self._up_since > STEADY:
                self._attempt = 0
            self._tell("up", "", round_trip_ms)

    def _go_on(self, failure: Failure) -> bool:
        """Wait before the next attempt; False when there is to be none."""
        if failure.do == "stop" and failure.trouble is not None:
            self._stop(failure.trouble)
            return False
        if failure.do == "fresh":
            self._refusals += 1
            if self._refusals >= FRESH_TICKETS and failure.trouble is not None:
                self._stop(failure.trouble)
                return False
        seconds = 0.0
        if failure.do == "port":
            if self._wanted_port:
                self._stop(_port_taken(self._wanted_port))
                return False
            self._port = 0
        else:
            seconds = 0.5 * 2 ** min(self._attempt, MOST_DOUBLINGS)
            seconds = min(seconds, LONGEST_WAIT if self._up_since is None else 4.0)
            self._attempt += 1
        again = f"{failure.why}{AGAIN} in {round(seconds)} s" if seconds >= 1 else failure.why
        self._set("broken", again)
        with self._change:
            seen = self._attempt
            self._change.wait_for(lambda: self._closing.is_set() or self._attempt != seen, seconds)
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

    def _tell(self, state: str, why: str, round_trip_ms: float | None) -> None:
        up = 0.0 if self._up_since is None else time.monotonic() - self._up_since
        self._health = TunnelHealth(
            state=state,  # type: ignore[arg-type]
            up_seconds=up,
            reconnects=max(self._connects - 1, 0),
            round_trip_ms=round_trip_ms,
            reason=why,
            older_algorithms=self._older and state == "up",
        )
        self._report(self._health)

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _port_taken(port: int) -> Trouble:
    return Trouble(
        f"The local port {port} is taken by another program.",
        untouched="Nothing was opened.",
        remedy="Name another port, or leave it out: then a free one is taken.",
        code="port-taken",
    )


def free_port() -> int:
    """A port of 127.0.0.1 that is free now; `ssh` says so if it is not any more when it wants it."""
    with socket.socket() as probe:
        # Without this a port whose last connections were just closed counts as taken; for ssh it does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
