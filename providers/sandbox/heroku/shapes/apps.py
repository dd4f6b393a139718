"""The JSON of the Platform API v3 for the account and for apps: every field of Heroku's published schema.

`sdk` asks for the variant `3.sdk`, which shows a generation by its name and adds a few fields (the same
schema as Heroku's TypeScript SDK has it, 2026-08).
"""

from typing import Any

from providers.sandbox.heroku.world.catalogue import ACCOUNT_FEATURES, FEATURES, GENERATIONS
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.sizes import Size
from providers.sandbox.heroku.world.world import App, Collaborator, Dyno, Invoice, Key, Process, World

Json = dict[str, Any]

_PERMISSIONS = {
    "view": "Can view app details and use the app.",
    "deploy": "Can deploy code and rollback releases.",
    "operate": "Can manage config vars, dynos and add-ons.",
    "manage": "Can manage collaborators and delete the app.",
}


_MANAGER = "@herokumanager.com"
"""Apps of a team belong to an address of its name here, whose id is the team's (heroku/cli compares it with a
pipeline's owner)."""


def user_id(world: World, email: str) -> str:
    """The id of whoever has that address; the account's own for the account's, a team's for its manager's."""
    if email == world.email:
        return world.account_id
    if email.endswith(_MANAGER):
        named = email.removesuffix(_MANAGER)
        return next((one.id for one in world.teams.values() if one.name == named), stable_id("user", email))
    return stable_id("user", email)


def user(world: World, email: str) -> Json:
    return {"email": email, "id": user_id(world, email)}


def account(world: World, *, sdk: bool = False) -> Json:
    shown = _account(world)
    if sdk:
        shown.update(
            acknowledged_msa=True,
            acknowledged_msa_at="2021-02-03T10:11:12Z",
            eco_dynos_enabled=any(
                line.size == "Eco" for one in world.apps.values() for line in one.processes.values()
            ),
            mfa_enabled=world.two_factor,
            mfa_exemption=False,
            mfa_experience="vaas",
        )
    return shown


def _account(world: World) -> Json:
    team = next((one for one in world.teams.values() if one.name == world.default_team), None)
    return {
        "allow_tracking": True,
        "beta": False,
        "country_of_residence": "Germany",
        "created_at": "2021-02-03T10:11:12Z",
        "default_organization": team and {"id": team.id, "name": team.name},
        "default_team": team and {"id": team.id, "name": team.name},
        "delinquent_at": world.delinquent_at,
        "email": world.email,
        "federated": False,
        "id": world.account_id,
        "identity_provider": None,
        "last_login": "2026-11-12T07:30:00Z",
        "name": world.name,
        "sms_number": None,
        "suspended_at": world.suspended_at,
        "two_factor_authentication": world.two_factor,
        "updated_at": "2026-11-12T07:30:00Z",
        "verified": True,
    }


def owner(world: World, one: App) -> Json:
    """Who owns an app; a team's belong to an address that nobody reads."""
    team = world.teams.get(one.team_id or "")
    return user(world, one.owner or (f"{team.name}{_MANAGER}" if team else world.email))


def app(world: World, one: App, *, sdk: bool = False) -> Json:
    shown = _common(world, one)
    team = world.teams.get(one.team_id or "")
    named = team and {"id": team.id, "name": team.name}
    space = world.spaces.get(one.space_id or "")
    managed = any(made.managed for made in one.certificates)
    shown.update(
        acm=managed or any(domain.acm_status for domain in one.domains),
        generation=one.generation if sdk else GENERATIONS[one.generation],
        organization=named,
        team=named,
        space=space and {"id": space.id, "name": space.name, "shield": space.shield},
    )
    return {**shown, **_built(one)} if sdk else shown


def team_app(world: World, one: App, *, sdk: bool = False) -> Json:
    team = world.teams.get(one.team_id or "")
    space = world.spaces.get(one.space_id or "")
    shown = {
        **_common(world, one),
        "joined": one.joined,
        "locked": one.locked,
        "space": space and {"id": space.id, "name": space.name},
        "team": team and {"name": team.name},
    }
    return {**shown, "generation": one.generation, **_built(one)} if sdk else shown


def _common(world: World, one: App) -> Json:
    slug = one.release and one.slugs.get(one.release.slug_id or "")
    return {
        "archived_at": one.archived_at,
        "build_stack": stack(_stack_name(one)),
        "buildpack_provided_description": slug.language if slug else None,
        "created_at": one.created_at,
        "git_url": f"https://git.heroku.com/{one.name}.git",
        "id": one.id,
        "internal_routing": one.internal_routing,
        "maintenance": one.maintenance,
        "name": one.name,
        "owner": owner(world, one),
        "region": {"id": stable_id("region", one.region), "name": one.region},
        "released_at": one.release.created_at if one.release else None,
        "repo_size": sum(len(text) for text in one.source.values()) if one.source else None,
        "slug_size": slug.size if slug else None,
        "stack": stack(_stack_name(one)),
        "updated_at": one.updated_at or one.created_at,
        "web_url": one.web_url,
    }


def _built(one: App) -> Json:
    """What `3.sdk` says of the image that an app of Fir runs."""
    image = one.release and one.images.get(one.release.image_id or "")
    if not image or one.generation != "fir":
        return {"base_image_name": None, "buildpacks": None, "current_build_architecture": []}
    return {
        "base_image_name": image.base,
        "buildpacks": cloud_native(image.buildpacks),
        "current_build_architecture": [image.architecture],
    }


def cloud_native(buildpacks: tuple[tuple[str, str], ...]) -> list[Json]:
    """Cloud Native Buildpacks with their versions."""
    return [
        {"id": name, "version": version, "homepage": f"https://buildpacks.example/{name}"}
        for name, version in buildpacks
    ]


def _stack_name(one: App) -> str:
    return "cnb" if one.generation == "fir" else one.stack


def stack(name: str) -> Json:
    return {"id": stable_id("stack", name), "name": name}


def app_identity(one: App) -> Json:
    return {"id": one.id, "name": one.name}


def process(one: App, line: Process, *, docker: bool = False) -> Json:
    """`docker`: the variant `3.docker-releases`, which shows a container app's images."""
    shown = {
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
    if docker:
        shown["docker_image"] = {"id": line.image} if line.image else None
    return shown


def size(one: Size) -> Json:
    cost: Json | None = {"cents": one.cents, "unit": "month"}
    if one.cents is None:
        cost = {"cents": None, "unit": None} if one.generation == "fir" else None
    return {
        "architecture": "amd64",
        "compute": one.compute,
        "cost": cost,
        "dedicated": one.dedicated,
        "generation": GENERATIONS[one.generation],
        "id": stable_id("size", one.name),
        "memory": one.memory,
        "name": one.name,
        "precise_dyno_units": one.units,
        "private_space_only": one.private,
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


def feature(name: str, title: str, state: str, *, enabled: bool, at: str) -> Json:
    return {
        "created_at": at,
        "description": title,
        "display_name": title,
        "doc_url": f"https://devcenter.heroku.com/articles/{name}",
        "enabled": enabled,
        "feedback_email": "feedback@heroku.com",
        "id": stable_id("feature", name),
        "name": name,
        "state": state,
        "updated_at": at,
    }


def features(one: App) -> list[Json]:
    """All features that there are for apps; those that nobody here knows are shown when they are on."""
    known = {name for name, *_ in FEATURES}
    others = [(name, name, False, "beta") for name in one.features if name not in known]
    return [
        feature(name, title, state, enabled=enabled or name in one.features, at=one.created_at)
        for name, title, enabled, state in (*FEATURES, *others)
    ]


def account_features(world: World) -> list[Json]:
    known = {name for name, *_ in ACCOUNT_FEATURES}
    others = [(name, name, False, "beta") for name in world.account_features if name not in known]
    return [
        feature(name, title, state, enabled=on or name in world.account_features, at="2021-02-03T10:11:12Z")
        for name, title, on, state in (*ACCOUNT_FEATURES, *others)
    ]


def collaborators(world: World, one: App) -> list[Json]:
    """Everybody with rights in an app: its owner first (none but the address of the team in a team's)."""
    first = Collaborator(owner(world, one)["email"], "owner")
    named = {each.email for each in one.collaborators}
    return [
        {
            "app": app_identity(one),
            "created_at": one.created_at,
            "id": stable_id("collaborator", one.id, who.email),
            "permissions": [permission(name) for name in who.permissions],
            "role": who.role,
            "updated_at": one.created_at,
            "user": {**user(world, who.email), "federated": who.federated},
        }
        for who in ([first] if first.email not in named else []) + one.collaborators
    ]


def permission(name: str) -> Json:
    return {"name": name, "description": _PERMISSIONS.get(name, name)}


def permissions() -> list[Json]:
    """All that there are in team apps."""
    return [permission(name) for name in _PERMISSIONS]


def key(world: World, one: Key) -> Json:
    mark = stable_id("key", one.email, one.comment)
    return {
        "comment": one.comment,
        "created_at": "2024-05-05T09:00:00Z",
        "email": one.email,
        "fingerprint": ":".join(mark.replace("-", "")[place : place + 2] for place in range(0, 32, 2)),
        "id": mark,
        "public_key": one.public_key,
        "updated_at": "2024-05-05T09:00:00Z",
    }


def invoice(one: Invoice) -> Json:
    year, month = one.month.split("-")
    after = f"{int(year) + int(month) // 12}-{int(month) % 12 + 1:02d}"
    return {
        "charges_total": one.cents,
        "created_at": f"{after}-01T01:00:00Z",
        "credits_total": one.credits,
        "id": stable_id("invoice", str(one.number)),
        "number": one.number,
        "period_end": f"{after}-01",
        "period_start": f"{one.month}-01",
        "state": 1,
        "total": one.cents - one.credits,
        "updated_at": f"{after}-01T01:00:00Z",
    }
