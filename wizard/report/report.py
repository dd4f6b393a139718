"""The evidence of a move, put together from the session alone: it can be built again at any later time."""

from wizard.choose.stores import type_name
from wizard.database.progress import Proof
from wizard.document.answers import apply_answers
from wizard.mapping.spaces import space_of_app, space_of_data
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.noun import Noun, decode
from wizard.model.plan import Plan
from wizard.model.system import AddOn, App, System
from wizard.model.trouble import Trouble, joined, tag
from wizard.report.capsules import files_became, files_left, in_space, jobs_became, process_became
from wizard.report.network import left_drains, moved_network
from wizard.report.todo import Known, Todo, todos
from wizard.run.dns import dns_records, web_address
from wizard.run.journal import Event, Journal, StepRecord
from wizard.run.view import put_back_by_hand, view
from wizard.run.watched import ACCEPTED
from wizard.session.parts import ANSWERS, CONNECTIONS, MAPPING, PREPARED, SYSTEM, Answers, Prepared
from wizard.session.store import Session
from wizard.stores.progress import StoreProof

HOW = {"copy": "copied", "empty": "began empty", "by-hand": "moved by a person"}
"""What became of the data of a store that is no Postgres, in words."""


class Moved(Noun, frozen=True, kw_only=True):
    """A component that moved: `what` it was on Heroku, `became` what it is now, `proof` one sentence."""

    what: str
    became: str
    proof: str = ""


class Left(Noun, frozen=True, kw_only=True):
    """A component that was left behind, and why."""

    what: str
    reason: str


class Timing(Noun, frozen=True, kw_only=True):
    """A step, how it ended, how long it took (seconds, measured) and what proves it."""

    title: str
    state: str
    seconds: float | None
    evidence: str


class Address(Noun, frozen=True, kw_only=True):
    """Something that is pasted elsewhere: what it is, and the exact text."""

    what: str
    value: str


class Report(Noun, frozen=True, kw_only=True):
    """Everything that is handed in. `verdict` in one sentence; `state` of the run as the journal has it."""

    name: str
    source: str
    target: str
    state: str
    verdict: str
    started_at: str
    ended_at: str | None
    accounts: tuple[str, ...]
    moved: tuple[Moved, ...]
    left: tuple[Left, ...]
    proofs: tuple[Proof, ...]
    store_proofs: tuple[StoreProof, ...]
    """Of stores that are no Postgres: what was compared key by key, row by row, or counted."""
    config: tuple[tuple[str, str, str], ...]
    """App, config var, what became of it and why. Never a value."""
    timings: tuple[Timing, ...]
    todo: tuple[Todo, ...]
    addresses: tuple[Address, ...]
    """New web addresses, and what the custom domains are to point at."""
    events: tuple[Event, ...]


def build(session: Session) -> Report:
    """Put the report of a session's newest run together.

    Raises:
        Trouble: nothing was run yet.
    """
    read, mapping = session.load(SYSTEM), session.load(MAPPING)
    journal = Journal(session)
    plan, seen = journal.plan(), view(session)
    if read is None or mapping is None or plan is None or seen is None:
        raise Trouble(
            f"{session.name} has not been run yet, so there is nothing to report.",
            remedy=f"`offramp run {session.id}` starts it, or open it with `offramp`.",
            code="nothing-run",
        )
    answers = session.load(ANSWERS) or Answers()
    system = apply_answers(read, answers)
    records = journal.steps()
    gauges = journal.gauges()
    proofs = tuple(_proof(gauges, choice.handle) for choice in mapping.moved_databases())
    found = (seen.store_proofs.get(choice.handle) for choice in moved_stores(mapping))
    stores = [proof for proof in found if proof is not None]
    moves = {choice.app_id for choice in mapping.moved_apps()}
    connections = session.load(CONNECTIONS)
    accounts = connections.by_provider.values() if connections else ()
    return Report(
        name=session.name,
        source=plan.source,
        target=plan.target,
        state=seen.run.state,
        verdict=_verdict(seen.run.state, plan, records, [proof for proof in proofs if proof]),
        started_at=seen.run.started_at,
        ended_at=seen.run.ended_at,
        accounts=tuple(f"{c.provider}: {c.email}" for c in accounts),
        moved=_moved(system, mapping, records),
        left=(
            *_left(system, mapping),
            *(left for proof in proofs if proof for left in _left_of(proof)),
            *(Left(what=proof.store, reason=why) for proof in stores for why in proof.left_out),
        ),
        proofs=tuple(proof for proof in proofs if proof is not None),
        store_proofs=tuple(proof for proof in stores if proof.parts),
        config=tuple(
            (system.app(c.app_id).name, c.name, _became(c)) for c in mapping.config if c.app_id in moves
        ),
        timings=tuple(
            Timing(
                title=step.title,
                state=records[step.key].state if step.key in records else "pending",
                seconds=records[step.key].seconds if step.key in records else None,
                evidence=_summary(records.get(step.key)),
            )
            for step in plan.steps
        ),
        todo=todos(
            Known(
                system=system,
                accepted=tuple(gap for gap in read.gaps if gap.key in answers.acknowledged),
                mapping=mapping,
                prepared=session.load(PREPARED) or Prepared(),
                plan=plan,
                records=records,
                state=seen.run.state,
            )
        ),
        addresses=_addresses(system, mapping, records),
        events=tuple(journal.events(limit=5_000)),
    )


def _proof(gauges: dict[str, str], handle: str) -> Proof | None:
    for name in (f"proof:{handle}", f"first-proof:{handle}"):
        if name in gauges:
            return decode(gauges[name], Proof, what="the journal")
    return None


def _left_of(proof: Proof) -> list[Left]:
    """What of a database does not come along, as the engine said when it made the schema."""
    left = []
    for words in proof.left_out:
        what, _, reason = words.partition(": ")
        left.append(Left(what=f"{proof.database}: {what}", reason=reason or "not taken along"))
    return left


def _summary(record: StepRecord | None) -> str:
    if record is None:
        return ""
    if record.trouble is not None:
        # The rest of it is the end of a log, which the run's own lists show.
        return joined(record.trouble.cause.partition("\n")[0], tag(record.trouble.code))
    return record.evidence.summary if record.evidence else ""


def _verdict(state: str, plan: Plan, records: dict[str, StepRecord], proofs: list[Proof]) -> str:
    done = sum(record.state == "done" for record in records.values())
    match state:
        case "done" if differing := [proof.database for proof in proofs if not proof.equal]:
            # No run gets this far with one; a report says what it sees, all the same.
            return (
                f"The steps are done, but the proof of {', '.join(differing)} found differences: see below."
            )
        case "done":
            return f"The system runs on {plan.target}; {_all(done, records)}."
        case "taken-back":
            missing = " What you removed there yourself is yours to put back."
            by_hand = missing if put_back_by_hand(plan, records) else ""
            return f"{plan.source} serves as before: the cut-over did not happen.{by_hand}"
        case _:
            return f"{done} of {len(plan.steps)} steps are done; the run is {state}."


def _all(done: int, records: dict[str, StepRecord]) -> str:
    """What is proven is told apart from what a person said."""
    said = sum(bool(one.evidence and ACCEPTED in one.evidence.facts) for one in records.values())
    if not said:
        return f"all {done} steps are done and proven"
    return f"all {done} steps are done, {said} of them by a person's word and the others proven"


def _became(choice: ConfigChoice) -> str:
    words = {
        "copy": "copied",
        "drop": "dropped",
        "database": "replaced (new database URL)",
        "app-url": "replaced (new web address)",
        "port": "replaced (the port of the container)",
    }
    action = words.get(choice.replacement or choice.action, choice.action)
    return f"{action}: {choice.reason}" if choice.reason else action


def _add_on(add_on: AddOn) -> str:
    # Heroku's names of plans begin with the service already.
    return f"{add_on.name} ({add_on.service}:{add_on.plan.removeprefix(f'{add_on.service}:')})"


def _moved(system: System, mapping: Mapping, records: dict[str, StepRecord]) -> tuple[Moved, ...]:
    moved = []
    for database in mapping.moved_databases():
        add_on = system.add_on(database.add_on_id)
        where = in_space(mapping, space_of_data(mapping, database.add_on_id))
        moved.append(
            Moved(
                what=_add_on(add_on),
                became=f"{database.handle}, PostgreSQL {database.version}".rstrip() + where,
                proof=_summary(records.get(f"prove:{database.handle}")),
            )
        )
    for store in moved_stores(mapping):
        add_on = system.add_on(store.add_on_id)
        key = f"{'left' if store.action == 'empty' else 'prove'}:{store.handle}"
        became = f"{store.handle}, {type_name(store.type)} {store.version}, {HOW[store.action]}"
        became += in_space(mapping, space_of_data(mapping, store.add_on_id))
        moved.append(Moved(what=_add_on(add_on), became=became, proof=_summary(records.get(key))))
    for choice in mapping.moved_apps():
        app = system.app(choice.app_id)
        url = _url(choice.handle, records)
        name = choice.handle + in_space(mapping, space_of_app(mapping, choice.app_id))
        moved.append(
            Moved(
                what=app.name,
                became=f"{name}, {url}" if url else name,
                proof=_summary(records.get(f"health:{choice.handle}")),
            )
        )
        moved.extend(_processes(app, mapping))
    for what, became, proof in moved_network(system, mapping, records):
        moved.append(Moved(what=what, became=became, proof=proof))
    return tuple(moved)


def _processes(app: App, mapping: Mapping) -> list[Moved]:
    moved = []
    for process in mapping.processes:
        if process.app_id == app.id and (became := process_became(process)):
            moved.append(Moved(what=f"{app.name} {process.type}", became=became))
        elif process.app_id == app.id and process.action == "service":
            became = f"service {process.service}, {process.count} x {process.memory_mb} MB"
            moved.append(Moved(what=f"{app.name} {process.type}", became=became))
        elif process.app_id == app.id and process.action == "release-hook":
            moved.append(Moved(what=f"{app.name} {process.type}", became="a command before each deploy"))
    for job in mapping.jobs:
        if job.app_id == app.id and job.action == "cron":
            moved.append(Moved(what=_job(app, job.job_id), became="a line of the cron service"))
    moved += [Moved(what=_job(app, id_), became=became) for id_, became in jobs_became(app, mapping)]
    moved += [Moved(what=what, became=became) for what, became in files_became(app, mapping)]
    return moved


def _job(app: App, job_id: str) -> str:
    command = next((job.command for job in app.jobs or () if job.id == job_id), job_id)
    return f"{app.name} scheduler job: {command}"


def _left(system: System, mapping: Mapping) -> tuple[Left, ...]:
    left = [
        Left(what=system.app(c.app_id).name, reason="; ".join(filter(None, (c.reason, c.harmless))))
        for c in mapping.apps
        if c.action == "leave"
    ]
    left += [
        Left(what=f"{system.app(c.app_id).name} {c.type}", reason=c.reason)
        for c in mapping.processes
        if c.action == "leave"
    ]
    left += [
        Left(what=_job(system.app(c.app_id), c.job_id), reason=c.reason)
        for c in mapping.jobs
        if c.action == "leave"
    ]
    for choices in (mapping.databases, mapping.stores, mapping.add_ons):
        for choice in choices:
            if choice.action == "leave":
                add_on = system.add_on(choice.add_on_id)
                left.append(Left(what=_add_on(add_on), reason=choice.reason))
    left += [Left(what=c.hostname, reason=c.reason) for c in mapping.domains if c.action == "leave"]
    left += [Left(what=what, reason=reason) for what, reason in left_drains(system, mapping)]
    left += [Left(what=what, reason=reason) for what, reason in files_left(system, mapping)]
    return tuple(left)


def _addresses(system: System, mapping: Mapping, records: dict[str, StepRecord]) -> tuple[Address, ...]:
    urls = ((choice, _url(choice.handle, records)) for choice in mapping.moved_apps())
    found = [Address(what=f"web address of {choice.handle}", value=url) for choice, url in urls if url]
    found += [
        Address(what=f"{record.kind} of {record.hostname}", value=record.target)
        for record in dns_records(system, mapping, records)
        if record.target
    ]
    return tuple(found)


def _url(handle: str, records: dict[str, StepRecord]) -> str:
    return str(web_address(records, handle).get("url") or "")
