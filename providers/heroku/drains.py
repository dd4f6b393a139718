"""The address of a log drain: it carries a token often, and is read only when it is handed on."""

import urllib.parse

from providers.heroku.client import Client
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


async def read_drain_address(client: Client, app_id: str, drain_id: str) -> Secret:
    """`url` of `GET /apps/:app/log-drains/:drain` (Heroku's Platform API), byte for byte.

    Raises:
        Trouble: it has none, or the drain is not there any more.
    """
    app, drain = (urllib.parse.quote(part, safe="") for part in (app_id, drain_id))
    return await _address(client, f"/apps/{app}/log-drains/{drain}")


async def read_space_drain_address(client: Client, space_id: str) -> Secret:
    """`url` of `GET /spaces/:space/log-drain` (variant 3.dogwood, as heroku/cli asks for it).

    Raises:
        Trouble: it has none any more.
    """
    return await _address(client, f"/spaces/{urllib.parse.quote(space_id, safe='')}/log-drain", "dogwood")


async def _address(client: Client, path: str, variant: str = "") -> Secret:
    try:
        found = await client.get_raw(path, variant=variant)
    except Trouble as trouble:
        if trouble.code != "not-found":
            raise
        found = {}
    address = found.get("url")
    if not isinstance(address, str) or not address:
        raise Trouble(
            "A log drain that was documented is not on Heroku any more.",
            remedy="Read the system again (document), and make the plan again.",
            code="drain-gone",
        )
    return Secret(address, "address of a log drain")
