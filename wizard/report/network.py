"""Custom domains and log drains in the report: what moved, what was left, what is still a person's to do."""

from collections.abc import Iterator

from wizard.mapping.drains import NONE_THERE, drain_name, find_drain
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.run.journal import StepRecord
from wizard.run.watched import ACCEPTED

Records = dict[str, StepRecord]


def moved_network(system: System, mapping: Mapping, records: Records) -> Iterator[tuple[str, str, str]]:
    """Domains with an endpoint of their own and log drains: what it was, what it became, what proves it."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    for domain in mapping.domains:
        if domain.action == "endpoint" and domain.app_id in moved:
            proof = "; ".join(
                filter(
                    None, (_said(records, f"{kind}:{domain.hostname}") for kind in ("certificate", "traffic"))
                )
            )
            yield domain.hostname, "an endpoint with a certificate of its own", proof
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action == "move" and choice.app_id in moved and drain is not None:
            name = drain_name(system.app(choice.app_id), drain)
            yield name, f"log drain {choice.handle}", _said(records, f"drain:{choice.handle}")


def left_drains(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Log drains that were left behind, and why."""
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action == "leave" and drain is not None and not choice.reason.startswith(NONE_THERE):
            yield drain_name(system.app(choice.app_id), drain), choice.reason


def certificates_to_make(mapping: Mapping, records: Records) -> Iterator[tuple[str, str]]:
    """What a person does for each certificate that they did not wait for."""
    for domain in mapping.domains:
        record = records.get(f"certificate:{domain.hostname}")
        if record is None or record.evidence is None or ACCEPTED not in record.evidence.facts:
            continue
        made = records.get(f"domain:{domain.hostname}")
        facts = made.evidence.facts if made and made.evidence else {}
        yield (
            f"Have the certificate of {domain.hostname} made",
            f"CNAME {facts.get('challenge_name')} -> {facts.get('challenge_target')}, and nothing else at "
            "that name. Then renew it: the target's dashboard, at its endpoint.",
        )


def drains_by_hand(system: System, mapping: Mapping, app_id: str) -> tuple[str, ...]:
    """Where an app's log went on Heroku, without what is moved or was left for a reason."""
    decided = {
        choice.drain_id
        for choice in mapping.drains
        if choice.action == "move" or (choice.action == "leave" and not choice.reason.startswith(NONE_THERE))
    }
    return tuple(drain.address for drain in system.app(app_id).drains if drain.id not in decided)


def _said(records: Records, key: str) -> str:
    record = records.get(key)
    return record.evidence.summary if record and record.state == "done" and record.evidence else ""
