"""What becomes of each component on the target. Every choice carries its reason."""

from typing import Literal

from wizard.model.noun import Noun


class AppChoice(Noun, frozen=True, kw_only=True):
    """An app of Heroku becomes an app of the target, or is left behind.

    `handle` is its name there; `checkout` the local folder with its code (a git work tree), from which
    the target is deployed. `harmless` is why it may stay on Heroku although a database that it uses moves.

    `way` is how its code gets there: pushed by git, as a Docker image that is built elsewhere (`image` is its
    reference, "ghcr.io/acme/shop:v42"), by the GitHub workflow that deployed it to Heroku, by Terraform, or
    fetched by the target from a repository that is linked to it (`repository` is its address,
    "https://github.com/acme/shop", `folder` where in it the app lies, empty for its root; the branch is the
    one that was prepared).
    `space` is the name of the environment that it goes into, empty for the mapping's own.
    `private`: its registry asks who pulls it; that is kept where credentials are.
    `keep_slug`: the image is made of the slug that Heroku runs, a stop-gap for code that cannot be built.
    """

    app_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    checkout: str | None = None
    reason: str = ""
    harmless: str = ""
    way: Literal["git", "image", "workflow", "terraform", "linked"] = "git"
    image: str = ""
    private: bool = False
    keep_slug: bool = False
    repository: str = ""
    folder: str = ""
    space: str = ""


CapsuleKind = Literal["", "backend", "frontend", "docker"]


class ProcessChoice(Noun, frozen=True, kw_only=True):
    """A process type becomes a service, a release hook, or is left behind; where a target has no phase for
    releases, that command runs `before-start` of the web command. Memory in MB per container;
    `profile` is the target's kind of machine ("m"), empty for its default.

    On targets that run one command in a capsule of its own, the service is a capsule of the kind `capsule`,
    with `cpu_percent` of a CPU (0: as much as goes with the memory). `command` is what it runs (empty: the
    Procfile's line, or the image's own), `build` what builds it (empty: the target's own way), `output` the
    folder with the built files of a frontend. `joined` names the process type of the same app in whose
    capsule it runs as well, empty where it has one for itself.
    """

    app_id: str
    type: str
    action: Literal["service", "release-hook", "before-start", "leave", "undecided"] = "service"
    service: str = ""
    memory_mb: int = 512
    profile: str = ""
    count: int = 1
    reason: str = ""
    capsule: CapsuleKind = ""
    cpu_percent: int = 0
    command: str = ""
    build: str = ""
    output: str = ""
    joined: str = ""


class JobChoice(Noun, frozen=True, kw_only=True):
    """A scheduler job becomes a crontab line in a `cron` service, a clock inside a process of the app
    (`in-process`), a call from outside (`outside`: a cron service of somebody else asks an address of the
    app), or is left behind. `process` is the process type that the clock runs in, empty for one of its own.
    """

    app_id: str
    job_id: str
    action: Literal["cron", "in-process", "outside", "leave", "undecided"] = "cron"
    process: str = ""
    reason: str = ""


class DatabaseChoice(Noun, frozen=True, kw_only=True):
    """A Postgres add-on becomes a database of the target, or is left behind. `profile`: see a process.
    `space` is the name of the environment that it goes into, empty for that of the apps that use it."""

    add_on_id: str
    action: Literal["move", "leave", "undecided"] = "move"
    handle: str = ""
    version: str = ""
    memory_mb: int = 1024
    disk_gb: int = 10
    profile: str = ""
    reason: str = ""
    space: str = ""


class StoreChoice(Noun, frozen=True, kw_only=True):
    """A data service that is no Postgres becomes a database of the target, or is left behind.

    `type` is the target's word for its kind ("redis", "mysql", "mongodb"). What is in it is copied, or the
    new one begins empty, or a person moves it by hand and Offramp checks. Sizes and `space`: see a Postgres.
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
    space: str = ""


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
    moved by hand after the cut-over (Offramp shows the records in both cases), or is left behind.

    With a certificate of the person's own, `chain_file` and `key_file` are the files (PEM) that it and its
    private key are read from when they are sent, `fingerprint` is its SHA-256 (hex) and `good_until` a date
    (ISO); all empty where the target makes one. `late` has the endpoint made after the first deploy, within
    the cut-over, where it could be made before.
    """

    app_id: str
    hostname: str
    action: Literal["endpoint", "by-hand", "leave", "undecided"] = "by-hand"
    reason: str = ""
    chain_file: str = ""
    key_file: str = ""
    fingerprint: str = ""
    good_until: str = ""
    late: bool = False


class DrainChoice(Noun, frozen=True, kw_only=True):
    """A log drain of an app, or of a Private Space (`space_id`, then without an app), becomes one of the
    target, or is left behind. Its address with the token in it is read from Heroku when it is made, and
    stored nowhere. `databases`: their logs go along, as Heroku's do."""

    app_id: str
    drain_id: str
    action: Literal["move", "leave", "undecided"] = "undecided"
    handle: str = ""
    reason: str = ""
    databases: bool = True
    space_id: str = ""


class StorageChoice(Noun, frozen=True, kw_only=True):
    """What an app writes to its disk goes to a store of files, mounted at the path in the variable that the
    target sets; or is left to be lost with each container, as on Heroku."""

    app_id: str
    action: Literal["mount", "leave", "undecided"] = "undecided"
    handle: str = ""
    disk_gb: int = 1
    reason: str = ""


class SpaceChoice(Noun, frozen=True, kw_only=True):
    """A further environment that apps go into, where the target takes a move in several. `create`: it is
    made; `region` and `team` are of one that is made, as in a mapping."""

    name: str
    create: bool = True
    region: str = ""
    team: str = ""


class Mapping(Noun, frozen=True, kw_only=True):
    """All choices. `environment` is the handle of the target's environment (a Space, a stack's account);
    `region` is the target's name of where a new one is made, `stack` the stack that it is made on ("" lets
    the target choose one there); neither says anything of one that is there. `team` is the slug of the team
    that a new one belongs to, empty where there is only one, or none. `spaces` are further environments, for
    apps that name one of them."""

    environment: str = ""
    create_environment: bool = False
    region: str = ""
    stack: str = ""
    team: str = ""
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
    storages: tuple[StorageChoice, ...] = ()
    spaces: tuple[SpaceChoice, ...] = ()

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
