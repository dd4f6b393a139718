"""From an app that is described to the images of its Docker capsules: by the branch that is written for it,
and by what a person is told to set in the dashboard."""

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.conformance.dockerfiles.apps import SmallApp
from tests.conformance.dockerfiles.building import GIT, described
from tests.conformance.dockerfiles.engine import PORT, Engine
from wizard.mapping import edit, edit_capsules
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.plan.capsule_settings import settings
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import code_of, read_for_changes
from wizard.prepare.file_change import Proposal
from wizard.registry import target_provider
from wizard.session.parts import PreparedCapsule

Decide = Callable[[Mapping], Mapping]


class Made(NamedTuple):
    """The code of the branch, its capsules by service, and the image of each."""

    code: Path
    capsules: dict[str, PreparedCapsule]
    images: dict[str, str]


def made(
    small: SmallApp, name: str, engine: Engine, place: Path, *, folder: str = "", decide: Decide = lambda m: m
) -> Made:
    """Prepare an app in a folder of a repository, and build each of its capsules.

    Args:
        decide: what a person decides on the map.
    """
    clone = place / "clone"
    for path, text in {"README.md": "all of it\n", **_below(folder, small.files)}.items():
        file = clone / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        subprocess.run([*GIT, *words], cwd=clone, check=True)
    proposal = proposed(small, clone, folder, decide)
    assert not proposal.blocked, [problem for problem in proposal.problems if problem.blocks]
    branch = write_branch(clone, "s", "app", proposal)
    subprocess.run([*GIT, "checkout", "-q", branch.commit], cwd=clone, check=True)
    # What is on the branch is read again, and neither replaced nor refused.
    again = proposed(small, clone, folder, decide)
    assert again.changes == () and not again.blocked, (again.changes, again.problems)
    assert again.capsules == proposal.capsules
    packed = subprocess.run(
        ["git", "archive", branch.commit], cwd=clone, check=True, capture_output=True
    ).stdout
    code = place / "code"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")
    images = {}
    for capsule in proposal.capsules:
        assert capsule.kind == "docker" and capsule.port == PORT and not capsule.command
        file, context = told(capsule, folder)
        images[capsule.service] = f"offramp-{name}-{capsule.service}"
        engine.build(code / context.lstrip("/"), images[capsule.service], code / file.lstrip("/"))
    return Made(code, {one.service: one for one in proposal.capsules}, images)


def told(capsule: PreparedCapsule, folder: str) -> tuple[str, str]:
    """Docker File and Docker Build Context as the guided step names them; where it names none, those that the
    vendor's documentation says are taken then."""
    wish = {"kind": "docker", "service": capsule.service, "port": capsule.port, "name": "x"}
    steps = list(settings({**wish, "dockerfile": capsule.dockerfile, "folder": folder}, "https://x"))
    args = steps[0].args if steps else {}
    return str(args.get("dockerfile", "/Dockerfile")), str(args.get("context", "/"))


def proposed(small: SmallApp, clone: Path, folder: str, decide: Decide) -> Proposal:
    system, app = described(small)
    profile = target_provider("code-capsules").profile()
    mapping = edit.set_port(
        propose(system, profile, {app.id: read_for_changes(clone / folder, profile)}), PORT
    )
    mapping = decide(edit_capsules.set_folder(mapping, app.id, folder))
    return propose_changes(app, mapping, profile, code_of(app, mapping, profile, clone), system)


def _below(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}" if folder else path: text for path, text in files.items()}
