"""Log drains: what they become on the target, where one drain gets the logs of a whole environment."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from wizard.mapping.names import is_handle, make_handle
from wizard.mapping.problem import Problem
from wizard.model.mapping import DrainChoice, Mapping
from wizard.model.network import Drain
from wizard.model.system import App, System
from wizard.ports import Profile

NONE_THERE = "Offramp makes no log drains"
"""How the reason begins of a drain that is left since Offramp cannot make it, not since nobody wants it."""


def propose_drains(system: System, profile: Profile, environment: str) -> tuple[DrainChoice, ...]:
    """A choice for each drain of each app. Those with one address share a name, and become one."""
    handles: dict[str, str] = {}
    choices = []
    for app in system.apps:
        for drain in app.drains:
            choice = _propose(system, app, drain, profile)
            if choice.action == "move":
                if drain.address in handles:
                    reason = "the same address as another app's: one drain gets the logs of all of them"
                    choice = msgspec.structs.replace(choice, reason=reason)
                else:
                    handles[drain.address] = make_handle(
                        profile, f"{environment}-{_host(drain)}", tuple(handles.values())
                    )
                choice = msgspec.structs.replace(choice, handle=handles[drain.address])
            choices.append(choice)
    return tuple(choices)


def _propose(system: System, app: App, drain: Drain, profile: Profile) -> DrainChoice:
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
    return DrainChoice(app_id=app.id, drain_id=drain.id, action=action, reason=reason)


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
    moved = {choice.app_id for choice in mapping.moved_apps()}
    addresses: dict[str, str] = {}
    for choice in mapping.drains:
        drain = find_drain(system, choice)
        if choice.action != "move" or choice.app_id not in moved or drain is None:
            continue
        name = drain_name(system.app(choice.app_id), drain)
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
    for app in system.apps:
        if app.id == choice.app_id:
            return next((drain for drain in app.drains if drain.id == choice.drain_id), None)
    return None


def drain_name(app: App, drain: Drain) -> str:
    """What a person knows it by."""
    return f"{app.name} log drain {drain.address}"


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
