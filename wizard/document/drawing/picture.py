"""A system drawn in lines of text: apps, what each reaches, what hangs on it, and who shares that."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from wizard.document.costs import Cost, monthly_cost
from wizard.document.drawing.cells import cells
from wizard.document.drawing.rails import Box, Item, drawn
from wizard.document.links.connections import Connections, connections
from wizard.document.summary import ORDER, dollars, is_postgres, size_text, tree
from wizard.model.system import AddOn, App, System

MOST_APPS: Final = 24
"""Apps up to which each has a box of its own; of more, each pipeline has one."""

NO_PIPELINE: Final = "no pipeline"


def draw(system: System, width: int, only: str = "", found: Connections | None = None) -> tuple[str, ...]:
    """Draw the system in plain lines of at most `width` columns; below 40 they are cut.

    Args:
        only: id or name of a pipeline, or id of an app: what is to be drawn, with what it is connected to.
            "no pipeline" are the apps that are in none. Without it a large system is drawn by pipelines.
        found: the connections of the system, where they are known already.
    """
    found = found or connections(system)
    if only:
        apps = chosen_apps(system, only)
        if not apps:
            return (f"Nothing here is called {only}.",)
        boxes = _app_boxes(system, found, apps, around=True, width=width)
    elif len(system.apps) <= MOST_APPS:
        boxes = _app_boxes(system, found, system.apps, around=False, width=width)
    else:
        boxes = _pipeline_boxes(system, found, monthly_cost(system))
    if not boxes:
        return ("No app is here.",)
    return (*drawn(boxes, width), "", *_legend(boxes, system, found, width))


def chosen_apps(system: System, only: str) -> tuple[App, ...]:
    """The apps of a pipeline by its id or name, one app by its id, or those of no pipeline."""
    only = only.removeprefix("pipeline:").removeprefix("app:")
    names = {only, *(one.name for one in system.pipelines if one.id == only)}
    if only == NO_PIPELINE:
        return tuple(app for app in system.apps if not app.pipeline)
    return tuple(app for app in system.apps if app.pipeline in names or app.id == only)


def parts(system: System) -> tuple[tuple[str, str], ...]:
    """What of a system too large for a box for each app can be drawn by itself, as `only` of `draw`, with its
    name; nothing where all apps are in the one picture."""
    if len(system.apps) <= MOST_APPS:
        return ()
    return tuple(
        (f"pipeline:{branch.id}" if branch.in_pipeline else NO_PIPELINE, branch.title)
        for branch in tree(system)
        if any(stage.app_ids for stage in branch.stages)
    )


def _app_boxes(
    system: System, found: Connections, chosen: Sequence[App], *, around: bool, width: int
) -> list[Box]:
    """A box for each chosen app, by pipeline and stage; with `around`, a small one for each neighbour too."""
    inside = {app.id for app in chosen}
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    apps = {app.id: app for app in system.apps}
    reaches: dict[str, list[str]] = {}
    uses: dict[str, list[str]] = {}
    near: dict[str, None] = {}
    for edge in found.edges:
        source, target = edge.source.removeprefix("app:"), edge.target.removeprefix("app:")
        if edge.kind == "attaches" or source not in apps:
            continue
        if edge.target.startswith("app:"):
            if source in inside or target in inside:
                reaches.setdefault(source, []).append(target)
                near.update(dict.fromkeys((source, target)))
        elif edge.kind == "shares":
            owner = add_ons[edge.target.removeprefix("add-on:")].app_id
            if source in inside or owner in inside:
                uses.setdefault(source, []).append(edge.target)
                near.update(dict.fromkeys((source, owner)))
    owned: dict[str, list[AddOn]] = {}
    for add_on in system.add_ons:
        owned.setdefault(add_on.app_id, []).append(add_on)
    boxes = []
    for heading, app in _in_order(system, inside):
        boxes.append(
            Box(
                key=app.id,
                title=app.name,
                texts=tuple(_wrapped(process_words(app).split(" · "), width * 3 // 8)),
                heading=heading,
                items=tuple(_item(add_on) for add_on in owned.get(app.id, ())),
                reaches=_once(reaches.get(app.id, ())),
                uses=_once(uses.get(app.id, ())),
            )
        )
    neighbours = [app_id for app_id in near if app_id not in inside] if around else []
    shared = {key for keys in uses.values() for key in keys}
    for app_id in (*neighbours, *_strangers(shared, add_ons, apps)):
        boxes.append(
            _neighbour(app_id, apps.get(app_id), owned=owned, reaches=reaches, uses=uses, shared=shared)
        )
    return boxes


def _in_order(system: System, inside: set[str]) -> Iterable[tuple[str, App]]:
    apps = {app.id: app for app in system.apps}
    for branch in tree(system):
        for stage in branch.stages:
            heading = f"{branch.title} · {stage.title}" if stage.title else branch.title
            for app_id in stage.app_ids:
                if app_id in inside:
                    yield heading, apps[app_id]


def _strangers(shared: set[str], add_ons: Mapping[str, AddOn], apps: Mapping[str, App]) -> list[str]:
    """Owners of shared add-ons that are no app of the inventory."""
    owners = (add_ons[key.removeprefix("add-on:")].app_id for key in sorted(shared))
    return list(dict.fromkeys(owner for owner in owners if owner not in apps))


def _neighbour(
    app_id: str,
    app: App | None,
    *,
    owned: Mapping[str, list[AddOn]],
    reaches: Mapping[str, list[str]],
    uses: Mapping[str, list[str]],
    shared: set[str],
) -> Box:
    stores = [add_on for add_on in owned.get(app_id, ()) if f"add-on:{add_on.id}" in shared]
    if app is None:
        name = next((add_on.app_name for add_on in stores if add_on.app_name), "an app of somebody else")
        return Box(
            key=app_id,
            title=name,
            texts=("not in this inventory",),
            heading="outside",
            items=tuple(_item(add_on) for add_on in stores),
        )
    where = f"{app.pipeline} · {app.pipeline_stage}" if app.pipeline else NO_PIPELINE
    return Box(
        key=app_id,
        title=app.name,
        texts=(where,),
        heading="connected",
        items=tuple(_item(add_on) for add_on in stores),
        reaches=_once(reaches.get(app_id, ())),
        uses=_once(uses.get(app_id, ())),
    )


def _pipeline_boxes(system: System, found: Connections, cost: Cost) -> list[Box]:
    """A box for each pipeline, with what it holds, and one for the apps that are in none."""
    group = {app.id: app.pipeline or NO_PIPELINE for app in system.apps}
    members: dict[str, list[App]] = {}
    for app in system.apps:
        members.setdefault(group[app.id], []).append(app)
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    reaches: dict[str, list[str]] = {}
    for edge in found.edges:
        source = group.get(edge.source.removeprefix("app:"))
        target = edge.target.removeprefix("app:")
        if edge.kind == "shares":
            target = add_ons[edge.target.removeprefix("add-on:")].app_id
        if source and target in group and edge.kind != "attaches" and group[target] != source:
            reaches.setdefault(source, []).append(group[target])
    boxes = []
    for name in sorted(members, key=lambda name: (name == NO_PIPELINE, name)):
        apps = members[name]
        sum_of = cost.by_pipeline["" if name == NO_PIPELINE else name]
        dynos = sum(
            process.quantity for app in apps for process in app.processes if process.type != "release"
        )
        boxes.append(
            Box(
                key=name,
                title=name,
                texts=(
                    f"{count_words(len(apps), 'app')} · {count_words(dynos, 'dyno')}",
                    f"{dollars(sum_of.cents)} a month{' and more' if sum_of.unknown else ''}",
                ),
                items=tuple(_stock(name, apps, system)),
                reaches=_once(reaches.get(name, ())),
            )
        )
    return boxes


def _stock(name: str, apps: Sequence[App], system: System) -> Iterable[Item]:
    ids = {app.id for app in apps}
    mine = [add_on for add_on in system.add_ons if add_on.app_id in ids]
    stages = Counter(app.pipeline_stage for app in apps if app.pipeline_stage)
    counted = [f"{stages[stage]} {stage}" for stage in sorted(stages, key=lambda stage: ORDER.get(stage, 9))]
    stores = [add_on for add_on in mine if is_postgres(add_on)]
    words = [count_words(len(stores), "Postgres", "Postgres")] if stores else []
    rest = len(mine) - len(stores)
    if rest:
        words.append(count_words(rest, "other add-on") if stores else count_words(rest, "add-on"))
    if words:
        yield Item(f"{name}/add-ons", ", ".join(words))
    for first in range(0, len(counted), 2):
        yield Item(f"{name}/stages {first}", ", ".join(counted[first : first + 2]))


def process_words(app: App) -> str:
    """What an app runs: "web 2 · worker 0 · release"."""
    parts = [
        process.type if process.type == "release" else f"{process.type} {process.quantity}"
        for process in app.processes
    ]
    if app.jobs:
        parts.append(count_words(len(app.jobs), "scheduler job"))
    if not parts and "process types" in app.unread:
        return "not read what runs"
    return " · ".join(parts) or "nothing runs"


def _item(add_on: AddOn) -> Item:
    plan = add_on.plan.rpartition(":")[2]
    parts = [plan] if plan else []
    if add_on.postgres:
        parts = [f"Postgres {add_on.postgres.version}".strip(), *parts]
        if add_on.postgres.bytes is not None:
            parts.append(size_text(add_on.postgres.bytes))
    elif add_on.key_value and add_on.key_value.version:
        parts = [f"Key-Value {add_on.key_value.version}", *parts]
    return Item(f"add-on:{add_on.id}", add_on.name, ", ".join(parts))


def _legend(boxes: Sequence[Box], system: System, found: Connections, width: int) -> list[str]:
    words = []
    if any(box.reaches for box in boxes):
        words.append("→ points at, by address, name or log drain")
        words.append("┼ lines cross")
    if any(box.uses for box in boxes):
        words.append("uses: an add-on that another app owns")
    if found.outside:
        words.append("outside: " + ", ".join(f"{name} ({len(ids)})" for name, ids in found.outside.items()))
    words += [
        f"{count_words(len(one.app_ids), 'app')} in a circle" for one in found.circles if len(one.app_ids) > 2
    ]
    if not system.apps:
        return []
    return _wrapped(words, width)


def _wrapped(words: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and cells(lines[-1]) + 3 + cells(word) <= width:
            lines[-1] += f" · {word}"
        else:
            lines += textwrap.wrap(word, width)
    return lines


def _once(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


def count_words(count: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 app", "2 apps"."""
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"
