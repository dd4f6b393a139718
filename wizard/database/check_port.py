"""Whether somebody's own tunnel leads to the database that it is said to lead to."""

import psycopg

from wizard.database.breadth import in_time
from wizard.database.connect import reason
from wizard.database.far_end import FarEnd, NoAnswer, PostgresEnd, ProxiedPostgres
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

LIMIT = 20.0
"""Seconds for the login and one question."""


def want_database(end: FarEnd, store: Secret, port: int, handle: str) -> None:
    """Log in there as the store's URL says, and hang up. Blocks.

    Raises:
        Trouble: nobody listens there, or it is another store: it does not take this login, or takes any.
    """
    try:
        if isinstance(end, PostgresEnd):
            found: list[str] = []
            in_time(lambda: found.append(_other_postgres(ProxiedPostgres().local_url(store, port))), LIMIT)
            if found and found[0]:
                raise NoAnswer(found[0])
        else:
            in_time(lambda: _asked(end, end.local_url(store, port)), LIMIT)
    except NoAnswer as error:
        raise Trouble(
            f"What is at port {port} of this machine is not taken for {handle}: {error}.",
            untouched="The run goes on as before.",
            remedy=f"Open your tunnel to {handle} on that port first, then tell the port again.",
            code="not-that-database",
        ) from error


def _asked(end: FarEnd, url: Secret) -> None:
    ping = end.open(url)
    try:
        ping.ask()
    finally:
        ping.close()


def _other_postgres(url: Secret) -> str:
    """Why it is not the one that the URL means, empty when it is. Raises NoAnswer."""
    try:
        with psycopg.connect(
            url.reveal(), autocommit=True, connect_timeout=15, application_name="offramp/look"
        ) as connection:
            connection.execute("SELECT 1")
            if connection.pgconn.password and not connection.pgconn.used_password:
                # One that trusts whoever comes from this machine lets in with any password.
                return "a Postgres answers that asks for no password, and the target's does"
    except psycopg.Error as error:
        raise NoAnswer(reason(error)) from error
    return ""
