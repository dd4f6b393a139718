"""Teams and enterprise accounts: who is in them, and which of their apps this account has not joined.

Platform API v3: `/teams/{t}/apps` also lists apps that are not joined (`joined`, `locked`), and
`/teams/{t}/addons` what these own; invitations are under the team's name, in the variant 3.team-invitations;
what a member may not see is refused.
"""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from providers.heroku.add_ons import in_words, read_team_add_ons
from providers.heroku.fields import flag, text
from providers.heroku.gaps import Topic, part_of
from providers.heroku.people import enabled, enterprise_member, invitation, member, permissions_of
from providers.heroku.survey import Survey
from wizard.model.people import Enterprise, Member, Team
from wizard.model.system import UnreadApp

Row = dict[str, Any]

_TEAMS: Final = Topic(
    "teams", "Apps of teams that you have not joined are not in this inventory.", "The teams are not known."
)
_APPS: Final = Topic(
    "apps of teams",
    "Apps of the team {name} that you have not joined are not in this inventory.",
    "Apps of {count} teams that you have not joined are not in this inventory: {names}.",
)
_ENTERPRISES: Final = Topic(
    "enterprise accounts", "The enterprise accounts are not known.", "The enterprise accounts are not known."
)


def _part(what: str) -> Topic:
    return part_of(what, "the team {name}", "teams")


_ADD_ONS: Final = Topic(
    "add-ons of teams",
    "The add-ons of apps of the team {name} that you have not joined are not known.",
    "The add-ons of apps of {count} teams that you have not joined are not known: {names}.",
)
_MEMBERS: Final = _part("members")
_INVITATIONS: Final = _part("invitations")
_FEATURES: Final = _part("features")


_ENTERPRISE_TEAMS: Final = part_of("teams", "the enterprise account {name}", "enterprise accounts")
_ENTERPRISE_MEMBERS: Final = part_of("members", "the enterprise account {name}", "enterprise accounts")


@dataclass
class TeamsRead:
    """The teams, the enterprise accounts, the rows of all apps of the teams by app id, and those of the
    add-ons of teams with apps that are not joined."""

    teams: tuple[Team, ...] = ()
    enterprises: tuple[Enterprise, ...] = ()
    apps: dict[str, Row] = field(default_factory=dict)
    add_ons: list[Row] = field(default_factory=list)


async def read_teams(survey: Survey) -> TeamsRead:
    """Read all teams side by side: those that the account is in, and others of its enterprise accounts."""
    found = TeamsRead()
    async with asyncio.TaskGroup() as group:
        own = group.create_task(_own_teams(survey, found))
        above = group.create_task(_enterprises(survey))
    teams = {team.id: team for team in own.result()}
    more = [row for _, rows in above.result() for row in rows if text(row, "id") not in teams]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_team(survey, row, found)) for row in more]
    teams |= {task.result().id: task.result() for task in tasks}
    found.teams = tuple(sorted(teams.values(), key=lambda one: (one.name, one.id)))
    found.enterprises = tuple(sorted((one for one, _ in above.result()), key=lambda one: (one.name, one.id)))
    return found


async def _own_teams(survey: Survey, found: TeamsRead) -> list[Team]:
    rows = await survey.part("teams", lambda: survey.client.get_all("/teams"), list[Row](), topic=_TEAMS)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_team(survey, row, found)) for row in rows if text(row, "id")]
    return [task.result() for task in tasks]


async def _enterprises(survey: Survey) -> list[tuple[Enterprise, list[Row]]]:
    """The enterprise accounts that the account is in, each with the rows of its teams."""
    rows = await survey.part(
        "enterprise accounts",
        lambda: survey.client.get_all("/enterprise-accounts"),
        list[Row](),
        topic=_ENTERPRISES,
        may_lack=True,
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_enterprise(survey, row)) for row in rows if text(row, "id")]
    return [task.result() for task in tasks]


async def _enterprise(survey: Survey, row: Row) -> tuple[Enterprise, list[Row]]:
    mark, name = text(row, "id"), text(row, "name")
    path = f"/enterprise-accounts/{urllib.parse.quote(mark, safe='')}"

    async def many(topic: Topic, what: str) -> list[Row] | None:
        return await survey.part(
            f"{what} of the enterprise account {name}",
            lambda: survey.client.get_all(f"{path}/{what}"),
            None,
            topic=topic,
            mark=mark,
            name=name,
        )

    async with asyncio.TaskGroup() as group:
        teams = group.create_task(many(_ENTERPRISE_TEAMS, "teams"))
        people = group.create_task(many(_ENTERPRISE_MEMBERS, "members"))
    members = people.result()
    noun = Enterprise(
        id=mark,
        name=name,
        permissions=permissions_of(row),
        members=None if members is None else _sorted_people(enterprise_member(one) for one in members),
    )
    return noun, [team for team in teams.result() or () if text(team, "id")]


def unjoined(row: Row, add_ons: Iterable[Row] = ()) -> UnreadApp:
    """An app of a team that the account has not joined."""
    team = text(row, "team", "name")
    why = f"It belongs to the team {team}, and you have not joined it."
    if row.get("locked") is True:
        why += " It is locked: an administrator of the team must let you in."
    return unread_app(row, why, add_ons)


def unread_app(row: Row, why: str, add_ons: Iterable[Row] = ()) -> UnreadApp:
    """What lists say of an app whose own parts are not told, and of the add-ons that it owns."""
    if owned := sorted({text(one, "id"): in_words(one) for one in add_ons}.values()):
        why = f"{why} It owns {', '.join(owned[:-1])}{' and ' if len(owned) > 1 else ''}{owned[-1]}."
    return UnreadApp(
        id=text(row, "id"),
        name=text(row, "name"),
        why=why,
        team=text(row, "team", "name") or None,
        space=text(row, "space", "name") or None,
        region=text(row, "region", "name"),
        stack=text(row, "stack", "name"),
    )


async def _team(survey: Survey, row: Row, found: TeamsRead) -> Team:
    mark, name = text(row, "id") or text(row, "name"), text(row, "name")
    client = survey.client
    path = f"/teams/{urllib.parse.quote(mark, safe='')}"
    by_name = f"/teams/{urllib.parse.quote(name or mark, safe='')}/invitations"
    nobody: list[Row] = []

    async def many(
        topic: Topic, doing: str, question: Callable[[], Awaitable[list[Row]]]
    ) -> list[Row] | None:
        return await survey.part(
            f"{doing} of the team {name}", question, None, topic=topic, mark=mark, name=name
        )

    async with asyncio.TaskGroup() as group:
        apps = group.create_task(many(_APPS, "apps", lambda: client.get_all(f"{path}/apps")))
        # The only list that is ordered by nothing but the address.
        members = group.create_task(
            many(_MEMBERS, "members", lambda: client.get_all(f"{path}/members", order="email .."))
        )
        asked = group.create_task(
            many(_INVITATIONS, "invitations", lambda: client.get_all(by_name, variant="team-invitations"))
        )
        features = group.create_task(many(_FEATURES, "features", lambda: client.get_all(f"{path}/features")))
    listed = apps.result()
    if listed is None or not all(flag(app, "joined") for app in listed):
        # The account's own list of add-ons knows nothing of apps that are not joined.
        owned = await many(_ADD_ONS, "add-ons", lambda: read_team_add_ons(client, path)) or nobody
        found.add_ons += owned
        if listed is None:
            listed = [{**one["app"], "team": {"name": name}} for one in owned if text(one, "app", "name")]
    found.apps |= {text(app, "id"): app for app in listed if text(app, "id")}
    people = members.result()
    return Team(
        id=mark,
        name=name,
        type=text(row, "type") or "team",
        role=text(row, "role"),
        enterprise=text(row, "enterprise_account", "name") or None,
        members=None if people is None else _sorted_people(member(one) for one in people),
        invitations=tuple(invitation(one) for one in asked.result() or nobody),
        features=enabled(features.result() or nobody),
    )


def _sorted_people(people: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(people, key=lambda one: one.email))
