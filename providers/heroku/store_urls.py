"""The URL of an add-on that is a store, but no Postgres, read anew from the config vars that it sets."""

import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from providers.heroku.answers import Gone, Refused
from providers.heroku.client import Client
from providers.heroku.databases import preference, read_attachments
from providers.heroku.fields import text, texts
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble

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
    refused: Trouble | None = None
    for attachment in sorted(await read_attachments(client, add_on_id), key=preference):
        app_id = text(attachment, "app", "id")
        try:
            path = f"/apps/{urllib.parse.quote(app_id, safe='')}/config-vars"
            values: Mapping[str, Any] = await client.get_raw(path)
        except (Gone, Refused, SecondFactorNeeded) as trouble:
            refused = trouble
            continue
        names = texts(attachment, "config_vars") or (f"{text(attachment, 'name')}_URL",)
        url = best_url(names, values, type_)
        if url is not None:
            return Secret(url, f"URL of {text(attachment, 'addon', 'name')}")
    raise refused or Trouble(
        f"No config var on Heroku holds the address of the store {add_on_id}.",
        remedy="Attach the add-on to its app again in Heroku's dashboard, then try again.",
        code="no-store-url",
    )


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
