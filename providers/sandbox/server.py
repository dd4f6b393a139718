"""The sandbox as a whole: both vendors, the example's code, in one process."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.checkouts import make_checkouts
from providers.sandbox.colleague import Colleague
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.tls import Certificates

Progress = Callable[[str], None]


class Sandbox:
    """Heroku with the example system, and an empty Aptible, both on loopback.

    Attributes:
        hosts: per vendor, where it is reached.
        checkouts: the example apps' code, by app name.
        faults: per vendor, its misbehaviour.
    """

    def __init__(
        self,
        folder: Path,
        *,
        size: str = "standard",
        canary: str = "",
        pace: float = 1.0,
        stores: tuple[str, ...] = (),
        colleague: bool = False,
    ) -> None:
        self.folder = folder
        self.faults = {"heroku": Faults(), "aptible": Faults()}
        self.hosts: dict[str, dict[str, str]] = {}
        self.checkouts: dict[str, Path] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        certificates = Certificates(folder / "tls")
        self.heroku = HerokuSandbox(
            folder / "heroku",
            size=size,
            faults=self.faults["heroku"],
            certificates=certificates,
            canary=canary,
            stores=stores,
        )
        # What a vendor knows is in memory: files of an earlier world belong to nobody.
        shutil.rmtree(folder / "aptible", ignore_errors=True)
        self.aptible = AptibleSandbox(
            folder / "aptible",
            faults=self.faults["aptible"],
            certificates=certificates,
            canary=canary,
            pace=pace,
        )
        self._colleague = Colleague(self.heroku, self.aptible) if colleague else None

    async def start(self, progress: Progress) -> None:
        """Start everything. Raises Trouble; what had been started is stopped again then."""
        try:
            progress("Writing the code of the example apps")
            self.checkouts = await asyncio.to_thread(make_checkouts, self.folder / "code")
            progress("Starting Aptible's sandbox")
            await self.aptible.start()
            progress("Starting Heroku's sandbox")
            await self.heroku.start(progress)
            if self._colleague is not None:
                self._colleague.start()
        except BaseException:
            await self.stop()
            raise
        self.hosts = {"heroku": dict(self.heroku.hosts), "aptible": dict(self.aptible.hosts)}
        progress("The sandbox is ready")

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """What signs in now: after tokens were made invalid, fresh ones."""
        return {"heroku": dict(self.heroku.credentials), "aptible": dict(self.aptible.credentials)}

    async def stop(self) -> None:
        """Stop everything; both vendors are stopped even if one of them fails to."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.aptible.stop)
            stack.push_async_callback(self.heroku.stop)
            if self._colleague is not None:
                stack.push_async_callback(self._colleague.stop)

    def facts(self) -> dict[str, Any]:
        """What stands in this world now, per vendor."""
        return {"heroku": self.heroku.facts(), "aptible": self.aptible.facts(), "pid": os.getpid()}
