"""A small described Heroku with one of everything that other people's clients show."""

import random
import tomllib

from providers.sandbox.heroku.world.building import (
    add_add_on,
    add_app,
    add_domain,
    add_process,
    add_release,
    add_review_app,
    attach,
    commit_named,
    new_world,
)
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import stores_from
from providers.sandbox.heroku.world.world import (
    AddOn,
    App,
    Collaborator,
    Drain,
    Dyno,
    Invitation,
    Job,
    Member,
    Pipeline,
    ReviewConfig,
    Team,
    Webhook,
    World,
)

API, WEB, STAGING, REVIEW = "shop-api", "shop-web", "shop-api-staging", "shop-pr-7"

STORES = """
[postgres.postgresql-main]
version = "16.9"
bytes = 3_221_225_472
tables = 141
connections = 37
pooling = true
region = "eu"
upgradable = ["postgis", "pg_partman"]
links = [{name = "remote-sales", remote = "postgresql-fork"}]
settings = {log_statement = "all", log_min_duration_statement = 500}
credentials = [{name = "default"}, {name = "analyst"}, {name = "old", state = "revoking"}]
schedules = [{hour = 3, timezone = "Europe/Berlin", retain_weeks = 8, retain_months = 12}]
transfers = [
  {kind = "backup", at = "2026-11-01 02:00:11 +0000", bytes = 812_000_123, scheduled = true},
  {kind = "backup", at = "2026-11-02 02:00:09 +0000", bytes = 812_100_456, scheduled = true, purged = true},
  {kind = "backup", at = "2026-11-03 09:12:44 +0000", bytes = 4_096, succeeded = false},
  {kind = "copy", at = "2026-11-04 10:00:00 +0000", bytes = 812_200_000, other = "postgresql-fork"},
  {kind = "restore", at = "2026-11-05 11:30:00 +0000", bytes = 700_000_000, other = "BACKUP"},
  {kind = "backup", at = "2026-11-06 12:00:00 +0000", bytes = 10_000, canceled = true},
]
[postgres.postgresql-main.maintenance]
status = "pending"
window = "Sundays 03:00 to 07:00 UTC"
required_by = "2026-12-20 00:00:00 +0000"
scheduled_for = "2026-12-13 03:00:00 +0000"
reason = "routine_maintenance"
method = "changeover"

[postgres.postgresql-follower]
version = "16.9"
bytes = 3_221_225_472
tables = 141
following = "postgresql-main"
behind_by = "2 commits"

[postgres.postgresql-fork]
version = "15.13"
forked_from = "postgresql-main"
rollback_from = ""
continuous_protection = false
waiting = true
message = "preparing (2/5)"

[postgres.postgresql-private]
customer_key = "arn:aws:kms:eu-central-1:123456789012:key/0000"
mutual_tls = true
restricted_credentials = 1
infrastructure = "Upgrade available"
warning = "The database is close to its limit of connections."

[postgres.postgresql-staging]
version = "15.13"
schedules = [{hour = 5}]

[postgres.postgresql-advanced]
version = "17.6"
bytes = 64_424_509_440

[key_value.redis-sessions]
version = "7.2.4"
connections = 12
settings = {maxmemory_policy = "allkeys-lru", timeout = 60, notify_keyspace_events = "Ex"}
maintenance = {status = "completed", completed_at = "2026-10-01 04:00:00 +0000", reason = "upgrade"}

[kafka.kafka-events]
topics = [
  {name = "orders", partitions = 24, bytes = 1_000_000, retention_ms = 604_800_000},
  {name = "customers", retention_ms = 86_400_000, compaction = true},
]
consumer_groups = ["billing", "search"]
"""


def shop() -> World:
    """Four apps, a pipeline with a review app, a team, every family of data service."""
    world = new_world()
    dice = random.Random(11)
    team = Team(
        stable_id("team", "acme"),
        "acme",
        members=[Member("robin@acme.example", "admin"), Member("kim@acme.example")],
        invitations=[Invitation("newcomer@acme.example", "member", "robin@acme.example")],
        features=("team-invite-acceptance",),
    )
    world.teams[team.id] = team
    api, web = add_app(world, API), add_app(world, WEB, region="eu")
    staging, review = add_app(world, STAGING, team=team), add_app(world, REVIEW)
    for app, size in ((api, "Standard-2X"), (web, "Standard-1X"), (staging, "Basic"), (review, "Basic")):
        app.buildpacks = ("heroku/nodejs", "heroku/python") if app is api else ("heroku/nodejs",)
        add_process(app, "web", "node server.js", 2 if app is api else 1, size)
        add_process(app, "release", "node migrate.js", 0, size)
        app.config.update({"LOG_LEVEL": "info", "SESSION_SECRET": f"{dice.getrandbits(160):040x}"})
    add_process(api, "worker", "node worker.js", 1, "Standard-1X")
    add_process(api, "clock", "node clock.js", 0, "Standard-1X")
    api.config.update({"EMPTY": "", "MULTILINE": "first\nsecond", "WEB_URL": web.web_url})
    web.config["API_URL"] = api.web_url.rstrip("/")
    _data(world, api, staging, web, dice)
    _about(world, api, web)
    _pipeline(world, api, staging, review)
    for app in world.apps.values():
        for number in range(20 if app is api else 2):
            commit = commit_named(app.id, str(number)) if number % 3 == 1 else None
            at = f"2026-11-{number + 1:02d}T09:30:00Z"
            add_release(
                app, f"Deploy {commit[:8]}" if commit else "Set LOG_LEVEL config vars", at=at, commit=commit
            )
        for line in app.processes.values():
            for number in range(1, line.quantity + 1):
                name = f"{line.type}.{number}"
                mark, version = stable_id("dyno", app.id, name), app.current_version
                app.dynos[name] = Dyno(
                    mark, name, line.type, line.command, line.size, version, "2026-11-29T10:00:00Z", "up"
                )
    world.stores = stores_from(tomllib.loads(STORES), lambda name: _id(world, name))
    return world


def _id(world: World, name: str) -> str:
    found = world.add_on(name)
    assert found is not None, name
    return found.id


def _url(dice: random.Random, kind: str = "postgres") -> str:
    host = f"ec2-{dice.randrange(256)}.eu-west-1.compute.amazonaws.example"
    secret, name = f"p{dice.getrandbits(256):064x}", f"{dice.getrandbits(52):013x}"
    if kind == "rediss":
        return f"rediss://:{secret}@{host}:14029"
    return f"postgres://u{name}:{secret}@{host}:5432/d{name}"


def _data(world: World, api: App, staging: App, web: App, dice: random.Random) -> None:
    url = _url(dice)
    main = add_add_on(
        world, api, "heroku-postgresql:standard-0", name="postgresql-main", values={"DATABASE_URL": url}
    )
    main.config_vars = ("DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL")
    attach(world, main, api, "HEROKU_POSTGRESQL_BLUE", {"HEROKU_POSTGRESQL_BLUE_URL": url})
    analyst = _url(dice).partition("@")[0] + "@" + url.partition("@")[2]
    attach(world, main, api, "ANALYST", {"ANALYST_URL": analyst}, namespace="credential:analyst")
    attach(world, main, web, "DATABASE", {"DATABASE_URL": url})

    def database(app: App, plan: str, name: str, called: str) -> AddOn:
        return add_add_on(
            world,
            app,
            f"heroku-postgresql:{plan}",
            name=name,
            attached_as=called,
            values={f"{called}_URL": _url(dice)},
        )

    database(api, "standard-0", "postgresql-follower", "HEROKU_POSTGRESQL_AMBER")
    database(api, "standard-0", "postgresql-fork", "HEROKU_POSTGRESQL_COBALT")
    database(api, "private-3", "postgresql-private", "HEROKU_POSTGRESQL_GREEN")
    database(api, "advanced", "postgresql-advanced", "HEROKU_POSTGRESQL_GOLD")
    database(staging, "essential-1", "postgresql-staging", "DATABASE")
    database(web, "mini", "postgresql-legacy", "HEROKU_POSTGRESQL_PINK")
    redis = {"REDIS_URL": _url(dice, "rediss")}
    add_add_on(world, api, "heroku-redis:premium-0", name="redis-sessions", values=redis)
    add_add_on(
        world, web, "heroku-redis:mini", name="redis-cache", values={"REDIS_URL": _url(dice, "rediss")}
    )
    kafka = {"KAFKA_URL": "kafka+ssl://broker-1.example:9096", "KAFKA_CLIENT_CERT_KEY": "a private key"}
    add_add_on(world, api, "heroku-kafka:standard-0", name="kafka-events", values=kafka)
    add_add_on(
        world, api, "papertrail:choklad", name="papertrail-1", values={"PAPERTRAIL_API_TOKEN": "t" * 20}
    )
    add_add_on(world, api, "scheduler:standard", name="scheduler-1")
    api.jobs["4711"] = Job("4711", "node nightly.js", 1440, 90, "Standard-1X", "2024-02-02T08:00:00Z")


def _about(world: World, api: App, web: App) -> None:
    papertrail = world.add_on("papertrail-1")
    assert papertrail is not None
    api.drains += [
        Drain(stable_id("drain", "1"), "syslog+tls://logs.example:514", "d.1", papertrail.id),
        Drain(stable_id("drain", "2"), "https://user:secret@drain.example/in", "d.2"),
    ]
    host = "www.shop.example"
    add_domain(web, host, "polar-1.herokudns.com", "cert issued", certificate="tyrannosaurus-1")
    add_domain(web, "*.shop.example", "polar-2.herokudns.com")
    api.webhooks += [
        Webhook(stable_id("hook", "1"), "https://hooks.example/a", ("api:release",)),
        Webhook(stable_id("hook", "2"), "https://hooks.example/b", ("api:build", "dyno"), level="sync"),
    ]
    api.collaborators += [Collaborator("kim@acme.example"), Collaborator("lou@acme.example")]
    api.features = ("runtime-dyno-metadata", "preboot")
    world.account_features = ("dashboard-repositories-api",)


def _pipeline(world: World, api: App, staging: App, review: App) -> None:
    pipeline = Pipeline(stable_id("pipeline", "shop"), "shop", repository="acme/shop", review=ReviewConfig())
    world.pipelines[pipeline.id] = pipeline
    world.couplings[api.id] = (pipeline.id, "production")
    world.couplings[staging.id] = (pipeline.id, "staging")
    add_review_app(world, pipeline, review, "feature/seven", 7)
