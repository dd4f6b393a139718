"""Two apps whose code is one repository: what each needs stays on a branch, whatever the other one needs."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.mapping.way_words import Way
from wizard.model.system import System
from wizard.ports import Profile
from wizard.prepare.accepted import prepared_app, written
from wizard.prepare.branch import branch_name, write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.clones import branches_of_clones
from wizard.prepare.code import read_for_changes
from wizard.prepare.file_change import FileChange, Proposal
from wizard.prepare.same_code import moved_together, with_differences
from wizard.session.parts import Prepared, PreparedApp

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

SHARED, OWN = "offramp/acme", "offramp/acme-site"


@pytest.fixture
def folder(make_checkout: MakeCheckout) -> Path:
    return make_checkout("mono", {"app.py": "x\n"})


def wants(procfile: str) -> Proposal:
    change = FileChange(path="Procfile", old=None, new=f"{procfile}\n", why="one service a line")
    return Proposal(app_id="x", changes=(change,))


API, SITE = wants("web: api"), wants("web: site")


def test_apps_that_need_different_files_have_a_branch_each(folder: Path, git: Git) -> None:
    for adopted in (False, True):
        api = write_branch(folder, "acme", "api", API)
        site = write_branch(folder, "acme", "site", SITE)
        assert (api.name, site.name) == (SHARED, OWN) == (branch_name("acme"), branch_name("acme", "site"))
        assert (api.adopted, site.adopted) == (adopted, adopted)
        for one, procfile in ((api, "web: api"), (site, "web: site")):
            assert git(folder, "rev-parse", one.name) == one.commit
            assert git(folder, "show", f"{one.name}:Procfile") == procfile
            assert git(folder, "rev-parse", f"{one.name}^") == one.base == git(folder, "rev-parse", "main")


def test_each_follows_a_new_proposal_of_its_app(folder: Path, git: Git) -> None:
    api = write_branch(folder, "acme", "api", API)
    write_branch(folder, "acme", "site", SITE)
    site = write_branch(folder, "acme", "site", wants("web: newer"))
    assert git(folder, "rev-parse", SHARED, OWN).split() == [api.commit, site.commit]
    api = write_branch(folder, "acme", "api", wants("web: newest"))
    assert git(folder, "rev-parse", SHARED, OWN).split() == [api.commit, site.commit]


def test_apps_that_need_the_same_share_one_branch(folder: Path, git: Git) -> None:
    first = write_branch(folder, "acme", "production", API)
    second = write_branch(folder, "acme", "staging", API)
    assert (second.name, second.commit, second.adopted) == (SHARED, first.commit, True)
    assert git(folder, "branch", "--list", "offramp/*") == SHARED


def test_a_branch_that_names_no_app_is_taken_over(folder: Path, git: Git) -> None:
    """Earlier versions wrote such ones."""
    old = write_branch(folder, "acme", "api", API).commit
    message = git(folder, "log", "-1", "--format=%B", old)
    kept = "\n".join(line for line in message.splitlines() if not line.startswith("Offramp-App"))
    unnamed = git(folder, "commit-tree", f"{old}^{{tree}}", "-p", "main", "-m", kept)
    git(folder, "update-ref", f"refs/heads/{SHARED}", unnamed)
    assert write_branch(folder, "acme", "site", SITE).name == SHARED


def test_work_trees_of_one_repository_do_not_take_each_others_branch(
    folder: Path, git: Git, tmp_path: Path
) -> None:
    """So Offramp itself advises where Heroku builds a folder alone: both share the branches."""
    other = tmp_path / "site"
    git(folder, "worktree", "add", "-q", "-b", "site", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "split")
    api = write_branch(folder, "acme", "api", API)
    site = write_branch(other, "acme", "site", API)
    assert (site.name, site.base) == (OWN, git(other, "rev-parse", "HEAD"))
    assert git(folder, "rev-parse", SHARED, OWN).split() == [api.commit, site.commit]


@pytest.mark.parametrize("address", ["git@github.com:Acme/mono.git", "https://github.com/acme/other"])
def test_clones_of_one_repository_do_not_meet_in_it_under_one_name(
    folder: Path, git: Git, tmp_path: Path, address: str
) -> None:
    other = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(folder), str(other))
    git(folder, "remote", "add", "origin", "https://github.com/acme/mono")
    git(other, "remote", "set-url", "origin", address)
    api = write_branch(folder, "acme", "api", API)
    prepared = Prepared(
        apps=(PreparedApp(app_id="b", checkout=f"{folder}/", branch=api.name, commit=api.commit),)
    )
    taken = branches_of_clones(other, prepared)
    assert taken == ({SHARED} if "mono" in address else set())
    site = write_branch(other, "acme", "site", API, taken=taken)
    assert site.name == (OWN if taken else SHARED)
    assert write_branch(other, "acme", "site", API, taken=taken).adopted
    assert branches_of_clones(folder, prepared) == set(), "its own branch is in nobody's way"
    gone = Prepared(apps=(PreparedApp(app_id="b", checkout="/gone", branch=SHARED, commit="c"),))
    assert branches_of_clones(other, gone) == set()


def test_what_shared_a_branch_that_moves_is_written_again(
    folder: Path, system: System, target: Profile, git: Git
) -> None:
    mapping = propose(system, target)
    for app_id in ("b", "f"):
        mapping = edit.set_checkout(mapping, app_id, str(folder))
    code = {app_id: read_for_changes(folder, target) for app_id in ("b", "f")}
    apart = {one.changes for one in propose_all(system, mapping, target, code).values()}
    assert len(apart) == 2, "the apps of the example need different files"
    prepared = Prepared()
    for app_id, proposal in (("b", API), ("f", API), ("b", SITE)):
        app = system.app(app_id)
        branch = write_branch(folder, "acme", app.name, proposal)
        done = prepared_app(app, mapping, target, checkout=folder, proposal=proposal, branch=branch)
        prepared = written(prepared, done)
        if (app_id, proposal) == ("f", API):
            assert [one.app_id for one in prepared.apps] == ["b", "f"]
    assert [(one.app_id, one.commit) for one in prepared.apps] == [("b", git(folder, "rev-parse", SHARED))]


def test_workflows_of_one_code_cannot_deploy_different_files(
    folder: Path, system: System, target: Profile
) -> None:
    mapping = propose(system, target)
    code = {app_id: read_for_changes(folder, target) for app_id in ("b", "f")}

    def told(*ways: Way, alike: bool = False) -> dict[str, list[str]]:
        chosen = {"b": ways[0], "f": ways[1]}
        apps = tuple(
            msgspec.structs.replace(one, way=chosen.get(one.app_id, one.way)) for one in mapping.apps
        )
        now = msgspec.structs.replace(mapping, apps=apps)
        fresh = FileChange(path="deploy-f.yml", old=None, new="x", why="of one alone")
        site = msgspec.structs.replace(SITE, changes=((API if alike else SITE).changes[0], fresh))
        found = with_differences({"b": API, "f": site}, system, now, code)
        return {app_id: [problem.text for problem in one.problems] for app_id, one in found.items()}

    nothing: dict[str, list[str]] = {"b": [], "f": []}
    both = "and workflows deploy both from the same code"
    assert told("workflow", "workflow") == {
        "b": [f"needs another Procfile than migrate-frontend, {both}"],
        "f": [f"needs another Procfile than migrate-backend, {both}"],
    }
    assert told("workflow", "workflow", alike=True) == nothing
    assert told("workflow", "git") == nothing
    code["f"] = msgspec.structs.replace(code["f"], path="/elsewhere")
    assert told("workflow", "workflow") == nothing


def test_a_file_that_one_app_wants_as_it_is_cannot_change_for_the_other(
    folder: Path, system: System, target: Profile
) -> None:
    mapping = propose(system, target)
    apps = tuple(msgspec.structs.replace(one, way="workflow") for one in mapping.apps)
    mapping = msgspec.structs.replace(mapping, apps=apps)
    change = FileChange(path="Procfile", old="web: x\nworker: y\n", new="web: x\n", why="less")
    proposals = {
        "b": Proposal(app_id="b", changes=(change,)),
        "f": Proposal(app_id="f", changes=()),
    }
    code = dict.fromkeys(("b", "f"), read_for_changes(folder, target))
    found = with_differences(proposals, system, mapping, code)
    assert [one.blocked for one in found.values()] == [True, True]


def test_a_slash_at_its_end_makes_no_other_folder(system: System, target: Profile) -> None:
    mapping = propose(system, target)
    for app_id, path in (("b", "/code"), ("f", "/code/"), ("e", "/other")):
        mapping = edit.set_checkout(mapping, app_id, path)
    assert [one.id for one, _ in moved_together(system.app("b"), system, mapping)] == ["b", "f"]
    assert [one.id for one, _ in moved_together(system.app("e"), system, mapping)] == ["e"]
    alone = edit.set_checkout(edit.set_checkout(mapping, "b", None), "f", None)
    assert [one.id for one, _ in moved_together(system.app("b"), system, alone)] == ["b"]
