"""A person's decisions about the environments of a move that may have several: pure functions, each returns a
changed Mapping. All raise KeyError for an app, database or Space that the mapping does not have."""

from typing import TypeVar

import msgspec

from wizard.mapping.spaces import all_spaces, moved_data, readers
from wizard.model.mapping import AppChoice, DatabaseChoice, Mapping, SpaceChoice, StoreChoice
from wizard.model.system import System

Placed = TypeVar("Placed", AppChoice, DatabaseChoice, StoreChoice)
Data = TypeVar("Data", DatabaseChoice, StoreChoice)

PRODUCTION = "production"
"""The stage of a Heroku pipeline whose apps stay in the mapping's own environment."""


def add_space(mapping: Mapping, name: str) -> Mapping:
    """A further Space of that name, made where the first one is, unless there is one already."""
    if name in (one.name for one in all_spaces(mapping)):
        return mapping
    made = SpaceChoice(name=name, region=mapping.region, team=mapping.team)
    return msgspec.structs.replace(mapping, spaces=(*mapping.spaces, made))


def set_space(
    mapping: Mapping,
    name: str,
    *,
    create: bool | None = None,
    region: str | None = None,
    team: str | None = None,
) -> Mapping:
    """Change what is named of a further Space; what is None stays."""
    wanted = {"create": create, "region": region, "team": team}
    given = {key: value for key, value in wanted.items() if value is not None}
    _known(mapping, name)
    spaces = tuple(
        msgspec.structs.replace(one, **given) if one.name == name else one for one in mapping.spaces
    )
    return msgspec.structs.replace(mapping, spaces=spaces)


def rename_space(mapping: Mapping, name: str, to: str) -> Mapping:
    """Another name for a further Space; what goes into it goes along."""
    _known(mapping, name)
    spaces = tuple(
        msgspec.structs.replace(one, name=to) if one.name == name else one for one in mapping.spaces
    )
    return renamed(msgspec.structs.replace(mapping, spaces=spaces), name, to)


def remove_space(mapping: Mapping, name: str) -> Mapping:
    """Take a further Space away; what was to go into it goes into the mapping's own environment."""
    _known(mapping, name)
    spaces = tuple(one for one in mapping.spaces if one.name != name)
    return renamed(msgspec.structs.replace(mapping, spaces=spaces), name, "")


def put_app(mapping: Mapping, app_id: str, space: str) -> Mapping:
    """Let an app go into the Space of that name, which is added where there is none; "" is the mapping's own
    environment. A database that nobody placed goes with its apps."""
    if mapping.app(app_id) is None:
        raise KeyError(app_id)
    to = "" if space == mapping.environment else space
    apps = tuple(
        msgspec.structs.replace(one, space=to) if one.app_id == app_id else one for one in mapping.apps
    )
    changed = msgspec.structs.replace(mapping, apps=apps)
    return add_space(changed, to) if to else changed


def put_data(mapping: Mapping, add_on_id: str, space: str) -> Mapping:
    """Let a database or store go into the Space of that name; "" is wherever the apps go that use it."""
    known = {one.add_on_id for one in mapping.databases} | {one.add_on_id for one in mapping.stores}
    if add_on_id not in known:
        raise KeyError(add_on_id)
    return msgspec.structs.replace(
        mapping,
        databases=_placed(mapping.databases, add_on_id, space),
        stores=_placed(mapping.stores, add_on_id, space),
    )


def stages(system: System, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """The moved apps of each stage of Heroku's pipelines ("staging") beside production (or the first), by id;
    empty where there are no two stages, or where a database is used from two of them and keeps them
    together."""
    of_stage: dict[str, str] = {}
    for app in system.apps:
        choice = mapping.app(app.id)
        if choice is not None and choice.action == "move":
            # What is in no pipeline stays with production.
            of_stage[app.id] = (app.pipeline_stage if app.pipeline else "") or PRODUCTION
    if len(set(of_stage.values())) < 2:
        return {}
    stays = PRODUCTION if PRODUCTION in of_stage.values() else next(iter(of_stage.values()))
    for data in moved_data(mapping):
        if len({of_stage[app_id] for app_id in readers(mapping, data.add_on_id) if app_id in of_stage}) > 1:
            return {}
    found: dict[str, tuple[str, ...]] = {}
    for app_id, stage in of_stage.items():
        if stage != stays:
            found[stage] = (*found.get(stage, ()), app_id)
    return found


def split_by_stage(system: System, mapping: Mapping) -> Mapping:
    """A Space of its own for each stage beside production ("acme-staging")."""
    for stage, apps in stages(system, mapping).items():
        for app_id in apps:
            mapping = put_app(mapping, app_id, f"{mapping.environment[:29]}-{stage}")
    return mapping


def _known(mapping: Mapping, name: str) -> None:
    if name not in (one.name for one in mapping.spaces):
        raise KeyError(name)


def renamed(mapping: Mapping, name: str, to: str) -> Mapping:
    """`mapping`, where all that named the Space `name` names another."""

    def moved(choices: tuple[Placed, ...]) -> tuple[Placed, ...]:
        return tuple(msgspec.structs.replace(one, space=to) if one.space == name else one for one in choices)

    return msgspec.structs.replace(
        mapping,
        apps=moved(mapping.apps),
        databases=moved(mapping.databases),
        stores=moved(mapping.stores),
    )


def _placed(choices: tuple[Data, ...], add_on_id: str, space: str) -> tuple[Data, ...]:
    return tuple(
        msgspec.structs.replace(one, space=space) if one.add_on_id == add_on_id else one for one in choices
    )
