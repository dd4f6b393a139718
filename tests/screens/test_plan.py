"""Plan: every step in order, checks that stop with their reason, and a start that says what begins."""

import re
from collections.abc import Callable

import msgspec
import pytest
from rich.cells import cell_len

from screens import plan as plan_module
from screens.app import OfframpApp
from screens.map import MapScreen
from screens.plan import PlanScreen
from screens.plan_checks import old_checks
from screens.plan_outline import who_works
from screens.plan_rows import before_start, rows
from screens.run import RunScreen
from screens.stages import standing
from screens.widgets.details import DetailsDialog
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, DATABASE, example_system
from tests.screens.fakes import FakeWorld, fake_profile
from tests.screens.seen import seen, settled
from wizard import logout
from wizard.credentials import Vault
from wizard.mapping.edit import leave_undecided, set_checkout
from wizard.mapping.rules import propose
from wizard.model.plan import Finding, Plan, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan import preflight
from wizard.prepare.accepted import renewed
from wizard.run.journal import Journal
from wizard.session.parts import MAPPING, PLAN, PREFLIGHT, PREPARED, SYSTEM, Preflight, Prepared, PreparedApp
from wizard.session.store import Session, find

GOOD = Finding(state="good", what="ssh is there")
LOOK = Finding(state="look", what="migrate-backend has had a release", remedy="Read the system again.")
BLOCKS = Finding(
    state="blocks",
    what="migrate-backend-db is not empty",
    detail="it holds 3 tables that Offramp did not make",
    remedy="Choose another database, or empty it yourself.",
)


@pytest.fixture
def prepared(begun: Begun, world: FakeWorld) -> Session:
    """Everything is decided, and the code of every app is ready."""
    session = begun.chosen()
    mapping = leave_undecided(propose(example_system(), fake_profile()), "not needed there")
    for choice in mapping.moved_apps():
        mapping = set_checkout(mapping, choice.app_id, f"/src/{choice.handle}")
    session.save(MAPPING, mapping)
    apps = tuple(
        renewed(
            PreparedApp(app_id=one.app_id, checkout=one.checkout or "", branch="offramp/x", commit="c" * 40),
            example_system().app(one.app_id),
            mapping,
            fake_profile(),
        )
        for one in mapping.moved_apps()
    )
    session.save(PREPARED, Prepared(apps=apps))
    return session


class Checks:
    """Stands in for the preflight: what it finds, how often it was asked, and what it raises."""

    def __init__(self) -> None:
        self.findings: tuple[Finding, ...] = (GOOD, LOOK)
        self.trouble: Trouble | None = None
        self.looks = 0
        self.started = 0

    async def look(self, session: Session, vault: Vault, report: Callable[[str], None]) -> Preflight:
        self.looks += 1
        report("this machine")
        if self.trouble is not None:
            raise self.trouble
        plan = session.load(PLAN)
        assert plan is not None
        found = Preflight(
            plan_digest=plan.digest(), looked_at="2026-11-21T14:02:11+00:00", findings=self.findings
        )
        session.save(PREFLIGHT, found)
        return found

    def start(self, session: Session, vault: Vault) -> None:
        self.started += 1
        if self.trouble is not None:
            raise self.trouble
        plan = session.load(PLAN)
        assert plan is not None
        Journal(session).start_run(plan)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    """The checks and the worker that the screen uses."""
    made = Checks()
    monkeypatch.setattr(plan_module, "look", made.look)
    monkeypatch.setattr("screens.plan_checks.is_old", lambda found: False)
    monkeypatch.setattr(plan_module, "start_worker", made.start)
    return made


async def test_the_plan_is_made_checked_and_started(prepared: Session, checks: Checks, vault: Vault) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, PlanScreen)
        text = seen(app)
        assert "✓ Nothing stops the run, 1 to look at, looked at 14:02:11." in text
        assert "⚠ migrate-backend has had a release" in text
        assert "✓ 1 check passed" in text
        assert "Create the environment migrate" in text
        assert "~" in text
        assert prepared.load(PLAN) is not None
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, DetailsDialog)
        assert "Heroku is not changed before" in " ".join(seen(app).replace("│", " ").split())
        assert checks.started == 0
        await pilot.press("enter")
        await settled(pilot)
        assert checks.started == 1
        assert isinstance(app.screen, RunScreen)


async def test_what_stops_the_run_is_said(prepared: Session, checks: Checks, vault: Vault) -> None:
    checks.findings = (GOOD, BLOCKS)
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "✗ 1 of 2 checks stop the run" in seen(app)
        await pilot.press("s")
        await settled(pilot)
        assert "migrate-backend-db is not empty. Choose another database" in " ".join(seen(app).split())
        assert checks.started == 0
        app.screen.query_one(RowList).go_to("finding\n1")
        await pilot.pause()
        assert "It holds 3 tables that Offramp did not make." in seen(app)
        long = f"migrate-frontend has a new domain: {'shop.' * 10}acme.example"
        checks.findings = (GOOD, msgspec.structs.replace(BLOCKS, what=long))
        await pilot.press("r")
        await settled(pilot)
        assert "acme.example" not in seen(app), "its row is cut"
        await pilot.press("enter")
        await pilot.pause()
        assert "acme.example." in seen(app), "and the whole of it stands there"
        await pilot.press("escape")
        checks.findings = (GOOD,)
        await pilot.press("r")
        await settled(pilot)
        assert "✓ Nothing stops the run" in seen(app)
        assert checks.looks == 3


async def test_old_checks_are_made_anew_before_a_run_begins(
    prepared: Session, checks: Checks, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.plan_checks.is_old", lambda found: True)
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await settled(pilot)
        assert "The checks are from 2026-11-21" in seen(app) and checks.started == 0
    reopened = find(prepared.id)
    again = OfframpApp(session=reopened, vault=vault)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert checks.looks == 2, "they were there, and old"
        plan = reopened.load(PLAN)
        assert plan is not None and old_checks(reopened) is not None
        Journal(reopened).start_run(plan)
        assert old_checks(reopened) is None, "a run that has begun asks the world itself"


async def test_checks_that_passed_are_listed_on_enter(
    prepared: Session, checks: Checks, vault: Vault
) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "ssh is there" not in seen(app)
        app.screen.query_one(RowList).go_to("good")
        await pilot.press("enter")
        await settled(pilot)
        assert "✓ ssh is there" in seen(app)


async def test_a_check_that_cannot_look_says_why(prepared: Session, checks: Checks, vault: Vault) -> None:
    checks.trouble = SignInNeeded("aptible", "Aptible refused the token.", remedy="Sign in again.")
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = seen(app)
        assert "✗ Aptible refused the token." in text
        assert "Not checked yet." in text
        await pilot.press("s")
        assert "The checks come first: r looks." in seen(app)


async def test_a_worker_that_does_not_start_is_told(prepared: Session, checks: Checks, vault: Vault) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        checks.trouble = Trouble("The worker did not start.", remedy="Look at its log.", code="worker-silent")
        await pilot.press("s", "enter")
        await settled(pilot)
        assert isinstance(app.screen, PlanScreen)
        assert "✗ The worker did not start." in seen(app)


async def test_the_highlighted_step_stays_in_sight_when_the_terminal_changes_its_size(
    prepared: Session, checks: Checks, vault: Vault
) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("end")
        for size in ((60, 15), (40, 10), (200, 40), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert ("Remove Offramp's own notes" in seen(app)) is (size != (40, 10)), size


async def test_a_step_says_who_and_the_way_back(prepared: Session, checks: Checks, vault: Vault) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.screen.query_one(RowList).go_to("step\ngate:cut-over")
        await pilot.pause()
        text = " ".join(seen(app).split())
        assert "You do it, Offramp waits. Way back: until you type the name, Heroku is untouched." in text
        app.screen.query_one(RowList).go_to("step\nmaintenance:migrate-backend")
        await pilot.pause()
        assert "Way back: maintenance mode off again." in seen(app)


async def test_a_changed_answer_makes_a_new_plan_and_checks_again(
    prepared: Session, checks: Checks, vault: Vault
) -> None:
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        before = prepared.load(PLAN)
        await app.show_stage("map")
        await settled(pilot)
        app.screen.query_one(RowList).go_to(f"database\n{DATABASE}")
        await pilot.press("enter", "down", "enter", *["backspace"] * 30, *"shop-db", "enter")
        await settled(pilot)
        assert prepared.load(PLAN) is None
        await app.show_stage("plan")
        await settled(pilot)
        after = prepared.load(PLAN)
        assert before is not None
        assert after is not None
        assert after.digest() != before.digest()
        assert checks.looks == 2
        assert "shop-db" in seen(app)


async def test_without_prepared_code_there_is_no_plan(begun: Begun, world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(session=begun.chosen(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.show_stage("plan")
        await settled(pilot)
        assert "There is no plan yet: map (4) and prepare (5) come first." in seen(app)


async def test_an_app_that_went_leads_back_to_the_map(prepared: Session, vault: Vault) -> None:
    system = example_system()
    prepared.save(SYSTEM, msgspec.structs.replace(system, apps=system.apps[1:]))
    assert standing(prepared).current == "map"
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, MapScreen)
        await settled(pilot)
        mapping = prepared.load(MAPPING)
        assert mapping is not None and mapping.app(BACKEND) is None
        # One that came: the map is open again, whoever comes to the plan first.
        prepared.save(SYSTEM, system)
        await app.show_stage("plan")
        await settled(pilot)
        assert "There is no plan yet" in seen(app)
        assert prepared.load(PLAN) is None


async def test_a_mistake_while_the_plan_is_made_is_said_in_place(
    prepared: Session, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(plan_module, "make_plan", broken)
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, PlanScreen)
        assert "Offramp made a mistake (KeyError)." in seen(app)
        await pilot.press("4")
        await settled(pilot)
        assert isinstance(app.screen, MapScreen)


def test_phases_that_take_turns_each_have_their_heading() -> None:
    phases = ("prepare", "copy", "prepare", "cut-over")
    steps = tuple(
        Step(key=str(n), kind="x", title=f"step {n}", phase=phase) for n, phase in enumerate(phases)
    )
    shown = rows(Plan(name="x", source="Heroku", target="y", steps=steps), None, 80, all_checks=False)
    assert len({row.id for row in shown}) == len(shown), "the list takes no id twice"
    assert [row.content.plain for row in shown if row.heading][1:] == [
        "Prepare",
        "Copy",
        "Prepare",
        "Cut-over",
    ]


@pytest.mark.parametrize("target", ["Aptible", "Code Capsules"])
def test_whom_a_step_changes_and_how_long_it_takes_stand_there_whole(target: str) -> None:
    steps = (
        Step(key="a", kind="k", title="T" * 90, phase="copy", writes="target", seconds=(3720, 40_000)),
        Step(key="b", kind="k", title="Short", phase="copy", writes="heroku"),
    )
    shown = [
        row.content.plain
        for row in rows(
            Plan(name="x", source="Heroku", target=target, steps=steps), None, 76, all_checks=False
        )
        if row.id.startswith(("step", "+steps"))
    ]
    assert [cell_len(one) for one in shown] == [76] * 3
    assert re.search(rf"T… {target} +~1 h 2 min to 11 h 6 min$", shown[1])
    assert shown[2].index("Heroku") == shown[1].index(target) == shown[0].index("changes")


def test_only_in_the_demo_the_start_costs_nothing() -> None:
    plan = Plan(
        name="acme-shop",
        source="Heroku",
        target="Aptible",
        steps=(Step(key="app:b", kind="app", title="Create the app b", phase="prepare"),),
    )
    assert "may cost money" in before_start(plan, None).plain
    demo = before_start(plan, None, demo=True).plain
    assert "costs nothing" in demo and "may cost" not in demo
    assert "goes on when this screen or this terminal is closed. It can be paused" in demo


def test_where_a_logout_ends_the_run_nobody_is_told_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logout, "look", lambda: logout.Logout(place="login", kills=True))
    (found,) = [one for one in preflight._machine() if one.what.startswith("Logging out")]
    looked = Preflight(plan_digest="", looked_at="", findings=(found,))
    said = who_works(looked)
    assert said.endswith(f"it goes on when this screen is closed. {found.what} {found.detail}")
    assert "terminal is closed" not in said and "ends your processes" in said
