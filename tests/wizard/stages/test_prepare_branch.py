"""Writing the branch, with real git: the work tree is never touched."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from wizard.document.checkout import read_checkout
from wizard.mapping.rules import propose
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.ports import Profile
from wizard.prepare.accepted import prepared_app
from wizard.prepare.branch import branch_name, write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes
from wizard.prepare.file_change import FileChange, Proposal

MakeCheckout = Callable[..., Path]
Git = Callable[..., str]

FILES = {
    "Procfile": "web: python server.py\nrelease: python migrate.py\nworker: python worker.py\n",
    "runtime.txt": "python-3.11.14\n",
    "requirements.txt": "",
}
NAME = "offramp/acme"


@pytest.fixture
def folder(make_checkout: MakeCheckout) -> Path:
    return make_checkout("backend", FILES)


@pytest.fixture
def proposal() -> Proposal:
    return Proposal(
        app_id="b",
        changes=(
            FileChange(path="Dockerfile", old=None, new="FROM x\n", why="builds"),
            FileChange(path="Procfile", old=FILES["Procfile"], new="web: python server.py\n", why="less"),
        ),
    )


def picture(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file outside of .git, with what would change if it were written."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def refusal(folder: Path, proposal: Proposal) -> Trouble:
    with pytest.raises(Trouble) as caught:
        write_branch(folder, "acme", "backend", proposal)
    return caught.value


def test_a_branch_is_written_and_nothing_else(folder: Path, proposal: Proposal, git: Git) -> None:
    before = picture(folder)
    index = (folder / ".git/index").read_bytes()
    branch = write_branch(folder, "acme", "backend", proposal)
    assert branch.name == NAME == branch_name("acme")
    assert not branch.adopted
    assert branch.files == ("Dockerfile", "Procfile")
    assert git(folder, "rev-parse", NAME) == branch.commit
    assert git(folder, "rev-parse", f"{NAME}^") == branch.base == git(folder, "rev-parse", "main")
    assert git(folder, "diff", "--name-status", "main", NAME).splitlines() == ["A\tDockerfile", "M\tProcfile"]
    assert git(folder, "show", f"{NAME}:Dockerfile") == "FROM x"
    assert picture(folder) == before
    assert (folder / ".git/index").read_bytes() == index
    assert git(folder, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(folder, "status", "--porcelain") == ""
    assert "builds" in git(folder, "log", "-1", "--format=%B", NAME)


def test_the_real_proposal_is_written(
    make_checkout: MakeCheckout, system: System, target: Profile, git: Git
) -> None:
    folder = make_checkout("real", FILES)
    checkout = read_checkout(folder)
    mapping = propose(system, target)
    found = propose_changes(system.app("b"), mapping, target, checkout)
    branch = write_branch(folder, "acme", "backend", found)
    git(folder, "checkout", "-q", branch.name)
    again = read_for_changes(folder, target)
    assert again.files[".elsewhere.yml"] == "first:\n  - python migrate.py\n"
    prepared = prepared_app(system.app("b"), mapping, target, checkout=folder, proposal=found, branch=branch)
    assert (prepared.commit, prepared.branch) == (branch.commit, NAME)
    assert set(prepared.files) == {"Dockerfile", ".dockerignore", "Procfile", ".elsewhere.yml"}


def test_the_same_again_is_adopted(folder: Path, proposal: Proposal, git: Git) -> None:
    first = write_branch(folder, "acme", "backend", proposal)
    second = write_branch(folder, "acme", "backend", proposal)
    assert second.adopted
    assert second.commit == first.commit
    assert git(folder, "rev-list", "--count", "--all") == "2"


def test_our_own_branch_follows_a_new_proposal(folder: Path, proposal: Proposal, git: Git) -> None:
    write_branch(folder, "acme", "backend", proposal)
    other = msgspec.structs.replace(proposal, changes=proposal.changes[:1])
    branch = write_branch(folder, "acme", "backend", other)
    assert not branch.adopted
    assert git(folder, "rev-parse", NAME) == branch.commit
    assert git(folder, "diff", "--name-only", "main", NAME) == "Dockerfile"


def test_our_own_branch_follows_new_code(folder: Path, proposal: Proposal, git: Git) -> None:
    write_branch(folder, "acme", "backend", proposal)
    (folder / "new.py").write_text("x\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "more")
    branch = write_branch(folder, "acme", "backend", proposal)
    assert branch.base == git(folder, "rev-parse", "main")
    assert "new.py" in git(folder, "ls-tree", "--name-only", NAME)


def test_work_of_a_person_on_the_branch_is_kept(folder: Path, proposal: Proposal, git: Git) -> None:
    write_branch(folder, "acme", "backend", proposal)
    git(folder, "checkout", "-q", NAME)
    (folder / "Dockerfile").write_text("FROM y\n")
    git(folder, "commit", "-qam", "mine")
    git(folder, "checkout", "-q", "main")
    mine = git(folder, "rev-parse", NAME)
    other = msgspec.structs.replace(proposal, changes=proposal.changes[:1])
    assert refusal(folder, other).code == "branch-taken"
    assert git(folder, "rev-parse", NAME) == mine


def test_an_amended_commit_is_a_persons(folder: Path, proposal: Proposal, git: Git) -> None:
    write_branch(folder, "acme", "backend", proposal)
    git(folder, "checkout", "-q", NAME)
    (folder / "Dockerfile").write_text("FROM y\n")
    git(folder, "commit", "-q", "-a", "--amend", "--no-edit")
    git(folder, "checkout", "-q", "main")
    assert refusal(folder, proposal).code == "branch-taken"


def test_a_branch_in_use_elsewhere_is_not_moved(
    folder: Path, proposal: Proposal, git: Git, tmp_path: Path
) -> None:
    branch = write_branch(folder, "acme", "backend", proposal)
    git(folder, "worktree", "add", "-q", str(tmp_path / "other"), NAME)
    assert write_branch(folder, "acme", "backend", proposal).adopted
    other = msgspec.structs.replace(proposal, changes=proposal.changes[:1])
    assert refusal(folder, other).code == "branch-in-use"
    assert git(folder, "rev-parse", NAME) == branch.commit


@pytest.mark.parametrize("how", ["changed", "staged", "untracked", "deleted"])
def test_uncommitted_work_is_refused(folder: Path, proposal: Proposal, git: Git, how: str) -> None:
    match how:
        case "changed":
            (folder / "Procfile").write_text("web: mine\n")
        case "staged":
            (folder / "other.py").write_text("x\n")
            git(folder, "add", "other.py")
        case "untracked":
            (folder / "Dockerfile").write_text("FROM mine\n")
        case _:
            (folder / "runtime.txt").unlink()
    before = picture(folder)
    trouble = refusal(folder, proposal)
    assert trouble.code == "uncommitted"
    assert picture(folder) == before
    assert git(folder, "branch", "--list", "offramp/*") == ""


def test_a_file_that_changed_since_is_not_written_over(folder: Path, proposal: Proposal, git: Git) -> None:
    (folder / "Procfile").write_text("web: newer\n")
    git(folder, "commit", "-qam", "newer")
    assert refusal(folder, proposal).code == "file-changed"
    assert git(folder, "branch", "--list", "offramp/*") == ""


def test_nothing_to_change_makes_no_branch(folder: Path, git: Git) -> None:
    branch = write_branch(folder, "acme", "backend", Proposal(app_id="b", changes=()))
    assert branch.name == ""
    assert branch.commit == git(folder, "rev-parse", "HEAD")
    assert git(folder, "branch", "--list", "offramp/*") == ""


def test_a_detached_head_is_fine(folder: Path, proposal: Proposal, git: Git) -> None:
    git(folder, "checkout", "-q", "--detach")
    assert write_branch(folder, "acme", "backend", proposal).name == NAME


def test_the_mode_of_a_file_stays(make_checkout: MakeCheckout, git: Git) -> None:
    folder = make_checkout("modes", {"Procfile": "web: a\n"})
    (folder / "Procfile").chmod(0o755)
    git(folder, "commit", "-qam", "executable")
    change = FileChange(path="Procfile", old="web: a\n", new="web: b\n", why="x")
    write_branch(folder, "acme", "backend", Proposal(app_id="b", changes=(change,)))
    assert git(folder, "ls-tree", NAME, "Procfile").startswith("100755")


def test_a_file_can_go(folder: Path, git: Git) -> None:
    change = FileChange(path="runtime.txt", old=FILES["runtime.txt"], new=None, why="x")
    write_branch(folder, "acme", "backend", Proposal(app_id="b", changes=(change,)))
    assert git(folder, "diff", "--name-status", "main", NAME) == "D\truntime.txt"


def test_a_link_is_never_followed(folder: Path, git: Git, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious\n")
    (folder / "Dockerfile").symlink_to(outside)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "link")
    change = FileChange(path="Dockerfile", old=None, new="FROM x\n", why="x")
    assert refusal(folder, Proposal(app_id="b", changes=(change,))).code == "unreadable"
    assert outside.read_text() == "precious\n"


def test_line_endings_are_kept(make_checkout: MakeCheckout, git: Git) -> None:
    folder = make_checkout("crlf", {"Procfile": "web: a\r\n"})
    git(folder, "config", "core.autocrlf", "input")
    change = FileChange(path="Procfile", old="web: a\r\n", new="web: b\r\n", why="x")
    branch = write_branch(folder, "acme", "backend", Proposal(app_id="b", changes=(change,)))
    assert git(folder, "cat-file", "-s", f"{branch.commit}:Procfile") == "8"


def test_hooks_and_filters_of_the_repository_are_not_run(
    folder: Path, proposal: Proposal, tmp_path: Path
) -> None:
    for name in ("pre-commit", "reference-transaction", "post-checkout", "commit-msg"):
        hook = folder / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        hook.chmod(0o755)
    write_branch(folder, "acme", "backend", proposal)
    assert not (tmp_path / "ran").exists()


def test_the_environment_of_another_git_is_not_followed(
    folder: Path, proposal: Proposal, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    branch = write_branch(folder, "acme", "backend", proposal)
    monkeypatch.undo()
    assert git(folder, "rev-parse", NAME) == branch.commit
    assert not (tmp_path / "index").exists()


def test_without_a_name_git_is_given_one(
    folder: Path, proposal: Proposal, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    write_branch(folder, "acme", "backend", proposal)
    assert git(folder, "log", "-1", "--format=%an", NAME) == "Offramp"
    git(folder, "config", "user.name", "Ada")
    other = msgspec.structs.replace(proposal, changes=proposal.changes[:1])
    write_branch(folder, "acme", "backend", other)
    assert git(folder, "log", "-1", "--format=%an", NAME) == "Ada"


def test_what_is_in_the_way_is_said(folder: Path, proposal: Proposal, git: Git) -> None:
    git(folder, "branch", "offramp")
    assert refusal(folder, proposal).code == "branch-not-written"


def test_a_name_that_git_refuses(folder: Path, proposal: Proposal) -> None:
    with pytest.raises(Trouble) as caught:
        write_branch(folder, "a..b", "backend", proposal)
    assert caught.value.code == "branch-name"


def test_folders_that_cannot_be(make_checkout: MakeCheckout, proposal: Proposal, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert refusal(tmp_path / "plain", proposal).code == "no-git"
    inside = make_checkout("mono", {"api/x": "y"}) / "api"
    assert refusal(inside, proposal).code == "not-root"
    assert refusal(tmp_path / "nothing", proposal).code == "no-checkout"


def test_a_blocked_proposal_is_refused(make_checkout: MakeCheckout, system: System, target: Profile) -> None:
    app = msgspec.structs.replace(system.app("b"), buildpacks=("heroku/ruby",))
    folder = make_checkout("ruby", FILES)
    found = propose_changes(app, propose(system, target), target, read_checkout(folder))
    assert found.blocked
    assert refusal(folder, found).code == "code-blocked"


def test_git_not_there(
    folder: Path, proposal: Proposal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(folder, proposal).code == "no-git"
    assert os.environ["PATH"] == str(tmp_path)
