"""The answers file: what a person would answer at each stage, by the names that things have on Heroku.

Whatever is left out stays as it is proposed, or is asked. A secret never stands in it: credentials are named
by where they are. A key that is not known is an error, so that a slip of the pen does not go unnoticed.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import field

from wizard.model.delivery import DeployKind
from wizard.model.mapping import CapsuleKind

VERSION = 1

Reference = Annotated[str, msgspec.Meta(pattern=r"^(env:.+|command:.+|keyring:.+)$")]
"""Where a credential is: `env:NAME` (a variable), `command:LINE` (what a command of one's own prints) or
`keyring:EMAIL` (what Offramp kept for that account)."""


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file."""


class SignInGiven(Given, frozen=True, kw_only=True):
    """How one signs in to a vendor: by a token, or by e-mail, password and one-time code. All but the e-mail
    are references."""

    token: Reference | None = None
    email: str | None = None
    password: Reference | None = None
    otp: Reference | None = None


class JobTold(Given, frozen=True, kw_only=True):
    """A job of Heroku Scheduler: every 10, 60 or 1440 minutes, `at` minutes into the hour or the UTC day."""

    command: str
    every: Literal[10, 60, 1440]
    at: int = 0


class AppTold(Given, frozen=True, kw_only=True):
    """What no API tells of an app: the folder with its code, how it is deployed, its scheduler jobs (an empty
    list: there are none)."""

    code: str | None = None
    deployed_by: DeployKind | None = None
    deployed_words: str = ""
    jobs: tuple[JobTold, ...] | None = None


class NoteTold(Given, frozen=True, kw_only=True):
    """A team's note on a component, and who answers for it."""

    text: str = ""
    owner: str = ""


class DocumentGiven(Given, frozen=True, kw_only=True):
    """`known` are the keys of what no API tells and a person knows, or true for all of it; `notes` are by the
    key of a component, as `offramp document --format json` has it."""

    known: bool | tuple[str, ...] = False
    apps: dict[str, AppTold] = field(default_factory=dict)
    notes: dict[str, NoteTold] = field(default_factory=dict)


class ProcessGiven(Given, frozen=True, kw_only=True):
    """A process type. Memory in MB per container."""

    action: Literal["service", "release-hook", "before-start", "leave", "undecided"] | None = None
    service: str | None = None
    memory_mb: int | None = None
    profile: str | None = None
    count: int | None = None
    reason: str | None = None
    capsule: CapsuleKind | None = None
    cpu_percent: int | None = None
    command: str | None = None
    build: str | None = None
    output: str | None = None
    joined: str | None = None


class JobGiven(Given, frozen=True, kw_only=True):
    """A scheduler job, by its command."""

    action: Literal["cron", "in-process", "outside", "leave", "undecided"] | None = None
    process: str | None = None
    reason: str | None = None


class ConfigGiven(Given, frozen=True, kw_only=True):
    """A config var; its value never stands here. `refers_to` is the name of an add-on or an app."""

    action: Literal["copy", "replace", "drop", "undecided"] | None = None
    replacement: Literal["", "database", "app-url", "port"] | None = None
    refers_to: str | None = None
    reason: str | None = None


class DomainGiven(Given, frozen=True, kw_only=True):
    """A custom domain, by its host name. The files are those of a certificate of one's own (PEM)."""

    action: Literal["endpoint", "by-hand", "leave", "undecided"] | None = None
    chain_file: str | None = None
    key_file: str | None = None
    late: bool | None = None
    reason: str | None = None


class DrainGiven(Given, frozen=True, kw_only=True):
    """A log drain, by its id on Heroku."""

    action: Literal["move", "leave", "undecided"] | None = None
    handle: str | None = None
    databases: bool | None = None
    reason: str | None = None


class FilesGiven(Given, frozen=True, kw_only=True):
    """What an app writes to its disk."""

    action: Literal["mount", "leave", "undecided"] | None = None
    handle: str | None = None
    disk_gb: int | None = None
    reason: str | None = None


class DatabaseGiven(Given, frozen=True, kw_only=True):
    """A Postgres add-on, by its name. Sizes in MB and GB. `space` is the environment that it goes into, empty
    for that of the apps that use it."""

    action: Literal["move", "leave", "undecided"] | None = None
    handle: str | None = None
    version: str | None = None
    memory_mb: int | None = None
    disk_gb: int | None = None
    profile: str | None = None
    reason: str | None = None
    space: str | None = None


class StoreGiven(Given, frozen=True, kw_only=True):
    """A data service that is no Postgres, by its name."""

    action: Literal["copy", "empty", "by-hand", "leave", "undecided"] | None = None
    handle: str | None = None
    version: str | None = None
    memory_mb: int | None = None
    disk_gb: int | None = None
    profile: str | None = None
    reason: str | None = None
    space: str | None = None


class AddOnGiven(Given, frozen=True, kw_only=True):
    """Another add-on, by its name."""

    action: Literal["leave", "by-hand", "undecided"] | None = None
    reason: str | None = None


class AppGiven(Given, frozen=True, kw_only=True):
    """An app and what hangs on it. `space` is the further environment that it goes into, empty for the map's
    own."""

    action: Literal["move", "leave", "undecided"] | None = None
    handle: str | None = None
    reason: str | None = None
    harmless: str | None = None
    way: Literal["git", "image", "workflow", "terraform", "linked"] | None = None
    image: str | None = None
    private: bool | None = None
    keep_slug: bool | None = None
    repository: str | None = None
    folder: str | None = None
    space: str | None = None
    processes: dict[str, ProcessGiven] = field(default_factory=dict)
    jobs: dict[str, JobGiven] = field(default_factory=dict)
    config: dict[str, ConfigGiven] = field(default_factory=dict)
    domains: dict[str, DomainGiven] = field(default_factory=dict)
    drains: dict[str, DrainGiven] = field(default_factory=dict)
    files: FilesGiven | None = None


class SpaceGiven(Given, frozen=True, kw_only=True):
    """A further environment, by its name: whether it is made, where, and for which team."""

    create: bool | None = None
    region: str | None = None
    team: str | None = None


class MapGiven(Given, frozen=True, kw_only=True):
    """What becomes of each component. `leave_undecided` is the one reason for which all that is still
    undecided is left behind. `spaces` are further environments, for a target that takes a move in several.
    Drains that stand here are those of Private Spaces."""

    environment: str | None = None
    create_environment: bool | None = None
    region: str | None = None
    stack: str | None = None
    team: str | None = None
    port: int | None = None
    spaces: dict[str, SpaceGiven] = field(default_factory=dict)
    leave_undecided: str | None = None
    apps: dict[str, AppGiven] = field(default_factory=dict)
    databases: dict[str, DatabaseGiven] = field(default_factory=dict)
    stores: dict[str, StoreGiven] = field(default_factory=dict)
    add_ons: dict[str, AddOnGiven] = field(default_factory=dict)
    drains: dict[str, DrainGiven] = field(default_factory=dict)


class PrepareGiven(Given, frozen=True, kw_only=True):
    """`accept`: the changes to the code of all apps are written to branches of their own."""

    accept: bool = False


class RunGiven(Given, frozen=True, kw_only=True):
    """`start`: the run begins once the checks find nothing that stops it. `confirm` passes gates as
    `offramp run --confirm` does: `cut-over=NAME`, `finish=NAME`, with the name of the migration. `done` says
    beforehand that a step of a person's is done, where only their word tells: a step's key in the plan
    ("settings:shop"), or what stands before its colon for all of that sort ("settings", "backups").
    `sign_in_program`: Offramp signs in to the target's own program by which the tunnel goes, in your place,
    with the password of this migration."""

    start: bool = False
    confirm: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    sign_in_program: bool = False


class AnswersFile(Given, frozen=True, kw_only=True):
    """The answers to everything that the wizard asks. `name` is that of the migration, which is made where
    there is none of that name; `sign_in` is by provider ("heroku", "aptible"), `target` a provider's name."""

    version: Literal[1]
    name: str
    sign_in: dict[str, SignInGiven] = field(default_factory=dict)
    document: DocumentGiven = DocumentGiven()
    target: str | None = None
    map: MapGiven = MapGiven()
    prepare: PrepareGiven = PrepareGiven()
    run: RunGiven = RunGiven()
