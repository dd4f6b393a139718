"""Which apps use which database: what stays behind with an app, and what an app that stays goes on doing."""

from collections.abc import Iterator

import msgspec

from wizard.document.summary import databases
from wizard.mapping.problem import Problem
from wizard.model.mapping import DatabaseChoice, Mapping
from wizard.model.system import AddOn, App, System


def users(system: System) -> dict[str, tuple[App, ...]]:
    """The apps that reach each database, by its id: attached to them, or named by a config var of theirs."""
    found: dict[str, dict[str, App]] = {add_on.id: {} for add_on in databases(system)}
    for app in system.apps:
        reached = {one.add_on_id for one in app.attachments}
        for var in app.config:
            reached |= {var.origin.add_on_id or "", var.copied_from}
        for add_on_id in reached & found.keys():
            found[add_on_id][app.id] = app
    return {add_on_id: tuple(apps.values()) for add_on_id, apps in found.items()}


def databases_follow(system: System, before: Mapping, after: Mapping) -> Mapping:
    """`after`, where a database whose last app was just left behind is left with it, and returns with it."""
    known = users(system)
    return msgspec.structs.replace(
        after,
        databases=tuple(
            _follows(known.get(choice.add_on_id, ()), before, after, choice) for choice in after.databases
        ),
    )


def _follows(
    apps: tuple[App, ...], before: Mapping, after: Mapping, choice: DatabaseChoice
) -> DatabaseChoice:
    used_before, used_now = ({app.id for app in apps} - _left(mapping) for mapping in (before, after))
    reason = f"only {', '.join(app.name for app in apps)} used it"
    if choice.action == "move" and used_before and not used_now:
        return msgspec.structs.replace(choice, action="leave", reason=reason)
    if choice.action == "leave" and choice.reason == reason and used_now and not used_before:
        return msgspec.structs.replace(choice, action="move", reason="an app that moves uses it")
    return choice


def user_problems(system: System, mapping: Mapping) -> Iterator[Problem]:
    """An app that stays and uses a database that moves; a database that moves without anybody who uses it."""
    stores = {add_on.id: add_on for add_on in databases(system)}
    left = _left(mapping)
    known = users(system)
    for choice in mapping.moved_databases():
        store = stores.get(choice.add_on_id)
        if store is None:
            continue
        yield from problems_of_users(store, known[store.id], left, mapping, what="database")


def problems_of_users(
    add_on: AddOn, apps: tuple[App, ...], left: set[str], mapping: Mapping, *, what: str
) -> Iterator[Problem]:
    """What is wrong with who uses data that moves. `apps`: its users; `left`: the apps that stay, by id;
    `what`: what it is ("store")."""
    for app in apps:
        chosen = mapping.app(app.id)
        if app.id in left and chosen is not None and not chosen.harmless.strip():
            yield Problem(
                code="stays-and-writes",
                component=app.name,
                text=f"stays on Heroku and uses {add_on.name}, which moves: it would write to the old one",
                remedy=f"Move it too, leave the {what}, or say why it does no harm.",
                blocks=True,
            )
    if not any(app.id not in left for app in apps):
        yield Problem(
            code="unused",
            component=add_on.name,
            text="moves, and no app that moves uses it",
            remedy="Leave it behind, unless its data is wanted there.",
        )


def _left(mapping: Mapping) -> set[str]:
    return {choice.app_id for choice in mapping.apps if choice.action == "leave"}
