"""What a run's world may have besides the example: other choices, code prepared anew, more add-ons."""

import shutil
import subprocess
import time
from collections.abc import Callable

from providers.sandbox.client import SandboxClient
from providers.sandbox.control import ask as ask_sandbox
from tests.faults.run_world import RunWorld, now
from wizard.choose.offer import profile_of
from wizard.document.answers import apply_answers
from wizard.document.repository.code_place import place_in
from wizard.mapping.check import blocking, problems
from wizard.mapping.config_rules import follow
from wizard.model.mapping import Mapping, StoreChoice
from wizard.model.system import System
from wizard.plan.preflight import look
from wizard.prepare.accepted import prepared_app
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.code import read_for_changes
from wizard.registry import open_target
from wizard.run.journal import Journal
from wizard.session.parts import ANSWERS, MAPPING, PREPARED, SYSTEM, Answers, Prepared, PreparedApp


def give_add_on(
    sandbox: SandboxClient, app: str, plan: str, name: str, attached_as: str, values: dict[str, str]
) -> str:
    """An add-on of an app on the sandbox's Heroku, whose server runs already; its id. Returns when the app
    has started again with its config vars."""
    request = {"do": "heroku-add-on", "app": app, "plan": plan, "name": name, "attached_as": attached_as}
    made = str(now(ask_sandbox(sandbox._socket, {**request, "values": values})))
    end = time.monotonic() + 30
    while True:
        seen = now(sandbox.facts())["heroku"]["apps"][app]
        wanted = sum(seen["quantities"].values())
        if seen["release"] == seen["releases"] and len(seen["running"]) == wanted:
            return made
        assert time.monotonic() < end, seen
        time.sleep(0.1)


def give_drain(sandbox: SandboxClient, app: str, url: str) -> None:
    """A log drain of an app."""
    now(ask_sandbox(sandbox._socket, {"do": "heroku-drain", "app": app, "url": url}))


def set_dns(world: RunWorld, name: str, value: str, *, kind: str = "CNAME") -> None:
    """As a person sets a record at their provider."""
    request = {"do": "aptible-dns", "name": name, "kind": kind, "values": [value]}
    now(ask_sandbox(world.sandbox._socket, request))


def system_of(world: RunWorld) -> System:
    """What was read, with what a person answered."""
    read = world.session.load(SYSTEM)
    assert read is not None
    return apply_answers(read, world.session.load(ANSWERS) or Answers())


def decide(world: RunWorld, *choices: Callable[[Mapping], Mapping], prepare: bool = False) -> None:
    """Make choices on the map as a person does, what hangs on them included, then the plan and all checks.

    Args:
        prepare: whether the code is prepared anew before.
    """
    before, profile = world.session.load(MAPPING), profile_of(world.session, world.target)
    assert before is not None
    mapping = before
    for choice in choices:
        mapping = follow(system_of(world), profile, mapping, choice(mapping))
    wrong = blocking(problems(system_of(world), mapping, profile))
    assert not wrong, [one.sentence() for one in wrong]
    if prepare:
        prepare_again(world, mapping)
    world.plan_again(mapping)
    found = now(look(world.session, world.vault, lambda doing: None))
    blocks = [f"{one.what}: {one.detail}" for one in found.findings if one.state == "blocks"]
    assert not blocks, blocks


def prepare_again(world: RunWorld, mapping: Mapping) -> None:
    """Accept what is proposed for the code of all apps by this map."""
    system, profile = system_of(world), profile_of(world.session, world.target)
    checkouts = {
        app.id: read_for_changes(world.help.checkouts[app.name], profile, place_in(app))
        for app in system.apps
    }
    prepared = []
    for app_id, proposal in propose_all(system, mapping, profile, checkouts).items():
        app, path = system.app(app_id), checkouts[app_id].path
        branch = write_branch(path, world.session.id, app.name, proposal)
        prepared.append(prepared_app(app, mapping, profile, checkout=path, proposal=proposal, branch=branch))
    world.session.save(PREPARED, Prepared(apps=tuple(prepared)))


def app_id(world: RunWorld, name: str) -> str:
    """The id of an app by its name."""
    return next(app.id for app in system_of(world).apps if app.name == name)


def code_of(world: RunWorld, name: str) -> PreparedApp:
    """The prepared code of an app."""
    prepared = world.session.load(PREPARED)
    assert prepared is not None
    return next(one for one in prepared.apps if one.app_id == app_id(world, name))


def store_of(world: RunWorld, name: str) -> StoreChoice:
    """The choice for the store that is this add-on."""
    mapping = world.session.load(MAPPING)
    assert mapping is not None
    known = {add_on.name: add_on.id for add_on in system_of(world).add_ons}
    return next(one for one in mapping.stores if one.add_on_id == known[name])


def evidence_of(world: RunWorld, key: str) -> str:
    """What proved a step."""
    record = Journal(world.session).steps()[key]
    assert record.evidence is not None, record
    return record.evidence.summary


def config_of(world: RunWorld, name: str) -> dict[str, str]:
    """The config vars of an app on the target."""

    async def ask() -> dict[str, str]:
        target = open_target(world.session, world.vault, world.target)
        try:
            (environment,) = await target.environments()
            app = await target.find_app(environment, name)
            assert app is not None
            return {key: value.reveal() for key, value in (await target.config(app)).items()}
        finally:
            await target.close()

    return now(ask())


def publish_image(world: RunWorld, name: str, image: str, login: tuple[str, str] | None = None) -> None:
    """Build the image of an app's prepared code, as CI does: Procfile and hooks go to /.aptible."""
    code = code_of(world, name)
    folder = world.folder / f"image-{name}"
    folder.mkdir()
    archive = subprocess.run(
        ["git", "-C", code.checkout, "archive", code.commit], capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    (folder / ".aptible").mkdir()
    for moved in ("Procfile", ".aptible.yml"):
        if (folder / moved).exists():
            # Its Dockerfile says so too: COPY Procfile /.aptible/
            shutil.copy(folder / moved, folder / ".aptible" / moved)
    words = dict(zip(("username", "password"), login, strict=True)) if login else {}
    request = {"do": "aptible-image", "name": image, "folder": str(folder), **words}
    now(ask_sandbox(world.sandbox._socket, request))
