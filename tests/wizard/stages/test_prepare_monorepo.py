"""The Procfile of an app that Heroku takes from another place of its repository."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from wizard.document.checkout import read_checkout
from wizard.document.repository.code_place import place_in
from wizard.mapping.rules import propose
from wizard.model.system import System
from wizard.ports import Profile
from wizard.prepare.changes import propose_changes

MakeCheckout = Callable[..., Path]
ROOT = "web: bin/root\n"


def test_the_procfile_for_the_target_is_made_from_the_one_that_heroku_takes(
    make_checkout: MakeCheckout, system: System, target: Profile
) -> None:
    files = {
        "Procfile": ROOT,
        "backend/Procfile": "web: puma\nworker: sidekiq\n# ours\n",
        "Dockerfile": "FROM x\n",
    }
    app = msgspec.structs.replace(system.app("b"), procfile="backend/Procfile")
    checkout = read_checkout(make_checkout("mono", files), place=place_in(app))
    proposal = propose_changes(app, propose(system, target), target, checkout)
    (change,) = (one for one in proposal.changes if one.path == "Procfile")
    assert change.old == ROOT
    assert change.new == "web: puma\nworker: sidekiq\n# ours\n"
    assert "backend/Procfile" in change.why
