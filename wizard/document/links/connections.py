"""What points at what: apps that hold each other's addresses, add-ons that several use, and what follows."""

from collections.abc import Iterable, Iterator

from wizard.document.config.references import AppPlace, Places, References
from wizard.document.links.circles import circles
from wizard.document.links.edges import (
    Circle,
    Edge,
    EdgeKind,
    Edges,
    Observation,
    Shared,
    named_by,
    reached_by,
)
from wizard.document.links.observations import observe
from wizard.model.noun import Noun
from wizard.model.system import AddOn, App, System


class Connections(Noun, frozen=True, kw_only=True):
    """All connections of a system. `outside` are ids of apps by the service elsewhere that they reach."""

    edges: tuple[Edge, ...]
    shared: tuple[Shared, ...]
    circles: tuple[Circle, ...]
    observations: tuple[Observation, ...]
    outside: dict[str, tuple[str, ...]]


def connections(system: System) -> Connections:
    """Find them. One pass over the config vars, each of which was looked up when it was read."""
    found = Edges(places_of(system))
    apps = {app.id: app for app in system.apps}
    for app in system.apps:
        _app_edges(app, found)
    for add_on in system.add_ons:
        if add_on.app_id in apps:
            found.add("attaches", f"app:{add_on.app_id}", f"add-on:{add_on.id}", *add_on.config_vars)
    _store_edges(system, found)
    for space in system.spaces:
        if space.drain:
            _feed(f"space:{space.id}", space.drain.address, space.drain.add_on_id, "log drain", found)
    # An inventory of before, or one that was read in part, may speak of what is not in it.
    known = {f"app:{app_id}" for app_id in apps} | {f"add-on:{add_on.id}" for add_on in system.add_ons}
    edges = tuple(
        edge for edge in found.all() if _is_here(edge.source, known) and _is_here(edge.target, known)
    )
    shared = _shared(system, edges)
    rounds = _circles(apps)
    outside: dict[str, dict[str, None]] = {}
    for app in system.apps:
        for var in app.config:
            for service in var.outside:
                outside.setdefault(service, {})[app.id] = None
    return Connections(
        edges=edges,
        shared=shared,
        circles=rounds,
        observations=tuple(observe(system, edges, shared, rounds)),
        outside={name: tuple(outside[name]) for name in sorted(outside)},
    )


def _is_here(key: str, known: set[str]) -> bool:
    return key in known or not key.startswith(("app:", "add-on:"))


def places_of(system: System) -> Places:
    """The addresses of all apps of a system, to find them in texts."""
    return Places(
        AppPlace(
            app_id=app.id,
            name=app.name,
            web_url=app.web_url,
            domains=tuple(one.hostname for one in app.domains if one.kind == "custom"),
            heroku_hosts=tuple(one.hostname for one in app.domains if one.kind != "custom"),
        )
        for app in system.apps
    )


def _app_edges(app: App, found: Edges) -> None:
    key = f"app:{app.id}"
    for var in app.config:
        for other in reached_by(var):
            found.add("allows" if var.origins else "calls", key, f"app:{other}", var.name)
        for other in named_by(app, var):
            found.add("names", key, f"app:{other}", var.name)
    for what, command in commands_of(app):
        points = found.places.look(command)
        for other in (*points.refers_to_apps, *points.domains_of):
            found.add("calls", key, f"app:{other}", what)
        for other in points.names_apps:
            found.add("names", key, f"app:{other}", what)
    for drain in app.drains:
        _feed(key, drain.address, drain.add_on_id, "log drain", found)
    for telemetry in app.telemetry:
        _feed(key, telemetry.address, None, "telemetry drain", found)
    for webhook in app.webhooks:
        _feed(key, webhook.address, None, "webhook", found)


def commands_of(app: App) -> Iterator[tuple[str, str]]:
    """What the app runs, with what each command is in words."""
    for process in app.processes:
        if process.command:
            yield f"command of {process.type}", process.command
    if app.release_command:
        yield "release phase", app.release_command
    for job in app.jobs or ():
        yield "scheduler job", job.command


def _feed(key: str, address: str, add_on_id: str | None, by: str, found: Edges) -> None:
    if add_on_id:
        found.add("feeds", key, f"add-on:{add_on_id}", by)
    points = found.places.look(address) if address else References()
    for other in (*points.refers_to_apps, *points.domains_of, *points.names_apps):
        found.add("feeds", key, f"app:{other}", by)


def _store_edges(system: System, found: Edges) -> None:
    """Attachments, the owner's and foreign ones, and credentials that were copied."""
    owners = {add_on.id: add_on.app_id for add_on in system.add_ons}
    for app in system.apps:
        key = f"app:{app.id}"
        for attachment in app.attachments:
            kind: EdgeKind = "attaches" if owners.get(attachment.add_on_id) == app.id else "shares"
            if attachment.add_on_id in owners:
                found.add(
                    kind,
                    key,
                    f"add-on:{attachment.add_on_id}",
                    *(attachment.config_vars or (attachment.name,)),
                )
        for var in app.config:
            # What has no attachment here is told by the config var alone.
            reached = var.origin.add_on_id or var.copied_from
            if reached in owners:
                kind = "attaches" if owners[reached] == app.id else "shares"
                found.add(kind, key, f"add-on:{reached}", var.name)


def _shared(system: System, edges: Iterable[Edge]) -> tuple[Shared, ...]:
    users: dict[str, dict[str, None]] = {}
    for edge in edges:
        if edge.kind in ("attaches", "shares"):
            users.setdefault(edge.target, {})[edge.source.removeprefix("app:")] = None
    return tuple(
        Shared(add_on_id=add_on.id, app_ids=_owner_first(add_on, tuple(found)))
        for add_on in system.add_ons
        if len(found := users.get(f"add-on:{add_on.id}", {})) > 1
    )


def _owner_first(add_on: AddOn, app_ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(app_ids, key=lambda app_id: app_id != add_on.app_id))


def _circles(apps: dict[str, App]) -> tuple[Circle, ...]:
    """Apps that reach each other, each with each, by Heroku's addresses in config vars. A custom domain stays
    what it is when its app moves, so it makes no circle."""
    reached = {
        app.id: [other for var in app.config for other in var.refers_to_apps if other != app.id]
        for app in apps.values()
    }
    found = []
    for members in circles(reached):
        inside = set(members)
        ordered = tuple(app_id for app_id in apps if app_id in inside)
        by = tuple(
            f"{apps[app_id].name} {var.name}"
            for app_id in ordered
            for var in apps[app_id].config
            if inside & set(var.refers_to_apps) - {app_id}
        )
        found.append(Circle(app_ids=ordered, by=by))
    return tuple(found)
