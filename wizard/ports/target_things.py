"""What stands on a target, and what is wished to stand there."""

from msgspec import field

from wizard.model.noun import Noun


class Environment(Noun, frozen=True, kw_only=True):
    """`stack` is the name of the stack that it is on, `team` the slug of the team that it belongs to; empty
    where the target has none, or does not tell."""

    id: str
    handle: str
    region: str = ""
    stack: str = ""
    team: str = ""


class TargetDatabase(Noun, frozen=True, kw_only=True):
    """A database of the target. `type` is the target's word for its kind ("postgresql", "redis"); `state`:
    `pending`, `provisioning`, `provisioned`, `failed`, other words; `backups` whether it is backed up by
    itself. A size (GB, MB) that is not told is None, as is `backups` where that is not known."""

    id: str
    handle: str
    environment_id: str
    version: str
    state: str
    disk_gb: int | None = None
    type: str = "postgresql"
    backups: bool | None = None
    memory_mb: int | None = None


class DatabaseWish(Noun, frozen=True, kw_only=True):
    """`profile` is the target's kind of machine ("m"), empty for its default; `backups` whether it is backed
    up by itself from the beginning. Both count only when it is made."""

    handle: str
    version: str
    memory_mb: int
    disk_gb: int
    type: str = "postgresql"
    profile: str = ""
    backups: bool = True


class TargetApp(Noun, frozen=True, kw_only=True):
    """An app. Where each of its services is a capsule of its own, `id` is empty, `parts` are the ids of those
    that are there by the name of the service, and `state` is "provisioned" when none is missing."""

    id: str
    handle: str
    environment_id: str
    state: str
    git_ref: str | None = None
    """The ref of the last successful deploy, None before the first."""
    repository: str = ""
    """Where a person pushes its code with an SSH key of their own; empty when the target names nothing."""
    parts: dict[str, str] = field(default_factory=dict)


class TargetService(Noun, frozen=True, kw_only=True):
    """A service. `profile` is the target's kind of machine ("m"), empty where it has none; `grace` are the
    seconds between the signal to end and the kill, None where the target's own stand."""

    id: str
    app_id: str
    type: str
    command: str
    count: int
    memory_mb: int
    profile: str = ""
    grace: int | None = None


class Endpoint(Noun, frozen=True, kw_only=True):
    """A web address of a service. `dns_target` is what a custom domain's CNAME must name, `port` the one of
    the containers that it leads to (None: the target chooses)."""

    id: str
    service_id: str
    url: str
    state: str
    dns_target: str = ""
    port: int | None = None


class GitRemote(Noun, frozen=True, kw_only=True):
    """Where to push an app's code, and the environment `git` needs for it. `environment` may name files
    that the provider wrote below the folder it was given; it holds no secret but through `secrets`.

    Git must have no terminal: where one is, ssh may ask there for a password.
    """

    url: str
    branch: str
    environment: dict[str, str]
    by_hand: str = ""
    """The same repository for a person who pushes with an SSH key of their own; empty when there is none."""
