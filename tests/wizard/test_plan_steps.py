"""The plan: the same for the same choices, whole, in order, and harmless to Heroku before the gate."""

from typing import Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, example_system
from tests.screens.fakes import fake_profile
from wizard.mapping.edit import leave_undecided
from wizard.mapping.rules import propose
from wizard.mapping.way_words import Way
from wizard.model.mapping import Mapping
from wizard.model.plan import Plan
from wizard.model.system import Job, Process, System
from wizard.model.trouble import Trouble
from wizard.plan.plan import CUT_OVER, FINISH, make_plan
from wizard.run.kinds import KINDS
from wizard.session.parts import Prepared, PreparedApp

APPS = (BACKEND, FRONTEND, EMAILER)
PREPARED = Prepared(
    apps=tuple(PreparedApp(app_id=app, checkout=f"/code/{app}", branch="b", commit="c" * 40) for app in APPS)
)


def plan_of(system: System, mapping: Mapping, prepared: Prepared = PREPARED) -> Plan:
    return make_plan("acme-shop", system, mapping, prepared, source_title="Heroku", profile=fake_profile())


def example_mapping(system: System) -> Mapping:
    return leave_undecided(propose(system, fake_profile()), "not needed")


def moved_by(mapping: Mapping, way: Way) -> Mapping:
    """All apps by one way."""
    return msgspec.structs.replace(
        mapping, apps=tuple(msgspec.structs.replace(choice, way=way) for choice in mapping.apps)
    )


@st.composite
def systems(draw: st.DrawFn) -> tuple[System, Mapping]:
    """The example with other processes and jobs, some of it left behind."""
    system = example_system()
    apps = []
    for app in system.apps:
        types = draw(st.lists(st.sampled_from(["web", "worker", "clock", "release"]), unique=True))
        processes = tuple(
            Process(type=kind, command="run", quantity=draw(st.integers(0, 3)), size="Basic")
            for kind in types
        )
        told_by: Literal["api", "person"] = draw(st.sampled_from(["api", "person"]))
        jobs = tuple(
            Job(id=f"job-{number}", command="run", every=10, told_by=told_by)
            for number in range(draw(st.integers(0, 3)))
        )
        apps.append(
            msgspec.structs.replace(app, processes=processes, jobs=draw(st.sampled_from([jobs, None])))
        )
    system = msgspec.structs.replace(system, apps=tuple(apps))
    mapping = example_mapping(system)
    left = draw(st.sets(st.sampled_from(APPS)))
    mapping = msgspec.structs.replace(
        mapping,
        create_environment=draw(st.booleans()),
        apps=tuple(
            msgspec.structs.replace(
                choice,
                action="leave" if choice.app_id in left else "move",
                reason="r",
                way=draw(st.sampled_from(["git", "git", "image", "workflow", "terraform"])),
                image="ghcr.io/acme/shop:v42",
            )
            for choice in mapping.apps
        ),
        databases=tuple(
            msgspec.structs.replace(choice, action=draw(st.sampled_from(["move", "leave"])), reason="r")
            for choice in mapping.databases
        ),
    )
    return system, mapping


@settings(max_examples=150, deadline=None)
@given(systems())
def test_any_plan_holds_what_a_plan_must(made: tuple[System, Mapping]) -> None:
    system, mapping = made
    plan = plan_of(system, mapping)
    keys = [step.key for step in plan.steps]
    assert len(set(keys)) == len(keys)
    position = {key: number for number, key in enumerate(keys)}

    for step in plan.steps:
        assert step.kind in KINDS, step.key
        assert all(position[needed] < position[step.key] for needed in step.needs), step.key
        low, high = step.seconds
        assert 0 <= low <= high and step.title and step.way_back
        assert (step.gate is not None) == (step.kind == "gate")
        ways = {"deploy-by-workflow", "apply-terraform"}
        assert (step.by == "person") == (step.kind == "gate" or step.kind in ways)
        if step.writes == "heroku":
            assert position[CUT_OVER] < position[step.key] < position[FINISH]
            assert step.phase == "cut-over"
            assert CUT_OVER in reachable(plan, step.key), "never without the gate"

    phases = ["prepare", "copy", "cut-over", "finish"]
    order = [phases.index(step.phase) for step in plan.steps]
    assert order == sorted(order)

    frozen = [step.key for step in plan.steps if step.writes == "heroku"]
    for choice in mapping.moved_apps():
        app = system.app(choice.app_id)
        kinds = {"deploy", "health"}
        if choice.way != "terraform":
            kinds |= {"app", "configure", "scale"}
        for kind in ("app", "push", "configure", "deploy", "scale", "health"):
            wanted = kind in kinds or (kind == "push" and choice.way == "git")
            assert (f"{kind}:{choice.handle}" in position) == wanted
        by_person = choice.way in ("workflow", "terraform")
        assert (f"gate:ready:{choice.handle}" in position) == by_person
        if by_person:
            assert position[f"gate:ready:{choice.handle}"] < position[CUT_OVER]
            assert "deploys-before" in reachable(plan, f"deploy:{choice.handle}")
            assert all(
                position["deploys-before"] < position[key] for key in keys if key.startswith("configure")
            )
        assert f"maintenance:{app.name}" in position
        # Also where there is none now: somebody may make one before the cut-over, or scale up.
        scheduler = any(one.app_id == app.id and one.service == "scheduler" for one in system.add_ons)
        wanted = bool(app.jobs) or (app.jobs is not None and scheduler)
        assert (f"scheduler:{app.name}" in position) == wanted
        by_hand = any(job.told_by == "person" for job in app.jobs or ())
        assert (f"gate:jobs:{app.name}" in position) == by_hand
        assert (f"scale-down:{app.name}" in position) == bool(app.processes)
        served = any(
            process.app_id == app.id and process.type == "web" and process.action == "service"
            for process in mapping.processes
        )
        assert (f"endpoint:{choice.handle}" in position) == (served and choice.way != "terraform")
        for database in mapping.moved_databases():
            assert position[f"prove:{database.handle}"] < position[f"deploy:{choice.handle}"]
            assert f"prove:{database.handle}" in reachable(plan, f"deploy:{choice.handle}")
    for database in mapping.moved_databases():
        for kind in ("database", "copy", "quiet", "refresh", "constraints", "prove", "tidy"):
            assert f"{kind}:{database.handle}" in position
        assert set(frozen) <= reachable(plan, f"refresh:{database.handle}"), "the last copy is of what stands"
    moved = {choice.app_id for choice in mapping.moved_apps()}
    for step in plan.steps:
        assert step.args.get("app", "") in moved | {""}, "nothing of an app that is left behind"


def reachable(plan: Plan, key: str) -> set[str]:
    """All that must be done before `key`."""
    found: set[str] = set()
    left = [key]
    while left:
        for needed in plan.step(left.pop()).needs:
            if needed not in found:
                found.add(needed)
                left.append(needed)
    return found


@settings(max_examples=30, deadline=None)
@given(systems())
def test_the_same_choices_give_the_same_digest(made: tuple[System, Mapping]) -> None:
    system, mapping = made
    plan = plan_of(system, mapping)
    again = plan_of(
        msgspec.json.decode(msgspec.json.encode(system), type=System),
        msgspec.json.decode(msgspec.json.encode(mapping), type=Mapping),
    )
    assert plan.digest() == again.digest()
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan).digest() == plan.digest()
    assert msgspec.structs.replace(plan, made_at="another day").digest() == plan.digest()


@pytest.mark.parametrize("way", ["git", "terraform"])
def test_choices_that_add_up_to_the_same_give_another_digest(way: Way) -> None:
    system = example_system()
    mapping = moved_by(example_mapping(system), way)
    digest = plan_of(system, mapping).digest()
    copied = next(choice for choice in mapping.config if choice.action == "copy")
    # The number of config vars in the step's title stays the same in both.
    for other in (
        msgspec.structs.replace(copied, action="replace", replacement="port"),
        msgspec.structs.replace(copied, name=f"{copied.name}_2"),
    ):
        config = tuple(other if choice == copied else choice for choice in mapping.config)
        assert plan_of(system, msgspec.structs.replace(mapping, config=config)).digest() != digest
    larger = tuple(
        msgspec.structs.replace(choice, memory_mb=choice.memory_mb * 2) for choice in mapping.processes
    )
    assert plan_of(system, msgspec.structs.replace(mapping, processes=larger)).digest() != digest


@pytest.mark.parametrize("way", ["git", "workflow", "terraform"])
def test_another_choice_gives_another_digest(way: Way) -> None:
    system = example_system()
    mapping = moved_by(example_mapping(system), way)
    plan = plan_of(system, mapping)
    other = msgspec.structs.replace(mapping, port=4000)
    assert plan_of(system, other).digest() != plan.digest()
    commit = msgspec.structs.replace(PREPARED.apps[0], commit="d" * 40)
    prepared = Prepared(apps=(commit, *PREPARED.apps[1:]))
    assert plan_of(system, mapping, prepared).digest() != plan.digest()


def test_whoever_deploys_finds_the_web_addresses_that_offramp_opens() -> None:
    system = example_system()
    mapping = example_mapping(system)
    apps = tuple(
        msgspec.structs.replace(choice, way="terraform") if choice.handle == "migrate-backend" else choice
        for choice in mapping.apps
    )
    keys = [step.key for step in plan_of(system, msgspec.structs.replace(mapping, apps=apps)).steps]
    assert keys.index("endpoint:migrate-frontend") < keys.index("deploy:migrate-backend")
    assert keys.index("deploy:migrate-backend") < keys.index("link:migrate-frontend")


def test_code_that_is_not_prepared_is_refused() -> None:
    system = example_system()
    with pytest.raises(Trouble) as refused:
        plan_of(system, example_mapping(system), Prepared())
    assert refused.value.code == "not-prepared" and "migrate-backend" in refused.value.cause


def test_the_gates_say_what_will_happen_and_want_the_name() -> None:
    system = example_system()
    plan = plan_of(system, example_mapping(system))
    gates = [step.gate for step in plan.steps if step.gate is not None]
    assert [gate.word for gate in gates] == ["acme-shop", "acme-shop"]
    said = " ".join(gates[0].will_happen)
    for words in (
        "Maintenance mode on for migrate-frontend",
        "1 scheduler job of migrate-emailer",
        "web 1, worker 1",
    ):
        assert words in said
    assert "estimate" in gates[0].duration and "no longer works" in gates[1].way_back


def test_the_gate_s_downtime_is_that_of_the_steps_it_opens() -> None:
    system = example_system()
    plan = plan_of(system, example_mapping(system))
    steps = [step for step in plan.steps if step.phase == "cut-over" and step.kind != "gate"]
    low, high = (sum(step.seconds[end] for step in steps) for end in (0, 1))
    assert low > 90 and high > 90, "minutes, so that the words below are those"
    gate = plan.step(CUT_OVER).gate
    assert gate is not None
    assert gate.duration.startswith(f"{round(low / 60)} min to {round(high / 60)} min in which")


def test_a_bigger_database_takes_longer() -> None:
    system = example_system()
    mapping = example_mapping(system)
    add_on = system.add_on(DATABASE)
    assert add_on.postgres is not None
    bigger = msgspec.structs.replace(add_on, postgres=msgspec.structs.replace(add_on.postgres, bytes=10**11))
    others = tuple(bigger if one.id == DATABASE else one for one in system.add_ons)
    (handle,) = (choice.handle for choice in mapping.moved_databases())
    small = plan_of(system, mapping).step(f"copy:{handle}").seconds
    big = plan_of(msgspec.structs.replace(system, add_ons=others), mapping).step(f"copy:{handle}").seconds
    assert big[0] > small[0] and big[1] > small[1]
