"""Config vars that a person copied from an add-on's: after the move they would still name the old server."""

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wizard.model.secret import Secret

How = Literal["", "url", "part"]

POSTGRES_SCHEMES = ("postgres", "postgresql")

SHORTEST = 8
"""Characters of a password or a database's name below which finding it in a value says nothing."""


TELLING = 16
"""Characters from which a password alone is nobody else's."""


@dataclass(frozen=True)
class Server:
    """Where an add-on is, as the URL says that it sets. Lives in memory only."""

    add_on_id: str
    host: str
    database: str
    password: Secret


def servers_of(values: Mapping[str, Secret], set_by: Mapping[str, str]) -> tuple[Server, ...]:
    """The servers that the add-ons of one app name in `values`; `set_by` are add-on ids by config var."""
    found = []
    for name, add_on_id in set_by.items():
        if name in values and (server := _server(add_on_id, values[name])):
            found.append(server)
    return tuple(found)


def copied_from(value: Secret, servers: Sequence[Server]) -> tuple[str, How]:
    """The id of the add-on that `value` reaches, and whether it is its whole URL or a part of something.

    A host alone is shared by many databases, so it counts only together with the password or the name of
    the database; a password counts by itself.
    """
    text = value.reveal()
    lower = text.lower()
    for server in servers:
        password = server.password.reveal()
        knows = len(password) >= SHORTEST and (
            password in text or ("%" in password and urllib.parse.unquote(password) in text)
        )
        names = len(server.database) >= SHORTEST and server.database in text
        if (knows or names) and names_place(lower, server.host):
            return server.add_on_id, "url" if _is_postgres_url(text) else "part"
        if knows and len(password) >= TELLING:
            return server.add_on_id, "part"
    return "", ""


def names_place(text: str, place: str) -> bool:
    """Whether a host stands in `text` (both in lower case). The characters around must not continue it:
    app.example is not my-app.example, and port 80 is not port 8080."""
    if not place or place not in text:
        return False
    return re.search(rf"(?<![a-z0-9.-]){re.escape(place)}(?![a-z0-9-]|\.[a-z0-9])", text) is not None


def _server(add_on_id: str, url: Secret) -> Server | None:
    try:
        parts = urllib.parse.urlsplit(url.reveal())
        host, password = parts.hostname or "", parts.password or ""
    except ValueError:
        return None
    if not parts.scheme or not host:
        return None
    return Server(add_on_id, host, parts.path.lstrip("/"), Secret(password, register=False))


def _is_postgres_url(text: str) -> bool:
    scheme, _, rest = text.strip().partition("://")
    return scheme.lower() in POSTGRES_SCHEMES and re.search(r"\s|://", rest) is None
