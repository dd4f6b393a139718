"""What is read of a real checkout for the changes, and what comes of it."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from wizard.mapping.rules import propose
from wizard.model.system import System
from wizard.ports import Profile
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes

MakeCheckout = Callable[..., Path]
DOCKERFILE = 'FROM debian\nUSER me\nEXPOSE 3000\nCMD ["run"]\n'


def test_dockerfiles_of_heroku_yml_are_read_wherever_they_are(
    make_checkout: MakeCheckout, system: System, target: Profile
) -> None:
    backend = msgspec.structs.replace(system.app("b"), stack="container", buildpacks=())
    changed = msgspec.structs.replace(system, apps=(backend, *system.apps[1:]))
    for path, found in (("Dockerfile.web", DOCKERFILE), ("docker/web/Dockerfile", None)):
        yml = f"build:\n  docker:\n    web: {path}\n    worker: {path}\n    release: {path}\n"
        name = path.replace("/", "-")
        checkout = read_for_changes(make_checkout(name, {"heroku.yml": yml, path: DOCKERFILE}), target)
        assert checkout.files[path] == DOCKERFILE
        told = propose_changes(backend, propose(changed, target), target, checkout)
        new = {change.path: change.new for change in told.changes}
        assert new.get("Dockerfile") == found
        assert [one.code for one in told.problems if one.blocks] == ([] if found else ["container-folder"])


def test_hooks_of_the_build_and_the_disk_are_seen(
    make_checkout: MakeCheckout, system: System, target: Profile
) -> None:
    files = {
        "requirements.txt": "",
        "runtime.txt": "python-3.12.1",
        "bin/post_compile": "#!/bin/sh\n",
        "bin/pre_compile": "#!/bin/sh\n",
        "uploads.py": 'open("uploads/a.txt", "w").write("x")\n',
        "Procfile": "web: python server.py\nworker: exec python worker.py\nrelease: python migrate.py\n",
    }
    checkout = read_for_changes(make_checkout("shop", files), target)
    told = propose_changes(system.app("b"), propose(system, target), target, checkout)
    text = next(change.new or "" for change in told.changes if change.path == "Dockerfile")
    steps = [line for line in text.splitlines() if line.startswith(("RUN", "COPY . "))]
    pip = "RUN pip install -r requirements.txt"
    wanted = ["COPY . .", "RUN bash bin/pre_compile", pip, "RUN bash bin/post_compile"]
    assert [line for line in steps if line in wanted] == wanted
    (problem,) = (one for one in told.problems if one.code == "local-disk")
    assert "uploads.py:1" in problem.text
