"""Heroku on loopback: a listener for each of its hosts, and the example system really running behind them."""

import asyncio
import contextlib
import importlib.resources
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from providers.sandbox.checkouts import GUIDE, commit_of
from providers.sandbox.faults import Faults
from providers.sandbox.heroku.routes.api import api_routes
from providers.sandbox.heroku.routes.backups import BackupRoutes, Store
from providers.sandbox.heroku.routes.data_api import data_routes
from providers.sandbox.heroku.routes.dataclips import DataclipRoutes
from providers.sandbox.heroku.routes.gate import Bucket, Gate, error_body
from providers.sandbox.heroku.routes.git import GitRoutes
from providers.sandbox.heroku.routes.jobs import JobRoutes
from providers.sandbox.heroku.routes.kolkrabbi import KolkrabbiRoutes
from providers.sandbox.heroku.routes.metrics import MetricsRoutes
from providers.sandbox.heroku.routes.output import OutputRoutes
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.running.backups import Backups
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.running.guide import build_guide
from providers.sandbox.heroku.running.key_value import KeyValueServers
from providers.sandbox.heroku.running.platform import Platform
from providers.sandbox.heroku.running.scheduler import Scheduler
from providers.sandbox.heroku.systems.example import APPS, make_example
from providers.sandbox.heroku.systems.guide import CREATE_USERS, FOLDERS, make_guide
from providers.sandbox.heroku.together import open_together
from providers.sandbox.heroku.world.building import add_add_on
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Drain, World
from providers.sandbox.router import Router
from providers.sandbox.tls import Certificates


def _quiet(doing: str) -> None:
    """Nobody wants to know."""


class HerokuSandbox:
    """Heroku with the example system, or with a described one.

    Args:
        folder: its own; Postgres's data and the apps' code are there while it runs.
        size: how much data ("tiny", "small", "standard", "large").
        canary: a word put into every generated secret.
        alive: False: no Postgres and no processes, only the APIs.
        speed: how much faster than the wall clock the scheduler's clock goes.
        cache: where made databases are kept; below the sandbox folder's parent by default.
        world: what stands there instead of the example (see `description`, `generator`); nothing of it runs.
        stores: attachments of Key-Value Stores ("REDIS") that the backend of the example has besides.
        guide: the system of Code Capsules' guide stands there instead of the example; it needs Node.

    Attributes:
        hosts: "api", "data", "particleboard", "metrics", "kolkrabbi", "dataclips", "git", after `start`.
        world: the state, which tests may change.
        tables: all routes by host, after `start`.
        pages, bucket: page sizes and the rate limit, which tests may change.
        databases: the Postgres of the example, and what a test adds, by add-on id, after `start`.
        backups, store: what was backed up, and where it is downloaded from, after `start`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        size: str = "tiny",
        faults: Faults,
        certificates: Certificates,
        canary: str = "",
        alive: bool = True,
        speed: float = 1.0,
        cache: Path | None = None,
        world: World | None = None,
        stores: tuple[str, ...] = (),
        guide: bool = False,
    ) -> None:
        self.hosts: dict[str, str] = {}
        self.world: World = world or World(email="", account_id="")
        self.pages = Pages()
        self.bucket = Bucket()
        self.faults = faults
        self.database = Database(folder / "postgres", canary)
        self.databases: dict[str, Database] = {}
        self.key_values = KeyValueServers(folder / "key-value", canary)
        self._stores = stores
        self._guide = guide
        self.backups = Backups(folder / "backups", self.world, self.databases, faults, canary)
        self.store = Store(self.backups, faults)
        self._folder = folder
        self._size = size
        self._certificates = certificates
        self._canary = canary
        self._described = world is not None
        self._alive = alive and not self._described
        self._speed = speed
        self._cache = cache or folder.parent.parent / "sandbox-data"
        self._routers = {name: Router() for name in APPS}
        self._runners: list[web.AppRunner] = []
        self.tables: dict[str, tuple[web.RouteDef, ...]] = {}
        self._platform: Platform | None = None
        self._scheduler: Scheduler | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._token = ""

    async def start(self, progress: Callable[[str], None] = _quiet) -> None:
        """Start the database, the apps and the APIs; `progress` is told what is being done.

        Raises:
            Trouble: Postgres does not run here, or there is no room.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._described:
            self._platform = Platform(self.world, imagined=True)
        else:
            self._platform = await self._start_example(progress)
        self._token = self.world.new_token(self._canary)
        self.faults.error_body = error_body
        self.faults.expire_tokens = self.expire_tokens
        self.faults.close_app = self._close_app
        await self._listen()

    async def _start_example(self, progress: Callable[[str], None]) -> Platform:
        if self._alive:
            await self.database.start(self._size, self._cache, self._certificates, progress)
            if self._guide:
                await self.database.add_users(CREATE_USERS)
            await self.key_values.start(self._stores, self._certificates)
            for router in self._routers.values():
                await router.start()
        urls = {
            name: router.url if self._alive else f"https://{name}-0123456789ab.herokuapp.com/"
            for name, router in self._routers.items()
        }
        commits = await asyncio.to_thread(self._commits)
        if self._guide:
            example = make_guide(urls, self.database.url, commits, self._canary)
        else:
            example = make_example(urls, self.database.url, commits, self._canary, self.key_values.urls)
        self.world = self.backups.world = example.world
        self.databases[example.database] = self.database
        platform = self._platform = Platform(self.world)
        if self._alive:
            progress("Starting the example apps")
            for app in self.world.apps.values():
                code = await asyncio.to_thread(self._place_code, app.name)
                if self._guide:
                    await build_guide(app, code)
                await platform.start_app(app, code, self._routers[app.name])
            await platform.booted()
            self._scheduler = Scheduler(platform, speed=self._speed)
            self._ticking = asyncio.create_task(self._scheduler.run())
        return platform

    async def stop(self) -> None:
        """Stop everything; also what a failed start left."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.database.stop)
            stack.push_async_callback(self.key_values.stop)
            stack.push_async_callback(self.backups.stop)
            for router in self._routers.values():
                stack.push_async_callback(router.stop)
            if self._platform is not None:
                stack.push_async_callback(self._platform.stop)
            for runner in self._runners:
                stack.push_async_callback(runner.cleanup)

    @property
    def credentials(self) -> dict[str, str]:
        """A token that is good now, and whose it is."""
        if self._token not in self.world.tokens:
            self._token = self.world.new_token(self._canary)
        return {"token": self._token, "email": self.world.email}

    def expire_tokens(self) -> None:
        """Make every token invalid."""
        self.world.tokens.clear()

    def _close_app(self, reference: str, how: str) -> None:
        app = self.world.app(reference)
        if app is None:
            return
        if how == "gone":
            app.gone = True
        else:
            app.refused = how

    def facts(self) -> dict[str, Any]:
        """What stands now; no secret in it."""
        world = self.world
        return {
            "apps": {
                app.name: {
                    "maintenance": app.maintenance,
                    "release": app.current_version,
                    "releases": len(app.releases),
                    "quantities": {line.type: line.quantity for line in app.processes.values()},
                    "running": sorted(dyno.name for dyno in app.dynos.values() if dyno.running),
                    "pids": {dyno.name: dyno.running.pid for dyno in app.dynos.values() if dyno.running},
                    "jobs": [job.command for job in app.jobs.values()],
                    "web_url": app.web_url,
                }
                for app in world.apps.values()
            },
            "add_ons": len(world.add_ons),
            "written": list(world.written),
            "cron_runs": dict(world.cron_runs),
            "database_connections": self.database.front.open_connections if self.database.front else 0,
        }

    def give_add_on(
        self, app: str, *, plan: str, name: str, attached_as: str, values: Mapping[str, str]
    ) -> str:
        """Give an app an add-on whose server somebody else runs; its dynos start again with the config vars
        that it sets. The add-on's id.

        Raises:
            ValueError: there is no such app.
        """
        owner = self._named(app)
        add_on = add_add_on(self.world, owner, plan, name=name, attached_as=attached_as, values=values)
        if self._platform is not None:
            self._platform.release(owner, f"Attach {attached_as} ({name})")
        return add_on.id

    def give_drain(self, app: str, url: str) -> None:
        """Give an app a log drain of its own. Raises ValueError: there is no such app."""
        mark = stable_id("drain", app, url)
        self._named(app).drains.append(Drain(id=mark, url=url, token=f"d.{mark}"))

    def _named(self, name: str) -> App:
        app = self.world.app(name)
        if app is None:
            raise ValueError(f"there is no app {name!r}")
        return app

    async def act(self, what: str, **params: Any) -> Any:
        """Do what only a test asks for.

        `what`: "speed" (`speed`: of the scheduler's clock), "token" (a fresh one), "refuse" (`app`, `how`:
        "forbidden", "two_factor" or "" to open again), "vanish" (`app`), "cut-database" (cut its
        connections), "log" (`app`: the last 200 lines).

        Raises:
            ValueError: there is no such act or app.
        """
        if what == "speed" and self._scheduler is not None:
            self._scheduler.speed = float(params["speed"])
            return None
        if what == "token":
            return self.credentials["token"]
        if what == "cut-database" and self.database.front is not None:
            self.database.front.drop()
            return None
        app = self.world.app(str(params.get("app", "")))
        if app is not None and what in ("refuse", "vanish", "log"):
            if what == "log":
                return list(app.log)[-200:]
            if what == "refuse":
                app.refused = str(params.get("how", "forbidden"))
            else:
                app.gone = True
            return None
        raise ValueError(f"Heroku's sandbox cannot do {what!r} with {sorted(params)}")

    async def _listen(self) -> None:
        assert self._platform is not None
        world, platform = self.world, self._platform
        backups = BackupRoutes(world, self.backups)
        self.tables = {
            "api": api_routes(platform, self.pages, self.bucket),
            "data": data_routes(world, self.databases, backups),
            "particleboard": tuple(JobRoutes(world).table()),
            "metrics": tuple(MetricsRoutes(world).table()),
            "kolkrabbi": tuple(KolkrabbiRoutes(world).table()),
            "dataclips": tuple(DataclipRoutes(world).table()),
            "git": tuple(GitRoutes(world, self._folder / "git", self._folder.parent / "code").table()),
        }
        for name, table in self.tables.items():
            self.hosts[name] = await self._open(table, self._middlewares(name))
        backups.store = await self._open(self.store.table(), [])
        world.outputs = await self._open(OutputRoutes(world).table(), [])

    def _middlewares(self, name: str) -> list[Any]:
        gate = Gate(self.world, self.bucket, host=name)
        return [self.faults.middleware, gate.middleware]

    async def open_together(self, port: int, where: Path | None = None) -> None:
        """Open one https address more, for Heroku's own CLI; see `open_together` in together.py."""
        tables = {**self.tables, "store": tuple(self.store.table())}
        middlewares = {name: self._middlewares(name) for name in ("api", "data")}
        context = self._certificates.server_context()
        self._runners.append(await open_together(tables, middlewares, where, port, context))

    async def _open(self, table: Iterable[web.RouteDef], middlewares: list[Any]) -> str:
        """Listen on a free loopback port; the address."""
        application = web.Application(middlewares=middlewares)
        application.add_routes(table)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _commits(self) -> dict[str, str]:
        """What the apps run: the first commits of the checkouts beside us, where those are."""
        code = self._folder.parent / "code"
        if self._guide and (code / GUIDE / ".git").exists():
            return dict.fromkeys(APPS, commit_of(code / GUIDE))
        return {name: commit_of(code / name) for name in APPS if (code / name / ".git").exists()}

    def _place_code(self, name: str) -> Path:
        """Put an app's code where its dynos run: a copy, since a checkout may be worked in."""
        place = self._folder / "slugs" / name
        shutil.rmtree(place, ignore_errors=True)
        where = Path("guide", FOLDERS[name]) if self._guide else Path(name)
        with importlib.resources.as_file(importlib.resources.files("assets") / "demo" / where) as files:
            shutil.copytree(files, place, ignore=shutil.ignore_patterns("__pycache__"))
        return place
