"""What follows from the connections of a system, in words: mistakes to mend, traps of the move."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wizard.document.config.telling_names import words_of
from wizard.document.links.edges import Circle, Edge, Observation, Shared, named_by, reached_by
from wizard.model.noun import Noun
from wizard.model.system import AddOn, App, ConfigVar, System

_URL_WORDS: Final = frozenset({"URL", "URI", "ENDPOINT", "BASE", "ORIGIN", "CALLBACK", "REDIRECT", "WEBHOOK"})
_CALLBACK_WORDS: Final = frozenset({"CALLBACK", "REDIRECT", "RETURN"})
_DEFAULT_DOMAIN = re.compile(r"(?P<name>.+?)(?:-[0-9a-f]{12})?\.herokuapp\.com")
_STORES: Final = ("heroku-postgresql", "heroku-redis", "heroku-kafka")


_TITLES: Final = {
    "store-across-stages": "{} data stores are used by production and by another stage",
    "copied": "{} config vars hold credentials that a person copied",
    "callback": "{} config vars are addresses that somebody else calls back",
    "other-stage": "{} config vars point from production at another stage, or from another at production",
    "gone": "{} config vars name an address of Heroku that belongs to no app of this inventory",
    "all-of-heroku": "{} config vars are about any app under Heroku's domain",
    "missing-scheme": "{} config vars name an app without https://",
    "by-name": "{} config vars name an app as Heroku knows it",
    "unused-store": "{} data stores are used by nobody",
    "store-across-pipelines": "{} data stores are used by several pipelines",
    "circle": "{} times, apps hold each other's addresses in a circle",
    "shared-store": "{} data stores are used by several apps",
    "allowed-origins": "{} config vars let apps in by Heroku's address",
    "several": "{} config vars hold several addresses",
    "nothing-runs": "{} apps run nothing",
    "no-web": "{} apps have no web process running",
}
"""What many observations of a kind have in common, the gravest first."""


class Group(Noun, frozen=True, kw_only=True):
    """Observations of one kind, to be said once for all. Of a single one, `title` is its text; `remedy` is
    what is to be done about each of them, "" where that is not the same, or nothing."""

    title: str
    remedy: str
    look: bool
    members: tuple[Observation, ...]


def observe(
    system: System, edges: Sequence[Edge], shared: Sequence[Shared], circles: Sequence[Circle]
) -> Iterator[Observation]:
    """All observations, those to look at first, and the gravest of these first."""
    found = [
        *_of_circles(system, circles),
        *_of_config(system),
        *_of_shared(system, shared),
        *_of_unused(system, edges),
        *_of_apps(system),
    ]
    order = {kind: number for number, kind in enumerate(_TITLES)}
    yield from sorted(found, key=lambda one: (not one.look, order[one.kind]))


def in_groups(observations: Iterable[Observation]) -> tuple[Group, ...]:
    """The observations by kind, in their order: of hundreds of apps nobody reads them one by one."""
    by_kind: dict[str, list[Observation]] = {}
    for one in observations:
        by_kind.setdefault(one.kind, []).append(one)
    return tuple(_group(members) for members in by_kind.values())


def _group(members: Sequence[Observation]) -> Group:
    first = members[0]
    alike = len({one.remedy for one in members}) == 1
    return Group(
        title=first.text if len(members) == 1 else f"{_TITLES[first.kind].format(len(members))}.",
        remedy=first.remedy if alike else "",
        look=first.look,
        members=tuple(members),
    )


def _of_circles(system: System, circles: Iterable[Circle]) -> Iterator[Observation]:
    names = {app.id: app.name for app in system.apps}
    for circle in circles:
        who = _listed([names[app_id] for app_id in circle.app_ids])
        yield Observation(
            kind="circle",
            text=f"{who} hold each other's addresses: {_listed(circle.by)}.",
            remedy="None can be told the new addresses before all stand: deploy all, then set all.",
            components=tuple(f"app:{app_id}" for app_id in circle.app_ids),
        )


def _of_config(system: System) -> Iterator[Observation]:
    apps = {app.id: app for app in system.apps}
    by_name = {app.name: app for app in system.apps}
    for app in system.apps:
        for var in app.config:
            yield from _missing_scheme(app, var, apps)
            yield from _other_stage(app, var, apps)
            yield from _gone(app, var, by_name)
            yield from _to_set_elsewhere(app, var, apps)
            yield from _by_name(app, var, apps)


def _missing_scheme(app: App, var: ConfigVar, apps: dict[str, App]) -> Iterator[Observation]:
    if var.bare_hosts and not var.origins and _URL_WORDS & set(words_of(var.name)):
        yield Observation(
            kind="missing-scheme",
            text=f"{var.name} of {app.name} names {_names(var.bare_hosts, apps)} without https://.",
            remedy="Either the code puts it there, or the address does not work: look before it is replaced.",
            look=True,
            components=(_var(app, var),),
        )


def _other_stage(app: App, var: ConfigVar, apps: dict[str, App]) -> Iterator[Observation]:
    for other_id in reached_by(var):
        other = apps.get(other_id)
        if other is None or not _across(app, other):
            continue
        yield Observation(
            kind="other-stage",
            text=f"{var.name} of {_with_stage(app)} {'lets in' if var.origins else 'points at'} "
            f"{_with_stage(other)}.",
            remedy="A copy of the settings of another stage? Moved as it is, one stage works on the other.",
            look=True,
            components=(_var(app, var), f"app:{other.id}"),
        )


def _across(one: App, other: App) -> bool:
    """Whether one of two apps is production and the other is not."""
    stages = {one.pipeline_stage, other.pipeline_stage}
    return None not in stages and "production" in stages and len(stages) == 2


def _gone(app: App, var: ConfigVar, by_name: dict[str, App]) -> Iterator[Observation]:
    for host in var.gone_hosts:
        if host.startswith("*."):
            yield Observation(
                kind="all-of-heroku",
                text=f"{var.name} of {app.name} is about any app under {host[2:]}.",
                remedy="After the move, your apps are not under it any more: put their new addresses in it.",
                look=True,
                components=(_var(app, var),),
            )
            continue
        match = _DEFAULT_DOMAIN.fullmatch(host)
        meant = by_name.get(match["name"]) if match else None
        yield Observation(
            kind="gone",
            text=f"{var.name} of {app.name} names {host}, which belongs to no app of this inventory.",
            remedy=f"Perhaps {meant.name} is meant, whose address is another one."
            if meant
            else "The app is deleted, renamed, or somebody else's: ask who answers there.",
            look=True,
            components=(_var(app, var),),
        )


def _to_set_elsewhere(app: App, var: ConfigVar, apps: dict[str, App]) -> Iterator[Observation]:
    if var.refers_to_apps and _CALLBACK_WORDS & set(words_of(var.name)):
        yield Observation(
            kind="callback",
            text=f"{var.name} of {app.name} is an address that somebody else calls back.",
            remedy="Register the new address there too (the sign-in provider, the payment service), or "
            "sign-in and payments break at the switch.",
            look=True,
            components=(_var(app, var),),
        )
    if var.origins and var.refers_to_apps:
        yield Observation(
            kind="allowed-origins",
            text=f"{var.name} of {app.name} lets {_names(var.refers_to_apps, apps)} in by Heroku's address.",
            remedy="Put the new addresses beside the old ones before the switch.",
            components=(_var(app, var),),
        )
    elif len(var.refers_to_apps) > 1:
        yield Observation(
            kind="several",
            text=f"{var.name} of {app.name} names {_names(var.refers_to_apps, apps)}.",
            remedy="It holds several addresses, each of which becomes another one.",
            components=(_var(app, var),),
        )


def _by_name(app: App, var: ConfigVar, apps: dict[str, App]) -> Iterator[Observation]:
    named = named_by(app, var)
    if named and var.origin.kind != "platform":
        yield Observation(
            kind="by-name",
            text=f"{var.name} of {app.name} names {_names(named, apps)} as Heroku knows it.",
            remedy="Code that asks Heroku's API about an app, or reaches it inside a Private Space, must "
            "change.",
            look=True,
            components=(_var(app, var),),
        )


def _of_shared(system: System, shared: Iterable[Shared]) -> Iterator[Observation]:
    apps = {app.id: app for app in system.apps}
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    for one in shared:
        add_on = add_ons[one.add_on_id]
        if add_on.service not in _STORES:
            continue
        users = [apps[app_id] for app_id in one.app_ids if app_id in apps]
        components = (f"add-on:{add_on.id}", *(f"app:{app.id}" for app in users))
        stages = {app.pipeline_stage for app in users if app.pipeline_stage}
        pipelines = sorted({app.pipeline for app in users if app.pipeline})
        who = _listed([_with_stage(app) for app in users])
        if "production" in stages and len(stages) > 1:
            yield Observation(
                kind="store-across-stages",
                text=f"{add_on.name} is used by {who}: production and another stage work on the same data.",
                remedy="If that is not meant, give the other stage a database of its own before the move.",
                look=True,
                components=components,
            )
        elif len(pipelines) > 1:
            yield Observation(
                kind="store-across-pipelines",
                text=f"{add_on.name} is used by {who}, of the pipelines {_listed(pipelines)}.",
                remedy="They have to move together, or the one that stays has to reach the new place.",
                look=True,
                components=components,
            )
        else:
            yield Observation(
                kind="shared-store",
                text=f"{add_on.name} is used by {who}.",
                remedy="They have to switch at the same moment, or they write to two places.",
                components=components,
            )
    yield from _copied(system, add_ons)


def _with_stage(app: App) -> str:
    return f"{app.name} ({app.pipeline_stage})" if app.pipeline_stage else app.name


def _copied(system: System, add_ons: dict[str, AddOn]) -> Iterator[Observation]:
    for app in system.apps:
        for var in app.config:
            add_on = add_ons.get(var.copied_from)
            if add_on is not None:
                yield Observation(
                    kind="copied",
                    text=f"{var.name} of {app.name} holds credentials of {add_on.name}, copied by a person.",
                    remedy="Heroku does not renew a copy when it renews the credentials; attach the add-on "
                    "instead.",
                    look=True,
                    components=(_var(app, var), f"add-on:{add_on.id}"),
                )


def _of_unused(system: System, edges: Iterable[Edge]) -> Iterator[Observation]:
    apps = {app.id: app for app in system.apps}
    used = {edge.target for edge in edges if edge.by and edge.kind in ("attaches", "shares", "feeds")}
    for add_on in system.add_ons:
        owner = apps.get(add_on.app_id)
        if owner is None or owner.unread or add_on.service not in _STORES or f"add-on:{add_on.id}" in used:
            continue
        yield Observation(
            kind="unused-store",
            text=f"{add_on.name} of {owner.name} is attached to no app: nobody uses it.",
            remedy="Look whether its data is still needed before it is moved, or left behind.",
            look=True,
            components=(f"add-on:{add_on.id}",),
        )


def _of_apps(system: System) -> Iterator[Observation]:
    for app in system.apps:
        running = [process for process in app.processes if process.quantity and process.type != "release"]
        if app.processes and not running and not app.jobs and "process types" not in app.unread:
            yield Observation(
                kind="nothing-runs",
                text=f"{app.name} runs nothing: all its process types are scaled to zero.",
                components=(f"app:{app.id}",),
            )
        elif running and all(process.type != "web" for process in running):
            yield Observation(
                kind="no-web",
                text=f"{app.name} has no web process running: it needs no address and no health check.",
                components=(f"app:{app.id}",),
            )


def _var(app: App, var: ConfigVar) -> str:
    return f"config-var:{app.id}:{var.name}"


def _names(app_ids: Iterable[str], apps: dict[str, App]) -> str:
    return _listed([apps[app_id].name for app_id in app_ids if app_id in apps] or ["an app"])


def _listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    shown = list(words) if len(words) <= 6 else [*words[:5], f"{len(words) - 5} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
