"""A system in which something of everything stands, and one of any size, as Heroku would tell of them."""

from msgspec.structs import replace

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, example_system
from wizard.model.delivery import (
    Build,
    Deploy,
    GitHubLink,
    Image,
    Pipeline,
    PipelineApp,
    Release,
    ReviewApp,
    ReviewApps,
)
from wizard.model.network import (
    Certificate,
    Domain,
    Drain,
    InboundRule,
    Peering,
    Space,
    TelemetryDrain,
    Webhook,
)
from wizard.model.people import Collaborator, Enterprise, Invitation, Member, Team
from wizard.model.stores import (
    Backup,
    BackupSchedule,
    Kafka,
    KafkaTopic,
    KeyValue,
    Maintenance,
    Postgres,
    PostgresCredential,
)
from wizard.model.system import AddOn, App, Attachment, Autoscale, Gap, System, UnreadApp

DEPLOY_GAP = Gap(
    key=f"deploy:{EMAILER}",
    kind="deploy",
    app_id=EMAILER,
    question="How is migrate-emailer deployed?",
    why="Its last build came over the API, which programs and people use alike.",
    group="deploy paths",
)


def _unread(app: App, what: str) -> Gap:
    return Gap(
        key=f"unread:{app.id}:{what}",
        kind="acknowledge",
        app_id=app.id,
        question=f"The {what} of {app.name} are not known.",
        why=f"Heroku refused: the token may not read {what}.",
        group=what,
    )


def _release(version: int) -> Release:
    return Release(
        version=version,
        description=f"Deploy {version:07x}",
        status="succeeded",
        created_at=f"2026-11-{version:02d}T10:00:00Z",
        user="ada@example.com",
        current=version == 7,
        code=True,
    )


def _backend(app: App) -> App:
    web = replace(app.processes[0], compute=1, autoscale=Autoscale(least=1, most=4, p95_ms=500))
    return replace(
        app,
        team="acme",
        owner="acme@herokumanager.com",
        pipeline="acme-pipeline",
        pipeline_stage="production",
        created_at="2023-02-01T09:00:00Z",
        released_at="2026-11-07T10:00:00Z",
        slug_commit="1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c",
        release_command="python migrate.py",
        processes=(web, *app.processes[1:2], replace(app.processes[2], quantity=0)),
        image=Image(kind="slug", id="slug-1", commit="1f2e3d4c5b6a7988", stack="heroku-24", size=61_000_000),
        releases=tuple(_release(version) for version in range(7, 0, -1)),
        builds=(
            Build(
                id="build-1",
                status="succeeded",
                created_at="2026-11-07T09:58:00Z",
                commit="1f2e3d4c5b6a7988",
                stack="heroku-24",
                user="ada@example.com",
                buildpacks=("heroku/python",),
            ),
        ),
        deploy=Deploy(
            kind="github",
            evidence="Heroku's GitHub integration names the repository",
            github=GitHubLink(repository="acme/backend", branch="main", auto_deploy=True, wait_for_ci=True),
            last_at="2026-11-07T10:00:00Z",
            last_by="ada@example.com",
        ),
        drains=(Drain(id="d1", address="syslog+tls://logs.example.com:6514"),),
        webhooks=(
            Webhook(id="w1", address="https://hooks.example.com", include=("api:release",), level="notify"),
        ),
        telemetry=(
            TelemetryDrain(
                id="t1", address="https://otel.example.com", signals=("traces",), transport="http"
            ),
        ),
        collaborators=(
            Collaborator(email="ada@example.com", role="admin", permissions=("view", "deploy", "operate")),
            Collaborator(email="grace@example.com", role="member", permissions=("view",)),
        ),
        features=("runtime-dyno-metadata", "preboot"),
        certificates=(
            Certificate(
                id="c1",
                name="saiga-12345",
                issuer="R11, Let's Encrypt",
                names=("www.acme.example",),
                domains=("www.acme.example",),
                expires_at="2027-01-14T00:00:00Z",
            ),
        ),
        attachments=(
            *app.attachments,
            Attachment(
                id="att-reader",
                name="REPORTS",
                add_on_id=DATABASE,
                app_id=BACKEND,
                namespace="credential:reports",
                config_vars=("REPORTS_URL",),
            ),
        ),
    )


def _stores() -> tuple[AddOn, ...]:
    return (
        AddOn(
            id="addon-redis",
            name="redis-polished-222",
            service="heroku-redis",
            plan="premium-0",
            app_id=FRONTEND,
            state="provisioned",
            monthly_cents=1500,
            billed_to="team acme",
            key_value=KeyValue(
                version="7.2",
                plan="premium-0",
                connections=3,
                connection_limit=40,
                tls=True,
                settings={"maxmemory_policy": "noeviction", "timeout": "300"},
            ),
        ),
        AddOn(
            id="addon-kafka",
            name="kafka-shaped-33",
            service="heroku-kafka",
            plan="basic-0",
            app_id=FRONTEND,
            state="provisioning",
            contract=True,
            kafka=Kafka(
                version="3.7",
                topics=(KafkaTopic(name="orders", partitions=8, replication=3, retention_ms=86_400_000),),
                consumer_groups=("billing",),
            ),
        ),
    )


def _database(add_on: AddOn) -> AddOn:
    store = Postgres(
        version="16.4",
        plan="essential-1",
        bytes=312_000_000,
        tables=30,
        connections=4,
        connection_limit=20,
        followers=("HEROKU_POSTGRESQL_GREEN",),
        credentials=(PostgresCredential(name="default", state="active"), PostgresCredential(name="reports")),
        schedules=(BackupSchedule(name="DATABASE_URL", hour=2, timezone="Europe/London", retain_weeks=1),),
        backups=(Backup(name="a007", finished_at="2026-11-29T02:03:00Z", succeeded=True, bytes=80_000_000),),
        maintenance=Maintenance(window="Mondays 14:00 to 18:00 UTC", status="none"),
        told={"Data Encryption": "In Use"},
    )
    return replace(add_on, postgres=store, billed_to="team acme", created_at="2023-02-01T09:05:00Z")


def rich_system() -> System:
    """Three apps in and out of a pipeline, with people, a space, data services, gaps of many kinds."""
    plain = example_system(jobs_known=False)
    backend, frontend, emailer = plain.apps
    frontend = replace(
        frontend, team="acme", space="acme-private", pipeline="acme-pipeline", pipeline_stage="staging"
    )
    frontend = replace(
        frontend,
        unread=("webhooks", "collaborators"),
        domains=(
            *frontend.domains,
            Domain(
                hostname="shop.acme.example",
                kind="custom",
                cname="floral-cobra.herokudns.com",
                acm_status="failing",
                acm_reason="CNAME points elsewhere",
            ),
        ),
    )
    emailer = replace(emailer, unread=("webhooks",), owner="ada@example.com", maintenance=True)
    return replace(
        plain,
        apps=(_backend(backend), frontend, emailer),
        add_ons=(_database(plain.add_ons[0]), *plain.add_ons[1:], *_stores()),
        gaps=(
            *plain.gaps,
            DEPLOY_GAP,
            _unread(frontend, "webhooks"),
            _unread(emailer, "webhooks"),
            _unread(frontend, "collaborators"),
        ),
        unread_apps=(
            UnreadApp(
                id="app-secret", name="acme-secret", why="It is of the team acme, and you have not joined it."
            ),
        ),
        teams=(
            Team(
                id="team-acme",
                name="acme",
                role="admin",
                members=(
                    Member(email="ada@example.com", role="admin", two_factor=True),
                    Member(email="grace@example.com", role="member", two_factor=False),
                ),
                invitations=(Invitation(email="lin@example.com", role="viewer"),),
            ),
            Team(id="team-other", name="other", role="collaborator", members=None),
        ),
        enterprises=(Enterprise(id="ent-1", name="acme-enterprise", permissions=("view",)),),
        spaces=(
            Space(
                id="space-1",
                name="acme-private",
                team="acme",
                region="frankfurt",
                state="allocated",
                cidr="10.0.0.0/16",
                outbound_ips=("203.0.113.7", "203.0.113.8"),
                inbound=(InboundRule(action="allow", source="0.0.0.0/0"),),
                peerings=(Peering(kind="vpn", with_what="office", status="active", cidrs=("10.9.0.0/16",)),),
            ),
        ),
        pipelines=(
            Pipeline(
                id="pipe-1",
                name="acme-pipeline",
                owner="team acme",
                repository="acme/backend",
                apps=(
                    PipelineApp(app_id=FRONTEND, app_name="migrate-frontend", stage="staging"),
                    PipelineApp(app_id=BACKEND, app_name="migrate-backend", stage="production"),
                    PipelineApp(app_id="app-secret", app_name="", stage="production"),
                ),
                review=ReviewApps(automatic=True, base_name="acme", destroy_stale=True, stale_days=5),
                review_apps=(ReviewApp(branch="new-login", status="created", pr_number=12),),
            ),
        ),
    )


def many_apps(count: int = 200, variables: int = 40, pipelines: int = 12) -> System:
    """So many apps, each with so many config vars, most of them in pipelines; each with a gap of its own."""
    rich = rich_system()
    model = rich.apps[0]
    apps, add_ons, gaps = [], [], []
    for number in range(count):
        name = f"acme-{('api', 'web', 'jobs', 'mail', 'search')[number % 5]}-{number:03d}"
        database = f"db-{number}"
        apps.append(
            replace(
                model,
                id=f"app-{number:03d}",
                name=name,
                pipeline=f"line-{number % (pipelines + 1):02d}" if number % (pipelines + 1) else None,
                pipeline_stage=("production", "staging", "development")[number % 3],
                attachments=(
                    replace(
                        model.attachments[0],
                        id=f"att-{number}",
                        add_on_id=database,
                        app_id=f"app-{number:03d}",
                    ),
                ),
                config=tuple(
                    replace(model.config[each % len(model.config)], name=f"SETTING_{each:02d}_{number % 7}")
                    for each in range(variables)
                ),
                unread=("webhooks",),
            )
        )
        add_ons.append(
            replace(rich.add_ons[0], id=database, name=f"postgresql-{number:03d}", app_id=f"app-{number:03d}")
        )
        gaps.append(_unread(apps[-1], "webhooks"))
    return replace(rich, apps=tuple(apps), add_ons=tuple(add_ons), gaps=tuple(gaps), pipelines=())
