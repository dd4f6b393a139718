"""Terraform's files are read from a commit, written to a folder of the branch, and found there again."""

import subprocess
from pathlib import Path

from msgspec.structs import replace

from tests.wizard.prepare_terraform.choir import GOLDEN, MAPPING, SITE, SYSTEM, TARGET
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes

FOLDER = {"aptible/.gitignore", *(f"aptible/{path.name}" for path in (GOLDEN / "aptible").iterdir())}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@choir.example", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_files_are_on_the_branch_and_come_out_the_same_from_it(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    for path in (GOLDEN / "heroku").iterdir():
        (tmp_path / "infra" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "Dockerfile").write_text('FROM scratch\nCMD ["/web"]\n')
    (tmp_path / "Procfile").write_text("web: /web\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    apps = tuple(replace(one, checkout=str(tmp_path)) for one in MAPPING.apps)
    mapping = replace(MAPPING, apps=apps)
    site = replace(SITE, stack="heroku-24")
    proposal = propose_changes(site, mapping, TARGET, read_for_changes(tmp_path, TARGET), SYSTEM)
    assert [problem for problem in proposal.problems if problem.blocks] == []
    branch = write_branch(tmp_path, "choir", "choir", proposal)
    assert set(branch.files) >= FOLDER
    main = git(tmp_path, "show", f"{branch.commit}:aptible/main.tf")
    assert main == (GOLDEN / "aptible" / "main.tf").read_text(encoding="utf-8")
    git(tmp_path, "checkout", "-q", branch.name)
    again = propose_changes(site, mapping, TARGET, read_for_changes(tmp_path, TARGET), SYSTEM)
    assert again.changes == ()
    assert all("cannot" not in problem.text for problem in again.problems)
