"""How code comes to run on Heroku: releases, builds, pipelines, GitHub."""

from typing import Literal

from wizard.model.noun import Noun

DeployKind = Literal["git", "github", "container", "api", "promotion", "none", "unknown"]
"""`git` push to Heroku, `github` by the dashboard's integration, `container` registry, `api` (slugs and
builds sent by a program), `promotion` from an earlier stage of the pipeline, `none` (never deployed)."""


class Release(Noun, frozen=True, kw_only=True):
    """A release. `status` is succeeded, failed, pending or expired; `user` an email address; times are UTC.

    `code` says whether it brought other code (a slug or an image that the release before had not).
    """

    version: int
    description: str
    status: str
    created_at: str
    user: str = ""
    current: bool = False
    code: bool = False


class Image(Noun, frozen=True, kw_only=True):
    """What a release runs: a slug, or (Fir, container) an image. `size` in bytes of a slug, None of an image.

    `id` is Heroku's own; `builder` are the buildpacks that Heroku says made it, with their versions.
    """

    kind: Literal["slug", "oci-image"]
    id: str
    commit: str | None = None
    digest: str | None = None
    stack: str = ""
    architecture: str = ""
    size: int | None = None
    builder: tuple[str, ...] = ()


class Build(Noun, frozen=True, kw_only=True):
    """A build. `source` says by what the code came (`commit` or a version's name), `user` who sent it."""

    id: str
    status: str
    created_at: str
    commit: str = ""
    stack: str = ""
    user: str = ""
    buildpacks: tuple[str, ...] = ()
    release_id: str | None = None


class GitHubLink(Noun, frozen=True, kw_only=True):
    """The GitHub repository that an app deploys from. `repository` is owner/name. `review_apps` says that
    pull requests of it can have apps of their own, `auto_review_apps` that each gets one by itself."""

    repository: str
    branch: str = ""
    auto_deploy: bool = False
    wait_for_ci: bool = False
    review_apps: bool = False
    auto_review_apps: bool = False


class Deploy(Noun, frozen=True, kw_only=True):
    """How an app is deployed, as far as Heroku tells. `evidence` says in words what that follows from;
    `told_by` is `person` when somebody confirmed or corrected it."""

    kind: DeployKind = "unknown"
    evidence: str = ""
    github: GitHubLink | None = None
    last_at: str | None = None
    last_by: str = ""
    told_by: Literal["api", "person"] = "api"


class ReviewApps(Noun, frozen=True, kw_only=True):
    """The review app settings of a pipeline. `target` is a region or a space; `stale_days` in days."""

    automatic: bool = False
    base_name: str = ""
    destroy_stale: bool = False
    stale_days: int | None = None
    wait_for_ci: bool = False
    target: str = ""


class ReviewApp(Noun, frozen=True, kw_only=True):
    """One review app; `app_id` is None while it is made or after it failed."""

    branch: str
    status: str
    pr_number: int | None = None
    app_id: str | None = None


class PipelineApp(Noun, frozen=True, kw_only=True):
    """An app in a pipeline. `stage` is test, review, development, staging or production. The app may be one
    that this account cannot read: its name is "" then."""

    app_id: str
    app_name: str
    stage: str


class Pipeline(Noun, frozen=True, kw_only=True):
    """A pipeline, apps in the order of promotion (development, staging, production). `test_config` and
    `review_config` are names of the config vars that its test runs and its review apps get."""

    id: str
    name: str
    owner: str = ""
    generation: str = "cedar"
    apps: tuple[PipelineApp, ...] = ()
    repository: str | None = None
    review: ReviewApps | None = None
    review_apps: tuple[ReviewApp, ...] = ()
    test_config: tuple[str, ...] = ()
    review_config: tuple[str, ...] = ()
