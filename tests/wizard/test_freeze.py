"""What is written to Heroku, and the jobs that only a person can remove: never doubled, never forgotten."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec
import pytest

from tests.screens.example_system import BACKEND, EMAILER, JOB, example_system
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.database.control import Control, Stopped
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret, config_value
from wizard.model.system import App, Job, System
from wizard.model.trouble import Trouble, Unreachable
from wizard.plan.plan import CUT_OVER
from wizard.plan.preflight_jobs import scheduler_findings
from wizard.ports import AppState, Source
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.journal import Journal
from wizard.run.kinds.freeze import CHANGED, Maintenance, ScaleDown, Scheduler
from wizard.run.kinds.gate import Gate
from wizard.run.view import can_go_back
from wizard.run.waits import Waits
from wizard.run.wayback import WayBack
from wizard.session.store import Session, create

TYPED = (
    Job(id="typed-1", command="python send_emails.py", every=10, told_by="person"),
    Job(id="typed-2", command="python report.py", every=1440, at=150, told_by="person"),
)


class OneApp:
    """Heroku with one app. `jobs` None: not told; an exception: raised. `writes` is what was done."""

    def __init__(self) -> None:
        self.jobs: tuple[Job, ...] | Exception | None = (JOB,)
        self.quantities = {"web": 1}
        self.kinds: list[tuple[str, ...]] = []
        self.maintenance = False
        self.writes: list[Any] = []
        self.values: dict[str, str] = {}

    async def config(self, app_id: str) -> dict[str, Secret]:
        return {name: config_value(value, name) for name, value in self.values.items()}

    async def state(self, app_id: str, *, jobs: bool = True) -> AppState:
        if jobs and isinstance(self.jobs, Exception):
            raise self.jobs
        kinds = self.kinds.pop(0) if self.kinds else ()
        return AppState(
            maintenance=self.maintenance,
            release=7,
            quantities=dict(self.quantities),
            jobs=cast(tuple[Job, ...] | None, self.jobs) if jobs else None,
            running=tuple(f"{kind}-5c9f-x7k2p" for kind in kinds),
            kinds=kinds,
        )

    async def set_maintenance(self, app_id: str, on: bool) -> None:
        self.writes.append(("maintenance", on))
        self.maintenance = on

    async def scale(self, app_id: str, quantities: Mapping[str, int]) -> None:
        self.writes.append(("scale", dict(quantities)))
        self.quantities.update(quantities)

    async def remove_job(self, app_id: str, job_id: str) -> None:
        self.writes.append(("remove", job_id))
        assert isinstance(self.jobs, tuple)
        self.jobs = tuple(job for job in self.jobs if job.id != job_id)

    async def add_job(self, app_id: str, job: Job) -> None:
        self.writes.append(("add", job.command))
        assert isinstance(self.jobs, tuple)
        self.jobs = (*self.jobs, job)


class Surroundings:
    """What a step asks of its context."""

    def __init__(self, session: Session, system: System, plan: Plan) -> None:
        self.source = OneApp()
        self.system, self.plan = system, plan
        self.mapping = example_mapping(system)
        self.journal = Journal(session)
        self.journal.start_run(plan)
        self.loop = asyncio.get_running_loop()
        self.control = Control()

    def source_app(self, step: Step) -> App:
        return self.system.app(str(step.args["app"]))


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds between looks are none here."""

    async def at_once(seconds: float) -> None:
        """As `asyncio.sleep`."""

    monkeypatch.setattr("wizard.run.kinds.freeze.asyncio.sleep", at_once)


@pytest.fixture(autouse=True)
def heroku_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web address of Heroku's app answers 401 to everybody."""

    async def unauthorized(url: str) -> int:
        return 401

    monkeypatch.setattr("wizard.run.kinds.freeze.answers", unauthorized)


def typed_system() -> System:
    system = example_system()
    apps = tuple(
        msgspec.structs.replace(app, jobs=TYPED) if app.id == EMAILER else app for app in system.apps
    )
    return msgspec.structs.replace(system, apps=apps)


def around(session: Session, system: System | None = None) -> tuple[Context, OneApp, Step]:
    """A context, its Heroku, and the step that stops the emailer's jobs."""
    system = system or example_system()
    made = Surroundings(session, system, plan_of(system, example_mapping(system)))
    return cast(Context, made), made.source, made.plan.step("scheduler:migrate-emailer")


class TestPlan:
    def test_jobs_that_only_a_person_knows_get_a_gate_before_anything_is_changed(self) -> None:
        system = typed_system()
        plan = plan_of(system, example_mapping(system))
        keys = [step.key for step in plan.steps]
        gate = plan.step("gate:jobs:migrate-emailer")
        assert gate.by == "person" and gate.kind == "gate" and gate.gate is not None
        assert gate.gate.word == "acme-shop"
        said = " ".join(gate.gate.will_happen)
        assert f"https://dashboard.heroku.com/apps/{EMAILER}/scheduler" in said
        assert "every 10 minutes: python send_emails.py" in said
        assert "every day at 02:30 UTC: python report.py" in said
        first = next(key for key in keys if key.startswith("maintenance:"))
        assert keys.index(CUT_OVER) < keys.index(gate.key) < keys.index("scheduler:migrate-emailer")
        assert keys.index("scheduler:migrate-emailer") < keys.index(first)
        assert gate.key in plan.step("scheduler:migrate-emailer").needs
        assert "you create" in gate.way_back

    def test_jobs_that_heroku_tells_need_no_gate(self) -> None:
        system = example_system()
        keys = [step.key for step in plan_of(system, example_mapping(system)).steps]
        assert "scheduler:migrate-emailer" in keys
        assert not [key for key in keys if key.startswith("gate:jobs")]

    def test_another_scheduler_is_found_among_the_add_ons(self) -> None:
        system = typed_system()
        others = tuple(
            msgspec.structs.replace(one, service="advanced-scheduler") if one.service == "scheduler" else one
            for one in system.add_ons
        )
        plan = plan_of(msgspec.structs.replace(system, add_ons=others), example_mapping(system))
        page = plan.step("gate:jobs:migrate-emailer").args["page"]
        assert page == f"https://dashboard.heroku.com/apps/{EMAILER}/resources"


AWAY = Unreachable("Nobody answers.", remedy="Try again.")


@pytest.mark.parametrize("silence", [None, AWAY], ids=["not told", "away"])
class TestNobodyTells:
    async def test_it_is_waited_for_and_put_back_by_hand(
        self, silence: Unreachable | None, session: Session
    ) -> None:
        context, heroku, step = around(session, typed_system())
        heroku.jobs = silence
        heroku.kinds = [("scheduler",), ("scheduler",), ("web",), ("web",)]
        kind = Scheduler()
        assert await kind.probe(context, step) is None
        context.journal.intend(step)
        await kind.do(context, step)
        evidence = await kind.verify(context, step)
        assert "you removed them" in evidence.summary and heroku.writes == []
        said = await kind.undo(context, step)
        assert "every day at 02:30 UTC: python report.py" in said
        assert f"https://dashboard.heroku.com/apps/{EMAILER}/scheduler" in said
        assert heroku.writes == []

    async def test_the_gate_says_that_heroku_does_not_tell(
        self, silence: Unreachable | None, session: Session
    ) -> None:
        context, heroku, _ = around(session, typed_system())
        heroku.jobs, heroku.kinds = silence, [("scheduler",)]
        gate = context.plan.step("gate:jobs:migrate-emailer")
        facts = await Gate().facts(context, gate)
        assert [state for state, _ in facts] == ["look", "look"]
        assert "you know" in facts[0][1] and "waited for" in facts[1][1]


class TestWhatWasNotThereWhenItWasDocumented:
    def test_an_app_that_ran_nothing_is_stopped_too(self) -> None:
        system = example_system()
        plan = plan_of(system, example_mapping(system))
        step = plan.step("scale-down:migrate-emailer")
        assert "(now nothing)" in step.title and step.writes == "heroku"

    async def test_a_worker_that_was_scaled_up_since_is_stopped(self, session: Session) -> None:
        context, heroku, _ = around(session)
        heroku.quantities = {"job": 2}
        step = context.plan.step("scale-down:migrate-emailer")
        await ScaleDown().do(context, step)
        assert heroku.quantities == {"job": 0}
        await ScaleDown().undo(context, step)
        assert heroku.quantities == {"job": 2}

    def without_jobs(self) -> System:
        system = example_system()
        apps = tuple(
            msgspec.structs.replace(app, jobs=()) if app.id == EMAILER else app for app in system.apps
        )
        return msgspec.structs.replace(system, apps=apps)

    async def test_a_job_that_was_made_since_is_removed(self, session: Session) -> None:
        context, heroku, step = around(session, self.without_jobs())
        assert "Wait until no scheduler job" in step.title
        await Scheduler().do(context, step)
        assert heroku.writes == [("remove", JOB.id)]

    async def test_that_there_are_none_is_believed_when_heroku_does_not_tell(self, session: Session) -> None:
        context, heroku, step = around(session, self.without_jobs())
        heroku.jobs = None
        context.journal.intend(step)
        await Scheduler().do(context, step)
        assert await Scheduler().verify(context, step)
        assert await Scheduler().undo(context, step) == "" and heroku.writes == []


async def test_a_secret_in_a_job_is_not_written_down(session: Session) -> None:
    context, heroku, step = around(session)
    heroku.values = {"TOKEN": "canary-3f9c1d77aa"}
    heroku.jobs = (msgspec.structs.replace(JOB, command="curl -H canary-3f9c1d77aa x"),)
    with pytest.raises(Trouble) as caught:
        await Scheduler().do(context, step)
    assert caught.value.code == "scheduler-secret" and heroku.writes == []


class TestJobsByHand:
    async def test_jobs_that_heroku_tells_after_all_are_removed_by_offramp(self, session: Session) -> None:
        context, heroku, step = around(session, typed_system())
        await Scheduler().do(context, step)
        assert heroku.writes == [("remove", JOB.id)]
        await Scheduler().undo(context, step)
        assert heroku.writes[1:] == [("add", JOB.command)]

    async def test_going_back_from_the_open_gate_names_what_may_be_gone(self, session: Session) -> None:
        context, heroku, _ = around(session, typed_system())
        heroku.jobs = None
        journal = context.journal
        journal.end(CUT_OVER, "done", None)
        journal.intend(context.plan.step("gate:jobs:migrate-emailer"))
        assert can_go_back(context.plan, journal.steps()), "a person may have removed a job by now"
        commands = Commands(journal, context.plan, cast(Any, None))
        assert await WayBack(context, Waits(context, commands)).go() == []
        told = [event.text for event in journal.events() if event.kind == "back"]
        assert "python report.py" in told[0] and "/scheduler" in told[0]
        assert heroku.writes == []


class TestNotKnownIsNotNone:
    async def test_jobs_that_were_told_and_are_not_now_stop_the_cut_over(self, session: Session) -> None:
        context, heroku, step = around(session)
        heroku.jobs = None
        with pytest.raises(Trouble) as caught:
            await Scheduler().do(context, step)
        assert caught.value.code == "scheduler-unreadable" and caught.value.retry
        assert heroku.writes == []

    async def test_a_worker_killed_between_two_deletions_does_not_take_silence_for_done(
        self, session: Session
    ) -> None:
        context, heroku, step = around(session)
        context.journal.intend(step)
        await Scheduler().do(context, step)
        heroku.jobs = None
        with pytest.raises(Trouble) as caught:
            await Scheduler().probe(context, step)
        assert caught.value.retry

    async def test_what_was_done_once_is_believed_when_nobody_tells(self, session: Session) -> None:
        context, heroku, step = around(session)
        context.journal.intend(step)
        await Scheduler().do(context, step)
        context.journal.end(step.key, "done", await Scheduler().verify(context, step))
        for silence in (None, Unreachable("Nobody answers.", remedy="Try again.")):
            heroku.jobs = silence
            with pytest.raises(Trouble) as caught:
                await Scheduler().probe(context, step)
            assert not caught.value.retry, "a look that waits for ever would hold the run"

    async def test_the_way_back_doubles_no_job(self, session: Session) -> None:
        context, heroku, step = around(session)
        heroku.jobs = (JOB, msgspec.structs.replace(JOB, id="job-2", command="python other.py"))
        await Scheduler().do(context, step)
        heroku.jobs = None
        with pytest.raises(Trouble) as caught:
            await Scheduler().undo(context, step)
        assert caught.value.code == "scheduler-unreadable"
        heroku.jobs = (msgspec.structs.replace(JOB, id="job-9"),)
        await Scheduler().undo(context, step)
        assert [write for write in heroku.writes if write[0] == "add"] == [("add", "python other.py")]

    async def test_a_scheduler_that_is_away_holds_up_nothing_else(self, session: Session) -> None:
        context, heroku, _ = around(session)
        heroku.jobs = Unreachable("Nobody answers.", remedy="Try again.")
        for key, kind in (
            ("maintenance:migrate-backend", Maintenance()),
            ("scale-down:migrate-backend", ScaleDown()),
        ):
            step = context.plan.step(key)
            context.journal.intend(step)
            await kind.do(context, step)
            await kind.verify(context, step)
            assert await kind.undo(context, step)


async def test_how_heroku_answered_is_noted_before_maintenance_mode(session: Session) -> None:
    context, heroku, _ = around(session)
    step = context.plan.step("maintenance:migrate-backend")
    context.journal.intend(step)
    await Maintenance().do(context, step)
    found = await Maintenance().verify(context, step)
    assert found.facts == {"before": "off", "answered": 401}
    heroku.writes.clear()
    other = context.plan.step("maintenance:migrate-frontend")
    await Maintenance().do(context, other)
    assert (await Maintenance().verify(context, other)).facts == {"before": "on"}, "nothing to ask then"


async def test_what_somebody_else_changed_since_is_what_is_restored(session: Session) -> None:
    context, heroku, _ = around(session)
    step = context.plan.step("scale-down:migrate-backend")
    await ScaleDown().do(context, step)
    evidence = await ScaleDown().verify(context, step)
    facts = {**evidence.facts, CHANGED: True}
    context.journal.end(step.key, "lost", msgspec.structs.replace(evidence, facts=facts))
    heroku.quantities = {"web": 4}
    await ScaleDown().do(context, step)
    heroku.quantities["web"] = 0
    await ScaleDown().do(context, step)
    await ScaleDown().undo(context, step)
    assert heroku.quantities == {"web": 4}


async def lost(context: Context, kind: ScaleDown | Scheduler, step: Step) -> None:
    """Done once, and undone by somebody else since."""
    evidence = await kind.verify(context, step)
    facts = {**evidence.facts, CHANGED: True}
    context.journal.end(step.key, "lost", msgspec.structs.replace(evidence, facts=facts))


async def test_what_still_stands_where_offramp_put_it_is_restored_as_it_was(session: Session) -> None:
    context, heroku, _ = around(session)
    step = context.plan.step("scale-down:migrate-backend")
    heroku.quantities = {"web": 2, "worker": 3}
    await ScaleDown().do(context, step)
    await lost(context, ScaleDown(), step)
    # Only web was started by hand, and larger.
    heroku.quantities["web"] = 5
    await ScaleDown().undo(context, step)
    assert heroku.quantities == {"web": 5, "worker": 3}, "what serves is left alone, what stands is started"
    heroku.quantities["worker"] = 0
    await ScaleDown().do(context, step)
    assert heroku.quantities == {"web": 0, "worker": 0}
    await ScaleDown().undo(context, step)
    assert heroku.quantities == {"web": 5, "worker": 3}


async def test_jobs_that_were_made_anew_by_hand_are_left_alone_on_the_way_back(session: Session) -> None:
    context, heroku, step = around(session)
    await Scheduler().do(context, step)
    await lost(context, Scheduler(), step)
    heroku.jobs = (msgspec.structs.replace(JOB, id="by-hand", command="python other.py"),)
    heroku.writes.clear()
    await Scheduler().undo(context, step)
    assert heroku.writes == []
    heroku.jobs = ()
    await Scheduler().undo(context, step)
    assert heroku.writes == [("add", JOB.command)]


async def test_the_way_back_does_not_wait_for_a_job_to_end(session: Session) -> None:
    context, heroku, step = around(session)
    heroku.kinds = [(), ("scheduler",), ("scheduler",)]
    context.control.stop()
    with pytest.raises(Stopped):
        await Scheduler().do(context, step)
    assert heroku.writes == [("remove", JOB.id)], "what was begun is remembered"
    await Scheduler().undo(context, step)
    assert heroku.writes[1:] == [("add", JOB.command)]


async def test_dynos_of_fir_are_known_by_their_type(session: Session) -> None:
    context, heroku, _ = around(session)
    step = context.plan.step("scale-down:migrate-backend")
    heroku.quantities = {"my-worker": 2}
    heroku.kinds = [(), ("my-worker",), ("my-worker",), ()]
    await ScaleDown().do(context, step)
    assert heroku.kinds == [], "it waits until no dyno of the type runs"
    heroku.kinds = [("my-worker",)]
    assert await ScaleDown().probe(context, step) is None


class TestPreflight:
    async def look(self, jobs: tuple[Job, ...] | Exception | None, app: App) -> list[str]:
        heroku = OneApp()
        heroku.jobs = jobs
        findings = await scheduler_findings(cast(Source, heroku), app)
        assert all(finding.state == "look" for finding in findings)
        return [finding.what for finding in findings]

    async def test_jobs_that_are_not_told_are_to_be_looked_at(self) -> None:
        typed, told = typed_system().app(EMAILER), example_system().app(EMAILER)
        assert await self.look(TYPED, typed) == []
        assert await self.look(None, typed) == ["You remove 2 scheduler jobs of migrate-emailer yourself"]
        assert await self.look(None, told) == ["Heroku no longer tells the scheduler jobs of migrate-emailer"]
        # A way back has created it again: Heroku gave it another id, and it is the same job.
        again = msgspec.structs.replace(JOB, id="made-again")
        assert await self.look((again,), told) == []
        other = ["The scheduler jobs of migrate-emailer are not those that were documented"]
        assert await self.look((), told) == other
        away = Unreachable("Nobody answers.", remedy="Try again.")
        assert await self.look(away, told) == ["The scheduler of migrate-emailer does not answer now"]


def test_the_example_has_what_these_tests_need() -> None:
    assert example_system().app(EMAILER).jobs == (JOB,) and not example_system().app(BACKEND).jobs
