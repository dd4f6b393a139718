"""The JSON of the Platform API v3 for teams and enterprise accounts."""

from providers.sandbox.heroku.shapes.apps import Json, feature, user
from providers.sandbox.heroku.world.catalogue import TEAM_FEATURES
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Enterprise, Invitation, Member, Team, World

_ENTERPRISE = {
    "view": "View enterprise account members and teams.",
    "create": "Create new teams.",
    "manage": "Manage enterprise account members and teams.",
    "billing": "View enterprise account usage and billing.",
}


def team(world: World, one: Team) -> Json:
    above = world.enterprises.get(one.enterprise_id or "")
    return {
        "created_at": one.created_at,
        "credit_card_collections": above is None,
        "default": one.default,
        "enterprise_account": above and {"id": above.id, "name": above.name},
        "id": one.id,
        "identity_provider": None,
        "membership_limit": None if above else 25,
        "name": one.name,
        "provisioned_licenses": above is not None,
        "role": one.role,
        "type": one.type,
        "updated_at": one.created_at,
    }


def member(world: World, one: Team, who: Member) -> Json:
    return {
        "created_at": one.created_at,
        "email": who.email,
        "federated": who.federated,
        "id": stable_id("member", one.id, who.email),
        "identity_provider": None,
        "role": who.role,
        "two_factor_authentication": who.two_factor,
        "updated_at": one.created_at,
        "user": {**user(world, who.email), "name": who.name},
    }


def invitation(world: World, one: Team, asked: Invitation) -> Json:
    return {
        "created_at": "2026-11-20T10:00:00Z",
        "id": stable_id("invitation", one.id, asked.email),
        "invited_by": {**user(world, asked.invited_by or world.email), "name": None},
        "role": asked.role,
        "team": {"id": one.id, "name": one.name},
        "updated_at": "2026-11-20T10:00:00Z",
        "user": {**user(world, asked.email), "name": None},
    }


def team_features(one: Team) -> list[Json]:
    known = {name for name, *_ in TEAM_FEATURES}
    others = [(name, name, False, "beta") for name in one.features if name not in known]
    return [
        feature(name, title, state, enabled=on or name in one.features, at=one.created_at)
        for name, title, on, state in (*TEAM_FEATURES, *others)
    ]


def rights_in(world: World, one: Team, app: App) -> Json:
    """Who may do what in one app of a team."""
    return {
        "id": app.id,
        "name": app.name,
        "team_id": one.id,
        "type": "app",
        "users": [
            {**user(world, who.email), "permissions": list(who.permissions)} for who in app.collaborators
        ],
    }


def preferences() -> Json:
    return {"addons-controls": False, "default-permission": "viewer"}


def enterprise(one: Enterprise) -> Json:
    return {
        "created_at": one.created_at,
        "id": one.id,
        "identity_provider": None,
        "name": one.name,
        "partner_benefits": False,
        "permissions": list(one.permissions),
        "trial": one.trial,
        "updated_at": one.created_at,
    }


def enterprise_member(world: World, one: Enterprise, who: Member) -> Json:
    """Enterprise members have permissions, no roles: an admin has all of them."""
    names = list(_ENTERPRISE) if who.role == "admin" else ["view"]
    return {
        "enterprise_account": {"id": one.id, "name": one.name},
        "id": stable_id("enterprise-member", one.id, who.email),
        "identity_provider": None,
        "permissions": [{"name": name, "description": _ENTERPRISE[name]} for name in names],
        "two_factor_authentication": who.two_factor,
        "user": user(world, who.email),
    }


def usage(world: World, one: Team, apps: list[App]) -> Json:
    """The current month of a team, in the units of Heroku's bill: dyno units, and cents for add-ons."""
    rows = [
        {
            "app_name": app.name,
            "addons": sum(each.cents or 0 for each in world.owned(app.id)),
            "data": 0,
            "dynos": float(sum(line.quantity for line in app.processes.values())),
            "partner": 0,
        }
        for app in apps
    ]
    return {
        "addons": sum(row["addons"] for row in rows),
        "apps": rows,
        "connect": 0,
        "data": 0,
        "dynos": sum(row["dynos"] for row in rows),
        "id": one.id,
        "month": "2026-11",
        "name": one.name,
        "partner": 0,
        "space": 0,
    }
