"""A custom domain through a whole move: records set while it waits, a worker killed, and the way back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from providers.sandbox.control import ask as ask_sandbox
from tests.faults.run_world import RunWorld, make_world, now, state_of
from tests.pem_files import host_files
from wizard.mapping.certificates import look_at
from wizard.mapping.domains import propose_domain
from wizard.mapping.edit import set_domain_late, use_certificate
from wizard.model.network import Domain
from wizard.registry import target_provider
from wizard.run.journal import Journal
from wizard.session.parts import MAPPING, SYSTEM

HOST = "www.acme.example"
TODAY = "quiet-fjord.herokudns.com"
CERTIFICATE, TRAFFIC = f"certificate:{HOST}", f"traffic:{HOST}"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    """Planned with a custom domain of the frontend, whose DNS leads to Heroku."""
    needs_program("ssh")
    with make_world(parent) as made:
        _give_a_domain(made)
        dns(made, HOST, TODAY)
        dns(made, TODAY, "192.0.2.7", kind="A")
        yield made


def dns(world: RunWorld, name: str, value: str, *, kind: str = "CNAME") -> None:
    """As a person sets a record at their provider."""
    request = {"do": "aptible-dns", "name": name, "kind": kind, "values": [value]}
    now(ask_sandbox(world.sandbox._socket, request))


def _give_a_domain(world: RunWorld) -> None:
    system, mapping = world.session.load(SYSTEM), world.session.load(MAPPING)
    assert system is not None and mapping is not None
    domain = Domain(hostname=HOST, kind="custom", cname=TODAY)
    apps = tuple(
        msgspec.structs.replace(app, domains=(domain,)) if app.name == "migrate-frontend" else app
        for app in system.apps
    )
    world.session.save(SYSTEM, msgspec.structs.replace(system, apps=apps))
    app = next(app for app in apps if app.name == "migrate-frontend")
    choice = propose_domain(app, domain, target_provider("aptible").profile())
    assert choice.action == "endpoint"
    world.plan_again(msgspec.structs.replace(mapping, domains=(choice,)))


def facts_of(world: RunWorld, key: str) -> dict[str, object]:
    record = Journal(world.session).steps()[key]
    assert record.evidence is not None
    return dict(record.evidence.facts)


def vhosts(world: RunWorld) -> int:
    return int(world.facts["aptible"]["posts"].get("/services/*/vhosts", 0))


def to_the_gate(world: RunWorld) -> str:
    """Up to the cut-over's gate, the record set on the way; where the domain is to lead."""
    world.start()
    world.wait(lambda seen: seen.run.current == CERTIFICATE and CERTIFICATE in seen.dns)
    made = facts_of(world, f"domain:{HOST}")
    dns(world, str(made["challenge_name"]), str(made["challenge_target"]))
    assert world.say("retry") == {"ok": True}
    world.wait_for_gate("gate:cut-over")
    return str(made["dns_target"])


@pytest.mark.slow
def test_a_domain_moves_with_its_certificate_and_traffic(world: RunWorld) -> None:
    world.start()
    world.wait(lambda seen: seen.run.current == CERTIFICATE and CERTIFICATE in seen.dns)
    world.kill_worker()
    target = to_the_gate(world)
    assert facts_of(world, CERTIFICATE) == {"certificate": "ready"}
    assert vhosts(world) == 1, "the worker that was killed had made it already"
    assert world.heroku() == world.before
    world.pass_gate("gate:cut-over")
    seen = world.wait(lambda seen: seen.run.current == TRAFFIC and TRAFFIC in seen.dns, 120)
    assert "still" in seen.dns[TRAFFIC].records[0].seen and seen.can_go_back
    dns(world, HOST, target)
    assert world.say("retry") == {"ok": True}
    world.wait_for_gate("gate:finish")
    assert world.finish().run.state == "done", world.story(world.seen)
    assert state_of(world.seen, TRAFFIC) == "done" and vhosts(world) == 3


@pytest.mark.slow
def test_going_back_keeps_the_endpoint_and_names_the_old_record(world: RunWorld) -> None:
    target = to_the_gate(world)
    world.pass_gate("gate:cut-over")
    world.wait(lambda seen: seen.run.current == TRAFFIC and TRAFFIC in seen.dns, 120)
    dns(world, HOST, target)
    world.say("retry")
    world.wait_for_gate("gate:finish")
    assert world.say("back") == {"ok": True}
    assert world.wait_for_end().run.state == "taken-back", world.story(world.seen)
    world.assert_heroku_as_before()
    told = [event.text for event in Journal(world.session).events() if event.kind == "back"]
    assert any(text.startswith(f"Put the DNS back by hand: {HOST} -> {TODAY}.") for text in told), told
    assert facts_of(world, f"domain:{HOST}")["dns_target"] == target, "it stays, and is found again"


@pytest.mark.slow
def test_a_domain_moves_with_a_certificate_of_ones_own(world: RunWorld, tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, "*.acme.example")
    own = look_at(str(chain), str(key), HOST)
    mapping = world.session.load(MAPPING)
    assert mapping is not None
    app_id = mapping.domains[0].app_id
    world.plan_again(use_certificate(mapping, app_id, HOST, (str(chain), str(key)), own))
    world.start()
    world.wait_for_step(f"domain:{HOST}", "intent", "done")
    world.kill_worker()
    secret = key.read_text().splitlines()[1].encode()
    key.unlink()
    world.start()
    world.wait_for_gate("gate:cut-over")
    assert world.facts["aptible"]["posts"]["/accounts/*/certificates"] == 1 and vhosts(world) == 1
    assert world.heroku() == world.before
    target = str(facts_of(world, f"domain:{HOST}")["dns_target"])
    world.pass_gate("gate:cut-over")
    world.wait(lambda seen: seen.run.current == TRAFFIC and TRAFFIC in seen.dns, 120)
    dns(world, HOST, target)
    assert world.say("retry") == {"ok": True}
    world.wait_for_gate("gate:finish")
    assert world.finish().run.state == "done", world.story(world.seen)
    kept = [path for path in world.session.folder.rglob("*") if path.is_file()]
    assert kept and not any(secret in path.read_bytes() for path in kept)


@pytest.mark.slow
def test_a_refusal_to_deploy_what_is_empty_leaves_a_way_on(world: RunWorld) -> None:
    fail = {"kind": "fail", "path": "operation:/deploy/apps", "message": "An image needs a command to run"}
    now(ask_sandbox(world.sandbox._socket, {"do": "fault", "vendor": "aptible", **fail}))
    world.start()
    seen = world.wait_for_end()
    seat = next(step for step in seen.steps if step.step.kind == "seat")
    assert (seen.run.state, seat.record.state) == ("failed", "failed") and seat.record.trouble is not None
    assert "An image needs a command to run" in seat.record.trouble.cause
    assert "made after the first deploy, or by hand" in seat.record.trouble.remedy
    assert world.heroku() == world.before
    assert world.say("stop") == {"ok": True}
    world.wait(lambda seen: seen.run.state == "stopped" and seen.worker == "none")
    mapping = world.session.load(MAPPING)
    assert mapping is not None
    world.plan_again(set_domain_late(mapping, mapping.domains[0].app_id, HOST, True))
    world.to_cut_over()
    world.wait(lambda seen: seen.run.current == CERTIFICATE and CERTIFICATE in seen.dns, 120)
    made = facts_of(world, f"domain:{HOST}")
    dns(world, str(made["challenge_name"]), str(made["challenge_target"]))
    world.say("retry")
    world.wait(lambda seen: seen.run.current == TRAFFIC and TRAFFIC in seen.dns, 120)
    dns(world, HOST, str(made["dns_target"]))
    world.say("retry")
    assert world.finish().run.state == "done", world.story(world.seen)
