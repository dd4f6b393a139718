"""Which apps use a store that is no Postgres, and what stays behind with them."""

import msgspec

from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping, StoreChoice
from wizard.model.system import App, System

MOVED = ("copy", "empty", "by-hand")


def store_users(system: System, add_on_id: str) -> tuple[App, ...]:
    """The apps that reach an add-on: attached to it, or named by a config var of theirs."""
    return tuple(
        app
        for app in system.apps
        if any(one.add_on_id == add_on_id for one in app.attachments)
        or any(add_on_id in (var.origin.add_on_id, var.copied_from) for var in app.config)
    )


def uses_moved_store(system: System, mapping: Mapping, app_id: str) -> bool:
    """Whether an app uses a store that moves."""
    return any(
        app.id == app_id for store in moved_stores(mapping) for app in store_users(system, store.add_on_id)
    )


def stores_follow(system: System, before: Mapping, after: Mapping) -> Mapping:
    """`after`, where a store whose last app was just left behind is left with it, and returns with it."""
    if not after.stores:
        return after
    was = {one.add_on_id: one for one in before.stores}
    left_before, left_now = (
        {choice.app_id for choice in mapping.apps if choice.action == "leave"} for mapping in (before, after)
    )

    def follow(choice: StoreChoice) -> StoreChoice:
        apps = store_users(system, choice.add_on_id)
        used_before = {app.id for app in apps} - left_before
        used_now = {app.id for app in apps} - left_now
        reason = f"only {', '.join(app.name for app in apps)} used it"
        if choice == was.get(choice.add_on_id) and choice.action in MOVED and used_before and not used_now:
            return msgspec.structs.replace(choice, action="leave", reason=reason)
        if choice.action == "leave" and choice.reason == reason and used_now and not used_before:
            # How it moves is asked again: what was decided was about another system.
            return msgspec.structs.replace(
                choice, action="undecided", reason="an app that moves uses it: say what becomes of it"
            )
        return choice

    return msgspec.structs.replace(after, stores=tuple(follow(one) for one in after.stores))
