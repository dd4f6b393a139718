"""The JSON of the Platform API v3, every field of Heroku's published schema in it."""

from typing import Any

from providers.sandbox.heroku.catalogue import CEDAR, FEATURES, PLANS
from providers.sandbox.heroku.sizes import Size
from providers.sandbox.heroku.world import (
    AddOn,
    App,
    Attachment,
    Certificate,
    Domain,
    Drain,
    Dyno,
    Process,
    Telemetry,
    Webhook,
    World,
    stable_id,
)

Json = dict[str, Any]

_SCHEDULER_PAGE = "https://addons-sso.heroku.com/apps/{app}/addons/{id}"


def account(world: World) -> Json:
    return {
        "allow_tracking": True,
        "beta": False,
        "country_of_residence": "Germany",
        "created_at": "2021-02-03T10:11:12Z",
        "default_organization": None,
        "default_team": None,
        "delinquent_at": None,
        "email": world.email,
        "federated": False,
        "id": world.account_id,
        "identity_provider": None,
        "last_login": "2026-01-12T07:30:00Z",
        "name": "Robin Example",
        "sms_number": None,
        "suspended_at": None,
        "two_factor_authentication": True,
        "updated_at": "2026-01-12T07:30:00Z",
        "verified": True,
    }


def app(world: World, one: App) -> Json:
    team = world.teams.get(one.team_id or "")
    slug = one.release and one.slugs.get(one.release.slug_id or "")
    return {
        "acm": any(domain.acm_status for domain in one.domains),
        "archived_at": None,
        "build_stack": stack(one.stack),
        "buildpack_provided_description": "Python" if one.slugs else None,
        "created_at": one.created_at,
        "generation": CEDAR,
        "git_url": f"https://git.heroku.com/{one.name}.git",
        "id": one.id,
        "internal_routing": None,
        "maintenance": one.maintenance,
        "name": one.name,
        "organization": team and {"id": team.id, "name": team.name},
        "owner": {"email": world.email, "id": world.account_id},
        "region": {"id": stable_id("region", one.region), "name": one.region},
        "released_at": one.release.created_at if one.release else None,
        "repo_size": None,
        "slug_size": slug.size if slug else None,
        "space": None,
        "stack": stack(one.stack),
        "team": team and {"id": team.id, "name": team.name},
        "updated_at": one.updated_at or one.created_at,
        "web_url": one.web_url,
    }


def team_app(world: World, one: App) -> Json:
    shown = app(world, one)
    del shown["acm"], shown["generation"], shown["organization"]
    return {**shown, "joined": one.joined, "locked": False}


def stack(name: str) -> Json:
    return {"id": stable_id("stack", name), "name": name}


def app_identity(one: App) -> Json:
    return {"id": one.id, "name": one.name}


def process(one: App, line: Process) -> Json:
    return {
        "app": app_identity(one),
        "command": line.command,
        "created_at": one.created_at,
        "dyno_size": {"id": stable_id("size", line.size), "name": line.size},
        "id": line.id,
        "quantity": line.quantity,
        "size": line.size,
        "type": line.type,
        "updated_at": one.updated_at or one.created_at,
    }


def size(one: Size) -> Json:
    return {
        "architecture": "amd64",
        "compute": one.compute,
        "cost": {"cents": one.cents, "unit": "month"},
        "dedicated": one.dedicated,
        "generation": CEDAR,
        "id": stable_id("size", one.name),
        "memory": one.memory,
        "name": one.name,
        "precise_dyno_units": one.units,
        "private_space_only": False,
    }


def dyno(one: App, what: Dyno) -> Json:
    release = next((release for release in one.releases if release.version == what.version), None)
    return {
        "app": app_identity(one),
        "attach_url": None,
        "command": what.command,
        "created_at": what.created_at,
        "id": what.id,
        "name": what.name,
        "release": {"id": release.id if release else one.id, "version": what.version},
        "size": what.size,
        "state": what.state,
        "type": what.type,
        "updated_at": what.created_at,
    }


def add_on(world: World, one: AddOn, *, expanded: bool = False) -> Json:
    owner = world.apps[one.app_id]
    price = {"cents": one.cents, "contract": False, "unit": "month"}
    return {
        "actions": [],
        "addon_service": {"id": stable_id("service", one.service), "name": one.service},
        "app": app_identity(owner),
        "billed_price": price,
        "billing_entity": {"id": owner.id, "name": owner.name, "type": "app"},
        "config_vars": list(one.config_vars),
        "created_at": one.created_at,
        "id": one.id,
        "name": one.name,
        "plan": plan(one.plan) if expanded else {"id": stable_id("plan", one.plan), "name": one.plan},
        "provider_id": one.id[:8],
        "provision_message": "",
        "state": one.state,
        "updated_at": one.created_at,
        "web_url": _SCHEDULER_PAGE.format(app=owner.id, id=one.id),
    }


def plan(name: str) -> Json:
    service = name.partition(":")[0]
    title, human, cents = PLANS.get(name, (service, name.partition(":")[2], 0))
    return {
        "addon_service": {"id": stable_id("service", service), "name": service},
        "compliance": None,
        "created_at": "2015-01-01T00:00:00Z",
        "default": False,
        "description": f"{title} {human}",
        "human_name": human,
        "id": stable_id("plan", name),
        "installable_inside_private_network": False,
        "installable_outside_private_network": True,
        "name": name,
        "price": {"cents": cents, "contract": False, "unit": "month"},
        "space_default": False,
        "state": "ga",
        "updated_at": "2025-01-01T00:00:00Z",
        "visible": True,
    }


def attachment(world: World, one: Attachment, *, included: bool = False) -> Json:
    what, here = world.add_ons[one.add_on_id], world.apps[one.app_id]
    shown: Json = {
        "addon": {"id": what.id, "name": what.name, "app": app_identity(world.apps[what.app_id])},
        "app": app_identity(here),
        "created_at": one.created_at,
        "id": one.id,
        "log_input_url": None,
        "name": one.name,
        "namespace": one.namespace,
        "updated_at": one.created_at,
        "web_url": _SCHEDULER_PAGE.format(app=here.id, id=what.id),
    }
    if included:
        shown["addon"]["plan"] = {"id": stable_id("plan", what.plan), "name": what.plan}
        shown["config_vars"] = list(one.config_vars)
    return shown


def domain(one: App, what: Domain) -> Json:
    return {
        "acm_status": what.acm_status,
        "acm_status_reason": None,
        "app": app_identity(one),
        "cname": what.cname,
        "created_at": what.created_at,
        "hostname": what.hostname,
        "id": what.id,
        "kind": what.kind,
        "sni_endpoint": None,
        "status": "none" if what.kind == "heroku" else "succeeded",
        "updated_at": what.created_at,
    }


def certificate(one: App, what: Certificate) -> Json:
    named = [name for name in one.domains if name.hostname in what.hostnames]
    return {
        "app": app_identity(one),
        "certificate_chain": what.pem,
        "created_at": what.created_at,
        "display_name": None,
        "domains": [name.id for name in named],
        "id": what.id,
        "name": what.name,
        "ssl_cert": {
            "ca_signed?": True,
            "cert_domains": list(what.hostnames),
            "expires_at": "2027-01-09T10:00:00Z",
            "id": stable_id("cert", what.id),
            "issuer": "/C=US/O=Example CA/CN=Example CA R1",
            "self_signed?": False,
            "starts_at": what.created_at,
            "subject": f"/CN={what.hostnames[0]}",
        },
        "updated_at": what.created_at,
    }


def drain(world: World, one: App, what: Drain) -> Json:
    made_by = world.add_ons.get(what.add_on_id or "")
    return {
        "addon": made_by and {"id": made_by.id, "name": made_by.name, "app": app_identity(one)},
        "app": app_identity(one),
        "created_at": what.created_at,
        "id": what.id,
        "token": what.token,
        "updated_at": what.created_at,
        "url": what.url,
    }


def telemetry(one: App, what: Telemetry) -> Json:
    return {
        "created_at": what.created_at,
        "exporter": {"endpoint": what.endpoint, "headers": what.headers, "type": "otlphttp"},
        "id": what.id,
        "owner": {"id": one.id, "type": "app"},
        "signals": list(what.signals),
        "updated_at": what.created_at,
    }


def features(one: App) -> list[Json]:
    return [
        {
            "created_at": one.created_at,
            "description": title,
            "display_name": title,
            "doc_url": f"https://devcenter.heroku.com/articles/{name}",
            "enabled": enabled,
            "feedback_email": "feedback@heroku.com",
            "id": stable_id("feature", name),
            "name": name,
            "state": state,
            "updated_at": one.created_at,
        }
        for name, title, enabled, state in FEATURES
    ]


def collaborator(world: World, one: App) -> Json:
    return {
        "app": app_identity(one),
        "created_at": one.created_at,
        "id": stable_id("collaborator", one.id),
        "permissions": [],
        "role": "owner",
        "updated_at": one.created_at,
        "user": {"email": world.email, "federated": False, "id": world.account_id},
    }


def webhook(one: App, what: Webhook) -> Json:
    return {
        "app": app_identity(one),
        "created_at": what.created_at,
        "id": what.id,
        "include": list(what.include),
        "level": "notify",
        "updated_at": what.created_at,
        "url": what.url,
    }
