"""What a tunnel leads to, seen from its local port: how it is called there, and whether it answers."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import psycopg

from wizard.database.connect import reason
from wizard.model.secret import Secret

_AT_WORK = (
    "SELECT FROM pg_catalog.pg_stat_activity WHERE pid = ANY(%s) AND state = 'active'"
    " AND wait_event_type IS DISTINCT FROM 'Client' LIMIT 1"
)


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
    not wait for us. None where such a store does not tell.

    Raises:
        NoAnswer: it does not answer.
    """
    return ping.at_work(backends) if isinstance(ping, _PostgresPing) else None


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

    def at_work(self, backends: Sequence[int]) -> bool:
        """Whether one of them runs something, and does not wait for its client."""
        try:
            found = self._connection.execute(_AT_WORK, (list(backends),)).fetchone()
        except psycopg.Error as error:
            raise NoAnswer(reason(error)) from error
        return found is not None

    def close(self) -> None:
        try:
            self._connection.close()
        except psycopg.Error:
            return  # it was broken, and is gone either way
