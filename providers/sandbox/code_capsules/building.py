"""Builds: one at a time for each capsule, from the newest commit of its branch, with a log to read."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from providers.sandbox.aptible.builds import BuildFailed, git_says, unpack_commit
from providers.sandbox.code_capsules.fleet import Fleet
from providers.sandbox.code_capsules.http import ApiError
from providers.sandbox.code_capsules.images import image_release
from providers.sandbox.code_capsules.packs import output_of, place_packages, recipe_of
from providers.sandbox.code_capsules.records import Build, Capsule, LogLine, now
from providers.sandbox.code_capsules.release import Environments, Release
from providers.sandbox.code_capsules.runtimes import NoRuntime, language_of, runtime_of
from providers.sandbox.code_capsules.world import World
from providers.sandbox.faults import Faults, Rule
from providers.sandbox.processes import Running

BEGINNING, BUILDING = 0.5, 1.5
"""Seconds in each state at least, before `pace`."""

LONGEST = 300.0
"""Seconds that a build command may take."""

KEPT = 5
"""Successful builds whose files are kept, to go back to."""

_OFFLINE = {"npm_config_offline": "true", "npm_config_update_notifier": "false", "PIP_NO_INDEX": "1"}


class Builds:
    """Attributes:
    shelf: packages of Node that builds may use, each in a folder of its name; None: only those in
        the repository.
    watches_pushes: whether a push to a capsule's branch begins a build, as the dashboard's default is.
    """

    def __init__(
        self,
        world: World,
        environments: Environments,
        fleet: Fleet,
        *,
        faults: Faults,
        folder: Path,
        pace: float,
    ) -> None:
        self.shelf: Path | None = None
        self.watches_pushes = True
        self._world = world
        self._environments = environments
        self._fleet = fleet
        self._faults = faults
        self._folder = folder
        self._pace = pace
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._heads: dict[str, str] = {}
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def begin(self, capsule: Capsule, kind: Literal["manual", "auto"]) -> Build:
        """Begin one in the background. Raises ApiError (409) while another of the capsule is under way."""
        if any(not build.over for build in capsule.builds):
            raise ApiError(409, "A build is already in progress for this capsule")
        build = Build(capsule.id, kind, capsule.branch, capsule.repo_url)
        capsule.builds.append(build)
        build.commit = await asyncio.to_thread(self._head, capsule)
        self._heads[capsule.id] = build.commit
        self._tasks[build.id] = task = asyncio.create_task(self._carry_out(capsule, build))
        task.add_done_callback(lambda _: self._tasks.pop(build.id, None))
        return build

    def forget(self, capsule: Capsule) -> None:
        """End the capsule's build, if there is one under way."""
        for build in capsule.builds:
            if task := self._tasks.get(build.id):
                task.cancel()

    async def stop(self) -> None:
        tasks = [*self._tasks.values(), *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, capsule: Capsule, build: Build) -> None:
        say = _teller(build)
        rule = self._faults.take("BUILD", f"build:/{capsule.name}")
        await asyncio.sleep(BEGINNING * self._pace)
        build.status = "Building"
        try:
            await self._wait(rule)
            if rule is not None and rule.kind == "fail":
                raise BuildFailed(str(rule.params.get("message", "ERROR: the sandbox was told to fail here")))
            build.release = await self._release(capsule, build, say)
        except (BuildFailed, NoRuntime, OSError) as error:
            say(f"\x1b[31m{error}\x1b[0m")
            self._end(build, "Failed")
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, a client waits for an end
            say(f"internal error ({type(error).__name__}: {error})")
            self._end(build, "Failed")
            return
        say("Successfully built the image; deploying it")
        if rule is not None and rule.kind == "late":
            self._end(build, "Succeeded")
            await asyncio.sleep(rule.seconds(2))
        for other in capsule.builds:
            other.deployed = False
        build.deployed = True
        capsule.deployment = build
        await self._fleet.settle(capsule)
        if not build.over:
            self._end(build, "Succeeded")
        await asyncio.to_thread(self._forget_old, capsule)

    async def _wait(self, rule: Rule | None) -> None:
        slow = rule.seconds(2) if rule is not None and rule.kind == "slow" else 0
        await asyncio.sleep(BUILDING * self._pace + slow)

    async def _release(self, capsule: Capsule, build: Build, say: Callable[[str], None]) -> Release:
        repo = self._world.repos.get(capsule.repo_id)
        if repo is None or not build.commit:
            raise BuildFailed(f"ERROR: could not read branch {capsule.branch} of {capsule.repo_url}")
        say(f"Cloning {capsule.repo_url}, branch {capsule.branch} ({build.commit[:7]})")
        whole = self._folder / build.id
        await asyncio.to_thread(unpack_commit, repo.bare, build.commit, whole)
        folder = (whole / capsule.folder.strip("/")).resolve()
        if not folder.is_relative_to(whole.resolve()) or not folder.is_dir():
            raise BuildFailed(f"ERROR: project path {capsule.folder} does not exist in the repository")
        if capsule.kind == "docker":
            return await asyncio.to_thread(image_release, folder, build.commit, say)
        return await self._packed(capsule, folder, say)

    async def _packed(self, capsule: Capsule, folder: Path, say: Callable[[str], None]) -> Release:
        """Built by buildpacks, or a frontend."""
        env = self._environments.of(capsule)
        frontend = capsule.kind == "frontend"
        language = language_of(folder)
        if not language and not (frontend and (folder / "index.html").is_file()):
            raise BuildFailed("ERROR: No buildpack groups passed detection.")
        if language:
            runtime = runtime_of(folder, language, env, frontend=frontend)
            by = f" (pinned by {runtime.pinned})" if runtime.pinned else ""
            say(f"=== Installing {language} {runtime.line}{by} ===")
        recipe = recipe_of(folder, language, capsule.build_command, env)
        if language == "nodejs":
            await asyncio.to_thread(place_packages, folder, self.shelf, say)
        for command in recipe.build:
            await self._run(command, folder, env, say)
        if frontend:
            site = await asyncio.to_thread(output_of, folder, capsule.output)
            return Release(folder, site=site)
        if not recipe.command and not capsule.run:
            raise BuildFailed("ERROR: failed to build: no entrypoint: give a run command or a Procfile")
        return Release(folder, recipe.command)

    async def _run(self, command: str, folder: Path, env: dict[str, str], say: Callable[[str], None]) -> None:
        say(f'--- Running "{command}"')
        running = await Running.start(command, folder, {"HOME": str(folder), **env, **_OFFLINE}, say)
        try:
            code = await asyncio.wait_for(running.wait(), LONGEST)
        except BaseException:
            await running.stop(1)
            raise
        if code != 0:
            raise BuildFailed(f'ERROR: failed to build: "{command}" ended with exit status {code}')

    def _end(self, build: Build, status: str) -> None:
        build.finished_on = now()
        build.status = status

    def _head(self, capsule: Capsule) -> str:
        repo = self._world.repos.get(capsule.repo_id)
        if repo is None:
            return ""
        ref = f"refs/heads/{capsule.branch}^{{commit}}"
        return (git_says(repo.bare, "rev-parse", "--verify", "--quiet", ref) or "").strip()

    def _forget_old(self, capsule: Capsule) -> None:
        good = [build for build in capsule.builds if build.status == "Succeeded"]
        for build in good[:-KEPT]:
            shutil.rmtree(self._folder / build.id, ignore_errors=True)

    async def _watch(self) -> None:
        """Begin a build when a capsule's branch has moved since it was looked at last."""
        while True:
            await asyncio.sleep(max(0.2, self._pace))
            if not self.watches_pushes:
                continue
            for capsule in list(self._world.capsules.values()):
                if not capsule.repo_id or not capsule.auto_build:
                    continue
                head = await asyncio.to_thread(self._head, capsule)
                moved = head and self._heads.setdefault(capsule.id, head) != head
                if moved and all(build.over for build in capsule.builds):
                    await self.begin(capsule, "auto")


def _teller(build: Build) -> Callable[[str], None]:
    """Adds lines to a build's log, from whichever thread."""
    loop = asyncio.get_running_loop()

    def say(line: str) -> None:
        told = LogLine(time.time_ns(), f"\x1b[36m[builder]\x1b[0m {line}")
        loop.call_soon_threadsafe(build.lines.append, told)

    return say
