"""A Heroku for tests of screens: the example system, and what is done to it in a list."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.screens.example_system import example_system
from wizard.model.secret import Secret
from wizard.model.system import Account, Gap, Job, System
from wizard.model.trouble import SignInNeeded
from wizard.ports import AppState, FoundToken, Hosts, Log, ReadProgress

GOOD_TOKEN = "HRKU-good-token-0123456789"
ADA = Account(id="user-1", email="ada@example.com")


class FakeSource:
    """A signed-in Heroku. `trouble` is raised by the next question; writes are noted in `writes`."""

    def __init__(self, world: "FakeSourceProvider", token: Secret) -> None:
        self._world = world
        self._token = token

    def _check(self) -> None:
        if self._world.trouble is not None:
            trouble, self._world.trouble = self._world.trouble, None
            raise trouble
        if self._token.reveal() != GOOD_TOKEN:
            raise SignInNeeded("heroku", "Heroku refused the token.", remedy="Paste another one.")

    async def account(self) -> Account:
        self._check()
        return ADA

    def second_factor(self, code: Secret | None) -> None:
        self._world.codes.append(None if code is None else code.reveal())

    async def pre_authorise(self, app_id: str, code: Secret) -> None:
        self._world.writes.append(("pre-authorise", app_id, code.reveal()))

    async def read(self, report: Callable[[ReadProgress], None]) -> System:
        self._check()
        system = self._world.system
        for done, app in enumerate(system.apps):
            report(
                ReadProgress(
                    doing=f"config vars of {app.name}",
                    done=done,
                    total=len(system.apps),
                    calls=10 * done,
                    slow=self._world.slow,
                )
            )
        await self._world.before_read_ends()
        return system

    async def refresh(self, known: System, app_ids: Collection[str]) -> System:
        self._check()
        return msgspec.structs.replace(self._world.system, gaps=self._world.not_told)

    async def config(self, app_id: str) -> dict[str, Secret]:
        self._check()
        app = self._world.system.app(app_id)
        return {var.name: Secret("" if var.empty else f"value of {var.name}") for var in app.config}

    async def store_url(self, add_on_id: str, type_: str) -> Secret:
        return Secret(f"{type_}://u:secret@example.com:1234/0")

    async def clone(self, app_id: str, folder: Path, log: Log) -> str:
        self._check()
        folder.mkdir(parents=True)
        (folder / "Procfile").write_text(f"web: run {app_id}\n")
        return "0" * 40

    async def database_url(self, add_on_id: str) -> Secret:
        self._check()
        return Secret(f"postgres://u:p@127.0.0.1/{add_on_id}")

    async def state(self, app_id: str, *, jobs: bool = True) -> AppState:
        app = self._world.system.app(app_id)
        return AppState(
            maintenance=app.maintenance,
            release=app.release,
            quantities={process.type: process.quantity for process in app.processes},
            jobs=app.jobs,
        )

    async def set_maintenance(self, app_id: str, on: bool) -> None:
        self._world.writes.append(("maintenance", app_id, on))

    async def scale(self, app_id: str, quantities: Mapping[str, int]) -> None:
        self._world.writes.append(("scale", app_id, dict(quantities)))

    async def remove_job(self, app_id: str, job_id: str) -> None:
        self._world.writes.append(("remove-job", app_id, job_id))

    async def add_job(self, app_id: str, job: Job) -> None:
        self._world.writes.append(("add-job", app_id, job))

    async def close(self) -> None:
        self._world.closed += 1


class FakeSourceProvider:
    """Heroku. Tests set `system`, `found`, `trouble`, `before_read_ends`; `writes` is what was done to it."""

    name = "heroku"
    title = "Heroku"
    role: Literal["source"] = "source"
    token_page = "https://dashboard.heroku.example/account"

    def __init__(self) -> None:
        self.system = example_system()
        self.found: list[FoundToken] = []
        self.trouble: Exception | None = None
        self.writes: list[tuple[Any, ...]] = []
        self.codes: list[str | None] = []
        self.slow = False
        self.not_told: tuple[Gap, ...] = ()
        """What a refresh could not read."""
        self.opened = 0
        self.closed = 0

    async def before_read_ends(self) -> None:
        """Tests replace it, to hold the reading."""

    def found_tokens(self) -> list[FoundToken]:
        return self.found

    def open(self, hosts: Hosts, token: Secret) -> FakeSource:
        self.opened += 1
        return FakeSource(self, token)
