"""The JSON of the Platform API v3 for what Heroku offers everybody: regions, stacks, generations."""

from providers.sandbox.heroku.shapes.apps import Json
from providers.sandbox.heroku.world.catalogue import GENERATIONS, REGIONS, STACKS
from providers.sandbox.heroku.world.ids import stable_id

_SINCE = "2015-01-01T00:00:00Z"


def region(name: str) -> Json:
    country, locale, provider, private = REGIONS[name]
    return {
        "country": country,
        "created_at": _SINCE,
        "description": f"{locale}, {country}",
        "id": stable_id("region", name),
        "locale": locale,
        "name": name,
        "private_capable": private,
        "provider": {"name": "amazon-web-services", "region": provider},
        "updated_at": _SINCE,
    }


def whole_stack(name: str) -> Json:
    state, default = STACKS[name]
    return {
        "created_at": _SINCE,
        "default": default,
        "id": stable_id("stack", name),
        "name": name,
        "state": state,
        "updated_at": _SINCE,
    }


def generation(name: str) -> Json:
    return {**GENERATIONS[name], "created_at": _SINCE, "updated_at": _SINCE}
