"""Dataclips: queries that somebody saved on a database, and that end with it; only their own service tells.

Undocumented: `GET https://data-api.heroku.com/graphql?query=…` with the query `listClips`, as the Terraform
provider herokux asks it (api/data/postgres_dataclip.go): one request for all that the account can reach. What
a clip asks the database, and what came of it, takes a request for each of them and is not read.
"""

import urllib.parse
from typing import Any, Final

from providers.heroku.client import Client
from providers.heroku.fields import flag, objects, text
from providers.heroku.gaps import Finding, Topic
from providers.heroku.survey import Survey
from wizard.model.stores import Dataclip
from wizard.model.trouble import Trouble

HOST: Final = "dataclips"

_QUERY: Final = (
    "query ListClips { listClips { id title creator { email } created_at edited_at "
    "datasource { addon_name } detached } }"
)
_DATACLIPS: Final = Topic(
    "dataclips", "The dataclips of the account are not known.", "The dataclips of the account are not known."
)
_LOST: Final = Topic(
    "saved queries",
    "The dataclip {name} ends with its database on Heroku{detail}.",
    "{count} dataclips end with their databases on Heroku: {names}.",
)


async def read_dataclips(survey: Survey) -> tuple[Dataclip, ...] | None:
    """All dataclips by their titles; None where they were not told."""
    found = await survey.part(
        "dataclips", lambda: ask(survey.client), None, topic=_DATACLIPS, mark="account", side=True
    )
    if found is None:
        return None
    return tuple(sorted(found, key=lambda one: (one.title, one.id)))


async def ask(client: Client) -> list[Dataclip]:
    """All dataclips that the account can reach. Raises Trouble."""
    said = await client.get(f"/graphql?{urllib.parse.urlencode({'query': _QUERY})}", host=HOST)
    data = said.get("data") if isinstance(said, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("listClips"), list):
        # GraphQL says what is wrong under `errors`, with a status of 200.
        raise Trouble(
            "Heroku's dataclips service answered with no list of dataclips.",
            remedy="Look at them in the dashboard; save the SQL of those that you need.",
            code="no-dataclips",
        )
    return [_dataclip(row) for row in objects(data, "listClips") if text(row, "id")]


def _dataclip(row: dict[str, Any]) -> Dataclip:
    return Dataclip(
        id=text(row, "id"),
        title=text(row, "title"),
        database=text(row, "datasource", "addon_name"),
        created_by=text(row, "creator", "email"),
        created_at=text(row, "created_at"),
        edited_at=text(row, "edited_at"),
        detached=flag(row, "detached"),
    )


def dataclip_findings(dataclips: tuple[Dataclip, ...] | None) -> list[Finding]:
    """That they will be lost, unless somebody saves their SQL."""
    return [
        Finding(
            _LOST,
            f"dataclip:{one.id}",
            one.id,
            one.title or one.id,
            "Save its SQL in the dashboard before, and tell those who look at it where it will be.",
            detail=f" ({one.database})" if one.database else "",
        )
        for one in dataclips or ()
    ]
