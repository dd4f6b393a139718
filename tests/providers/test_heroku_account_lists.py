"""Lists of the whole account save questions; what they leave out is not believed to be missing."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.generator import generated
from tests.providers.heroku_servers import sandbox
from tests.providers.test_heroku_client import Sleeps
from wizard.model.secret import Secret
from wizard.model.system import System

Row = dict[str, Any]
Change = Callable[[list[Row]], list[Row]]


class Forgetful(Client):
    """A Heroku whose lists of the whole account leave things out."""

    changes: dict[str, Change]

    async def get_all(self, path: str, **more: Any) -> list[Row]:
        """A list, changed where a change is named for it."""
        rows = await super().get_all(path, **more)
        return self.changes[path](rows) if path in self.changes else rows


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    async with sandbox(
        tmp_path, world=generated(seed=3, apps=4, pipelines=1, teams=1, add_ons=12, config_vars=12)
    ) as heroku:
        yield heroku


async def read(heroku: HerokuSandbox, changes: dict[str, Change]) -> System:
    client = Forgetful(heroku.hosts, Secret(heroku.credentials["token"]), sleep=Sleeps())
    client.changes = changes
    source = HerokuSource(client)
    try:
        return await source.read(lambda progress: None)
    finally:
        await source.close()


def without(name: str) -> Change:
    """All rows but those of the app of that name."""
    return lambda rows: [row for row in rows if row["app"].get("name") != name]


def nothing(rows: list[Row]) -> list[Row]:
    return []


def refused(rows: list[Row]) -> list[Row]:
    raise Gone("There is no such list.", remedy="None.", code="not-found")


def without_one_add_on(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["name"] != "sentry-olive-10011"]


def without_config_vars(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name != "config_vars"} for row in rows]


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({"/addons": without("shop-web-staging")}, 1),
        ({"/addons": nothing, "/addon-attachments": nothing}, 8),
        ({"/addons": refused, "/addon-attachments": refused, "/pipeline-couplings": refused}, 8),
        ({"/addons": without_one_add_on}, 2),
        ({"/addon-attachments": without("shop-web-staging")}, 1),
        ({"/addon-attachments": without_config_vars}, 4),
        ({"/pipelines": nothing, "/pipeline-couplings": nothing}, 5),
    ],
)
async def test_what_a_list_leaves_out_is_asked_for(
    changes: dict[str, Change], least: int, heroku: HerokuSandbox
) -> None:
    whole = await read(heroku, {})
    found = await read(heroku, changes)
    assert found.apps == whole.apps
    assert found.add_ons == whole.add_ons
    assert found.gaps == whole.gaps
    known = {one.name: one for one in whole.pipelines}
    # A pipeline without apps is in no other list.
    assert {one.name for one in found.pipelines} >= {one.name for one in known.values() if one.apps}
    assert all(known[one.name] == one for one in found.pipelines)
    assert found.calls >= whole.calls + least


@pytest.mark.parametrize("told", [True, False])
async def test_what_an_app_owns_that_is_not_joined_is_told(told: bool, heroku: HerokuSandbox) -> None:
    app = next(one for one in heroku.world.apps.values() if one.team_id)
    app.joined = False
    owned = [one for one in heroku.world.add_ons.values() if one.app_id == app.id]
    owned[0].contract, owned[1].cents = True, 5_000
    if not told:
        heroku.faults.add("403", path="/teams/*/apps", count=None)
    system = await read(heroku, {})
    (unread,) = system.unread_apps
    assert (unread.id, unread.name) == (app.id, app.name)
    assert all(f"{one.name} ({one.plan}" in unread.why for one in owned)
    assert "priced by contract" in unread.why and "$50.00 a month" in unread.why
    assert not {one.id for one in system.add_ons} & {one.id for one in owned}, "nothing to decide in the map"


async def test_add_ons_of_a_team_are_asked_for_only_where_an_app_is_not_joined(heroku: HerokuSandbox) -> None:
    asked = await read(heroku, {})
    heroku.faults.add("403", path="/teams/*/addons", count=None)
    assert (await read(heroku, {})).gaps == asked.gaps
    next(one for one in heroku.world.apps.values() if one.team_id).joined = False
    assert "add-ons of teams" in {gap.group for gap in (await read(heroku, {})).gaps}
