"""What the data API tells of a Heroku Key-Value Store (Redis, Valkey): `/redis/v0/databases/{id}` and its
`…/config` (heroku/cli, Heroku's recorded schemas). Its URL and password are not kept."""

import urllib.parse
from typing import Any, Final

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.data_info import is_on, maintenance_words, pair, plan_name, read_info
from providers.heroku.fields import text
from wizard.model.stores import KeyValue
from wizard.model.text import clean
from wizard.model.trouble import Trouble

SERVICE: Final = "heroku-redis"


async def read_key_value(client: Client, add_on_id: str, plan: str) -> KeyValue:
    """Ask about one store; raises Trouble (404: it is still being made)."""
    said = await client.get(_path(add_on_id), host="data")
    info = read_info(said)
    words = {**info.words}
    used, limit = pair(words.get("Connections", ""))
    if limit is None:
        _, limit = None, pair(words.get("Connection Limit", ""))[0]
    native = said.get("prefer_native_tls") if isinstance(said, dict) else None
    return KeyValue(
        version=text(said, "version") or words.get("Version", ""),
        plan=plan_name(said, plan),
        status=words.get("Status", ""),
        persistence=words.get("Persistence", ""),
        connections=used,
        connection_limit=limit,
        tls=_tls(words, native if isinstance(native, bool) else None),
        maintenance=maintenance_words(words),
        told=words,
    )


async def read_settings(client: Client, add_on_id: str) -> dict[str, str]:
    """Its configuration by name. Raises Trouble."""
    try:
        said = await client.get(f"{_path(add_on_id)}/config", host="data")
    except Gone:
        return {}
    except Trouble as trouble:
        if trouble.code == "not-taken":
            return {}
        raise
    if not isinstance(said, dict):
        return {}
    found = {}
    for name, what in said.items():
        value: Any = what.get("value") if isinstance(what, dict) else what
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            found[name] = clean(str(value))
    return found


def _tls(words: dict[str, str], native: bool | None) -> bool | None:
    """ "Connection requirements" or the like says whether TLS is a must."""
    for name, shown in words.items():
        if "tls" in shown.lower() and "require" in shown.lower():
            return "not" not in shown.lower()
        if "tls" in name.lower() and is_on(shown) is not None:
            return is_on(shown)
    return native


def _path(add_on_id: str) -> str:
    return f"/redis/v0/databases/{urllib.parse.quote(add_on_id, safe='')}"
