"""The example system as nouns: three apps, one database, one scheduler, as Heroku would tell of them."""

from wizard.model.network import Domain
from wizard.model.stores import Postgres
from wizard.model.system import Account, AddOn, App, Attachment, ConfigVar, Gap, Job, Origin, Process, System

BACKEND, FRONTEND, EMAILER = "app-backend", "app-frontend", "app-emailer"
DATABASE, SCHEDULER, PAPERTRAIL = "addon-db", "addon-scheduler", "addon-papertrail"

JOBS_GAP = Gap(
    key=f"jobs:{EMAILER}",
    kind="jobs",
    app_id=EMAILER,
    question="Which jobs does Heroku Scheduler run on migrate-emailer?",
    why="Heroku has no API for them.",
)
DRAIN_GAP = Gap(
    key=f"acknowledge:{FRONTEND}",
    kind="acknowledge",
    app_id=FRONTEND,
    question="Where is migrate-frontend deployed from?",
    why="Heroku's API does not tell which repository an app is connected to.",
)
JOB = Job(id="job-1", command="python send_emails.py", every=10)


def _var(name: str, kind: str = "person", **more: object) -> ConfigVar:
    origin = Origin(kind=kind, add_on_id=DATABASE if kind == "add-on" else None)  # type: ignore[arg-type]
    return ConfigVar(name=name, origin=origin, **more)  # type: ignore[arg-type]


def _process(type_: str, command: str, quantity: int, size: str = "Standard-1X") -> Process:
    return Process(
        type=type_, command=command, quantity=quantity, size=size, memory_mb=512, monthly_cents=2500
    )


def _attachment(app_id: str, *config_vars: str) -> Attachment:
    return Attachment(
        id=f"att-{app_id}",
        name="DATABASE",
        add_on_id=DATABASE,
        app_id=app_id,
        config_vars=config_vars,
    )


def _app(app_id: str, name: str, **more: object) -> App:
    return App(
        id=app_id,
        name=name,
        region="eu",
        stack="heroku-24",
        web_url=f"https://{name}.example.com/",
        buildpacks=("Python",),
        release=7,
        **more,  # type: ignore[arg-type]
    )


def example_system(*, jobs_known: bool = True, gaps: tuple[Gap, ...] = ()) -> System:
    """The example system; with `jobs_known` False, nobody told the scheduler's jobs yet."""
    backend = _app(
        BACKEND,
        "migrate-backend",
        processes=(
            _process("web", "python server.py", 1),
            _process("release", "python migrate.py", 0),
            _process("worker", "python worker.py", 1),
        ),
        config=(
            _var("DATABASE_URL", "add-on"),
            _var("HEROKU_POSTGRESQL_BLUE_URL", "add-on"),
            _var("SECRET_KEY"),
            _var("MAIL_API_KEY"),
            _var("FRONTEND_URL", secret=False, refers_to_apps=(FRONTEND,)),
            _var("LOG_LEVEL", secret=False),
            _var("EMPTY_FLAG", secret=False, empty=True),
            _var("WEB_CONCURRENCY", "platform", secret=False),
        ),
        attachments=(_attachment(BACKEND, "DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL"),),
    )
    frontend = _app(
        FRONTEND,
        "migrate-frontend",
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
        config=(_var("BACKEND_URL", secret=False, refers_to_apps=(BACKEND,)), _var("SESSION_SECRET")),
        domains=(
            Domain(hostname="migrate-frontend.example.com", kind="heroku"),
            Domain(
                hostname="www.acme.example", kind="custom", cname="x.herokudns.com", acm_status="cert issued"
            ),
        ),
    )
    emailer = _app(
        EMAILER,
        "migrate-emailer",
        processes=(_process("job", "python send_emails.py", 0),),
        config=(_var("DATABASE_URL", "add-on"), _var("MAIL_API_KEY"), _var("FROM_ADDRESS", secret=False)),
        attachments=(_attachment(EMAILER, "DATABASE_URL"),),
        jobs=(JOB,) if jobs_known else None,
    )
    return System(
        taken_at="2026-11-02T14:02:11+00:00",
        account=Account(id="user-1", email="ada@example.com"),
        apps=(backend, frontend, emailer),
        add_ons=(
            _database(),
            _add_on(SCHEDULER, "scheduler-round-1", "scheduler", "standard"),
            _add_on(PAPERTRAIL, "papertrail-flat-2", "papertrail", "choklad"),
        ),
        gaps=gaps if jobs_known else (JOBS_GAP, *gaps),
        calls=41,
    )


def _database() -> AddOn:
    return AddOn(
        id=DATABASE,
        name="postgresql-cubed-12345",
        service="heroku-postgresql",
        plan="essential-1",
        app_id=BACKEND,
        state="provisioned",
        monthly_cents=900,
        config_vars=("DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL"),
        postgres=Postgres(
            version="16.4", plan="essential-1", bytes=312_000_000, tables=30, connection_limit=20
        ),
    )


def _add_on(add_on_id: str, name: str, service: str, plan: str) -> AddOn:
    return AddOn(
        id=add_on_id,
        name=name,
        service=service,
        plan=plan,
        app_id=EMAILER,
        state="provisioned",
        monthly_cents=0,
    )
