"""Log drains: what they become on the target, where one drain gets the logs of a whole environment."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from wizard.mapping.names import is_handle, make_handle
from wizard.mapping.problem import Problem
from wizard.model.mapping import DrainChoice, Mapping
from wizard.model.network import Drain, Space
from wizard.model.system import App, System
from wizard.ports import Profile

NONE_THERE = "Offramp makes no log drains"
"""How the reason begins of a drain that is left since Offramp cannot make it, not since nobody wants it."""


def propose_drains(system: System, profile: Profile, environment: str) -> tuple[DrainChoice, ...]:
    """A choice for each drain of each app, and of each Private Space that has apps. Those with one address
    share a name, and become one."""
    handles: dict[str, str] = {}
    choices = []
    found = [
        (_propose(system, drain, profile), app.id, "", drain) for app in system.apps for drain in app.drains
    ]
    found += [
        (_propose(system, drain, profile), "", space.id, drain) for space, drain in space_drains(system)
    ]
    for choice, app_id, space_id, drain in found:
        handle, reason = "", choice.reason
        if choice.action == "move":
            if drain.address in handles:
                reason = "the same address as another app's: one drain gets the logs of all of them"
            else:
                handles[drain.address] = make_handle(
                    profile, f"{environment}-{_host(drain)}", tuple(handles.values())
                )
            handle = handles[drain.address]
        choices.append(
            msgspec.structs.replace(choice, app_id=app_id, space_id=space_id, handle=handle, reason=reason)
        )
    return tuple(choices)


def space_drains(system: System) -> Iterator[tuple[Space, Drain]]:
    """The drains of Private Spaces in which apps are: each gets the logs of all of them."""
    for space in system.spaces:
        if space.drain is not None and _apps_in(system, space):
            yield space, space.drain


def _apps_in(system: System, space: Space) -> list[App]:
    return [app for app in system.apps if app.space == space.name]


def _propose(system: System, drain: Drain, profile: Profile) -> DrainChoice:
    offered = profile.capabilities.log_drains
    add_on = next((one for one in system.add_ons if one.id == drain.add_on_id), None)
    action: Literal["move", "leave", "undecided"] = "leave"
    if not offered:
        reason = f"{NONE_THERE} at {profile.title}; the report says where its log went"
    elif drain.add_on_id:
        name = f"the add-on {add_on.name}" if add_on else "an add-on"
        reason = f"belongs to {name}, which stays on Heroku and ends with it"
    elif _scheme(drain) not in offered:
        action = "undecided"
        reason = (
            f"is plain {_scheme(drain) or 'text'} without TLS, which {profile.title} does not send: ask its "
            "receiver for an address with TLS, or leave it"
        )
    else:
        action = "move"
        json = _scheme(drain) == "https"
        word = profile.words.get("environment", "environment")
        reason = (
            "the receiver gets JSON instead of Heroku's syslog lines" if json else "the same address"
        ) + f"; it gets the logs of every app of the {word}"
    return DrainChoice(app_id="", drain_id=drain.id, action=action, reason=reason)


def decide_drain(
    mapping: Mapping,
    app_id: str,
    drain_id: str,
    action: Literal["move", "leave", "undecided"],
    reason: str = "",
) -> Mapping:
    """Move a log drain or leave it behind; KeyError when the mapping does not have it."""
    return _changed(mapping, app_id, drain_id, action=action, reason=reason)


def set_drain_handle(mapping: Mapping, app_id: str, drain_id: str, handle: str) -> Mapping:
    """The name of a drain on the target, and of all that are one with it. Whoever names it wants it."""
    same = _find(mapping, app_id, drain_id).handle
    changed = _changed(mapping, app_id, drain_id, action="move", handle=handle, reason="named by a person")
    drains = tuple(
        msgspec.structs.replace(one, handle=handle) if same and one.handle == same else one
        for one in changed.drains
    )
    return msgspec.structs.replace(changed, drains=drains)


def set_drain_databases(mapping: Mapping, app_id: str, drain_id: str, databases: bool) -> Mapping:
    """Whether the logs of the databases go along; of all that are one with it."""
    same = _find(mapping, app_id, drain_id).handle
    drains = tuple(
        msgspec.structs.replace(one, databases=databases) if one.handle == same else one
        for one in mapping.drains
    )
    return msgspec.structs.replace(mapping, drains=drains)


def drain_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """Names that the target does not take, and one name for what is not one drain."""
    addresses: dict[str, str] = {}
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action != "move" or not is_wanted(system, mapping, choice) or drain is None:
            continue
        name = chosen_name(system, choice, drain)
        if not is_handle(profile, choice.handle):
            yield Problem(
                code="handle",
                component=name,
                text=f"`{choice.handle}` is no name that {profile.title} takes",
                remedy="Choose another name.",
                blocks=True,
            )
        elif addresses.setdefault(choice.handle, drain.address) != drain.address:
            yield Problem(
                code="handle-twice",
                component=name,
                text=f"has the name `{choice.handle}` of a drain that leads elsewhere",
                remedy="Give it a name of its own.",
                blocks=True,
            )
        if _scheme(drain) not in profile.capabilities.log_drains:
            yield Problem(
                code="no-such-drain",
                component=name,
                text=f"cannot be made at {profile.title}: it sends without TLS",
                remedy="Leave it behind, or give it an address with TLS on Heroku first.",
                blocks=True,
            )


def find_drain(system: System, choice: DrainChoice) -> Drain | None:
    """What a choice is about, None when it is not there any more."""
    if choice.space_id:
        of_spaces = space_drains(system)
        return next((drain for space, drain in of_spaces if space.id == choice.space_id), None)
    for app in system.apps:
        if app.id == choice.app_id:
            return next((drain for drain in app.drains if drain.id == choice.drain_id), None)
    return None


def is_wanted(system: System, mapping: Mapping, choice: DrainChoice) -> bool:
    """Whether an app moves whose log it gets."""
    moved = {one.app_id for one in mapping.moved_apps()}
    if not choice.space_id:
        return choice.app_id in moved
    spaces = [one for one in system.spaces if one.id == choice.space_id]
    return any(app.id in moved for space in spaces for app in _apps_in(system, space))


def drain_name(owner: App | Space, drain: Drain) -> str:
    """What a person knows it by."""
    whose = owner.name if isinstance(owner, App) else f"the space {owner.name}:"
    return f"{whose} log drain {drain.address}"


def chosen_name(system: System, choice: DrainChoice, drain: Drain) -> str:
    """What a person knows the drain of a choice by."""
    if not choice.space_id:
        return drain_name(system.app(choice.app_id), drain)
    return next(drain_name(one, drain) for one in system.spaces if one.id == choice.space_id)


def _scheme(drain: Drain) -> str:
    return drain.address.partition("://")[0] if "://" in drain.address else ""


def _host(drain: Drain) -> str:
    """The middle of the receiver's name: "papertrailapp" of logs7.papertrailapp.com."""
    labels = drain.address.partition("://")[2].partition(":")[0].split(".")
    return labels[-2] if len(labels) > 1 and not labels[-1].isdigit() else "logs"


def _find(mapping: Mapping, app_id: str, drain_id: str) -> DrainChoice:
    for choice in mapping.drains:
        if (choice.app_id, choice.drain_id) == (app_id, drain_id):
            return choice
    raise KeyError((app_id, drain_id))


def _changed(mapping: Mapping, app_id: str, drain_id: str, **changes: str) -> Mapping:
    found = _find(mapping, app_id, drain_id)
    drains = tuple(msgspec.structs.replace(one, **changes) if one is found else one for one in mapping.drains)
    return msgspec.structs.replace(mapping, drains=drains)
