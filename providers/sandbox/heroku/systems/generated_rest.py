"""Private Spaces and data services of made-up systems."""

import random

from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import (
    GB,
    KAFKA,
    KEY_VALUE,
    POSTGRES,
    KafkaStore,
    KeyValueStore,
    PastTransfer,
    PostgresStore,
    StoreCredential,
    StoreSchedule,
    StoreTopic,
    plan_of,
)
from providers.sandbox.heroku.world.world import App, Drain, InboundRule, Peering, Space, World

_SIZES = {"cedar": ("Private-S", "Private-M"), "fir": ("dyno-1c-0.5gb", "dyno-2c-8gb")}


def make_spaces(dice: random.Random, world: World, count: int) -> None:
    """Make spaces, and move apps of their teams into them before anything is released there."""
    teams = list(world.teams.values())
    for number in range(count):
        team = teams[number % len(teams)]
        name = f"{team.name.removesuffix('-team')}-space-{number}"
        generation = "fir" if number % 3 == 2 else "cedar"
        space = Space(
            stable_id("space", name),
            name,
            team.id,
            region=dice.choice(("virginia", "frankfurt", "oregon")),
            shield=number % 4 == 3,
            generation=generation,
            cidr=f"10.{number * 2 % 256}.0.0/16",
            data_cidr=f"10.{(number * 2 + 1) % 256}.0.0/16",
            rules=[InboundRule(f"203.0.113.{number % 250}/32")],
            members=tuple(member.email for member in team.members[:3]),
        )
        if dice.random() < 0.5:
            space.peerings.append(Peering(f"pcx-{stable_id('pcx', name)[:8]}", ("172.16.0.0/16",)))
        if dice.random() < 0.5:
            mark = stable_id("space-drain", name)
            space.drain = Drain(mark, f"syslog+tls://logs{number}.acme.example:6514", f"d.{mark}")
        world.spaces[space.id] = space
        mine = [one for one in world.apps.values() if one.team_id == team.id and one.space_id is None]
        for app in mine[: max(1, len(mine) // 4)]:
            _move(app, space)


def _move(app: App, space: Space) -> None:
    app.space_id, app.region, app.generation = space.id, space.region, space.generation
    app.internal_routing = False if space.generation == "cedar" else None
    if space.generation == "fir":
        app.stack = "cnb"
    for line in app.processes.values():
        line.image = None if app.stack != "container" else line.image
        line.size = _SIZES[space.generation][0 if line.type != "web" else 1]


def make_stores(dice: random.Random, world: World) -> None:
    """Give every data service some use: most databases are small, a few nearly fill their plan."""
    for one in world.add_ons.values():
        if one.service == POSTGRES:
            plan = plan_of(one.plan)
            store = PostgresStore(
                version=dice.choice(("15.14", "16.9", "17.6", "17.6")),
                bytes=int(plan.storage_bytes * dice.choice((0.001, 0.01, 0.02, 0.2, 0.9))),
                tables=dice.randint(3, 240),
                connections=dice.randint(1, max(1, plan.connections // 3)),
            )
            if plan.family == "classic":
                store.credentials = [
                    StoreCredential(name=name) for name in ("default", "readonly")[: dice.randint(1, 2)]
                ]
            if dice.random() < 0.4:
                store.schedules = [StoreSchedule(hour=dice.randint(0, 23), retain_weeks=dice.randint(1, 4))]
                store.transfers = [PastTransfer(bytes=store.bytes // 5, scheduled=True)]
            world.stores.postgres[one.id] = store
        elif one.service == KEY_VALUE:
            world.stores.key_value[one.id] = KeyValueStore(connections=dice.randint(1, 18))
        elif one.service == KAFKA:
            topics = [
                StoreTopic(name=f"{name}-{dice.randint(1, 99)}", bytes=dice.randint(0, GB))
                for name in ("orders", "mails", "events")
            ]
            world.stores.kafka[one.id] = KafkaStore(topics=topics, consumer_groups=["main"])
