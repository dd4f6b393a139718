"""Heroku, signed in: the reads of the inventory and the four writes of the cut-over."""

import urllib.parse
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from providers.heroku.account_reading import read_identity
from providers.heroku.client import Client
from providers.heroku.clone import clone
from providers.heroku.config import read_config
from providers.heroku.databases import read_database_url
from providers.heroku.drains import read_drain_address, read_space_drain_address
from providers.heroku.fields import number, text
from providers.heroku.inventory import Inventory
from providers.heroku.jobs import OTHER_SCHEDULERS, SCHEDULER, add_job, read_jobs, remove_job
from providers.heroku.refresh import refresh
from providers.heroku.releases import read_release
from providers.heroku.store_urls import read_store_url
from wizard.model.secret import Secret
from wizard.model.system import Account, Job, System
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import AppState, Log, ReadProgress


class HerokuSource:
    """See `wizard.ports.Source`. A write whose answer is lost is not repeated: the state is looked at."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def account(self) -> Account:
        """Who the token belongs to; SignInNeeded when Heroku does not take it."""
        return await read_identity(self._client)

    def second_factor(self, code: Secret | None) -> None:
        """Hand in the code of a second factor, for reads that want it."""
        self._client.second_factor(code)

    async def pre_authorise(self, app_id: str, code: Secret) -> None:
        """Open an app that wants a second factor to this token for a while."""
        await self._client.pre_authorise(app_id, code)

    async def read(self, report: Callable[[ReadProgress], None]) -> System:
        """Read everything, apps side by side; see `Inventory.read`."""
        with self._client.reading():
            return await Inventory(self._client, report).read()

    async def refresh(self, known: System, app_ids: Collection[str]) -> System:
        """What a plan of those apps depends on, read anew by few requests; see `providers.heroku.refresh`."""
        with self._client.reading():
            return await refresh(self._client, known, app_ids)

    async def config(self, app_id: str) -> dict[str, Secret]:
        """All config vars of an app, values byte for byte."""
        return await read_config(self._client, app_id)

    async def database_url(self, add_on_id: str) -> Secret:
        """The URL of the database's default credential, read anew, with TLS demanded."""
        return await read_database_url(self._client, add_on_id)

    async def drain_address(self, app_id: str, drain_id: str) -> Secret:
        """The whole address of a log drain, read anew."""
        return await read_drain_address(self._client, app_id, drain_id)

    async def space_drain_address(self, space_id: str) -> Secret:
        """The whole address of a space's log drain, read anew."""
        return await read_space_drain_address(self._client, space_id)

    async def store_url(self, add_on_id: str, type_: str) -> Secret:
        """The URL of a store of that type that is no Postgres, read anew."""
        return await read_store_url(self._client, add_on_id, type_)

    async def clone(self, app_id: str, folder: Path, log: Log) -> str:
        """Clone an app's code from Heroku Git into a new folder; see `providers.heroku.clone`."""
        return await clone(self._client, app_id, folder, log)

    async def state(self, app_id: str, *, jobs: bool = True) -> AppState:
        """Maintenance, release, quantities, jobs and running dynos of an app as they are now."""
        app = await self._client.get(_app(app_id))
        release = await read_release(self._client, app_id)
        dynos = await self._client.get_all(f"{_app(app_id)}/dynos")
        return AppState(
            maintenance=isinstance(app, dict) and app.get("maintenance") is True,
            release=number(release, "version"),
            quantities=await self._quantities(app_id),
            jobs=await self._jobs(app_id) if jobs else None,
            running=tuple(sorted(text(row, "name") for row in dynos)),
            kinds=tuple(sorted({_kind(row) for row in dynos})),
        )

    async def set_maintenance(self, app_id: str, on: bool) -> None:
        """Turn maintenance mode on or off. Makes no release, and stops web requests only."""
        try:
            await self._client.write("PATCH", _app(app_id), {"maintenance": on})
        except Unreachable:
            app = await self._client.get(_app(app_id))
            if not isinstance(app, dict) or app.get("maintenance") is not on:
                raise

    async def scale(self, app_id: str, quantities: Mapping[str, int]) -> None:
        """Set the quantities of the process types named; the others stay. Makes no release."""
        if not quantities:
            return
        updates = [{"type": kind, "quantity": count} for kind, count in quantities.items()]
        try:
            await self._client.write("PATCH", f"{_app(app_id)}/formation", {"updates": updates})
        except Unreachable:
            now = await self._quantities(app_id)
            if any(now.get(kind) != count for kind, count in quantities.items()):
                raise

    async def remove_job(self, app_id: str, job_id: str) -> None:
        """Delete a scheduler job; done already is no error."""
        await remove_job(self._client, app_id, job_id)

    async def add_job(self, app_id: str, job: Job) -> None:
        """Create a scheduler job; look first whether it is there."""
        await add_job(self._client, app_id, job)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _quantities(self, app_id: str) -> dict[str, int]:
        rows = await self._client.get_all(f"{_app(app_id)}/formation")
        return {text(row, "type"): number(row, "quantity") or 0 for row in rows}

    async def _jobs(self, app_id: str) -> tuple[Job, ...] | None:
        rows = await self._client.get_all(f"{_app(app_id)}/addons")
        services = {text(row, "addon_service", "name") for row in rows if text(row, "app", "id") == app_id}
        if SCHEDULER in services:
            try:
                return await read_jobs(self._client, app_id)
            except Unreachable:
                raise  # may pass by itself, and is no answer
            except SignInNeeded:
                # Heroku's API says whether the token has ended, or only the scheduler does not take it.
                await self.account()
                return None
            except Trouble:
                return None  # undocumented and allowed to fail: None says "ask the person"
        return None if services & OTHER_SCHEDULERS else ()


def _kind(dyno: Any) -> str:
    """A dyno's type. Its name begins with it ("web.1"), but on Fir a type may hold what follows, too."""
    return text(dyno, "type") or text(dyno, "name").partition(".")[0]


def _app(app_id: str) -> str:
    return f"/apps/{urllib.parse.quote(app_id, safe='')}"
