"""The whole inventory: every app side by side, then what spans apps, put together into one System."""

import asyncio
import urllib.parse
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from providers.heroku.answers import Gone, Refused
from providers.heroku.app_reading import PARTS, AppLostError, AppReader, AppReading, Row
from providers.heroku.assembly import (
    add_on_gaps,
    add_on_noun,
    app_noun,
    foreign_add_ons,
    gaps_of_app,
    servers_of_app,
)
from providers.heroku.autoscale import HOST as AUTOSCALE_HOST
from providers.heroku.autoscale import autoscale_gaps, may_scale
from providers.heroku.client import Client
from providers.heroku.databases import SERVICE, read_postgres
from providers.heroku.fields import needed, text
from providers.heroku.jobs import OTHER_SCHEDULERS, SCHEDULER, read_jobs
from wizard.model.stores import Postgres
from wizard.model.system import Account, AddOn, Gap, Job, System
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import ReadProgress

T = TypeVar("T")


class Inventory:
    """Reads once; make a new one for the next reading."""

    def __init__(self, client: Client, report: Callable[[ReadProgress], None]) -> None:
        self._client = client
        self._report = report
        self._done = 0
        self._total = 3
        self._gaps: list[Gap] = []
        self._first_call = client.calls

    async def read(self) -> System:
        """Return the System; apps sorted by name. Raises Trouble when nothing useful can be read."""
        taken_at = datetime.now(UTC).isoformat(timespec="seconds")
        account = await self._account()
        rows = await self._apps()
        sizes = await self._sizes()
        self._total += PARTS * len(rows)
        readings = await self._read_apps(rows)
        readings.sort(key=lambda one: text(one.row, "name"))
        add_on_rows = {text(row, "id"): row for one in readings for row in one.add_ons if text(row, "id")}
        foreign = foreign_add_ons(readings, add_on_rows)
        databases = [row for row in [*add_on_rows.values(), *foreign.values()] if _service(row) == SERVICE]
        schedulers = [one for one in readings if _scheduler_of(one)]
        pipelines = {mark for one in readings if (mark := text(one.coupling, "pipeline", "id"))}
        self._total += len(databases) + len(schedulers) + len(pipelines) + 1
        postgres = dict(await _side_by_side([self._postgres(row) for row in databases]))
        jobs = dict(await _side_by_side([self._jobs(one) for one in schedulers]))
        names = dict(await _side_by_side([self._pipeline(mark) for mark in sorted(pipelines)]))
        await self._autoscaling([one for one in readings if may_scale(one)])
        urls = {text(one.row, "id"): text(one.row, "web_url") for one in readings}
        servers = tuple(dict.fromkeys(server for one in readings for server in servers_of_app(one)))
        apps = [
            app_noun(one, sizes, names, jobs.get(text(one.row, "id"), ()), urls, servers=servers)
            for one in readings
        ]
        add_ons: list[AddOn] = [
            add_on_noun(row, postgres.get(mark)) for mark, row in {**add_on_rows, **foreign}.items()
        ]
        for one in readings:
            self._gaps.extend(gaps_of_app(one))
        self._gaps.extend(add_on_gaps(add_on_rows.values(), foreign.values()))
        return System(
            taken_at=taken_at,
            account=account,
            apps=tuple(apps),
            add_ons=tuple(sorted(add_ons, key=lambda one: (one.service, one.name))),
            gaps=tuple(sorted(self._gaps, key=lambda gap: gap.key)),
            calls=self._client.calls - self._first_call,
        )

    def _began(self, doing: str) -> None:
        self._report(
            ReadProgress(
                doing=doing, done=self._done, total=self._total, calls=self._client.calls - self._first_call
            )
        )

    def _ended(self, doing: str) -> None:
        self._done += 1
        self._began(doing)

    async def _account(self) -> Account:
        self._began("the account")
        account = await read_account(self._client)
        self._ended("the account")
        return account

    async def _apps(self) -> list[Row]:
        self._began("the list of apps")
        rows = await self._client.get_all("/apps")
        for row in rows:
            needed(row, "id", of="an app")
            needed(row, "name", of="an app")
        await self._look_at_teams({text(row, "id") for row in rows})
        self._ended("the list of apps")
        return rows

    async def _look_at_teams(self, known: set[str]) -> None:
        """A team's list also names apps that this account has not joined: they must not go unnoticed."""
        try:
            teams = await self._client.get_all("/teams")
            paths = [f"/teams/{urllib.parse.quote(text(team, 'id'), safe='')}/apps" for team in teams]
            lists = await _side_by_side([self._client.get_all(path) for path in paths])
        except (Refused, Gone, Unreachable) as trouble:
            _unless_of_the_account(trouble)
            self._gaps.append(
                Gap(
                    key="unread:teams",
                    kind="acknowledge",
                    app_id=None,
                    question="Apps of teams that you have not joined are not in this inventory.",
                    why=trouble.cause,
                )
            )
            return
        for row in (row for rows in lists for row in rows if text(row, "id") not in known):
            self._gaps.append(
                Gap(
                    key=f"unreadable:{text(row, 'id')}",
                    kind="acknowledge",
                    app_id=None,
                    question=f"The app {text(row, 'name')} is left out of this migration.",
                    why=f"It belongs to the team {text(row, 'team', 'name')}, and you have not joined it.",
                )
            )

    async def _sizes(self) -> dict[str, Row]:
        """Dyno sizes by their names in lower case."""
        self._began("dyno sizes and prices")
        rows: list[Row] = []
        try:
            rows = await self._client.get_all("/dyno-sizes")
        except Unreachable as trouble:
            _unless_of_the_account(trouble)
            self._gaps.append(
                Gap(
                    key="unread:sizes",
                    kind="acknowledge",
                    app_id=None,
                    question="Memory and prices of Heroku's dynos are not known.",
                    why=f"{trouble.cause} Look at the sizes on the map with care, or read the system again.",
                )
            )
        self._ended("dyno sizes and prices")
        return {text(row, "name").lower(): row for row in rows}

    async def _read_apps(self, rows: list[Row]) -> list[AppReading]:
        lost: list[AppLostError] = []

        async def one(row: Row) -> AppReading | None:
            parts = 0

            def ended(doing: str) -> None:
                nonlocal parts
                parts += 1
                self._ended(doing)

            try:
                return await AppReader(self._client, row, self._began, ended).read()
            except AppLostError as error:
                lost.append(error)
                self._done += PARTS - parts
                return None

        readings = [reading for reading in await _side_by_side([one(row) for row in rows]) if reading]
        if lost and not readings and all(isinstance(error.trouble, Refused) for error in lost):
            # Not one app can be read: that is the token, not the apps.
            raise lost[0].trouble
        self._gaps.extend(error.gap for error in lost)
        return readings

    async def _postgres(self, row: Row) -> tuple[str, Postgres]:
        mark, name, plan = text(row, "id"), text(row, "name"), text(row, "plan", "name")
        self._began(f"the database {name}")
        try:
            found = await read_postgres(self._client, mark, plan)
        except Trouble as trouble:
            # The data API may refuse a token that the platform takes: the database itself tells all later.
            self._gaps.append(
                Gap(
                    key=f"unread:{mark}:postgres",
                    kind="acknowledge",
                    app_id=text(row, "app", "id") or None,
                    question=f"Version and size of the database {name} are not known.",
                    why=trouble.cause,
                )
            )
            found = Postgres(version="", plan=plan)
        self._ended(f"the database {name}")
        return mark, found

    async def _jobs(self, one: AppReading) -> tuple[str, tuple[Job, ...] | None]:
        mark, name = text(one.row, "id"), text(one.row, "name")
        self._began(f"scheduler jobs of {name}")
        why, jobs = "", None
        if _scheduler_of(one) == SCHEDULER:
            try:
                jobs = await read_jobs(self._client, mark)
            except Trouble as trouble:
                why = trouble.cause
        else:
            why = f"The add-on {_scheduler_of(one)} keeps them, and Heroku's API does not tell them."
        if jobs is None:
            self._gaps.append(
                Gap(
                    key=f"jobs:{mark}",
                    kind="jobs",
                    app_id=mark,
                    question=f"Which jobs does the scheduler of {name} run, and when?",
                    why=why,
                )
            )
        self._ended(f"scheduler jobs of {name}")
        return mark, jobs

    async def _autoscaling(self, readings: list[AppReading]) -> None:
        """Best effort: this part of Heroku is undocumented, and may take no token but a person's own."""
        self._began("autoscaling")
        if AUTOSCALE_HOST in self._client.hosts:
            try:
                for gaps in await _side_by_side([autoscale_gaps(self._client, one) for one in readings]):
                    self._gaps.extend(gaps)
            except Trouble as trouble:
                self._gaps.append(
                    Gap(
                        key="unread:autoscale",
                        kind="acknowledge",
                        app_id=None,
                        question="Whether Heroku scales web dynos by itself is not known.",
                        why=f"{trouble.cause} Look at the apps' Resources in the dashboard.",
                    )
                )
        self._ended("autoscaling")

    async def _pipeline(self, mark: str) -> tuple[str, str]:
        self._began("pipelines")
        try:
            path = f"/pipelines/{urllib.parse.quote(mark, safe='')}"
            name = text(await self._client.get(path), "name")
        except (Refused, Gone, Unreachable) as trouble:
            _unless_of_the_account(trouble)
            name = mark  # somebody else's, or not told now: its id still groups the apps
        self._ended("pipelines")
        return mark, name


async def read_account(client: Client) -> Account:
    """Who the token belongs to."""
    said = await client.get("/account")
    return Account(
        id=needed(said, "id", of="the account"),
        email=text(said, "email"),
        two_factor=isinstance(said, dict) and said.get("two_factor_authentication") is True,
    )


def _unless_of_the_account(trouble: Trouble) -> None:
    """Raise what is no matter of one route: with a limit that is used up, everything fails from here on."""
    if trouble.code == "rate-limit":
        raise trouble


def _service(row: Row) -> str:
    return text(row, "addon_service", "name")


def _scheduler_of(one: AppReading) -> str:
    """The service name of the app's own scheduler add-on, "" when it has none."""
    own = text(one.row, "id")
    names = {_service(row) for row in one.add_ons if text(row, "app", "id") in ("", own)}
    if SCHEDULER in names:
        return SCHEDULER
    return min(names & OTHER_SCHEDULERS, default="")


async def _side_by_side(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
