"""How the code gets to the target: what is advised and why, and what a way still lacks."""

import msgspec
import pytest

from providers.aptible.catalogue import profile
from tests.screens.example_system import BACKEND, example_system
from tests.screens.fakes import fake_profile
from wizard.document.checkout import Checkout
from wizard.mapping import edit
from wizard.mapping.check import problems
from wizard.mapping.rules import propose
from wizard.mapping.way_words import IN_WORDS, WAYS
from wizard.mapping.ways import advise
from wizard.model.delivery import Deploy, GitHubLink
from wizard.model.mapping import Mapping
from wizard.model.system import App, System
from wizard.prepare.accepted import unprepared
from wizard.session.parts import Prepared

WORKFLOW = """\
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: akhileshns/heroku-deploy@v3.13.15
        with: {heroku_app_name: "APP", heroku_api_key: "${{ secrets.HEROKU_API_KEY }}"}
"""
TERRAFORM = 'resource "heroku_app" "backend" {\n  name   = "APP"\n  region = "eu"\n}\n'


def backend(**changes: object) -> App:
    return msgspec.structs.replace(example_system().app(BACKEND), **changes)


def code(**files: str) -> Checkout:
    texts = {path.replace("__", "/"): text for path, text in files.items()}
    return Checkout(path="/code", names=tuple(path for path in texts if "/" not in path), files=texts)


def workflow(app: str = "migrate-backend") -> Checkout:
    return Checkout(path="/code", files={".github/workflows/deploy.yml": WORKFLOW.replace("APP", app)})


def terraform(app: str = "migrate-backend") -> Checkout:
    return Checkout(path="/code", files={"infra/main.tf": TERRAFORM.replace("APP", app)})


@pytest.mark.parametrize(
    ("app", "checkout", "way", "because"),
    [
        (backend(), None, "git", "with your token"),
        (backend(), workflow(), "workflow", ".github/workflows/deploy.yml:7 deploys it today"),
        (backend(), workflow("another-app"), "git", "with your token"),
        (backend(), workflow("${{ vars.APP }}"), "workflow", "deploys it today"),
        (backend(), terraform(), "terraform", "infra/main.tf:1 makes it on Heroku"),
        (backend(), terraform("another-app"), "git", "with your token"),
        (backend(deploy=Deploy(kind="container")), None, "image", "pushed to Heroku today"),
        (backend(deploy=Deploy(kind="container")), workflow(), "workflow", "deploys it today"),
        (backend(stack="container"), code(Dockerfile="FROM x"), "git", "with your token"),
    ],
)
def test_one_way_is_advised_and_said_why_in_three_lines(
    app: App, checkout: Checkout | None, way: str, because: str
) -> None:
    advice = advise(app, checkout, profile())
    assert advice.way == way
    assert 1 <= len(advice.why) <= 3 and because in advice.why[0]
    assert all(len(line) < 100 for line in advice.why)
    assert advice.ways[0].way == way
    assert {one.way for one in advice.ways} == set(WAYS) - {"linked"}
    fitting = [one.fits for one in advice.ways]
    assert fitting == sorted(fitting, reverse=True)


def test_a_target_is_asked_for_nothing_that_it_cannot() -> None:
    advice = advise(backend(), workflow(), fake_profile())
    assert (advice.way, [one.way for one in advice.ways]) == ("git", ["git"])


def chosen(way: str, image: str = "", *, checkout: str | None = "/code") -> tuple[System, Mapping]:
    system = example_system()
    mapping = propose(system, profile())
    for app in mapping.apps:
        mapping = edit.set_checkout(mapping, app.app_id, f"/code/{app.app_id}")
    mapping = edit.set_checkout(mapping, BACKEND, checkout)
    return system, edit.set_way(mapping, BACKEND, way, image)  # type: ignore[arg-type]


def codes(system: System, mapping: Mapping) -> dict[str, bool]:
    found = problems(system, mapping, profile())
    return {one.code: one.blocks for one in found if one.component == "migrate-backend deployed by"}


@pytest.mark.parametrize(
    ("way", "image", "told"),
    [
        ("git", "", {}),
        ("git", "not an image", {}),
        ("image", "", {"image": True}),
        ("image", "ghcr.io/Acme/shop:v1", {"image": True}),
        ("image", "registry.heroku.com/shop/web", {"image-on-heroku": True}),
        ("image", "ghcr.io/acme/shop", {"image-moves": False}),
        ("image", "ghcr.io/acme/shop:latest", {"image-moves": False}),
        ("image", "ghcr.io/acme/shop:v42", {}),
        ("workflow", "", {"no-github": False}),
        ("workflow", "not an image", {"image": True, "no-github": False}),
        ("terraform", "", {}),
        ("terraform", "not an image", {"image": True}),
    ],
)
def test_what_a_way_lacks_is_said(way: str, image: str, told: dict[str, bool]) -> None:
    system, mapping = chosen(way, image)
    assert codes(system, mapping) == told


def test_a_repository_that_heroku_knows_is_enough() -> None:
    system, mapping = chosen("workflow")
    github = Deploy(kind="github", github=GitHubLink(repository="acme/shop"))
    apps = tuple(msgspec.structs.replace(app, deploy=github) for app in system.apps)
    assert codes(msgspec.structs.replace(system, apps=apps), mapping) == {}


def test_a_way_that_the_target_lacks_stops_the_map() -> None:
    system, mapping = chosen("image", "ghcr.io/acme/shop:v42")
    found = [one for one in problems(system, mapping, fake_profile()) if one.code == "way"]
    assert [one.blocks for one in found] == [True]


def test_an_image_needs_no_code_on_this_machine() -> None:
    system, mapping = chosen("image", "ghcr.io/acme/shop:v42", checkout=None)
    missing = [one.component for one in problems(system, mapping, profile()) if one.code == "no-checkout"]
    assert missing == []
    assert "migrate-backend" not in unprepared(system, mapping, profile(), Prepared())
    system, mapping = chosen("git", checkout=None)
    missing = [one.component for one in problems(system, mapping, profile()) if one.code == "no-checkout"]
    assert missing == ["migrate-backend"]


def test_who_may_pull_is_asked_anew_for_another_registry() -> None:
    _, mapping = chosen("image", "ghcr.io/acme/shop:v42")
    mapping = edit.set_private(mapping, BACKEND, private=True)
    same = edit.set_way(mapping, BACKEND, "image", "ghcr.io/acme/shop:v43").app(BACKEND)
    other = edit.set_way(mapping, BACKEND, "image", "quay.io/acme/shop:v43").app(BACKEND)
    assert same is not None and same.private
    assert other is not None and not other.private


@pytest.mark.parametrize(
    ("machine", "memory", "told"),
    [
        ("", 1024, set()),
        ("m", 1024, set()),
        ("c", 1024, {"machine-memory"}),
        ("r", 4096, set()),
        ("x", 1024, {"machine"}),
        ("c", 512, {"machine-memory"}),
        ("m", 256, {"memory-size"}),
    ],
)
def test_a_kind_of_machine_is_one_that_there_is_and_large_enough(
    machine: str, memory: int, told: set[str]
) -> None:
    system, mapping = chosen("git")
    mapping = edit.set_service_machine(mapping, BACKEND, "web", machine)
    mapping = edit.set_service_memory(mapping, BACKEND, "web", memory)
    found = {
        one.code for one in problems(system, mapping, profile()) if one.component == "migrate-backend web"
    }
    assert found - {"less-memory"} == told


def test_every_way_has_words() -> None:
    assert set(IN_WORDS) == set(WAYS)
    assert set(profile().capabilities.ways) == set(WAYS) - {"linked"}, "where nothing is a capsule"
