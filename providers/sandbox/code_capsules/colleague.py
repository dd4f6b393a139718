"""A colleague in the guided demo, who has the logins of Code Capsules' dashboard and of the Git host.

Nobody who tries the demo has an account there. What a run asks a person for is done by the colleague a few
seconds later: long enough to be read on the screen.
"""

import asyncio
import contextlib
import shlex
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from providers.sandbox.aptible.builds import git_says
from providers.sandbox.code_capsules.sandbox import CodeCapsulesSandbox

WITHIN = 5.0
"""Seconds from when a thing is first wanted until it is done."""

BRANCHES = "refs/heads/offramp/*"
"""What the wizard prepares; branches of a person's own are nobody else's to push."""


class CapsuleColleague:
    """Links a repository once it is looked for, pushes the prepared branch, sets project paths, and signs in
    to the vendor's program once there is a database to be reached by it.

    Args:
        repositories: checkouts by the address at the Git host.
        folders: the folder of each app in its repository, by the app's name.
    """

    def __init__(
        self,
        capsules: CodeCapsulesSandbox,
        repositories: Mapping[str, Path],
        folders: Mapping[str, str],
    ) -> None:
        self._capsules = capsules
        self._repositories = dict(repositories)
        self._folders = dict(folders)
        self._wanted: dict[str, float] = {}
        self._looks_before: int | None = None
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look what is asked for."""
        self._working = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Go home; what was done stays."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            await self.look(time.monotonic())

    async def look(self, now: float) -> None:
        """Do what has been wanted long enough. `now` is a monotonic time (s)."""
        for address, checkout in self._repositories.items():
            if self._asked_for_links() and not self._linked(address):
                if self._due(f"link {address}", now):
                    self._link(address)
            elif self._linked(address):
                await self._push(checkout, now)
        for capsule in list(self._capsules.world.capsules.values()):
            folder = self._folders.get(capsule.name, "")
            if folder and capsule.repo_id and not capsule.folder and self._due(f"path {capsule.id}", now):
                self._capsules.dashboard.set_folder(capsule.id, folder)
            if capsule.engine and capsule.status == "Ready" and self._once("sign in", now):
                await asyncio.to_thread(self._sign_in)

    def _due(self, what: str, now: float) -> bool:
        return now - self._wanted.setdefault(what, now) >= WITHIN

    def _once(self, what: str, now: float) -> bool:
        if not self._due(what, now):
            return False
        self._wanted[what] = float("inf")
        return True

    def _sign_in(self) -> None:
        """Type the password where the program asks for it."""
        words = [
            *shlex.split(self._capsules.hosts["cli"]),
            "login",
            "-e",
            self._capsules.credentials["email"],
        ]
        # Without a terminal of its own it asks on its standard input.
        subprocess.run(
            words,
            input=self._capsules.credentials["password"] + "\n",
            text=True,
            capture_output=True,
            start_new_session=True,
            timeout=60,
            check=False,
        )

    def _asked_for_links(self) -> bool:
        """Whether somebody looks for links once the databases are there. Who looks before that only wants to
        know; nobody waits yet."""
        looks = sum(seen.method == "GET" and "/git/" in seen.path for seen in self._capsules.seen)
        stores = [one for one in self._capsules.world.capsules.values() if one.engine]
        if not stores or any(one.status != "Ready" for one in stores):
            return False
        if self._looks_before is None:
            self._looks_before = looks
        return looks > self._looks_before

    def _linked(self, address: str) -> bool:
        return any(repo.url == address for repo in self._capsules.world.repos.values())

    def _link(self, address: str) -> None:
        world = self._capsules.world
        for team in {space.team_id for space in world.spaces.values()}:
            self._capsules.dashboard.link(address, world.teams[team].slug)

    async def _push(self, checkout: Path, now: float) -> None:
        said = await asyncio.to_thread(
            git_says, checkout / ".git", "for-each-ref", "--format=%(refname) %(objectname)", BRANCHES
        )
        for line in (said or "").splitlines():
            if self._once(f"push {line}", now):
                name = line.split()[0]
                await asyncio.to_thread(
                    git_says, checkout / ".git", "push", "--quiet", "origin", f"{name}:{name}"
                )
