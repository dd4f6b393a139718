"""What becomes of each component on the target. Every choice carries its reason."""

from typing import Literal

from wizard.model.noun import Noun


class AppChoice(Noun, frozen=True, kw_only=True):
    """An app of Heroku becomes an app of the target, or is left behind.

    `handle` is its name there; `checkout` the local folder with its code (a git work tree), from which
    the target is deployed. `harmless` is why it may stay on Heroku although a database that it uses moves.
    """

    app_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    checkout: str | None = None
    reason: str = ""
    harmless: str = ""


class ProcessChoice(Noun, frozen=True, kw_only=True):
    """A process type becomes a service, a release hook, or is left behind. Memory in MB per container."""

    app_id: str
    type: str
    action: Literal["service", "release-hook", "leave", "undecided"] = "service"
    service: str = ""
    memory_mb: int = 512
    count: int = 1
    reason: str = ""


class JobChoice(Noun, frozen=True, kw_only=True):
    """A scheduler job becomes a crontab line in a `cron` service, or is left behind."""

    app_id: str
    job_id: str
    action: Literal["cron", "leave", "undecided"] = "cron"
    reason: str = ""


class DatabaseChoice(Noun, frozen=True, kw_only=True):
    """A Postgres add-on becomes a database of the target, or is left behind."""

    add_on_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    version: str = ""
    memory_mb: int = 1024
    disk_gb: int = 10
    reason: str = ""


class AddOnChoice(Noun, frozen=True, kw_only=True):
    """An add-on that is no Postgres: left behind (say why), or replaced by hand."""

    add_on_id: str
    action: Literal["leave", "by-hand", "undecided"] = "undecided"
    reason: str = ""


class ConfigChoice(Noun, frozen=True, kw_only=True):
    """A config var is copied, replaced or dropped.

    `replacement`: `database` (the new URL of the database `refers_to`, an add-on id), `app-url` (the new
    web address of the app `refers_to`), `port` (the port the container listens on). Values themselves
    are read and written at run time, and stored nowhere.
    """

    app_id: str
    name: str
    action: Literal["copy", "replace", "drop", "undecided"] = "copy"
    replacement: Literal["", "database", "app-url", "port"] = ""
    refers_to: str = ""
    reason: str = ""


class DomainChoice(Noun, frozen=True, kw_only=True):
    """A custom domain is moved by hand after the cut-over (Offramp shows the records), or left behind."""

    app_id: str
    hostname: str
    action: Literal["by-hand", "leave", "undecided"] = "by-hand"
    reason: str = ""


class Mapping(Noun, frozen=True, kw_only=True):
    """All choices. `environment` is the handle of the target's environment (a Space, a stack's account);
    `region` is the target's name of where a new one is made, and says nothing of one that is there."""

    environment: str = ""
    create_environment: bool = False
    region: str = ""
    port: int = 3000
    apps: tuple[AppChoice, ...] = ()
    processes: tuple[ProcessChoice, ...] = ()
    jobs: tuple[JobChoice, ...] = ()
    databases: tuple[DatabaseChoice, ...] = ()
    add_ons: tuple[AddOnChoice, ...] = ()
    config: tuple[ConfigChoice, ...] = ()
    domains: tuple[DomainChoice, ...] = ()

    def app(self, app_id: str) -> AppChoice | None:
        """The choice for an app, None when it has none yet."""
        return next((choice for choice in self.apps if choice.app_id == app_id), None)

    def moved_apps(self) -> tuple[AppChoice, ...]:
        """The apps that move, in the order of the inventory."""
        return tuple(choice for choice in self.apps if choice.action == "move")

    def moved_databases(self) -> tuple[DatabaseChoice, ...]:
        """The databases that move."""
        return tuple(choice for choice in self.databases if choice.action == "move")


class TargetChoice(Noun, frozen=True, kw_only=True):
    """Which target, and why. `provider` is an entry-point name ("aptible")."""

    provider: str
    reason: str = ""
