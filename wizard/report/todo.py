"""What is the person's to do after a run, or now that it stands still: DNS, add-ons, drains, what costs."""

from collections.abc import Iterator

from wizard.model.mapping import Mapping
from wizard.model.noun import Noun
from wizard.model.plan import Plan
from wizard.model.system import Gap, System
from wizard.plan.gates import job_in_words
from wizard.report.capsules import (
    backups_to_look_at,
    branches_to_merge,
    calls_to_set_up,
    domains_to_finish,
    pushes_after_the_way_back,
    pushes_that_deploy,
)
from wizard.report.network import (
    certificates_to_make,
    drains_by_hand,
    endpoints_to_make,
    gone_on_without,
)
from wizard.run.dns import DnsRecord, dns_records
from wizard.run.journal import StepRecord
from wizard.run.view import put_back_by_hand
from wizard.session.parts import Prepared


class Todo(Noun, frozen=True, kw_only=True):
    """Something that is the person's to do now, with the exact value where there is one."""

    what: str
    how: str


class Known(Noun, frozen=True, kw_only=True):
    """What the to-dos are made from: the system, the gaps in it that a person accepted, the choices, the code
    that was prepared, the plan and its records."""

    system: System
    accepted: tuple[Gap, ...]
    mapping: Mapping
    prepared: Prepared
    plan: Plan
    records: dict[str, StepRecord]
    state: str


def todos(known: Known) -> tuple[Todo, ...]:
    """The to-dos, the most pressing first."""
    match known.state:
        case "done":
            certificates = _certificates(known)
            by_hand = (*_by_hand(known), *_calls(known), *_drains(known))
            code = (*_capsules(known), *_code(known))
            found = (*_dns(known), *certificates, *by_hand, *code, *_gaps(known), _heroku(known))
        case "taken-back":
            found = (*_jobs_back(known), *_dns_back(known), *_pushes(known), *_standing(known))
        case "stopped":
            found = (*_dns(known), *_standing(known))
        case _:
            # The values are wanted while there is a way back, not after it.
            found = tuple(_dns(known))
    return found


def _records(known: Known) -> tuple[DnsRecord, ...]:
    return dns_records(known.system, known.mapping, known.records)


def _dns(known: Known) -> Iterator[Todo]:
    for record in _records(known):
        if record.done or (known.state == "done" and gone_on_without(known.records, record.hostname)):
            continue  # what is left to do of such a one is told with its capsule or endpoint
        if record.managed and record.target:
            yield Todo(what=f"Point {record.hostname} at {known.plan.target}", how=f"{record.sentence()}.")
        elif record.target or known.state == "done":
            yield Todo(
                what=f"Point {record.hostname} at {known.plan.target}",
                how=f"{record.sentence()}. Lower its TTL first; "
                f"add the domain to the {_answers(known)} for a certificate.",
            )
        else:
            yield Todo(
                what=f"Lower the TTL of {record.hostname} now",
                how="Resolvers keep the old address that long. 300 seconds are good; put it up again when "
                "the move is over.",
            )


def _answers(known: Known) -> str:
    """What of the target answers for a domain."""
    return "capsule" if any(step.kind == "capsule" for step in known.plan.steps) else "endpoint"


def _certificates(known: Known) -> Iterator[Todo]:
    for what, how in (
        *endpoints_to_make(known.plan, known.records),
        *certificates_to_make(known.mapping, known.records),
    ):
        yield Todo(what=what, how=how)


def _jobs_back(known: Known) -> Iterator[Todo]:
    for step in put_back_by_hand(known.plan, known.records):
        app = known.system.app(str(step.args["app"]))
        jobs = "; ".join(job_in_words(job) for job in app.jobs or ())
        yield Todo(
            what=f"Create the scheduler jobs of {app.name} again",
            how=f"You removed them for the cut-over, if you did. At {step.args['page']}: {jobs}.",
        )


def _dns_back(known: Known) -> Iterator[Todo]:
    for record in _records(known):
        if record.target:
            yield Todo(
                what=f"Look that {record.hostname} points at {known.plan.source}",
                how=f"If it was pointed at {record.target}, point it back"
                + (f": {record.kind} {record.hostname} -> {record.today}." if record.today else "."),
            )


def _by_hand(known: Known) -> Iterator[Todo]:
    for choice in known.mapping.add_ons:
        if choice.action == "by-hand":
            add_on = known.system.add_on(choice.add_on_id)
            yield Todo(what=f"Replace {add_on.name} ({add_on.service})", how=choice.reason)


def _calls(known: Known) -> Iterator[Todo]:
    for what, how in calls_to_set_up(known.system, known.mapping):
        yield Todo(what=what, how=how)


def _capsules(known: Known) -> Iterator[Todo]:
    """What hangs on code that the target builds by itself, and on what it does not tell."""
    plan, mapping = known.plan, known.mapping
    for what, how in (
        *domains_to_finish(plan, known.records),
        *backups_to_look_at(plan, known.records),
        *branches_to_merge(mapping, known.prepared, plan),
        *pushes_that_deploy(mapping, plan),
    ):
        yield Todo(what=what, how=how)


def _pushes(known: Known) -> Iterator[Todo]:
    for what, how in pushes_after_the_way_back(known.mapping, known.plan, known.records):
        yield Todo(what=what, how=how)


def _drains(known: Known) -> Iterator[Todo]:
    for choice in known.mapping.moved_apps():
        drains = drains_by_hand(known.system, known.mapping, choice.app_id)
        if drains:
            yield Todo(
                what=f"Set up the log drains of {choice.handle} anew",
                how=f"On {known.plan.source} its log went to {', '.join(drains)}. "
                f"From {known.plan.target} nothing goes there until you set it up.",
            )


def _code(known: Known) -> Iterator[Todo]:
    """Branches that Offramp wrote and deployed: nothing says that whoever deploys next has them. Merging one
    of a workflow was the deploy."""
    for code in known.prepared.apps:
        choice = known.mapping.app(code.app_id)
        if not code.branch or choice is None or choice.action != "move" or choice.way not in _BRANCHES:
            continue
        files = f" ({', '.join(code.files)})" if code.files else ""
        runs = _BRANCHES[choice.way].format(handle=choice.handle, commit=code.commit[:10])
        yield Todo(
            what=f"Merge {code.branch} into the branch that {choice.handle} is deployed from",
            how=f"In {code.checkout}: {runs} A deploy without what is on it{files} would undo that.",
        )


_BRANCHES = {
    "git": "{handle} runs its commit {commit}.",
    "image": "the image of {handle} was to be built of its commit {commit}.",
    "terraform": "it holds the files that Terraform applied for {handle}. Keep Terraform's state too, where "
    "secrets may lie.",
}
"""By the way of an app: what a branch is to it."""


def _gaps(known: Known) -> Iterator[Todo]:
    """What was read and accepted before the move is not forgotten after it."""
    moved = {choice.app_id for choice in known.mapping.moved_apps()}
    for gap in known.accepted:
        if gap.app_id is None or gap.app_id in moved:
            yield Todo(what=gap.question.rstrip("."), how=gap.why)


def _heroku(known: Known) -> Todo:
    moved = known.mapping.moved_apps()
    names = ", ".join(known.system.app(choice.app_id).name for choice in moved)
    return Todo(
        what=f"Keep the {known.plan.source} app{'s' * (len(moved) != 1)} a while, then delete",
        how=f"{names}: in maintenance mode and scaled to zero, the data untouched. When you are sure, "
        f"take a last backup and delete them in the {known.plan.source} dashboard; until then the add-ons "
        "are billed.",
    )


def _standing(known: Known) -> Iterator[Todo]:
    """What a run that did not end in a move has left on the target, and that it is billed."""
    words = {
        "database": "databases",
        "app": "apps (scaled to zero)",
        "storage": "stores of files",
        "capsule": "capsules (stopped)",
        "capsule-domain": "domains of capsules",
        "endpoint": "web addresses of",
    }
    begun = [
        step
        for step in known.plan.steps
        if (record := known.records.get(step.key))
        and record.state not in ("pending", "lost")
        and not gone_on_without(known.records, str(step.args.get("hostname", "")))
    ]
    capsules = any(step.kind == "capsule" for step in begun)
    made: dict[str, dict[str, list[str]]] = {}
    for step in begun:
        # Each capsule has a web address of its own, which costs nothing.
        if step.kind in words and not (step.kind == "endpoint" and capsules):
            by = "hostname" if step.kind == "capsule-domain" else "name"
            space = str(step.args.get("space") or known.mapping.environment)
            there = made.setdefault(space, {kind: [] for kind in words})
            there[step.kind].append(str(step.args.get(by, step.args.get("handle", step.key))))
    if not made:
        return
    listed = "; ".join(
        f"in {space}: "
        + "; ".join(f"{words[kind]}: {', '.join(names)}" for kind, names in there.items() if names)
        for space, there in made.items()
    )
    configured = capsules and any(
        step.kind == "configure" and (found := known.records.get(step.key)) and found.state != "pending"
        for step in known.plan.steps
    )
    kept = " The capsules keep the config vars that they were given." if configured else ""
    billed = "What is there may be" if capsules else "Databases and web addresses are"
    yield Todo(
        what=f"Decide what becomes of what stands on {known.plan.target}",
        how=f"{listed[:1].upper()}{listed[1:]}.{kept} {billed} billed until you "
        "delete them in its dashboard. If you run this migration again, they are used again.",
    )
