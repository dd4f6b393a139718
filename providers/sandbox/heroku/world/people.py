"""Who may do what on the sandbox's Heroku: teams, enterprise accounts, members, collaborators."""

from dataclasses import dataclass, field


@dataclass
class Member:
    """Somebody in a team; `role` is admin, member, collaborator or owner, None for a role of another name."""

    email: str
    role: str | None = "member"
    two_factor: bool = True
    federated: bool = False
    name: str | None = None


@dataclass
class Invitation:
    """Somebody who was asked into a team and has not answered."""

    email: str
    role: str = "member"
    invited_by: str = ""


@dataclass
class Team:
    """A team. `role` is the signed-in account's own in it; `features` are names of those turned on."""

    id: str
    name: str
    created_at: str = "2022-01-01T08:00:00Z"
    type: str = "team"
    role: str | None = "admin"
    enterprise_id: str | None = None
    default: bool = False
    members: list[Member] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    features: tuple[str, ...] = ()
    refused: str = ""
    """Error id with which its members, features and add-ons are refused ("forbidden"), "" for none."""


@dataclass
class Enterprise:
    """An enterprise account; `permissions` are the signed-in account's own: view, create, manage, billing."""

    id: str
    name: str
    permissions: tuple[str, ...] = ("view",)
    members: list[Member] = field(default_factory=list)
    trial: bool = False
    created_at: str = "2021-06-01T08:00:00Z"


@dataclass
class Collaborator:
    """Somebody with rights in one app; `permissions` are view, deploy, operate, manage (team apps only)."""

    email: str
    role: str | None = None
    permissions: tuple[str, ...] = ()
    federated: bool = False


@dataclass
class Key:
    """An SSH key of the account."""

    email: str
    comment: str = "laptop"
    public_key: str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA laptop"


@dataclass
class Invoice:
    """A monthly bill of the account, in cents before its credits; `month` "2026-10"."""

    number: int
    month: str
    cents: int
    credits: int = 0


@dataclass
class Dataclip:
    """A query that somebody saved on a database, by the add-on's name."""

    title: str
    database: str | None
    creator: str
    created_at: str = "2025-03-04T09:00:00Z"
    edited_at: str = "2026-02-03T11:30:00Z"
    detached: bool = False
