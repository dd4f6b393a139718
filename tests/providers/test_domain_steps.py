"""Custom domains and drains step by step: a real DNS, a sandbox's Aptible, a push over real ssh."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from providers.aptible.operations import Operations
from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.endpoints.acme import Acme
from tests.providers.aptible_wire import IMAGE, write_image
from tests.providers.aptible_world import World, aptible_world
from wizard.database.control import Control, Stopped
from wizard.model.network import Domain
from wizard.model.noun import decode
from wizard.model.plan import Evidence, Plan, Step
from wizard.model.secret import Secret
from wizard.model.system import App
from wizard.model.trouble import Trouble
from wizard.plan.network import SPACE
from wizard.ports import Environment, TargetApp
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.creations import JournalCreations
from wizard.run.dns_lookup import Names
from wizard.run.guide import GUIDE, Guide
from wizard.run.journal import BEGUN, Journal
from wizard.run.kinds.domain import Certificate, DomainKind, Traffic
from wizard.run.kinds.drain import DrainKind
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.seat import Seat
from wizard.run.kinds.serve import EndpointKind
from wizard.run.kinds.watch import Watch
from wizard.run.release_before import release_before
from wizard.run.rollback import known_rollbacks
from wizard.run.seat_code import seat_commit
from wizard.run.watched import ACCEPTED, GAUGE, DnsWatch
from wizard.session.store import create

HOST = "www.acme.example"
TODAY = "quiet-fjord.herokudns.com"
TOKEN = "drainCANARY82"
ABOUT = {"app": "a", "handle": "shop", "hostname": HOST}


def step(kind: str, **more: Any) -> Step:
    phase = "cut-over" if kind == "traffic" else "prepare"
    args = {**ABOUT, **more}
    return Step(key=f"{kind}:{HOST}", kind=kind, title=kind, phase=phase, args=args)  # type: ignore[arg-type]


SEAT = step("seat", port=3000)
DOMAIN = step("domain", port=3000)
ENDPOINT = step("endpoint", port=3000)
CERTIFICATE = step("certificate")
TRAFFIC = step("traffic", today=TODAY)
DRAIN = step("drain", drains=("a d1", "b d2", "b d3"), databases=True)
OTHER_DOMAIN, OTHER_CERTIFICATE, OTHER_TRAFFIC = (
    Step(
        key=f"{kind}:acme.example",
        kind=kind,
        title=kind,
        phase="copy",
        args={"hostname": "acme.example", "today": ""},
    )
    for kind in ("domain", "certificate", "traffic")
)
OTHERS = (OTHER_DOMAIN, OTHER_CERTIFICATE, OTHER_TRAFFIC)
PLAN = Plan(
    name="x",
    source="Heroku",
    target="Aptible",
    steps=(SEAT, DOMAIN, ENDPOINT, CERTIFICATE, TRAFFIC, DRAIN, *OTHERS),
)


class Around:
    """What the kinds need of a run."""

    def __init__(self, world: World, journal: Journal, folder: Path) -> None:
        self.target, self.world, self.journal, self.folder = world.target, world, journal, folder
        self.source = self
        self.plan = PLAN
        self.accepted: set[str] = set()
        self.look_again = asyncio.Event()
        self.control = Control()
        self.creations = JournalCreations(journal)
        self.addresses = {"d1": "https://logs.acme.example/?token=" + TOKEN, "d2": "", "d3": ""}
        self.lines: list[str] = []

    async def environment(self) -> Environment:
        return await self.world.environment()

    async def app(self, handle: str) -> TargetApp:
        return await self.world.app(handle)

    def names(self) -> Names:
        return Names(self.world.sandbox.dns.host, seconds=0.3)

    def source_app(self, of: Step) -> App:
        domain = Domain(hostname=HOST, kind="custom", cname=TODAY)
        return App(id="a", name="shop", region="eu", stack="heroku-24", web_url="", domains=(domain,))

    def log(self, of: Step) -> Callable[[str], None]:
        return self.lines.append

    def flush_logs(self) -> None:
        pass

    def accept(self, key: str) -> None:
        self.accepted.add(key)
        self.look_again.set()

    async def drain_address(self, app_id: str, drain_id: str) -> Secret:
        return Secret(self.addresses[drain_id])

    async def space_drain_address(self, space_id: str) -> Secret:
        return Secret(self.addresses[space_id])

    # -- as the drive does it -----------------------------------------------------------------------

    async def take(self, kind: Kind, of: Step) -> Evidence:
        context = cast(Context, self)
        self.journal.intend(of)
        if (found := await kind.probe(context, of)) is None:
            await kind.do(context, of)
            found = await kind.verify(context, of)
        self.journal.end(of.key, "done", found)
        return found

    def watch(self, of: Step) -> DnsWatch | None:
        text = self.journal.gauges().get(f"{GAUGE}{of.key}")
        return decode(text, DnsWatch, what="x") if text else None

    async def until(self, true: Callable[[], object], task: "asyncio.Task[Any]") -> None:
        end = time.monotonic() + 10
        while not true():
            assert time.monotonic() < end and not task.done(), (self.watch(CERTIFICATE), self.lines)
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "every", 0.03)
    monkeypatch.setattr(Watch, "steady_pause", 0.01)


@pytest.fixture
def journal() -> Iterator[Journal]:
    session = create("acme-shop")
    made = Journal(session)
    made.start_run(PLAN)
    yield made
    session.close()


@pytest.fixture
async def around(short_folder: Path, journal: Journal) -> AsyncIterator[Around]:
    async with aptible_world(short_folder, pace=0.005) as world:
        world.sandbox.rollout.settle = 0.05
        world.sandbox.dns.set(HOST, "CNAME", TODAY)
        world.sandbox.dns.set(TODAY, "A", "192.0.2.7")
        await world.app()
        yield Around(world, journal, short_folder / "run")


async def seated(around: Around, needs_program: Callable[[str], str]) -> None:
    needs_program("ssh")
    await around.take(Seat(), SEAT)


async def test_a_domain_from_an_empty_service_to_its_traffic(
    around: Around, needs_program: Callable[[str], str]
) -> None:
    await seated(around, needs_program)
    (app,) = around.world.sandbox.world.apps.values()
    (service,) = await around.target.services(await around.app("shop"))
    assert (service.type, service.count) == ("web", 0)
    assert around.world.posts("/apps/*/operations") == 1, "no config, no release command, one deploy"
    await around.take(Seat(), SEAT)
    assert around.world.posts("/apps/*/operations") == 1
    (deployed,) = await around.target.deploys(await around.app("shop"))
    assert deployed.commit == seat_commit(3000), "known for what it is"
    assert known_rollbacks(around.journal, "shop").empty == (deployed.code,)
    with pytest.raises(Trouble, match="Nothing has been deployed"):
        release_before("shop", [deployed], known_rollbacks(around.journal, "shop"))
    domain = await around.take(DomainKind(), DOMAIN)
    target = str(domain.facts["dns_target"])
    assert f"CNAME _acme-challenge.{HOST} -> acme.{target}" in domain.summary

    names = around.world.sandbox.dns
    names.set(f"_acme-challenge.{HOST}", "TXT", "left by another")
    task = asyncio.create_task(around.take(Certificate(), CERTIFICATE))
    await around.until(lambda: around.watch(CERTIFICATE), task)
    watch = around.watch(CERTIFICATE)
    assert watch is not None and [record.kind for record in watch.records] == ["CNAME", "TXT"]
    assert watch.others == (), "the endpoint of the other is not made yet"
    assert f"{HOST} -> {target}" in watch.note and "TTL is 60" in watch.note
    run = around.journal.run()
    assert run is not None and run.waiting_for.startswith(f"your DNS. Set CNAME _acme-challenge.{HOST}")
    assert around.world.posts("/vhosts/*/operations") == 1, (
        "nothing is asked of the authority before DNS is right"
    )
    names.set(f"_acme-challenge.{HOST}", "CNAME", f"acme.{target}")
    assert (await asyncio.wait_for(task, 10)).facts == {"certificate": "ready"}
    assert around.world.posts("/vhosts/*/operations") == 2, "provisioned, renewed once"

    task = asyncio.create_task(around.take(Traffic(), TRAFFIC))
    await around.until(lambda: around.watch(TRAFFIC), task)
    watch = around.watch(TRAFFIC)
    assert watch is not None and watch.waits_for() == (
        f"Set CNAME {HOST} -> {target}. Now: points at {TODAY}, still."
    )
    assert await Traffic().undo(cast(Context, around), TRAFFIC) == "", "nothing was changed yet"
    names.set(HOST, "CNAME", target)
    assert (await asyncio.wait_for(task, 10)).summary == f"{HOST} points at {target}"
    names.fail(HOST)
    assert await Traffic().probe(cast(Context, around), TRAFFIC) is not None, "no answer is no other answer"
    names.heal(HOST)
    said = await Traffic().undo(cast(Context, around), TRAFFIC)
    assert said.startswith(f"Put the DNS back by hand: {HOST} -> {TODAY}.")
    assert "stays on the target" in await DomainKind().undo(cast(Context, around), DOMAIN)
    assert len(around.world.sandbox.world.vhosts) == 1 and app.handle == "shop"


async def test_a_refusal_of_the_authority_is_shown_and_not_repeated_by_itself(
    around: Around, needs_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(around, needs_program)
    domain = await around.take(DomainKind(), DOMAIN)
    target = str(domain.facts["dns_target"])

    async def refuse(*_: Any) -> str:
        return "urn:ietf:params:acme:error:rateLimited: too many certificates"

    real = Acme.refusal
    monkeypatch.setattr(Acme, "refusal", refuse)
    around.world.sandbox.dns.set(f"_acme-challenge.{HOST}", "CNAME", f"acme.{target}")
    task = asyncio.create_task(around.take(Certificate(), CERTIFICATE))
    await around.until(lambda: (watch := around.watch(CERTIFICATE)) and watch.refused, task)
    watch = around.watch(CERTIFICATE)
    assert watch is not None and "rateLimited" in watch.refused and "Press r" in watch.waits_for()
    asked = around.world.posts("/vhosts/*/operations")
    await asyncio.sleep(0.3)
    assert around.world.posts("/vhosts/*/operations") == asked, "each time counts at the authority"
    monkeypatch.setattr(Acme, "refusal", real)
    around.look_again.set()
    assert (await asyncio.wait_for(task, 10)).facts == {"certificate": "ready"}
    assert around.world.posts("/vhosts/*/operations") == asked + 1


async def test_a_person_may_go_on_with_dns_as_it_is(
    around: Around, needs_program: Callable[[str], str]
) -> None:
    await seated(around, needs_program)
    await around.take(DomainKind(), DOMAIN)
    commands = Commands(around.journal, PLAN, cast(Any, None))
    commands.accept = around.accept
    refused = await commands.handle({"do": "accept", "step": TRAFFIC.key})
    assert refused["ok"] is False
    for kind, of in ((Certificate(), CERTIFICATE), (Traffic(), TRAFFIC)):
        task = asyncio.create_task(around.take(kind, of))
        await around.until(lambda of=of: around.watch(of), task)  # type: ignore[misc]
        assert (await commands.handle({"do": "accept", "step": of.key}))["ok"]
        found = await asyncio.wait_for(task, 10)
        assert found.facts == {ACCEPTED: True} and "a person went on" in found.summary
        assert await kind.probe(cast(Context, around), of) == found, "and it stays so"


async def test_where_nothing_empty_may_be_deployed_the_way_on_is_named_and_works(
    around: Around, needs_program: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_program("ssh")

    async def refuse(*_: Any, **__: Any) -> None:
        raise ReleaseFailed("An image needs a command to run")

    with monkeypatch.context() as patched, pytest.raises(Trouble) as caught:
        patched.setattr(around.world.sandbox.rollout, "deploy", refuse)
        await around.take(Seat(), SEAT)
    assert caught.value.code == "operation-failed" and not caught.value.retry
    assert "An image needs a command to run" in caught.value.cause
    assert (
        "made after the first deploy, or by hand" in caught.value.remedy and "press s" in caught.value.remedy
    )
    # What the map offers instead: the endpoint after the first deploy of the app, which is still possible.
    write_image(tmp_path / "image", {**IMAGE, ".aptible/Procfile": "web: python server.py\n"})
    around.world.sandbox.images.publish("acme/shop:v1", tmp_path / "image")
    app = await around.app("shop")
    await around.target.configure(app, {"PORT": Secret("3000")}, around.lines.append)
    await around.target.deploy_image(app, "acme/shop:v1", around.lines.append)
    domain = await around.take(DomainKind(), DOMAIN)
    assert domain.facts["dns_target"] and domain.facts["challenge_target"]


async def test_a_late_domain_that_is_refused_is_asked_for_again_or_gone_on_without(
    around: Around, needs_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(around, needs_program)
    late = msgspec.structs.replace(DOMAIN, phase="cut-over")
    context, kind = cast(Context, around), DomainKind()
    kind.every = 0.02

    async def refuse(*_: Any, **__: Any) -> None:
        around.lines.append("asked")
        raise Trouble("The plan allows no more endpoints.", remedy="Ask support.", code="refused")

    def guide() -> Guide | None:
        text = around.journal.gauges().get(GUIDE)
        return decode(text, Guide, what="x") if text else None

    with monkeypatch.context() as patched:
        patched.setattr(around.target, "create_domain", refuse)
        with pytest.raises(Trouble, match="no more endpoints"):
            await DomainKind().do(context, DOMAIN)  # before the cut-over, where nothing waits for it
        task = asyncio.create_task(around.take(kind, late))
        await around.until(lambda: (shown := guide()) and "has no endpoint" in shown.seen, task)
        shown = guide()
        assert shown is not None and shown.without and "no more endpoints" in shown.lines[0].text
        await asyncio.sleep(0.1)
        assert around.lines.count("asked") == 2, "it is not asked for again by itself"
        around.accept(late.key)
        left = await asyncio.wait_for(task, 10)
    assert left.facts == {ACCEPTED: True} and "no more endpoints" in left.summary
    for after, of in ((Certificate(), CERTIFICATE), (Traffic(), TRAFFIC)):
        found = await around.take(after, of)
        assert found.facts == {ACCEPTED: True} and await after.undo(context, of) == ""
    assert await kind.undo(context, late) == "" and await kind.probe(context, late) == left
    # A plan that is made anew asks for it once more.
    around.journal.start_run(PLAN)
    around.accepted.clear()
    assert (await around.take(DomainKind(), late)).facts["dns_target"]


@pytest.mark.parametrize("kind", ["domain", "endpoint"])
async def test_a_worker_killed_between_the_port_and_its_operation_is_not_believed(
    around: Around, needs_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    await seated(around, needs_program)
    of, made = (DOMAIN, DomainKind()) if kind == "domain" else (ENDPOINT, EndpointKind())
    context = cast(Context, around)
    await around.take(made, of)
    assert not [name for name in around.journal.gauges() if name.startswith(BEGUN)]
    (vhost,) = around.world.sandbox.world.vhosts.values()
    vhost.container_port = 8080
    before = around.world.posts("/vhosts/*/operations")
    assert await made.probe(context, of) is None

    async def killed(*_: Any, **__: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched, pytest.raises(asyncio.CancelledError):
        patched.setattr(Operations, "run_once", killed)
        await around.take(made, of)
    assert vhost.container_port == 3000, "the record was changed, and nothing heeds it yet"
    around.journal.start_run(PLAN)
    assert await made.probe(context, of) is None, "not believed, by a plan that is made anew either"
    await around.take(made, of)
    assert around.world.posts("/vhosts/*/operations") == before + 1
    assert await made.probe(context, of) is not None
    await around.take(made, of)
    assert around.world.posts("/vhosts/*/operations") == before + 1, "done is done"


async def test_names_that_do_not_answer_are_waited_for(
    around: Around, needs_program: Callable[[str], str]
) -> None:
    await seated(around, needs_program)
    target = str((await around.take(DomainKind(), DOMAIN)).facts["dns_target"])
    names = around.world.sandbox.dns
    facts = {
        "dns_target": "elb-2",
        "challenge_name": "_acme-challenge.acme.example",
        "challenge_target": "acme.elb-2",
    }
    around.journal.end(OTHER_DOMAIN.key, "done", Evidence(summary="there", facts={**facts}))
    names.fail(HOST, "SERVFAIL")
    task = asyncio.create_task(around.take(Traffic(), TRAFFIC))
    await around.until(lambda: around.watch(TRAFFIC), task)
    watch = around.watch(TRAFFIC)
    assert watch is not None and watch.records[0].state == "unknown" and "SERVFAIL" in watch.records[0].seen
    assert [(one.name, one.value, one.state) for one in watch.others] == [
        ("acme.example", "elb-2", "missing")
    ]
    names.heal(HOST)
    names.set(HOST, "CNAME", f"{target}.evil.example")
    await around.until(lambda: (now := around.watch(TRAFFIC)) and now.records[0].state == "wrong", task)
    names.set(HOST, "CNAME", target)
    await asyncio.wait_for(task, 10)
    around.control.stop()
    with pytest.raises(Stopped):
        await Traffic().do(cast(Context, around), TRAFFIC)


async def test_drains_become_one_for_each_destination_and_no_address_is_kept(around: Around) -> None:
    around.addresses["d2"] = around.addresses["d1"]
    around.addresses["d3"] = "syslog+tls://logs7.papertrailapp.com:41234"
    found = await around.take(DrainKind(), DRAIN)
    assert "shop (https_post), shop-2 (syslog_tls_tcp logs7.papertrailapp.com)" in found.summary
    assert "every app of acme-production" in found.summary
    await around.take(DrainKind(), DRAIN)
    assert around.world.posts("/accounts/*/log_drains") == 2
    around.addresses["d3"] = "syslog://10.0.0.1:514"
    with pytest.raises(Trouble) as caught:
        await around.take(DrainKind(), DRAIN)
    assert caught.value.code == "no-such-drain"
    assert not any(TOKEN in line for line in around.lines) and TOKEN not in str(around.journal.steps())


async def test_the_address_of_a_space_s_drain_is_asked_of_the_space(around: Around) -> None:
    around.addresses["s1"] = f"https://space.acme.example/?token={TOKEN}"
    found = await around.take(DrainKind(), step("drain", drains=(f"{SPACE}s1 d9",), databases=True))
    assert "shop (https_post)" in found.summary and TOKEN not in found.summary
