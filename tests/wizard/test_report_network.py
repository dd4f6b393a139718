"""Custom domains and log drains in the report: moved with their proof, left with a reason, to do by hand."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.screens.example_system import BACKEND, FRONTEND
from tests.wizard.stages.test_mapping_network import HOST, PAPERTRAIL, spaced, system
from tests.wizard.test_plan_network import mapped, owned, plan_of
from wizard.mapping.drains import NONE_THERE, decide_drain
from wizard.model.network import Drain
from wizard.model.plan import Evidence
from wizard.report.network import drains_by_hand, left_drains, moved_network
from wizard.report.report import Report, build
from wizard.run.dns import dns_records
from wizard.run.journal import Journal
from wizard.run.watched import ACCEPTED
from wizard.session.parts import MAPPING, PLAN, SYSTEM
from wizard.session.store import Session, create

ELB = "elb-shop-9.aptible.in"
PLAIN = "syslog://10.0.0.1:514"


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def ran(session: Session, *, accepted: bool = False) -> Journal:
    read = system(drains={BACKEND: (Drain(id="d1", address=PAPERTRAIL), Drain(id="d2", address=PLAIN))})
    mapping = decide_drain(mapped(read), BACKEND, "d2", "leave", "nobody reads it")
    plan = plan_of(read, mapping)
    session.save(SYSTEM, read)
    session.save(MAPPING, mapping)
    session.save(PLAN, plan)
    journal = Journal(session)
    journal.start_run(plan)
    for step in plan.steps:
        facts: dict[str, str | int | float | bool | None] = {}
        if step.kind == "domain":
            facts = {"dns_target": ELB, "challenge_name": f"_acme-challenge.{HOST}", "challenge_target": "x"}
        elif step.kind in ("certificate", "traffic"):
            facts = {ACCEPTED: True} if accepted else {"dns_target": ELB}
        journal.end(step.key, "done", Evidence(summary=f"proof of {step.key}", facts=facts))
    journal.set_run("done")
    return journal


def todo(report: Report) -> dict[str, str]:
    return {one.what: one.how for one in report.todo}


def test_what_moved_has_its_proof_and_leaves_nothing_to_do(session: Session) -> None:
    ran(session)
    report = build(session)
    moved = {one.what: (one.became, one.proof) for one in report.moved}
    became, proof = moved[HOST]
    assert became == "an endpoint with a certificate of its own"
    assert proof == f"proof of certificate:{HOST}; proof of traffic:{HOST}"
    (drain,) = [one for one in report.moved if "log drain" in one.what]
    assert PAPERTRAIL in drain.what and drain.proof.startswith("proof of drain:")
    assert (f"migrate-backend log drain {PLAIN}", "nobody reads it") in {
        (one.what, one.reason) for one in report.left
    }
    assert not [what for what in todo(report) if HOST in what or "log drains" in what]
    assert (f"CNAME of {HOST}", ELB) in {(one.what, one.value) for one in report.addresses}


def test_a_certificate_of_ones_own_is_to_be_renewed_by_hand(session: Session) -> None:
    ran(session)
    mapping = session.load(MAPPING)
    assert mapping is not None
    session.save(MAPPING, owned(mapping))
    report = build(session)
    assert {one.what: one.became for one in report.moved}[HOST] == "an endpoint with your certificate"
    how = todo(report)[f"Renew your certificate for {HOST} before 2031-01-01"]
    assert "dashboard" in how


def test_the_drain_of_a_space_is_told_like_others(session: Session) -> None:
    read = spaced("https://logs.acme.example")
    mapping = mapped(read)
    names = [what for what, _, _ in moved_network(read, mapping, {})]
    assert "the space acme-eu: log drain https://logs.acme.example" in names
    left = decide_drain(mapping, "", "d9", "leave", "nobody reads it")
    assert ("the space acme-eu: log drain https://logs.acme.example", "nobody reads it") in left_drains(
        read, left
    )
    none = decide_drain(mapping, "", "d9", "leave", NONE_THERE)
    assert drains_by_hand(read, none, FRONTEND) == ("https://logs.acme.example",)
    assert drains_by_hand(read, none, BACKEND) == ()


def test_what_was_passed_by_is_to_be_done(session: Session) -> None:
    ran(session, accepted=True)
    told = todo(build(session))
    assert told[f"Point {HOST} at Aptible"] == f"CNAME {HOST} -> {ELB} (today x.herokudns.com)."
    assert f"CNAME _acme-challenge.{HOST} -> x" in told[f"Have the certificate of {HOST} made"]


def test_a_domain_that_was_gone_on_without_is_to_be_given_an_endpoint(session: Session) -> None:
    journal = ran(session, accepted=True)
    left = Evidence(summary=f"{HOST}: a person went on without it (no quota)", facts={ACCEPTED: True})
    journal.end(f"domain:{HOST}", "done", left)
    report = build(session)
    assert [(one.became, one.proof) for one in report.moved if one.what == HOST] == [
        ("not moved", left.summary)
    ]
    (what,) = [one for one in todo(report) if HOST in one + todo(report)[one]]
    assert what.startswith(f"Give {HOST} an endpoint of "), "said once, not for each of its steps"
    assert "no quota" in todo(report)[what] and "container port" in todo(report)[what]


def test_going_back_says_where_the_name_was(session: Session) -> None:
    journal = ran(session)
    journal.set_run("taken-back")
    assert "x.herokudns.com" in todo(build(session))[f"Look that {HOST} points at Heroku"]


def test_no_address_is_named_before_there_is_an_endpoint(session: Session) -> None:
    ran(session)
    read, mapping = session.load(SYSTEM), session.load(MAPPING)
    assert read is not None and mapping is not None
    (record,) = dns_records(read, msgspec.structs.replace(mapping), {})
    assert (record.managed, record.done, record.target) == (True, False, "")
