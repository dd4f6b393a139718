"""A domain that the target refuses once the apps serve there: a person decides, nothing is taken back."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.wizard.capsule_world import SPACE, FakeContext
from tests.wizard.run_world import Running, World, world
from tests.wizard.test_capsule_domains import DOMAIN, HOST, SECURED, TRAFFIC
from tests.wizard.test_run_capsules import CAPSULE, soon, wish
from wizard.model.noun import decode
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import DomainEndpoint
from wizard.run import drive as drives
from wizard.run.guide import GUIDE, Guide
from wizard.run.kinds import KINDS
from wizard.run.kinds.capsule_domain import CapsuleDomain, CapsuleTraffic, Secured
from wizard.run.watched import ACCEPTED
from wizard.session.store import create

__all__ = ["world"]

REFUSED = "Code Capsules refuses to add the domain www.acme.example to web: Domain is already in use"


@pytest.fixture
async def context(tmp_path: Path) -> FakeContext:
    made = FakeContext(tmp_path, [CAPSULE, DOMAIN, TRAFFIC, SECURED])
    await made.target.create_capsule(SPACE, wish("backend"), print)
    made.target.refuses = Trouble(REFUSED, remedy="Correct what it says.", code="refused")
    made.target.asked.clear()
    return made


def guide(context: FakeContext) -> Guide | None:
    text = context.journal.shown.get(GUIDE)
    return decode(text, Guide, what="the journal") if text else None


def begun(context: FakeContext) -> tuple[CapsuleDomain, "asyncio.Task[None]"]:
    kind = CapsuleDomain()
    kind.every = 0.02
    return kind, asyncio.create_task(kind.do(context.as_context, DOMAIN))


async def test_it_is_told_once_and_asked_for_again_when_a_person_says_so(context: FakeContext) -> None:
    kind, doing = begun(context)
    await soon(lambda: guide(context) is not None and "does not belong" in guide(context).seen)
    shown = guide(context)
    assert shown is not None and shown.by_word and shown.without and not shown.blind
    words = " ".join(line.text for line in shown.lines)
    assert REFUSED in words and "go on without it" in words and "r to have Code Capsules asked again" in words
    await asyncio.sleep(0.1)
    assert context.target.asked == [f"domain {HOST}"], "it is not asked for again by itself"
    assert any(REFUSED in text for text in context.journal.told)
    context.target.refuses = None
    context.look_again.set()
    await asyncio.wait_for(doing, 10)
    assert context.target.asked == [f"domain {HOST}"] * 2
    assert "belongs to shop" in (await kind.verify(context.as_context, DOMAIN)).summary
    assert guide(context) is None


async def test_what_a_person_adds_in_the_dashboard_is_seen(context: FakeContext) -> None:
    kind, doing = begun(context)
    await soon(lambda: guide(context) is not None)
    context.target.domains[HOST] = DomainEndpoint(
        id="1", service_id="id-shop", hostname=HOST, state="provisioned", dns_target="own.example"
    )
    await asyncio.wait_for(doing, 10)
    assert (await kind.verify(context.as_context, DOMAIN)).facts["dns_target"] == "own.example"


async def test_a_person_may_go_on_without_it_and_nothing_is_waited_for_then(context: FakeContext) -> None:
    kind, doing = begun(context)
    await soon(lambda: guide(context) is not None)
    context.accepted.add(DOMAIN.key)
    context.look_again.set()
    await asyncio.wait_for(doing, 10)
    assert context.target.asked == [f"domain {HOST}"]
    found = await kind.verify(context.as_context, DOMAIN)
    assert found.facts == {ACCEPTED: True} and "already in use" in found.summary
    record = context.journal.records[DOMAIN.key]
    context.journal.records[DOMAIN.key] = msgspec.structs.replace(record, state="done", evidence=found)
    assert await CapsuleDomain().probe(context.as_context, DOMAIN) == found
    for later in (CapsuleTraffic(), Secured()):
        left = await later.probe(context.as_context, TRAFFIC)
        assert left is not None and left.facts == {ACCEPTED: True}
        assert await later.undo(context.as_context, TRAFFIC) == ""
    assert await kind.undo(context.as_context, DOMAIN) == ""


async def test_what_passes_by_itself_is_left_to_the_next_try(context: FakeContext) -> None:
    context.target.refuses = Unreachable("No answer.", remedy="Wait.")
    with pytest.raises(Unreachable):
        await CapsuleDomain().do(context.as_context, DOMAIN)
    assert guide(context) is None


def test_all_three_steps_of_a_domain_take_nothing_back() -> None:
    assert all(KINDS[one.kind].serves_without for one in (DOMAIN, TRAFFIC, SECURED))
    others = ("domain", "own-domain", "certificate", "traffic")
    assert all(KINDS[kind].serves_without for kind in others), "an endpoint that comes late, the same"
    assert not KINDS["health"].serves_without


@pytest.mark.parametrize("without", [True, False])
async def test_a_step_without_which_the_apps_serve_does_not_take_the_cut_over_back(
    world: World, monkeypatch: pytest.MonkeyPatch, without: bool
) -> None:
    monkeypatch.setattr(drives.KINDS["fake"], "serves_without", without)
    monkeypatch.setattr(drives, "CUT_OVER_PATIENCE", 0.05)
    passing = Unreachable("No answer.", remedy="Wait.")
    world.doing["deploy"] = [*[passing] * 30, Trouble("It is refused.", remedy="Press r.", code="refused")]
    session = create("acme-shop")
    running = Running(session)
    await running.pass_gate(drives.CUT_OVER)
    ends = {"failed"} if without else {"taken-back"}
    await running.wait(lambda seen: seen.run.state in ends)
    assert bool(world.undone) is not without
    if without:
        assert len(world.doing["deploy"]) == 0, "what passes by itself was waited for"
        assert (await running.say("retry"))["ok"]
        await running.wait(lambda seen: running.states()["deploy"] == "done")
    await running.kill()
    session.close()
