"""What the signed-in user may in an environment: its permissions, held against the user's roles.

The rules are those of Aptible's dashboard (app-ui, src/deploy/permission/index.ts): owners may everything;
for others a permission of one of their roles counts, and `admin` stands for all of them.
"""

from typing import Final

from msgspec import field

from providers.aptible.answers import Resource
from providers.aptible.client import Api
from providers.aptible.failures import Missing, Refused
from wizard.ports import Environment
from wizard.ports.rights import Rights

NEEDED: Final = ("deploy", "sensitive", "tunnel")
"""What a move needs: creating and deploying; reading a database's URL; opening its tunnel."""

CREATE: Final = "the role of an owner"

OWNERS: Final = frozenset({"owner", "platform_owner"})


class Permission(Resource, frozen=True, kw_only=True):
    scope: str = ""


class Role(Resource, frozen=True, kw_only=True):
    id: str
    name: str = ""
    type: str = ""


class Permitted(Resource, frozen=True, kw_only=True):
    """An account with what the API embeds in it."""

    embedded: dict[str, list[Permission]] = field(name="_embedded", default_factory=dict)


async def rights(api: Api, auth: Api, user_id: str, environment: Environment | None) -> Rights:
    """What is missing for a move in `environment`; with None, for making one.

    Two reads, and none of a secret.

    Raises:
        Trouble: Aptible does not tell.
    """
    roles = await auth.listed(f"/users/{user_id}/roles", "roles", Role, what="your roles")
    names = tuple(sorted(role.name or role.id for role in roles))
    if any(role.type in OWNERS for role in roles):
        return Rights(roles=names)
    if environment is None:
        return Rights(lacks=(CREATE,), roles=names, givers="an owner of the organisation")
    mine = {role.id for role in roles}
    scopes = {
        permission.scope
        for permission in await _permissions(api, environment)
        if permission.linked_id("role") in mine
    }
    lacks = () if "admin" in scopes else tuple(scope for scope in NEEDED if scope not in scopes)
    return Rights(
        lacks=lacks,
        roles=names,
        givers="an owner of the organisation (Aptible's dashboard, Settings, Roles)",
    )


async def _permissions(api: Api, environment: Environment) -> list[Permission]:
    what = f"the permissions in {environment.handle}"
    try:
        return await api.listed(
            f"/accounts/{environment.id}/permissions", "permissions", Permission, what=what
        )
    except (Missing, Refused):
        # They are embedded in the account, too, when it is asked for with all that it has.
        account = await api.get(f"/accounts/{environment.id}", Permitted, what=what, sensitive=True)
        return account.embedded.get("permissions", [])
