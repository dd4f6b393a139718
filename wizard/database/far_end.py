"""What a tunnel leads to, seen from its local port: how it is called there, and whether it answers."""

import time
from collections.abc import Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg

from wizard.database.connect import reason
from wizard.model.secret import Secret

TAKING = 8.0
"""Seconds in which a server that waits for rows is to take some: a slow line brings them now and then, and
the program before it may hold many that have left us long ago."""

_TAKES = 140000
"""The version since which a Postgres tells what a COPY has taken so far."""

_BACKENDS = """
SELECT state, coalesce(wait_event IN ('ClientRead', 'ClientWrite'), false), {taken}
FROM pg_catalog.pg_stat_activity AS known {copies} WHERE known.pid = ANY(%s) ORDER BY known.pid
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
        """Log in with the seconds that a far and busy server may take."""
        return _PostgresPing(url)


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


class _PostgresPing:
    def __init__(self, url: Secret) -> None:
        try:
            self._connection = psycopg.connect(
                url.reveal(),
                autocommit=True,
                connect_timeout=15,
                application_name="offramp/tunnel",
                tcp_user_timeout=20_000,
            )
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error

    def ask(self) -> None:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error

    def at_work(self, backends: Sequence[int]) -> bool | None:
        """Whether one of them runs something, and does not wait for its client; or takes what comes of a
        COPY. Takes up to `TAKING` seconds."""
        first, until = self._now(backends), time.monotonic() + TAKING
        found = first
        while True:
            if any(state == "active" and not waits for state, waits, _ in found) or found != first:
                return True
            if any(state in (None, "disabled") for state, _, _ in found):
                return None  # by `track_activities`, or it is another role's
            if not any(state == "active" for state, _, _ in found):
                return False
            if time.monotonic() > until:
                # An older one may be taking rows all the time.
                return False if self._connection.info.server_version >= _TAKES else None
            time.sleep(TAKING / 16)
            found = self._now(backends)

    def _now(self, backends: Sequence[int]) -> list[tuple[str | None, bool, int]]:
        """State, whether it waits for its client, and the bytes that its COPY has taken."""
        tells = self._connection.info.server_version >= _TAKES
        query = _BACKENDS.format(
            taken="coalesce(copies.bytes_processed, 0)" if tells else "0", copies=_COPIES if tells else ""
        )
        try:
            return self._connection.execute(query, (list(backends),)).fetchall()
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error

    def close(self) -> None:
        try:
            self._connection.close()
        except psycopg.Error:
            return  # it was broken, and is gone either way
