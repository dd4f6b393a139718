"""Who may do what in an app: collaborators with their permissions."""

from typing import Any

from providers.heroku.fields import flag, text
from wizard.model.people import Collaborator, Invitation, Member


def collaborator(row: Any) -> Collaborator:
    """`role` and `permissions` are there for apps of teams only."""
    return Collaborator(
        email=text(row, "user", "email"),
        role=text(row, "role"),
        permissions=permissions_of(row),
    )


def member(row: Any) -> Member:
    """A member of a team. Whether he has a second factor is told to administrators only."""
    second = row.get("two_factor_authentication") if isinstance(row, dict) else None
    return Member(
        email=text(row, "email") or text(row, "user", "email"),
        role=text(row, "role"),
        two_factor=second if isinstance(second, bool) else None,
        federated=flag(row, "federated"),
    )


def enterprise_member(row: Any) -> Member:
    """A member of an enterprise account, who has permissions and no role."""
    second = row.get("two_factor_authentication") if isinstance(row, dict) else None
    return Member(
        email=text(row, "user", "email"),
        role=", ".join(permissions_of(row)),
        two_factor=second if isinstance(second, bool) else None,
        federated=bool(text(row, "identity_provider", "id")),
    )


def permissions_of(row: Any) -> tuple[str, ...]:
    """Names of permissions: the list holds texts, or objects with a name."""
    said = row.get("permissions") if isinstance(row, dict) else None
    listed = said if isinstance(said, list) else []
    return tuple(name for one in listed if (name := one if isinstance(one, str) else text(one, "name")))


def invitation(row: Any) -> Invitation:
    """Somebody who was asked into a team."""
    return Invitation(email=text(row, "user", "email") or text(row, "email"), role=text(row, "role"))


def enabled(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The names of the features that are on, of an app, a team or an account."""
    return tuple(sorted({text(row, "name") for row in rows if flag(row, "enabled") and text(row, "name")}))
