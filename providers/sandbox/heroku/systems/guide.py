"""The system of Code Capsules' Heroku guide: three apps out of three folders of one repository, one database.

It is small on purpose: a page that an http-server serves, a backend in TypeScript, a job of the scheduler.
"""

import importlib.resources
import json
import secrets
from collections.abc import Mapping

from providers.sandbox.heroku.systems.example import BACKEND, EMAILER, FRONTEND, Example
from providers.sandbox.heroku.world.building import add_add_on, add_app, add_process, attach
from providers.sandbox.heroku.world.delivery import GitHubLink
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Job, Release, Slug, World

REPOSITORY = "acme/migrate"
"""owner/name at GitHub."""

FOLDERS = {FRONTEND: "frontend", BACKEND: "backend", EMAILER: "emailer"}

CREATE_USERS = (
    'CREATE TABLE IF NOT EXISTS "user" (username text PRIMARY KEY, joined timestamptz NOT NULL)',
    """INSERT INTO "user" VALUES ('ada', now()), ('grace', now()), ('katherine', now()), ('margaret', now())
    ON CONFLICT DO NOTHING""",
)

SUBDIR = "https://github.com/timanovsky/subdir-heroku-buildpack"
"""The buildpack with which an app takes a folder of a repository, named by PROJECT_PATH."""

_TYPES = {
    FRONTEND: {"web": "npm start"},
    BACKEND: {"web": "node server.ts"},
    EMAILER: {"worker": "node job.ts"},
}
_QUANTITIES = {FRONTEND: 1, BACKEND: 1, EMAILER: 0}
_VERSIONS = {FRONTEND: 6, BACKEND: 11, EMAILER: 4}
_DEPLOYED = "2026-02-18T15:18:38Z"


def make_guide(
    web_urls: Mapping[str, str], database_url: str, commits: Mapping[str, str], canary: str
) -> Example:
    """Make the world; for the arguments see `make_example`."""
    world = World(email="robin@acme.example", account_id=stable_id("account"))
    for name in FOLDERS:
        commit = commits.get(name) or stable_id("commit", "guide").replace("-", "") * 2
        _app(world, name, web_urls[name], commit[:40])
    frontend, backend, emailer = (_named(world, name) for name in FOLDERS)
    frontend.config["BACKEND_URL"] = web_urls[BACKEND].rstrip("/")
    backend.config["FRONTEND_URL"] = web_urls[FRONTEND].rstrip("/")
    backend.config["SIGNING_KEY"] = secrets.token_hex(24) + canary
    values = {"DATABASE_URL": database_url}
    plan = "heroku-postgresql:essential-0"
    database = add_add_on(world, backend, plan, name="postgresql-round-24817", values=values)
    attach(world, database, emailer, "DATABASE", values)
    add_add_on(world, emailer, "scheduler:standard", name="scheduler-flat-60214")
    job = Job("770121", "node job.ts", 60, 0, "Basic", "2025-11-02T09:31:00Z")
    emailer.jobs[job.id] = job
    for app in world.apps.values():
        _first_releases(app)
    return Example(world, database.id)


def packages(name: str) -> tuple[str, ...]:
    """The npm packages that an app of the system depends on."""
    text = (
        importlib.resources.files("assets") / "demo" / "guide" / FOLDERS[name] / "package.json"
    ).read_text(encoding="utf-8")
    return tuple(json.loads(text).get("dependencies", {}))


def _app(world: World, name: str, web_url: str, commit: str) -> None:
    app = add_app(world, name, region="eu")
    app.web_url, app.updated_at = web_url, _DEPLOYED
    app.buildpacks = (SUBDIR, "heroku/nodejs")
    app.github = GitHubLink(REPOSITORY, auto_deploy=True)
    app.config["PROJECT_PATH"] = FOLDERS[name]
    types = _TYPES[name]
    slug = Slug(stable_id("slug", name, "guide"), commit, types, _DEPLOYED)
    app.slugs[slug.id] = slug
    for kind, command in types.items():
        add_process(app, kind, command, _QUANTITIES[name], "Basic")


def _first_releases(app: App) -> None:
    last, slug = _VERSIONS[app.name], next(iter(app.slugs))
    for version in range(1, last + 1):
        deploy = version == last
        app.releases.append(
            Release(
                id=stable_id("release", app.id, str(version)),
                version=version,
                description=f"Deploy {app.slugs[slug].commit[:8]}"
                if deploy
                else "Set PROJECT_PATH config vars",
                slug_id=slug if deploy else None,
                created_at=_DEPLOYED if deploy else f"2025-11-{1 + version:02d}T08:30:00Z",
                config=dict(app.config),
            )
        )
    app.current_version = last


def _named(world: World, name: str) -> App:
    app = world.app(name)
    assert app is not None
    return app
