"""The run in pictures: every state of the monitor, the gates, and what a person does."""

import os
from collections.abc import Iterator

import pytest

from screens import run as run_module
from screens.run import RunScreen
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.a_worker import Worker
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.pictures.sessions import chosen
from tests.screens.pictures.studio import Studio
from tests.screens.test_run import REFUSED
from tests.screens.test_run_dns import HOST, KEY, WATCH
from wizard.model.plan import Plan, Step
from wizard.run.guide import GUIDE, Guide, guide_lines
from wizard.run.view import SecretWanted
from wizard.run.watched import GAUGE
from wizard.session.parts import PLAN
from wizard.session.store import Session


@pytest.fixture
def run(begun: Begun, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[ARun]:
    """A run that has begun, its worker alive."""
    worker = Worker()
    monkeypatch.setattr(run_module, "ask", worker.ask)
    monkeypatch.setattr(run_module, "start_worker", worker.start)
    monkeypatch.setattr(RunScreen, "_offer_credentials", lambda screen, view: None)
    made = ARun(chosen(begun)).start()
    yield made
    made.close()


async def test_copying(studio: Studio, run: ARun) -> None:
    run.copying()
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-copying")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-run")
        await studio.press(pilot, "escape", "t")
        await studio.take(pilot, "run-tables")
        await studio.press(pilot, "o")
        await studio.take(pilot, "run-steps")
        await studio.press(pilot, "e")
        await studio.take(pilot, "run-events")
        await studio.press(pilot, "escape", "s")
        await studio.take(pilot, "run-stop")
        await studio.press(pilot, "escape", "n")
        await studio.take(pilot, "run-own-tunnel")
        await studio.press(pilot, "escape", "b")
        await studio.take(pilot, "run-back-refused")


async def test_the_log(studio: Studio, run: ARun) -> None:
    run.reach(DEPLOY)
    lines = [f"step {n}: installing package-{n}" for n in range(60)]
    run.journal.log(DEPLOY, ["building migrate-backend", *lines, "release: relation users is missing"])
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-deploying")
        await studio.press(pilot, "l")
        await studio.take(pilot, "run-log")
        await studio.press(pilot, "s", *"pack")
        await studio.take(pilot, "run-log-searching")
        await studio.press(pilot, "enter", "n")
        await studio.take(pilot, "run-log-found")
        await studio.press(pilot, "escape", "slash", *"zzz")
        await studio.take(pilot, "run-log-filter-nothing")


async def test_what_keeps_it_from_going_on(studio: Studio, run: ARun) -> None:
    run.copying(waiting_for="the tunnel: connection refused, trying again in 4 s")
    run.tunnel("broken", reason="connection refused")
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-tunnel-broken")
        run.copying()
        run.journal.set_run("paused", waiting_for="you: press r to go on")
        await studio.later(pilot)
        await studio.take(pilot, "run-paused")
        run.journal.gauge("secret", SecretWanted(vendor="aptible", reason="Aptible refused the token."))
        run.journal.set_run("waiting", waiting_for="you: sign in again")
        await studio.later(pilot)
        await studio.take(pilot, "run-sign-in-wanted")
        run.journal.drop_gauge("secret")
        run.journal.set_run("running")
        run.beat(ago=42)
        await studio.later(pilot)
        await studio.take(pilot, "run-silent")
        run.kill(ago=300)
        await studio.later(pilot)
        await studio.take(pilot, "run-worker-gone")


async def test_the_gate(studio: Studio, run: ARun) -> None:
    run.gate()
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-at-a-gate")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "gate")
        await studio.type(pilot, "yes")
        await studio.take(pilot, "gate-refused")


async def test_a_failed_step(studio: Studio, run: ARun) -> None:
    run.fail(DEPLOY, REFUSED)
    run.journal.log(DEPLOY, ["release: relation users is missing"])
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-failed")
        await studio.press(pilot, "b")
        await studio.take(pilot, "run-back")
        await studio.press(pilot, "escape")
        run.journal.set_run("going-back")
        await studio.later(pilot)
        await studio.take(pilot, "run-going-back")
        for key in ("scale-down:migrate-backend", "maintenance:migrate-backend"):
            run.journal.end(key, "undone", None)
        run.journal.set_run("taken-back")
        run.kill()
        await studio.later(pilot)
        await studio.take(pilot, "run-taken-back")


async def test_a_way_back_that_broke_off(studio: Studio, run: ARun) -> None:
    run.reach(DEPLOY)
    run.journal.end("scale-down:migrate-backend", "undone", None)
    run.journal.set_run("failed", waiting_for="you: Maintenance mode could not be taken back: no answer.")
    run.kill()
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-not-taken-back")


async def test_done_and_stopped(studio: Studio, run: ARun) -> None:
    for step in run.plan.steps:
        run.journal.intend(step)
        run.end(step.key)
    run.journal.set_run("done")
    run.kill()
    async with studio.at(run.session, "run") as pilot:
        await studio.take(pilot, "run-done")
        run.journal.set_run("stopped")
        await studio.later(pilot)
        await studio.take(pilot, "run-stopped")


GUIDED = Guide(
    step=DEPLOY,
    waits="merge offramp/shop; the deploy is seen by itself",
    lines=guide_lines(
        "Open the repository acme/shop on GitHub, and read the change.",
        "$ gh pr view offramp/shop --web",
        "Merge the branch.",
        "$ gh pr merge offramp/shop --merge",
    ),
    seen="no new deploy of shop so far; looked at 14:02:11 UTC",
    by_word=True,
)


async def test_what_a_person_does(studio: Studio, run: ARun) -> None:
    run.reach(DEPLOY)
    run.journal.gauge(GUIDE, GUIDED)
    run.journal.set_run("running", waiting_for=f"you: {GUIDED.waits}", current=DEPLOY)
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-guided")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "run-guided-copy")


async def test_dns(studio: Studio, run: ARun) -> None:
    title = f"You set a DNS record for the certificate of {HOST}; Offramp has it made"
    arguments = {"hostname": HOST, "handle": "shop", "app": "a"}
    step = Step(key=KEY, kind="certificate", title=title, phase="copy", args=arguments)
    run.plan = Plan(
        name="acme-shop",
        source="Heroku",
        target="Aptible",
        steps=(run.plan.steps[0], step, run.plan.steps[-1]),
    )
    run.session.save(PLAN, run.plan)
    run.journal.start_run(run.plan)
    run.reach(KEY)
    run.journal.gauge(f"{GAUGE}{KEY}", WATCH)
    run.journal.set_run("running", waiting_for=f"your DNS. {WATCH.waits_for()}", current=KEY)
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-dns")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "run-dns-records")
        await studio.press(pilot, "g")
        await studio.take(pilot, "run-dns-go-on")


async def test_somebody_else_has_it(studio: Studio, run: ARun, monkeypatch: pytest.MonkeyPatch) -> None:
    run.copying()
    monkeypatch.setattr(os, "getpid", lambda: 4711)
    other = Session(run.session.folder)
    assert other.claim() is None
    async with studio.at(run.session) as pilot:
        await studio.take(pilot, "run-watching")
        await studio.press(pilot, "c")
        await studio.later(pilot)
        await studio.take(pilot, "run-control-asked-for")
    other.close()


async def test_nothing_has_run(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    async with studio.at(chosen(begun), "run") as pilot:
        await studio.take(pilot, "run-none")
