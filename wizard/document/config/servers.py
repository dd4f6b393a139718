"""Config vars that a person copied from an add-on's: after the move they would still name the old server."""

import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from wizard.model.secret import Secret

How = Literal["", "url", "part"]

POSTGRES_SCHEMES = ("postgres", "postgresql")

SHORTEST = 8
"""Characters of a password or a database's name below which finding it in a value says nothing."""

TELLING = 16
"""Characters from which a password alone is nobody else's."""

_PLACE = re.compile(r"[\w.-]{0,254}\w(?::[0-9]{1,5}(?![0-9]))?")
_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:[0-9]{1,5})?")
_URL_IN_LIST = re.compile(r"[,\s]+(?=[a-zA-Z][a-zA-Z0-9+.-]*://)")
_KEY = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=._~-]{16,200}")


@dataclass(frozen=True)
class Server:
    """Where an add-on is, as the URL says that it sets; or, without a host, a key that it gave out. Lives in
    memory only."""

    add_on_id: str
    host: str
    database: str
    password: Secret


class Servers:
    """The servers of a whole system, made once: a value is looked up, not compared with each of them."""

    def __init__(self, servers: Iterable[Server]) -> None:
        self._all = tuple(servers)
        self._by_host: dict[str, list[int]] = {}
        self._by_start: dict[str, list[tuple[str, int]]] = {}
        for index, server in enumerate(self._all):
            if server.host:
                self._by_host.setdefault(server.host.lower(), []).append(index)
            password = server.password.reveal()
            for form in {password, urllib.parse.unquote(password)}:
                if len(form) >= SHORTEST:
                    self._by_start.setdefault(form[:SHORTEST], []).append((form, index))

    def copied_from(self, value: Secret) -> tuple[str, How]:
        """The id of the add-on that `value` reaches, and whether it is its whole URL or a part of something.

        A host alone is shared by many databases, so it counts only together with the password or the name
        of the database, or where it is all of the value and only one add-on is there; a password of `TELLING`
        characters counts by itself.
        """
        text = value.reveal()
        named = self._named(text)
        known = self._known(text)
        for index in sorted(named | known):
            server = self._all[index]
            names = len(server.database) >= SHORTEST and server.database in text
            if index in named and (index in known or names):
                return server.add_on_id, "url" if _is_postgres_url(text) else "part"
            if index in known and len(server.password.reveal()) >= TELLING:
                return server.add_on_id, "part"
        there = {self._all[index].add_on_id for index in named}
        if len(there) == 1 and _BARE_HOST.fullmatch(text.strip()):
            return there.pop(), "part"
        return "", ""

    def _named(self, text: str) -> set[int]:
        """The servers whose host stands in the text."""
        if not self._by_host:
            return set()
        return {index for place in places_in(text) for index in self._by_host.get(place, ())}

    def _known(self, text: str) -> set[int]:
        """The servers whose password stands in the text."""
        if not self._by_start:
            return set()
        found: set[int] = set()
        start = self._by_start.get
        for position in range(len(text) - SHORTEST + 1):
            for form, index in start(text[position : position + SHORTEST], ()):
                if text.startswith(form, position):
                    found.add(index)
        return found


def servers_of(values: Mapping[str, Secret], set_by: Mapping[str, str]) -> tuple[Server, ...]:
    """The servers that the add-ons of one app name in `values`, and the keys that they gave out; `set_by` are
    add-on ids by config var."""
    found: list[Server] = []
    for name, add_on_id in set_by.items():
        if name in values:
            found += _servers(add_on_id, values[name])
    return tuple(found)


def places_in(text: str) -> Iterator[str]:
    """Each host that may stand in `text`, in lower case: as `host:port` where it has a port, and as `host`.

    The characters around do not continue it: app.example is not in my-app.example, nor port 80 in 8080.
    """
    for match in _PLACE.finditer(text.lower()):
        place = match[0].lstrip(".")
        if "." in place:
            yield place
            host, colon, _ = place.partition(":")
            if colon:
                yield host


def _servers(add_on_id: str, value: Secret) -> Iterator[Server]:
    text = value.reveal()
    if "://" not in text:
        if _KEY.fullmatch(text) and not _BARE_HOST.fullmatch(text):
            yield Server(add_on_id, "", "", Secret(text, register=False))
        return
    # Kafka lists several brokers in one value.
    for url in _URL_IN_LIST.split(text.strip()):
        try:
            parts = urllib.parse.urlsplit(url)
            host, password = parts.hostname or "", parts.password or ""
        except ValueError:
            continue
        if parts.scheme and host:
            yield Server(add_on_id, host, parts.path.lstrip("/"), Secret(password, register=False))


def _is_postgres_url(text: str) -> bool:
    scheme, _, rest = text.strip().partition("://")
    return scheme.lower() in POSTGRES_SCHEMES and re.search(r"\s|://", rest) is None
