"""The example system as the stages see it, a target of no vendor, and checkouts made with real git."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wizard.stages.capsule_target import PYTHON, code_of, pods_of
from wizard.document.checkout import Checkout
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.network import Domain
from wizard.model.stores import Postgres
from wizard.model.system import Account, AddOn, App, Attachment, ConfigVar, Job, Origin, Process, System
from wizard.ports import Capabilities, Prices, Profile, ReleaseHook

PERSON = Origin(kind="person")
DATABASE = Origin(kind="add-on", add_on_id="pg")


def _var(name: str, origin: Origin = PERSON, **more: object) -> ConfigVar:
    return ConfigVar(name=name, origin=origin, **more)


def _backend() -> App:
    return App(
        id="b",
        name="migrate-backend",
        region="eu",
        stack="heroku-24",
        web_url="https://migrate-backend.example/",
        pipeline="migrate",
        pipeline_stage="production",
        buildpacks=("heroku/python",),
        processes=(
            Process(
                type="web",
                command="python server.py",
                quantity=1,
                size="Standard-1X",
                memory_mb=512,
                monthly_cents=2500,
            ),
            Process(
                type="worker",
                command="python worker.py",
                quantity=1,
                size="Standard-1X",
                memory_mb=512,
                monthly_cents=2500,
            ),
            Process(type="release", command="python migrate.py", quantity=0, size="Standard-1X"),
        ),
        config=(
            _var("DATABASE_URL", DATABASE),
            _var("HEROKU_POSTGRESQL_BLUE_URL", DATABASE),
            _var("SECRET_KEY"),
            _var("FRONTEND_URL", refers_to_apps=("f",)),
            _var("EMPTY_FLAG", empty=True),
            _var("WEB_CONCURRENCY", Origin(kind="platform")),
            _var("HEROKU_APP_NAME", Origin(kind="platform", detail="metadata of the app on Heroku")),
        ),
        attachments=(
            Attachment(id="a1", name="DATABASE", add_on_id="pg", app_id="b", config_vars=("DATABASE_URL",)),
        ),
    )


def _frontend() -> App:
    return App(
        id="f",
        name="migrate-frontend",
        region="eu",
        stack="heroku-24",
        web_url="https://migrate-frontend.example/",
        pipeline="migrate",
        pipeline_stage="production",
        buildpacks=("heroku/python",),
        processes=(
            Process(
                type="web",
                command="python server.py",
                quantity=1,
                size="Basic",
                memory_mb=512,
                monthly_cents=700,
            ),
        ),
        config=(_var("BACKEND_URL", refers_to_apps=("b",)), _var("SESSION_SECRET")),
        domains=(
            Domain(hostname="migrate-frontend.example", kind="heroku"),
            Domain(hostname="www.acme.example", kind="custom", cname="x.dns.example", acm_status="ok"),
        ),
    )


def _emailer(jobs: tuple[Job, ...] | None) -> App:
    return App(
        id="e",
        name="migrate-emailer",
        region="eu",
        stack="heroku-24",
        web_url="https://migrate-emailer.example/",
        buildpacks=("heroku/python",),
        processes=(
            Process(type="job", command="python send_emails.py", quantity=0, size="Basic", memory_mb=512),
        ),
        config=(
            _var("DATABASE_URL", DATABASE),
            _var("MAIL_API_KEY"),
            _var("PAPERTRAIL_API_TOKEN", Origin(kind="add-on", add_on_id="pt")),
        ),
        attachments=(
            Attachment(id="a2", name="DATABASE", add_on_id="pg", app_id="e", config_vars=("DATABASE_URL",)),
        ),
        jobs=jobs,
    )


def _system(jobs: tuple[Job, ...] | None) -> System:
    return System(
        taken_at="2026-11-20T12:00:00+00:00",
        account=Account(id="me", email="me@acme.example"),
        apps=(_backend(), _frontend(), _emailer(jobs)),
        add_ons=(
            AddOn(
                id="pg",
                name="postgresql-fluffy-1",
                service="heroku-postgresql",
                plan="heroku-postgresql:essential-1",
                app_id="b",
                state="provisioned",
                monthly_cents=900,
                postgres=Postgres(
                    version="16.4", plan="essential-1", bytes=312_000_000, tables=34, connection_limit=20
                ),
            ),
            AddOn(
                id="sc",
                name="scheduler-round-2",
                service="scheduler",
                plan="scheduler:standard",
                app_id="e",
                state="provisioned",
                monthly_cents=0,
            ),
            AddOn(
                id="pt",
                name="papertrail-flat-3",
                service="papertrail",
                plan="papertrail:choklad",
                app_id="e",
                state="provisioned",
                monthly_cents=0,
                config_vars=("PAPERTRAIL_API_TOKEN",),
            ),
        ),
    )


@pytest.fixture
def system() -> System:
    """The example system, its one scheduler job known."""
    return _system((Job(id="j", command="python send_emails.py", every=10),))


@pytest.fixture
def silent_system() -> System:
    """The example system whose scheduler jobs no API tells."""
    return _system(None)


@pytest.fixture
def target() -> Profile:
    """A target that works, of no vendor: a Dockerfile, a hook file, no empty values."""
    return Profile(
        name="elsewhere",
        title="Elsewhere",
        words={"environment": "yard", "app": "barn"},
        capabilities=Capabilities(
            works=True,
            max_memory_mb=7168,
            max_containers=8,
            postgres_versions=(15, 16, 17),
            release_hook=ReleaseHook(file=".elsewhere.yml", key="first", aliases=("before",)),
            scheduler="cron-service",
            empty_config_values=False,
            needs_dockerfile=True,
            wildcard_domains=False,
            regions=("eu-1",),
            loses=("review apps",),
            way_in="SSH tunnel",
        ),
        prices=Prices(
            source="its price list",
            date="2026-11-01",
            memory_gb_cents=4000,
            disk_gb_cents=20,
            endpoint_cents=500,
        ),
        memory_sizes_mb=(512, 1024, 2048, 4096, 7168),
    )


@pytest.fixture
def pods(target: Profile) -> Profile:
    """A target where every process is a capsule of its own."""
    return pods_of(target)


@pytest.fixture
def capsule_code() -> dict[str, Checkout]:
    """The code of the example system, as read from clones of GitHub repositories."""
    return {app_id: code_of(PYTHON, app_id) for app_id in ("b", "f", "e")}


@pytest.fixture
def on_pods(system: System, pods: Profile, capsule_code: dict[str, Checkout]) -> Mapping:
    """The example system on that target, with what only a person can decide."""
    proposed = propose(system, pods, capsule_code)
    return edit.decide_add_on(proposed, "pt", "leave", "logs go elsewhere")


@pytest.fixture
def make_checkout(tmp_path: Path) -> Callable[..., Path]:
    """Makes a git work tree with one commit: `make_checkout("name", {"Procfile": "web: x\\n"})`."""

    def make(name: str, files: dict[str, str | bytes]) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        run(folder, "init", "-q", "-b", "main")
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        run(folder, "add", "-A")
        run(folder, "commit", "-q", "--allow-empty", "-m", "first")
        return folder

    return make


@pytest.fixture
def git() -> Callable[..., str]:
    """Runs git in a folder and returns what it printed."""
    return run


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Dev", "-c", "user.email=dev@acme.example", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
