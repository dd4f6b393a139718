"""What only a person can do at Code Capsules, in the dashboard. The API has no word for any of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from providers.sandbox.code_capsules.accounts import Accounts
from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.life import Life
from providers.sandbox.code_capsules.records import Backup, Capsule, Repo
from providers.sandbox.code_capsules.world import World, address

SCHEDULES = ("daily", "weekly", "monthly")


class Dashboard:
    """A person before the vendor's web app. Capsules are meant by name, slug or id.

    All methods raise ValueError for what is not there or cannot be.
    """

    def __init__(self, world: World, accounts: Accounts, life: Life, databases: Databases) -> None:
        self._world = world
        self._accounts = accounts
        self._life = life
        self._databases = databases

    def publish(self, url: str, bare: Path) -> None:
        """Let a git host have a repository under an address; `bare` stands for it. That links nothing."""
        self._world.published[address(url)] = bare

    def link(self, url: str, team: str = "") -> str:
        """Link a repository that a git host has to a team (its slug; the person's own by default). Returns
        the id of the linked one."""
        wanted = address(url)
        bare = self._world.published.get(wanted)
        if bare is None:
            raise ValueError(f"no git host has {wanted}")
        teams = self._world.teams_of(self._accounts.person.id)
        chosen = next((item for item in teams if item.slug == team or not team), None)
        if chosen is None:
            raise ValueError(f"there is no team {team!r}")
        for repo in self._world.repos.values():
            if repo.url == wanted:
                repo.team_ids.add(chosen.id)
                return repo.id
        repo = Repo(wanted.rpartition("/")[2], wanted, bare, {chosen.id})
        self._world.repos[repo.id] = repo
        return repo.id

    def unlink(self, url: str) -> None:
        wanted = address(url)
        self._world.repos = {key: repo for key, repo in self._world.repos.items() if repo.url != wanted}

    def set_folder(self, capsule: str, folder: str) -> None:
        """The project path: the sub-folder of the repository. It counts from the next build."""
        self._named(capsule).folder = folder.strip("/")

    def set_port(self, capsule: str, port: int) -> None:
        """The network port."""
        found = self._named(capsule)
        found.port = int(port)
        self._life.settle(found)

    def set_run(self, capsule: str, command: str) -> None:
        """The run command; empty: the builder's own."""
        found = self._named(capsule)
        found.run = command
        self._life.settle(found)

    def set_strategy(self, capsule: str, strategy: str) -> None:
        if strategy not in {"rolling", "recreate"}:
            raise ValueError(f"there is no strategy {strategy!r}")
        self._named(capsule).strategy = strategy

    def set_auto_build(self, capsule: str, on: bool) -> None:
        self._named(capsule).auto_build = bool(on)

    def start(self, capsule: str, replicas: int = 1) -> None:
        """Start it with what it was built to."""
        found = self._named(capsule)
        found.products.replicas = int(replicas)
        self._life.settle(found)

    def enable_backups(self, capsule: str, schedule: str = "daily") -> None:
        """Let a data capsule be backed up by itself; the first backup is made at once. Not Redis."""
        found = self._named(capsule)
        if schedule not in SCHEDULES or not found.engine or found.engine == "Redis":
            raise ValueError(f"{found.name} cannot be backed up {schedule}")
        found.backup_schedule = schedule
        found.backups.append(Backup(schedule))

    def back_up(self, capsule: str) -> None:
        """One backup, by hand."""
        self._named(capsule).backups.append(Backup("manual"))

    def roll_back(self, capsule: str, build: str) -> None:
        """Run an earlier successful build."""
        found = self._named(capsule)
        chosen = next((item for item in found.builds if item.id == build and item.release), None)
        if chosen is None:
            raise ValueError(f"{found.name} has no such build")
        for item in found.builds:
            item.deployed = item is chosen
        found.deployment = chosen
        self._life.settle(found)

    async def delete(self, capsule: str) -> None:
        """For ever."""
        await self._life.delete(self._named(capsule))

    def do(self, what: str, **words: Any) -> Any:
        """One of the above by its name, for the control socket; `delete` is begun, not waited for."""
        if what == "publish":
            return self.publish(str(words["url"]), Path(words["bare"]))
        if what == "delete":
            return self._life.begin_delete(self._named(str(words["capsule"])))
        if what == "cut-tunnels":
            return self._databases.cut()
        deeds: dict[str, Callable[..., Any]] = {
            "link": self.link,
            "unlink": self.unlink,
            "set-folder": self.set_folder,
            "set-port": self.set_port,
            "set-run": self.set_run,
            "set-strategy": self.set_strategy,
            "set-auto-build": self.set_auto_build,
            "start": self.start,
            "enable-backups": self.enable_backups,
            "back-up": self.back_up,
            "roll-back": self.roll_back,
        }
        if what not in deeds:
            raise ValueError(f"there is nothing called {what!r} in the dashboard")
        return deeds[what](**words)

    def _named(self, name: str) -> Capsule:
        capsule = self._world.capsule_named(name)
        if capsule is None:
            raise ValueError(f"there is no capsule {name!r}")
        return capsule
