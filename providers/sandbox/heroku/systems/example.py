"""The example system as it stands on the sandbox's Heroku: three apps, one database, one scheduler."""

import importlib.resources
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from providers.sandbox.heroku.world.building import add_add_on, add_app, add_domain, add_process, attach
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Drain, Job, Release, Slug, World

FRONTEND, BACKEND, EMAILER = "migrate-frontend", "migrate-backend", "migrate-emailer"
APPS = (FRONTEND, BACKEND, EMAILER)

_SIZES = {FRONTEND: "Basic", BACKEND: "Standard-1X", EMAILER: "Basic"}
_QUANTITIES = {FRONTEND: {"web": 1}, BACKEND: {"web": 1, "worker": 1}, EMAILER: {"job": 0}}
_VERSIONS = {FRONTEND: 17, BACKEND: 42, EMAILER: 9}
_DEPLOYED = "2026-01-08T14:22:37Z"


@dataclass
class Example:
    """The world with the example in it; `database` is the add-on id of its Postgres."""

    world: World
    database: str


def make_example(
    web_urls: Mapping[str, str],
    database_url: str,
    commits: Mapping[str, str],
    canary: str,
    key_values: Mapping[str, str] | None = None,
) -> Example:
    """Make the world.

    Args:
        web_urls: where each app answers, by app name.
        commits: which commit of its repository an app runs, by app name.
        canary: a word to put into every generated secret.
        key_values: URLs of Key-Value Stores of the backend by attachment ("REDIS"); it has none by default.
    """
    world = World(email="robin@acme.example", account_id=stable_id("account"))
    for name in APPS:
        commit = commits.get(name) or stable_id("commit", name).replace("-", "") * 2
        _app(world, name, web_urls[name], commit)
    _configure(world, web_urls, canary)
    database = _add_ons(world, database_url, canary)
    for attached_as, url in (key_values or {}).items():
        add_add_on(
            world,
            _named(world, BACKEND),
            "heroku-redis:premium-0",
            name=f"redis-{attached_as.lower()}-48213",
            attached_as=attached_as,
            values={f"{attached_as}_URL": url},
        )
    for app in world.apps.values():
        _first_releases(app)
    return Example(world, database)


def procfile(name: str) -> dict[str, str]:
    """The process types of an example app, as its Procfile says."""
    text = (importlib.resources.files("assets") / "demo" / name / "Procfile").read_text(encoding="utf-8")
    lines = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {kind.strip(): command.strip() for kind, _, command in lines}


def _app(world: World, name: str, web_url: str, commit: str) -> None:
    app = add_app(world, name, region="eu")
    app.web_url, app.updated_at, app.buildpacks = web_url, _DEPLOYED, ("heroku/python",)
    types = procfile(name)
    slug = Slug(stable_id("slug", name), commit[:40], types, _DEPLOYED)
    app.slugs[slug.id] = slug
    for kind, command in types.items():
        add_process(app, kind, command, _QUANTITIES[name].get(kind, 0), _SIZES[name])


def _configure(world: World, web_urls: Mapping[str, str], canary: str) -> None:
    def secret(prefix: str = "", size: int = 24) -> str:
        return f"{prefix}{secrets.token_hex(size)}{canary}"

    mail_key = secret("key-")
    _named(world, FRONTEND).config.update({"BACKEND_URL": web_urls[BACKEND], "SESSION_SECRET": secret()})
    _named(world, BACKEND).config.update(
        {
            "SECRET_KEY": secret(size=32),
            "MAIL_API_KEY": mail_key,
            "FRONTEND_URL": web_urls[FRONTEND],
            "LOG_LEVEL": "info",
            "EMPTY_FLAG": "",
            "WEB_CONCURRENCY": "2",
        }
    )
    _named(world, EMAILER).config.update({"MAIL_API_KEY": mail_key, "FROM_ADDRESS": "hello@acme.example"})
    add_domain(_named(world, FRONTEND), "www.acme.example", "polar-reef-4711.herokudns.com", "cert issued")


def _add_ons(world: World, database_url: str, canary: str) -> str:
    backend, emailer = _named(world, BACKEND), _named(world, EMAILER)
    postgres = add_add_on(
        world,
        backend,
        "heroku-postgresql:essential-1",
        name="postgresql-cubed-52817",
        values={"DATABASE_URL": database_url},
    )
    blue = {"HEROKU_POSTGRESQL_BLUE_URL": database_url}
    attach(world, postgres, backend, "HEROKU_POSTGRESQL_BLUE", blue)
    postgres.config_vars = (*postgres.config_vars, *blue)
    attach(world, postgres, emailer, "DATABASE", {"DATABASE_URL": database_url})
    add_add_on(world, emailer, "scheduler:standard", name="scheduler-tapered-39105")
    token = {"PAPERTRAIL_API_TOKEN": secrets.token_urlsafe(15) + canary}
    papertrail = add_add_on(
        world, emailer, "papertrail:choklad", name="papertrail-shaped-77240", values=token
    )
    emailer.drains.append(
        Drain(
            id=stable_id("drain", "papertrail"),
            url=f"syslog+tls://logs7.papertrail.example:{secrets.randbelow(9000) + 1000}",
            token=f"d.{stable_id('drain-token')}",
            add_on_id=papertrail.id,
        )
    )
    job = Job("881234", "python send_emails.py", 10, 0, "Basic", "2023-06-02T09:31:00Z")
    emailer.jobs[job.id] = job
    return postgres.id


def _first_releases(app: App) -> None:
    """The history of an app: only its last release is a deploy that still has a slug."""
    last = _VERSIONS[app.name]
    slug = next(iter(app.slugs))
    for version in range(1, last + 1):
        deploy = version == last
        app.releases.append(
            Release(
                id=stable_id("release", app.id, str(version)),
                version=version,
                description=f"Deploy {app.slugs[slug].commit[:8]}" if deploy else "Set LOG_LEVEL config vars",
                slug_id=slug if deploy else None,
                created_at=_DEPLOYED if deploy else f"2023-05-{11 + version % 18:02d}T08:30:00Z",
                config=dict(app.config),
            )
        )
    app.current_version = last


def _named(world: World, name: str) -> App:
    app = world.app(name)
    assert app is not None
    return app
