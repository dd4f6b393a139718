"""From an app that is described to an image that answers: the way that the code of a person goes."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import SmallApp
from tests.conformance.dockerfiles.engine import PORT, Engine, missing
from wizard.document.procfile import parse_procfile
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.system import Account, App, ConfigVar, Origin, Process, System
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes
from wizard.prepare.file_change import Proposal
from wizard.registry import target_provider

SLOW = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]
"""Marks of every module that builds."""

CANARY = "s3cret-canary-4711"
GIT = ("git", "-c", "user.name=Dev", "-c", "user.email=dev@acme.example")
VARIABLES = {
    "PORT": str(PORT),
    "GREETING": "x",
    "DATABASE_URL": "postgres://me:pw@db.example:5432/shop",
}
"""What a process is given, beside what a test adds."""


def prepared(small: SmallApp, place: Path) -> Path:
    """The code of an app as the target would build it: the files of the branch, in a folder of their own."""
    clone = place / "clone"
    clone.mkdir()
    for path, text in small.files.items():
        file = clone / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        subprocess.run([*GIT, *words], cwd=clone, check=True)
    proposal = proposed(small, clone)
    assert proposed(small, clone) == proposal
    assert not proposal.blocked, [problem for problem in proposal.problems if problem.blocks]
    branch = write_branch(clone, "s", "app", proposal)
    # What is on the branch is checked, and not replaced.
    subprocess.run([*GIT, "checkout", "-q", branch.commit], cwd=clone, check=True)
    again = proposed(small, clone)
    assert again.changes == () and not again.blocked
    packed = subprocess.run(
        ["git", "archive", branch.commit], cwd=clone, check=True, capture_output=True
    ).stdout
    code = place / "code"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")
    return code


def proposed(small: SmallApp, clone: Path) -> Proposal:
    """What is proposed for the code in `clone`."""
    system, app = described(small)
    profile = target_provider("aptible").profile()
    mapping = edit.set_port(propose(system, profile), PORT)
    if small.slug:
        mapping = edit.set_keep_slug(
            edit.set_way(mapping, app.id, "image", "ghcr.io/acme/shop:1"), app.id, True
        )
    return propose_changes(app, mapping, profile, read_for_changes(clone, profile))


def described(small: SmallApp) -> tuple[System, App]:
    """An inventory with this one app."""
    procfile = parse_procfile(small.files.get("Procfile", ""))
    default = "bin/boot" if any("static" in one for one in small.buildpacks) else "npm start"
    commands = procfile.commands or {"web": default}
    app = App(
        id="a",
        name="shop",
        region="us",
        stack=small.stack,
        web_url="",
        buildpacks=small.buildpacks,
        processes=tuple(
            Process(type=type_, command=line, quantity=1, size="Basic", memory_mb=512)
            for type_, line in commands.items()
        ),
        config=tuple(ConfigVar(name=name, origin=Origin(kind="person")) for name in small.config),
        jobs=small.jobs,
    )
    account = Account(id="me", email="me@acme.example")
    return System(taken_at="2026-11-20T12:00:00+00:00", account=account, apps=(app,), add_ons=()), app


def built(
    small: SmallApp, name: str, engine: Engine, place: Path, beside: dict[str, bytes] | None = None
) -> tuple[Path, str]:
    """The code of an app, and the image that was made of it. Files that git has not lie `beside` the code."""
    code = prepared(small, place)
    for path, body in (beside or {}).items():
        (code / path).write_bytes(body)
    # What Aptible lays into the code before it builds.
    (code / ".aptible.env").write_text(f"GREETING='from the config'\nTOKEN={CANARY}\n")
    image = "offramp-" + name.lower().replace(" ", "-")
    engine.build(code, image)
    return code, image


def lines_of(code: Path) -> dict[str, str]:
    """The lines of the Procfile, by service."""
    return parse_procfile((code / "Procfile").read_text()).commands


def check_answers(engine: Engine, image: str, code: Path, says: str, **variables: str) -> None:
    """The image answers by its own command and by the Procfile's, as a user without rights, and holds nothing
    of the config vars of its build."""
    given = {**VARIABLES, **variables}
    with engine.running(image, **given) as process:
        status, text = process.get()
        assert (status, text.strip()[: len(says)]) == (200, says)
    # A target runs the line with sh.
    with engine.running(image, "/bin/sh", "-c", lines_of(code)["web"], **given) as process:
        status, text = process.get()
        assert (status, text.strip()[: len(says)]) == (200, says)
    assert engine.read(image, "id", "-u").strip() != "0"
    found = engine.read(
        image, "sh", "-c", f"grep -rl {CANARY} /app /opt 2>/dev/null; ls -a /app | grep env; true"
    )
    assert found.strip() == ""
    assert CANARY not in engine.buildah("inspect", "--type", "image", image)
