"""A database named as libpq names one, with what libpq finds elsewhere put into it.

A service file, a password file and PG… variables are read by libpq when it connects. The engine's own wire
and its child processes do not read them, so all of it is asked of one connection and written into one URL.
"""

from collections.abc import Callable
from typing import Final

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wizard.database.connect import trouble
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

_OURS: Final = frozenset(
    {
        "application_name",
        "fallback_application_name",
        "client_encoding",
        "connect_timeout",
        "passfile",
        "replication",
        "service",
        "servicefile",
    }
)
"""Parameters that are read already, or that the engine sets by itself."""


def password_in(given: str) -> bool:
    """Whether a URL or conninfo holds a password. Raises Trouble when libpq does not understand it."""
    try:
        parts = conninfo_to_dict(given)
    except psycopg.ProgrammingError:
        # libpq's own words repeat what was given.
        raise Trouble(
            "This is no URL or conninfo that libpq understands.",
            untouched="Nothing was connected to.",
            remedy="Write it like postgresql://user@host:5432/name, without the password.",
            code="usage",
        ) from None
    return bool(parts.get("password") or parts.get("sslpassword"))


def resolve(given: Secret, ask_password: Callable[[], Secret], *, side: str) -> Secret:
    """Connect once, and return a conninfo that needs nothing from outside.

    Args:
        ask_password: asks the person, when the server wants a password and none is found; may raise Trouble.
        side: names it in errors ("source").

    Raises:
        Trouble: it cannot be reached, or the password is refused.
    """
    password: Secret | None = None
    while True:
        try:
            # An empty one would be sent; None leaves it to libpq to find one.
            connection = psycopg.connect(
                make_conninfo(given.reveal(), password=password.reveal() if password else None),
                connect_timeout=15,
            )
        except psycopg.OperationalError as error:
            if password is None and error.pgconn is not None and error.pgconn.needs_password:
                password = ask_password()
                continue
            raise trouble(error, f"The {side} cannot be reached") from None
        with connection:
            return _whole(connection.pgconn)


def _whole(pgconn: pq.abc.PGconn) -> Secret:
    parameters = {
        option.keyword.decode(): option.val.decode()
        for option in pgconn.info
        if option.val and option.keyword.decode() not in _OURS
    }
    # Of several hosts the one that answered.
    parameters |= {"host": pgconn.host.decode(), "port": pgconn.port.decode()}
    if "," in parameters.get("hostaddr", ""):
        del parameters["hostaddr"]
    password = pgconn.password.decode()
    if password:
        Secret(password, "database password")  # known from now on, wherever it turns up
        parameters["password"] = password
    return Secret(make_conninfo("", **parameters), "database URL")
