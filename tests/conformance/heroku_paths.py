"""Routes of the sandbox's Heroku with everything put into them that stands in a world."""

import re
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

from providers.sandbox.heroku.running.platform import Platform
from providers.sandbox.heroku.shapes.apps import user_id
from providers.sandbox.heroku.shapes.delivery import builds_of
from providers.sandbox.heroku.world.catalogue import GENERATIONS, REGIONS, STACKS
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import World

Got = dict[str, str]

VALUES: dict[str, Callable[[World, Got], list[str]]] = {
    "app": lambda w, _: [one.id for one in w.apps.values() if w.is_open(one.id)],
    "type": lambda w, got: list(w.apps[got["app"]].processes),
    "release": lambda w, got: [one.id for one in w.apps[got["app"]].releases],
    "slug": lambda w, got: list(w.apps[got["app"]].slugs),
    "image": lambda w, got: list(w.apps[got["app"]].images),
    "build": lambda w, got: [one.id for one in builds_of(w, w.apps[got["app"]])],
    "dyno": lambda w, got: [one.name for one in Platform(w, imagined=True).dynos_of(w.apps[got["app"]])],
    "collaborator": lambda w, got: [one.email for one in w.apps[got["app"]].collaborators],
    "domain": lambda w, got: [one.hostname for one in w.apps[got["app"]].domains],
    "endpoint": lambda w, got: [one.id for one in w.apps[got["app"]].certificates],
    "webhook": lambda w, got: [one.id for one in w.apps[got["app"]].webhooks],
    "drain": lambda w, got: [
        one.id for one in (w.apps[got["app"]].drains if "app" in got else _all_telemetry(w))
    ],
    "attachment": lambda w, got: [
        one.id
        for one in w.attachments.values()
        if w.is_open(one.app_id) and got.get("app") in (None, one.app_id)
    ],
    "addon": lambda w, got: [
        one.id for one in w.add_ons.values() if w.is_open(one.app_id) and got.get("app") in (None, one.app_id)
    ],
    "namespace": lambda w, got: [one.namespace for one in w.attached(got["addon"]) if one.namespace],
    "feature": lambda w, got: ["runtime-dyno-metadata"] if "app" in got else ["manual-approval", "pipelines"],
    "service": lambda w, _: sorted({one.service for one in w.add_ons.values()}),
    "plan": lambda w, got: sorted(
        {one.plan for one in w.add_ons.values() if one.plan.startswith(got.get("service", ""))}
    ),
    "pipeline": lambda w, _: list(w.pipelines),
    "stage": lambda w, _: ["test", "review"],
    "promotion": lambda w, _: [one.id for line in w.pipelines.values() for one in line.promotions],
    "review": lambda w, _: [one.id for line in w.pipelines.values() for one in line.review_apps],
    "coupling": lambda w, _: [stable_id("coupling", app_id) for app_id in w.couplings],
    "team": lambda w, _: list(w.teams),
    "member": lambda w, got: [one.email for one in w.teams[got["team"]].members],
    "enterprise": lambda w, _: list(w.enterprises),
    "space": lambda w, _: list(w.spaces),
    "ruleset": lambda w, got: [stable_id("ruleset", got["space"])],
    "peering": lambda w, got: [one.pcx_id for one in w.spaces[got["space"]].peerings],
    "vpn": lambda w, got: [one.id for one in w.spaces[got["space"]].vpns],
    "user": lambda w, got: (
        [user_id(w, email) for email in w.spaces[got["space"]].members] if "space" in got else ["~"]
    ),
    "key": lambda w, _: [stable_id("key", one.email, one.comment) for one in w.keys],
    "size": lambda w, _: ["Eco", "dyno-2c-8gb", "Private-S"],
    "region": lambda w, _: list(REGIONS),
    "stack": lambda w, _: list(STACKS),
    "generation": lambda w, _: list(GENERATIONS),
}
"""What there is to put into a route, by variable; what was put in before it decides."""


def _all_telemetry(world: World) -> list[Any]:
    of_apps = [one for app in world.apps.values() for one in app.telemetry]
    return of_apps + [one for space in world.spaces.values() for one in space.telemetry]


def paths(route: str, world: World) -> Iterator[str]:
    """The route with everything that is there put into it, one after the other."""

    def fill(names: list[str], got: Got) -> Iterator[Got]:
        if not names:
            yield got
            return
        for value in VALUES[names[0]](world, got):
            yield from fill(names[1:], {**got, names[0]: value})

    for got in fill(re.findall(r"\{(\w+)\}", route), {}):
        yield route.format(**{name: urllib.parse.quote(value, safe="~@") for name, value in got.items()})
