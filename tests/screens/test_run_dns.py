"""DNS that a person sets: shown record by record, copied value by value, and passed by only when typed."""

from collections.abc import Iterator

import msgspec
import pytest

from screens.app import OfframpApp
from screens.headless.dns import tell_records
from screens.monitor.dns import values, watch_picture
from screens.monitor.line import texts, width
from screens.monitor.reading import look
from screens.monitor.run_keys import refusal
from screens.monitor.scene import Kept, Seen, scene
from screens.run_dns import DnsRecords, what_going_on_means
from screens.widgets.confirm_typing import ConfirmTyping
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker, settle
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.model.plan import Plan, Step
from wizard.run.view import view
from wizard.run.watched import GAUGE, DnsWatch, WatchedRecord
from wizard.session.parts import PLAN

HOST = "www.acme.example"
KEY = f"certificate:{HOST}"
CNAME = WatchedRecord(
    kind="CNAME",
    name=f"_acme-challenge.{HOST}",
    value="acme.elb-shop-4711.aptible.in",
    state="wrong",
    seen="points at parking.example",
    todo=f"Set CNAME _acme-challenge.{HOST} -> acme.elb-shop-4711.aptible.in.",
)
TXT = WatchedRecord(
    kind="TXT",
    name=f"_acme-challenge.{HOST}",
    value="",
    state="wrong",
    seen="1 TXT record of an earlier certificate",
    todo=f"Remove the TXT of _acme-challenge.{HOST}: it breaks the check.",
)
WATCH = DnsWatch(
    hostname=HOST,
    purpose="certificate",
    records=(CNAME, TXT),
    since="2026-11-30T08:00:00+00:00",
    looked_at="2026-11-30T08:01:10+00:00",
    ttl=3600,
    note=f"Not now, but at the cut-over: {HOST} -> elb-shop-4711.aptible.in. Its TTL is 3600: lower it.",
)


@pytest.fixture
def run(begun: Begun, world: FakeWorld) -> Iterator[ARun]:
    """A run that waits for a record."""
    made = ARun(begun.chosen())
    step = Step(
        key=KEY,
        kind="certificate",
        title=f"You set a DNS record for the certificate of {HOST}; Offramp has it made",
        phase="copy",
        args={"hostname": HOST, "handle": "shop", "app": "a"},
    )
    first = made.plan.steps[0]
    made.plan = Plan(name="acme-shop", source="Heroku", target="Aptible", steps=(first, step))
    made.session.save(PLAN, made.plan)
    made.start().reach(KEY)
    made.journal.gauge(f"{GAUGE}{KEY}", WATCH)
    made.journal.set_run("running", waiting_for=f"your DNS. {WATCH.waits_for()}", current=KEY)
    yield made
    made.close()


@pytest.mark.parametrize("size", [(58, 10), (78, 19), (118, 35)], ids=str)
def test_the_monitor_says_what_is_wanted_and_what_is_there(run: ARun, size: tuple[int, int]) -> None:
    now = view(run.session)
    assert now is not None and now.dns[KEY] == WATCH
    drawn = scene(Seen(now, (), (), "", 70.0), *size, Kept()).lines
    assert len(drawn) <= size[1] and all(width(one) <= size[0] for one in drawn)
    words = texts(drawn)
    assert "Waiting for your DNS" in words
    if size[1] > 15:
        for part in (
            CNAME.name,
            CNAME.value,
            "points at parking.example, since",
            "Remove the TXT",
            "Enter: copy",
        ):
            assert part in words, words


@pytest.mark.parametrize("demo", [True, False], ids=["demo", "own"])
def test_only_in_the_demo_a_colleague_sets_the_record(
    run: ARun, demo: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run.session.info = msgspec.structs.replace(run.session.info, demo=demo)
    now = look(run.session)
    assert now is not None
    drawn = " ".join(texts(scene(now, 78, 19, Kept()).lines).split())
    tell_records(now.view, run.session.info, set())
    for words in (drawn, capsys.readouterr().out):
        assert ("a colleague of the example" in words) is demo, words


def test_a_watch_that_nobody_watches_is_not_shown_as_now(run: ARun) -> None:
    run.kill()
    now = view(run.session)
    assert now is not None
    words = texts(scene(Seen(now, (), (), "", 70.0), 78, 19, Kept()).lines)
    assert "points at parking" not in words.partition("worker is gone")[2]


async def test_values_are_copied_one_by_one(run: ARun, worker: Worker, vault: Vault) -> None:
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, DnsRecords)
        await pilot.press("down", "c")
        await settle(pilot)
        assert app.clipboard == CNAME.value
        assert "Copied the value of the CNAME" in seen(app)
        await pilot.press("escape")
        await settle(pilot)
        assert worker.asked == []


async def test_dns_is_passed_by_only_when_it_is_typed(run: ARun, worker: Worker, vault: Vault) -> None:
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("g")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmTyping) and worker.asked == []
        assert "has no certificate there yet" in seen(app)
        await pilot.press(*"go on", "enter")
        await settle(pilot)
        assert worker.asked == [{"do": "accept", "step": KEY}]


def test_without_a_screen_each_step_tells_its_records_once(
    run: ARun, capsys: pytest.CaptureFixture[str]
) -> None:
    now, told = view(run.session), set[str]()
    assert now is not None
    for _ in range(2):
        tell_records(now, run.session.info, told)
    said = capsys.readouterr().out
    assert said.count(f"CNAME {CNAME.name} -> {CNAME.value}") == 1
    assert "now: points at parking.example" in said and f"offramp tell {run.session.id} accept" in said
    assert refusal("accept", now) == ""
    run.journal.set_run("paused")
    paused = view(run.session)
    assert "Nothing is waited for" in refusal("accept", paused)


def test_what_is_copied_is_each_name_and_value_once() -> None:
    assert values(WATCH) == [
        ("name of the CNAME", CNAME.name),
        ("value of the CNAME", CNAME.value),
        ("name of the TXT", TXT.name),
    ]
    other = msgspec.structs.replace(CNAME, name="_acme-challenge.acme.example", value="acme.elb-2.aptible.in")
    more = msgspec.structs.replace(WATCH, others=(other,))
    assert values(more)[-2:] == [("name of the CNAME", other.name), ("value of the CNAME", other.value)]
    assert f"CNAME {other.name} -> {other.value}" in texts(watch_picture(more, 100))
    traffic = msgspec.structs.replace(WATCH, purpose="traffic")
    assert "maintenance page" in " ".join(what_going_on_means(traffic))
