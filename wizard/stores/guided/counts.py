"""What can be counted of a store over HTTP, without a client library of its own."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import httpx

from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble, Unreachable

LIMIT = 30.0
"""Seconds for one answer."""

LARGEST = 32 << 20
"""Bytes of an answer that are read."""

MOST_PARTS = 5000


class Api:
    """The HTTP side of a store. Follows no redirect: who signs in here signs in nowhere else.

    Raises:
        Trouble: its URL is none, or leads off this machine without TLS.
    """

    def __init__(self, url: Secret, *, path: str = "") -> None:
        try:
            parts = urlsplit(url.reveal())
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        plain = parts.scheme in ("http", "amqp")
        if not host or parts.scheme not in ("http", "https", "amqp", "amqps"):
            raise Trouble(
                f"The {url.label} is not one that can be asked over HTTP.",
                remedy="It must begin with https:// and name a host.",
                code="store-url",
            )
        if plain and not is_loopback(host):
            raise Trouble(
                f"The {url.label} leads off this machine without TLS.",
                remedy="Use the store's https:// URL.",
                code="store-plain",
            )
        if parts.scheme.startswith("amqp"):
            # A broker's management answers on another port than its queues.
            port = None
        where = f"{'http' if plain else 'https'}://{host}{f':{port}' if port else ''}"
        self._label = url.label
        self.virtual_host = unquote(parts.path[1:]) or "/"
        login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._client = httpx.Client(
            base_url=where + path,
            auth=login if any(login) else None,
            timeout=LIMIT,
            follow_redirects=False,
            # Through a tunnel the certificate names another host.
            verify=not is_loopback(host),
            trust_env=not is_loopback(host),
        )

    def get(self, path: str) -> Any:
        """The decoded JSON of an answer. Raises Trouble."""
        try:
            with self._client.stream("GET", path) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > LARGEST:
                        raise self._odd("answers with more than is read")
            if answer.status_code in (401, 403):
                raise Trouble(
                    f"The {self._label}'s server does not let us in ({answer.status_code}).",
                    remedy="See that user and password of its URL are right.",
                    code="store-login",
                )
            if answer.status_code != 200:
                raise self._odd(f"answers {answer.status_code}")
            return httpx.Response(200, content=body).json()
        except httpx.HTTPError as error:
            raise Unreachable(
                f"The {self._label}'s server cannot be reached: {type(error).__name__}.",
                remedy="It may pass by itself; try again.",
            ) from error
        except (ValueError, RecursionError) as error:
            raise self._odd("answers with something else than JSON") from error

    def _odd(self, words: str) -> Trouble:
        return Trouble(
            f"The {self._label}'s server {words}.",
            remedy="Look whether it is the store that it is taken for.",
            code="store-odd",
        )

    def close(self) -> None:
        """End its connections."""
        self._client.close()


def elasticsearch(url: Secret) -> dict[str, int]:
    """Documents by index, without the server's own indexes. Raises Trouble."""
    api = Api(url)
    try:
        rows = _list(api.get("/_cat/indices?format=json&h=index"))
        names = [str(row.get("index", "")) for row in rows if isinstance(row, dict)]
        return {
            name: _number(api.get(f"/{quote(name, safe='')}/_count"), "count")
            for name in sorted(names)
            if name and not name.startswith(".")
        }
    finally:
        api.close()


def couchdb(url: Secret) -> dict[str, int]:
    """Documents by database, without the server's own databases. Raises Trouble."""
    api = Api(url)
    try:
        names = [str(name) for name in _list(api.get("/_all_dbs"))]
        return {
            name: _number(api.get(f"/{quote(name, safe='')}"), "doc_count")
            for name in sorted(names)
            if not name.startswith("_")
        }
    finally:
        api.close()


def rabbitmq(url: Secret) -> dict[str, int]:
    """Messages by queue of the URL's virtual host, over the management API. Raises Trouble."""
    api = Api(url)
    try:
        rows = _list(api.get(f"/api/queues/{quote(api.virtual_host, safe='')}"))
        return {str(row["name"]): int(row.get("messages") or 0) for row in rows if isinstance(row, dict)}
    finally:
        api.close()


COUNTS: dict[str, Callable[[Secret], dict[str, int]]] = {
    "elasticsearch": elasticsearch,
    "couchdb": couchdb,
    "rabbitmq": rabbitmq,
}
"""By type of store."""


def _list(answer: Any) -> list[Any]:
    if not isinstance(answer, list) or len(answer) > MOST_PARTS:
        raise Trouble(
            "A store answers with something else than a list of what it holds.",
            remedy="Look whether it is the store that it is taken for.",
            code="store-odd",
        )
    return answer


def _number(answer: Any, name: str) -> int:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, int):
        raise Trouble(
            f"A store does not tell its {clean(name)}.",
            remedy="Look whether it is the store that it is taken for.",
            code="store-odd",
        )
    return value
