"""The URL of a Heroku Postgres, read anew from the config vars of an app that it is attached to."""

import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any, Final

from providers.heroku.answers import Gone, Refused
from providers.heroku.client import Client
from providers.heroku.fields import text, texts
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble

SERVICE: Final = "heroku-postgresql"

_STRONG = frozenset({"require", "verify-ca", "verify-full"})

_URL = re.compile(r"postgres(ql)?://")


async def read_database_url(client: Client, add_on_id: str) -> Secret:
    """Read the URL of a database's default credential from the config of an app that it is attached to, best
    the one that owns it. Other credentials may see less of the data, and a pool cannot be copied through.

    Raises:
        Trouble: no app that may be read has it.
    """
    found = await read_attached_url(client, add_on_id, default_url)
    if found is None:
        raise Trouble(
            f"No config var on Heroku holds the address of the database {add_on_id}.",
            remedy="Attach the database to its app again in Heroku's dashboard, then try again.",
            code="no-database-url",
        )
    return Secret(with_tls(found.reveal()), found.label)


async def read_attached_url(
    client: Client, add_on_id: str, choose: Callable[[tuple[str, ...], Mapping[str, Any]], str | None]
) -> Secret | None:
    """What `choose` takes of the config vars that an attachment of an add-on sets, by their names and the
    values of the app, the default credential and the owning app first. None where it takes none.

    Raises:
        Trouble: it takes none, and an app may not be read.
    """
    configs: dict[str, Mapping[str, Any]] = {}
    refused: Trouble | None = None
    for attachment in sorted(await _attachments(client, add_on_id), key=_preference):
        app_id = text(attachment, "app", "id")
        try:
            if app_id not in configs:
                path = f"/apps/{urllib.parse.quote(app_id, safe='')}/config-vars"
                configs[app_id] = await client.get_raw(path)
        except (Gone, Refused, SecondFactorNeeded) as trouble:
            configs[app_id] = {}
            refused = trouble
        names = texts(attachment, "config_vars") or (f"{text(attachment, 'name')}_URL",)
        url = choose(names, configs[app_id])
        if url is not None:
            return Secret(url, f"URL of {text(attachment, 'addon', 'name')}")
    if refused is not None:
        raise refused
    return None


async def _attachments(client: Client, add_on_id: str) -> list[dict[str, Any]]:
    """Where an add-on is attached, with the config vars of each attachment. Raises Trouble."""
    include = {"Accept-Inclusion": "addon:plan,config_vars"}
    path = f"/addons/{urllib.parse.quote(add_on_id, safe='')}/addon-attachments"
    try:
        return await client.get_all(path, variant="sdk", headers=include)
    except (Gone, Refused):
        # An add-on of somebody else's app: what it is attached to here is in the list of all.
        rows = await client.get_all("/addon-attachments", variant="sdk", headers=include)
        return [row for row in rows if text(row, "addon", "id") == add_on_id]


def _preference(attachment: Mapping[str, Any]) -> tuple[int, bool, str]:
    """Sorts attachments: those of the default credential first, those of the owning app before others."""
    namespace = text(attachment, "namespace")
    rank = 0 if not namespace else 2 if namespace.startswith("connection-pooling") else 1
    foreign = text(attachment, "app", "id") != text(attachment, "addon", "app", "id")
    return rank, foreign, text(attachment, "name")


def with_tls(url: str) -> str:
    """`url` with `sslmode=require` where it names nothing stronger: Heroku refuses a connection in clear, and
    whoever answers in its place and takes one must not get the password. Heroku's certificates are signed
    by nobody known, so more than `require` cannot be asked for on one's own."""
    base, _, query = url.partition("?")
    given = [part for part in query.split("&") if part]
    if any(part.removeprefix("sslmode=") in _STRONG for part in given if part.startswith("sslmode=")):
        return url
    kept = [part for part in given if part.partition("=")[0] not in ("sslmode", "requiressl", "ssl")]
    return f"{base}?{'&'.join([*kept, 'sslmode=require'])}"


def default_url(names: tuple[str, ...], values: Mapping[str, Any]) -> str | None:
    """The first value that is a database URL, a connection pool's last: pg_dump cannot use that one."""
    for name in sorted(names, key=lambda one: "CONNECTION_POOL" in one):
        value = values.get(name)
        if isinstance(value, str) and _URL.match(value):
            return value
    return None
