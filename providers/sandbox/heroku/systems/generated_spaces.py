"""Private Spaces of made-up systems."""

import random

from providers.sandbox.heroku.world.ids import stable_id
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
