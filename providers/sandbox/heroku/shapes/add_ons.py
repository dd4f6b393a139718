"""The JSON of the Platform API v3 for add-ons, their services and plans, and attachments."""

from providers.sandbox.heroku.shapes.apps import Json
from providers.sandbox.heroku.world.catalogue import CEDAR, FIR, PLANS, SERVICES
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import AddOn, Attachment, World

_PAGE = "https://addons-sso.heroku.com/apps/{app}/addons/{id}"


def _app(world: World, app_id: str) -> Json:
    return {"id": app_id, "name": world.named(app_id)}


def add_on(world: World, one: AddOn, *, expand: tuple[str, ...] = ()) -> Json:
    """`expand` names nested objects that `3.sdk` shows whole: "addon_service", "plan"."""
    owner = world.apps.get(one.app_id)
    team = world.teams.get((owner and owner.team_id) or "")
    paying: Json = {**_app(world, one.app_id), "type": "app"}
    if one.billed_to_team and team:
        paying = {"id": team.id, "name": team.name, "type": "team"}
    return {
        "actions": [],
        "addon_service": service(one.service)
        if "addon_service" in expand
        else {"id": stable_id("service", one.service), "name": one.service},
        "app": _app(world, one.app_id),
        "billed_price": price_of(one),
        "billing_entity": paying,
        "config_vars": list(one.config_vars),
        "created_at": one.created_at,
        "id": one.id,
        "name": one.name,
        "plan": plan(one.plan, contract=one.contract)
        if "plan" in expand
        else {"id": stable_id("plan", one.plan), "name": one.plan},
        "provider_id": one.id[:8],
        "provision_message": one.provision_message,
        "state": one.state,
        "updated_at": one.created_at,
        "web_url": _PAGE.format(app=one.app_id, id=one.id) if one.web_url == "" else one.web_url,
    }


def price_of(one: AddOn) -> Json | None:
    """What is billed; None where Heroku says nothing. A price by contract is said to be 0 cents."""
    if one.cents is None:
        return None
    return {"cents": 0 if one.contract else one.cents, "contract": one.contract, "unit": "month"}


def plan(name: str, *, contract: bool = False) -> Json:
    service_name, _, short = name.partition(":")
    title, human, cents = PLANS.get(name, (service_name, short, 0))
    private = short.startswith(("private", "shield"))
    plans = list(SERVICES[service_name].plans) if service_name in SERVICES else []
    return {
        "addon_service": {"id": stable_id("service", service_name), "name": service_name},
        "compliance": ["HIPAA"] if short.startswith("shield") else None,
        "created_at": "2015-01-01T00:00:00Z",
        "default": plans[:1] == [short],
        "description": f"{title} {human}",
        "human_name": human,
        "id": stable_id("plan", name),
        "installable_inside_private_network": private,
        "installable_outside_private_network": not private,
        "name": name,
        "price": {"cents": 0 if contract else cents, "contract": contract, "unit": "month"},
        "space_default": False,
        "state": "ga",
        "updated_at": "2025-01-01T00:00:00Z",
        "visible": short != "mini" or service_name != "heroku-postgresql",
    }


def service(name: str) -> Json:
    known = SERVICES.get(name)
    return {
        "cli_plugin_name": known.cli_plugin if known else None,
        "created_at": "2015-01-01T00:00:00Z",
        "human_name": known.title if known else name.title(),
        "id": stable_id("service", name),
        "name": name,
        "state": "ga",
        "supported_generations": [CEDAR, FIR] if name.startswith("heroku-") else [CEDAR],
        "supports_multiple_installations": True,
        "supports_sharing": known.sharing if known else True,
        "updated_at": "2025-01-01T00:00:00Z",
    }


def attachment(world: World, one: Attachment, *, include: tuple[str, ...] = ()) -> Json:
    """`include` names what `3.sdk` adds: "addon:plan", "config_vars"."""
    what = world.add_ons[one.add_on_id]
    shown: Json = {
        "addon": {"id": what.id, "name": what.name, "app": _app(world, what.app_id)},
        "app": _app(world, one.app_id),
        "created_at": one.created_at,
        "id": one.id,
        "log_input_url": one.log_input_url,
        "name": one.name,
        "namespace": one.namespace,
        "updated_at": one.created_at,
        "web_url": _PAGE.format(app=one.app_id, id=what.id) if what.web_url == "" else what.web_url,
    }
    if "addon:plan" in include:
        shown["addon"]["plan"] = {"id": stable_id("plan", what.plan), "name": what.plan}
    if "config_vars" in include:
        shown["config_vars"] = list(one.config_vars)
    return shown
