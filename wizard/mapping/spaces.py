"""Which environment each app and each database goes into, where a move may have several of them (Spaces)."""

import msgspec

from wizard.mapping.names import capsule_names
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, SpaceChoice, StoreChoice


def all_spaces(mapping: Mapping) -> tuple[SpaceChoice, ...]:
    """The mapping's own environment, and the further ones."""
    own = SpaceChoice(
        name=mapping.environment,
        create=mapping.create_environment,
        region=mapping.region,
        team=mapping.team,
    )
    return (own, *mapping.spaces)


def used_spaces(mapping: Mapping) -> tuple[SpaceChoice, ...]:
    """The mapping's own environment, and those of the further ones that something goes into."""
    own, *further = all_spaces(mapping)
    into = {space_of_app(mapping, one.app_id) for one in mapping.moved_apps()}
    into |= {space_of_data(mapping, one.add_on_id) for one in moved_data(mapping)} if further else set()
    return (own, *(one for one in further if one.name in into))


def part_of(mapping: Mapping, space: SpaceChoice) -> Mapping:
    """What of a mapping goes into one of its environments, as a mapping with that one only."""
    if not mapping.spaces:
        return mapping
    apps = tuple(one for one in mapping.moved_apps() if space_of_app(mapping, one.app_id) == space.name)
    inside = {one.app_id for one in apps}
    data = {
        one.add_on_id for one in moved_data(mapping) if space_of_data(mapping, one.add_on_id) == space.name
    }
    return msgspec.structs.replace(
        mapping,
        environment=space.name,
        create_environment=space.create,
        region=space.region,
        team=space.team,
        spaces=(),
        apps=apps,
        databases=tuple(one for one in mapping.databases if one.add_on_id in data),
        stores=tuple(one for one in mapping.stores if one.add_on_id in data),
        storages=tuple(one for one in mapping.storages if one.app_id in inside),
        domains=tuple(one for one in mapping.domains if one.app_id in inside),
    )


def moved_data(mapping: Mapping) -> tuple[DatabaseChoice | StoreChoice, ...]:
    """All databases and stores that move, Postgres first."""
    return (*mapping.moved_databases(), *moved_stores(mapping))


def space_of_app(mapping: Mapping, app_id: str) -> str:
    """The name of the environment that an app goes into."""
    choice = mapping.app(app_id)
    return (choice.space if choice is not None else "") or mapping.environment


def readers(mapping: Mapping, add_on_id: str) -> dict[str, tuple[str, ...]]:
    """The apps that move and are given the URL of a database, by id; with the config vars that hold it."""
    found: dict[str, tuple[str, ...]] = {one.app_id: () for one in mapping.moved_apps()}
    for one in mapping.config:
        given = (one.action, one.replacement, one.refers_to) == ("replace", "database", add_on_id)
        if given and one.app_id in found:
            found[one.app_id] = (*found[one.app_id], one.name)
    return {app_id: names for app_id, names in found.items() if names}


def space_of_data(mapping: Mapping, add_on_id: str) -> str:
    """The name of the environment that a database or store goes into: the one that is chosen for it, else
    that of the apps that use it; of those in several, the mapping's own, or else the first app's."""
    choice = next((one for one in moved_data(mapping) if one.add_on_id == add_on_id), None)
    if choice is not None and choice.space:
        return choice.space
    own = mapping.environment
    if not any(one.space for one in mapping.apps):
        return own
    spaces = [space_of_app(mapping, app_id) for app_id in readers(mapping, add_on_id)]
    return own if own in spaces or not spaces else spaces[0]


# -- by what things are called on the target ---------------------------------------------------------------


def space_of_handle(mapping: Mapping, handle: str) -> str:
    """The environment of the moved app with that handle."""
    app = next((one for one in mapping.moved_apps() if one.handle == handle), None)
    return space_of_app(mapping, app.app_id) if app is not None else mapping.environment


def space_of_database(mapping: Mapping, handle: str) -> str:
    """The environment of the database or store with that handle."""
    found = next((one for one in moved_data(mapping) if one.handle == handle), None)
    return space_of_data(mapping, found.add_on_id) if found is not None else mapping.environment


def space_of_capsule(mapping: Mapping, name: str) -> str:
    """The environment of the app that has a capsule, or a store of files, of that name."""
    for app in mapping.moved_apps():
        if name in capsule_names(mapping, app.handle).values():
            return space_of_app(mapping, app.app_id)
    files = next((one for one in mapping.storages if one.handle == name), None)
    return space_of_app(mapping, files.app_id) if files is not None else mapping.environment
