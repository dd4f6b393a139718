"""The sandbox as a whole: Heroku and a target, the example's code, in one process."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from providers.sandbox import node
from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.checkouts import GUIDE, make_checkouts, make_guide_checkout
from providers.sandbox.code_capsules import CodeCapsulesSandbox
from providers.sandbox.code_capsules.colleague import CapsuleColleague
from providers.sandbox.code_capsules.named_faults import CapsuleFaults
from providers.sandbox.colleague import Colleague
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.guide import FOLDERS, REPOSITORY
from providers.sandbox.tls import Certificates

Progress = Callable[[str], None]

CAPSULES = "code-capsules"
ADDRESS = f"https://github.com/{REPOSITORY}"
"""The repository of the guide's system, as its Git host has it."""


class Sandbox:
    """Heroku with the example system, and an empty target, both on loopback.

    Args:
        target: "aptible"; or "code-capsules", to which the system of Code Capsules' guide moves.

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
        target: str = "aptible",
    ) -> None:
        self.folder = folder
        self.target = target
        self.faults: dict[str, Faults] = {"heroku": Faults()}
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
            guide=target == CAPSULES,
        )
        # What a vendor knows is in memory: files of an earlier world belong to nobody.
        shutil.rmtree(folder / target, ignore_errors=True)
        self._aptible: AptibleSandbox | None = None
        self._capsules: CodeCapsulesSandbox | None = None
        self._colleague: Colleague | CapsuleColleague | None = None
        if target == CAPSULES:
            node.needed()
            faults = CapsuleFaults()
            self.faults[target] = faults
            self._capsules = CodeCapsulesSandbox(
                folder / target, faults=faults, certificates=certificates, canary=canary, pace=pace
            )
            self._capsules.builds.shelf = node.shelf()
            if colleague:
                repositories = {ADDRESS: folder / "code" / GUIDE}
                self._colleague = CapsuleColleague(self._capsules, repositories, FOLDERS)
            return
        self.faults[target] = Faults()
        self._aptible = AptibleSandbox(
            folder / target,
            faults=self.faults[target],
            certificates=certificates,
            canary=canary,
            pace=pace,
        )
        if colleague:
            self._colleague = Colleague(self.heroku, self._aptible)

    @property
    def aptible(self) -> AptibleSandbox:
        """The sandbox's Aptible; raises ValueError where the target is another."""
        if self._aptible is None:
            raise ValueError(f"this sandbox has no Aptible, its target is {self.target}")
        return self._aptible

    @property
    def capsules(self) -> CodeCapsulesSandbox:
        """The sandbox's Code Capsules; raises ValueError where the target is another."""
        if self._capsules is None:
            raise ValueError(f"this sandbox has no Code Capsules, its target is {self.target}")
        return self._capsules

    async def start(self, progress: Progress) -> None:
        """Start everything. Raises Trouble; what had been started is stopped again then."""
        try:
            progress("Writing the code of the example apps")
            await self._start_target(progress)
            progress("Starting Heroku's sandbox")
            await self.heroku.start(progress)
            if self._colleague is not None:
                self._colleague.start()
        except BaseException:
            await self.stop()
            raise
        self.hosts = {"heroku": dict(self.heroku.hosts), self.target: dict(self._there.hosts)}
        progress("The sandbox is ready")

    async def _start_target(self, progress: Progress) -> None:
        code = self.folder / "code"
        if self._capsules is not None:
            bare = self.folder / "git" / f"{GUIDE}.git"
            self.checkouts = await asyncio.to_thread(make_guide_checkout, code, bare)
            progress("Starting Code Capsules' sandbox")
            await self._capsules.start()
            self._capsules.dashboard.publish(ADDRESS, bare)
            return
        self.checkouts = await asyncio.to_thread(make_checkouts, code)
        progress("Starting Aptible's sandbox")
        await self.aptible.start()

    @property
    def _there(self) -> AptibleSandbox | CodeCapsulesSandbox:
        return self._capsules if self._capsules is not None else self.aptible

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """What signs in now: after tokens were made invalid, fresh ones."""
        return {"heroku": dict(self.heroku.credentials), self.target: dict(self._there.credentials)}

    async def stop(self) -> None:
        """Stop everything; both vendors are stopped even if one of them fails to."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._there.stop)
            stack.push_async_callback(self.heroku.stop)
            if self._colleague is not None:
                stack.push_async_callback(self._colleague.stop)

    def facts(self) -> dict[str, Any]:
        """What stands in this world now, per vendor."""
        return {"heroku": self.heroku.facts(), self.target: self._there.facts(), "pid": os.getpid()}
