"""What Terraform is to make at the target, from the system and the choices: plain nouns, no text of a file.

No value of a config var is in here: each is a variable of Terraform by its name.
"""

from collections.abc import Collection
from collections.abc import Mapping as Known
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from wizard.mapping.names import cron_service
from wizard.mapping.store_config import part_of, wants_tls
from wizard.model.mapping import AppChoice, ConfigChoice, DatabaseChoice, DrainChoice, Mapping, StoreChoice
from wizard.model.system import App, System
from wizard.prepare.same_code import moved_together
from wizard.prepare.terraform.hcl import identifier
from wizard.prepare.terraform.heroku_config import HerokuConfig, heroku_config
from wizard.prepare.terraform.provider import Provider
from wizard.prepare.terraform.written import Labels, written_labels


class Database(NamedTuple):
    """A database. `type` is the provider's word for its kind; sizes in MB and GB."""

    label: str
    add_on_id: str
    handle: str
    type: str
    version: str
    memory_mb: int
    disk_gb: int
    profile: str


class Config(NamedTuple):
    """A config var. `value` comes from `variable`; `address` too, with Heroku's host `host` in it replaced by
    that of the app `ref`; `database` is the URL of the database `ref`, the one with TLS where `tls`; `port`
    the port."""

    name: str
    kind: Literal["value", "address", "database", "port"]
    variable: str = ""
    ref: str = ""
    host: str = ""
    tls: bool = False


class Service(NamedTuple):
    type: str
    containers: int
    memory_mb: int
    profile: str


class Drain(NamedTuple):
    """A log drain; `scheme`, `host` and `port` of its address, whose token comes from `variable`.
    `databases` says that their logs go along."""

    label: str
    handle: str
    scheme: str
    host: str
    port: int | None
    variable: str
    databases: bool


class Program(NamedTuple):
    """An app. `web` is the service that its web address leads to, "" when it has none; `domains` custom host
    names by label."""

    label: str
    app: App
    handle: str
    image: str
    image_variable: str
    services: tuple[Service, ...]
    config: tuple[Config, ...]
    web: str
    domains: tuple[tuple[str, str], ...]


class Stack(NamedTuple):
    environment: str
    port: int
    programs: tuple[Program, ...]
    databases: tuple[Database, ...]
    drains: tuple[Drain, ...]

    def database(self, add_on_id: str) -> Database | None:
        return next((one for one in self.databases if one.add_on_id == add_on_id), None)


def together(app: App, system: System | None, mapping: Mapping) -> list[tuple[App, AppChoice]]:
    """The apps that Terraform deploys from the same folder of code, this one among them."""
    return [one for one in moved_together(app, system, mapping) if one[1].way == "terraform"]


class Names:
    """Names that are given once each."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def give(self, wish: str) -> str:
        name, number = wish, 2
        # Variables of the environment are the same in capitals on some systems.
        while name.lower() in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name.lower())
        return name


class _World(NamedTuple):
    """What all parts of a stack are made from. `labels` are by app id."""

    system: System | None
    mapping: Mapping
    heroku: HerokuConfig
    written: Labels
    chosen: list[tuple[App, AppChoice]]
    labels: dict[str, str]
    variables: Names
    endpoints: Names


def stack_of(
    app: App, system: System | None, mapping: Mapping, files: Known[str, str], provider: Provider
) -> Stack:
    """The stack of an app that Terraform deploys, from what its code has. The same arguments give the same,
    and the files that were written from a stack lead to its names again: under another name Terraform would
    destroy what it made, and make it anew."""
    heroku = heroku_config(files, but=provider.folder)
    return make_stack(app, system, mapping, heroku, written_labels(files, provider))


def make_stack(
    app: App, system: System | None, mapping: Mapping, heroku: HerokuConfig, written: Labels
) -> Stack:
    """As `stack_of`, from what was read in the code."""
    chosen = together(app, system, mapping)
    variables = Names()
    for name in ("environment", "registry_username", "registry_password"):
        variables.give(name)
    apps = Names()
    labels = {one.id: apps.give(_label(one, choice, heroku, written)) for one, choice in chosen}
    endpoints = Names()
    for label in labels.values():
        endpoints.give(label)
    world = _World(system, mapping, heroku, written, chosen, labels, variables, endpoints)
    databases = _databases(world)
    reached = _Reached(world)
    programs = [_program(world, one, choice, databases, reached) for one, choice in chosen]
    drains = _drains(world)
    return Stack(mapping.environment, mapping.port, tuple(programs), tuple(databases), tuple(drains))


def _label(app: App, choice: AppChoice, heroku: HerokuConfig, written: Labels) -> str:
    if there := written.get(("app", choice.handle)):
        return there
    found = next((one.label for one in heroku.apps if one.name == app.name), choice.handle or app.name)
    return identifier(found, start="app")


def _web(app: App, mapping: Mapping) -> str:
    return next(
        (
            one.service or one.type
            for one in mapping.processes
            if one.app_id == app.id and one.type == "web" and one.action == "service"
        ),
        "",
    )


class _Reached:
    """Which app's config names which app's web address: a circle of them would be one of resources, too."""

    def __init__(self, world: _World) -> None:
        self._labels, self._mapping = world.labels, world.mapping
        self._apps = {one.id: one for one, _ in world.chosen}
        self._edges: dict[str, set[str]] = {}

    def address(self, app_id: str, choice: ConfigChoice) -> tuple[str, str] | None:
        """The label of the app that a config var names and its host on Heroku, where it can be named."""
        to = choice.refers_to
        if to not in self._labels or not _web(self._apps[to], self._mapping) or self._leads(to, app_id):
            return None
        host = urlsplit(self._apps[to].web_url).hostname
        if not host:
            return None
        self._edges.setdefault(app_id, set()).add(to)
        return self._labels[to], host

    def _leads(self, start: str, end: str) -> bool:
        seen, todo = set(), [start]
        while todo:
            here = todo.pop()
            if here == end:
                return True
            if here not in seen:
                seen.add(here)
                todo += self._edges.get(here, ())
        return False


def _program(
    world: _World, app: App, choice: AppChoice, databases: Collection[Database], reached: _Reached
) -> Program:
    mapping, label, variables = world.mapping, world.labels[app.id], world.variables
    services = [
        Service(one.service or one.type, one.count, one.memory_mb, one.profile)
        for one in mapping.processes
        if one.app_id == app.id and one.action == "service"
    ]
    if cron := cron_service(mapping, app.id):
        services.append(Service(cron, 1, 512, ""))
    image_variable = variables.give(f"{label}_image")
    config = []
    empty = {var.name for var in app.config if var.empty}
    for one in mapping.config:
        if (
            one.app_id != app.id
            or one.action not in ("copy", "replace")
            or (one.action == "copy" and one.name in empty)
        ):
            continue
        config.append(_config(world, app, one, databases, reached))
    web = _web(app, mapping)
    return Program(
        label=label,
        app=app,
        handle=choice.handle,
        image=choice.image,
        image_variable=image_variable,
        services=tuple(services),
        config=tuple(sorted(config)),
        web=web,
        domains=tuple(
            (world.endpoints.give(identifier(f"{label}_{one.hostname}")), one.hostname)
            for one in mapping.domains
            # Those with a certificate of the person's own are made by Offramp: no key belongs into a file.
            if one.app_id == app.id and one.action == "endpoint" and web and not one.fingerprint
        ),
    )


def _config(
    world: _World, app: App, choice: ConfigChoice, databases: Collection[Database], reached: _Reached
) -> Config:
    label, variables = world.labels[app.id], world.variables
    if choice.action == "replace":
        if choice.replacement == "port":
            return Config(choice.name, "port")
        found = next((one for one in databases if one.add_on_id == choice.refers_to), None)
        if choice.replacement == "database" and found is not None and _is_url(world, choice):
            tls = found.type == "redis" and (wants_tls(choice.name, "") or _only_tls(world, choice.refers_to))
            return Config(choice.name, "database", ref=found.label, tls=tls)
        told = reached.address(app.id, choice) if choice.replacement == "app-url" else None
        if told is not None:
            name = variables.give(identifier(f"{label}_{choice.name}"))
            return Config(choice.name, "address", name, *told)
    return Config(choice.name, "value", variables.give(identifier(f"{label}_{choice.name}")))


def _only_tls(world: _World, add_on_id: str) -> bool:
    """Whether Heroku tells that a store takes connections with TLS only, so that its apps speak it."""
    add_ons = world.system.add_ons if world.system else ()
    return any(one.id == add_on_id and one.key_value and one.key_value.tls for one in add_ons)


def _is_url(world: _World, choice: ConfigChoice) -> bool:
    """Whether a config var holds the URL of what it refers to: those of a store may hold a part of it."""
    store = any(one.add_on_id == choice.refers_to for one in world.mapping.stores)
    return not store or part_of(choice.name) in ("", "url")


def _databases(world: _World) -> list[Database]:
    system, mapping, heroku = world.system, world.mapping, world.heroku
    names = Names()
    found = []
    moved: list[DatabaseChoice | StoreChoice] = [*mapping.moved_databases()]
    moved += [one for one in mapping.stores if one.action in ("copy", "empty", "by-hand")]
    for one in moved:
        home = _home(one.add_on_id, system, mapping, [app for app, _ in world.chosen])
        if home not in world.labels:
            continue
        service = _service(one.add_on_id, system)
        same = [
            add_on.label
            for add_on in heroku.add_ons
            if (identifier(add_on.app, start="app"), add_on.service) == (world.labels[home], service)
        ]
        # A name of theirs only where there is no doubt which add-on it names.
        only = sum(_service(other.add_on_id, system) == service for other in moved) == 1
        wish = same[0] if len(same) == 1 and only and service else one.handle
        label = world.written.get(("database", one.handle)) or identifier(wish, start="db")
        found.append(
            Database(
                label=names.give(label),
                add_on_id=one.add_on_id,
                handle=one.handle,
                type=one.type if isinstance(one, StoreChoice) else "postgresql",
                version=one.version,
                memory_mb=one.memory_mb,
                disk_gb=one.disk_gb,
                profile=one.profile,
            )
        )
    return found


def _service(add_on_id: str, system: System | None) -> str:
    return next((one.service for one in (system.add_ons if system else ()) if one.id == add_on_id), "")


def _home(add_on_id: str, system: System | None, mapping: Mapping, apps: list[App]) -> str:
    """The app whose Terraform makes a database: its owner, or the first that uses it, of those that Terraform
    deploys."""
    by_terraform = [one.app_id for one in mapping.moved_apps() if one.way == "terraform"]
    owner = next((one.app_id for one in (system.add_ons if system else ()) if one.id == add_on_id), "")
    if owner in by_terraform:
        return owner
    known = {one.id: one for one in (system.apps if system else apps)}
    return next(
        (
            app_id
            for app_id in by_terraform
            if app_id in known and any(one.add_on_id == add_on_id for one in known[app_id].attachments)
        ),
        "",
    )


def _drains(world: _World) -> list[Drain]:
    """Each handle once: a drain of the target is for all apps of the environment."""
    found: dict[str, Drain] = {}
    for app, _ in world.chosen:
        for one in world.mapping.drains:
            drain = next((drain for drain in app.drains if drain.id == one.drain_id), None)
            if one.app_id != app.id or one.action != "move" or drain is None:
                continue
            if one.handle not in found:
                found[one.handle] = _drain(world, one, drain.address)
    return list(found.values())


def _drain(world: _World, choice: DrainChoice, address: str) -> Drain:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = None
    fresh = identifier(choice.handle or choice.drain_id, start="drain")
    label = world.written.get(("log_drain", choice.handle), fresh)
    return Drain(
        label=label,
        handle=choice.handle,
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=port,
        variable=world.variables.give(f"{label}_url"),
        databases=choice.databases,
    )
