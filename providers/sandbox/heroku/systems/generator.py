"""Systems made up by the hundred apps: realistic in names, numbers and what points at what; the same for the
same seed."""

import itertools
import random
from dataclasses import dataclass

from providers.sandbox.heroku.systems.generated_spaces import make_spaces
from providers.sandbox.heroku.systems.generated_stores import fill_stores
from providers.sandbox.heroku.systems.generated_words import (
    ADD_ON_MIX,
    COMMON_NAMES,
    DOMAINS,
    LANGUAGES,
    PARTS,
    PEOPLE,
    PRODUCTS,
    VAR_STEMS,
    VAR_TAILS,
)
from providers.sandbox.heroku.world.building import (
    add_add_on,
    add_app,
    add_domain,
    add_process,
    add_release,
    add_review_app,
    attach,
    commit_named,
    default_values,
    new_world,
)
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import (
    AddOn,
    App,
    Collaborator,
    Drain,
    GitHubLink,
    Invitation,
    Job,
    Member,
    Monitor,
    Pipeline,
    ReviewConfig,
    Team,
    Webhook,
    World,
)

_STAGES = ("production", "staging", "development")
_DAYS = tuple(f"2026-{month:02d}-{day:02d}" for month in range(3, 12) for day in range(1, 29))


@dataclass
class _Making:
    """What is being made: the dice, the world, and what is still to be spent."""

    dice: random.Random
    world: World
    canary: str

    def secret(self, size: int = 40) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self.dice.choices(letters, k=size)) + self.canary

    def chance(self, of: float) -> bool:
        return self.dice.random() < of


def generated(
    *,
    seed: int = 1,
    apps: int = 200,
    pipelines: int = 12,
    teams: int = 4,
    add_ons: int = 600,
    config_vars: int = 8_000,
    releases: int = 12,
    review_apps: int | None = None,
    spaces: int = 0,
    unjoined: int = 0,
    canary: str = "",
) -> World:
    """Make a world with exactly so many apps, pipelines, teams, add-ons and config vars.

    Pipelines hold apps of several stages and review apps; staging shares the production's database here and
    there; apps hold each other's addresses, some in circles.

    Args:
        config_vars: of all apps together, those of add-ons among them; there are more if add-ons set more.
        releases: of each app, the most.
        review_apps: how many of the apps are review apps; a tenth if None.
        spaces: Private Spaces, every third of Fir, each with some of the apps in it; they belong to teams.
        unjoined: how many of the teams' apps the account has not joined.
        canary: a word to put into every secret.

    Raises:
        ValueError: a number is negative, or something is wanted without what it belongs to.
    """
    if min(apps, pipelines, teams, add_ons, config_vars, releases, spaces, unjoined) < 0:
        raise ValueError("A system cannot have a negative number of anything.")
    if spaces and not teams:
        raise ValueError("Spaces belong to teams, and there are to be none.")
    if not apps and (add_ons or config_vars):
        raise ValueError("Add-ons and config vars belong to apps, and there are to be none.")
    making = _Making(random.Random(seed), new_world(), canary)
    _people(making, teams)
    _lines(making, pipelines)
    reviews = min(apps if review_apps is None else review_apps, apps // 10 if review_apps is None else apps)
    made = _apps(making, apps, reviews)
    make_spaces(making.dice, making.world, spaces)
    _spread_add_ons(making, made, add_ons)
    _config(making, made, config_vars)
    for app in made:
        _dress(making, app)
        _history(making, app, releases)
    for app in [app for app in made if app.team_id][:unjoined]:
        app.joined, app.locked = False, making.chance(0.3)
    fill_stores(making.world, making.dice)
    return making.world


def _people(making: _Making, teams: int) -> None:
    for number in range(teams):
        name = f"{PRODUCTS[number % len(PRODUCTS)]}-team" + (f"-{number}" if number >= len(PRODUCTS) else "")
        team = Team(stable_id("team", name), name, default=number == 0)
        count = making.dice.randint(2, min(len(PEOPLE), 9))
        team.members = [
            Member(f"{person}@acme.example", "admin" if place == 0 else "member", making.chance(0.8))
            for place, person in enumerate(making.dice.sample(PEOPLE, count))
        ]
        if making.chance(0.5):
            team.invitations = [Invitation("newcomer@acme.example", "member", team.members[0].email)]
        making.world.teams[team.id] = team


def _lines(making: _Making, pipelines: int) -> None:
    for number in range(pipelines):
        name = PRODUCTS[number % len(PRODUCTS)] + (f"-{number}" if number >= len(PRODUCTS) else "")
        pipeline = Pipeline(stable_id("pipeline", name), name, repository=f"acme/{name}")
        if making.world.teams:
            pipeline.team_id = list(making.world.teams)[number % len(making.world.teams)]
        pipeline.review = ReviewConfig(automatic=making.chance(0.7), base_name=name)
        pipeline.stage_config = {"review": {"REVIEW": "1"}, "test": {"CI": "true"}}
        making.world.pipelines[pipeline.id] = pipeline


def _apps(making: _Making, count: int, reviews: int) -> list[App]:
    """Apps by product, part and stage: shop-api-production, shop-api-staging ...; review apps last."""
    world = making.world
    lines = list(world.pipelines.values())
    teams = list(world.teams.values())
    made: list[App] = []
    round_ = 0
    while len(made) < count - reviews:
        line = lines[round_ % len(lines)] if lines else None
        part = PARTS[(round_ // max(1, len(lines))) % len(PARTS)]
        again = round_ // (max(1, len(lines)) * len(PARTS))
        base = f"{(line.name if line else 'acme')[:12]}-{part}" + (f"{again}" if again else "")
        team = next((one for one in teams if line and one.id == line.team_id), None)
        for stage in _STAGES[: making.dice.choice((1, 2, 2, 3))]:
            if len(made) == count - reviews:
                break
            app = _app(making, f"{base}-{stage}"[:30].rstrip("-"), part, stage, team)
            if line:
                world.couplings[app.id] = (line.id, stage)
            made.append(app)
        round_ += 1
    for number in range(reviews):
        line = lines[number % len(lines)] if lines else None
        name = f"{(line.name if line else 'acme')[:16]}-pr-{100 + number}"
        team = next((one for one in teams if line and one.id == line.team_id), None)
        app = _app(making, name, "web", "review", team)
        if line:
            add_review_app(world, line, app, f"feature/{number}", 100 + number)
        made.append(app)
    return made


def _app(making: _Making, name: str, part: str, stage: str, team: Team | None) -> App:
    dice = making.dice
    language, stack, commands = dice.choice(LANGUAGES)
    app = add_app(making.world, name, team=team, region=dice.choice(("us", "us", "eu")), stack=stack)
    app.buildpacks = (f"heroku/{language}",) if stack != "container" else ()
    size = {"production": "Standard-2X", "staging": "Standard-1X"}.get(stage, "Basic")
    if stage == "production" and making.chance(0.15):
        size = "Performance-M"
    if part not in ("worker", "jobs"):
        add_process(app, "web", commands["web"], dice.randint(1, 4) if stage == "production" else 1, size)
    if part in ("api", "worker", "core", "jobs") or making.chance(0.3):
        add_process(app, "worker", commands["worker"], dice.choice((0, 1, 2)), size)
    if making.chance(0.4):
        add_process(app, "release", commands["release"], 0, size)
    return app


def _spread_add_ons(making: _Making, apps: list[App], count: int) -> None:
    """First a database for most, then what else the dice say; a staging app may share another's."""
    dice, world = making.dice, making.world
    databases: list[tuple[AddOn, App]] = []
    names: set[str] = set()
    mix = [plan for plan, weight in ADD_ON_MIX for _ in range(weight)]
    for number in range(count):
        app = apps[number % len(apps)]
        plan = dice.choice(mix) if number >= len(apps) else _database(app)
        service = plan.partition(":")[0]
        name = f"{service.removeprefix('heroku-')}-{dice.choice(COMMON_NAMES)}-{10_000 + number}"
        taken = {one.name for one in world.attachments.values() if one.app_id == app.id} if number else set()
        values = default_values(service, making.secret())
        called = ""
        if service == "heroku-postgresql" and "DATABASE" in taken:
            called = f"HEROKU_POSTGRESQL_{dice.choice(COMMON_NAMES).upper()}_{number}"
            values = {f"{called}_URL": values["DATABASE_URL"]}
        elif values.keys() & app.config.keys() or not values:
            called = f"{service.removeprefix('heroku-').replace('-', '_').upper()}_{number}"
            values = {f"{called}_URL": next(iter(values.values()))} if values else {}
        add_on = add_add_on(world, app, plan, name=name, attached_as=called, values=values)
        names.add(name)
        if service == "scheduler":
            _jobs(making, app)
        if service == "papertrail":
            host = f"syslog+tls://logs{dice.randint(1, 9)}.papertrail.example:{dice.randint(10_000, 60_000)}"
            app.drains.append(
                Drain(stable_id("drain", add_on.id), host, f"d.{stable_id(add_on.id)}", add_on.id)
            )
        if service == "heroku-postgresql":
            databases.append((add_on, app))
    for app in apps:
        if databases and making.chance(0.12):
            add_on, owner = dice.choice(databases)
            if owner is not app and "SHARED_DATABASE_URL" not in app.config:
                value = next(iter(owner.config[name] for name in add_on.config_vars))
                attach(world, add_on, app, "SHARED_DATABASE", {"SHARED_DATABASE_URL": value})


def _database(app: App) -> str:
    if app.name.endswith("production"):
        return "heroku-postgresql:standard-0"
    return (
        "heroku-postgresql:essential-1" if app.name.endswith("staging") else "heroku-postgresql:essential-0"
    )


def _jobs(making: _Making, app: App) -> None:
    if app.jobs:
        return
    for _ in range(making.dice.randint(1, 3)):
        mark = str(800_000 + making.dice.randrange(199_999))
        every, at = making.dice.choice(((10, 0), (60, 20), (1440, 90), (1440, 420)))
        app.jobs[mark] = Job(mark, "bin/nightly --all", every, at, "Standard-1X", "2024-02-02T08:00:00Z")


def _config(making: _Making, apps: list[App], count: int) -> None:
    """Fill config vars up to `count` in all: addresses of other apps first, then settings and secrets."""
    dice = making.dice
    for app, other in _references(making, apps):
        part = other.name.split("-")[1] if "-" in other.name else "peer"
        name = f"{part}_URL".upper()
        if name not in app.config:
            host = other.web_url.removeprefix("https://").rstrip("/")
            app.config[name] = other.web_url.rstrip("/") if making.chance(0.8) else host
    room = count - sum(len(app.config) for app in apps)
    number = 0
    while room > 0:
        app = apps[number % len(apps)]
        stem, tail = dice.choice(VAR_STEMS), dice.choice(VAR_TAILS)
        name = f"{stem}_{tail}"
        if name in app.config:
            name = f"{stem}_{number // len(apps)}_{tail}"
        if name not in app.config:
            app.config[name] = _value(making, tail, stem)
            room -= 1
        number += 1


def _references(making: _Making, apps: list[App]) -> list[tuple[App, App]]:
    """Who holds whose address: each part its product's next one of the same stage, some both ways, and some
    that of an older product. So there are circles, but small ones."""
    groups: dict[tuple[str, str], list[App]] = {}
    for app in apps:
        groups.setdefault(making.world.couplings.get(app.id, ("", "")), []).append(app)
    found: list[tuple[App, App]] = []
    before: list[App] = []
    for group in groups.values():
        for one, other in itertools.pairwise(group):
            found.append((one, other))
            if making.chance(0.3):
                found.append((other, one))
        found += [(app, making.dice.choice(before)) for app in group if before and making.chance(0.3)]
        before += group
    return found


def _value(making: _Making, tail: str, stem: str) -> str:
    dice = making.dice
    if tail in ("KEY", "SECRET", "TOKEN", "PASSWORD"):
        return making.secret(32)
    if tail == "URL":
        return f"https://{stem.lower().replace('_', '-')}.{dice.choice(DOMAINS)}/v{dice.randint(1, 3)}"
    if tail == "ENABLED":
        return dice.choice(("true", "false", ""))
    if tail in ("TIMEOUT", "LIMIT", "POOL"):
        return str(dice.randint(1, 600))
    return f"{stem.lower()}-{dice.choice(COMMON_NAMES)}"


def _dress(making: _Making, app: App) -> None:
    """What only some apps have: domains, certificates, hooks, people, autoscaling, GitHub."""
    dice, world = making.dice, making.world
    coupled = world.couplings.get(app.id)
    if coupled and coupled[1] == "production" and "web" in app.processes:
        host = f"{app.name.removesuffix('-production')}.{dice.choice(DOMAINS)}"
        issued = making.chance(0.9)
        add_domain(
            app,
            host,
            f"{dice.choice(COMMON_NAMES)}-{dice.choice(COMMON_NAMES)}-{dice.randint(1, 9999)}.herokudns.com",
            "cert issued" if issued else "failing",
            acm_reason=None if issued else "DNS verification failed",
            certificate=f"tyrannosaurus-{dice.randint(1, 99_999)}" if issued else "",
            managed=True,
        )
        if making.chance(0.3):
            app.monitors.append(Monitor(stable_id("monitor", app.id), least=1, most=dice.randint(3, 9)))
    if making.chance(0.2):
        hook = f"https://hooks.{dice.choice(DOMAINS)}/heroku/{making.secret(16)}"
        app.webhooks.append(Webhook(stable_id("hook", app.id), hook, ("api:release", "api:build")))
    for person in dice.sample(PEOPLE, dice.randint(0, 3)):
        app.collaborators.append(
            Collaborator(f"{person}@acme.example", "member" if app.team_id else None, ("view", "deploy"))
        )
    if coupled and making.chance(0.6):
        repository = world.pipelines[coupled[0]].repository or "acme/app"
        branch = "main" if coupled[1] == "production" else "develop"
        app.github = GitHubLink(repository, branch, making.chance(0.6), making.chance(0.4))
    app.features = tuple(name for name in ("runtime-dyno-metadata", "preboot") if making.chance(0.2))
    app.maintenance = making.chance(0.02)


def _history(making: _Making, app: App, most: int) -> None:
    """Releases, oldest first; the last that brought code is at most a few back."""
    if most == 0:
        return
    count = making.dice.randint(min(3, most), most)
    days = sorted(making.dice.sample(_DAYS, count))
    for number, day in enumerate(days):
        at = f"{day}T{making.dice.randint(6, 20):02d}:{making.dice.randint(0, 59):02d}:00Z"
        user = f"{making.dice.choice(PEOPLE)}@acme.example"
        if number == 0 or making.chance(0.6):
            commit = commit_named(app.id, str(number))
            add_release(app, f"Deploy {commit[:8]}", at=at, commit=commit, user=user)
        else:
            name = next(iter(app.config), "LOG_LEVEL")
            add_release(app, f"Set {name} config vars", at=at, user=user)
