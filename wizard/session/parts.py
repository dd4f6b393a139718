"""What the stages write to a session. One place, since a later stage reads what an earlier one wrote."""

from typing import Literal

from msgspec import field

from wizard.credentials import CredentialRef, Origin
from wizard.model.delivery import Deploy
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.noun import Noun
from wizard.model.plan import Finding, Plan
from wizard.model.system import Job, System
from wizard.session.store import Part


class Connection(Noun, frozen=True, kw_only=True):
    """A vendor that a person signed in to. The credential itself is in the keyring or in memory, or comes
    from `origin` whenever it is wanted.

    `kept_in` says where in words; `expires_at` is UTC, ISO 8601, None when the vendor does not tell.
    """

    provider: str
    account_id: str
    email: str
    kept_in: str
    expires_at: str | None = None
    origin: Origin | None = None

    @property
    def ref(self) -> CredentialRef:
        """What names the credential where it is kept."""
        return CredentialRef(vendor=self.provider, account=self.account_id)


class Connections(Noun, frozen=True, kw_only=True):
    """By provider name. `forgotten` are those whose token was removed: whose it was is still to be known,
    since a run or an inventory belongs to that account. `others` are accounts that were signed in with before
    and are not used now; their tokens are kept all the same."""

    by_provider: dict[str, Connection] = field(default_factory=dict)
    others: tuple[Connection, ...] = ()
    forgotten: dict[str, Connection] = field(default_factory=dict)


class Note(Noun, frozen=True, kw_only=True):
    """What a team adds to a component: a note in its own words, and who answers for it."""

    text: str = ""
    owner: str = ""


class Answers(Noun, frozen=True, kw_only=True):
    """What a person told that no API tells.

    `jobs` are scheduler jobs typed in, by app id (an empty tuple: there are none); `unfinished` the apps
    whose list nobody has called complete yet; `acknowledged` holds the keys of gaps that were read;
    `checkouts` are local folders by app id, `deploys` how an app is deployed by app id, `notes` what a team
    says of a component by its key ("app:<id>", "add-on:<id>", "pipeline:<id>" ..., see
    `wizard.document.component`).
    """

    jobs: dict[str, tuple[Job, ...]] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    checkouts: dict[str, str] = field(default_factory=dict)
    deploys: dict[str, Deploy] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)


class PreparedCapsule(Noun, frozen=True, kw_only=True):
    """How one capsule of an app is built and run: its kind, the service that it is, the command that it runs
    (empty: the image's own, or nothing), the one that builds it and the folder with what was built (empty:
    the builder's own way), the path of its Dockerfile in the repository, and the port it listens on."""

    service: str
    kind: Literal["backend", "frontend", "docker"]
    command: str = ""
    build: str = ""
    output: str = ""
    dockerfile: str = ""
    port: int = 3000


class PreparedApp(Noun, frozen=True, kw_only=True):
    """An app's code, ready to be pushed: the folder, the branch that Offramp made (empty when nothing had
    to change), the commit that will run and the one that it stands on.

    `content` is a digest of the files that were accepted, `wish` one of what they were made for: see
    `wizard.prepare.accepted`. `on` is the branch that was checked out, empty where none was.
    `together`: the branch holds the changes of other apps of the same repository too, a commit for each app,
    and `commit` is its tip. `capsules` are what it becomes where each process is one; `variables` are config
    vars that the target's builders want beside the files (versions, no secrets).
    """

    app_id: str
    checkout: str
    branch: str
    commit: str
    base: str = ""
    files: tuple[str, ...] = ()
    content: str = ""
    wish: str = ""
    on: str = ""
    together: bool = False
    capsules: tuple[PreparedCapsule, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


class Prepared(Noun, frozen=True, kw_only=True):
    apps: tuple[PreparedApp, ...] = ()


class Preflight(Noun, frozen=True, kw_only=True):
    """The findings of the last preflight, and the digest of the plan they are about."""

    plan_digest: str
    looked_at: str
    findings: tuple[Finding, ...]


CONNECTIONS = Part("connections", Connections)
SYSTEM = Part("system", System)
SYSTEM_BEFORE = Part("system-before", System)
"""The inventory that was there before the last reading, to say what changed since."""
ANSWERS = Part("answers", Answers)
TARGET = Part("target", TargetChoice)
MAPPING = Part("mapping", Mapping)
PREPARED = Part("prepared", Prepared)
PLAN = Part("plan", Plan)
PREFLIGHT = Part("preflight", Preflight)
