"""The whole inventory: the account's own lists, every app side by side, what spans apps; one System."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from providers.heroku import add_ons as owned
from providers.heroku.account_reading import (
    read_apps,
    read_features,
    read_invoices,
    read_keys,
    read_sizes,
    read_whose,
    standing,
)
from providers.heroku.add_ons import AccountLists, add_on_noun, foreign_add_ons
from providers.heroku.answers import Refused
from providers.heroku.app_reading import CORE, AppReader
from providers.heroku.app_told import AppLostError, AppReading
from providers.heroku.assembly import (
    Around,
    add_on_findings,
    app_noun,
    deploy_gap,
    findings_of_app,
    places_of_apps,
    servers_of_app,
)
from providers.heroku.client import Client
from providers.heroku.dataclips import dataclip_findings, read_dataclips
from providers.heroku.fields import flag, text
from providers.heroku.gaps import Finding, Topic, gathered
from providers.heroku.pipelines import PipelinesRead, pipeline_noun, read_pipelines
from providers.heroku.spaces import read_spaces
from providers.heroku.stores import StoreReader, StoresRead
from providers.heroku.survey import Survey, worst
from providers.heroku.teams import TeamsRead, read_teams, unjoined, unread_app
from wizard.document.config.servers import Servers
from wizard.model.network import Space
from wizard.model.people import Invoice, SshKey
from wizard.model.stores import Dataclip
from wizard.model.system import Account, AddOn, App, System, UnreadApp
from wizard.model.trouble import SecondFactorNeeded
from wizard.ports import ReadProgress

Row = dict[str, Any]

AT_ONCE: Final = 24
"""Apps that are being read at one time: enough to keep all connections busy, few enough that what was
answered is put into nouns, and dropped, while the rest is still being asked."""

_UNREAD: Final = Topic(
    "unread apps",
    "The app {name} is left out of this migration.",
    "{count} apps are left out of this migration: {names}.",
)


@dataclass
class _Read:
    """Everything that was answered."""

    account: Account
    sizes: dict[str, Row]
    teams: TeamsRead
    spaces: tuple[Space, ...]
    features: tuple[str, ...]
    keys: tuple[SshKey, ...] | None
    invoices: tuple[Invoice, ...] | None
    dataclips: tuple[Dataclip, ...] | None
    pipelines: PipelinesRead
    apps: list[AppReading]
    add_ons: dict[str, Row] = field(default_factory=dict)
    foreign: dict[str, Row] = field(default_factory=dict)
    listed: list[Row] = field(default_factory=list)
    """Rows of add-ons in the lists of the account and of its teams."""
    stores: StoresRead = field(default_factory=StoresRead)


class Inventory:
    """Reads once; make a new one for the next reading."""

    def __init__(self, client: Client, report: Callable[[ReadProgress], None]) -> None:
        self._client = client
        self._survey = Survey(client, report)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._lost: list[tuple[Row, AppLostError]] = []

    async def read(self) -> System:
        """Return the System; apps sorted by name. Raises Trouble when nothing useful can be read."""
        taken_at = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            found = await self._ask_all()
        except BaseExceptionGroup as all_of_them:
            raise worst(all_of_them) from None
        self._judge(found)
        return await self._system(taken_at, found)

    async def _ask_all(self) -> _Read:
        survey, client = self._survey, self._client
        async with asyncio.TaskGroup() as group:
            rows = group.create_task(read_apps(survey))
            account = group.create_task(read_whose(survey))
            add_ons = group.create_task(
                survey.perhaps("add-ons of all apps", lambda: owned.read_all_add_ons(client))
            )
            attachments = group.create_task(
                survey.perhaps("attachments of all apps", lambda: owned.read_all_attachments(client))
            )
            teams = group.create_task(read_teams(survey))
            everything = group.create_task(_with_teams(rows, teams))
            pipelines = group.create_task(read_pipelines(survey, everything))
            sizes = group.create_task(read_sizes(survey))
            spaces = group.create_task(read_spaces(survey))
            features = group.create_task(read_features(survey))
            keys = group.create_task(read_keys(survey))
            invoices = group.create_task(read_invoices(survey))
            dataclips = group.create_task(read_dataclips(survey))
            stores = StoreReader(survey, group)
            lists = AccountLists(add_ons, attachments)
            begun = group.create_task(_begin(stores, rows, add_ons))
            apps = await self._read_apps(await rows, lists)
            known = {text(row, "id") for row in await rows}
            apps += await self._read_apps(
                [row for row in await everything if text(row, "id") not in known], lists
            )
            await begun
            own = {text(row, "id"): row for one in apps for row in one.add_ons if text(row, "id")}
            attached = [row for one in apps for row in one.attachments]
            foreign = foreign_add_ons(attached, own)
            for row in own.values():
                stores.begin(row)
            for row in foreign.values():
                stores.begin(row, foreign=True)
            told = await stores.finish(_by_add_on(attached))
        return _Read(
            account=account.result(),
            sizes=sizes.result(),
            teams=teams.result(),
            spaces=spaces.result(),
            features=features.result(),
            keys=keys.result(),
            invoices=invoices.result(),
            dataclips=dataclips.result(),
            pipelines=pipelines.result(),
            apps=sorted(apps, key=lambda one: text(one.row, "name")),
            add_ons=own,
            foreign=foreign,
            listed=[*(add_ons.result() or ()), *teams.result().add_ons],
            stores=told,
        )

    async def _read_apps(self, rows: Iterable[Row], lists: AccountLists) -> list[AppReading]:
        readers = [(row, AppReader(self._survey, row, lists)) for row in rows]

        async def one(row: Row, reader: AppReader) -> AppReading | None:
            async with self._turn:
                try:
                    return await reader.read()
                except AppLostError as error:
                    self._lost.append((row, error))
                    return None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(row, reader)) for row, reader in readers]
        return [reading for task in tasks if (reading := task.result())]

    def _judge(self, found: _Read) -> None:
        """Raise what makes an inventory worthless: not one app can be read, or a part that matters was
        answered for none."""
        refused = [error.trouble for _, error in self._lost]
        no_access = all(isinstance(one, Refused | SecondFactorNeeded) for one in refused)
        if refused and not found.apps and no_access:
            # That is the token, not the apps.
            raise refused[0]
        for what in CORE:
            trouble = self._survey.outage.never_answered(what)
            if trouble is not None:
                raise trouble

    async def _system(self, taken_at: str, found: _Read) -> System:
        unread = self._unread_apps(found)
        names = {one.id: one.name for one in unread}
        names |= {text(one.row, "id"): text(one.row, "name") for one in found.apps}
        places = {team.id: team.name for team in found.teams.teams}
        places |= {space.id: space.name for space in found.spaces}
        places |= _regions(found)
        places[found.account.id] = found.account.email
        pipelines = [
            pipeline_noun(one, found.pipelines.couplings.values(), names, places)
            for one in found.pipelines.pipelines.values()
        ]
        apps = await _app_nouns(found, {one.id: one.name for one in pipelines})
        survey = self._survey
        lost = {text(row, "id") for row, _ in self._lost}
        # Of an app that is lost as a whole nothing else is worth saying.
        survey.findings = [one for one in survey.findings if one.app_id not in lost or one.topic is _UNREAD]
        survey.findings += [finding for one in found.apps for finding in findings_of_app(one)]
        survey.findings += standing(found.account)
        survey.findings += dataclip_findings(found.dataclips)
        survey.findings += add_on_findings(found.add_ons.values(), found.foreign.values())
        survey.gaps += [gap for app in apps if (gap := deploy_gap(app))]
        gaps = gathered(survey.findings, survey.outage.told)
        return System(
            taken_at=taken_at,
            account=found.account,
            apps=tuple(apps),
            add_ons=_add_on_nouns(found),
            gaps=tuple(sorted([*survey.gaps, *gaps], key=lambda gap: gap.key)),
            calls=survey.progress.calls,
            unread_apps=unread,
            teams=found.teams.teams,
            enterprises=found.teams.enterprises,
            spaces=found.spaces,
            pipelines=tuple(sorted(pipelines, key=lambda one: (one.name, one.id))),
            account_features=found.features,
            keys=found.keys,
            invoices=found.invoices,
            dataclips=found.dataclips,
        )

    def _unread_apps(self, found: _Read) -> tuple[UnreadApp, ...]:
        """Apps that are named and not told: lost while they were read, or of a team and not joined."""
        owned: dict[str, list[Row]] = {}
        for row in found.listed:
            owned.setdefault(text(row, "app", "id"), []).append(row)
        unread = {
            text(row, "id"): unread_app(row, error.why, owned.get(text(row, "id"), ()))
            for row, error in self._lost
        }
        causes = {text(row, "id"): error.trouble.code for row, error in self._lost}
        read = {text(one.row, "id") for one in found.apps}
        for mark, row in found.teams.apps.items():
            if mark not in read and mark not in unread:
                unread[mark] = unjoined(row, owned.get(mark, ()))
        for one in unread.values():
            cause = causes.get(one.id, "not-joined")
            self._survey.findings.append(
                Finding(_UNREAD, f"unreadable:{one.id}", one.id, one.name, one.why, cause=cause)
            )
        return tuple(sorted(unread.values(), key=lambda one: (one.name, one.id)))


async def _app_nouns(found: _Read, pipelines: Mapping[str, str]) -> list[App]:
    around = Around(
        sizes=found.sizes,
        couplings=found.pipelines.couplings,
        pipelines=pipelines,
        servers=Servers(dict.fromkeys(server for one in found.apps for server in servers_of_app(one))),
        places=places_of_apps(found.apps),
    )
    nouns: list[App] = []
    for one in found.apps:
        locked = flag(found.teams.apps.get(text(one.row, "id")), "locked")
        nouns.append(app_noun(one, around, locked=locked))
        # A screen lives in the same loop: 200 apps with 8,000 config vars would hold it up for a second.
        await asyncio.sleep(0)
    return nouns


def _add_on_nouns(found: _Read) -> tuple[AddOn, ...]:
    nouns = [add_on_noun(row, found.stores, foreign=False) for row in found.add_ons.values()]
    nouns += [add_on_noun(row, found.stores, foreign=True) for row in found.foreign.values()]
    return tuple(sorted(nouns, key=lambda one: (one.service, one.name)))


def _regions(found: _Read) -> dict[str, str]:
    rows = [*(one.row for one in found.apps), *found.teams.apps.values()]
    return {text(row, "region", "id"): text(row, "region", "name") for row in rows}


async def _with_teams(rows: asyncio.Task[list[Row]], teams: asyncio.Task[TeamsRead]) -> list[Row]:
    """All apps to be read: those of the account's list, and those of its teams that are joined without being
    in it."""
    listed = await rows
    known = {text(row, "id") for row in listed}
    joined = (row for mark, row in (await teams).apps.items() if mark not in known and flag(row, "joined"))
    return [*listed, *(row for row in joined if text(row, "name"))]


async def _begin(
    stores: StoreReader, rows: asyncio.Task[list[Row]], add_ons: asyncio.Task[list[Row] | None]
) -> None:
    """Begin with the data services as soon as they are known: they need nothing of the apps."""
    known = {text(row, "id") for row in await rows}
    for row in await add_ons or ():
        if text(row, "app", "id") in known:
            stores.begin(row)


def _by_add_on(attachments: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in attachments:
        found.setdefault(text(row, "addon", "id"), []).append(row)
    return found
