"""What the data API tells of a Heroku Postgres, read leniently: its values are made to be looked at."""

import re
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from providers.heroku.client import Client
from providers.heroku.fields import name_or_text, number, text, texts
from wizard.model.secret import Secret
from wizard.model.system import Postgres
from wizard.model.trouble import Trouble

SERVICE: Final = "heroku-postgresql"

_URL = re.compile(r"postgres(ql)?://")


async def read_postgres(client: Client, add_on_id: str, plan: str) -> Postgres:
    """Ask the data API about one database; raises Trouble (404: it is still being made)."""
    path = f"/client/v11/databases/{urllib.parse.quote(add_on_id, safe='')}"
    said = await client.get(path, host="data")
    info = _info(said)
    used, limit = _pair(info.get("Connections", ""))
    return Postgres(
        version=text(said, "postgres_version") or info.get("PG Version", "").split(" ")[0],
        plan=plan or name_or_text(said, "plan"),
        bytes=number(said, "num_bytes"),
        tables=_first_number(info.get("Tables", "")),
        connections=used,
        connection_limit=limit,
    )


async def read_database_url(client: Client, add_on_id: str) -> Secret:
    """Read the URL of a database's default credential from the config of the app that owns it."""
    add_on = await client.get(f"/addons/{urllib.parse.quote(add_on_id, safe='')}", variant="sdk")
    app_id = text(add_on, "app", "id")
    values = await client.get_raw(f"/apps/{urllib.parse.quote(app_id, safe='')}/config-vars")
    url = default_url(texts(add_on, "config_vars"), values)
    if url is None:
        raise Trouble(
            f"No config var of {text(add_on, 'app', 'name')} holds the address of {text(add_on, 'name')}.",
            remedy="Attach the database to its app again in Heroku's dashboard, then try again.",
            code="no-database-url",
        )
    return Secret(url, f"URL of {text(add_on, 'name')}")


def default_url(names: tuple[str, ...], values: Mapping[str, Any]) -> str | None:
    """The first value that is a database URL, a connection pool's last: pg_dump cannot use that one."""
    for name in sorted(names, key=lambda one: "CONNECTION_POOL" in one):
        value = values.get(name)
        if isinstance(value, str) and _URL.match(value):
            return value
    return None


def _info(said: Any) -> dict[str, str]:
    rows = said.get("info") if isinstance(said, dict) else None
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else []:
        values = row.get("values") if isinstance(row, dict) else None
        if isinstance(values, list) and values:
            found[text(row, "name")] = str(values[0])
    return found


def _pair(shown: str) -> tuple[int | None, int | None]:
    match = re.match(r"\s*(\d{1,9})\s*/\s*(\d{1,9})", shown)
    return (int(match[1]), int(match[2])) if match else (_first_number(shown), None)


def _first_number(shown: str) -> int | None:
    match = re.match(r"\s*(\d{1,9})", shown)
    return int(match[1]) if match else None
