"""What becomes of each component on the target. Every choice carries its reason."""

from typing import Literal

from wizard.model.noun import Noun


class AppChoice(Noun, frozen=True, kw_only=True):
    """An app of Heroku becomes an app of the target, or is left behind.

    `handle` is its name there; `checkout` the local folder with its code (a git work tree), from which
    the target is deployed. `harmless` is why it may stay on Heroku although a database that it uses moves.

    `way` is how its code gets there: pushed by git, as a Docker image that is built elsewhere (`image` is its
    reference, "ghcr.io/acme/shop:v42"), by the GitHub workflow that deployed it to Heroku, or by Terraform.
    `private`: its registry asks who pulls it; that is kept where credentials are.
    `keep_slug`: the image is made of the slug that Heroku runs, a stop-gap for code that cannot be built.
    """

    app_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    checkout: str | None = None
    reason: str = ""
    harmless: str = ""
    way: Literal["git", "image", "workflow", "terraform"] = "git"
    image: str = ""
    private: bool = False
    keep_slug: bool = False


class ProcessChoice(Noun, frozen=True, kw_only=True):
    """A process type becomes a service, a release hook, or is left behind. Memory in MB per container;
    `profile` is the target's kind of machine ("m"), empty for its default."""

    app_id: str
    type: str
    action: Literal["service", "release-hook", "leave", "undecided"] = "service"
    service: str = ""
    memory_mb: int = 512
    profile: str = ""
    count: int = 1
    reason: str = ""


class JobChoice(Noun, frozen=True, kw_only=True):
    """A scheduler job becomes a crontab line in a `cron` service, or is left behind."""

    app_id: str
    job_id: str
    action: Literal["cron", "leave", "undecided"] = "cron"
    reason: str = ""


class DatabaseChoice(Noun, frozen=True, kw_only=True):
    """A Postgres add-on becomes a database of the target, or is left behind. `profile`: see a process."""

    add_on_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    version: str = ""
    memory_mb: int = 1024
    disk_gb: int = 10
    profile: str = ""
    reason: str = ""


class StoreChoice(Noun, frozen=True, kw_only=True):
    """A data service that is no Postgres becomes a database of the target, or is left behind.

    `type` is the target's word for its kind ("redis", "mysql", "mongodb"). What is in it is copied, or the
    new one begins empty, or a person moves it by hand and Offramp checks. Sizes: see a Postgres.
    """

    add_on_id: str
    type: str
    action: Literal["copy", "empty", "by-hand", "leave", "undecided"] = "undecided"
    handle: str = ""
    version: str = ""
    memory_mb: int = 1024
    disk_gb: int = 10
    profile: str = ""
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
    """A custom domain gets a web address of its own on the target with a certificate that is made there, is
    moved by hand after the cut-over (Offramp shows the records in both cases), or is left behind."""

    app_id: str
    hostname: str
    action: Literal["endpoint", "by-hand", "leave", "undecided"] = "by-hand"
    reason: str = ""


class DrainChoice(Noun, frozen=True, kw_only=True):
    """A log drain of an app becomes one of the target, or is left behind. Its address with the token in it is
    read from Heroku when it is made, and stored nowhere. `databases`: their logs go along, as Heroku's do."""

    app_id: str
    drain_id: str
    action: Literal["move", "leave", "undecided"] = "undecided"
    handle: str = ""
    reason: str = ""
    databases: bool = True


class Mapping(Noun, frozen=True, kw_only=True):
    """All choices. `environment` is the handle of the target's environment (a Space, a stack's account);
    `region` is the target's name of where a new one is made, `stack` the stack that it is made on ("" lets
    the target choose one there); neither says anything of one that is there."""

    environment: str = ""
    create_environment: bool = False
    region: str = ""
    stack: str = ""
    port: int = 3000
    apps: tuple[AppChoice, ...] = ()
    processes: tuple[ProcessChoice, ...] = ()
    jobs: tuple[JobChoice, ...] = ()
    databases: tuple[DatabaseChoice, ...] = ()
    stores: tuple[StoreChoice, ...] = ()
    add_ons: tuple[AddOnChoice, ...] = ()
    config: tuple[ConfigChoice, ...] = ()
    domains: tuple[DomainChoice, ...] = ()
    drains: tuple[DrainChoice, ...] = ()

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
