"""What a tunnel to a store that is not signed in to has to know: its URL through the tunnel, and whether
anybody answers.

`ssh` says that it is ready also when what is behind it is not.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from wizard.model.secret import Secret
from wizard.stores.mysql import address as mysql

LIMIT = 15.0
"""Seconds for a server to say its first word."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Of one kind of store. `local_url` takes the store's URL and the tunnel's port. `ping` takes that local
    URL, returns once the store has answered, and raises OSError where it does not: what is tunnelled is not
    there, or is no such store."""

    local_url: Callable[[Secret, int], Secret]
    ping: Callable[[Secret], None]


def probe_of(type_: str) -> Probe:
    """The probe for the target's word for a type of store ("mysql", "mongodb")."""
    return _PROBES.get(type_, Probe(local_url=local_url, ping=_reached))


def local_url(store: Secret, port: int) -> Secret:
    """Any store's URL with the tunnel's end for its host, all else as it is."""
    parts = urlsplit(store.reveal())
    login = ""
    if parts.username or parts.password:
        user, password = (
            quote(unquote(text), safe="") for text in (parts.username or "", parts.password or "")
        )
        login = f"{user}:{password}@" if password else f"{user}@"
    query = f"?{parts.query}" if parts.query else ""
    return Secret(f"{parts.scheme}://{login}127.0.0.1:{port}{parts.path}{query}", label=store.label)


def _greeted_by_mysql(url: Secret) -> None:
    address = mysql.address_of(url)
    with socket.create_connection((address.host, address.port), LIMIT) as connection:
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


def _reached(url: Secret) -> None:
    """Whether anybody holds the connection for a moment: through `ssh` it is always taken, and closed at once
    where nothing is behind it."""
    parts = urlsplit(url.reveal())
    with socket.create_connection((parts.hostname or "", parts.port or 0), LIMIT) as connection:
        connection.settimeout(0.5)
        try:
            if not connection.recv(1):
                raise ConnectionResetError("the server closed the connection")
        except TimeoutError:
            return


_PROBES = {
    "mysql": Probe(local_url=mysql.local_url, ping=_greeted_by_mysql),
}
