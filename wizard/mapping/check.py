"""What keeps a mapping from going on, and what a person should look at before it does."""

from collections import Counter
from collections.abc import Iterable, Iterator

from wizard.document.summary import is_postgres
from wizard.mapping.check_capsules import capsule_problems
from wizard.mapping.check_data import config_problems, database_problems
from wizard.mapping.check_services import service_problems
from wizard.mapping.check_spaces import space_problems
from wizard.mapping.check_stacks import stack_problems
from wizard.mapping.check_stores import store_problems
from wizard.mapping.check_ways import way_problems
from wizard.mapping.database_users import user_problems
from wizard.mapping.domains import domain_problems
from wizard.mapping.drains import drain_name, drain_problems, space_drains
from wizard.mapping.names import is_handle
from wizard.mapping.problem import Problem
from wizard.mapping.storages import storage_name
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping
from wizard.model.secret import DOTS
from wizard.model.system import System
from wizard.ports import Profile

__all__ = [
    "Component",
    "Problem",
    "blocking",
    "choices",
    "components",
    "decided",
    "problems",
    "undecided",
]

NEEDED = ("process types", "add-ons", "attachments", "config vars")
"""Parts of an app (`App.unread`) without which nobody knows what it needs."""

Component = tuple[str, ...]
"""A component by kind and ids: ("process", app id, type)."""


def components(system: System) -> dict[Component, str]:
    """Every component of the system that needs a choice, with the name that a person knows it by."""
    names: dict[Component, str] = {}
    for app in system.apps:
        names["app", app.id] = app.name
        for process in app.processes:
            names["process", app.id, process.type] = f"{app.name} {process.type}"
        for job in app.jobs or ():
            names["job", app.id, job.id] = f"{app.name} job {job.command}"
        for var in app.config:
            names["config", app.id, var.name] = f"{app.name} {var.name}"
        for domain in app.domains:
            if domain.kind == "custom":
                names["domain", app.id, domain.hostname] = domain.hostname
        for drain in app.drains:
            names["drain", app.id, drain.id] = drain_name(app, drain)
    for space, drain in space_drains(system):
        names["drain", "", drain.id] = drain_name(space, drain)
    for add_on in system.add_ons:
        names["database" if is_postgres(add_on) else "add-on", add_on.id] = add_on.name
    return names


def choices(mapping: Mapping) -> Iterator[tuple[Component, str, str]]:
    """Every choice as (component, action, reason)."""
    for app in mapping.apps:
        yield ("app", app.app_id), app.action, app.reason
    for process in mapping.processes:
        yield ("process", process.app_id, process.type), process.action, process.reason
    for job in mapping.jobs:
        yield ("job", job.app_id, job.job_id), job.action, job.reason
    for store in mapping.databases:
        yield ("database", store.add_on_id), store.action, store.reason
    for other in mapping.stores:
        yield ("add-on", other.add_on_id), other.action, other.reason
    for add_on in mapping.add_ons:
        yield ("add-on", add_on.add_on_id), add_on.action, add_on.reason
    for var in mapping.config:
        yield ("config", var.app_id, var.name), var.action, var.reason
    for domain in mapping.domains:
        yield ("domain", domain.app_id, domain.hostname), domain.action, domain.reason
    for drain in mapping.drains:
        yield ("drain", drain.app_id, drain.drain_id), drain.action, drain.reason


def problems(system: System, mapping: Mapping, profile: Profile) -> tuple[Problem, ...]:
    """All problems, those that block first. An empty result, or one without a blocking problem, may go on.

    Args:
        system: with the person's answers in it.
    """
    found = [
        *_coverage_problems(system, mapping),
        *_unread_apps(system, mapping),
        *_unknown_jobs(system, mapping),
        *_secret_jobs(system, mapping),
        *_name_problems(system, mapping, profile),
        *way_problems(system, mapping, profile),
        *service_problems(system, mapping, profile),
        *database_problems(system, mapping, profile),
        *store_problems(system, mapping, profile),
        *stack_problems(system, mapping, profile),
        *user_problems(system, mapping),
        *config_problems(system, mapping, profile),
        *domain_problems(system, mapping, profile),
        *drain_problems(system, mapping, profile),
        *capsule_problems(system, mapping, profile),
        *space_problems(system, mapping, profile),
    ]
    return tuple(sorted(found, key=lambda problem: not problem.blocks))


def blocking(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those problems that may not go on."""
    return tuple(problem for problem in found if problem.blocks)


def decided(system: System, mapping: Mapping) -> tuple[int, int]:
    """How many components are decided, of how many: what hangs on a left app counts as decided."""
    known = {**components(system), **_files(system, mapping)}
    left = _left_apps(mapping)
    done = {
        component
        for component, action, _ in (*choices(mapping), *_of_files(mapping))
        if component in known and (action != "undecided" or _hangs_on(component, left))
    }
    return len(done), len(known)


def undecided(system: System, mapping: Mapping) -> tuple[Component, ...]:
    """The components that wait for a decision; what hangs on a left app does not."""
    known = {**components(system), **_files(system, mapping)}
    left = _left_apps(mapping)
    return tuple(
        component
        for component, action, _ in (*choices(mapping), *_of_files(mapping))
        if action == "undecided" and component in known and not _hangs_on(component, left)
    )


def _coverage_problems(system: System, mapping: Mapping) -> Iterator[Problem]:
    known = components(system)
    left = _left_apps(mapping)
    seen: Counter[Component] = Counter()
    for component, action, reason in choices(mapping):
        seen[component] += 1
        # PORT is no config var of Heroku's: the proposal adds it.
        if component not in known and component[::2] != ("config", "PORT"):
            yield Problem(
                code="gone",
                component=_former_name(mapping, component),
                text="stood on Heroku when it was mapped and does no longer",
                remedy="Open the map: its choice is dropped there.",
                blocks=True,
            )
            continue
        name = known.get(component, component[-1])
        if _hangs_on(component, left):
            continue
        if action == "undecided":
            yield Problem(
                code="undecided",
                component=name,
                text=reason or "is not decided",
                remedy="Decide what becomes of it.",
                blocks=True,
            )
        elif action in ("leave", "drop", "by-hand") and not reason.strip():
            yield Problem(
                code="no-reason",
                component=name,
                text="is left behind without a reason",
                remedy="Say why: the report repeats it.",
                blocks=True,
            )
    for component, name in known.items():
        if not seen[component]:
            yield Problem(
                code="unmapped",
                component=name,
                text="has no choice yet",
                remedy="Decide what becomes of it.",
                blocks=True,
            )
    for component, count in seen.items():
        if count > 1:
            yield Problem(
                code="twice",
                component=known.get(component, component[-1]),
                text=f"is mapped {count} times",
                remedy="Make the mapping anew.",
                blocks=True,
            )


def _files(system: System, mapping: Mapping) -> dict[Component, str]:
    """What apps write to their disk, where that is known: the code tells it, no inventory does."""
    names = {app.id: app.name for app in system.apps}
    return {
        ("files", one.app_id): storage_name(names[one.app_id])
        for one in mapping.storages
        if one.app_id in names
    }


def _of_files(mapping: Mapping) -> Iterator[tuple[Component, str, str]]:
    for one in mapping.storages:
        yield ("files", one.app_id), one.action, one.reason


def _former_name(mapping: Mapping, component: Component) -> str:
    """What a component is called that the system no longer has."""
    app = mapping.app(component[1])
    handles = {one.add_on_id: one.handle for one in mapping.stores}
    handles |= {one.add_on_id: one.handle for one in mapping.databases}
    name = (app.handle if app else "") or handles.get(component[1]) or component[1]
    return " ".join((name, *component[2:]))


def _left_apps(mapping: Mapping) -> frozenset[str]:
    return frozenset(choice.app_id for choice in mapping.apps if choice.action == "leave")


def _hangs_on(component: Component, left: frozenset[str]) -> bool:
    hanging = ("process", "job", "config", "domain", "drain", "files")
    return component[0] in hanging and component[1] in left


def _unread_apps(system: System, mapping: Mapping) -> Iterator[Problem]:
    """An app that moves although Heroku did not tell what it needs: it would come up without it, silently."""
    for choice in mapping.moved_apps():
        app = next((one for one in system.apps if one.id == choice.app_id), None)
        unread = [part for part in NEEDED if app and part in app.unread]
        if app and unread:
            yield Problem(
                code="unread",
                component=app.name,
                text=f"cannot be moved: its {' and '.join(unread)} could not be read on Heroku",
                remedy="Read the system again with a token that may read them, or leave the app behind.",
                blocks=True,
            )


def _secret_jobs(system: System, mapping: Mapping) -> Iterator[Problem]:
    """A job with a secret in its command: neither could a crontab hold it, nor could it be put back."""
    for choice in mapping.moved_apps():
        app = next((one for one in system.apps if one.id == choice.app_id), None)
        for job in (app.jobs if app else None) or ():
            if app and DOTS in job.command:
                yield Problem(
                    code="secret-in-job",
                    component=f"{app.name} job {job.command}",
                    text="holds the value of a config var in its command, and Offramp writes no secret down",
                    remedy="Name the config var there on Heroku ($NAME), then read the system again.",
                    blocks=True,
                )


def _unknown_jobs(system: System, mapping: Mapping) -> Iterator[Problem]:
    left = _left_apps(mapping)
    for app in system.apps:
        if app.jobs is None and app.id not in left:
            yield Problem(
                code="unknown-jobs",
                component=app.name,
                text="has Heroku Scheduler, and no API tells its jobs",
                remedy="Type them in on the document screen, or say there that it has none.",
                blocks=True,
            )


def _name_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    word = profile.words.get("environment", "environment")
    if not is_handle(profile, mapping.environment):
        yield Problem(
            code="environment",
            component=word,
            text=f"`{mapping.environment}` is no name that {profile.title} takes"
            if mapping.environment
            else f"the {word} to move into has no name",
            remedy="Choose another name.",
            blocks=True,
        )
    if mapping.create_environment and profile.capabilities.regions and not mapping.region:
        yield Problem(
            code="region",
            component="region",
            text=f"where the new {word} is to be is not chosen",
            remedy="Choose a region: the data moves there.",
            blocks=True,
        )
    if not 1024 <= mapping.port <= 65535:
        yield Problem(
            code="port",
            component="port",
            text=f"{mapping.port} cannot be listened on without being root",
            remedy="Choose a port between 1024 and 65535.",
            blocks=True,
        )
    names = components(system)
    apps = [(names.get(("app", one.app_id), one.app_id), one.handle) for one in mapping.moved_apps()]
    stores = [
        (names.get(("database", o.add_on_id), o.add_on_id), o.handle) for o in mapping.moved_databases()
    ]
    stores += [(names.get(("add-on", o.add_on_id), o.add_on_id), o.handle) for o in moved_stores(mapping)]
    for group in (apps, stores):
        for name, handle in group:
            if not is_handle(profile, handle):
                yield Problem(
                    code="handle",
                    component=name,
                    text=f"`{handle}` is no name that {profile.title} takes",
                    remedy="Choose another name.",
                    blocks=True,
                )
        for handle, sharing in _shared(group):
            yield Problem(
                code="handle-twice",
                component=", ".join(sharing),
                text=f"have the same name `{handle}` there",
                remedy="Give each a name of its own.",
                blocks=True,
            )
    yield from _checkout_problems(mapping, names)


def _checkout_problems(mapping: Mapping, names: dict[Component, str]) -> Iterator[Problem]:
    for app in mapping.moved_apps():
        # An image is built elsewhere; its code need not be on this machine.
        if app.checkout or app.way == "image":
            continue
        yield Problem(
            code="no-checkout",
            component=names.get(("app", app.app_id), app.app_id),
            text="has no folder with its code; it is deployed from there",
            remedy="Name the clone that you push to Heroku from.",
            blocks=True,
        )


def _shared(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        groups.setdefault(value, []).append(name)
    return [(value, names) for value, names in groups.items() if len(names) > 1]
