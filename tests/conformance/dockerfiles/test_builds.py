"""Proposed Dockerfiles, really built, started and asked over HTTP, one small app a language.

Slow, and its own command: `python -m pytest -m slow tests/conformance/dockerfiles` as root, with Debian's
buildah and mmdebstrap. STAND_IN_IMAGES names a folder that keeps the stand-ins for official images between
runs; without it they are made anew, which takes some eight minutes. Not built: Scala, whose sbt comes from a
place that does not answer here, and .NET, of which Debian has nothing.
"""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import SMALL_APPS, SmallApp
from tests.conformance.dockerfiles.engine import PORT, Engine, missing
from tests.conformance.dockerfiles.stand_ins import STAND_INS
from wizard.document.procfile import parse_procfile
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.system import Account, App, ConfigVar, Origin, Process, System
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes
from wizard.registry import target_provider

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]

CANARY = "s3cret-canary-4711"
GIT = ("git", "-c", "user.name=Dev", "-c", "user.email=dev@acme.example")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The stand-ins, and what is built on them."""
    kept = os.environ.get("STAND_IN_IMAGES")
    folder = Path(kept or tempfile.mkdtemp(prefix="stand-ins-"))
    folder.mkdir(exist_ok=True)
    # apt gives up its rights, and must still get there.
    folder.chmod(0o755)
    made = Engine(folder)
    made.base()
    yield made
    if not kept:
        made.buildah("rmi", "--all", "--force")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", SMALL_APPS)
def test_it_builds_and_answers(name: str, engine: Engine, tmp_path: Path) -> None:
    small = SMALL_APPS[name]
    for need in small.needs:
        STAND_INS[need](engine)
    code = prepared(small, tmp_path)
    # What Aptible lays into the code before it builds.
    (code / ".aptible.env").write_text(f"GREETING='from the config'\nTOKEN={CANARY}\n")
    image = "offramp-" + name.lower().replace(" ", "-")
    engine.build(code, image)
    variables = {
        "PORT": str(PORT),
        "GREETING": "x",
        "DATABASE_URL": "postgres://me:pw@db.example:5432/shop",
    }
    with engine.running(image, **variables) as process:
        status, text = process.get()
        assert (status, text.strip()[: len(small.says)]) == (200, small.says)
    line = parse_procfile((code / "Procfile").read_text()).commands["web"]
    # A target runs the line with sh.
    with engine.running(image, "/bin/sh", "-c", line, **variables) as process:
        assert process.get()[0] == 200
    assert engine.read(image, "id", "-u").strip() != "0"
    found = engine.read(
        image, "sh", "-c", f"grep -rl {CANARY} /app /opt 2>/dev/null; ls -a /app | grep env; true"
    )
    assert found.strip() == ""
    assert CANARY not in engine.buildah("inspect", "--type", "image", image)
    engine.buildah("rmi", "--force", image)


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
    system, app = described(small)
    profile = target_provider("aptible").profile()
    mapping = edit.set_port(propose(system, profile), PORT)
    proposal = propose_changes(app, mapping, profile, read_for_changes(clone, profile))
    assert not proposal.blocked, [problem for problem in proposal.problems if problem.blocks]
    branch = write_branch(clone, "s", "app", proposal)
    packed = subprocess.run(
        ["git", "archive", branch.commit], cwd=clone, check=True, capture_output=True
    ).stdout
    code = place / "code"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")
    return code


def described(small: SmallApp) -> tuple[System, App]:
    """An inventory with this one app."""
    procfile = parse_procfile(small.files.get("Procfile", ""))
    default = "bin/boot" if any("static" in one for one in small.buildpacks) else "npm start"
    commands = procfile.commands or {"web": default}
    app = App(
        id="a",
        name="shop",
        region="us",
        stack="heroku-24",
        web_url="",
        buildpacks=small.buildpacks,
        processes=tuple(
            Process(type=type_, command=line, quantity=1, size="Basic", memory_mb=512)
            for type_, line in commands.items()
        ),
        config=(ConfigVar(name="GREETING", origin=Origin(kind="person")),),
    )
    account = Account(id="me", email="me@acme.example")
    return System(taken_at="2026-11-20T12:00:00+00:00", account=account, apps=(app,), add_ons=()), app
