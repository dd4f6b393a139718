"""The map of a move into several Spaces: its rows, every decision, and what is said where a Space ends."""

import msgspec
import pytest

from screens.map_options import leaving, options
from screens.map_rows import Entry, entries
from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, example_system
from tests.screens.fakes import fake_profile
from tests.wizard.stages.capsule_target import pods_of, with_app
from wizard.choose.offer import Offer, with_offer
from wizard.mapping.check import Component, problems
from wizard.mapping.config_rules import follow
from wizard.mapping.edit_spaces import put_app, put_data
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.ports import Profile

ENVIRONMENT = ("environment",)


@pytest.fixture
def system() -> System:
    return example_system()


@pytest.fixture
def profile() -> Profile:
    pods = pods_of(fake_profile())
    return with_offer(pods, Offer(provider="aptible", teams={"acme": "Acme Ltd", "ada": "Ada"}))


@pytest.fixture
def mapping(system: System, profile: Profile) -> Mapping:
    proposed = propose(system, profile)
    apps = tuple(
        msgspec.structs.replace(one, checkout="/code", repository="https://github.com/acme/migrate")
        for one in proposed.apps
    )
    return msgspec.structs.replace(proposed, apps=apps)


def rows(system: System, mapping: Mapping, profile: Profile) -> dict[Component, Entry]:
    found = entries(system, mapping, profile, problems(system, mapping, profile), ())
    return {entry.component: entry for entry in found}


def decide(
    system: System, mapping: Mapping, profile: Profile, component: Component, option: str, text: str = ""
) -> Mapping:
    """What the map does when a person takes an option, and types `text` where it asks."""
    (taken,) = [one for one in options(component, system, mapping, profile) if one.id == option]
    if taken.question:
        assert not taken.check(text)
    return follow(system, profile, mapping, taken.change(mapping, text))


def test_an_app_is_put_into_a_new_space_on_its_row(
    system: System, mapping: Mapping, profile: Profile
) -> None:
    own = mapping.environment
    assert ("space", "sites") not in rows(system, mapping, profile)
    apart = decide(system, mapping, profile, ("app", FRONTEND), "space", "sites")
    told = rows(system, apart, profile)
    assert told["app", FRONTEND].after == "in sites: migrate-frontend"
    assert "in " not in told["app", BACKEND].after
    assert told["space", "sites"].after == f"sites (new, {mapping.region}, team ?)"
    assert told["space", "sites"].state == "open"
    paid = decide(system, apart, profile, ("space", "sites"), "team ada")
    assert rows(system, paid, profile)["space", "sites"].state == "good"
    there = decide(system, paid, profile, ("space", "sites"), "use")
    assert rows(system, there, profile)["space", "sites"].after == "sites (is there already)"
    called = decide(system, there, profile, ("space", "sites"), "handle", "pages")
    assert rows(system, called, profile)["app", FRONTEND].after == "in pages: migrate-frontend"
    assert decide(system, called, profile, ("app", FRONTEND), f"space {own}").apps == mapping.apps
    assert decide(system, called, profile, ("space", "pages"), "remove") == mapping
    # What leaves a row behind is still the last of what can be decided.
    assert options(("app", FRONTEND), system, mapping, profile)[-1].id == "leave"
    assert leaving(("database", DATABASE), system, apart, profile) is not None


def test_the_edge_of_a_space_is_told_on_the_rows_of_both_sides(
    system: System, mapping: Mapping, profile: Profile
) -> None:
    apart = put_app(mapping, EMAILER, "mail")
    told = rows(system, apart, profile)
    for component in (("app", EMAILER), ("database", DATABASE)):
        problem = told[component].problem
        assert told[component].state == "open"
        assert problem is not None and "reached only inside its own" in problem.text
    solved = decide(system, apart, profile, ("app", BACKEND), "space mail")
    told = rows(system, solved, profile)
    assert told["database", DATABASE].after.startswith("in mail: migrate-backend-db, ")
    assert told["database", DATABASE].state != "open"
    assert told["config", BACKEND, "FRONTEND_URL"].state == "look"
    held = decide(system, solved, profile, ("database", DATABASE), f"space {mapping.environment}")
    assert rows(system, held, profile)["app", BACKEND].state == "open"
    assert decide(system, held, profile, ("database", DATABASE), "space") == solved


def test_another_space_is_added_and_stages_may_go_apart(
    system: System, mapping: Mapping, profile: Profile
) -> None:
    added = decide(system, mapping, profile, ENVIRONMENT, "add", "live")
    assert rows(system, added, profile)["space", "live"].state == "open"
    assert "names no other" in rows(system, added, profile)[ENVIRONMENT].why
    assert "by-stage" not in [one.id for one in options(ENVIRONMENT, system, mapping, profile)]
    staged = with_app(system, FRONTEND, pipeline="migrate", pipeline_stage="staging")
    assert "staging shares nothing" in rows(staged, mapping, profile)[ENVIRONMENT].why
    split = decide(staged, mapping, profile, ENVIRONMENT, "by-stage")
    assert rows(staged, split, profile)["app", FRONTEND].after.startswith(
        f"in {mapping.environment}-staging: "
    )


def test_where_there_is_one_environment_nothing_is_said_of_spaces(system: System) -> None:
    profile = fake_profile()
    mapping = propose(system, profile)
    for component in (ENVIRONMENT, ("app", FRONTEND), ("database", DATABASE)):
        found = [one.id for one in options(component, system, mapping, profile)]
        assert not {"add", "by-stage", "space"} & set(found)
    assert rows(system, mapping, profile)[ENVIRONMENT].why == "where everything moves to"
    pinned = put_data(mapping, DATABASE, mapping.environment)
    assert msgspec.structs.replace(pinned, databases=mapping.databases) == mapping
