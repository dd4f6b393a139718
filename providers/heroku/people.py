"""Who may do what in an app: collaborators with their permissions."""

from typing import Any

from providers.heroku.fields import flag, objects, text
from wizard.model.people import Collaborator, Invitation, Member


def collaborator(row: Any) -> Collaborator:
    """`role` and `permissions` are there for apps of teams only."""
    return Collaborator(
        email=text(row, "user", "email"),
        role=text(row, "role"),
        permissions=tuple(name for one in objects(row, "permissions") if (name := text(one, "name"))),
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


def invitation(row: Any) -> Invitation:
    """Somebody who was asked into a team."""
    return Invitation(email=text(row, "user", "email") or text(row, "email"), role=text(row, "role"))


def enabled(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The names of the features that are on, of an app, a team or an account."""
    return tuple(sorted({text(row, "name") for row in rows if flag(row, "enabled") and text(row, "name")}))
