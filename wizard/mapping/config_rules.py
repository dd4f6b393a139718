"""What becomes of each config var: copied, replaced or dropped, and why. Values are never looked at here."""

import msgspec

from wizard.document.summary import is_postgres
from wizard.mapping.capsule_config import in_capsules, needs_port
from wizard.mapping.database_users import databases_follow
from wizard.mapping.store_config import set_by_store
from wizard.mapping.store_users import stores_follow
from wizard.mapping.stores import store_of
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.system import AddOn, App, ConfigVar, System
from wizard.ports import Profile

READ_BY_THE_APP = frozenset({"WEB_CONCURRENCY"})
"""Platform names that a config var only has when a person set it, and that servers (gunicorn, Puma) read
themselves: dropping them would change how many processes run."""


def propose_config(system: System, profile: Profile, mapping: Mapping) -> Mapping:
    """`mapping` with a choice for every config var of the system.

    The choices of databases, add-ons and apps in `mapping` decide: a var that a moved database sets is
    replaced, one that a left-behind add-on sets is dropped. A web process gets `PORT` besides, since a
    target does not set it by itself as Heroku does.
    """
    choices: list[ConfigChoice] = []
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    for app in system.apps:
        ruled = [_choose(system, profile, mapping, add_ons, app=app, var=var) for var in app.config]
        choices += [in_capsules(choice, mapping, profile, app) for choice in ruled]
        has_web = any(process.type == "web" for process in app.processes)
        if (
            has_web
            and needs_port(mapping, profile, app)
            and not any(var.name == "PORT" for var in app.config)
        ):
            choices.append(_port(app))
    return msgspec.structs.replace(mapping, config=tuple(choices))


def follow(system: System, profile: Profile, before: Mapping, after: Mapping) -> Mapping:
    """`after` with its databases and config vars brought in line with what else changed since `before`.

    A database whose last app is left behind is left with it. Leaving a database behind turns its URLs from
    replaced to dropped, and moving it after all turns them back. Choices that a person made (those that are
    not what the rules say for `before`) stay.
    """
    after = stores_follow(system, before, databases_follow(system, before, after))
    ruled = {(one.app_id, one.name): one for one in propose_config(system, profile, before).config}
    anew = {(one.app_id, one.name): one for one in propose_config(system, profile, after).config}
    return msgspec.structs.replace(
        after,
        config=tuple(
            anew.get((one.app_id, one.name), one) if one == ruled.get((one.app_id, one.name)) else one
            for one in after.config
        ),
    )


def _choose(
    system: System,
    profile: Profile,
    mapping: Mapping,
    add_ons: dict[str, AddOn],
    *,
    app: App,
    var: ConfigVar,
) -> ConfigChoice:
    if var.name == "PORT":
        return _port(app)
    setter = _setter(add_ons, app, var)
    if setter is not None:
        return _set_by_add_on(mapping, app, var, setter)
    if var.origin.kind == "add-on":
        return _drop(app, var, "was set by an add-on that is no longer there")
    if var.origin.kind == "platform" and var.name not in READ_BY_THE_APP:
        return _drop(app, var, var.origin.detail or "is set or read by Heroku itself")
    copied = add_ons.get(var.copied_from)
    if copied is not None:
        return _copy_of(mapping, app, var, copied)
    if var.refers_to_apps:
        return _refers(system, mapping, app, var)
    if var.empty and not profile.capabilities.empty_config_values:
        return ConfigChoice(
            app_id=app.id,
            name=var.name,
            action="undecided",
            reason=f"is empty, and {profile.title} cannot hold an empty value: drop it, or set one on Heroku",
        )
    if var.name in READ_BY_THE_APP:
        reason = "was set by a person, and servers read it themselves"
    else:
        reason = "the value is copied as it stands when the run comes to it"
    return ConfigChoice(app_id=app.id, name=var.name, action="copy", reason=reason)


def _port(app: App) -> ConfigChoice:
    return ConfigChoice(
        app_id=app.id,
        name="PORT",
        action="replace",
        replacement="port",
        reason="the web process listens on it; Heroku sets it by itself, a target does not",
    )


def _drop(app: App, var: ConfigVar, reason: str) -> ConfigChoice:
    return ConfigChoice(app_id=app.id, name=var.name, action="drop", reason=reason)


def _setter(add_ons: dict[str, AddOn], app: App, var: ConfigVar) -> AddOn | None:
    """The add-on that sets `var` in `app`, by its origin, else by the attachments of the app."""
    wanted = var.origin.add_on_id
    if wanted is None:
        wanted = next(
            (attached.add_on_id for attached in app.attachments if var.name in attached.config_vars), None
        )
    return add_ons.get(wanted) if wanted else None


def _set_by_add_on(mapping: Mapping, app: App, var: ConfigVar, add_on: AddOn) -> ConfigChoice:
    if not is_postgres(add_on):
        if (ruled := set_by_store(mapping, app, var, add_on)) is not None:
            return ruled
        choice = next((choice for choice in mapping.add_ons if choice.add_on_id == add_on.id), None)
        if choice is not None and choice.action == "by-hand":
            return _drop(app, var, f"belongs to {add_on.name}: what replaces it brings a value of its own")
        return _drop(app, var, f"belongs to the add-on {add_on.name}, which does not move")
    if not var.name.endswith("_URL"):
        return _drop(app, var, f"is about {add_on.name} on Heroku and has no meaning elsewhere")
    store = next((choice for choice in mapping.databases if choice.add_on_id == add_on.id), None)
    if store is not None and store.action == "leave":
        return _drop(app, var, f"names {add_on.name}, which is left behind")
    return ConfigChoice(
        app_id=app.id,
        name=var.name,
        action="replace",
        replacement="database",
        refers_to=add_on.id,
        reason=_url_reason(app, var, add_on, store.handle if store else add_on.name),
    )


def _copy_of(mapping: Mapping, app: App, var: ConfigVar, add_on: AddOn) -> ConfigChoice:
    """A value that somebody typed, with an add-on's server and password in it."""
    store = store_of(mapping, add_on.id)
    database = next((choice for choice in mapping.databases if choice.add_on_id == add_on.id), None)
    chosen = store or database
    if chosen is not None and chosen.action == "leave":
        return _drop(app, var, f"names {add_on.name}, which is left behind")
    if var.copied_as != "url" or (store is None and not is_postgres(add_on)):
        return ConfigChoice(
            app_id=app.id,
            name=var.name,
            action="undecided",
            reason=f"holds the server or a key of {add_on.name}: drop it, and set it by hand afterwards",
        )
    return ConfigChoice(
        app_id=app.id,
        name=var.name,
        action="replace",
        replacement="database",
        refers_to=add_on.id,
        reason=f"holds a copy of the URL of {add_on.name}; it becomes that of "
        + (chosen.handle if chosen else "the new database"),
    )


def _url_reason(app: App, var: ConfigVar, add_on: AddOn, handle: str) -> str:
    reason = f"is the URL of {handle} instead of {add_on.name}"
    if "CONNECTION_POOL" in var.name:
        return reason + "; there is no pooler in between"
    attached = [one for one in app.attachments if one.add_on_id == add_on.id and var.name in one.config_vars]
    if any(one.namespace for one in attached):
        return reason + "; a credential of its own becomes the main one"
    return reason


def _refers(system: System, mapping: Mapping, app: App, var: ConfigVar) -> ConfigChoice:
    staying = {choice.app_id for choice in mapping.apps if choice.action == "leave"}
    going = [app_id for app_id in var.refers_to_apps if mapping.app(app_id) and app_id not in staying]
    if not going:
        return ConfigChoice(
            app_id=app.id,
            name=var.name,
            action="copy",
            reason="names the web address of an app that stays on Heroku",
        )
    names = {other.id: other.name for other in system.apps}
    said = ", ".join(names.get(app_id, app_id) for app_id in going)
    if len(going) > 1:
        return ConfigChoice(
            app_id=app.id,
            name=var.name,
            action="undecided",
            reason=f"names the web addresses of several apps ({said}): drop it and set it by hand afterwards",
        )
    return ConfigChoice(
        app_id=app.id,
        name=var.name,
        action="replace",
        replacement="app-url",
        refers_to=going[0],
        reason=f"the web address of {said} in it becomes the new one",
    )
