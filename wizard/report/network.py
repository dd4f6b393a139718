"""Custom domains and log drains in the report: what moved, what was left, what is still a person's to do."""

from collections.abc import Iterator

from wizard.mapping.drains import NONE_THERE, chosen_name, find_drain, is_wanted, space_drains
from wizard.model.mapping import Mapping
from wizard.model.plan import Plan
from wizard.model.system import System
from wizard.run.journal import StepRecord
from wizard.run.watched import ACCEPTED

Records = dict[str, StepRecord]


def moved_network(system: System, mapping: Mapping, records: Records) -> Iterator[tuple[str, str, str]]:
    """Domains with an endpoint of their own and log drains: what it was, what it became, what proves it."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    for domain in mapping.domains:
        if domain.action == "endpoint" and domain.app_id in moved:
            kinds = ("certificate", "traffic", "secured")
            proof = "; ".join(filter(None, (_said(records, f"{kind}:{domain.hostname}") for kind in kinds)))
            if left := gone_on_without(records, domain.hostname):
                yield domain.hostname, "not moved", left
                continue
            whose = "your certificate" if domain.fingerprint else "a certificate of its own"
            yield domain.hostname, f"an endpoint with {whose}", proof
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action == "move" and is_wanted(system, mapping, choice) and drain is not None:
            name = chosen_name(system, choice, drain)
            yield name, f"log drain {choice.handle}", _said(records, f"drain:{choice.handle}")


def gone_on_without(records: Records, hostname: str) -> str:
    """What is told of a domain that a person did without in the run, "" for any other."""
    record = records.get(f"domain:{hostname}")
    evidence = record.evidence if record and record.state == "done" else None
    return evidence.summary if evidence and ACCEPTED in evidence.facts else ""


def left_drains(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Log drains that were left behind, and why."""
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action == "leave" and drain is not None and not choice.reason.startswith(NONE_THERE):
            yield chosen_name(system, choice, drain), choice.reason


def endpoints_to_make(plan: Plan, records: Records) -> Iterator[tuple[str, str]]:
    """Domains that the run went on without: what to do, and how."""
    for step in plan.steps:
        hostname = str(step.args.get("hostname", ""))
        if step.kind in ("domain", "own-domain") and (left := gone_on_without(records, hostname)):
            yield (
                f"Give {hostname} an endpoint of {step.args['handle']}",
                f"{left}. Make it in the dashboard of {plan.target} (the app, its Endpoints; container port "
                f"{step.args['port']}), then set the records that it names.",
            )


def certificates_to_make(mapping: Mapping, records: Records) -> Iterator[tuple[str, str]]:
    """What a person does for each certificate that they did not wait for, or that is their own."""
    for domain in mapping.domains:
        record = records.get(f"certificate:{domain.hostname}")
        if record is None or record.evidence is None or ACCEPTED not in record.evidence.facts:
            continue
        if gone_on_without(records, domain.hostname):
            continue  # what is left to do of it is told with its endpoint
        made = records.get(f"domain:{domain.hostname}")
        facts = made.evidence.facts if made and made.evidence else {}
        yield (
            f"Have the certificate of {domain.hostname} made",
            f"CNAME {facts.get('challenge_name')} -> {facts.get('challenge_target')}, and nothing else at "
            "that name. Then renew it: the target's dashboard, at its endpoint.",
        )
    yield from _to_renew(mapping, records)


def _to_renew(mapping: Mapping, records: Records) -> Iterator[tuple[str, str]]:
    for domain in mapping.domains:
        record = records.get(f"domain:{domain.hostname}")
        if not domain.fingerprint or record is None or record.state != "done":
            continue
        if gone_on_without(records, domain.hostname):
            continue
        yield (
            f"Renew your certificate for {domain.hostname} before {domain.good_until}",
            "Nobody does it by itself: give the new one to its endpoint in the target's dashboard in time.",
        )


def drains_by_hand(system: System, mapping: Mapping, app_id: str) -> tuple[str, ...]:
    """Where an app's log went on Heroku, by its own drains and its space's, without what is moved or was left
    for a reason."""
    decided = {
        choice.drain_id
        for choice in mapping.drains
        if choice.action == "move" or (choice.action == "leave" and not choice.reason.startswith(NONE_THERE))
    }
    app = system.app(app_id)
    of_space = [drain for space, drain in space_drains(system) if space.name == app.space]
    return tuple(drain.address for drain in (*app.drains, *of_space) if drain.id not in decided)


def _said(records: Records, key: str) -> str:
    record = records.get(key)
    return record.evidence.summary if record and record.state == "done" and record.evidence else ""
