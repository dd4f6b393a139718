"""How code comes to run on the sandbox's Heroku: slugs, images, builds, releases, pipelines, GitHub."""

import asyncio
from dataclasses import dataclass, field

from providers.sandbox.processes import Running


@dataclass
class Process:
    """One line of a formation; `image` the id of a container app's image for it."""

    id: str
    type: str
    command: str
    quantity: int
    size: str
    image: str | None = None


@dataclass
class Slug:
    """`built` False: a program sent it by the API, so no build made it. `stack` "" is the app's."""

    id: str
    commit: str
    process_types: dict[str, str]
    created_at: str
    size: int = 21_438_464
    stack: str = ""
    built: bool = True
    language: str | None = "Python"
    checksum: str | None = None


@dataclass
class Image:
    """An OCI image (Fir, container). `buildpacks` are ids with versions, none of a container's."""

    id: str
    commit: str
    process_types: dict[str, str]
    created_at: str
    digest: str = ""
    architecture: str | None = "amd64"
    base: str = "heroku/heroku:24-cnb"
    repository: str = ""
    buildpacks: tuple[tuple[str, str], ...] = ()


@dataclass
class Build:
    """A build. `slug_id` and `release_id` are None while it runs and after it failed."""

    id: str
    commit: str
    created_at: str
    status: str = "succeeded"
    user: str = ""
    slug_id: str | None = None
    release_id: str | None = None
    stack: str = ""
    buildpacks: tuple[str, ...] | None = None
    output: tuple[str, ...] = ("-----> Building on the Heroku-24 stack", "-----> Done")


@dataclass
class Release:
    """`config` is what its dynos get; `output` what its release command printed; `user` "" the account."""

    id: str
    version: int
    description: str
    slug_id: str | None
    created_at: str
    config: dict[str, str]
    status: str = "succeeded"
    output: list[str] = field(default_factory=list)
    image_id: str | None = None
    user: str = ""


@dataclass
class Dyno:
    id: str
    name: str
    type: str
    command: str
    size: str
    version: int
    created_at: str
    state: str = "starting"
    running: Running | None = None
    port: int | None = None
    wanted: bool = True
    keeper: asyncio.Task[None] | None = None
    """Starts it again when it crashes; None for one-off dynos."""

    def unwanted(self) -> bool:
        """Whether it shall end; may become true during any await."""
        return not self.wanted


@dataclass
class Job:
    """A job of the scheduler: `every` 10, 60 or 1440 minutes, `at` minutes into the hour or day (UTC)."""

    id: str
    command: str
    every: int
    at: int
    dyno_size: str
    created_at: str
    ran_at: str | None = None
    busy: bool = False


@dataclass
class GitHubLink:
    """The repository that an app deploys from, `repository` owner/name."""

    repository: str
    branch: str | None = "main"
    auto_deploy: bool = False
    wait_for_ci: bool = False
    pull_requests: bool = False
    """Whether they can have apps, and (below) whether each gets one by itself."""
    auto_pull_requests: bool = False


@dataclass
class ReviewConfig:
    """A pipeline's settings of review apps; `target` is a region's name, or "space:NAME"."""

    automatic: bool = True
    base_name: str | None = None
    destroy_stale: bool = True
    stale_days: int = 5
    wait_for_ci: bool = False
    target: str = "us"


@dataclass
class ReviewApp:
    """`app_id` is None while the app is made, and after that failed (`error` says why)."""

    id: str
    branch: str
    pr_number: int | None
    app_id: str | None = None
    status: str = "created"
    error: str | None = None
    created_at: str = "2026-11-20T10:00:00Z"


@dataclass
class Promotion:
    """What was carried from one stage's app to others'; `targets` are their ids with the release each got."""

    id: str
    source_app: str
    targets: dict[str, str | None]
    created_at: str = "2026-11-01T12:00:00Z"


@dataclass
class Pipeline:
    """`team_id` None: the account owns it. `stage_config` are config vars of "test" and "review" apps."""

    id: str
    name: str
    created_at: str = "2023-05-11T08:00:00Z"
    team_id: str | None = None
    generation: str = "cedar"
    repository: str | None = None
    review: ReviewConfig | None = None
    review_apps: list[ReviewApp] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    stage_config: dict[str, dict[str, str]] = field(default_factory=dict)
