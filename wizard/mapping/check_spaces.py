"""What stands in the way of a move into several environments (Spaces): private names end at the edge of each.

A capsule reaches databases and stores of its own Space only, by a private name; to what is elsewhere there is
the public address (Code Capsules' documentation).
"""

from collections.abc import Iterator

from wizard.mapping.names import is_handle
from wizard.mapping.problem import Problem
from wizard.mapping.spaces import (
    all_spaces,
    moved_data,
    readers,
    space_of_app,
    space_of_data,
    used_spaces,
)
from wizard.mapping.store_users import store_users
from wizard.model.mapping import Mapping, SpaceChoice
from wizard.model.system import System
from wizard.ports import Profile


def space_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of further environments; none where there is one only."""
    word = profile.words.get("environment", "environment")
    placed = [one.space for one in (*mapping.moved_apps(), *moved_data(mapping)) if one.space]
    if profile.capabilities.environments == "one":
        if mapping.spaces or any(one != mapping.environment for one in placed):
            text = f"{profile.title} takes one move into one {word}, and several are named"
            remedy = "Let everything go into one, or move what goes elsewhere as a migration of its own."
            yield _stop("one-environment", word, text, remedy)
        return
    if not mapping.spaces and not placed:
        return
    names = [one.name for one in all_spaces(mapping)]
    into = [space_of_app(mapping, one.app_id) for one in mapping.moved_apps()]
    into += [space_of_data(mapping, one.add_on_id) for one in moved_data(mapping)]
    if into and mapping.environment not in into:
        text, remedy = "nothing goes into it, all goes into others", "Give it the name of one of them."
        yield Problem(code="space-empty", component=word, text=text, remedy=remedy)
    for space in mapping.spaces:
        yield from _own_problems(space, names, mapping, profile, word)
    yield from _lost(system, mapping, word, names)
    yield from _out_of_reach(system, mapping, word)
    yield from _calls(system, mapping, word)
    yield from _replaced_by_hand(system, mapping, word)


def space_name(word: str, name: str) -> str:
    """What a further environment is called in a list of what is decided: "Space acme-staging"."""
    return f"{word} {name}"


def _own_problems(
    space: SpaceChoice, names: list[str], mapping: Mapping, profile: Profile, word: str
) -> Iterator[Problem]:
    component, can = space_name(word, space.name), profile.capabilities
    if not is_handle(profile, space.name):
        text = f"`{space.name}` is no name that {profile.title} takes"
        yield _stop("space-name", component, text, "Choose another name.")
    elif names.count(space.name) > 1:
        text, remedy = f"is the name of two {word}s", "Give one another name, or take it away."
        yield _stop("space-twice", component, text, remedy)
    if space not in used_spaces(mapping):
        text, remedy = (
            "nothing goes into it, and so it is not made",
            "Put an app into it, or take it away.",
        )
        yield Problem(code="space-empty", component=component, text=text, remedy=remedy)
    if not space.create:
        return
    if can.regions and not space.region:
        text = f"where this new {word} is to be is not chosen"
        yield _stop("space-region", component, text, "Choose a region: the data moves there.")
    if can.teams and space.team and space.team not in can.teams:
        text = f"`{space.team}` is no team of this account"
        yield _stop("space-team", component, text, "Choose one: it pays.")
    elif len(can.teams) > 1 and not space.team:
        text = f"which team this new {word} belongs to is not chosen"
        yield _stop("space-team", component, text, "Choose one: it pays.")


def _lost(system: System, mapping: Mapping, word: str, names: list[str]) -> Iterator[Problem]:
    """What is to go into a Space that is not there."""
    apps, add_ons = _names(system)
    found = [(apps.get(one.app_id, one.handle), one.space) for one in mapping.moved_apps()]
    found += [(add_ons.get(one.add_on_id, one.handle), one.space) for one in moved_data(mapping)]
    for name, space in found:
        if space and space not in names:
            text = f"is to go into the {word} {space}, which is not on this map"
            yield _stop("space-gone", name, text, "Choose another one for it.")


def _out_of_reach(system: System, mapping: Mapping, word: str) -> Iterator[Problem]:
    """An app and a database that it uses, in two Spaces."""
    apps, add_ons = _names(system)
    for data in moved_data(mapping):
        there = space_of_data(mapping, data.add_on_id)
        name = add_ons.get(data.add_on_id, data.handle)
        using = readers(mapping, data.add_on_id)
        for app_id, variables in using.items():
            here = space_of_app(mapping, app_id)
            if here == there:
                continue
            app = apps.get(app_id, app_id)
            others = [apps.get(one, one) for one in using if one != app_id]
            along = f", with {' and '.join(others)}" if others else ""
            yield _stop(
                "other-space",
                f"{app}, {name}",
                f"{app} in {here} has the URL of {name} ({', '.join(variables)}), which goes into {there}: a "
                f"database is reached only inside its own {word}",
                f"Put both into one {word}{along}; or drop the URL.",
            )


def _calls(system: System, mapping: Mapping, word: str) -> Iterator[Problem]:
    """A config var with the address of an app in another Space."""
    apps, _ = _names(system)
    moving = {one.app_id for one in mapping.moved_apps()}
    for one in mapping.config:
        if (
            one.action != "replace"
            or one.replacement != "app-url"
            or not {one.app_id, one.refers_to} <= moving
        ):
            continue
        here, there = space_of_app(mapping, one.app_id), space_of_app(mapping, one.refers_to)
        if here != there:
            yield Problem(
                code="other-space-url",
                component=f"{apps.get(one.app_id, one.app_id)} {one.name}",
                text=f"leads from the {word} {here} to {apps.get(one.refers_to, one.refers_to)} in {there}: "
                "over its public address, by https; no private name reaches across",
                remedy="Nothing, if it may be called by everybody, as on Heroku; else put both into one.",
            )


def _replaced_by_hand(system: System, mapping: Mapping, word: str) -> Iterator[Problem]:
    """What a person puts in an add-on's place, used by apps of several Spaces."""
    _, add_ons = _names(system)
    for one in mapping.add_ons:
        if one.action != "by-hand" or one.add_on_id not in add_ons:
            continue
        using = [app.id for app in store_users(system, one.add_on_id)]
        spaces = {
            space_of_app(mapping, app.app_id): None for app in mapping.moved_apps() if app.app_id in using
        }
        if len(spaces) > 1:
            yield Problem(
                code="by-hand-spaces",
                component=add_ons[one.add_on_id],
                text=f"is used from the {word}s {' and '.join(spaces)}: a capsule in its place is reached in "
                "one of them only",
                remedy="Take a service with a public address, make one in each, or put the apps into one.",
            )


def _names(system: System) -> tuple[dict[str, str], dict[str, str]]:
    """The names of apps and of add-ons, by id."""
    return {app.id: app.name for app in system.apps}, {one.id: one.name for one in system.add_ons}


def _stop(code: str, name: str, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=name, text=text, remedy=remedy, blocks=True)
