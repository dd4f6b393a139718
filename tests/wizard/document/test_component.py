"""Every object of an inventory is a component, by its own key; what nobody listed fails here."""

import msgspec

from tests.screens.example_system import BACKEND, DATABASE, JOBS_GAP, example_system
from tests.wizard.document.whole_system import INSIDE, marked_system, nouns_below
from wizard.document.component import components, pieces


def test_every_noun_is_a_component_or_told_with_the_one_that_holds_it() -> None:
    system = marked_system()
    told = {id(piece.noun) for piece in pieces(system)}
    forgotten = {
        type(noun).__name__
        for noun in nouns_below(system)
        if id(noun) not in told and type(noun).__name__ not in INSIDE
    }
    assert not forgotten, "yield them in wizard.document.component"


def test_names_without_a_noun_are_components_too() -> None:
    system = marked_system()
    names = {component.name for component in components(system)}
    app, add_on, space, team = system.apps[0], system.add_ons[1], system.spaces[0], system.teams[1]
    assert add_on.kafka is not None
    for listed in (
        system.account_features,
        app.buildpacks,
        app.features,
        add_on.kafka.consumer_groups,
        space.outbound_ips,
        team.features,
        system.pipelines[0].test_config,
        system.pipelines[1].review_config,
    ):
        assert listed and names >= set(listed)


def test_keys() -> None:
    system = example_system(gaps=(JOBS_GAP,))
    known = {component.key: component for component in components(system)}
    assert len(known) == len(components(system))
    assert {
        f"app:{BACKEND}",
        f"add-on:{DATABASE}",
        f"process:{BACKEND}:web",
        f"config-var:{BACKEND}:SECRET_KEY",
        f"gap:{JOBS_GAP.key}",
    } <= set(known)
    web = known[f"process:{BACKEND}:web"]
    assert (web.kind, web.name, web.app_id) == ("process type", "web", BACKEND)


def test_two_that_nothing_tells_apart_have_two_keys() -> None:
    system = example_system()
    app = system.apps[0]
    twice = msgspec.structs.replace(app, config=(*app.config, app.config[0]))
    system = msgspec.structs.replace(system, apps=(twice, *system.apps[1:]))
    keys = [component.key for component in components(system)]
    name = app.config[0].name
    assert f"config-var:{app.id}:{name}" in keys and f"config-var:{app.id}:{name}~2" in keys
    assert len(keys) == len(set(keys))
