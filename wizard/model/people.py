"""Who may do what on Heroku, and who pays: teams, enterprise accounts, members, collaborators; an account's
keys and invoices."""

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


class SshKey(Noun, frozen=True, kw_only=True):
    """A public key that the account gave to Heroku. `comment` is what its owner wrote behind it
    ("robin@laptop"); the key itself is not kept. It opens dynos in Private Spaces (`heroku ps:exec`), and no
    git any more: that ended on 2021-11-30 (Heroku's article "Managing SSH Keys")."""

    id: str
    comment: str
    fingerprint: str = ""
    created_at: str = ""


class Invoice(Noun, frozen=True, kw_only=True):
    """A bill that Heroku made out to the account itself (a team gets its own). `starts_on` and `ends_on` are
    the days of its period as Heroku writes them; the totals are US cents, charges before credits."""

    id: str
    number: int
    starts_on: str = ""
    ends_on: str = ""
    total_cents: int | None = None
    charges_cents: int | None = None
    credits_cents: int | None = None
