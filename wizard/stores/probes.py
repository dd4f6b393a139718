"""Whether a store that is not signed in to answers. `ssh` says that it is ready also when what is behind it
is not.

Each takes the store's URL through the tunnel, returns once the store has answered, and raises OSError where
it does not: what is there is no such store, or nothing.
"""

import socket
from urllib.parse import urlsplit

from wizard.model.secret import Secret

LIMIT = 15.0
"""Seconds for a server to say its first word."""


def greeted_by_mysql(url: Secret) -> None:
    """Whether a MySQL says its first word."""
    with _connected(url) as connection:
        # The server speaks first: three bytes of length, a number, and its protocol's version (10), or 255
        # and an error, which is an answer too.
        said = b""
        while len(said) < 5:
            part = connection.recv(64)
            if not part:
                raise OSError("the server closed the connection")
            said += part
        if said[4] not in (10, 255):
            raise OSError("what answers is not a MySQL")


def reached(url: Secret) -> None:
    """Whether anybody holds the connection for a moment: through `ssh` it is always taken, and closed at once
    where nothing is behind it."""
    with _connected(url) as connection:
        connection.settimeout(0.5)
        try:
            if not connection.recv(1):
                raise ConnectionResetError("the server closed the connection")
        except TimeoutError:
            return


def _connected(url: Secret) -> socket.socket:
    parts = urlsplit(url.reveal())
    return socket.create_connection((parts.hostname or "", parts.port or 0), LIMIT)
