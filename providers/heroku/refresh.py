"""What a plan was made of, read again by few requests: four lists of the whole account (apps, add-ons,
attachments, pipelines), and of each app only what a plan depends on and no such list tells.

For one app that is 6 requests (formation, releases, config vars, domains, log drains, buildpacks), and 2 more
where the account's lists know of no add-on of it, or lack one that was known; one for each Postgres, for its
version, and one for each Private Space, for its log drain. Heroku's bucket holds 4,500, see
`providers.heroku.pacing`.
"""

import asyncio
import urllib.parse
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from msgspec.structs import replace

from providers.heroku import add_ons as owned
from providers.heroku.account_reading import read_apps
from providers.heroku.add_ons import AccountLists, add_on_noun, foreign_add_ons
from providers.heroku.answers import Gone, Refused
from providers.heroku.app_reading import AppReader
from providers.heroku.app_told import AppLostError, AppReading
from providers.heroku.assembly import by_its_row
from providers.heroku.client import Client
from providers.heroku.fields import text
from providers.heroku.gaps import Topic, gathered, hole, part_of
from providers.heroku.postgres import read_postgres
from providers.heroku.refreshed_app import PARTS, attached, refreshed_app
from providers.heroku.spaces import refreshed_space
from providers.heroku.stores import StoresRead
from providers.heroku.survey import Survey, worst
from wizard.model.network import Space
from wizard.model.system import AddOn, App, System, UnreadApp
from wizard.model.trouble import SecondFactorNeeded, Trouble

Row = dict[str, Any]

_APPS: Final = part_of("name and owner")
_ATTACHMENTS: Final = Topic(
    "attachments of all apps",
    "Which other apps use these add-ons is not known.",
    "Which other apps use these add-ons is not known.",
)
_PIPELINES: Final = Topic("pipelines", "The pipelines are not known.", "The pipelines are not known.")
_VERSION: Final = Topic(
    "versions of databases",
    "The version of the database {name} is not known.",
    "The versions of {count} databases are not known: {names}.",
)


@dataclass
class _Read:
    """What was answered. `rows` are of the list of apps, `couplings` None when they were not told."""

    rows: dict[str, Row]
    couplings: dict[str, Row] | None
    lists: AccountLists
    add_ons: dict[str, Row]
    attachments: dict[str, list[Row]]
    spaces: tuple[Space, ...]
    readings: dict[str, AppReading] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    """Why an app is not there any more, by its id."""
    versions: dict[str, str] = field(default_factory=dict)


async def refresh(client: Client, known: System, app_ids: Collection[str]) -> System:
    """`known` as it is now, as far as a plan of those apps depends on it; see `wizard.ports.Source`."""
    survey = Survey(client, lambda progress: None)
    try:
        found = await _ask(survey, known, app_ids)
    except BaseExceptionGroup as all_of_them:
        raise worst(all_of_them) from None
    apps = [_app(then, found, known) for then in known.apps if then.id not in found.lost]
    named = {app.id for app in known.apps} | {unread.id for unread in known.unread_apps}
    apps += [_app(by_its_row(row), found, known) for mark, row in found.rows.items() if mark not in named]
    lost = [
        UnreadApp(id=app.id, name=app.name, why=found.lost[app.id], team=app.team)
        for app in known.apps
        if app.id in found.lost
    ]
    return replace(
        known,
        taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
        apps=tuple(apps),
        add_ons=_add_ons(known, found),
        spaces=found.spaces,
        gaps=tuple(gathered(survey.findings, survey.outage.told)),
        calls=survey.progress.calls,
        unread_apps=(*known.unread_apps, *lost),
    )


async def _ask(survey: Survey, known: System, app_ids: Collection[str]) -> _Read:
    client = survey.client
    async with asyncio.TaskGroup() as group:
        rows = group.create_task(read_apps(survey))
        # An app that is in neither list is asked itself.
        add_ons = group.create_task(
            survey.perhaps("add-ons of all apps", lambda: owned.read_all_add_ons(client))
        )
        attachments: asyncio.Task[list[Row] | None] = group.create_task(
            survey.part(
                "attachments of all apps",
                lambda: owned.read_all_attachments(client),
                None,
                topic=_ATTACHMENTS,
            )
        )
        couplings: asyncio.Task[list[Row] | None] = group.create_task(
            survey.part(
                "pipelines of all apps",
                lambda: client.get_all("/pipeline-couplings"),
                None,
                topic=_PIPELINES,
            )
        )
        spaces = [group.create_task(_space(survey, one, known, app_ids)) for one in known.spaces]
        versions = {one.id: group.create_task(_version(survey, one)) for one in _databases(known, app_ids)}
    found = _Read(
        rows={text(row, "id"): row for row in rows.result()},
        couplings=_by(couplings.result(), "app", "id"),
        lists=AccountLists(add_ons, attachments),
        add_ons={text(row, "id"): row for row in add_ons.result() or ()},
        attachments={},
        spaces=tuple(task.result() for task in spaces),
        versions={mark: version for mark, task in versions.items() if (version := task.result())},
    )
    for row in attachments.result() or ():
        found.attachments.setdefault(text(row, "app", "id"), []).append(row)
    async with asyncio.TaskGroup() as group:
        for app in known.apps:
            if app.id in app_ids or app.id not in found.rows:
                group.create_task(_one(survey, found, known, app, whole=app.id in app_ids))
    return found


async def _one(survey: Survey, found: _Read, known: System, app: App, *, whole: bool) -> None:
    """An app that moves, or one that the list of apps lacks: that may be the list's fault."""
    if app.id not in found.rows and not await _found_alone(survey, found, app):
        return
    if not whole or app.id not in found.rows:
        return
    try:
        reading = await AppReader(survey, found.rows[app.id], found.lists, only=PARTS).read()
    except AppLostError as error:
        found.lost[app.id] = error.why
        return
    await _missed(survey, found, known, app, reading)
    found.readings[app.id] = reading
    if app.pipeline and found.couplings is not None and app.id not in found.couplings:
        await _coupled_alone(survey, found, app)


async def _found_alone(survey: Survey, found: _Read, app: App) -> bool:
    """Ask for an app that the list lacks; whether it is told."""
    try:
        found.rows[app.id] = await survey.ask("the app", lambda: survey.client.get(_path(app.id)))
    except Gone:
        found.lost[app.id] = "It was deleted, or this account has no access to it any more."
    except (Refused, SecondFactorNeeded) as trouble:
        found.lost[app.id] = trouble.cause
    except Trouble as trouble:
        survey.bear(trouble)
        survey.findings.append(hole(_APPS, app.id, app.name, trouble, app.id))
    return app.id in found.rows


async def _missed(survey: Survey, found: _Read, known: System, app: App, reading: AppReading) -> None:
    """Where an add-on or an attachment seems to be gone, the app itself is asked: that a list of the account
    holds all of them is written nowhere."""
    then = {one.id for one in known.add_ons if one.app_id == app.id} | {one.id for one in app.attachments}
    now = {text(row, "id") for row in (*reading.add_ons, *reading.attachments)}
    if then <= now or {"add-ons", "attachments"} & set(reading.unread):
        return
    try:
        reading.add_ons = await survey.ask("add-ons", lambda: owned.read_add_ons(survey.client, app.id))
        reading.attachments = await survey.ask(
            "attachments", lambda: owned.read_attachments(survey.client, app.id)
        )
    except Trouble as trouble:
        survey.bear(trouble)
        reading.unread += ["add-ons", "attachments"]
        survey.findings.append(hole(part_of("add-ons"), app.id, app.name, trouble, app.id))


async def _coupled_alone(survey: Survey, found: _Read, app: App) -> None:
    """Whether an app really has left its pipeline; where that is not told, it counts as in it."""
    assert found.couplings is not None
    try:
        found.couplings[app.id] = await survey.ask(
            "pipeline", lambda: survey.client.get(f"{_path(app.id)}/pipeline-couplings")
        )
    except Gone:
        return
    except Trouble as trouble:
        survey.bear(trouble)
        found.couplings[app.id] = {"pipeline": {"name": app.pipeline}, "stage": app.pipeline_stage}
        survey.findings.append(hole(_PIPELINES, app.id, app.name, trouble, app.id))


async def _space(survey: Survey, space: Space, known: System, app_ids: Collection[str]) -> Space:
    """A Private Space anew, where one of these apps is in it."""
    wanted = any(app.space == space.name for app in known.apps if app.id in app_ids)
    return await refreshed_space(survey, space) if wanted else space


def _databases(known: System, app_ids: Collection[str]) -> list[AddOn]:
    """Those of these apps whose version was told when they were documented."""
    used = {one.add_on_id for app in known.apps if app.id in app_ids for one in app.attachments}
    return [
        one
        for one in known.add_ons
        if (one.id in used or one.app_id in app_ids) and one.postgres is not None and one.postgres.version
    ]


async def _version(survey: Survey, add_on: AddOn) -> str:
    """The version of a database now; "" where it is not told, or is not there any more."""

    async def question() -> str:
        return (await read_postgres(survey.client, add_on.id, add_on.plan)).noun.version

    return await survey.part(
        f"the database {add_on.name}",
        question,
        "",
        topic=_VERSION,
        mark=add_on.id,
        name=add_on.name,
        side=True,
        may_lack=True,
    )


def _app(then: App, found: _Read, known: System) -> App:
    """One app as it is now; what was not asked of it is as it was."""
    row = found.rows.get(then.id)
    if row is None:
        return then
    told = by_its_row(row)
    app = replace(
        then,
        name=told.name,
        stack=told.stack,
        team=told.team,
        owner=told.owner,
        web_url=told.web_url,
        maintenance=told.maintenance,
    )
    if found.couplings is not None:
        coupling = found.couplings.get(then.id, {})
        names = {one.id: one.name for one in known.pipelines}
        mark = text(coupling, "pipeline", "id")
        pipeline = names.get(mark) or text(coupling, "pipeline", "name") or mark
        app = replace(app, pipeline=pipeline or None, pipeline_stage=text(coupling, "stage") or None)
    reading = found.readings.get(then.id)
    if reading is not None:
        return refreshed_app(app, reading)
    # Of the others only what they use is wanted, and only what came: that the list lacks one says nothing.
    there = {one.id for one in then.attachments}
    came = [one for one in attached(found.attachments.get(then.id, ()), then.id) if one.id not in there]
    return replace(app, attachments=(*then.attachments, *came))


def _add_ons(known: System, found: _Read) -> tuple[AddOn, ...]:
    own = {text(row, "id"): row for one in found.readings.values() for row in one.add_ons}
    used = [row for one in found.readings.values() for row in one.attachments]
    of_others = foreign_add_ons(used, own)
    now = {mark: found.add_ons.get(mark) or row for mark, row in (of_others | own).items()}
    read = {mark for mark, one in found.readings.items() if "add-ons" not in one.unread}
    kept = [
        _add_on(one, now.get(one.id) or found.add_ons.get(one.id), found.versions)
        for one in known.add_ons
        # Who owns it tells that it is gone; of an app that was not asked nothing follows.
        if one.app_id not in found.lost and (one.app_id not in read or one.id in own)
    ]
    there = {one.id for one in known.add_ons}
    came = [
        add_on_noun(row, StoresRead(), foreign=mark in of_others and mark not in found.add_ons)
        for mark, row in now.items()
        if mark not in there
    ]
    return (*kept, *came)


def _add_on(then: AddOn, row: Row | None, versions: Mapping[str, str]) -> AddOn:
    postgres = then.postgres
    if postgres is not None and then.id in versions:
        postgres = replace(postgres, version=versions[then.id])
    if row is None:
        return replace(then, postgres=postgres)
    told = add_on_noun(row, StoresRead(), foreign=then.foreign)
    return replace(
        then,
        name=told.name or then.name,
        plan=told.plan or then.plan,
        app_id=told.app_id or then.app_id,
        state=told.state or then.state,
        postgres=postgres,
    )


def _by(rows: Iterable[Row] | None, *path: str) -> dict[str, Row] | None:
    return None if rows is None else {text(row, *path): row for row in rows}


def _path(app_id: str) -> str:
    return f"/apps/{urllib.parse.quote(app_id, safe='')}"
