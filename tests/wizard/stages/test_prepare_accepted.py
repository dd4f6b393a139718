"""What was accepted on prepare counts only as long as it is what the map and the code ask for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.document.checkout import read_checkout
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.plan.preflight_code import code_findings
from wizard.ports import Profile
from wizard.prepare.accepted import prepared_app, renewed, still_accepted, unprepared
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import read_for_changes
from wizard.session.parts import Prepared, PreparedApp

Git = Callable[..., str]
MakeCheckout = Callable[..., Path]

FILES = {"Procfile": "web: gunicorn app\nrelease: python migrate.py\n", "requirements.txt": "gunicorn\n"}


@pytest.fixture
def mapping(system: System, target: Profile, folder: Path) -> Mapping:
    mapping = propose(system, target)
    for app_id in ("f", "e"):
        mapping = edit.decide_app(mapping, app_id, "leave", "not today")
    return edit.set_checkout(mapping, "b", str(folder))


@pytest.fixture
def folder(make_checkout: MakeCheckout) -> Path:
    return make_checkout("code", FILES)


@pytest.fixture
def done(system: System, mapping: Mapping, target: Profile, folder: Path) -> PreparedApp:
    app, checkout = system.app("b"), read_for_changes(folder, target)
    found = propose_changes(app, mapping, target, checkout)
    branch = write_branch(folder, "acme", app.name, found)
    return prepared_app(app, mapping, target, checkout=folder, proposal=found, branch=branch)


def states(system: System, mapping: Mapping, target: Profile, done: PreparedApp) -> list[str]:
    return [found.state for found in code_findings(system, mapping, target, Prepared(apps=(done,)))]


def test_what_was_accepted_is_good(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp
) -> None:
    assert unprepared(system, mapping, target, Prepared(apps=(done,))) == ()
    assert unprepared(system, mapping, target, Prepared()) == ("migrate-backend",)
    assert states(system, mapping, target, done) == ["good"]


def test_another_port_or_process_must_be_accepted_anew(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp
) -> None:
    for changed in (
        edit.set_port(mapping, 4000),
        edit.decide_process(mapping, "b", "release", "leave", "run by hand"),
    ):
        assert unprepared(system, changed, target, Prepared(apps=(done,))) == ("migrate-backend",)
        # Even where somebody calls it accepted, the files are compared before a run.
        said = renewed(done, system.app("b"), changed, target)
        assert states(system, changed, target, said) == ["blocks"]


def test_what_changes_no_file_stays_accepted(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp
) -> None:
    larger = edit.set_service_memory(mapping, "b", "web", 2048)
    assert unprepared(system, larger, target, Prepared(apps=(done,))) == ()
    assert states(system, larger, target, done) == ["good"]


def test_newer_code_must_be_accepted_anew(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp, folder: Path, git: Git
) -> None:
    (folder / "app.py").write_text("print('half done')\n")
    assert states(system, mapping, target, done) == ["good"], "the commit that is pushed has none of it"
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "newer")
    assert states(system, mapping, target, done) == ["blocks"]


def test_what_stops_the_writing_stops_what_was_written(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp, folder: Path
) -> None:
    checkout = read_for_changes(folder, target)
    app = system.app("b")
    proposal = propose_changes(app, mapping, target, checkout)
    assert still_accepted(done, app, mapping, target, (checkout, proposal))
    wrong = propose_changes(app, mapping, target, read_checkout(folder / ".."))
    assert not still_accepted(done, app, mapping, target, (checkout, wrong))


def test_an_app_that_is_left_behind_is_not_looked_at(
    system: System, mapping: Mapping, target: Profile, done: PreparedApp
) -> None:
    left = edit.decide_app(mapping, "b", "leave", "after all")
    assert states(system, left, target, done) == []
    assert unprepared(system, left, target, Prepared(apps=(done,))) == ()
