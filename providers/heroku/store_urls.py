"""The URL of an add-on that is a store, but no Postgres, read anew from the config vars that it sets."""

from collections.abc import Mapping
from typing import Any, Final

from providers.heroku.client import Client
from providers.heroku.databases import read_attached_url
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

SCHEMES: Final = {
    "redis": ("rediss", "valkeys", "redis", "valkey"),
    "mysql": ("mysql", "mysql2", "mariadb"),
    "mongodb": ("mongodb+srv", "mongodb"),
    "rabbitmq": ("amqps", "amqp"),
    "kafka": ("kafka+ssl", "kafka"),
}
"""Schemes of URLs by the type of store, the best first. Every other store is spoken to over HTTP."""

HTTP: Final = ("https", "http")


async def read_store_url(client: Client, add_on_id: str, type_: str) -> Secret:
    """The best URL that a config var of the add-on holds, in an app that it is attached to; best the one that
    owns it.

    Raises:
        Trouble: no app that may be read has it.
    """
    found = await read_attached_url(client, add_on_id, lambda names, values: best_url(names, values, type_))
    if found is None:
        raise Trouble(
            f"No config var on Heroku holds the address of the store {add_on_id}.",
            remedy="Attach the add-on to its app again in Heroku's dashboard, then try again.",
            code="no-store-url",
        )
    return found


def best_url(names: tuple[str, ...], values: Mapping[str, Any], type_: str) -> str | None:
    """The value that is a URL of the best scheme for the type, the first by name among equals."""
    schemes = SCHEMES.get(type_, HTTP)
    found = []
    for name in sorted(names):
        value = values.get(name)
        scheme = value.partition("://")[0].lower() if isinstance(value, str) and "://" in value else ""
        if scheme in schemes:
            found.append((schemes.index(scheme), name, value))
    return min(found)[2] if found else None
