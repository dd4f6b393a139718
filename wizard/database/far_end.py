"""What a tunnel leads to, seen from its local port: how it is called there, and whether it answers."""

import time
from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg

from wizard.database.connect import cut, reason
from wizard.model.secret import Secret

TAKING = 8.0
"""Seconds in which a server that waits for rows is to take some: a slow line brings them now and then, and
the program before it may hold many that have left us long ago."""

_TAKES = 140000
"""The version since which a Postgres tells what a COPY has taken so far."""

_BACKENDS = """
SELECT known.pid, state, coalesce(wait_event, ''), {taken}, coalesce(state_change::text, '')
FROM pg_catalog.pg_stat_activity AS known {copies} WHERE {which}
"""

_COPIES = "LEFT JOIN pg_catalog.pg_stat_progress_copy AS copies ON copies.pid = known.pid"


class NoAnswer(Exception):
    """What is behind the tunnel does not answer; the text says why, clean and without a secret."""


class Ping(Protocol):
    """A connection that is kept to ask for signs of life."""

    def ask(self) -> None:
        """One round trip. Raises NoAnswer; the connection is of no use then."""
        ...

    def close(self) -> None:
        """Give it up. Never fails."""
        ...


@runtime_checkable
class Telling(Protocol):
    """One whose server tells what it is at."""

    def at_work(self, backends: Sequence[int]) -> bool | None:
        """See `at_work`."""
        ...


class FarEnd(Protocol):
    """A kind of store behind a tunnel."""

    def local_url(self, store: Secret, port: int) -> Secret:
        """The store's URL with 127.0.0.1 and `port` for its host."""
        ...

    def open(self, url: Secret) -> Ping:
        """Connect to it. Raises NoAnswer."""
        ...


def local_url(store: Secret, port: int) -> Secret:
    """`store`'s URL with 127.0.0.1 and `port` for its host, all else as it is."""
    # By no driver's rules: a vendor's URL may carry parameters that only an app's driver knows.
    parts = urlsplit(store.reveal())
    user, password = (quote(unquote(text or ""), safe="") for text in (parts.username, parts.password))
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    return Secret(parts._replace(netloc=f"{login}127.0.0.1:{port}").geturl(), label=store.label)


class PostgresEnd:
    """A Postgres that demands TLS, as Aptible's do."""

    def local_url(self, store: Secret, port: int) -> Secret:
        """With TLS required: the portal's Postgres refuses anything else. Its certificate names another host,
        so it is not compared."""
        here = urlsplit(local_url(store, port).reveal())
        url = here._replace(scheme="postgresql", query="sslmode=require", fragment="")
        return Secret(url.geturl(), label=store.label)

    def open(self, url: Secret) -> Ping:
        """Log in."""
        return PostgresPing(url)


class ProxiedPostgres(PostgresEnd):
    """A Postgres behind a vendor's own program, or behind somebody's own tunnel. Whether in TLS its URL says;
    without a word, where it offers that. The program encrypts what goes over the network."""

    def local_url(self, store: Secret, port: int) -> Secret:
        """Its certificate names another host than the tunnel's end, so it is not compared."""
        asked = dict(parse_qsl(urlsplit(store.reveal()).query)).get("sslmode", "prefer")
        mode = "require" if asked.startswith("verify-") else asked
        here = urlsplit(local_url(store, port).reveal())
        url = here._replace(scheme="postgresql", query=f"sslmode={quote(mode)}", fragment="")
        return Secret(url.geturl(), label=store.label)


def at_work(ping: Ping, backends: Sequence[int]) -> bool | None:
    """Whether a server is at work for one of `backends`, processes of its own: it runs something, and does
    not wait for us, or rows still get to it. None where it does not tell.

    Raises:
        NoAnswer: it does not answer.
    """
    return ping.at_work(backends) if isinstance(ping, Telling) else None


class Backend(NamedTuple):
    """A process of a Postgres that works for a client, as `pg_stat_activity` shows it. `taken` are the bytes
    that its COPY has taken so far; None where the server is too old to tell. `changed` is the moment of its
    state, in the server's words."""

    state: str | None
    wait_event: str
    taken: int | None
    changed: str

    @property
    def told(self) -> bool:
        """Whether the server tells: not by `track_activities`, and not of another role's."""
        return self.state not in (None, "disabled")

    @property
    def active(self) -> bool:
        """Whether it runs something."""
        return self.state == "active"

    @property
    def works(self) -> bool:
        """Whether it does, and does not wait for its client."""
        return self.active and self.wait_event not in ("ClientRead", "ClientWrite")


class PostgresPing:
    """Logs in with the seconds that a far and busy server may take. Raises NoAnswer."""

    def __init__(self, url: Secret, application: str = "offramp/tunnel") -> None:
        try:
            self._connection = psycopg.connect(
                url.reveal(),
                autocommit=True,
                connect_timeout=15,
                application_name=application,
                tcp_user_timeout=20_000,
            )
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error

    def ask(self) -> None:
        """One round trip. Raises NoAnswer."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error

    def at_work(self, backends: Sequence[int]) -> bool | None:
        """Whether one of them runs something, and does not wait for its client; or takes what comes of a
        COPY. Takes up to `TAKING` seconds. Raises NoAnswer."""
        first, until = self.backends(backends), time.monotonic() + TAKING
        found = first
        while True:
            if any(one.works for one in found.values()) or found != first:
                return True
            if not all(one.told for one in found.values()):
                return None
            if not any(one.active for one in found.values()):
                return False
            if time.monotonic() > until:
                # An older one may be taking rows all the time.
                return None if any(one.taken is None for one in found.values()) else False
            time.sleep(TAKING / 16)
            found = self.backends(backends)

    def backends(self, pids: Sequence[int]) -> dict[int, Backend]:
        """Those of `pids` that are there. Raises NoAnswer."""
        return self._those("known.pid = ANY(%s)", list(pids))

    def named(self, application: str) -> dict[int, Backend]:
        """Those that call themselves so, in this database. Raises NoAnswer."""
        return self._those(
            "known.application_name = %s AND known.datname = pg_catalog.current_database()", application
        )

    def _those(self, which: str, value: object) -> dict[int, Backend]:
        tells = self._connection.info.server_version >= _TAKES
        query = _BACKENDS.format(
            taken="coalesce(copies.bytes_processed, 0)" if tells else "NULL",
            copies=_COPIES if tells else "",
            which=which,
        )
        try:
            rows = self._connection.execute(query, (value,)).fetchall()
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error
        return {pid: Backend(*rest) for pid, *rest in rows}

    def cut(self) -> None:
        """Break it off, from any thread: who waits for an answer hears of it. Never fails."""
        cut(self._connection)

    def close(self) -> None:
        """Give it up. Never fails."""
        try:
            self._connection.close()
        except psycopg.Error:
            return  # it was broken, and is gone either way
