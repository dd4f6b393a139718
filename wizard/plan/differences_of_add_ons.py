"""Add-ons and attachments that are otherwise on Heroku than in the document that the plan was made of. A pure
comparison: a second Postgres must not stay behind, and no app that stays may go on writing to the old one."""

from collections.abc import Iterator

from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import AddOn, App, Attachment, System
from wizard.plan.differences_of_app import AGAIN, DECIDE


def differences_of_add_ons(then: System, now: System, mapping: Mapping) -> Iterator[Finding]:
    """One finding for each add-on, plan or attachment that came, went or is another."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    yield from _came(then, now, moved)
    yield from _gone(then, now, mapping, moved)
    yield from _changed(then, now, mapping, moved)
    for app in now.apps:
        if app.id in moved:
            yield from _attachments(then, now, then.app(app.id), app)
        else:
            yield from _users(then, app, _copied(mapping), now)


def vars_of_new_add_ons(then: System, now: System, app: App) -> frozenset[str]:
    """Config vars of `app` that an add-on sets which was not there, or an attachment that was not."""
    known = {one.id for one in then.add_ons}
    before = {one.id for one in then.app(app.id).attachments}
    names = [name for one in app.attachments if one.id not in before for name in one.config_vars]
    names += [
        name
        for one in now.add_ons
        if one.id not in known and one.app_id == app.id
        for name in one.config_vars
    ]
    return frozenset(names)


def _copied(mapping: Mapping) -> set[str]:
    """Add-ons that move: databases and other stores."""
    databases = {one.add_on_id for one in mapping.moved_databases()}
    return databases | {one.add_on_id for one in moved_stores(mapping)}


def _came(then: System, now: System, moved: set[str]) -> Iterator[Finding]:
    known = {one.id for one in then.add_ons}
    for add_on in now.add_ons:
        users = [app.name for app in now.apps if app.id in moved and _uses(app, add_on)]
        if add_on.id not in known and users:
            yield Finding(
                state="blocks",
                what=f"{users[0]} has a new add-on: {add_on.name} ({add_on.plan or add_on.service})",
                detail="nobody has decided on it; what is in it would stay behind, and its config vars too",
                remedy=DECIDE,
            )


def _uses(app: App, add_on: AddOn) -> bool:
    return add_on.app_id == app.id or any(one.add_on_id == add_on.id for one in app.attachments)


def _gone(then: System, now: System, mapping: Mapping, moved: set[str]) -> Iterator[Finding]:
    there, copied = {one.id for one in now.add_ons}, _copied(mapping)
    for add_on in then.add_ons:
        if add_on.id in there:
            continue
        if add_on.id in copied:
            yield Finding(
                state="blocks",
                what=f"{add_on.name} is not on Heroku any more",
                detail="the plan moves it, and there is nothing to move",
                remedy=DECIDE,
            )
        elif add_on.app_id in moved:
            yield Finding(
                state="look",
                what=f"The add-on {add_on.name} is not on Heroku any more",
                detail="the map leaves it behind anyway",
                remedy=AGAIN,
            )


def _changed(then: System, now: System, mapping: Mapping, moved: set[str]) -> Iterator[Finding]:
    known, copied = {one.id: one for one in then.add_ons}, _copied(mapping)
    for add_on in now.add_ons:
        before = known.get(add_on.id)
        if before is None or not (add_on.id in copied or add_on.app_id in moved):
            continue
        if add_on.plan and before.plan and _plan(add_on) != _plan(before):
            yield Finding(
                state="look",
                what=f"{add_on.name} has the plan {_plan(add_on)} now",
                detail=f"it was {_plan(before)}"
                + ("; the map was made for that size" if add_on.id in copied else ""),
                remedy="Look at its size on the map." if add_on.id in copied else AGAIN,
            )
        was, is_ = (one.postgres.version if one.postgres else "" for one in (before, add_on))
        if was and is_ and _major(was) != _major(is_):
            yield Finding(
                state="look",
                what=f"{add_on.name} runs PostgreSQL {_major(is_)} now",
                detail=f"it was PostgreSQL {_major(was)} when it was documented",
                remedy="Look at the version on the map: the target's may not be older.",
            )


def _plan(add_on: AddOn) -> str:
    """The plan without its service, which Heroku writes before it in some answers."""
    return add_on.plan.rpartition(":")[2]


def _major(version: str) -> str:
    return version.partition(".")[0]


def _attachments(then: System, now: System, before: App, app: App) -> Iterator[Finding]:
    """What an app that moves calls its add-ons by: a name that leads to another one has the plan copy the one
    that is not used any more."""
    if "attachments" in before.unread:
        return
    names = {one.id: one.name for one in (*then.add_ons, *now.add_ons)}
    known = {one.name: one for one in before.attachments}
    documented = {one.id for one in then.add_ons}
    for one in app.attachments:
        was = known.get(one.name)
        to = names.get(one.add_on_id, "another add-on")
        if was is not None and was.add_on_id != one.add_on_id:
            yield Finding(
                state="blocks",
                what=f"{one.name} of {app.name} leads to {to} now",
                detail=f"the plan takes it for {names.get(was.add_on_id, 'another add-on')}",
                remedy=DECIDE,
            )
        elif was is not None and was.namespace != one.namespace:
            yield Finding(
                state="look",
                what=f"{one.name} of {app.name} uses another credential of {to}",
                detail=f"{_credential(one)} now, {_credential(was)} when it was documented",
                remedy=AGAIN,
            )
        elif was is None and one.add_on_id in documented:
            yield Finding(
                state="blocks",
                what=f"{to} is attached to {app.name} as {one.name}, too",
                detail="nobody has decided on that; the target would not get its config vars",
                remedy=DECIDE,
            )
    there, left = {one.name for one in app.attachments}, {one.id for one in now.add_ons}
    for one in before.attachments:
        if one.name not in there and one.add_on_id in left:
            yield Finding(
                state="look",
                what=f"{names[one.add_on_id]} is not attached to {app.name} as {one.name} any more",
                detail="the plan goes on as if it were",
                remedy=AGAIN,
            )


def _credential(attachment: Attachment) -> str:
    return (attachment.namespace or "default").removeprefix("credential:")


def _users(then: System, app: App, copied: set[str], now: System) -> Iterator[Finding]:
    """An app that stays, and uses now what moves."""
    before = next((one.attachments for one in then.apps if one.id == app.id), ())
    known = {one.add_on_id for one in before}
    names = {one.id: one.name for one in now.add_ons}
    for mark in sorted({one.add_on_id for one in app.attachments} & copied - known):
        yield Finding(
            state="blocks",
            what=f"{app.name} stays on Heroku and uses {names.get(mark, 'an add-on')} now",
            detail="that one moves: the app would go on writing to the old one",
            remedy=DECIDE,
        )
