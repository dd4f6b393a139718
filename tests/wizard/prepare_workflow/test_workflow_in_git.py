"""A workflow lies in folders below the root: it is read from the commit and written to the branch there."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.wizard.prepare_workflow.test_workflow_steps import ACTION, ACTION_AFTER
from tests.wizard.prepare_workflow.world import PATH, SHOP, SYSTEM, TARGET, mapping
from wizard.document.checkout import read_checkout
from wizard.model.mapping import Mapping
from wizard.plan.preflight_code import code_findings
from wizard.prepare.accepted import prepared_app
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes
from wizard.session.parts import Prepared

FILES = {
    PATH: ACTION,
    "Dockerfile": 'FROM ruby:3.3\nCMD ["rails", "server"]\n',
    "infra/main.tf": 'resource "heroku_app" "shop" {\n  name = "acme-shop"\n}\n',
    "infra/variables.tf": 'variable "x" {}\n',
    "other/main.tf": 'resource "aws_s3_bucket" "b" {}\n',
    "vendor/x/main.tf": 'provider "heroku" {}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@acme.example", "commit", "-qm", "Begin")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_files_of_delivery_are_read_wherever_they_stand(folder: Path) -> None:
    assert read_checkout(folder).files == {
        path: FILES[path] for path in FILES if not path.startswith(("other", "vendor"))
    }


def test_the_branch_has_the_workflow_and_is_still_accepted(folder: Path) -> None:
    wish = mapping(both=False)
    (choice, left) = wish.apps
    wish = msgspec.structs.replace(wish, apps=(msgspec.structs.replace(choice, checkout=str(folder)), left))
    checkout = read_for_changes(folder, TARGET)
    proposal = propose_changes(SHOP, wish, TARGET, checkout, SYSTEM)
    assert "deployed-from-here" not in {problem.code for problem in proposal.problems}
    branch = write_branch(folder, "acme", SHOP.name, proposal)
    assert branch.files == (PATH,)
    assert git(folder, "show", f"{branch.commit}:{PATH}") == ACTION_AFTER
    assert git(folder, "status", "--porcelain") == ""
    done = prepared_app(SHOP, wish, TARGET, checkout=folder, proposal=proposal, branch=branch)

    def states(now: Mapping) -> list[str]:
        return [found.state for found in code_findings(SYSTEM, now, TARGET, Prepared(apps=(done,)))]

    assert states(wish) == ["good"]
    assert states(msgspec.structs.replace(wish, environment="elsewhere")) == ["blocks"]


def test_a_clone_without_its_files_is_read_as_far_as_it_goes(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    git(folder, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path_factory.mktemp("part")
    git(clone, "clone", "-q", "--filter=blob:none", "--no-checkout", folder.as_uri(), "code")
    checkout = read_checkout(clone / "code")
    assert "Dockerfile" in checkout.files
    assert PATH not in checkout.files
    assert "not-whole" in {remark.kind for remark in checkout.remarks}
