"""The dashboard's GitHub links, which only its own service (kolkrabbi) tells.

Undocumented (heroku/cli, herokux, Heroku's own recorded routes): `GET /apps/{id}/github` with the repository,
the branch, what deploys by itself and what becomes of pull requests, 404 for an app that is not linked;
`GET /pipelines/{id}/repository`.
Where the account's feature dashboard-repositories-api is on, Heroku's CLI asks the Platform API for the
latter: `GET /pipelines/{id}/repo` in the variant 3.repositories-api.
`/account/github/token` gives out a person's token for GitHub, and is never asked.
"""

import urllib.parse
from typing import Any, Final

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.fields import flag, text
from wizard.model.delivery import GitHubLink
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

HOST: Final = "kolkrabbi"


async def read_link(client: Client, app_id: str) -> GitHubLink | None:
    """The repository that an app is linked to; None when it is to none. Raises Trouble."""
    try:
        said = await client.get(f"/apps/{urllib.parse.quote(app_id, safe='')}/github", host=HOST)
    except Gone:
        return None
    return link(said)


async def read_repository(client: Client, pipeline_id: str) -> str | None:
    """The repository of a pipeline, owner/name; None when it has none. Raises Trouble."""
    path = f"/pipelines/{urllib.parse.quote(pipeline_id, safe='')}"
    try:
        if found := _repository(await client.get(f"{path}/repository", host=HOST)):
            return found
    except Gone:
        pass  # what was linked in the newer way is not known there
    try:
        return _repository(await client.get(f"{path}/repo", variant="repositories-api")) or None
    except (SignInNeeded, Unreachable):
        raise
    except Trouble:
        return None  # how an account says no that does not have it is not known


def link(said: Any) -> GitHubLink | None:
    """A link as kolkrabbi tells it; None when it names no repository."""
    repository = _repository(said)
    if not repository:
        return None
    return GitHubLink(
        repository=repository,
        branch=text(said, "branch"),
        auto_deploy=flag(said, "auto_deploy"),
        wait_for_ci=flag(said, "wait_for_ci"),
        review_apps=flag(said, "pull_requests", "enabled"),
        auto_review_apps=flag(said, "pull_requests", "auto_deploy"),
    )


def _repository(said: Any) -> str:
    """`repo` is owner/name for apps; pipelines have an object `repository` with `name` (owner/name)."""
    for path in (("repo",), ("repository", "name"), ("repository", "full_name"), ("full_name",), ("name",)):
        if found := text(said, *path):
            return found
    return text(said, "repo", "full_name") or text(said, "repo", "name")
