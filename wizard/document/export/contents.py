"""Everything that an export says, as one noun: the JSON export is it, the others are made of it."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import UNSET, UnsetType, field

from wizard.document.answers import apply_answers, is_answered
from wizard.document.changes import Change
from wizard.document.checkout import Checkout
from wizard.document.component import Component, components
from wizard.document.config.origins import with_app_jsons
from wizard.document.costs import Cost, monthly_cost
from wizard.document.links.connections import Connections, connections
from wizard.document.pages.page import counted
from wizard.document.repository.findings import findings
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.system import Gap, System
from wizard.session.parts import Answers, Note

FORMAT: Final = "offramp-document"
VERSION: Final = 1
"""Goes up when a field changes its meaning or goes away; new fields may come without."""

NOT_READ: Final = (
    "Dataclips but for their titles: their queries, and what came of them.",
    "The rows of databases, the keys of Key-Value Stores, the messages of Kafka: only what they are.",
    "Private keys of certificates, secrets of webhooks and drains: Heroku does not give them out.",
    "Logs, metrics, alerts and the history of incidents.",
    "What add-ons of other vendors keep in their own dashboards: jobs, domains, allowed addresses.",
    "Invoices of teams, credit cards and contracts.",
    "SSH keys of others than the account that reads; OAuth clients and authorizations.",
    "DNS zones: they are with whoever runs them, and only the targets that Heroku wants are here.",
    "The runs of Heroku CI.",
)
"""What no reading of Offramp looks at. A reader must not take this document for more than it is."""


class Code(Noun, frozen=True, kw_only=True):
    """What a checkout adds: a line of code or of a settings file that says something about the move. `kind`
    is the key of its group (see `repository.findings`); `line` 0 stands for the file as a whole. `note` says
    more in words ("set by the Python buildpack"), `look` that a person should look at it before the move."""

    kind: str
    name: str
    file: str
    line: int
    text: str = ""
    note: str = ""
    look: bool = False


class Repository(Noun, frozen=True, kw_only=True):
    """What was read of an app's code. `commit` and `branch` are None where it is no git work tree; `left_out`
    counts by kind the lines that were found and are not among `lines`."""

    commit: str | None = None
    branch: str | None = None
    remarks: tuple[str, ...] = ()
    lines: tuple[Code, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


class Document(Noun, frozen=True, kw_only=True):
    """The document of a system as a file for programs.

    `secrets` is there, and first, only in a file that holds values of config vars; `values` are those, by app
    id and name. `system` has the answers of the team in it; `answered` are the gaps that it closed. Notes and
    `components` are by the same keys. `repositories` is by app id. `unread_values` names apps whose values
    were wanted and could not be read.
    """

    secrets: str | UnsetType = UNSET
    format: Literal["offramp-document"] = FORMAT
    version: Literal[1] = VERSION
    made_by: str = ""
    title: str = ""
    system: System
    components: tuple[Component, ...] = ()
    answers: Answers = field(default_factory=Answers)
    answered: tuple[Gap, ...] = ()
    notes: dict[str, Note] = field(default_factory=dict)
    cost: Cost | None = None
    connections: Connections | None = None
    repositories: dict[str, Repository] = field(default_factory=dict)
    changes: tuple[Change, ...] | None = None
    changes_since: str = ""
    not_read: tuple[str, ...] = NOT_READ
    values: dict[str, dict[str, str]] | UnsetType = UNSET
    unread_values: dict[str, str] | UnsetType = UNSET


class Values:
    """Values of config vars that a person asked for in so many words: by app id and name, and why those of
    some apps are not among them. It is no noun, so that nothing prints or saves it."""

    def __init__(self, by_app: Mapping[str, Mapping[str, Secret]], unread: Mapping[str, str]) -> None:
        self.by_app = by_app
        self.unread = unread


def document(
    system: System,
    answers: Answers,
    *,
    title: str = "",
    made_by: str = "",
    checkouts: Mapping[str, Checkout] | None = None,
    before: System | None = None,
    changes: tuple[Change, ...] | None = None,
    values: Values | None = None,
) -> Document:
    """What is to be said of `system`.

    Args:
        checkouts: what was read of the code, by app id.
        changes: what changed since `before`, where there is something to compare with.
        values: only when a person asked for exactly that.
    """
    code = {app_id: read.app_json for app_id, read in (checkouts or {}).items()}
    whole = with_app_jsons(apply_answers(system, answers), code)
    return Document(
        secrets=UNSET if values is None else secrets_notice(whole, values),
        made_by=made_by,
        title=title or whole.account.email,
        system=whole,
        components=components(whole),
        # Where the code lies on this machine is nobody else's business.
        answers=Answers(
            jobs=answers.jobs,
            unfinished=answers.unfinished,
            acknowledged=answers.acknowledged,
            deploys=answers.deploys,
        ),
        answered=tuple(gap for gap in system.gaps if is_answered(gap, answers)),
        notes=dict(sorted(answers.notes.items())),
        cost=monthly_cost(whole),
        connections=connections(whole),
        repositories={app_id: _repository(read) for app_id, read in sorted((checkouts or {}).items())},
        changes=changes,
        changes_since=before.taken_at if before is not None else "",
        values=UNSET if values is None else _revealed(values),
        unread_values=UNSET if values is None else dict(sorted(values.unread.items())),
    )


def secrets_notice(system: System, values: Values) -> str:
    """The first line of a file with values."""
    count = sum(len(named) for named in values.by_app.values())
    return (
        f"THIS FILE HOLDS SECRETS: the values of {counted(count, 'config var')}"
        f" of {counted(len(values.by_app), 'app')} on"
        f" Heroku, read for {system.account.email}. Whoever reads it can act as these apps."
    )


def _revealed(values: Values) -> dict[str, dict[str, str]]:
    return {
        app_id: {name: secret.reveal() for name, secret in sorted(named.items())}
        for app_id, named in sorted(values.by_app.items())
    }


def _repository(read: Checkout) -> Repository:
    groups = findings(read)
    return Repository(
        commit=read.head,
        branch=read.branch,
        remarks=tuple(f"{remark.text} {remark.remedy}".strip() for remark in read.remarks),
        lines=tuple(
            Code(
                kind=group.key,
                name=row.what,
                file=row.file,
                line=row.line,
                text=row.text,
                note=row.note,
                look=row.look,
            )
            for group in groups
            for row in group.rows
        ),
        left_out={group.key: group.more for group in groups if group.more},
    )
