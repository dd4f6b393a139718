"""Config vars, the one thing of Heroku that is read byte for byte: a value that is made safe is another."""

import urllib.parse

from providers.heroku.client import Client
from wizard.model.secret import Secret, config_value
from wizard.model.text import clean


async def read_config(client: Client, app_id: str) -> dict[str, Secret]:
    """All config vars of an app by their clean names, values byte for byte; one that is null (being unset)
    is left out. Heroku takes any name; one that a program can use is clean already."""
    values = await client.get_raw(f"/apps/{urllib.parse.quote(app_id, safe='')}/config-vars")
    named = {clean(name): value for name, value in values.items() if isinstance(value, str)}
    return {name: config_value(value, name) for name, value in named.items()}
