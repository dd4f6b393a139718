"""Who may do what on Heroku: teams, enterprise accounts, members and collaborators."""

from wizard.model.noun import Noun


class Member(Noun, frozen=True, kw_only=True):
    """Somebody in a team. `role` is Heroku's: admin, member, viewer, collaborator or owner."""

    email: str
    role: str
    two_factor: bool | None = None
    federated: bool = False


class Invitation(Noun, frozen=True, kw_only=True):
    """Somebody who was asked into a team and has not answered."""

    email: str
    role: str


class Team(Noun, frozen=True, kw_only=True):
    """A team. `type` is `team` or `enterprise`, `role` the signed-in account's own in it.

    `features` are names of those turned on. Members are None where they could not be read.
    """

    id: str
    name: str
    type: str = "team"
    role: str = ""
    enterprise: str | None = None
    members: tuple[Member, ...] | None = ()
    invitations: tuple[Invitation, ...] = ()
    features: tuple[str, ...] = ()


class Enterprise(Noun, frozen=True, kw_only=True):
    """An enterprise account; `permissions` are the signed-in account's own in it. A member's `role` are his
    permissions in words; None where the members could not be read."""

    id: str
    name: str
    permissions: tuple[str, ...] = ()
    members: tuple[Member, ...] | None = ()


class Collaborator(Noun, frozen=True, kw_only=True):
    """Somebody with rights in one app. `role` is owner, admin, member, collaborator or "" (none told);
    `permissions` are names: view, deploy, operate, manage."""

    email: str
    role: str = ""
    permissions: tuple[str, ...] = ()
