"""The JSON of the Platform API v3 for where apps are reached and what they send: domains, drains, hooks."""

from providers.sandbox.heroku.shapes.apps import Json, app_identity
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Certificate, Domain, Drain, Telemetry, Webhook, World


def domain(one: App, what: Domain) -> Json:
    serving = next((made for made in one.certificates if made.id == what.certificate), None)
    return {
        "acm_status": what.acm_status,
        "acm_status_reason": what.acm_reason,
        "app": app_identity(one),
        "cname": what.cname,
        "created_at": what.created_at,
        "hostname": what.hostname,
        "id": what.id,
        "kind": what.kind,
        "sni_endpoint": serving and {"id": serving.id, "name": serving.name},
        "status": what.status or ("none" if what.kind == "heroku" else "succeeded"),
        "updated_at": what.created_at,
    }


def certificate(one: App, what: Certificate) -> Json:
    """An SNI endpoint. `acm` in `ssl_cert` is what Heroku's CLI looks at; the schema has it not."""
    served = [
        name.id for name in one.domains if name.certificate == what.id or name.hostname in what.hostnames
    ]
    return {
        "app": app_identity(one),
        "certificate_chain": what.pem,
        "created_at": what.created_at,
        "display_name": None,
        "domains": served,
        "id": what.id,
        "name": what.name,
        "ssl_cert": {
            "acm": what.managed,
            "ca_signed?": not what.self_signed,
            "cert_domains": list(what.hostnames),
            "expires_at": what.expires_at,
            "id": stable_id("cert", what.id),
            "issuer": f"/CN={what.hostnames[0]}" if what.self_signed else what.issuer,
            "self_signed?": what.self_signed,
            "starts_at": what.starts_at,
            "subject": f"/CN={what.hostnames[0]}",
        },
        "updated_at": what.created_at,
    }


def drain(world: World, one: App | None, what: Drain) -> Json:
    """A log drain of an app, or of a space (`one` None)."""
    made_by = world.add_ons.get(what.add_on_id or "")
    owner = made_by and {"id": made_by.app_id, "name": world.named(made_by.app_id)}
    return {
        "addon": made_by and {"id": made_by.id, "name": made_by.name, "app": owner},
        "app": one and app_identity(one),
        "created_at": what.created_at,
        "id": what.id,
        "token": what.token,
        "updated_at": what.created_at,
        "url": what.url,
    }


def telemetry(what: Telemetry, owner: str, owner_id: str) -> Json:
    """`owner` is "app" or "space"."""
    return {
        "created_at": what.created_at,
        "exporter": {"endpoint": what.endpoint, "headers": what.headers, "type": what.transport},
        "id": what.id,
        "owner": {"id": owner_id, "type": owner},
        "signals": list(what.signals),
        "updated_at": what.created_at,
    }


def webhook(one: App, what: Webhook) -> Json:
    """Its secret is never told."""
    return {
        "app": app_identity(one),
        "created_at": what.created_at,
        "id": what.id,
        "include": list(what.include),
        "level": what.level,
        "updated_at": what.created_at,
        "url": what.url,
    }
