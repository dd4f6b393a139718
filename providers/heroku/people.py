"""Who may do what on Heroku and who pays: members, collaborators, an account's keys and invoices."""

import re
from typing import Any, Final

from providers.heroku.fields import flag, number, text
from wizard.model.people import Collaborator, Invitation, Invoice, Member, SshKey

_AMERICAN: Final = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


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


def ssh_key(row: dict[str, Any]) -> SshKey | None:
    """A key of the account without the key itself; None for one without an id. `email` is the old name of
    `comment`."""
    mark = text(row, "id")
    if not mark:
        return None
    return SshKey(
        id=mark,
        comment=text(row, "comment") or text(row, "email"),
        fingerprint=text(row, "fingerprint"),
        created_at=text(row, "created_at"),
    )


def invoice(row: dict[str, Any]) -> Invoice | None:
    """A bill; None for one without a number. Totals come as US cents, though the schema says only `number`
    (seen in programs that add them up); days as 2026-10-01, in the schema's own example as 10/01/2026."""
    count = number(row, "number")
    if count is None:
        return None
    return Invoice(
        id=text(row, "id") or str(count),
        number=count,
        starts_on=_day(text(row, "period_start")),
        ends_on=_day(text(row, "period_end")),
        total_cents=_cents(row, "total"),
        charges_cents=_cents(row, "charges_total"),
        credits_cents=_cents(row, "credits_total"),
    )


def _day(said: str) -> str:
    """A day as ISO 8601 writes it, so that days can be put in order."""
    american = _AMERICAN.fullmatch(said)
    return f"{american[3]}-{american[1]}-{american[2]}" if american else said[:10]


def _cents(row: dict[str, Any], name: str) -> int | None:
    said = row.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float) or not abs(said) <= 2**53:
        return None
    return round(said)
