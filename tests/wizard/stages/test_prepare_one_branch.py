"""Apps that are folders of one linked repository: one branch, a commit for each app."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.model.mapping import AppChoice, JobChoice, Mapping, ProcessChoice
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.plan.preflight_code import code_findings
from wizard.ports import Profile
from wizard.prepare.accepted import prepared_app, unprepared, written
from wizard.prepare.branch import Branch, write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.code import code_of
from wizard.prepare.file_change import FileChange, Proposal
from wizard.session.parts import Prepared, PreparedApp

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

BRANCH = "offramp/acme"
FILES = {
    "backend/Procfile": "web: python server.py\nworker: python worker.py\n",
    "backend/runtime.txt": "python-3.11.14\n",
    "backend/requirements.txt": "",
    "emailer/requirements.txt": "psycopg\n",
    "frontend/requirements.txt": "",
    "frontend/.python-version": "3.14\n",
    "frontend/Procfile": "web: python server.py\n",
    "README.md": "ours\n",
}


@pytest.fixture
def repository(make_checkout: MakeCheckout) -> Path:
    return make_checkout("mono", FILES)


@pytest.fixture
def capsules(target: Profile) -> Profile:
    capabilities = msgspec.structs.replace(
        target.capabilities,
        layout="capsules",
        needs_dockerfile=False,
        release_hook=None,
        runtimes={"python": ("3.13", "3.14")},
    )
    return msgspec.structs.replace(target, capabilities=capabilities)


def mapping(folder: Path, **folders: str) -> Mapping:
    """The three apps in one repository, by id; the path itself may say which folder it is."""
    return Mapping(
        apps=tuple(
            AppChoice(app_id=id_, handle=id_, way="linked", checkout=str(folder / path), folder=path)
            for id_, path in folders.items()
        ),
        processes=(
            ProcessChoice(app_id="b", type="web", service="web", capsule="backend"),
            ProcessChoice(app_id="b", type="worker", service="worker", capsule="backend"),
            ProcessChoice(app_id="f", type="web", service="web", capsule="backend"),
        ),
        jobs=(JobChoice(app_id="e", job_id="j", action="in-process"),),
    )


MONO = {"b": "backend", "f": "frontend", "e": "emailer"}


def proposals(system: System, map_: Mapping, profile: Profile) -> tuple[dict[str, Proposal], dict[str, str]]:
    read = {
        one.app_id: code_of(system.app(one.app_id), map_, profile, one.checkout or "")
        for one in map_.moved_apps()
    }
    return propose_all(system, map_, profile, read), {app_id: one.path for app_id, one in read.items()}


def prepare(system: System, map_: Mapping, profile: Profile) -> tuple[Prepared, dict[str, Branch]]:
    found, paths = proposals(system, map_, profile)
    prepared, branches = Prepared(), {}
    for app_id, proposal in found.items():
        app = system.app(app_id)
        branch = write_branch(paths[app_id], "acme", app.name, proposal)
        done = prepared_app(app, map_, profile, checkout=paths[app_id], proposal=proposal, branch=branch)
        prepared, branches[app_id] = written(prepared, done), branch
    return prepared, branches


def subjects(git: Git, folder: Path, branch: str = BRANCH) -> list[str]:
    told = git(
        folder, "log", "--format=%(trailers:key=Offramp-App,valueonly)", f"main..{branch}"
    ).splitlines()
    return [line for line in told if line][::-1]


def test_each_app_has_a_commit_on_the_one_branch(
    system: System, capsules: Profile, repository: Path, git: Git
) -> None:
    map_ = mapping(repository, **MONO)
    prepared, branches = prepare(system, map_, capsules)
    tip = git(repository, "rev-parse", BRANCH)
    assert git(repository, "branch", "--list", "offramp/*") == BRANCH
    assert subjects(git, repository) == ["migrate-backend", "migrate-emailer"]
    by_app = {one.app_id: one for one in prepared.apps}
    assert by_app["b"].commit == by_app["e"].commit == tip and by_app["b"].branch == BRANCH
    # Nothing has to change in its folder: it is built from what is checked out.
    assert (branches["f"].name, by_app["f"].on) == ("", "main")
    assert set(git(repository, "diff", "--name-only", "main", BRANCH).split()) == {
        "backend/.python-version", "backend/Procfile", "backend/runtime.txt",
        "emailer/.python-version", "emailer/Procfile", "emailer/heroku-clock.py", "emailer/requirements.txt",
    }  # fmt: skip
    assert git(repository, "status", "--porcelain") == ""
    findings = code_findings(system, map_, capsules, prepared)
    assert [one.state for one in findings] == ["good"] * 3, findings
    assert not unprepared(system, map_, capsules, prepared)


def change(path: str, text: str) -> Proposal:
    made = FileChange(path=path, old=None, new=text, why="it is so")
    return Proposal(app_id="x", changes=(made,), together=True)


ONE, TWO = change("one/file", "1\n"), change("two/file", "2\n")


def write(repository: Path, **apps: Proposal) -> list[Branch]:
    return [write_branch(repository, "acme", app, proposal) for app, proposal in apps.items()]


def test_written_again_it_is_the_same_branch(repository: Path, git: Git) -> None:
    _, second = write(repository, one=ONE, two=TWO)
    again = write(repository, one=ONE, two=TWO)
    assert [one.adopted for one in again] == [True, True]
    assert {one.commit for one in again} == {second.commit} == {git(repository, "rev-parse", BRANCH)}


def test_a_new_wish_of_one_app_leaves_what_the_other_has(repository: Path, git: Git) -> None:
    write(repository, one=ONE, two=TWO)
    (newer,) = write(repository, one=change("one/other", "3\n"))
    assert subjects(git, repository) == ["two", "one"]
    changed = git(repository, "diff", "--name-only", "main", newer.commit).split()
    assert changed == ["one/other", "two/file"]
    (less,) = write(repository, one=Proposal(app_id="x", changes=(), together=True))
    assert (less.name, subjects(git, repository)) == (BRANCH, ["two"])


def test_who_was_written_before_is_at_the_newest_commit_too() -> None:
    def done(app: str, commit: str, **more: object) -> PreparedApp:
        told = {"checkout": "/c", "branch": BRANCH, "base": "0", "together": True, **more}
        return PreparedApp(app_id=app, commit=commit, **told)  # type: ignore[arg-type]

    two = done("two", "2")
    assert written(Prepared(apps=(done("one", "1"),)), two).apps == (done("one", "2"), two)
    for apart in (done("one", "1", branch="x"), done("one", "1", checkout="/d")):
        assert written(Prepared(apps=(apart,)), two).apps == (apart, two)
    for outdated in (done("one", "1", base="9"), done("one", "1", together=False)):
        assert written(Prepared(apps=(outdated,)), two).apps == (two,)


def test_what_stands_on_an_older_commit_is_written_again(repository: Path, git: Git) -> None:
    write(repository, one=ONE, two=TWO)
    git(repository, "commit", "-q", "--allow-empty", "-m", "newer")
    write(repository, two=TWO)
    assert subjects(git, repository) == ["two"]
    write(repository, one=ONE)
    assert subjects(git, repository) == ["two", "one"]


def test_what_a_person_wrote_on_it_is_left_alone(repository: Path, git: Git) -> None:
    write(repository, one=ONE)
    theirs = git(repository, "commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, "-m", "ours")
    git(repository, "update-ref", f"refs/heads/{BRANCH}", theirs)
    with pytest.raises(Trouble) as caught:
        write(repository, two=TWO)
    assert caught.value.code == "branch-taken" and git(repository, "rev-parse", BRANCH) == theirs


def test_the_same_file_with_two_texts_needs_two_branches(repository: Path, git: Git) -> None:
    one = write_branch(repository, "acme", "one", change("Procfile", "web: one\n"))
    two = write_branch(repository, "acme", "two", change("Procfile", "web: two\n"))
    same = write_branch(repository, "acme", "three", change("Procfile", "web: one\n"))
    assert (one.name, two.name, same.name) == (BRANCH, f"{BRANCH}-two", BRANCH)
    assert git(repository, "show", f"{BRANCH}:Procfile") == "web: one"
    assert git(repository, "show", f"{BRANCH}-two:Procfile") == "web: two"
    assert git(repository, "rev-parse", f"{BRANCH}-two^") == git(repository, "rev-parse", "main")


def test_a_file_that_two_want_alike_stays_while_one_of_them_wants_it(repository: Path, git: Git) -> None:
    same = change("Procfile", "web: x\n")
    write(repository, one=same, two=same)
    again = write(repository, one=same, two=same)
    assert [one.adopted for one in again] == [True, True]
    write(repository, one=change("other", "1\n"))
    names = git(repository, "diff", "--name-only", "main", BRANCH).split()
    assert (names, subjects(git, repository)) == (["Procfile", "other"], ["two", "one"])


def test_uncommitted_work_is_never_written_over(repository: Path, git: Git) -> None:
    (repository / "README.md").write_text("mine\n")
    with pytest.raises(Trouble) as caught:
        write(repository, one=ONE)
    assert caught.value.code == "uncommitted" and git(repository, "branch", "--list", "offramp/*") == ""


@pytest.mark.parametrize("named", ["", "backend"])
def test_a_folder_is_found_by_its_path_or_by_its_name(
    named: str, system: System, capsules: Profile, repository: Path
) -> None:
    path = repository if named else repository / "backend"
    one = AppChoice(app_id="b", way="linked", checkout=str(path), folder=named)
    code = code_of(system.app("b"), Mapping(apps=(one,)), capsules, path)
    assert (code.path, code.folder) == (str(repository), "backend") and "runtime.txt" in code.files
    assert not [one for one in code.remarks if one.blocks]


def test_a_folder_that_is_not_there_stops_the_app(
    system: System, capsules: Profile, repository: Path
) -> None:
    one = AppChoice(app_id="b", way="linked", checkout=str(repository), folder="back-end")
    code = code_of(system.app("b"), Mapping(apps=(one,)), capsules, repository)
    (remark,) = (one for one in code.remarks if one.blocks)
    assert "back-end" in remark.text


def test_elsewhere_a_folder_of_a_repository_still_needs_a_branch_of_its_own(
    system: System, target: Profile, repository: Path
) -> None:
    one = AppChoice(app_id="b", checkout=str(repository / "backend"))
    code = code_of(system.app("b"), Mapping(apps=(one,)), target, repository / "backend")
    assert any(one.kind == "not-root" and one.blocks for one in code.remarks)
