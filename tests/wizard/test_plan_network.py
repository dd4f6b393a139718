"""Where domains and drains stand in the plan: after what they hang on, before what waits for them."""

from typing import cast

import msgspec
import pytest

from tests.screens.example_system import BACKEND, FRONTEND
from tests.wizard.stages.test_mapping_network import HOST, PAPERTRAIL, profile, spaced, system
from tests.wizard.test_plan_steps import PREPARED, reachable
from wizard.mapping.certificates import OwnCertificate
from wizard.mapping.edit import decide_domain, leave_undecided, set_domain_late, use_certificate
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.network import Drain
from wizard.model.plan import Plan
from wizard.model.system import System
from wizard.plan.network import SPACE
from wizard.plan.plan import CUT_OVER, FINISH, make_plan
from wizard.run.kinds import KINDS

DRAINS = {BACKEND: (Drain(id="d1", address=PAPERTRAIL),), FRONTEND: (Drain(id="d2", address=PAPERTRAIL),)}
MADE = (f"domain:{HOST}", f"certificate:{HOST}", f"traffic:{HOST}")


def mapped(read: System) -> Mapping:
    return leave_undecided(propose(read, profile()), "not needed")


def plan_of(read: System, mapping: Mapping) -> Plan:
    return make_plan("acme-shop", read, mapping, PREPARED, source_title="Heroku", profile=profile())


def handle(mapping: Mapping) -> str:
    return next(choice.handle for choice in mapping.apps if choice.app_id == FRONTEND)


def positions(plan: Plan) -> dict[str, int]:
    return {step.key: number for number, step in enumerate(plan.steps)}


def assert_sound(plan: Plan) -> None:
    at = positions(plan)
    assert len(at) == len(plan.steps)
    phases = [("prepare", "copy", "cut-over", "finish").index(step.phase) for step in plan.steps]
    assert phases == sorted(phases)
    for step in plan.steps:
        assert step.kind in KINDS and step.title and step.way_back
        assert all(at[needed] < at[step.key] for needed in step.needs), step.key


def test_the_certificate_is_there_before_the_gate_and_traffic_moves_before_the_last() -> None:
    read = system()
    mapping = mapped(read)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    at, name = positions(plan), handle(mapping)
    seat = f"seat:{name}"
    order = [f"app:{name}", seat, *MADE[:2], CUT_OVER, f"deploy:{name}", f"health:{name}", MADE[2], FINISH]
    assert [at[key] for key in order] == sorted(at[key] for key in order)
    copies = [at[step.key] for step in plan.steps if step.kind == "copy"]
    assert at[MADE[0]] < min(copies) and max(copies) < at[MADE[1]], "a person has the time of the copy"
    assert MADE[1] in reachable(plan, CUT_OVER) and MADE[2] in reachable(plan, FINISH)
    assert plan.step(seat).writes == "target" and not any(
        step.writes == "heroku" for step in plan.steps[: at[CUT_OVER]]
    )
    traffic = plan.step(MADE[2])
    assert traffic.by == "person" and "back at x.herokudns.com" in traffic.way_back
    gate = plan.step(CUT_OVER).gate
    assert gate is not None and HOST in gate.will_happen[-1] and "their DNS" in gate.duration


def test_no_service_is_made_ahead_where_it_is_not_needed() -> None:
    read = system()
    mapping = decide_domain(mapped(read), FRONTEND, HOST, "by-hand", "later")
    plan = plan_of(read, mapping)
    assert not {"seat", "domain", "certificate", "traffic"} & {step.kind for step in plan.steps}
    left = msgspec.structs.replace(
        mapped(read),
        apps=tuple(
            msgspec.structs.replace(one, action="leave", reason="r") if one.app_id == FRONTEND else one
            for one in mapped(read).apps
        ),
    )
    assert not any(step.kind == "domain" for step in plan_of(read, left).steps)


@pytest.mark.parametrize("data", ["moves", "stays"])
def test_without_a_copy_the_order_is_the_same(data: str) -> None:
    read = system()
    mapping = mapped(read)
    if data == "stays":
        databases = tuple(
            msgspec.structs.replace(one, action="leave", reason="r") for one in mapping.databases
        )
        mapping = msgspec.structs.replace(mapping, databases=databases)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    at = positions(plan)
    assert at[f"seat:{handle(mapping)}"] < at[MADE[0]] < at[MADE[1]] < at[CUT_OVER]


def test_without_a_push_by_git_all_of_it_follows_the_first_deploy() -> None:
    read = system()
    mapping = mapped(read)
    ways = tuple(
        msgspec.structs.replace(one, way="image", image="ghcr.io/acme/shop:v1")
        if one.app_id == FRONTEND
        else one
        for one in mapping.apps
    )
    mapping = msgspec.structs.replace(mapping, apps=ways)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    at = positions(plan)
    assert f"seat:{handle(mapping)}" not in at
    order = [CUT_OVER, f"health:{handle(mapping)}", *MADE, FINISH]
    assert [at[key] for key in order] == sorted(at[key] for key in order)


def owned(mapping: Mapping) -> Mapping:
    """The domain of the example with a certificate of the person's own."""
    own = OwnCertificate(
        fingerprint="f" * 64, names=(HOST,), issuer="Example", good_until="2031-01-01", chain="PEM"
    )
    return use_certificate(mapping, FRONTEND, HOST, ("/c/chain.pem", "/c/key.pem"), own)


@pytest.mark.parametrize("way", ["git", "image"])
def test_a_certificate_of_ones_own_is_sent_before_all_and_waits_for_no_record(way: str) -> None:
    read = system()
    mapping = owned(mapped(read))
    if way == "image":
        ways = tuple(
            msgspec.structs.replace(one, way="image", image="ghcr.io/acme/shop:v1")
            if one.app_id == FRONTEND
            else one
            for one in mapping.apps
        )
        mapping = msgspec.structs.replace(mapping, apps=ways)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    at, name = positions(plan), handle(mapping)
    domain, certificate, traffic = MADE[0], MADE[1], MADE[2]
    before = [certificate, f"seat:{name}", domain, CUT_OVER, traffic, FINISH]
    late = [certificate, CUT_OVER, f"health:{name}", domain, traffic, FINISH]
    order = before if way == "git" else late
    assert [at[key] for key in order] == sorted(at[key] for key in order)
    assert {step.kind for step in plan.steps} >= {"own-certificate", "own-domain", "traffic"}
    assert not {"domain", "certificate"} & {step.kind for step in plan.steps}
    sent = plan.step(certificate)
    assert sent.args["key_file"] == "/c/key.pem" and sent.args["fingerprint"] == "f" * 64
    assert domain in plan.step(traffic).needs and certificate in plan.step(domain).needs
    if way == "git":
        assert domain in plan.step(CUT_OVER).needs


def test_where_nothing_empty_can_be_deployed_the_endpoint_comes_after_the_deploy() -> None:
    read = system()
    mapping = set_domain_late(mapped(read), FRONTEND, HOST, True)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    at = positions(plan)
    assert f"seat:{handle(mapping)}" not in at
    order = [CUT_OVER, f"health:{handle(mapping)}", *MADE, FINISH]
    assert [at[key] for key in order] == sorted(at[key] for key in order)


def test_the_drain_of_a_space_is_made_while_an_app_of_it_moves() -> None:
    read = spaced("https://logs.acme.example")
    mapping = mapped(read)
    drains = [step for step in plan_of(read, mapping).steps if step.kind == "drain"]
    assert [step.args["drains"] for step in drains] == [(f"{BACKEND} d1",), (f"{SPACE}s1 d9",)]
    left = msgspec.structs.replace(
        mapping,
        apps=tuple(
            msgspec.structs.replace(one, action="leave", reason="r") if one.app_id == FRONTEND else one
            for one in mapping.apps
        ),
    )
    drains = [step for step in plan_of(read, left).steps if step.kind == "drain"]
    assert [step.args["drains"] for step in drains] == [(f"{BACKEND} d1",)]


def test_drains_are_made_first_and_once_for_all_apps() -> None:
    read = system(drains=DRAINS)
    mapping = mapped(read)
    plan = plan_of(read, mapping)
    assert_sound(plan)
    (drain,) = [step for step in plan.steps if step.kind == "drain"]
    assert sorted(cast(tuple[str, ...], drain.args["drains"])) == sorted((f"{BACKEND} d1", f"{FRONTEND} d2"))
    assert positions(plan)[drain.key] == 1, "right after the environment"
    assert "papertrail" in drain.title and "41234" not in str(drain.args)
