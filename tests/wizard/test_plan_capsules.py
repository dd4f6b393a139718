"""The plan for a target of capsules: what a person does ahead, what is made stopped, what is built when."""

from functools import cache

import msgspec
import pytest

from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from wizard.mapping.edit import leave_undecided
from wizard.mapping.rules import propose
from wizard.model.mapping import AppChoice, Mapping, StorageChoice, StoreChoice
from wizard.model.plan import Plan, Step
from wizard.model.trouble import Trouble
from wizard.plan.capsule_backups import backups_by_hand
from wizard.plan.plan import CUT_OVER, FINISH, make_plan
from wizard.ports import Profile
from wizard.registry import target_provider
from wizard.run.kinds import KINDS
from wizard.session.parts import Prepared, PreparedApp, PreparedCapsule

ADDRESS = "https://github.com/acme/migrate"
APPS = (BACKEND, FRONTEND, EMAILER)


@cache
def profile() -> Profile:
    return target_provider("code-capsules").profile()


def mapping() -> Mapping:
    """What is proposed, with a repository, the frontend one of files, and each app in a folder."""
    proposed = leave_undecided(propose(example_system(), profile()), "not needed")
    folders = {BACKEND: "backend", FRONTEND: "frontend", EMAILER: "emailer"}
    return msgspec.structs.replace(
        proposed,
        team="acme",
        region="Europe (North)",
        apps=tuple(
            msgspec.structs.replace(one, way="linked", repository=ADDRESS, folder=folders[one.app_id])
            for one in proposed.apps
        ),
        processes=tuple(
            msgspec.structs.replace(one, capsule="frontend" if one.app_id == FRONTEND else "backend")
            for one in proposed.processes
        ),
    )


def prepared(**more: object) -> Prepared:
    return Prepared(
        apps=tuple(
            PreparedApp(
                app_id=app, checkout="/code", branch="offramp/acme", commit="c" * 40, together=True, **more
            )
            for app in APPS
        )
    )


def plan(chosen: Mapping | None = None, code: Prepared | None = None) -> Plan:
    return make_plan(
        "acme",
        example_system(),
        chosen or mapping(),
        code or prepared(),
        source_title="Heroku",
        profile=profile(),
    )


def of_kind(made: Plan, kind: str) -> list[Step]:
    return [step for step in made.steps if step.kind == kind]


def test_every_step_has_a_kind_and_needs_what_comes_before_it() -> None:
    made = plan()
    done: set[str] = set()
    for step in made.steps:
        assert step.kind in KINDS
        assert set(step.needs) <= done, step.key
        assert step.key not in done
        done.add(step.key)


def test_repository_and_branch_are_asked_for_once() -> None:
    made = plan()
    (link,), (push,) = of_kind(made, "link-repository"), of_kind(made, "push-branch")
    assert link.by == push.by == "person"
    assert push.args["branch"] == "offramp/acme" and push.args["commit"] == "c" * 40


def test_capsules_are_made_before_the_cut_over_and_built_in_it() -> None:
    made = plan()
    order = [step.key for step in made.steps]
    gate = order.index(CUT_OVER)
    names = [str(step.args["name"]) for step in of_kind(made, "capsule")]
    assert len(names) == len(set(names)) and "app-backend" not in names
    assert all(order.index(step.key) < gate for step in of_kind(made, "capsule"))
    builds = of_kind(made, "build")
    assert builds and all(order.index(step.key) > gate for step in builds)
    built = {name for step in builds for name in step.args["capsules"]}  # type: ignore[union-attr]
    assert built == set(names), "each is built"
    assert not [step for step in made.steps if step.kind in ("app", "push", "deploy")]


def test_a_page_of_files_is_built_again_once_the_addresses_are_known() -> None:
    made = plan()
    order = [step.key for step in made.steps]
    (again,) = [step for step in made.steps if step.key.startswith("rebuild:")]
    handle = again.args["handle"]
    assert order.index(f"link:{handle}") < order.index(again.key) < order.index(f"health:{handle}")


def test_a_folder_is_for_a_person_to_set_and_a_root_is_not() -> None:
    made = plan()
    assert {step.args["folder"] for step in of_kind(made, "capsule-settings")} == {
        "backend",
        "frontend",
        "emailer",
    }
    chosen = mapping()
    rooted = msgspec.structs.replace(
        chosen, apps=tuple(msgspec.structs.replace(one, folder="") for one in chosen.apps)
    )
    assert of_kind(plan(rooted), "capsule-settings") == []


def test_a_docker_capsule_is_told_its_file_and_its_context() -> None:
    capsules = (
        PreparedCapsule(service="web", kind="docker", dockerfile="backend/Dockerfile", port=8080),
        PreparedCapsule(service="worker", kind="docker", dockerfile="backend/Dockerfile.worker"),
    )
    code = Prepared(
        apps=tuple(
            msgspec.structs.replace(one, capsules=capsules) if one.app_id == BACKEND else one
            for one in prepared().apps
        )
    )
    settings = {
        str(step.args["name"]): step.args
        for step in of_kind(plan(code=code), "capsule-settings")
        if "dockerfile" in step.args
    }
    assert sorted(settings) == ["migrate-backend", "migrate-backend-worker"]
    worker = settings["migrate-backend-worker"]
    assert (worker["dockerfile"], worker["context"]) == ("/backend/Dockerfile.worker", "/backend")
    assert "folder" not in worker


def test_versions_for_the_builders_are_part_of_the_plan() -> None:
    code = prepared(variables={"GOOGLE_NODEJS_VERSION": "24"})
    made = plan(code=code)
    assert all(step.args["variables"] == ("GOOGLE_NODEJS_VERSION=24",) for step in of_kind(made, "configure"))
    assert made.digest() != plan().digest()


def test_backups_are_asked_for_before_the_move_is_final() -> None:
    made = plan()
    (backups,) = of_kind(made, "by-hand")
    assert backups.key in made.step(FINISH).needs


@pytest.mark.parametrize("missing", ["repository", "branch"])
def test_without_repository_or_branch_there_is_no_plan(missing: str) -> None:
    chosen, code = mapping(), prepared()
    if missing == "repository":
        first: AppChoice = msgspec.structs.replace(chosen.apps[0], repository="")
        chosen = msgspec.structs.replace(chosen, apps=(first, *chosen.apps[1:]))
    else:
        code = Prepared(apps=tuple(msgspec.structs.replace(one, branch="", on="") for one in code.apps))
    with pytest.raises(Trouble) as told:
        plan(chosen, code)
    assert told.value.code == "no-repository" and missing in told.value.cause


def test_what_hangs_on_a_capsule_is_done_again_with_it() -> None:
    """A capsule that was made anew has no config vars: it must not be started without them."""
    made = plan()
    for name in ("configure", "deploy"):
        (step,) = [one for one in made.steps if one.key == f"{name}:migrate-backend"]
        ready = {"capsule:migrate-backend", "capsule:migrate-backend-worker", "settings:migrate-backend"}
        assert ready <= set(step.needs), step.needs
    # The branch is what is built; a capsule is there, and set, whatever becomes of it.
    for step in of_kind(made, "capsule"):
        assert not any(one.startswith("branch:") for one in step.needs)
    for step in of_kind(made, "build"):
        assert step.key.startswith("rebuild:") or "branch:migrate-backend" in step.needs


def test_what_started_by_itself_is_stopped_before_the_last_copy() -> None:
    made = plan()
    order = [step.key for step in made.steps]
    early = [step for step in made.steps if step.kind == "stop-early"]
    handles = {str(step.args["handle"]) for step in of_kind(made, "build")}
    assert {str(step.args["handle"]) for step in early} == handles
    for step in early:
        assert order.index(CUT_OVER) < order.index(step.key)
        assert order.index(step.key) < min(order.index(one.key) for one in of_kind(made, "quiet"))


def test_a_branch_of_the_persons_own_is_said_to_be_one() -> None:
    (push,) = of_kind(plan(), "push-branch")
    assert "own" not in push.args
    code = Prepared(apps=tuple(msgspec.structs.replace(one, branch="", on="main") for one in prepared().apps))
    (push,) = of_kind(plan(code=code), "push-branch")
    assert push.args["own"] is True and push.args["branch"] == "main"
    assert "delete" not in push.way_back


def test_another_port_is_set_where_requests_come_in() -> None:
    usual = of_kind(plan(), "capsule-settings")
    assert all("port" not in step.args for step in usual)
    chosen = msgspec.structs.replace(mapping(), port=8080)
    ports = {str(s.args["name"]): s.args.get("port") for s in of_kind(plan(chosen), "capsule-settings")}
    assert ports["migrate-backend"] == "8080"
    assert ports["migrate-backend-worker"] is None and ports["migrate-frontend"] is None


def test_files_go_to_no_page_of_files() -> None:
    chosen = msgspec.structs.replace(
        mapping(),
        storages=tuple(
            StorageChoice(app_id=app, action="mount", handle=f"files-{number}")
            for number, app in enumerate((BACKEND, FRONTEND))
        ),
    )
    backend, frontend = of_kind(plan(chosen), "storage")
    assert set(backend.args["services"]) == {"web", "worker"}  # type: ignore[arg-type]
    assert frontend.args["services"] == ()


def test_the_gate_tells_of_the_second_build_that_pages_need() -> None:
    text = plan().step(CUT_OVER).gate
    assert text is not None and "until migrate-frontend is built again" in text.duration
    chosen = mapping()
    config = tuple(one for one in chosen.config if one.replacement != "app-url")
    text = plan(msgspec.structs.replace(chosen, config=config)).step(CUT_OVER).gate
    assert text is not None and "built again" not in text.duration


def test_backups_are_turned_on_of_all_that_can_be_backed_up() -> None:
    chosen = msgspec.structs.replace(
        mapping(),
        stores=tuple(
            StoreChoice(add_on_id=f"add-{type_}", type=type_, action="empty", handle=f"shop-{type_}")
            for type_ in ("mysql", "redis")
        ),
        storages=(StorageChoice(app_id=BACKEND, action="mount", handle="files"),),
    )
    (step,) = backups_by_hand(chosen, "https://app.example")
    assert step.title.endswith(", shop-mysql, files") and "redis" not in step.title
    assert {"database:shop-mysql", "storage:files"} <= set(step.needs)
